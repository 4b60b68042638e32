"""When does a term end, what is due on it, and what does it refuse once nobody has decided?

Months are calendar months. A term that began on the 31st ends on the last day of a shorter month;
an extension is counted from the same beginning (31 August, then 28 February, then 31 May), so that
a short month on the way costs nothing. Only where the end was set otherwise (a list that came from
outside) are the months of the extension counted from that end.

The last day still belongs to the term. From the day after, without a decision on file, it is
逾期未决: reminded daily, and no other act on the term is possible.

Source: 六个月，问题未有效解决的延长三个月; 民法典 第二百零二条 (no such day: the month's last).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from jieban.domain.errors import Refused
from jieban.domain.terms.lifecycle import RUNNING, State

REMIND_BEFORE = (30, 7, 1)
"""Days before the last day on which one is reminded of the decision."""
REVIEW_DAYS = REMIND_BEFORE[0]
"""So many days before the last day a review may be opened; on the last day it opens by itself."""
LOOK_BACK_MONTHS = (6, 12)
"""回头看: so many months after the end one looks at the place again."""
LAST_YEAR = 9000


def add_months(day: date, months: int) -> date:
    """The same day `months` months later; a month without that day gives its last one.

    Raises:
        Refused "term.date_too_far": beyond any calendar.
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if not 1 <= year <= LAST_YEAR:
        raise Refused("term.date_too_far", day=day.isoformat())
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def extended_until(arrived_on: date, last_day: date, served_months: int, months: int) -> date:
    """The last day of an extension by `months`.

    `served_months` is how many whole months the term has had up to `last_day`, extensions
    included. Counted from the arrival where `last_day` is what that gives, else from `last_day`.
    """
    if add_months(arrived_on, served_months) == last_day:
        return add_months(arrived_on, served_months + months)
    return add_months(last_day, months)


def day_of_term(arrived_on: date, day: date) -> int:
    """How many days after the arrival `day` is: 0 on the day itself."""
    return (day - arrived_on).days


@dataclass(frozen=True)
class Clock:
    """How a running term stands on one day. `left` is 0 on the last day and falls below after it.

    `stage` is what one is reminded of: "30", "7", "1" days before, "overdue", or "" for nothing.
    """

    last_day: date
    left: int
    stage: str

    @property
    def overdue(self) -> bool:
        return self.stage == "overdue"


def clock_of(state: State, last_day: date | None, today: date) -> Clock | None:
    """The clock of a term; None where none runs (planned, ended, called off)."""
    if state not in RUNNING or last_day is None:
        return None
    left = (last_day - today).days
    if left < 0:
        return Clock(last_day, left, "overdue")
    stage = min((days for days in REMIND_BEFORE if left <= days), default=None)
    return Clock(last_day, left, "" if stage is None else str(stage))


def check_decided(state: State, last_day: date | None, today: date) -> None:
    """May anything but the decision be done on this term today?

    Raises:
        Refused "term.overdue_undecided".
    """
    clock = clock_of(state, last_day, today)
    if clock is not None and clock.overdue:
        raise Refused(
            "term.overdue_undecided", last_day=clock.last_day.isoformat(), days=-clock.left
        )


def check_review(last_day: date, today: date) -> None:
    """
    Raises:
        Refused "term.review_too_early".
    """
    if (last_day - today).days > REVIEW_DAYS:
        first = last_day - timedelta(days=REVIEW_DAYS)
        raise Refused("term.review_too_early", first=first.isoformat())


def week_of(day: date) -> date:
    """The Monday of the week a day lies in.

    Raises:
        Refused "term.date_too_far": beyond any calendar.
    """
    if day.year > LAST_YEAR:
        raise Refused("term.date_too_far", day=day.isoformat())
    return day - timedelta(days=day.weekday())


def weeks_between(first: date, last: date) -> list[date]:
    """The Mondays of every week from the one of `first` to the one of `last`."""
    monday, end = week_of(first), week_of(last)
    return [monday + timedelta(weeks=each) for each in range((end - monday).days // 7 + 1)]


def months_between(first: date, last: date) -> list[str]:
    """Every month (2023-03) from that of `first` to that of `last`."""
    count = (last.year - first.year) * 12 + last.month - first.month
    begins = first.replace(day=1)
    return [add_months(begins, each).strftime("%Y-%m") for each in range(count + 1)]


def check_no_overlap(
    first: date, last: date, others: Collection[tuple[date, date, str]], code: str
) -> None:
    """Is the span free? `others` are (first day, last day, number) of spans that are taken.

    Both ends belong to a span. `code` is the refusal ("term.official_taken", "term.area_taken").

    Raises:
        Refused `code`.
    """
    for begins, ends, number in others:
        if first <= ends and begins <= last:
            raise Refused(code, other=number, begins=begins.isoformat(), ends=ends.isoformat())
