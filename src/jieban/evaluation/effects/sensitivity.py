"""How much would have to be otherwise for the difference to be nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from jieban.evaluation.effects.adjusting import Gaps
from jieban.evaluation.effects.estimates import Estimate, adjusted, pooled, standing_in
from jieban.evaluation.effects.panel import Figure, Panel
from jieban.evaluation.effects.sending import Group, Plan
from jieban.evaluation.effects.standing import Standing

# Chance of finding an effect of this many standard errors: 80 of 100.
_POWER: Final = 1.96 + 0.8416


@dataclass(frozen=True)
class Sensitivity:
    """`undone_by`: the unobserved difference between sent and others, in points, that would
    draw the interval onto nought (0: it holds nought already); `in_spreads` the same in spreads
    of communities about the line. `detectable`: the effect found in 80 of 100 such programmes.
    `undoing_steepness`: the line kept this part of its steepness down where the sent stand, nothing
    would be left; below nought not even a full return to the middle explains the rise.
    `otherwise`: the estimate under other choices of method, by name.
    """

    undone_by: float
    in_spreads: float | None
    detectable: float
    reliability: float
    undoing_steepness: float | None
    otherwise: Mapping[str, Estimate]


def sensitivity_of(
    panel: Panel, plan: Plan, measure: str, parts: list[Gaps], estimate: Estimate
) -> Sensitivity:
    """The sensitivity of the adjusted estimate made of `parts`."""
    near = min(abs(estimate.low), abs(estimate.high)) if estimate.clear else 0.0
    spread = float(np.sqrt(np.mean([part.unexplained for part in parts])))
    standings = [standing_in(panel, group) for group in plan.groups]
    reliabilities = [
        standing.reliability()[list(group.members)]
        for standing, group in zip(standings, plan.groups, strict=True)
    ]
    return Sensitivity(
        undone_by=near,
        in_spreads=near / spread if spread > 0 else None,
        detectable=_POWER * estimate.error,
        reliability=float(np.nanmean(np.concatenate(reliabilities))),
        undoing_steepness=_undoing(parts),
        otherwise=_otherwise(panel, plan, measure),
    )


def _otherwise(panel: Panel, plan: Plan, measure: str) -> dict[str, Estimate]:
    """Other ways of drawing the line; all of them ought to tell the same story."""

    def _after(group: Group) -> Figure:
        return panel.window(group.after).figure(measure)

    def all_alike(group: Group, standing: Standing) -> Gaps | None:
        return adjusted(panel, group, _after(group), reach=None, standing=standing)

    def nearest_only(group: Group, standing: Standing) -> Gaps | None:
        return adjusted(panel, group, _after(group), reach=0.5, standing=standing)

    def bent(group: Group, standing: Standing) -> Gaps | None:
        square = standing.lasting**2
        return adjusted(
            panel, group, _after(group), reach=None, standing=standing, besides=[square]
        )

    def unshrunken(group: Group, standing: Standing) -> Gaps | None:
        seen = replace(standing, lasting=standing.seen - standing.mean)
        return adjusted(panel, group, _after(group), standing=seen)

    ways: dict[str, Callable[[Group, Standing], Gaps | None]] = {
        "all_alike": all_alike,
        "nearest_only": nearest_only,
        "bent_line": bent,
        "same_reliability": unshrunken,
    }
    found = {}
    for name, way in ways.items():
        made = [way(group, standing_in(panel, group)) for group in plan.groups]
        estimate = pooled([part for part in made if part is not None], len(panel.places))
        if estimate is not None:
            found[name] = estimate
    return found


def _undoing(parts: list[Gaps]) -> float | None:
    """Which part of the line's steepness would be left if the sent had reached just the expected.

    The line is carried on to where nobody else stands. Were it flatter there, more of the rise
    would be rebound: at nought, every community comes back to the middle whatever it was.
    """
    sent = sum(len(part.members) for part in parts)
    reached = expected = centre = 0.0
    for part in parts:
        share = len(part.members) / sent
        assert part.coefficients is not None
        reached += share * float((part.expected + part.gaps).mean())
        expected += share * float(part.expected.mean())
        centre += share * float(part.coefficients[0])
    if abs(expected - centre) < 1e-9:
        return None
    return float((reached - centre) / (expected - centre))
