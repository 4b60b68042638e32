"""Sealed data comes under a new key whole, and no key goes that is still needed."""

import pytest
from django.apps import apps
from django.db import models

from jieban.apps.cases.selectors.live import earlier_cases, private_of_case
from jieban.apps.cases.services import uploads
from jieban.apps.keys import services
from jieban.apps.keys.sealed import NOT_SEALED, SEALED
from jieban.apps.ledger.selectors import newest
from jieban.domain.errors import Refused
from jieban.sealing import sealer_of
from tests.apps import live
from tests.conftest import AT, CLERK

pytestmark = pytest.mark.django_db


def test_every_binary_column_is_named_as_sealed_or_not():
    binary = {
        f"{field.model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("jieban.")
        for field in model._meta.get_fields()
        if isinstance(field, models.BinaryField)
    }
    named = {f"{column.model}.{column.field}" for column in SEALED}
    assert binary == named | NOT_SEALED.keys()
    assert not named & NOT_SEALED.keys()


PHONE = "13800001111"
SEER = live.actor("查询员", frozenset(("case.see",)))


@pytest.fixture
def filled(home):
    """A case with what its caller said, and a file, all under the first key."""
    live.made_up_district()
    case = live.received(phone=PHONE)
    upload = uploads.store_upload(
        home, "十月.csv", iter([b"x" * 3_000_000]), at=AT, by="考核员甲", limit_mb=10
    )
    return case, upload


def test_after_a_rotation_everything_is_under_the_new_key_and_is_found(home, filled):
    case, upload = filled
    before = services.values_by_key(home)
    told = []
    number, done = services.rotate_keys(CLERK, home, at=AT, told=told.append)
    assert (number, done) == (2, before.total())
    assert told[-1] == done >= 5
    assert services.values_by_key(home) == {1: 0, 2: done}
    sealer = sealer_of(home.keys)
    assert private_of_case(case, sealer)["phone"] == PHONE
    assert [each.number for each in earlier_cases(SEER, PHONE, sealer)] == [case.number]
    with uploads.opened(home, upload) as path:
        assert path.stat().st_size == 3_000_000
    services.retire_key(CLERK, home, 1, at=AT)
    sealer = sealer_of(home.keys)
    assert private_of_case(case, sealer)["phone"] == PHONE
    assert [each.number for each in earlier_cases(SEER, PHONE, sealer)] == [case.number]
    assert [event.kind for event in newest(2)] == ["keys.retired", "keys.rotated"]


def test_a_rotation_that_was_killed_goes_on_with_the_key_it_made(home, filled, monkeypatch):
    whole = services.values_by_key(home).total()
    with monkeypatch.context() as patch:
        patch.setattr(services, "_files", _killed)
        with pytest.raises(KeyboardInterrupt):
            services.rotate_keys(CLERK, home, at=AT)
    halfway = services.values_by_key(home)
    assert halfway[1]
    assert halfway[2]
    number, done = services.rotate_keys(CLERK, home, at=AT)
    assert (number, done) == (2, halfway[1])
    assert services.values_by_key(home) == {1: 0, 2: whole}


def _killed(home):
    raise KeyboardInterrupt


def test_what_changed_meanwhile_is_not_overwritten(home, filled):
    [column] = [each for each in SEALED if each.index is not None]
    model = apps.get_model(column.model)
    kept = model.objects.get()
    old = bytes(kept.sealed)
    sealer = sealer_of(home.keys)
    kept.sealed = sealer.seal(b"{}")
    kept.save()
    assert services._value_anew(column, sealer, kept.pk, old) == 0
    assert sealer.open(model.objects.get().sealed) == b"{}"


def test_everything_comes_under_the_other_cipher_too(home, filled, monkeypatch):
    case, _ = filled
    monkeypatch.setenv("JIEBAN_CIPHER", "sm4-gcm")
    services.rotate_keys(CLERK, home, at=AT)
    assert bytes(case.private.sealed)[:1] == b"\x01"
    case.private.refresh_from_db()
    assert bytes(case.private.sealed)[:2] == b"\x02\x02"
    assert private_of_case(case, sealer_of(home.keys))["phone"] == PHONE


def test_a_key_that_is_needed_is_not_retired(home, filled):
    for number, code in ((1, "keys.current"), (7, "keys.not_found")):
        with pytest.raises(Refused) as refusal:
            services.retire_key(CLERK, home, number, at=AT)
        assert refusal.value.code == code
    sealed = sealer_of(home.keys).seal(b"{}")
    services.rotate_keys(CLERK, home, at=AT)
    case, _ = filled
    case.private.sealed = sealed
    case.private.save()
    with pytest.raises(Refused) as refusal:
        services.retire_key(CLERK, home, 1, at=AT)
    assert (refusal.value.code, refusal.value.detail["count"]) == ("keys.in_use", 1)
    assert sealer_of(home.keys).open(sealed) == b"{}"
