"""The report as plain values, for files and programs.

Every difference is in points with low, high and n; percent is of the value before.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import numpy as np

from jieban.domain.words import refusal_text
from jieban.evaluation.effects.beside import Beside
from jieban.evaluation.effects.chance import Counted
from jieban.evaluation.effects.estimates import Estimate
from jieban.evaluation.effects.report import Community, Effects, Measured, Rise
from jieban.evaluation.effects.sending import Left
from jieban.evaluation.effects.sensitivity import Sensitivity

FORMAT: Final = 1


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
        "left_out": [_left_json(effects, left) for left in effects.left],
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


def _left_json(effects: Effects, left: Left) -> dict[str, Any]:
    place = effects.panel.index.get(left.sent.area)
    name = "" if place is None else effects.panel.places[place].name
    return {
        "area": left.sent.area,
        "name": name,
        "cohort": left.sent.cohort,
        "start": left.sent.start.isoformat(),
        "reason": left.reason,
        "said": refusal_text(left.reason, {"name": name or left.sent.area}),
    }


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
