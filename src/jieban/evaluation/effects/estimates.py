"""Estimates of the same mean side by side, each with what it takes for granted.

Groups are pooled so that every sent community weighs the same; a community that stands in
several comparisons is counted once in the variance, with all it moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import stdtrit

from jieban.evaluation.effects.adjusting import REACH, Gaps, line_through, nearness
from jieban.evaluation.effects.panel import Figure, Floats, Numbers, Panel
from jieban.evaluation.effects.sending import Group, Lot, Plan
from jieban.evaluation.effects.standing import Standing

BEFORE_AFTER: Final = "before_after"
DIFFERENCE: Final = "difference_in_differences"
MATCHED: Final = "matched_difference"
ADJUSTED: Final = "adjusted_for_selection"
DRAWN: Final = "drawn_by_lot"
ESTIMATORS: Final = (BEFORE_AFTER, DIFFERENCE, MATCHED, ADJUSTED, DRAWN)
CONFIDENCE: Final = 0.95
_FEWEST_MATCHED: Final = 20
# Groups smaller than this take the spread of changes from the compared.
_OWN_SPREAD: Final = 5


@dataclass(frozen=True)
class Estimate:
    """A difference in points with its 95 % interval; `sent` and `compared` are its n."""

    points: float
    low: float
    high: float
    error: float
    sent: int
    compared: int

    @property
    def clear(self) -> bool:
        """Whether nought lies outside the interval."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Before:
    """One measure of all places before, and after, for one group."""

    group: Group
    before: Figure
    after: Figure

    @property
    def change(self) -> Floats:
        found: Floats = self.after.value - self.before.value
        return found


def half_width(error: float, degrees: float) -> float:
    """Half of the interval, by Student's t."""
    return float(stdtrit(max(degrees, 1.0), 0.5 + CONFIDENCE / 2)) * error


def pooled(parts: Sequence[Gaps], places: int) -> Estimate | None:
    """Mean gap over the members of all groups, each member weighing the same."""
    sent = sum(len(part.members) for part in parts)
    if not sent:
        return None
    points, own, moved = 0.0, 0.0, np.zeros(places)
    used: set[int] = set()
    for part in parts:
        share = len(part.members) / sent
        points += share * float(part.gaps.mean())
        own += float(part.own.sum()) / sent**2
        moved[part.compared] += share * part.pulls
        used.update(part.compared[part.pulls != 0].tolist())
    shared = float((moved**2).sum())
    error = float(np.sqrt(own + shared))
    width = half_width(error, max(part.degrees for part in parts))
    return Estimate(points, points - width, points + width, error, sent, len(used))


def single(part: Gaps, number: int) -> Estimate:
    """What the comparison says of one member."""
    error = float(np.sqrt(part.own[number] + part.shared[number]))
    points = float(part.gaps[number])
    width = half_width(error, part.degrees)
    return Estimate(points, points - width, points + width, error, 1, len(part.compared))


def gaps_of(panel: Panel, plan: Plan, measure: str) -> dict[str, list[Gaps]]:
    """Every estimator's gaps, group by group."""
    found: dict[str, list[Gaps]] = {name: [] for name in ESTIMATORS}
    for group in plan.groups:
        told = told_of(panel, group, measure)
        made = {
            BEFORE_AFTER: _before_after(told),
            DIFFERENCE: _difference(told),
            MATCHED: _matched(told, standing_in(panel, group)),
            ADJUSTED: adjusted(panel, group, told.after),
        }
        for name, part in made.items():
            if part is not None:
                found[name].append(part)
        found[DRAWN] += _drawn(panel, told, plan.lots)
    return found


def told_of(panel: Panel, group: Group, measure: str) -> Before:
    return Before(
        group,
        panel.window(group.before).figure(measure),
        panel.window(group.after).figure(measure),
    )


def standing_in(panel: Panel, group: Group) -> Standing:
    """Where the places stood in what chose the group's cohort."""
    return panel.window(group.choice.months).figure(group.choice.measure).standing


def adjusted(
    panel: Panel,
    group: Group,
    outcome: Figure,
    *,
    besides: Iterable[Floats] = (),
    reach: float | None = REACH,
    standing: Standing | None = None,
) -> Gaps | None:
    """Outcome after, adjusted for the score that chose by its reliability."""
    standing = standing_in(panel, group) if standing is None else standing
    near = nearness(standing, group.members, reach)
    design = [standing.lasting, *besides]
    return line_through(outcome, design, near, group.members, group.compared)


def _before_after(told: Before) -> Gaps | None:
    members = _known(told, told.group.members)
    if not len(members):
        return None
    change = told.change[members]
    spread = change.var(ddof=1) if len(members) > 1 else _spread(told)
    nought = np.zeros(0, dtype=np.float64)
    return Gaps(
        members=members,
        compared=np.zeros(0, dtype=np.int64),
        expected=told.before.value[members],
        gaps=change,
        own=np.full(len(members), spread),
        shared=np.zeros(len(members)),
        pulls=nought,
        weights=np.full(len(members), 1 / len(members)),
        strays=change - change.mean(),
        spreads=np.ones(len(members)),
        degrees=len(members) - 1 if len(members) > 1 else len(told.group.compared) - 1,
    )


def _difference(told: Before) -> Gaps | None:
    """Against all communities nobody had come to yet."""
    members, compared = _known(told, told.group.members), _known(told, told.group.compared)
    if not len(members) or len(compared) < 2:
        return None
    return _against(told, members, compared)


def _matched(told: Before, standing: Standing) -> Gaps | None:
    """Against those next in line: as many as were sent, the worst-placed of the compared."""
    compared = _known(told, told.group.eligible)
    members = _known(told, told.group.members)
    wanted = max(len(members), _FEWEST_MATCHED)
    if not len(members) or len(compared) < 2:
        return None
    order = np.argsort(standing.seen[compared], kind="stable")[:wanted]
    next_in_line = np.sort(compared[order])
    return _against(told, members, next_in_line)


def _drawn(panel: Panel, told: Before, lots: Sequence[Lot]) -> list[Gaps]:
    """Those drawn against those of the same lot that were not: chance alone told them apart."""
    parts = []
    for lot in lots:
        drawn = [i for i in told.group.members if panel.places[i].id in lot.drawn]
        others = [i for i in told.group.compared if panel.places[i].id in lot.not_drawn]
        members, compared = _known(told, drawn), _known(told, others)
        if len(members) and len(compared) > 1:
            parts.append(_against(told, members, compared))
    return parts


def _against(told: Before, members: Numbers, compared: Numbers) -> Gaps:
    others = told.change[compared]
    gaps = told.change[members] - others.mean()
    many = len(members) >= _OWN_SPREAD
    spread = gaps.var(ddof=1) if many else others.var(ddof=1)
    strays = others - others.mean()
    pulls = -strays / len(compared)
    return Gaps(
        members=members,
        compared=compared,
        expected=told.before.value[members] + others.mean(),
        gaps=gaps,
        own=np.full(len(members), spread),
        shared=np.full(len(members), float((pulls**2).sum())),
        pulls=pulls,
        weights=np.concatenate(
            [np.full(len(members), 1 / len(members)), np.full(len(compared), -1 / len(compared))]
        ),
        strays=np.concatenate([gaps, strays]),
        spreads=np.ones(len(members) + len(compared)),
        degrees=(len(members) if many else len(compared)) - 1,
    )


def _known(told: Before, places: Sequence[int]) -> Numbers:
    return np.array([i for i in places if np.isfinite(told.change[i])], dtype=np.int64)


def _spread(told: Before) -> float:
    compared = _known(told, told.group.compared)
    return float(told.change[compared].var(ddof=1)) if len(compared) > 1 else float("nan")
