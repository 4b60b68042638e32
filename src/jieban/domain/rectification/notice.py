"""公示期: until when a notice runs that is counted in working days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

MOST_DAYS = 60


def last_day(begun: date, days: int, is_workday: Callable[[date], bool]) -> date:
    """The last day of a notice of so many working days, counted from the day after it began.

    Whoever objects may do so until the end of that day. No days: the day it began.
    """
    if not 0 <= days <= MOST_DAYS:
        raise ValueError(f"a notice runs 0 to {MOST_DAYS} working days, not {days}")
    day = begun
    while days:
        day += timedelta(days=1)
        if is_workday(day):
            days -= 1
    return day
