"""Which moments count, when has an allowance run out, and how much counted between two moments?

`ContinuousTime` counts every moment. `WorkCalendar` counts office hours: shifts of a day, lunch
left out, on weekdays that are no holiday and on made-up workdays 调休, without one-off closings.
Holidays of a year are only known once its notice is out, so a calendar knows certain years and
refuses the others instead of guessing.

Source: 国务院办公厅 yearly notice on holidays (节假日安排的通知); shifts are the installation's.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from jieban.domain.errors import Refused

SATURDAY = 5
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1)

Shift = tuple[time, time]
OFFICE_SHIFTS: tuple[Shift, ...] = ((time(9), time(12)), (time(13, 30), time(17, 30)))


class DayKind(StrEnum):
    """What a notice makes of a day that its weekday does not say."""

    HOLIDAY = "holiday"
    WORKDAY = "workday"


@dataclass(frozen=True)
class Closed:
    """A one-off span [since, until), in which nobody works although the day is a workday."""

    since: datetime
    until: datetime


class Calendar(Protocol):
    """What a clock asks of time."""

    def deadline(self, start: datetime, allowance: timedelta) -> datetime:
        """The moment `allowance` has run since `start`."""
        ...

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """How much counted time lies in [start, end); none where `end` is not after `start`."""
        ...


@dataclass(frozen=True)
class ContinuousTime:
    """Calendar time: every moment counts, day and night, seven days a week."""

    zone: str

    def deadline(self, start: datetime, allowance: timedelta) -> datetime:
        """The moment `allowance` after `start`, in the calendar's zone.

        Real hours: 24 hours over a change of the clocks are 24 hours. Zero or negative
        allowances raise ValueError.
        """
        _demand_positive(allowance)
        return (start.astimezone(UTC) + allowance).astimezone(ZoneInfo(self.zone))

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The time from `start` to `end`; none where `end` is not after `start`."""
        return max(end.astimezone(UTC) - start.astimezone(UTC), timedelta())


@dataclass(frozen=True)
class WorkCalendar:
    """Office hours of one installation in the years whose notice is known.

    `shifts` are a workday's spans in local time, in order and apart. `days` are the days of the
    notices; on any other day the weekday decides. `years` are those whose notice is known.
    Working moments are laid out once as spans with running sums, so that a question is one
    bisection.
    """

    zone: str
    years: frozenset[int]
    days: Mapping[date, DayKind] = field(default_factory=dict)
    shifts: tuple[Shift, ...] = OFFICE_SHIFTS
    closings: tuple[Closed, ...] = ()
    _stretches: tuple[_Stretch, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.shifts or any(since >= until for since, until in self.shifts):
            raise ValueError("a shift ends after it begins, and there is one at least")
        if any(first[1] > second[0] for first, second in pairwise(self.shifts)):
            raise ValueError("shifts are in order and do not overlap")
        object.__setattr__(self, "_stretches", tuple(self._laid_out()))

    def deadline(self, start: datetime, allowance: timedelta) -> datetime:
        """The moment `allowance` of working time has run since `start`.

        `start` carries a time zone; the answer is in the calendar's zone. A
        start outside office hours begins to count when the office next opens.
        An allowance that runs out exactly as a shift ends falls on that end,
        not on the next morning. Zero or negative allowances raise ValueError.

        Raises:
            Refused "calendar.year_missing": a year is needed whose notice is not known.
        """
        _demand_positive(allowance)
        moment = _stamp(start)
        stretch = self._stretch(moment, start)
        wanted = stretch.before(moment) + allowance // _MICROSECOND
        if wanted > stretch.total:
            raise _year_missing(stretch.last_year + 1)
        return (_EPOCH + timedelta(microseconds=stretch.when(wanted))).astimezone(
            ZoneInfo(self.zone)
        )

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """The working time between two moments; none where `end` is not after `start`.

        Raises:
            Refused "calendar.year_missing": a year between them has no known notice.
        """
        first, last = _stamp(start), _stamp(end)
        if last <= first:
            return timedelta()
        stretch = self._stretch(first, start)
        if last > stretch.until:
            raise _year_missing(stretch.last_year + 1)
        return timedelta(microseconds=stretch.before(last) - stretch.before(first))

    def is_workday(self, day: date) -> bool:
        """Whether the office works on that day, one-off closings left aside.

        Raises:
            Refused "calendar.year_missing".
        """
        if day.year not in self.years:
            raise _year_missing(day.year)
        return self._works(day)

    @property
    def day_length(self) -> timedelta:
        """The working time of one ordinary workday."""
        return sum(
            (
                datetime.combine(date.min, until) - datetime.combine(date.min, since)
                for since, until in self.shifts
            ),
            timedelta(),
        )

    def _works(self, day: date) -> bool:
        kind = self.days.get(day)
        return day.weekday() < SATURDAY if kind is None else kind is DayKind.WORKDAY

    def _stretch(self, moment: int, asked: datetime) -> _Stretch:
        for stretch in self._stretches:
            if stretch.since <= moment < stretch.until:
                return stretch
        raise _year_missing(asked.astimezone(ZoneInfo(self.zone)).year)

    def _laid_out(self) -> Iterator[_Stretch]:
        """One stretch for every run of years without a gap."""
        closed = sorted((_stamp(each.since), _stamp(each.until)) for each in self.closings)
        zone = ZoneInfo(self.zone)
        for first, last in _runs(self.years):
            yield _Stretch(
                since=_stamp(datetime(first, 1, 1, tzinfo=zone)),
                until=_stamp(datetime(last + 1, 1, 1, tzinfo=zone)),
                last_year=last,
                spans=list(_without(self._office_hours(first, last, zone), closed)),
            )

    def _office_hours(self, first: int, last: int, zone: ZoneInfo) -> Iterator[tuple[int, int]]:
        day, beyond = date(first, 1, 1), date(last + 1, 1, 1)
        while day < beyond:
            if self._works(day):
                for since, until in self.shifts:
                    yield (
                        _stamp(datetime.combine(day, since, zone)),
                        _stamp(datetime.combine(day, until, zone)),
                    )
            day += _DAY


class _Stretch:
    """A run of known years as working spans, in microseconds since 1970, with running sums."""

    def __init__(
        self, since: int, until: int, last_year: int, spans: list[tuple[int, int]]
    ) -> None:
        self.since, self.until, self.last_year = since, until, last_year
        self._starts = [start for start, _ in spans]
        self._sums: list[int] = [0]
        for start, end in spans:
            self._sums.append(self._sums[-1] + end - start)
        self.total = self._sums[-1]

    def before(self, moment: int) -> int:
        """Working time from the beginning of the stretch up to `moment`."""
        number = bisect_right(self._starts, moment)
        if number == 0:
            return 0
        within = self._sums[number - 1] + moment - self._starts[number - 1]
        return min(within, self._sums[number])

    def when(self, worked: int) -> int:
        """The first moment at which that much (more than nothing) has been worked."""
        number = bisect_left(self._sums, worked) - 1
        return self._starts[number] + worked - self._sums[number]


def _runs(years: Iterable[int]) -> Iterator[tuple[int, int]]:
    """2019, 2020, 2022 -> (2019, 2020), (2022, 2022)."""
    first = last = None
    for year in sorted(years):
        if first is not None and last is not None and year != last + 1:
            yield first, last
            first = year
        first, last = first or year, year
    if first is not None and last is not None:
        yield first, last


def _without(
    spans: Iterable[tuple[int, int]], closed: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """The spans with everything closed cut out; both in order."""
    for whole_start, end in spans:
        start = whole_start
        for since, until in closed:
            if until > start and since < end:
                if since > start:
                    yield start, since
                start = until
        if start < end:
            yield start, end


def _stamp(moment: datetime) -> int:
    """Microseconds since 1970. A moment without a zone is a bug and raises TypeError."""
    return (moment - _EPOCH) // _MICROSECOND


def _demand_positive(allowance: timedelta) -> None:
    if allowance <= timedelta():
        raise ValueError("an allowance is more than nothing")


def _year_missing(year: int) -> Refused:
    return Refused("calendar.year_missing", year=year, file=file_of(year))


def file_of(year: int) -> str:
    """What the file of a year's holidays is called here."""
    return f"calendar-{year}.csv"
