"""A list as plain values: what the command line answers, kept or only tried."""

from typing import Any

from jieban.apps.programmes.models import Selection
from jieban.apps.programmes.selectors.checking import list_digest
from jieban.apps.programmes.selectors.figures import baseline
from jieban.apps.programmes.selectors.listed import criteria_of, programme_by_code
from jieban.domain.programmes import selection as choosing
from jieban.domain.programmes.selection import PublishedRow
from jieban.home import Home


def told_list(selection: Selection) -> dict[str, Any]:
    """A list that was kept."""
    return {
        "selection": str(selection),
        **_made_on(selection),
        "places": [
            _place(PublishedRow.from_table(each.figures), each.position, each.standing, each.checks)
            for each in selection.candidates.all()
        ],
    }


def trial_list(home: Home, code: str, run_id: str) -> dict[str, Any]:
    """The list that would be made, which nothing keeps: its digest is that of the kept one.

    Raises:
        Refused: as `services.make_selection`.
    """
    criteria = criteria_of(programme_by_code(code))
    read = baseline(home, run_id, criteria)
    listed = choosing.select(read.rows, criteria)
    made = Selection(
        run=read.record,
        run_digest=read.digest,
        period=read.record.assessment.period,
        rulebook=read.record.assessment.rulebook,
        months=list(read.months),
        criteria=criteria.as_table(),
        rows_digest=choosing.rows_digest(read.rows),
    )
    made.digest = list_digest(made, made.rows_digest)
    return {
        "selection": None,
        **_made_on(made),
        "places": [
            _place(
                each.row,
                each.position,
                each.standing.value,
                [check.as_table() for check in each.checks],
            )
            for each in listed.candidates
        ],
    }


def _made_on(selection: Selection) -> dict[str, Any]:
    return {
        "run": selection.run.run_id,
        "run_digest": selection.run_digest,
        "period": selection.period,
        "months": selection.months,
        "criteria": selection.criteria,
        "rows_digest": selection.rows_digest,
        "digest": selection.digest,
    }


def _place(
    row: PublishedRow, position: int, standing: str, checks: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "position": position,
        "code": row.code,
        "name": row.name,
        "street": row.street_name,
        "standing": standing,
        "score": row.score,
        "raw_score": row.raw_score,
        "rank": row.rank,
        "rank_of": row.rank_of,
        "received": row.received,
        "valid": row.valid,
        "checks": checks,
    }
