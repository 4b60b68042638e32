"""When what a resident left is to be erased."""

from datetime import UTC, datetime, timedelta

import pytest

from jieban.domain.privacy.retention import closed_before, due_for_erasure, erase_from

CLOSED = datetime(2023, 10, 30, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "due"),
    [
        (timedelta(days=9, hours=23), False),
        (timedelta(days=10), True),
        (timedelta(days=400), True),
    ],
)
def test_a_closed_case_is_due_when_its_time_is_over(after, due):
    assert due_for_erasure(CLOSED, at=CLOSED + after, keep_days=10) is due
    assert (closed_before(CLOSED + after, keep_days=10) >= CLOSED) is due


def test_an_open_case_is_never_due():
    assert not due_for_erasure(None, at=CLOSED + timedelta(days=9999))


def test_three_years_unless_the_rules_say_otherwise():
    assert erase_from(CLOSED) == CLOSED + timedelta(days=1095)


def test_no_time_at_all_is_refused():
    with pytest.raises(ValueError, match="one day"):
        erase_from(CLOSED, keep_days=0)
