"""Published figures a selection is made on, and which runs it may be made on."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from jieban.apps.assessments import selectors as assessments
from jieban.apps.assessments.models import Run
from jieban.apps.assessments.shown import facts_of, past
from jieban.domain.assessments.publication import State
from jieban.domain.errors import Refused
from jieban.domain.programmes.criteria import Criteria
from jieban.domain.programmes.selection import PublishedRow
from jieban.domain.rulebook.periods import months_of
from jieban.evaluation import runs as evaluation
from jieban.evaluation.complaints import Complaints, complaints_by_place
from jieban.evaluation.levels import RateFigure, Row
from jieban.evaluation.scoring import MILLIONTHS, half_up
from jieban.home import Home


@dataclass(frozen=True)
class Baseline:
    """What a selection is made on: the run, its rows with their history, what it was about."""

    record: Run
    digest: str
    months: tuple[str, ...]
    rows: tuple[PublishedRow, ...]
    complaints: Mapping[str, Complaints]


def published_runs() -> list[Run]:
    """Runs a selection can be made on: the longest periods first, then the newest."""
    found = assessments.published_runs()
    return sorted(found, key=lambda run: -len(months_of(run.assessment.period)))


def baseline(home: Home, run_id: str, criteria: Criteria) -> Baseline:
    """The frozen figures of every place of a published run.

    Raises:
        Refused "selection.run_not_published", "selection.history_short", "run.not_found",
            "run.not_recorded", "run.file_changed", and what opening the facts refuses.
    """
    record = assessments.run_by_id(run_id)
    if record.state != State.PUBLISHED.value:
        raise Refused("selection.run_not_published", run=run_id, state=record.state)
    run = assessments.figures(home, run_id)
    evaluation.check_files(run)
    months = _months(record, criteria.persistent_of or 0)
    pasts = [past(home.runs / each.run_id, each.assessment.period) for each in months]
    streets = {row.id: row.name for row in run.level("street")}
    rows = []
    for row in run.level(criteria.level):
        earlier = (each.row(criteria.level, row.id) for each in pasts)
        history = tuple(None if line is None else _need(line, criteria) for line in earlier)
        rows.append(_published(row, streets, history))
    return Baseline(
        record=record,
        digest=str(run.manifest["digest"]),
        months=tuple(each.assessment.period for each in months),
        rows=tuple(rows),
        complaints=complaints_by_place(run, facts_of(home, run), criteria.level),
    )


def _months(record: Run, wanted: int) -> list[Run]:
    """The last published single months up to the end of the run's period, oldest first.

    Raises:
        Refused "selection.history_short".
    """
    if not wanted:
        return []
    last = months_of(record.assessment.period)[-1]
    published = [
        run
        for run in assessments.published_runs()
        if run.assessment.rulebook == record.assessment.rulebook
        and len(months_of(run.assessment.period)) == 1
        and months_of(run.assessment.period)[0] <= last
    ]
    months = sorted(published, key=lambda run: months_of(run.assessment.period))[-wanted:]
    if len(months) < wanted:
        raise Refused("selection.history_short", wanted=wanted, found=len(months), period=last)
    return months


def _need(row: Row, criteria: Criteria) -> int | None:
    return row.raw_score if criteria.order_by == "raw_score" else row.score


def _published(
    row: Row, streets: Mapping[str, str], history: tuple[int | None, ...]
) -> PublishedRow:
    street = row.parent if row.parent in streets else ""
    return PublishedRow(
        code=row.id,
        name=row.name,
        street_code=street or "",
        street_name=streets.get(street or "", ""),
        received=row.counts["received"],
        valid=row.base,
        contacted=row.counts["contacted"],
        resolved=row.counts["resolved"],
        satisfied=row.counts["satisfied"],
        mostly_satisfied=row.counts["mostly_satisfied"],
        response=_rate(row.rates.get("response")),
        resolution=_rate(row.rates.get("resolution")),
        satisfaction=_rate(row.rates.get("satisfaction")),
        score=row.score,
        raw_score=row.raw_score,
        low=row.score_low,
        high=row.score_high,
        rank=row.rank,
        rank_of=row.rank_of,
        history=history,
    )


def _rate(figure: RateFigure | None) -> int | None:
    """A rate in millionths of a percent, from its halves: not from what was printed."""
    if figure is None or figure.part is None or not figure.whole:
        return None
    return half_up(Fraction(figure.part) / figure.whole * 100 * MILLIONTHS)
