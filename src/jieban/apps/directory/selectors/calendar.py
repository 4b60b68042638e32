"""Every read of the work calendar, and clocks read by it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from jieban.apps.directory.models import CalendarYear, Closing, OfficeHours, WorkDay
from jieban.apps.ledger import selectors as ledger
from jieban.domain.errors import Refused
from jieban.domain.rulebook.limits import Counting, Limit
from jieban.domain.worktime.calendar import (
    OFFICE_SHIFTS,
    Calendar,
    Closed,
    ContinuousTime,
    DayKind,
    Shift,
    WorkCalendar,
    file_of,
)
from jieban.domain.worktime.clocks import Pause, Reading, due_with_pauses, read_clock
from jieban.domain.worktime.notices import LEGAL_HOLIDAYS, Notice

SUBJECT = "calendar"
"""Kind and name of the ledger's subject: the installation has one calendar."""
CHINESE_ZONES = ("Asia/Shanghai", "Asia/Urumqi")
WARNED_BEFORE = timedelta(days=60)


def work_calendar() -> WorkCalendar:
    """The installation's office hours; built again only after an event of the calendar."""
    return _built(settings.TIME_ZONE, _head())


def calendar_for(counting: Counting) -> Calendar:
    """The calendar that a limit's `counting` names."""
    return work_calendar() if counting == "working" else ContinuousTime(settings.TIME_ZONE)


@dataclass(frozen=True)
class Due:
    """When a limit runs out. `due_at` is None while a pause has no end.

    `counting` is what was used: where the limit counts working time and a year is not known,
    calendar time stands for it and `warning` names the missing file.
    """

    due_at: datetime | None
    counting: Counting
    allowance: timedelta
    warning: Refused | None = None


def deadline_or_calendar_time(
    limit: Limit, start: datetime, *, pauses: Iterable[Pause] = ()
) -> Due:
    """When `limit` runs out, counted from `start`; never refused for want of a calendar.

    Without the year's notice so many working days are taken as so many days.
    """
    known = tuple(pauses)
    warning = None
    if limit.counting == "working":
        try:
            due_at = due_with_pauses(start, limit.allowance, work_calendar(), known)
            return Due(due_at, "working", limit.allowance)
        except Refused as refused:
            warning = refused
    always = ContinuousTime(settings.TIME_ZONE)
    due_at = due_with_pauses(start, limit.calendar_allowance, always, known)
    return Due(due_at, "calendar", limit.calendar_allowance, warning)


@dataclass(frozen=True)
class Clocked:
    """A clock's reading, what it was counted in, and the warning if that is not what was meant."""

    reading: Reading
    counting: Counting
    warning: Refused | None = None


def read_limit(
    limit: Limit,
    start: datetime,
    *,
    at: datetime,
    pauses: Iterable[Pause] = (),
    stopped_at: datetime | None = None,
) -> Clocked:
    """The clock of `limit` at `at`, see `worktime.clocks.read_clock`; never refused for want of
    a calendar. Give an extension by `Limits.extended`."""
    known = tuple(pauses)
    warning = None
    if limit.counting == "working":
        try:
            reading = read_clock(
                start=start,
                allowance=limit.allowance,
                calendar=work_calendar(),
                pauses=known,
                stopped_at=stopped_at,
                at=at,
                amber=limit.amber,
            )
            return Clocked(reading, "working")
        except Refused as refused:
            warning = refused
    reading = read_clock(
        start=start,
        allowance=limit.calendar_allowance,
        calendar=ContinuousTime(settings.TIME_ZONE),
        pauses=known,
        stopped_at=stopped_at,
        at=at,
        amber=limit.amber,
    )
    return Clocked(reading, "calendar", warning)


def missing_year(at: datetime) -> tuple[int, str] | None:
    """(year, file) of the notice that is wanted now: this year's, or the next one's soon.

    Next year's is asked for from 60 days before its beginning. None where nothing is missing.
    """
    today = at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    known = work_calendar().years
    soon = (today + WARNED_BEFORE).year
    for year in dict.fromkeys((today.year, soon)):
        if year not in known:
            return year, file_of(year)
    return None


def legal_holidays() -> Sequence[tuple[int, int]]:
    """(month, day) of the holidays that a list of this installation's country must have."""
    return LEGAL_HOLIDAYS if settings.TIME_ZONE in CHINESE_ZONES else ()


# --- what the calendar holds, for people ---------------------------------------------------


def calendar_years() -> QuerySet[CalendarYear]:
    """Every year whose notice is known, oldest first."""
    return CalendarYear.objects.all()


def work_days(year: int) -> QuerySet[WorkDay]:
    """Holidays and made-up workdays of a year, in order."""
    return WorkDay.objects.filter(date__year=year)


def closings(year: int | None = None) -> QuerySet[Closing]:
    """One-off closings, oldest first; of a year those that touch it."""
    if year is None:
        return Closing.objects.all()
    zone = ZoneInfo(settings.TIME_ZONE)
    return Closing.objects.filter(
        since__lt=datetime(year + 1, 1, 1, tzinfo=zone), until__gt=datetime(year, 1, 1, tzinfo=zone)
    )


def closing_by_id(number: int) -> Closing:
    """
    Raises:
        Refused "calendar.unknown_closing".
    """
    found = Closing.objects.filter(pk=number).first()
    if found is None:
        raise Refused("calendar.unknown_closing", closing=number)
    return found


def office_shifts() -> tuple[Shift, ...]:
    """The shifts of a workday; the usual ones where nobody set others."""
    row = OfficeHours.objects.first()
    if row is None:
        return OFFICE_SHIFTS
    return tuple(
        (time.fromisoformat(since), time.fromisoformat(until)) for since, until in row.shifts
    )


Change = Literal["new", "changed", "gone"]


@dataclass(frozen=True)
class DayChange:
    """One day that a notice changes: what was known of it, and what will be."""

    day: date
    change: Change
    before: str
    after: str
    name: str


@dataclass(frozen=True)
class NoticeChange:
    """What taking in a notice changes. `new_years` are those not known before."""

    notice: Notice
    new_years: tuple[int, ...]
    days: tuple[DayChange, ...]

    @property
    def nothing(self) -> bool:
        return not self.new_years and not self.days

    @property
    def holidays(self) -> int:
        return sum(day.kind is DayKind.HOLIDAY for day in self.notice.days.values())

    @property
    def workdays(self) -> int:
        return sum(day.kind is DayKind.WORKDAY for day in self.notice.days.values())


def change_by(notice: Notice) -> NoticeChange:
    """What differs from what is known: a notice says all of its years, and no more of others."""
    known = {row.date: row for row in WorkDay.objects.filter(date__in=notice.days)}
    known |= {row.date: row for row in WorkDay.objects.filter(date__year__in=notice.years)}
    changes: list[DayChange] = []
    for day in sorted(known.keys() | notice.days.keys()):
        row, said = known.get(day), notice.days.get(day)
        if row is None and said is not None:
            changes.append(DayChange(day, "new", "", said.kind, said.name))
        elif row is not None and said is None:
            changes.append(DayChange(day, "gone", row.kind, "", row.name))
        elif (
            row is not None and said is not None and (row.kind, row.name) != (said.kind, said.name)
        ):
            changes.append(DayChange(day, "changed", row.kind, said.kind, said.name))
    have = set(CalendarYear.objects.values_list("year", flat=True))
    return NoticeChange(
        notice, tuple(year for year in notice.years if year not in have), tuple(changes)
    )


def _head() -> str:
    """The digest of the calendar's newest event: no event, no change."""
    newest = ledger.events_of(SUBJECT, SUBJECT).order_by("-seq")
    return newest.values_list("digest", flat=True).first() or ""


@lru_cache(maxsize=4)
def _built(zone: str, _newest: str) -> WorkCalendar:
    return WorkCalendar(
        zone=zone,
        years=frozenset(CalendarYear.objects.values_list("year", flat=True)),
        days={day: DayKind(kind) for day, kind in WorkDay.objects.values_list("date", "kind")},
        shifts=office_shifts(),
        closings=tuple(
            Closed(since, until) for since, until in Closing.objects.values_list("since", "until")
        ),
    )
