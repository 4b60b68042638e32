"""Until when a public notice runs: working days from the day after, over holidays."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jieban.domain.rectification.notice import MOST_DAYS, last_day

NATIONAL = {date(2026, 10, 1) + timedelta(days=each) for each in range(7)}
WORKED = {date(2026, 9, 27), date(2026, 10, 10)}
"""A Sunday and a Saturday that are worked for the holiday."""


def works(day: date) -> bool:
    return day in WORKED or (day.weekday() < 5 and day not in NATIONAL)


@pytest.mark.parametrize(
    ("begun", "days", "wanted"),
    [
        (date(2026, 11, 2), 5, date(2026, 11, 9)),
        (date(2026, 11, 2), 1, date(2026, 11, 3)),
        (date(2026, 11, 6), 1, date(2026, 11, 9)),
        (date(2026, 11, 7), 1, date(2026, 11, 9)),
        (date(2026, 11, 2), 0, date(2026, 11, 2)),
        # Over the national holiday, with the two days that are worked for it.
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 9, 25), 5, date(2026, 10, 8)),
        (date(2026, 9, 30), 5, date(2026, 10, 13)),
        (date(2026, 9, 26), 1, date(2026, 9, 27)),
    ],
)
def test_a_notice_runs_until(begun, days, wanted):
    assert last_day(begun, days, works) == wanted


@given(st.dates(date(2026, 1, 1), date(2026, 12, 31)), st.integers(1, MOST_DAYS))
def test_there_are_so_many_working_days_after_it_began_and_the_last_is_one(begun, days):
    last = last_day(begun, days, works)
    run = [begun + timedelta(days=each) for each in range(1, (last - begun).days + 1)]
    assert sum(map(works, run)) == days
    assert works(last)


@pytest.mark.parametrize("days", [-1, MOST_DAYS + 1])
def test_a_notice_that_cannot_be_is_a_slip_of_the_program(days):
    with pytest.raises(ValueError, match="working days"):
        last_day(date(2026, 11, 2), days, works)
