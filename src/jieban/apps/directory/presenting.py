"""A year of the work calendar as twelve small months."""

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from jieban.apps.directory.models import Closing, WorkDay
from jieban.domain.worktime.calendar import SATURDAY, DayKind

Look = Literal["work", "weekend", "holiday", "made_up", "closed", "partly"]


@dataclass(frozen=True)
class DayView:
    """One day: `look` says what it is, `name` why. `closing` is the reason of a one-off closing."""

    day: date
    look: Look
    name: str = ""
    closing: str = ""


@dataclass(frozen=True)
class MonthView:
    """One month; `weeks` begin on Monday, None stands for days of other months."""

    first: date
    weeks: tuple[tuple[DayView | None, ...], ...]

    @property
    def workdays(self) -> int:
        """Days on which the office works at all; of partly closed days the rest is worked."""
        return sum(
            day.look in ("work", "made_up", "partly")
            for week in self.weeks
            for day in week
            if day is not None
        )


def months_of(
    year: int, work_days: Iterable[WorkDay], closings: Iterable[Closing], zone: str
) -> list[MonthView]:
    """The twelve months of a year."""
    said = {row.date: row for row in work_days}
    closed = _closed_days(closings, ZoneInfo(zone))
    return [
        MonthView(
            date(year, month, 1),
            tuple(
                tuple(_day(day, said, closed) if day.month == month else None for day in week)
                for week in calendar.Calendar().monthdatescalendar(year, month)
            ),
        )
        for month in range(1, 13)
    ]


def _day(
    day: date, said: Mapping[date, WorkDay], closed: Mapping[date, tuple[bool, str]]
) -> DayView:
    row = said.get(day)
    name = row.name if row else ""
    if row is not None and row.kind == DayKind.HOLIDAY:
        return DayView(day, "holiday", name)
    if row is None and day.weekday() >= SATURDAY:
        return DayView(day, "weekend")
    if day in closed:
        whole, reason = closed[day]
        return DayView(day, "closed" if whole else "partly", name, reason)
    return DayView(day, "made_up" if row is not None else "work", name)


def _closed_days(closings: Iterable[Closing], zone: ZoneInfo) -> dict[date, tuple[bool, str]]:
    """Day -> (closed from midnight to midnight, reason)."""
    found: dict[date, tuple[bool, str]] = {}
    for each in closings:
        since, until = each.since.astimezone(zone), each.until.astimezone(zone)
        day = since.date()
        while day <= until.date():
            begins = datetime(day.year, day.month, day.day, tzinfo=zone)
            ends = begins + timedelta(days=1)
            if begins < until and since < ends:
                whole = since <= begins and until >= ends
                found[day] = (whole or found.get(day, (False, ""))[0], each.reason)
            day += timedelta(days=1)
    return found
