"""Every read of assessments: which runs there are, where they stand, what they say.

The figures of a run never change, so an opened run is kept in memory by its id.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.db.models import Count, Q, QuerySet

from jieban.apps.assessments.models import Appeal, Assessment, Run
from jieban.domain.assessments.publication import State
from jieban.domain.errors import Refused
from jieban.evaluation import runs as evaluation
from jieban.home import Home
from jieban.sealing import Sealer

DEFAULT_RULEBOOK = "beijing-district"


@dataclass(frozen=True)
class Evidence:
    """What a unit put forward, opened."""

    text: str
    file_name: str


def figures(home: Home, run_id: str) -> evaluation.Run:
    """The run of this id with all its tables.

    Raises:
        Refused "run.not_found".
    """
    folder = home.runs / run_id
    if Path(run_id).name != run_id or not (folder / "manifest.json").exists():
        raise Refused("run.not_found", run=run_id)
    return _opened(folder)


@lru_cache(maxsize=48)
def _opened(folder: Path) -> evaluation.Run:
    return evaluation.Run.load(folder)


def run_by_id(run_id: str) -> Run:
    """The record of a run.

    Raises:
        Refused "run.not_recorded": nobody entered it into the list.
    """
    run = Run.objects.select_related("assessment").filter(run_id=run_id).first()
    if run is None:
        raise Refused("run.not_recorded", run=run_id)
    return run


def standing_runs() -> QuerySet[Run]:
    """Runs that were not discarded, newest period first, newest version first."""
    return Run.objects.select_related("assessment").exclude(state=State.DISCARDED.value)


def published_runs() -> QuerySet[Run]:
    """The published run of every assessment, newest period first."""
    return standing_runs().filter(state=State.PUBLISHED.value)


def shown_runs() -> list[Run]:
    """One run for each assessment, newest period first: the published one, else the newest."""
    best: dict[int, Run] = {}
    for run in standing_runs():
        held = best.get(run.assessment_id)
        if held is None or run.state == State.PUBLISHED.value:
            best[run.assessment_id] = run
    return list(best.values())


def first_run() -> Run | None:
    """What a person sees first: the newest single month, under the usual rulebook if it has one."""
    runs = shown_runs()
    months = [run for run in runs if len(run.assessment.period) == len("2023-10")] or runs
    usual = [run for run in months if run.assessment.rulebook == DEFAULT_RULEBOOK]
    return next(iter(usual or months), None)


def versions(run: Run) -> list[Run]:
    """Every version of a run's assessment that stood for review, newest first, and itself."""
    return list(
        run.assessment.runs.exclude(~Q(pk=run.pk) & Q(state=State.DISCARDED.value)).order_by(
            "-version", "-id"
        )
    )


def history(run: Run, *, months: int = 15) -> list[Run]:
    """Shown runs of single months under the same rulebook up to this run's, oldest first."""
    period = run.assessment.period
    same = [
        other
        for other in shown_runs()
        if other.assessment.rulebook == run.assessment.rulebook
        and len(other.assessment.period) == len("2023-10")
        and other.assessment.period <= period
        and other.assessment_id != run.assessment_id
    ]
    return [*reversed([run, *same][:months])]


def assessments() -> QuerySet[Assessment]:
    """Assessments with the number of their appeals and of those undecided."""
    return Assessment.objects.annotate(
        appeals=Count("runs__appeals", distinct=True),
        undecided=Count("runs__appeals", filter=Q(runs__appeals__state="raised"), distinct=True),
    )


def appeals(assessment: Assessment | None = None) -> QuerySet[Appeal]:
    """Appeals, newest first."""
    found = Appeal.objects.select_related("run", "run__assessment")
    return found if assessment is None else found.filter(run__assessment=assessment)


def appeal_counts(assessment: Assessment) -> dict[str, int]:
    """How many appeals of an assessment stand in each state."""
    counted = appeals(assessment).order_by().values_list("state").annotate(number=Count("id"))
    return dict(counted)


def granted_since(run: Run) -> int:
    """Appeals of the run's assessment that were granted after it was computed."""
    return appeals(run.assessment).filter(state="granted", decided_at__gt=run.computed_at).count()


def appeal_by_number(number: int) -> Appeal:
    appeal = appeals().filter(pk=number).first()
    if appeal is None:
        raise Refused("appeal.not_found", number=number)
    return appeal


def evidence_of(appeal: Appeal, sealer: Sealer) -> Evidence:
    return Evidence(sealer.open(appeal.evidence).decode(), appeal.file_name)


def evidence_file(appeal: Appeal, sealer: Sealer) -> bytes:
    """The attached file.

    Raises:
        Refused "appeal.no_file".
    """
    if appeal.file is None:
        raise Refused("appeal.no_file", number=appeal.pk)
    return sealer.open(appeal.file)
