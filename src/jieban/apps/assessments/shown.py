"""A run as pages show it: its figures, where it stands, its neighbours, the facts it cites.

Reads only. What never changes (figures, facts) is kept in memory by the run's id.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson

from jieban.apps.assessments import models, selectors
from jieban.domain.assessments.publication import State, Window
from jieban.domain.errors import Refused
from jieban.domain.rulebook.schema import Rulebook
from jieban.evaluation import runs as evaluation
from jieban.evaluation.facts import FactsFolder
from jieban.evaluation.keeping import row_from_json
from jieban.evaluation.levels import Row
from jieban.home import Home


@dataclass(frozen=True)
class Standing:
    """Where one version stands beside the others of its assessment; 0 where there is none."""

    state: str
    version: int
    official_version: int
    draft_version: int


def standing(run: models.Run, versions: Sequence[models.Run]) -> Standing:
    """`versions` are all of the assessment, itself among them."""
    official = next((each for each in versions if each.state == State.PUBLISHED.value), run)
    waiting = (State.COMPUTED.value, State.REVIEWED.value)
    newer = [e.version for e in versions if e.state in waiting and e.version > run.version]
    return Standing(
        state=run.state,
        version=run.version,
        official_version=0 if official.pk == run.pk else official.version,
        draft_version=max(newer, default=0),
    )


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
    def official_version(self) -> int:
        """The version that is published in its stead; 0 if it is itself, or none is."""
        return self._standing.official_version

    @property
    def draft_version(self) -> int:
        """A newer version that waits to be published; 0 if there is none."""
        return self._standing.draft_version

    @cached_property
    def _standing(self) -> Standing:
        if self.record is None:
            return Standing(self.state, 0, 0, 0)
        return standing(self.record, selectors.versions(self.record))

    @property
    def may_be_appealed(self) -> bool:
        """Whether its appeal window was opened and nothing is published yet."""
        opened = self.window.opened is not None and not self.official_version
        return opened and self.state == State.REVIEWED.value

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


class Past:
    """The lines of a kept run, each made only when asked for: all that a history needs.

    A history opens fifteen runs for one line of each; making all their lines would take a
    second.
    """

    def __init__(self, period: str, lines: Mapping[tuple[str, str], bytes]) -> None:
        self.period = period
        self._lines = lines

    @classmethod
    def load(cls, period: str, folder: Path) -> Past:
        """
        Raises:
            Refused "run.damaged".
        """
        try:
            stored = orjson.loads((folder / "result.json").read_bytes())
            return cls(
                period,
                {
                    (level, line["id"]): orjson.dumps(line)
                    for level, held in stored.items()
                    for line in (*held["rows"], held["pooled"])
                },
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Refused("run.damaged", run=folder.name, problem=repr(error)) from error

    def row(self, level: str, place_id: str) -> Row | None:
        """The line of one place, or of all cases together (`<pooled>`); None if it has none."""
        line = self._lines.get((level, place_id))
        return None if line is None else row_from_json(orjson.loads(line))


def earlier_runs(home: Home, it: Shown) -> list[Past]:
    """Runs of single months by the same rulebook up to this one, oldest first, itself last."""
    found = selectors.history(it.record) if it.record else []
    wanted = [(record.assessment.period, record.run_id) for record in found]
    return [
        past(home.runs / run_id, period) for period, run_id in wanted or [(it.run.period, it.id)]
    ]


@lru_cache(maxsize=96)
def past(folder: Path, period: str) -> Past:
    """The lines of one kept run; it never changes, so they are read once."""
    return Past.load(period, folder)


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
