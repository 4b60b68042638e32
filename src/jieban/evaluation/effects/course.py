"""Month by month around arrival; what was there before; what is left after leaving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from jieban.evaluation.effects.adjusting import Gaps
from jieban.evaluation.effects.estimates import Estimate, adjusted, pooled
from jieban.evaluation.effects.panel import Figure, Floats, Panel
from jieban.evaluation.effects.sending import Group, Plan, arrival_month

BACK: Final = 12
AHEAD: Final = 18
# So many months before those that chose make a test of the line where nobody had been sent.
_PLACEBO: Final = 3
# Months after leaving: the first half year, the second.
LOOK_BACKS: Final[Mapping[str, tuple[int, int]]] = {"6": (1, 6), "12": (7, 12)}


@dataclass(frozen=True)
class Point:
    """One month, `month` months after that of arrival (0); all in points."""

    month: int
    reached: float
    expected: float
    gap: Estimate


def course_of(panel: Panel, plan: Plan, measure: str) -> list[Point]:
    """Sent communities against what the others let expect, in every month known for any group."""
    points = []
    for step in range(-BACK, AHEAD + 1):
        months = {group: [group.arrival + step] for group in plan.groups}
        parts = _parts(panel, months, plan, measure)
        gap = pooled(parts, len(panel.places))
        if gap is None:
            continue
        expected = np.concatenate([part.expected for part in parts])
        reached = expected + np.concatenate([part.gaps for part in parts])
        points.append(Point(step, float(reached.mean()), float(expected.mean()), gap))
    return points


def trend_before(panel: Panel, plan: Plan, measure: str) -> Estimate | None:
    """How much steeper the sent ran than expected in the months before arrival, points a month.

    Far from nought: the communities were on their way already, and the estimate carries it.
    """
    parts = []
    for group in plan.groups:
        months = [month for month in group.before if month < group.arrival]
        if len(months) < 3:
            continue
        steps = np.array(months, dtype=np.float64) - np.mean(months)
        singles = [panel.window([month]).figure(measure) for month in months]
        values = np.stack([each.value for each in singles])
        share = steps / (steps**2).sum()
        slope = (share[:, None] * values).sum(axis=0)
        chance = (share[:, None] ** 2 * np.stack([each.chance for each in singles])).sum(axis=0)
        base = np.min(np.stack([each.base for each in singles]), axis=0)
        part = adjusted(panel, group, _Fixed(slope, chance, base))
        if part is not None:
            parts.append(part)
    return pooled(parts, len(panel.places))


class _Fixed(Figure):
    """A figure whose variance of chance is known as it is."""

    @property
    def chance(self) -> Floats:
        return self.variance


def placebo(panel: Panel, plan: Plan, measure: str) -> Estimate | None:
    """The same estimate on months before those that chose: nobody had been sent, so nought."""

    def earlier(group: Group) -> list[int]:
        first = min((*group.choice.months, *group.before))
        return list(range(first)) if first >= _PLACEBO else []

    months = {group: earlier(group) for group in plan.groups}
    return pooled(_parts(panel, months, plan, measure), len(panel.places))


def after_leaving(panel: Panel, plan: Plan, measure: str) -> dict[str, Estimate | None]:
    """The difference in the first and second half year after the month of leaving."""
    found: dict[str, Estimate | None] = {}
    for name, (first, last) in LOOK_BACKS.items():
        parts = []
        for group in plan.groups:
            for left, members in _leaving(panel, plan, group).items():
                months = range(left + first, left + last + 1)
                if months[-1] >= len(panel.months):
                    continue
                compared = plan.compared_until(len(panel.places), months[-1])
                smaller = replace(group, members=members, compared=compared)
                part = adjusted(panel, smaller, panel.window(list(months)).figure(measure))
                if part is not None:
                    parts.append(part)
        found[name] = pooled(parts, len(panel.places))
    return found


def _leaving(panel: Panel, plan: Plan, group: Group) -> dict[int, tuple[int, ...]]:
    """Members by the number of the month in which they were left."""
    found: dict[int, list[int]] = {}
    for member in group.members:
        end = plan.postings[member].end
        if end is None:
            continue
        month = panel.number.get(arrival_month(panel.rulebook, end))
        if month is not None:
            found.setdefault(month, []).append(member)
    return {month: tuple(members) for month, members in found.items()}


def _parts(
    panel: Panel, wanted: Mapping[Group, Sequence[int]], plan: Plan, measure: str
) -> list[Gaps]:
    """The adjusted gaps of each group over its months; groups whose months are unknown are out."""
    parts = []
    for group, months in wanted.items():
        if not months or min(months) < 0 or max(months) >= len(panel.months):
            continue
        compared = group.compared
        if max(months) > max(group.after):
            compared = plan.compared_until(len(panel.places), max(months))
        part = adjusted(
            panel, replace(group, compared=compared), panel.window(months).figure(measure)
        )
        if part is not None:
            parts.append(part)
    return parts
