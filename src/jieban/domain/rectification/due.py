"""完成时限: by when a task or an action item is to be done, as plans write it.

A plan says a day ("2017年9月底前"), "立行立改" (at once), "长期坚持" (kept up for good), or several
of them together ("2017年9月底前，长期坚持"). A kind alone would lose half of it, so it is a kind,
a day and a flag, with the plan's own words beside them.

Source: 北京市贯彻落实中央环境保护督察反馈意见整改方案 (2017) writes all of these.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from jieban.domain.errors import Refused

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)
SOON = 30
"""Days before the due day from which it is said to come near."""


class Kind(StrEnum):
    """What a due date is first of all."""

    DATE = "date"
    AT_ONCE = "at_once"
    LASTING = "lasting"


@dataclass(frozen=True)
class Due:
    """By when. `lasting` may stand beside a day or beside "at once"; `words` are the plan's own.

    `on` is there exactly when the kind is a day.
    """

    kind: Kind
    on: date | None = None
    lasting: bool = False
    words: str = ""

    def __post_init__(self) -> None:
        if (self.kind is Kind.DATE) != (self.on is not None):
            raise ValueError("a day belongs to a due date that is a day, and to no other")
        if self.kind is Kind.LASTING and not self.lasting:
            raise ValueError("what is kept up for good is lasting")

    def days_left(self, today: date) -> int | None:
        """Days until the due day, below nought after it; None where there is no day."""
        return (self.on - today).days if self.on else None


def read_due(text: str) -> Due | None:
    """The due date that a cell of a plan means; None where it is blank.

    A month means its last day, a year its 31 December, a quarter or half of it its end, "底前" and
    "前" alike up to and with that day; of several days ("3月底前…，2025年底前完成") the last one
    counts. A day of a workbook ("2024-12-31", "2024/12/31") is read too.

    Raises:
        Refused "rectification.due_unreadable": it says something, but none of these.
        Refused "rectification.day_impossible": a day that the calendar does not have, or no year
            between 1990 and 2099.
    """
    words = " ".join(text.split())
    said = re.sub(r"\s+", "", unicodedata.normalize("NFKC", words)).casefold()
    if not said:
        return None
    lasting = bool(_LASTING.search(said))
    days = _days(said)
    if days:
        return Due(Kind.DATE, possible(max(days)), lasting, words)
    if _AT_ONCE.search(said):
        return Due(Kind.AT_ONCE, None, lasting, words)
    if lasting:
        return Due(Kind.LASTING, None, True, words)
    raise Refused("rectification.due_unreadable", text=words[:60])


_LASTING = re.compile("长期坚持|持续推进|持续整改|持续开展|长期|常态化|并坚持|lasting|ongoing")
_AT_ONCE = re.compile("立行立改|立即整改|立知立改|即知即改|立改立行|已完成|atonce|immediate")
_YEAR = r"(?<!\d)(?P<year>(?:19|20)\d\d)"
# A year alone is one only if it says so: "2000套" and "2012户" are counts.
_DAY = re.compile(
    _YEAR
    + r"(?:年?(?P<quarter>第?[一二三四1-4]季度)|年?(?P<half>上半年|下半年)|年?(?P<end>年?底|年?末)"
    + r"|(?:年|-|/|\.)(?P<month>\d{1,2})(?:月|-|/|\.)?"
    + r"(?:(?P<day>\d{1,2})日?|(?P<third>上旬|中旬|下旬))?"
    + r"|(?P<digits>\d{4})(?!\d)|年|$)"
)
_ON = re.compile(r"(?:至|到|-|—|–|~)(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?")
"""The end of a span that names its year once: "2024年3月至6月"."""
_QUARTERS = {"一": 3, "1": 3, "二": 6, "2": 6, "三": 9, "3": 9, "四": 12, "4": 12}


def _days(said: str) -> list[date]:
    days: list[date] = []
    for found in _DAY.finditer(said):
        days.append(_day(found))
        end = _ON.match(said, found.end())
        if end is not None:
            days.append(_of(int(found["year"]), end["month"], end["day"], found[0] + end[0]))
    return days


def _day(found: re.Match[str]) -> date:
    year = int(found["year"])
    if found["quarter"]:
        return _last(year, next(_QUARTERS[sign] for sign in found["quarter"] if sign in _QUARTERS))
    if found["half"]:
        return _last(year, 6 if found["half"] == "上半年" else 12)
    if found["digits"]:
        return _of(year, found["digits"][:2], found["digits"][2:], found[0])
    if not found["month"]:
        return _last(year, 12)
    if found["third"]:
        tenth = {"上旬": "10", "中旬": "20"}.get(found["third"])
        return _of(year, found["month"], tenth, found[0])
    return _of(year, found["month"], found["day"], found[0])


def _of(year: int, month: str, day: str | None, said: str) -> date:
    """That day; without one, the last of the month."""
    if not 1 <= int(month) <= 12:
        raise Refused("rectification.day_impossible", day=said)
    if not day:
        return _last(year, int(month))
    try:
        return date(year, int(month), int(day))
    except ValueError:
        raise Refused("rectification.day_impossible", day=said) from None


def _last(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def possible(day: date | None, *, today: date | None = None) -> date | None:
    """The day; with `today`, of something that has happened by then.

    Raises:
        Refused "rectification.day_impossible", "rectification.day_in_future".
    """
    if day is None:
        return None
    if not EARLIEST <= day < LATEST:
        raise Refused("rectification.day_impossible", day=str(day))
    if today is not None and day > today:
        raise Refused("rectification.day_in_future", day=str(day))
    return day
