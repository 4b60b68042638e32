"""A run as pages show it: its figures, where it stands, its neighbours, the facts it cites.

Reads only. What never changes (figures, facts) is kept in memory by the run's id.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jieban.apps.assessments import models, selectors
from jieban.domain.assessments.publication import State, Window
from jieban.domain.errors import Refused
from jieban.domain.rulebook.schema import Rulebook
from jieban.evaluation import runs as evaluation
from jieban.evaluation.facts import FactsFolder
from jieban.home import Home


@dataclass(frozen=True)
class Shown:
    """One run on a page. `record` is None for a run nobody entered into the list."""

    run: evaluation.Run
    record: models.Run | None

    @property
    def id(self) -> str:
        return self.run.id

    @property
    def rulebook(self) -> Rulebook:
        return self.run.rulebook

    @property
    def state(self) -> str:
        return self.record.state if self.record else "unlisted"

    @property
    def version(self) -> int:
        return self.record.version if self.record else 0

    @property
    def is_official(self) -> bool:
        return self.state == State.PUBLISHED.value

    @property
    def first_day(self) -> datetime:
        """The first day of the period, in the rulebook's zone."""
        return self.run.span.start.astimezone(self._zone)

    @property
    def last_day(self) -> datetime:
        """The last day that belongs to the period, in the rulebook's zone."""
        return (self.run.span.end - timedelta(microseconds=1)).astimezone(self._zone)

    @property
    def window(self) -> Window:
        """The appeal window of its assessment."""
        if self.record is None:
            return Window(None, None)
        assessment = self.record.assessment
        return Window(assessment.appeals_opened, assessment.appeals_until)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.rulebook.zone())


def shown(home: Home, run_id: str) -> Shown:
    """The run of this id.

    Raises:
        Refused "run.not_found".
    """
    figures = selectors.figures(home, run_id)
    try:
        return Shown(figures, selectors.run_by_id(run_id))
    except Refused:
        return Shown(figures, None)


def facts_of(home: Home, run: evaluation.Run) -> FactsFolder:
    """The facts a run cites.

    Raises:
        Refused: what opening them refuses (`facts.part_missing`, `facts.part_changed`).
    """
    assert run.folder is not None
    return _facts(home.facts, run.folder)


@lru_cache(maxsize=24)
def _facts(folder: Path, run_folder: Path) -> FactsFolder:
    return evaluation.Run.of_manifest(run_folder / "manifest.json").facts(folder)


def earlier_runs(home: Home, it: Shown) -> list[evaluation.Run]:
    """Runs of single months by the same rulebook up to this one, oldest first, itself last."""
    if it.record is None:
        return [it.run]
    found = [selectors.figures(home, record.run_id) for record in selectors.history(it.record)]
    return found or [it.run]


@dataclass(frozen=True)
class Neighbours:
    """Where one may step from a run: other periods by its rulebook, other rulebooks, versions."""

    periods: list[models.Run]
    rulebooks: list[models.Run]
    versions: list[models.Run]
    before: models.Run | None
    after: models.Run | None


def neighbours(it: Shown) -> Neighbours:
    """Runs beside this one, newest period first."""
    listed = selectors.shown_runs()
    record = it.record
    if record is None:
        return Neighbours([], [], [], None, None)
    mine = record.assessment
    periods = [run for run in listed if run.assessment.rulebook == mine.rulebook]
    older = [run for run in periods if run.assessment.period < mine.period]
    newer = [run for run in periods if run.assessment.period > mine.period]
    return Neighbours(
        periods=periods,
        rulebooks=[
            run
            for run in listed
            if run.assessment.period == mine.period and run.assessment_id != record.assessment_id
        ],
        versions=selectors.versions(record),
        before=older[0] if older else None,
        after=newer[-1] if newer else None,
    )
