"""Where a task stood on a day, and by when it was due then: what the board and a month's sheet say.

A task's steps are in the order in which they were entered, each with the day it happened. What is
entered later with an earlier day changes what an earlier month says; nothing else does.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from jieban.domain.errors import Refused
from jieban.domain.rectification.tasks import DONE, State

MONTHS = 12
"""Months a board shows at once."""
BEFORE = 6
"""How many of them lie before the month one looks from."""


@dataclass(frozen=True, order=True)
class Month:
    """One calendar month."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Month:
        return cls(day.year, day.month)

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.number, calendar.monthrange(self.year, self.number)[1])

    def plus(self, months: int) -> Month:
        """So many months later, or earlier; it stays within the years 1 to 9999."""
        count = min(max(self.year * 12 + self.number - 1 + months, 12), 9999 * 12 + 11)
        return Month(count // 12, count % 12 + 1)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


def read_month(text: str) -> Month:
    """ "2026-11".

    Raises:
        Refused "rectification.month_unreadable": no month, or none of 1990 to 2099.
    """
    found = re.fullmatch(r"(199\d|20\d\d)-(0[1-9]|1[0-2])", text, re.ASCII)
    if found is None:
        raise Refused("rectification.month_unreadable", month=text[:16])
    return Month(int(found[1]), int(found[2]))


def months_around(centre: Month) -> list[Month]:
    """The months of a board that one looks at from `centre`."""
    return [centre.plus(number - BEFORE) for number in range(MONTHS)]


@dataclass(frozen=True)
class Stepped:
    """One step: the day it happened, and where it led; `enters` is the one by which the task was
    entered into the register, which may be long after it began."""

    on: date
    to: str
    enters: bool = False


def state_on(steps: Sequence[Stepped], day: date) -> str:
    """The state at the end of a day; "" before the task was entered and before its first move.

    Steps are in the order they were entered. A move that is said to have happened before the one
    entered ahead of it counts from that one's day: nothing is undone before it was done.
    """
    state, reached = "", date.min
    for step in steps:
        if step.enters:
            state = step.to if step.on <= day else state
            continue
        reached = max(reached, step.on)
        if reached > day:
            break
        state = step.to
    return state


@dataclass(frozen=True)
class DueSince:
    """A due day (None: no day) and since when it is the one that counts."""

    since: date
    on: date | None


def due_as_of(dues: Iterable[DueSince], day: date) -> date | None:
    """The due day that counted at the end of a day: the newest of those known by then.

    Before the first of them that first one counts.
    """
    ordered = sorted(dues, key=lambda each: each.since)
    if not ordered:
        return None
    known = [each for each in ordered if each.since <= day] or ordered[:1]
    return known[-1].on


def late_on(state: str, due: date | None, day: date) -> bool:
    """Whether a task was past its due day at the end of a day, and not signed off."""
    if not state or due is None or due >= day:
        return False
    return State(state) not in DONE
