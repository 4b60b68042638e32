"""Who may be let in from other machines, and only then."""

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice

from jieban.cli.serve import check_may_be_reached
from jieban.domain.errors import Refused
from tests.people import person

pytestmark = pytest.mark.django_db
EVERY = "0.0.0.0"


def refused(home) -> str:
    with pytest.raises(Refused) as caught:
        check_may_be_reached(home, EVERY)
    assert EVERY in caught.value.message()
    return caught.value.code


@pytest.fixture
def guarded(home):
    """An account with a second factor."""
    somebody = person("管理员甲", "system_administrator")
    TOTPDevice.objects.create(user=somebody, name="totp", confirmed=True)
    return somebody


def test_nobody_from_outside_before_a_second_factor_guards_an_account(home, settings):
    settings.HOSTS = ["jieban.intranet"]
    assert refused(home) == "serve.not_loopback"
    somebody = person("管理员甲", "system_administrator")
    TOTPDevice.objects.create(user=somebody, name="totp", confirmed=False)
    assert refused(home) == "serve.not_loopback"


def test_a_closed_account_guards_nothing(home, settings, guarded):
    settings.HOSTS = ["jieban.intranet"]
    guarded.is_active = False
    guarded.save()
    assert refused(home) == "serve.not_loopback"


def test_the_names_to_answer_by_have_to_be_said(home, settings, guarded):
    settings.HOSTS = []
    assert refused(home) == "serve.no_hosts"
    settings.HOSTS = ["jieban.intranet"]
    check_may_be_reached(home, EVERY)


def test_never_in_a_demonstration(home, settings, guarded):
    settings.HOSTS = ["jieban.intranet"]
    home.path.mkdir(parents=True, exist_ok=True)
    (home.path / "demo").touch()
    assert refused(home) == "serve.demo_not_loopback"
