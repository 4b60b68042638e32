"""Complaints by place, kind and month, out of the runs that are shown: nothing is counted anew.

One run a month, published where there is one; its cubes hold what it counted. A run never
changes, so what was read of it is kept in memory by its id.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings

from jieban.apps.assessments import selectors as assessments
from jieban.apps.assessments import shown
from jieban.apps.practices.models import Practice, Project
from jieban.domain.errors import Refused
from jieban.domain.practices.before_after import (
    WINDOWS,
    Adopted,
    Adopter,
    Compared,
    Month,
    Series,
    among_adopters,
    at_place,
)
from jieban.domain.practices.clusters import is_of_kind
from jieban.domain.rulebook.periods import month_of
from jieban.domain.rulebook.schema import Rulebook
from jieban.evaluation.cube import read_cubes
from jieban.evaluation.levels import days_of
from jieban.evaluation.places import RollUp
from jieban.evaluation.rows import fact_rows
from jieban.evaluation.runs import Run
from jieban.home import Home

LEVELS = ("community", "street")
Counts = Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Known:
    """The months that have a run, oldest first, and the run of each; the newest one's rulebook."""

    months: tuple[str, ...]
    run_ids: Mapping[str, str]
    official: frozenset[str]
    rulebook: Rulebook

    def month_of(self, day: date) -> str:
        """The month a day is assessed in."""
        zone = self.rulebook.zone(settings.TIME_ZONE)
        noon = datetime.combine(day, time(12), ZoneInfo(zone))
        return month_of(noon, self.rulebook.period_rule, zone)


def known(home: Home) -> Known | None:
    """Runs of single months by one rulebook: the one that pages show first; None without a run."""
    first = assessments.first_run()
    if first is None:
        return None
    rulebook = first.assessment.rulebook
    listed = [
        run
        for run in assessments.shown_runs()
        if run.assessment.rulebook == rulebook and len(run.assessment.period) == len("2023-10")
    ]
    runs = {run.assessment.period: run.run_id for run in listed}
    if not runs:
        return None
    months = tuple(sorted(runs))
    official = frozenset(run.assessment.period for run in listed if run.state == "published")
    return Known(months, runs, official, _manifest(home.runs / runs[months[-1]]).rulebook)


def counts(home: Home, it: Known, level: str) -> Mapping[str, Counts]:
    """Month -> (place, category) -> received, for every known month."""
    return {
        month: _counted(home, home.runs / run_id, level) for month, run_id in it.run_ids.items()
    }


def series(home: Home, it: Known, category: str, level: str = "community") -> Series:
    """Months and places of one kind of complaint; without a category, of all complaints."""
    places: dict[str, dict[str, Month]] = {}
    for month, found in counts(home, it, level).items():
        kind: dict[str, int] = {}
        received: dict[str, int] = {}
        for (place, its_category), count in found.items():
            received[place] = received.get(place, 0) + count
            if not category or is_of_kind(its_category, category):
                kind[place] = kind.get(place, 0) + count
        for place, count in received.items():
            places.setdefault(place, {})[month] = Month(kind.get(place, 0), count)
    groups, residents = _ranked(home, home.runs / it.run_ids[it.months[-1]], level)
    return Series(it.months, places, groups, residents)


def level_of(kind: str) -> str:
    """The level on which a place of this kind is counted."""
    return "street" if kind == "street" else "community"


@dataclass(frozen=True)
class ProjectFigures:
    """Complaints of the project's kind at its place; `month_from` to `month_to` are left out."""

    windows: Sequence[Compared]
    month_from: str
    month_to: str
    official: bool


def of_project(home: Home, project: Project) -> ProjectFigures | None:
    """Before the work began and after it ended, 6 and 12 months; None without a run or a day.

    The work lasts from the day it was started to the day it was said to be done.
    """
    it = known(home)
    if it is None or project.started_on is None or project.claimed_on is None:
        return None
    level = level_of(project.area.kind)
    first, last = it.month_of(project.started_on), it.month_of(project.claimed_on)
    counted = series(home, it, project.category, level)
    windows = [at_place(counted, project.area.code, first, last, wanted) for wanted in WINDOWS]
    return ProjectFigures(windows, first, last, _all_official(it, windows))


@dataclass(frozen=True)
class AdoptionFigures:
    """Complaints of the practice's kind among who took it over and others, by window."""

    windows: Sequence[Adopted]
    official: bool


def of_practice(home: Home, practice: Practice) -> AdoptionFigures | None:
    """6 and 12 months around each adoption; None without a run, a kind, or an adopter.

    Every adoption counts from its day, also one that was ended later: who gave it up again is
    not left out of the figures afterwards.
    """
    it = known(home)
    if it is None or not practice.category:
        return None
    adopters = [
        Adopter(adoption.area.code, it.month_of(adoption.adopted_on))
        for adoption in practice.adoptions.select_related("area")
        if adoption.area.kind in ("community", "village")
    ]
    if not adopters:
        return None
    counted = series(home, it, practice.category)
    windows = [among_adopters(counted, adopters, wanted) for wanted in WINDOWS]
    return AdoptionFigures(windows, _all_official(it, [each.own for each in windows]))


def case_numbers(
    home: Home, it: Known, level: str, place: str, kind: str, periods: int
) -> list[str]:
    """Numbers of the cases in a cluster, newest first, out of the facts the runs counted."""
    found: dict[str, None] = {}
    for month in reversed(it.months[-periods:]):
        run = assessments.figures(home, it.run_ids[month])
        rows = fact_rows(run, shown.facts_of(home, run), level, place, "received", limit=None)
        for row in reversed(rows.rows):
            if is_of_kind(row["category_id"] or "", kind):
                found.setdefault(row["case_number"])
    return list(found)


def _all_official(it: Known, windows: Sequence[Compared]) -> bool:
    used = {month for each in windows for month in (*each.months_before, *each.months_after)}
    return used <= it.official


@lru_cache(maxsize=64)
def _manifest(folder: Path) -> Run:
    return Run.of_manifest(folder / "manifest.json")


@lru_cache(maxsize=160)
def _counted(home: Home, folder: Path, level: str) -> Counts:
    """(place, category) -> received in the run's own period."""
    run = _manifest(folder)
    areas = run.facts(home.facts).areas
    roll_up = RollUp(areas, level, *days_of(run.rulebook, run.span))
    cube = read_cubes(folder / "cubes.parquet").received_by_area_category
    found: dict[tuple[str, str], int] = {}
    columns = (cube[name].to_pylist() for name in ("period", "area", "category", "count"))
    for period, area, category, count in zip(*columns, strict=True):
        place = roll_up.target(area) if period == run.period else None
        if place is not None:
            found[place, category] = found.get((place, category), 0) + count
    return found


@lru_cache(maxsize=8)
def _ranked(home: Home, folder: Path, level: str) -> tuple[Mapping[str, str], Mapping[str, int]]:
    """The ranking group and the residents of every place that stands in the run's table.

    A place without one answer is in no group and compared with nobody.
    """
    run = assessments.figures(home, folder.name)
    groups = {row.id: row.group for row in run.level(level) if row.group is not None}
    residents = {
        place.id: place.population for place in run.facts(home.facts).areas if place.population
    }
    return groups, residents


def demand_known(home: Home) -> Known:
    """
    Raises:
        Refused "cluster.no_run": nothing was computed yet.
    """
    it = known(home)
    if it is None:
        raise Refused("cluster.no_run")
    return it
