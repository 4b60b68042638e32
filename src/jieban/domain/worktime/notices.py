"""What does a file of holidays say, and is it whole?

Two forms are understood. The *short* form lists what weekdays do not say: days off, and
made-up workdays 调休 on Saturdays and Sundays, as the official notice does. The *full* form
lists every day of a year. Either must be whole: a file cut off in the middle would let a
holiday be worked without anybody noticing.

Source: 国务院办公厅 yearly notice (节假日安排的通知); 《全国年节及纪念日放假办法》.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from jieban.domain.errors import Refused
from jieban.domain.worktime.calendar import SATURDAY, DayKind

LEGAL_HOLIDAYS = ((1, 1), (5, 1), (10, 1))
"""Holidays that every year has on the same day: a short form without them is cut off."""
LONGEST_NAME = 64
MOST_PROBLEMS = 20


class Said(StrEnum):
    """What a line says of its day."""

    HOLIDAY = "holiday"
    MADE_UP = "made_up"
    WORKDAY = "workday"
    WEEKEND = "weekend"


WORDS: Mapping[str, Said] = {
    **dict.fromkeys(
        ("holiday", "放假", "休息", "休", "节假日", "假日", "假期", "法定节假日", "放假调休"),
        Said.HOLIDAY,
    ),
    **dict.fromkeys(
        ("makeup_workday", "made-up workday", "补班", "调休上班", "调休工作日", "班"),
        Said.MADE_UP,
    ),
    **dict.fromkeys(("workday", "工作日", "上班"), Said.WORKDAY),
    **dict.fromkeys(("weekend", "周末", "休息日", "双休日"), Said.WEEKEND),
}


@dataclass(frozen=True)
class Line:
    """One line of a file: a day and what it is called, as written."""

    number: int
    day: date
    kind: str
    name: str = ""


@dataclass(frozen=True)
class Day:
    """A day that its weekday says wrongly."""

    kind: DayKind
    name: str = ""


@dataclass(frozen=True)
class Notice:
    """The years a file is whole for, and its days; a few may lie in a year beside them."""

    years: tuple[int, ...]
    days: Mapping[date, Day]


def understand(
    lines: Iterable[Line],
    *,
    years: Sequence[int] = (),
    legal: Sequence[tuple[int, int]] = LEGAL_HOLIDAYS,
) -> Notice:
    """What the lines say. `years` names the years meant; else those whose 1 January is listed.

    `legal` are the holidays a short form must have in each of its years; none where another
    country's calendar is kept. Days of December before, and January after, may be listed too:
    a New Year's holiday reaches over.

    Raises:
        Refused "calendar.lines_wrong": lines that contradict their weekday or each other, or
            say nothing known; each is named.
        Refused "calendar.no_year", "calendar.days_missing", "calendar.holidays_missing".
    """
    said: dict[date, tuple[Said, Line]] = {}
    problems: list[Refused] = []
    for line in lines:
        meant = WORDS.get(line.kind.strip().lower())
        problem = _problem(line, meant, said.get(line.day))
        if problem is not None:
            problems.append(problem)
        elif meant is not None:
            said[line.day] = (meant, line)
    if problems:
        raise Refused(
            "calendar.lines_wrong", count=len(problems), problems=problems[:MOST_PROBLEMS]
        )
    whole = tuple(
        sorted(set(years) or {day.year for day in said if (day.month, day.day) == (1, 1)})
    )
    if not whole:
        raise Refused("calendar.no_year")
    for year in whole:
        _demand_whole(year, said, legal)
    for day in said:
        beside = (day.year + 1 in whole and day.month == 12) or (
            day.year - 1 in whole and day.month == 1
        )
        if day.year not in whole and not beside:
            raise Refused("calendar.no_year_for_day", day=day.isoformat(), year=day.year)
    return Notice(
        whole,
        {
            day: Day(kind, line.name.strip()[:LONGEST_NAME])
            for day, (meant, line) in sorted(said.items())
            if (kind := _kind(day, meant)) is not None
        },
    )


def _problem(line: Line, meant: Said | None, before: tuple[Said, Line] | None) -> Refused | None:
    given = {"line": line.number, "day": line.day.isoformat()}
    is_weekend = line.day.weekday() >= SATURDAY
    if meant is None:
        code = (
            "calendar.kind_two_senses" if line.kind.strip() == "调休" else "calendar.kind_unknown"
        )
        return Refused(code, kind=line.kind.strip(), **given)
    if meant is Said.MADE_UP and not is_weekend:
        return Refused("calendar.made_up_on_weekday", **given)
    if meant is Said.WEEKEND and not is_weekend:
        return Refused("calendar.weekend_on_weekday", **given)
    if before is not None and _kind(line.day, before[0]) is not _kind(line.day, meant):
        return Refused("calendar.day_twice", other=before[1].number, **given)
    return None


def _kind(day: date, meant: Said) -> DayKind | None:
    """What differs from the weekday; None where nothing does."""
    if meant is Said.HOLIDAY:
        return DayKind.HOLIDAY
    works = meant in (Said.MADE_UP, Said.WORKDAY)
    return DayKind.WORKDAY if works and day.weekday() >= SATURDAY else None


def _demand_whole(
    year: int, said: Mapping[date, tuple[Said, Line]], legal: Sequence[tuple[int, int]]
) -> None:
    days = [day for day in said if day.year == year]
    if any(_kind(day, said[day][0]) is None for day in days):
        first = date(year, 1, 1)
        every = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
        missing = [day for day in every if day not in said]
        if missing:
            raise Refused(
                "calendar.days_missing",
                year=year,
                count=len(missing),
                first=missing[0].isoformat(),
            )
        return
    lacking = [
        date(year, month, day).isoformat()
        for month, day in legal
        if said.get(date(year, month, day), (None,))[0] is not Said.HOLIDAY
    ]
    if lacking or not days:
        raise Refused("calendar.holidays_missing", year=year, days=lacking)
