"""What published runs say of a term's community: frozen as a baseline, and since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from jieban.apps.assessments import selectors as assessments
from jieban.apps.assessments.models import Run
from jieban.domain.assessments.publication import State
from jieban.domain.errors import Refused
from jieban.domain.rulebook.periods import months_of
from jieban.evaluation.levels import Row
from jieban.home import Home

LEVEL = "community"
RATES = ("response", "resolution", "satisfaction")


@dataclass(frozen=True)
class OfRun:
    """One published run and the community's line in it, as plain values (see `plain_row`)."""

    run_id: str
    period: str
    rulebook: str
    figures: dict[str, Any]

    @property
    def says_something(self) -> bool:
        """Whether anybody was asked: a run has a line for every place, also for a silent one."""
        return bool(self.figures["base"])


def published_run(run_id: str) -> Run:
    """
    Raises:
        Refused "run.not_recorded", "term.run_not_published".
    """
    run = assessments.run_by_id(run_id)
    if run.state not in (State.PUBLISHED.value, State.SUPERSEDED.value):
        raise Refused("term.run_not_published", run=run_id)
    return run


def line_of(home: Home, run_id: str, area: str) -> OfRun | None:
    """The community's line in a run; None where the run has none."""
    run = assessments.figures(home, run_id)
    row = run.row(LEVEL, area)
    if row is None:
        return None
    return OfRun(run.id, run.period, run.rulebook.name, plain_row(row))


def plain_row(row: Row) -> dict[str, Any]:
    """A line as plain values: counts, rates as {percent, part, whole, low, high}, scores in
    millionths of a point with their interval in points, rank with how many were ranked."""
    rates = {
        name: {
            "percent": None if rate.percent is None else str(rate.percent),
            "part": None if rate.part is None else str(rate.part),
            "whole": rate.whole,
            "low": rate.low,
            "high": rate.high,
        }
        for name in RATES
        if (rate := row.rates.get(name)) is not None
    }
    return {
        "counts": {
            name: row.counts[name]
            for name in ("received", "returned", "reopened", "valid")
            if name in row.counts
        },
        "rates": rates,
        "base": row.base,
        "score": row.score,
        "score_low": row.score_low,
        "score_high": row.score_high,
        "raw_score": row.raw_score,
        "rank": row.rank,
        "rank_of": row.rank_of,
    }


def newest_since(home: Home, area: str, since: date, rulebook: str = "") -> OfRun | None:
    """The newest published run whose period began on or after a day; None without one.

    By the same rulebook as the baseline where it names one: figures by two rules are no change.
    """
    for run in assessments.published_runs():
        if rulebook and run.assessment.rulebook != rulebook:
            continue
        begins = assessments.figures(home, run.run_id).span.start
        if begins >= _begin_of(since):
            found = line_of(home, run.run_id, area)
            if found is not None and found.says_something:
                return found
    return None


def ends_after(home: Home, run_id: str, day: date) -> bool:
    """Whether a run's period goes on into a day, or begins after it."""
    return assessments.figures(home, run_id).span.end > _begin_of(day)


def months_of_area(home: Home, area: str, months: Sequence[str]) -> dict[str, OfRun]:
    """Month -> the community's line in the published run of that single month."""
    wanted, found = set(months), {}
    for run in assessments.published_runs():
        period = run.assessment.period
        if period not in wanted or period in found or len(months_of(period)) > 1:
            continue
        line = line_of(home, run.run_id, area)
        if line is not None:
            found[period] = line
    return found


def _begin_of(day: date) -> datetime:
    """Midnight of a day at the installation's place, to compare with a period's begin."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(settings.TIME_ZONE))
