"""`jieban programmes import|terms|posting`: postings taken in from a list, listed, put on paper.

Attached to the `programmes` group, whose other verbs run on files alone.
"""

from pathlib import Path
from typing import Any

import click

from jieban import clock
from jieban.cli.desk import Desk
from jieban.domain.words import language
from jieban.domain.words import translate as _

MAX_LISTED = 20
DEFAULT_PROGRAMME = "zl"
_FILE = click.Path(path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)


def attach(group: click.Group) -> None:
    """Add the verbs to `programmes`, once."""
    for command in (import_list, list_terms, posting):
        group.add_command(command)


@click.command("import")
@click.argument("file", type=_FILE)
@click.option("--programme", help="Code of the programme (the only one there is, else zl).")
@click.option("--name", "title", help="What a new programme is called.")
@click.option("--rejects", type=_OUT, help="Write lines that were not taken to this workbook.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
@click.pass_obj
def import_list(
    desk: Desk,
    file: Path,
    programme: str | None,
    title: str | None,
    rejects: Path | None,
    dry_run: bool,
) -> None:
    """Take in a list of postings: cohort, official, community, start, end, extended until."""
    desk.start_database()
    from jieban.apps.programmes import selectors as programmes
    from jieban.apps.terms import services
    from jieban.tables.duties import rejected_workbook

    codes = [each.code for each in programmes.programmes()]
    chosen = programme or (codes[0] if len(codes) == 1 else DEFAULT_PROGRAMME)
    outcome = services.import_terms(
        desk.actor,
        file,
        programme=chosen,
        at=clock.now(),
        title=title or services.DEFAULT_NAME,
        dry_run=dry_run,
    )
    if rejects is not None and outcome.rejected:
        headings = outcome.file.headings
        rejects.write_bytes(rejected_workbook(headings, outcome.rejected, language()))
    desk.answer(_plain(outcome, chosen, dry_run))
    _say(desk, outcome, dry_run)


def _plain(outcome: Any, programme: str, dry_run: bool) -> dict[str, Any]:
    return {
        "programme": programme,
        "stored": not dry_run,
        "counts": outcome.counts,
        "states": outcome.states,
        "cohorts": outcome.cohorts,
        "terms": outcome.made,
        "unknown_columns": outcome.file.unknown,
        "remarks": [
            {"line": each.line, "term": each.term, "code": each.code, "detail": each.detail}
            for each in outcome.remarks
        ],
        "rejected": [
            {
                "sheet": each.sheet,
                "line": each.line,
                "reason": each.reason,
                "message": each.message(),
                "cells": each.cells,
            }
            for each in outcome.rejected
        ],
    }


def _say(desk: Desk, outcome: Any, dry_run: bool) -> None:
    counts = outcome.counts
    text = _("{new} new terms, {same} there already, {rejected} lines not taken.")
    desk.out(text.format(**counts))
    if outcome.file.unknown:
        desk.out(
            _("Kept with each term: {columns}").format(columns="、".join(outcome.file.unknown))
        )
    for each in outcome.remarks[:MAX_LISTED]:
        words = {
            "own_end": _("the list has an end of its own"),
            "overdue": _("past its last day, undecided"),
        }[each.code]
        desk.out(f"  {each.line:>5}  {each.term}  {words}  {each.detail}")
    for rejected in outcome.rejected[:MAX_LISTED]:
        desk.out(f"  {rejected.line:>5}  {rejected.message()}  {' · '.join(rejected.cells)}")
    if dry_run:
        desk.out(_("Nothing was stored."))


@click.command("terms")
@click.option("--programme", default="", help="Only those of this programme.")
@click.option("--cohort", default="", help="Only those of this cohort.")
@click.option("--due", type=click.Choice(["soon", "overdue"]), help="Only what is due.")
@click.pass_obj
def list_terms(desk: Desk, programme: str, cohort: str, due: str | None) -> None:
    """The terms, those nearest to their last day first."""
    desk.start_database()
    from jieban.apps.terms import selectors

    today = selectors.today_at(clock.now())
    asked = {"programme": programme, "cohort": cohort, "due": due or ""}
    rows = [
        {
            "term": row.term.number,
            "programme": row.term.cohort.programme.code,
            "cohort": row.term.cohort.number,
            "official": row.term.official.code,
            "name": row.term.official.name,
            "home": row.term.official.home,
            "area": row.term.area_code,
            "community": row.term.area_name,
            "street": row.term.street_name,
            "state": row.term.state,
            "planned_start": row.term.planned_start,
            "arrived_on": row.term.arrived_on,
            "ends_on": row.term.ends_on,
            "extended_until": row.term.extended_until,
            "ended_on": row.term.ended_on,
            "days_left": row.clock.left if row.clock else None,
            "overdue": row.clock is not None and row.clock.overdue,
        }
        for row in selectors.listed(desk.actor, asked, today)
    ]
    desk.answer({"terms": rows, "overdue": sum(bool(row["overdue"]) for row in rows)})
    for row in rows:
        left = "" if row["days_left"] is None else f"{row['days_left']:>5}"
        mark = _("overdue") if row["overdue"] else ""
        desk.out(
            f"{row['term']:<14} {row['state']:<12} {left:>5} {mark} "
            f"{row['street']}{row['community']}  {row['name']}"
        )
    if not rows:
        desk.out(_("No terms: jieban programmes import FILE"))


@click.command()
@click.argument("term")
@click.option("--out", type=_OUT, required=True, help="The PDF to write.")
@click.pass_obj
def posting(desk: Desk, term: str, out: Path) -> None:
    """Write the posting file of TERM (派驻通知, 登记表) as a PDF."""
    desk.start_database()
    from jieban.apps.terms import selectors
    from jieban.apps.terms.papers import posting_file

    found = selectors.term_by_number(desk.actor, term)
    paper = posting_file(found, at=clock.now())
    out.write_bytes(paper)
    desk.answer({"term": found.number, "file": str(out), "bytes": len(paper)})
    desk.out(_("Written: {file}").format(file=out))
