"""造血: how far does a community help itself? One definition, fixed before the term starts.

The share of its cases that the community's own staff answered, how many of them did it, and of
all cases the shares that were sent back and that were reopened. Month by month, before, during
and after the term. What nobody recorded is unknown and is left out of the share, and how much
that is stands beside it: an import says which unit answered, never who.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from jieban.domain.errors import Refused

MEASURES = ("own_share", "own_people", "return_rate", "reopen_rate")
MONTHS_BEFORE = 6
MOST_MONTHS = 24


class Who(StrEnum):
    """Who answered a case, seen from the community."""

    OWN = "own"
    SENT = "sent"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answered:
    """One case answered: in which month, by whom (`person`: who it was, to be counted once)."""

    month: str
    who: Who
    person: str


@dataclass(frozen=True)
class OwnMonth:
    """One month's answers: `known` of the `answered` have an answerer on record, `own` of those
    were the community's own, by `people` of them."""

    month: str
    answered: int
    known: int
    own: int
    people: int


@dataclass(frozen=True)
class Definition:
    """What is counted, and from when: fixed with the day and the person who fixed it."""

    measures: tuple[str, ...] = MEASURES
    months_before: int = MONTHS_BEFORE
    months_after: int = 12

    def plain(self) -> dict[str, object]:
        return {
            "measures": list(self.measures),
            "months_before": self.months_before,
            "months_after": self.months_after,
        }


def definition(measures: Sequence[str], months_before: int, months_after: int) -> Definition:
    """A definition, its measures in the usual order.

    Raises:
        Refused "term.index_empty", "term.index_measure_unknown", "term.index_months".
    """
    unknown = sorted(set(measures) - set(MEASURES))
    if unknown:
        raise Refused("term.index_measure_unknown", measures=unknown, known=list(MEASURES))
    if not measures:
        raise Refused("term.index_empty")
    if not (1 <= months_before <= MOST_MONTHS and 1 <= months_after <= MOST_MONTHS):
        raise Refused("term.index_months", limit=MOST_MONTHS)
    chosen = tuple(each for each in MEASURES if each in measures)
    return Definition(chosen, months_before, months_after)


def check_definition(*, arrived_on: date | None) -> None:
    """Only before the term starts: a measure chosen afterwards can always be chosen to please.

    Raises:
        Refused "term.index_fixed".
    """
    if arrived_on is not None:
        raise Refused("term.index_fixed", day=arrived_on.isoformat())


def by_month(answers: Iterable[Answered], months: Sequence[str]) -> list[OwnMonth]:
    """One line for each month asked for, in that order; a month nobody answered in has zeros."""
    kept: dict[str, list[Answered]] = {month: [] for month in months}
    for each in answers:
        if each.month in kept:
            kept[each.month].append(each)
    return [_month(month, found) for month, found in kept.items()]


def _month(month: str, found: Sequence[Answered]) -> OwnMonth:
    own = [each for each in found if each.who is Who.OWN]
    return OwnMonth(
        month,
        answered=len(found),
        known=sum(each.who is not Who.UNKNOWN for each in found),
        own=len(own),
        people=len({each.person for each in own}),
    )
