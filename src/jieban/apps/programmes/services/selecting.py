"""Making a list, and drawing its lot."""

from datetime import datetime

from django.db import transaction

from jieban.apps.ledger import services as ledger
from jieban.apps.programmes import selectors
from jieban.apps.programmes.models import Candidate, Selection
from jieban.apps.programmes.selectors import Baseline, baseline
from jieban.apps.programmes.services.opening import hold_programme
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.programmes import lot
from jieban.domain.programmes import selection as choosing
from jieban.domain.programmes.criteria import digest_of
from jieban.domain.programmes.selection import Standing
from jieban.home import Home

# What a place's complaints were about is kept where somebody may be sent, or compared with.
_WITH_CATEGORIES = (Standing.CHOSEN, Standing.BY_HAND, Standing.IN_LOT, Standing.NEXT)


def make_selection(actor: Actor, code: str, run_id: str, *, at: datetime, home: Home) -> Selection:
    """Choose by the programme's criteria on a published run, and freeze everything read.

    The same run and criteria are the same list: one that was made already is returned as it is,
    so that nobody makes it again for the sake of another lot.

    Raises:
        Refused "programme.not_found", those of `selectors.baseline` and `selection.select`.
    """
    criteria = selectors.criteria_of(selectors.programme_by_code(code))
    read = baseline(home, run_id, criteria)
    listed = choosing.select(read.rows, criteria)
    return _keep(actor, code, read, listed, criteria.as_table(), at=at)


@transaction.atomic
def _keep(
    actor: Actor,
    code: str,
    read: Baseline,
    listed: choosing.Listed,
    criteria: dict[str, object],
    *,
    at: datetime,
) -> Selection:
    programme = hold_programme(code)
    last = programme.selections.order_by("-number").first()
    rows_digest = choosing.rows_digest(read.rows)
    made = Selection(
        programme=programme,
        number=last.number + 1 if last else 1,
        run=read.record,
        run_digest=read.digest,
        period=read.record.assessment.period,
        rulebook=read.record.assessment.rulebook,
        months=list(read.months),
        criteria=criteria,
        rows_digest=rows_digest,
        made_at=at,
        made_by=actor.name,
    )
    made.digest = selectors.list_digest(made, rows_digest)
    known = programme.selections.filter(digest=made.digest).first()
    if known is not None:
        return known
    made.save(force_insert=True)
    Candidate.objects.bulk_create([_candidate(made, each, read) for each in listed.candidates])
    body = {
        "run": read.record.run_id,
        "run_digest": read.digest,
        "period": made.period,
        "criteria_digest": digest_of(criteria),
        "digest": made.digest,
        "places": len(listed.candidates),
        "chosen": _codes(listed, Standing.CHOSEN),
        "picked": _codes(listed, Standing.BY_HAND),
        "in_lot": _codes(listed, Standing.IN_LOT),
        "next_in_line": _codes(listed, Standing.NEXT),
    }
    ledger.append("selection", str(made), "selection.made", actor=actor, at=at, body=body)
    return made


@transaction.atomic
def draw_lot(
    actor: Actor, code: str, number: int, statement: str, *, at: datetime, source: str = ""
) -> Selection:
    """Let a public statement decide among places of equal need; once only.

    `source` says where the statement was published, so that others can find it.

    Raises:
        Refused "selection.not_found", "lot.drawn_before", "lot.nothing_to_draw",
            "lot.statement_wrong", "lot.source_wrong".
    """
    hold_programme(code)
    selection = selectors.selection_by_number(selectors.programme_by_code(code), number)
    waiting = list(selection.candidates.filter(standing=Standing.IN_LOT.value))
    if selection.lot_drawn_at is not None:
        raise Refused("lot.drawn_before", selection=str(selection))
    if not waiting:
        raise Refused("lot.nothing_to_draw", selection=str(selection))
    tidy, found_at = lot.tidy_statement(statement), " ".join(source.split())
    if len(found_at) > 255:
        raise Refused("lot.source_wrong", limit=255)
    pools: dict[str, list[Candidate]] = {}
    for each in waiting:
        pools.setdefault(each.lot, []).append(each)
    for members in pools.values():
        places = {each.area_code: each for each in members}
        for order, area in enumerate(lot.drawn_order(places, tidy, selection.digest), start=1):
            place = places[area]
            place.lot_order = order
            chosen = order <= place.lot_seats
            place.standing = (Standing.CHOSEN if chosen else Standing.NEXT).value
    Candidate.objects.bulk_update(waiting, ["lot_order", "standing"])
    selection.lot_statement, selection.lot_source = tidy, found_at
    selection.lot_drawn_at, selection.lot_drawn_by = at, actor.name
    selection.save(update_fields=["lot_statement", "lot_source", "lot_drawn_at", "lot_drawn_by"])
    body = {
        "statement": tidy,
        "source": found_at,
        "digest": selection.digest,
        "chosen": [each.area_code for each in waiting if each.standing == Standing.CHOSEN.value],
        "next_in_line": [
            each.area_code for each in waiting if each.standing == Standing.NEXT.value
        ],
    }
    ledger.append("selection", str(selection), "selection.lot_drawn", actor=actor, at=at, body=body)
    return selection


def _candidate(selection: Selection, each: choosing.Candidate, read: Baseline) -> Candidate:
    row = each.row
    kept = each.standing in _WITH_CATEGORIES
    return Candidate(
        selection=selection,
        position=each.position,
        area_code=row.code,
        area_name=row.name,
        street_code=row.street_code,
        street_name=row.street_name,
        figures=row.as_table(),
        checks=[check.as_table() for check in each.checks],
        qualifies=each.qualifies,
        judged=each.judged,
        tied=each.tied,
        standing=each.standing.value,
        lot=each.lot,
        lot_seats=each.lot_seats,
        lot_places=each.lot_places,
        reason=each.reason,
        categories=dict(read.complaints.get(row.code, {})) if kept else None,
    )


def _codes(listed: choosing.Listed, standing: Standing) -> list[str]:
    return [each.row.code for each in listed.of(standing)]
