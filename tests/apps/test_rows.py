"""A row stored at speed is the row `save` would have stored."""

from datetime import UTC, date, datetime

import pytest
from django.forms.models import model_to_dict

from jieban.apps.cases.models import Case, CasePrivate
from jieban.apps.directory.models import Area, Unit
from jieban.apps.rows import insert_row, insert_rows, update_row

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 2, 1, 2, 3, 456789, tzinfo=UTC)


def _case(number: int) -> Case:
    return Case(
        id=number,
        number=f"JB20261102-{number:06}-0",
        state="received",
        title="“引号”与 %s",
        text="第一行\n第二行",
        received_at=AT,
        clock_started_at=AT,
        next_at=datetime(9999, 1, 1, tzinfo=UTC),
        due_at=AT,
        held=True,
    )


def test_every_column_is_stored_as_save_stores_it():
    insert_row(_case(1))
    _case(2).save(force_insert=True)
    first, second = (Case.objects.get(pk=number) for number in (1, 2))
    own = {"id", "number"}
    shown = [{key: value for key, value in model_to_dict(each).items()} for each in (first, second)]
    assert len(shown[0]) > 30
    assert {**shown[0], **dict.fromkeys(own)} == {**shown[1], **dict.fromkeys(own)}
    assert (first.received_at, first.due_at) == (AT, AT)


def test_sealed_parts_and_what_is_missing(tmp_path):
    case = _case(1)
    insert_row(case)
    assert (case._state.adding, case._state.db) == (False, "default")
    insert_row(CasePrivate(case=case, sealed=b"\x00\xff", phone_index=None))
    kept = CasePrivate.objects.get(case=case)
    assert (bytes(kept.sealed), kept.phone_index) == (b"\x00\xff", None)


def test_a_row_is_written_over_whole_and_only_where_it_is():
    insert_row(_case(1))
    insert_row(_case(2))
    first = Case.objects.get(pk=1)
    first.title, first.due_at, first.held, first.version = "改过", None, False, 2
    update_row(first)
    kept, other = Case.objects.get(pk=1), Case.objects.get(pk=2)
    assert model_to_dict(kept) == model_to_dict(first)
    assert other.title == "“引号”与 %s"
    with pytest.raises(LookupError):
        update_row(_case(3))


def test_many_rows_are_stored_as_each_of_them_would_be():
    unit = Unit.objects.create(code="U", name="甲局", name_key="甲局", kind="bureau", position=0)
    rows = [
        Area(
            code=f"A{n}", name="%s “甲”", name_key="k", kind="street", position=n,
            valid_from=date(2020, 1, 1),
        )
        for n in range(3)
    ]  # fmt: skip
    insert_rows(rows)
    insert_rows([])
    stored = list(Area.objects.order_by("position"))
    assert [area.code for area in stored] == ["A0", "A1", "A2"]
    assert len({area.pk for area in stored}) == 3
    assert stored[1].valid_from == date(2020, 1, 1)
    assert stored[1].name == "%s “甲”"
    assert Unit.objects.get() == unit
