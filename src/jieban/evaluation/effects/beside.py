"""Beside the rates: how much was complained, how often again, and what happened next door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from jieban.evaluation.effects.adjusting import REACH, line_through, nearness
from jieban.evaluation.effects.estimates import Estimate, adjusted, pooled, standing_in
from jieban.evaluation.effects.panel import Figure, Floats, Panel, Window
from jieban.evaluation.effects.sending import Plan

# Neighbours and others on each side below which nothing is said of spill-over.
_FEWEST: Final = 5


@dataclass(frozen=True)
class Beside:
    """A count or share of the sent, before and after, and the difference against the expected.

    Volume: cases received a month and community, the difference in percent. Again: reopened
    cases of a hundred received, the difference in points.
    """

    before: float
    after: float
    estimate: Estimate | None


def volume(panel: Panel, plan: Plan) -> Beside:
    """Cases received: fewer complaints, or only better answers?"""
    parts, before, after = [], [], []
    for group in plan.groups:
        earlier, later = _monthly(panel.window(group.before)), _monthly(panel.window(group.after))
        before.append(earlier[list(group.members)])
        after.append(later[list(group.members)])
        with np.errstate(divide="ignore"):
            logs = [np.where(each > 0, np.log(each), np.nan) for each in (earlier, later)]
        part = adjusted(panel, group, _plain(logs[1]), besides=[logs[0]])
        if part is not None:
            parts.append(part)
    found = pooled(parts, len(panel.places))
    return Beside(_mean(before), _mean(after), None if found is None else _in_percent(found))


def again(panel: Panel, plan: Plan) -> Beside:
    """Reopened 重办 of a hundred received."""
    parts, before, after = [], [], []
    for group in plan.groups:
        earlier, later = _share(panel.window(group.before)), _share(panel.window(group.after))
        before.append(earlier[list(group.members)])
        after.append(later[list(group.members)])
        part = adjusted(panel, group, _plain(later), besides=[earlier])
        if part is not None:
            parts.append(part)
    return Beside(_mean(before), _mean(after), pooled(parts, len(panel.places)))


@dataclass(frozen=True)
class Spill:
    """Not-sent communities in a street that got somebody, against those in other streets.

    `estimate` is None with fewer than five on either side, as where every street got one.
    """

    near: int
    far: int
    estimate: Estimate | None


def spill_over(panel: Panel, plan: Plan, measure: str) -> Spill:
    """Whether the neighbours did better, or worse, than other communities like them."""
    parts, near_count, far_count = [], 0, 0
    for group in plan.groups:
        streets = {panel.places[place].parent for place in group.members}
        near = [i for i in group.compared if panel.places[i].parent in streets]
        far = [i for i in group.compared if panel.places[i].parent not in streets]
        near_count, far_count = max(near_count, len(near)), max(far_count, len(far))
        if min(len(near), len(far)) < _FEWEST:
            continue
        standing = standing_in(panel, group)
        weight = nearness(standing, group.members, REACH)
        outcome = panel.window(group.after).figure(measure)
        part = line_through(outcome, [standing.lasting], weight, near, far)
        if part is not None:
            parts.append(part)
    return Spill(near_count, far_count, pooled(parts, len(panel.places)))


def _monthly(window: Window) -> Floats:
    found: Floats = window.total("received") / window.months
    return found


def _share(window: Window) -> Floats:
    received = window.total("received")
    found: Floats = np.divide(
        100 * window.total("reopened"),
        received,
        out=np.full_like(received, np.nan),
        where=received > 0,
    )
    return found


def _plain(value: Floats) -> Figure:
    """A figure whose chance is not known apart from the rest."""
    nought = np.where(np.isfinite(value), 0.0, np.nan)
    return Figure(value, nought, np.ones_like(value))


def _in_percent(found: Estimate) -> Estimate:
    points, low, high = (
        100 * float(np.expm1(each)) for each in (found.points, found.low, found.high)
    )
    return Estimate(points, low, high, 100 * found.error, found.sent, found.compared)


def _mean(values: list[Floats]) -> float:
    return float(np.nanmean(np.concatenate(values)))
