"""Does a list still say what it said? Everything is worked out again from what was kept."""

from jieban.apps.ledger import selectors as ledger
from jieban.apps.programmes.models import Candidate, Selection
from jieban.domain.programmes import lot
from jieban.domain.programmes import selection as choosing
from jieban.domain.programmes.criteria import digest_of, read_criteria
from jieban.domain.programmes.selection import PublishedRow, Standing


def list_digest(selection: Selection, rows_digest: str) -> str:
    """SHA-256 over run, months, criteria and figures: what a list follows from."""
    return digest_of(
        {
            "run": selection.run.run_id,
            "run_digest": selection.run_digest,
            "months": selection.months,
            "criteria": selection.criteria,
            "rows": rows_digest,
        }
    )


def differences(selection: Selection) -> list[str]:
    """What does not come out again: "figures", "digest", "ledger", "list", "lot"; [] is good.

    The figures themselves are checked by making the run again: `jieban evaluate verify RUN`.
    """
    candidates = list(selection.candidates.all())
    rows = [PublishedRow.from_table(each.figures) for each in candidates]
    digest = choosing.rows_digest(rows)
    found = []
    if digest != selection.rows_digest:
        found.append("figures")
    if list_digest(selection, digest) != selection.digest:
        found.append("digest")
    written = [
        event.body["digest"]
        for event in ledger.events_of("selection", str(selection))
        if event.kind == "selection.made"
    ]
    if written != [selection.digest]:
        found.append("ledger")
    listed = choosing.select(rows, read_criteria(selection.criteria))
    if not _same_list(candidates, listed):
        found.append("list")
    if selection.lot_drawn_at is not None and not _same_lot(selection, candidates):
        found.append("lot")
    return found


def _same_list(candidates: list[Candidate], listed: choosing.Listed) -> bool:
    drawn = (Standing.CHOSEN, Standing.NEXT)
    kept = {each.area_code: each for each in candidates}
    return len(kept) == len(listed.candidates) and all(
        (one := kept.get(each.row.code)) is not None
        and one.position == each.position
        and (one.standing == each.standing or (bool(each.lot) and one.standing in drawn))
        and (one.lot, one.lot_seats, one.lot_places) == (each.lot, each.lot_seats, each.lot_places)
        for each in listed.candidates
    )


def _same_lot(selection: Selection, candidates: list[Candidate]) -> bool:
    pools: dict[str, dict[str, Candidate]] = {}
    for each in candidates:
        if each.lot:
            pools.setdefault(each.lot, {})[each.area_code] = each
    for places in pools.values():
        order = lot.drawn_order(places, selection.lot_statement, selection.digest)
        for number, code in enumerate(order, start=1):
            place = places[code]
            chosen = number <= place.lot_seats
            standing = Standing.CHOSEN if chosen else Standing.NEXT
            if (place.lot_order, place.standing) != (number, standing.value):
                return False
    return True
