"""How many are done, how many under way: figures that add up at every level.

`done + under_way == total` for a round, a unit, a problem, a month, whatever is counted; each row
is in exactly one state, and each state is in exactly one of the two. Types of pollution are
another matter: a letter may hold several, so they may add up to more than the letters, and the
figure says so itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jieban.domain.rectification.tasks import DONE, State


@dataclass(frozen=True)
class Sum:
    """Of `total`, `done` are signed off; the rest is under way, `not_started` of it not begun."""

    total: int
    done: int
    not_started: int = 0
    late: int = 0

    @property
    def under_way(self) -> int:
        return self.total - self.done


def sum_of(states: Mapping[str, int], late: int = 0) -> Sum:
    """The sum of counts by state. An unknown state is a ValueError, not a row left out."""
    known = {State(state): count for state, count in states.items()}
    return Sum(
        total=sum(known.values()),
        done=sum(count for state, count in known.items() if state in DONE),
        not_started=known.get(State.NOT_STARTED, 0),
        late=late,
    )


def together(sums: Iterable[Sum]) -> Sum:
    """The sum of sums that share no row."""
    every = list(sums)
    return Sum(
        sum(each.total for each in every),
        sum(each.done for each in every),
        sum(each.not_started for each in every),
        sum(each.late for each in every),
    )


@dataclass(frozen=True)
class ByType:
    """How often each type occurs in so many rows; `mentions` is what the types add up to."""

    rows: int
    counts: tuple[tuple[str, int], ...]

    @property
    def mentions(self) -> int:
        return sum(count for _, count in self.counts)

    @property
    def exceeds(self) -> bool:
        """Whether some row has more than one type, so that the types add up to more than rows."""
        return self.mentions > self.rows


def by_type(types_of_rows: Sequence[Sequence[str]]) -> ByType:
    """Types by how often they occur, then by name; a row counts once for each of its types, one
    without any under ""."""
    counts: Counter[str] = Counter()
    for types in types_of_rows:
        counts.update(set(types) or {""})
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return ByType(len(types_of_rows), tuple(ordered))
