"""When an assessment period begins and ends.

A month is named after the month it ends in. By the rule `19th-to-18th` the month 2023-10
is [2023-09-19 00:00, 2023-10-19 00:00) of the zone; by `calendar-month` it is
[2023-10-01, 2023-11-01). A year (`2022`) and a range (`2022-01..2022-12`) are the sum of
their months. Source: docs on periods; the habit of the Beijing district platform.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from jieban.domain.errors import Refused

PERIOD_RULES = ("19th-to-18th", "calendar-month")
CLOSED_WINDOWS = ("period", "from-10th-of-previous-month")
_FIRST_DAY = {"19th-to-18th": 19, "calendar-month": 1}
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)
_YEAR = re.compile(r"[0-9]{4}", re.ASCII)
# A century is more months than any hotline has kept; longer ranges are slips of the finger.
_LONGEST = 1200


@dataclass(frozen=True)
class Period:
    """A named span of time, half open, both ends in UTC; `months` are its parts by name."""

    name: str
    start: datetime
    end: datetime
    months: tuple[str, ...]


def period(name: str, rule: str, zone: str) -> Period:
    """The span that `name` means by `rule` in the time zone `zone`.

    Raises:
        Refused: `period.bad_name`.
    """
    months = months_of(name)
    start, _ = month_bounds(months[0], rule, zone)
    _, end = month_bounds(months[-1], rule, zone)
    return Period(name, start, end, months)


def months_of(name: str) -> tuple[str, ...]:
    """The months in a month, a year or a range, in order; never empty.

    Raises:
        Refused: `period.bad_name`, also for a range that runs backwards.
    """
    if _YEAR.fullmatch(name) and int(name) > 1:
        first, last = f"{name}-01", f"{name}-12"
    else:
        first, dots, last = name.partition("..")
        last = last if dots else first
    count = _number(last, name) - _number(first, name) + 1
    if not 0 < count <= _LONGEST:
        raise Refused("period.bad_name", name=name)
    return tuple(_shift(first, step) for step in range(count))


def previous_period(name: str) -> str:
    """The name of the span of the same length just before: 2023-10 -> 2023-09, 2022 -> 2021."""
    months = months_of(name)
    if _YEAR.fullmatch(name):
        return f"{int(name) - 1:04d}"
    first, last = _shift(months[0], -len(months)), _shift(months[0], -1)
    return last if ".." not in name else f"{first}..{last}"


def month_bounds(month: str, rule: str, zone: str) -> tuple[datetime, datetime]:
    """First moment of the month and first moment after it, in UTC."""
    day = _FIRST_DAY[rule]
    first = _shift(month, -1) if day > 1 else month
    return _midnight(first, day, zone), _midnight(_shift(first, 1), day, zone)


def closed_bounds(month: str, rule: str, window: str, zone: str) -> tuple[datetime, datetime]:
    """The window in which closing times count for the month's 办结量, in UTC.

    `from-10th-of-previous-month` reaches back to the 10th of the month before the one the
    period is named after, so the windows of neighbouring months overlap.
    """
    start, end = month_bounds(month, rule, zone)
    if window == "from-10th-of-previous-month":
        start = _midnight(_shift(month, -1), 10, zone)
    return start, end


def month_of(moment: datetime, rule: str, zone: str) -> str:
    """The name of the month a moment falls into."""
    local = moment.astimezone(ZoneInfo(zone))
    month = f"{local.year:04d}-{local.month:02d}"
    day = _FIRST_DAY[rule]
    return _shift(month, 1) if 1 < day <= local.day else month


def _midnight(month: str, day: int, zone: str) -> datetime:
    year, number = month.split("-")
    return datetime(int(year), int(number), day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _number(month: str, name: str) -> int:
    """Months since year nought; refuses what is not a month after year 1."""
    found = _MONTH.fullmatch(month)
    # Year 1 has no month before it, so the first usable year is 2, the last 9998.
    if found is None or not 1 < int(found[1]) < 9999:
        raise Refused("period.bad_name", name=name)
    return int(found[1]) * 12 + int(found[2]) - 1


def _shift(month: str, months: int) -> str:
    number = int(month[:4]) * 12 + int(month[5:]) - 1 + months
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
