"""What chance alone gives: shuffled residuals, and ranks and rises had nobody been sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from jieban.evaluation.effects.adjusting import Gaps
from jieban.evaluation.effects.estimates import Before, adjusted, told_of
from jieban.evaluation.effects.panel import Floats, Numbers, Panel
from jieban.evaluation.effects.sending import Plan

_SHUFFLES: Final = 1999
_DRAWS: Final = 400
_SEED: Final = 20211201
RISES: Final = (10, 20)
CLIMBS: Final = (50, 200)


def randomised(parts: Sequence[Gaps]) -> float | None:
    """Share of shuffles that move the mean gap as far as it is: a p-value for few communities.

    Residuals change places within each group, each in units of how wide it is expected to be
    where it stands; the estimate is made again from each order.
    """
    sent = sum(len(part.members) for part in parts)
    if not sent or not all(len(part.compared) for part in parts):
        return None
    rng = np.random.Generator(np.random.PCG64(_SEED))
    shuffled = np.zeros(_SHUFFLES)
    reached = 0.0
    for part in parts:
        share = len(part.members) / sent
        reached += share * float(part.gaps.mean())
        units = part.strays / part.spreads
        order = rng.permuted(np.broadcast_to(units, (_SHUFFLES, len(units))), axis=1)
        shuffled += share * (order @ (part.weights * part.spreads))
    return float((1 + (np.abs(shuffled) >= abs(reached) - 1e-12).sum()) / (_SHUFFLES + 1))


@dataclass(frozen=True)
class Standings:
    """Ranks of one place in the lists before and after; never without the length of each."""

    before: int
    before_of: int
    after: int
    after_of: int

    @property
    def climbed(self) -> int:
        return self.before - self.after


@dataclass(frozen=True)
class Expected:
    """A number as it was, and as it would be had nobody been sent: mean and middle 95 %."""

    found: float
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Counted:
    """Rises and climbs among the sent. Keys of `rises` are points, of `climbs` places.

    `above` is strict: more than ten points. `list_before`, `list_after`: lengths of the lists.
    """

    sent: int
    list_before: int
    list_after: int
    mean_climb: Expected
    total_climb: int
    rises: Mapping[int, Expected]
    climbs: Mapping[int, Expected]


def standings_of(panel: Panel, plan: Plan, measure: str) -> dict[int, Standings]:
    """The ranks of every sent place in the list of all communities, before and after."""
    found = {}
    for group in plan.groups:
        told = told_of(panel, group, measure)
        before, of_before = _ranks(told.before.value)
        after, of_after = _ranks(told.after.value)
        for place in group.members:
            if before[place] and after[place]:
                found[place] = Standings(int(before[place]), of_before, int(after[place]), of_after)
    return found


def counted(panel: Panel, plan: Plan, measure: str) -> Counted | None:
    """How many rose by so much and climbed so far, beside what nobody sent would have given.

    Had nobody been sent each place reaches what the line expects, with the spread of the line's
    own residuals; the others stay as they were.
    """
    rng = np.random.Generator(np.random.PCG64(_SEED + 1))
    rises, climbs = [], []
    drawn_rises, drawn_climbs = [], []
    lengths = (0, 0)
    for group in plan.groups:
        told = told_of(panel, group, measure)
        part = adjusted(panel, group, told.after)
        if part is None:
            continue
        members = [i for i in part.members if np.isfinite(told.change[i])]
        kept = np.isin(part.members, members)
        before, of_before = _ranks(told.before.value)
        after, of_after = _ranks(told.after.value)
        lengths = (of_before, of_after)
        rises.append(told.change[members])
        climbs.append((before - after)[members])
        spread = np.sqrt(part.own + part.shared)[kept]
        reached = part.expected[kept] + spread * rng.standard_normal((_DRAWS, len(members)))
        drawn_rises.append(reached - told.before.value[members])
        drawn_climbs.append(before[members] - _drawn_ranks(told, members, reached))
    if not rises:
        return None
    rise, climb = np.concatenate(rises), np.concatenate(climbs)
    drawn_rise, drawn_climb = np.hstack(drawn_rises), np.hstack(drawn_climbs)
    return Counted(
        sent=len(rise),
        list_before=lengths[0],
        list_after=lengths[1],
        mean_climb=_beside(float(climb.mean()), drawn_climb.mean(axis=1)),
        total_climb=int(climb.sum()),
        rises={
            border: _beside(float((rise > border).sum()), (drawn_rise > border).sum(axis=1))
            for border in RISES
        },
        climbs={
            border: _beside(float((climb > border).sum()), (drawn_climb > border).sum(axis=1))
            for border in CLIMBS
        },
    )


def _beside(found: float, drawn: Floats) -> Expected:
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Expected(found, float(drawn.mean()), float(low), float(high))


def _ranks(value: Floats) -> tuple[np.ndarray, int]:
    """1 is best, ties share (1, 2, 2, 4); 0 for places without a figure. And the list's length."""
    known = np.isfinite(value)
    ranks = np.zeros(len(value), dtype=np.int64)
    # Scores are exact to a millionth of a point; closer than that is a tie.
    ranks[known] = _places(np.round(value[known], 6))
    return ranks, int(known.sum())


def _places(value: Floats) -> Numbers:
    """1 is the largest; equal ones share the smallest number."""
    return np.searchsorted(np.sort(-value), -value, side="left") + 1


def _drawn_ranks(told: Before, members: Sequence[int], reached: Floats) -> np.ndarray:
    """The rank each member would have, the other members at their drawn places too."""
    others = told.after.value.copy()
    others[list(members)] = np.nan
    order = np.sort(-others[np.isfinite(others)])
    above = np.searchsorted(order, -reached, side="left")
    among = np.stack([_places(row) for row in reached])
    found: np.ndarray = above + among
    return found
