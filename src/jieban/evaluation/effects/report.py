"""Everything that is said of a programme's effect, as values: for pages, files and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from jieban.domain.errors import Refused
from jieban.domain.words import Language, word
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
from jieban.evaluation.effects.panel import MEASURE_WORDS, MEASURES, Panel
from jieban.evaluation.effects.sending import AFTER, Choice, Group, Left, Lot, Plan, Sent, plan_of
from jieban.evaluation.effects.sensitivity import Sensitivity


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
        Refused: what `plan_of` refuses; `effects.cohort_unknown`, `effects.not_measured` (by this
            rulebook, or with these answers, the sent have no such figure).
    """
    plan = plan_of(panel, sent, baseline=baseline, after=after, lots=lots)
    if cohort is not None:
        plan = _of_cohort(plan, cohort)
        if not plan.groups:
            raise Refused("effects.cohort_unknown", cohort=cohort)
    gaps = {name: gaps_of(panel, plan, name) for name in MEASURES if _known(panel, plan, name)}
    if measure not in gaps:
        raise Refused("effects.not_measured", measure=_Named(measure), rulebook=panel.rulebook.name)
    said = partial(_measured, panel)
    cohorts = {group.cohort: _of_cohort(plan, group.cohort) for group in plan.groups}
    main = gaps[measure][ADJUSTED]
    estimate = pooled(main, len(panel.places))
    return Effects(
        panel=panel,
        plan=plan,
        measure=measure,
        pooled={name: said(plan, name, parts) for name, parts in gaps.items()},
        cohorts={
            cohort: {
                name: said(only, name, _parts_of(plan, parts, cohort))
                for name, parts in gaps.items()
                if _known(panel, only, name)
            }
            for cohort, only in cohorts.items()
        },
        communities={name: _communities(panel, plan, name, parts) for name, parts in gaps.items()},
        course=tuple(course.course_of(panel, plan, measure)),
        trend_before=course.trend_before(panel, plan, measure),
        placebo=course.placebo(panel, plan, measure),
        randomised=chance.randomised(main),
        counted=chance.counted(panel, plan, "raw_score") if "raw_score" in gaps else None,
        leaving=course.after_leaving(panel, plan, measure),
        volume=beside.volume(panel, plan),
        again=beside.again(panel, plan),
        spill=beside.spill_over(panel, plan, measure),
        sensitivity=None
        if estimate is None
        else sensitivity.sensitivity_of(panel, plan, measure, main, estimate),
    )


@dataclass(frozen=True)
class _Named:
    """A measure in a refusal, said in the language of the refusal."""

    measure: str

    def message(self, language: Language | None = None) -> str:
        return word(MEASURE_WORDS[self.measure], language)

    def __str__(self) -> str:
        return self.measure


def _known(panel: Panel, plan: Plan, measure: str) -> bool:
    """Whether any of the sent has this figure before and after."""
    for group in plan.groups:
        change = told_of(panel, group, measure).change
        if np.isfinite(change[list(group.members)]).any():
            return True
    return False


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
