"""Everything that is said of a programme's effect, as values: for pages, files and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np

from jieban.domain.errors import Refused
from jieban.evaluation.effects import beside, chance, course, sensitivity
from jieban.evaluation.effects.adjusting import Gaps
from jieban.evaluation.effects.beside import Beside, Spill
from jieban.evaluation.effects.chance import Counted, Standings
from jieban.evaluation.effects.course import Point
from jieban.evaluation.effects.estimates import (
    ADJUSTED,
    ESTIMATORS,
    Estimate,
    gaps_of,
    pooled,
    single,
    told_of,
)
from jieban.evaluation.effects.panel import MEASURES, Panel
from jieban.evaluation.effects.sending import AFTER, Choice, Group, Left, Lot, Plan, Sent, plan_of
from jieban.evaluation.effects.sensitivity import Sensitivity

FORMAT: Final = 1


@dataclass(frozen=True)
class Rise:
    """What changed, in points of a score or percentage points of a rate, and of what it is made.

    `change` = `trend` + `rebound` + what the adjusted estimate leaves. Trend is the change of a
    community of middling standing; rebound what the sent were expected to rise beyond it.
    """

    before: float
    after: float
    trend: float | None
    rebound: float | None

    @property
    def change(self) -> float:
        return self.after - self.before

    @property
    def change_percent(self) -> float | None:
        """Of the value before."""
        return 100 * self.change / self.before if self.before else None


@dataclass(frozen=True)
class Measured:
    """One measure over the sent communities: the rise and the estimates side by side."""

    measure: str
    sent: int
    answers_before: int
    answers_after: int
    rise: Rise
    estimates: Mapping[str, Estimate]


@dataclass(frozen=True)
class Community:
    """One sent community, by one measure. `months` of the seven after arrival are known."""

    place: int
    sent: Sent
    arrival: str
    months: int
    rise: Rise
    expected: float | None
    answers_before: int
    answers_after: int
    standings: Standings | None
    estimates: Mapping[str, Estimate]


@dataclass(frozen=True)
class Effects:
    """The whole report of one measure of interest, with the others beside it."""

    panel: Panel
    plan: Plan
    measure: str
    pooled: Mapping[str, Measured]
    cohorts: Mapping[str, Mapping[str, Measured]]
    communities: Mapping[str, tuple[Community, ...]]
    course: tuple[Point, ...]
    trend_before: Estimate | None
    placebo: Estimate | None
    randomised: float | None
    counted: Counted | None
    leaving: Mapping[str, Estimate | None]
    volume: Beside
    again: Beside
    spill: Spill
    sensitivity: Sensitivity | None

    @property
    def choices(self) -> dict[str, Choice]:
        """How each cohort was chosen."""
        return {group.cohort: group.choice for group in self.plan.groups}

    @property
    def left(self) -> tuple[Left, ...]:
        return self.plan.left

    @property
    def main(self) -> Measured:
        return self.pooled[self.measure]


def effects_of(
    panel: Panel,
    sent: Sequence[Sent],
    *,
    baseline: str | None = None,
    after: int = AFTER,
    measure: str = "score",
    cohort: str | None = None,
    lots: Sequence[Lot] = (),
) -> Effects:
    """What sending did, by every estimate; of one cohort, or of all.

    The others sent to are known even then: they are nobody's comparison once somebody came.

    Raises:
        Refused: what `plan_of` refuses; `effects.cohort_unknown`.
    """
    plan = plan_of(panel, sent, baseline=baseline, after=after, lots=lots)
    if cohort is not None:
        plan = _of_cohort(plan, cohort)
        if not plan.groups:
            raise Refused("effects.cohort_unknown", cohort=cohort)
    gaps = {name: gaps_of(panel, plan, name) for name in MEASURES}
    said = partial(_measured, panel)
    cohorts = dict.fromkeys(group.cohort for group in plan.groups)
    main = gaps[measure][ADJUSTED]
    estimate = pooled(main, len(panel.places))
    return Effects(
        panel=panel,
        plan=plan,
        measure=measure,
        pooled={name: said(plan, name, gaps[name]) for name in MEASURES},
        cohorts={
            cohort: {
                name: said(_of_cohort(plan, cohort), name, _parts_of(plan, gaps[name], cohort))
                for name in MEASURES
            }
            for cohort in cohorts
        },
        communities={name: _communities(panel, plan, name, gaps[name]) for name in MEASURES},
        course=tuple(course.course_of(panel, plan, measure)),
        trend_before=course.trend_before(panel, plan, measure),
        placebo=course.placebo(panel, plan, measure),
        randomised=chance.randomised(main),
        counted=chance.counted(panel, plan, "raw_score"),
        leaving=course.after_leaving(panel, plan, measure),
        volume=beside.volume(panel, plan),
        again=beside.again(panel, plan),
        spill=beside.spill_over(panel, plan, measure),
        sensitivity=None
        if estimate is None
        else sensitivity.sensitivity_of(panel, plan, measure, main, estimate),
    )


def _of_cohort(plan: Plan, cohort: str) -> Plan:
    return replace(
        plan,
        groups=tuple(each for each in plan.groups if each.cohort == cohort),
        left=tuple(each for each in plan.left if each.sent.cohort == cohort),
    )


def _parts_of(plan: Plan, gaps: Mapping[str, list[Gaps]], cohort: str) -> dict[str, list[Gaps]]:
    members = {i for group in plan.groups if group.cohort == cohort for i in group.members}
    return {
        name: [part for part in parts if set(part.members.tolist()) <= members]
        for name, parts in gaps.items()
    }


def _measured(panel: Panel, plan: Plan, measure: str, gaps: Mapping[str, list[Gaps]]) -> Measured:
    before, after, answers = [], [], np.zeros(2)
    for group in plan.groups:
        told, members = told_of(panel, group, measure), list(group.members)
        known = [i for i in members if np.isfinite(told.change[i])]
        before.append(told.before.value[known])
        after.append(told.after.value[known])
        answers += told.before.base[known].sum(), told.after.base[known].sum()
    first, last = (float(np.concatenate(each).mean()) for each in (before, after))
    trend, rebound = _apart(panel, plan, measure, gaps[ADJUSTED], first)
    estimates = {
        name: found
        for name in ESTIMATORS
        if (found := pooled(gaps[name], len(panel.places))) is not None
    }
    return Measured(
        measure,
        sum(len(each) for each in before),
        int(answers[0]),
        int(answers[1]),
        Rise(first, last, trend, rebound),
        estimates,
    )


def _apart(
    panel: Panel, plan: Plan, measure: str, parts: Sequence[Gaps], before: float
) -> tuple[float | None, float | None]:
    """Trend and rebound, of all members together."""
    sent = sum(len(part.members) for part in parts)
    if not sent:
        return None, None
    trend = expected = 0.0
    for part in parts:
        share = len(part.members) / sent
        trend += share * _trend(panel, plan, measure, part)
        expected += share * float(part.expected.mean())
    return trend, expected - before - trend


def _trend(panel: Panel, plan: Plan, measure: str, part: Gaps) -> float:
    """The change of a community of middling standing: the line's middle, less the mean before."""
    group = _group_of(plan, part)
    value = panel.window(group.before).figure(measure).value
    both = np.concatenate([part.members, part.compared])
    assert part.coefficients is not None
    return float(part.coefficients[0] - np.nanmean(value[both]))


def _group_of(plan: Plan, part: Gaps) -> Group:
    first = int(part.members[0])
    return next(group for group in plan.groups if first in group.members)


def _communities(
    panel: Panel, plan: Plan, measure: str, gaps: Mapping[str, list[Gaps]]
) -> tuple[Community, ...]:
    standings = chance.standings_of(panel, plan, measure)
    found: dict[int, dict[str, tuple[Gaps, int]]] = {}
    for name in ESTIMATORS:
        for part in gaps[name]:
            for number, place in enumerate(part.members.tolist()):
                found.setdefault(place, {})[name] = (part, number)
    made = []
    for group in plan.groups:
        told = told_of(panel, group, measure)
        for place in group.members:
            of_place = found.get(place, {})
            if not of_place:
                continue
            before, after = float(told.before.value[place]), float(told.after.value[place])
            expected = trend = rebound = None
            if ADJUSTED in of_place:
                part, number = of_place[ADJUSTED]
                expected = float(part.expected[number])
                trend = _trend(panel, plan, measure, part)
                rebound = expected - before - trend
            made.append(
                Community(
                    place=place,
                    sent=plan.postings[place],
                    arrival=panel.months[group.arrival],
                    months=len(group.after),
                    rise=Rise(before, after, trend, rebound),
                    expected=expected,
                    answers_before=int(told.before.base[place]),
                    answers_after=int(told.after.base[place]),
                    standings=standings.get(place),
                    estimates={
                        name: single(part, number) for name, (part, number) in of_place.items()
                    },
                )
            )
    return tuple(sorted(made, key=lambda each: each.place))


# --- as a file ----------------------------------------------------------------------------


def as_json(effects: Effects, digits: int = 4) -> dict[str, Any]:
    """The report as plain values; every estimate in points and in percent of the value before."""
    panel = effects.panel
    plain = partial(_rounded, digits=digits)
    document = {
        "format": FORMAT,
        "generated": panel.generated,
        "rulebook": {"name": panel.rulebook.name, "digest": panel.rulebook.digest},
        "months": {"first": panel.months[0], "last": panel.months[-1]},
        "estimand": {
            "measure": effects.measure,
            "over": "communities sent to, equal weight",
            "after": "first to seventh full month after arrival, month of arrival left out",
            "months_after_known": sorted({len(group.after) for group in effects.plan.groups}),
        },
        "choice": {
            cohort: {
                "measure": choice.measure,
                "months": [panel.months[month] for month in choice.months],
                "clear": choice.clear,
                "declared": choice.declared,
            }
            for cohort, choice in effects.choices.items()
        },
        "pooled": {name: _measured_json(each) for name, each in effects.pooled.items()},
        "cohorts": {
            cohort: {name: _measured_json(each) for name, each in measures.items()}
            for cohort, measures in effects.cohorts.items()
        },
        "communities": _communities_json(effects),
        "left_out": [
            {
                "area": left.sent.area,
                "cohort": left.sent.cohort,
                "start": left.sent.start.isoformat(),
                "reason": left.reason,
            }
            for left in effects.left
        ],
        "course": [
            {
                "month": point.month,
                "reached": point.reached,
                "expected": point.expected,
                **_estimate_json(point.gap, None, None),
            }
            for point in effects.course
        ],
        "tests": {
            "trend_before_points_per_month": _estimate_json(effects.trend_before, None, None),
            "placebo": _estimate_json(effects.placebo, None, None),
            "randomisation_p": effects.randomised,
        },
        "counted": _counted_json(effects.counted),
        "after_leaving_months": {
            name: _estimate_json(each, None, None) for name, each in effects.leaving.items()
        },
        "beside": {
            "received_a_month_percent": _beside_json(effects.volume, "percent"),
            "reopened_of_100_points": _beside_json(effects.again, "points"),
            "neighbours": {
                "near": effects.spill.near,
                "far": effects.spill.far,
                **_estimate_json(effects.spill.estimate, None, None),
            },
        },
        "sensitivity": _sensitivity_json(effects.sensitivity),
    }
    written: dict[str, Any] = plain(document)
    return written


def _rounded(value: Any, digits: int) -> Any:
    if isinstance(value, dict):
        return {str(name): _rounded(each, digits) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each, digits) for each in value]
    if isinstance(value, float):
        return round(value, digits) + 0.0 if np.isfinite(value) else None
    return value


def _measured_json(measured: Measured) -> dict[str, Any]:
    return {
        "sent": measured.sent,
        "answers": {"before": measured.answers_before, "after": measured.answers_after},
        **_rise_json(measured.rise),
        "estimates": {
            name: _estimate_json(each, measured.rise.before, measured.rise.rebound)
            for name, each in measured.estimates.items()
        },
    }


def _rise_json(rise: Rise) -> dict[str, Any]:
    return {
        "before": rise.before,
        "after": rise.after,
        "change_points": rise.change,
        "change_percent": rise.change_percent,
        "trend_points": rise.trend,
        "rebound_points": rise.rebound,
    }


def _estimate_json(
    estimate: Estimate | None, before: float | None, rebound: float | None
) -> dict[str, Any]:
    if estimate is None:
        return {"points": None}
    made: dict[str, Any] = {
        "points": estimate.points,
        "low": estimate.low,
        "high": estimate.high,
        "error": estimate.error,
        "n": {"sent": estimate.sent, "compared": estimate.compared},
    }
    if before:
        made["percent"] = 100 * estimate.points / before
        made["percent_low"] = 100 * estimate.low / before
        made["percent_high"] = 100 * estimate.high / before
        made["rebound"] = rebound
    return made


def _communities_json(effects: Effects) -> list[dict[str, Any]]:
    rows = []
    by_place = {
        name: {each.place: each for each in listed} for name, listed in effects.communities.items()
    }
    for place, first in by_place[effects.measure].items():
        where = effects.panel.places[place]
        rows.append(
            {
                "area": where.id,
                "name": where.name,
                "cohort": first.sent.cohort,
                "start": first.sent.start.isoformat(),
                "arrival": first.arrival,
                "months_after": first.months,
                "measures": {
                    name: _community_json(listed[place])
                    for name, listed in by_place.items()
                    if place in listed
                },
            }
        )
    return rows


def _community_json(one: Community) -> dict[str, Any]:
    ranks = one.standings
    return {
        "answers": {"before": one.answers_before, "after": one.answers_after},
        **_rise_json(one.rise),
        "expected": one.expected,
        "rank": None
        if ranks is None
        else {
            "before": ranks.before,
            "before_of": ranks.before_of,
            "after": ranks.after,
            "after_of": ranks.after_of,
            "climbed": ranks.climbed,
        },
        "estimates": {
            name: _estimate_json(each, one.rise.before, one.rise.rebound)
            for name, each in one.estimates.items()
        },
    }


def _counted_json(counted: Counted | None) -> dict[str, Any] | None:
    if counted is None:
        return None
    return {
        "measure": "raw_score",
        "sent": counted.sent,
        "list_before": counted.list_before,
        "list_after": counted.list_after,
        "mean_climb": vars(counted.mean_climb),
        "total_climb": counted.total_climb,
        "rose_more_than_points": {border: vars(each) for border, each in counted.rises.items()},
        "climbed_more_than": {border: vars(each) for border, each in counted.climbs.items()},
    }


def _beside_json(one: Beside, unit: str) -> dict[str, Any]:
    estimate = _estimate_json(one.estimate, None, None)
    if "points" in estimate and unit == "percent":
        estimate["percent"] = estimate.pop("points")
    return {"before": one.before, "after": one.after, **estimate}


def _sensitivity_json(found: Sensitivity | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "undone_by_points": found.undone_by,
        "undone_by_spreads": found.in_spreads,
        "detectable_points": found.detectable,
        "reliability": found.reliability,
        "undoing_steepness": found.undoing_steepness,
        "otherwise": {
            name: _estimate_json(each, None, None) for name, each in found.otherwise.items()
        },
    }
