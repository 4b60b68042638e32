"""`jieban letters import|export|check-number`: tables of letters taken in and written out."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from jieban import clock
from jieban.apps.letters import services
from jieban.apps.letters.selectors import lists, seeing, telling
from jieban.apps.letters.services.importing import LettersOutcome
from jieban.cli.desk import Desk
from jieban.documents.letters import letters_pdf
from jieban.domain.errors import Refused
from jieban.domain.rectification import numbers
from jieban.domain.words import language, refusal_text
from jieban.domain.words import translate as _
from jieban.tables.duties import rejected_workbook
from jieban.tables.letters import public_workbook, title_of

MAX_LISTED = 20
_FILE = click.Path(path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def letters() -> None:
    """Letters of inspections: tables in and out, numbers checked."""


@letters.command("import")
@click.argument("file", type=_FILE)
@click.option("--round", "code", required=True, help="Code of the inspection round.")
@click.option("--batch", default="", help="Batch, where the title does not say it: 19, 35-1.")
@click.option("--day", type=_DAY, help="Day of the hand-over, where the title does not say it.")
@click.option("--unusual", is_flag=True, help="Take numbers of no known kind as they are.")
@click.option("--rejects", type=_OUT, help="Write lines that were not taken to this workbook.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
@click.pass_obj
def import_table(
    desk: Desk,
    file: Path,
    code: str,
    batch: str,
    day: datetime | None,
    unusual: bool,
    rejects: Path | None,
    dry_run: bool,
) -> None:
    """Take in a public table of letters: workbook, CSV or Word file."""
    outcome = services.import_letters(
        desk.actor,
        file,
        round=code,
        batch=batch,
        day=day.date() if day else None,
        unusual=unusual,
        at=clock.now(),
        dry_run=dry_run,
    )
    if rejects is not None and outcome.rejected:
        headings = outcome.file.headings
        rejects.write_bytes(rejected_workbook(headings, outcome.rejected, language()))
    desk.answer(_plain(outcome, dry_run))
    _say(desk, outcome, dry_run)


def _plain(outcome: LettersOutcome, dry_run: bool) -> dict[str, Any]:
    return {
        "round": outcome.round,
        "stored": not dry_run,
        "counts": outcome.counts,
        "batches": outcome.batches,
        "new": outcome.new,
        "changed": [{"number": e.number, "fields": e.fields} for e in outcome.changed],
        "unknown_columns": outcome.file.unknown,
        "remarks": [
            {"line": e.line, "number": e.number, "code": e.code, "detail": e.detail}
            for e in outcome.remarks
        ],
        "rejected": [
            {
                "sheet": e.sheet,
                "line": e.line,
                "reason": e.reason,
                "message": e.message(),
                "cells": e.cells,
            }
            for e in outcome.rejected
        ],
    }


def _say(desk: Desk, outcome: LettersOutcome, dry_run: bool) -> None:
    text = _("{new} letters new, {changed} changed, {same} the same, {rejected} lines not taken.")
    desk.out(text.format(**outcome.counts))
    if outcome.file.unknown:
        columns = "、".join(outcome.file.unknown)
        desk.out(_("Kept with each letter: {columns}").format(columns=columns))
    words = {
        "number_tidied": _("number kept in its usual form"),
        "number_unusual": _("odd number, taken as it is"),
        "number_outside": _("dated outside the stay"),
        "redacted": _("personal data taken out"),
        "area_unknown": _("place unknown"),
        "unit_unknown": _("unit unknown, its name kept"),
        "said_state": _("another state is said; kept beside the letter"),
        "batch_day": _("the batch has another day"),
        "day_from_numbers": _("no day was told; the newest day of its numbers is taken"),
    }
    for each in outcome.remarks[:MAX_LISTED]:
        desk.out(f"  {each.line:>5}  {each.number}  {words[each.code]}  {each.detail}")
    for rejected in outcome.rejected[:MAX_LISTED]:
        cells = " · ".join(filter(None, rejected.cells))
        desk.out(f"  {rejected.line:>5}  {rejected.message()}  {cells[:80]}")
    if dry_run:
        desk.out(_("Nothing was stored."))


@letters.command("export")
@click.argument("file", type=_OUT)
@click.option("--round", "code", required=True, help="Code of the inspection round.")
@click.option("--batch", default="", help="Only this batch; otherwise a sheet for each.")
@click.option("--published", is_flag=True, help="As published last, not as it stands now.")
@click.pass_obj
def export_table(desk: Desk, file: Path, code: str, batch: str, published: bool) -> None:
    """Write the public table of a batch to FILE.xlsx or FILE.pdf."""
    kind = file.suffix.lower()
    if kind not in (".xlsx", ".pdf"):
        raise Refused("letters.export_kind", name=file.name)
    held = seeing.round_seen(desk.actor, code)
    found = (
        [seeing.batch_by_number(desk.actor, code, batch)]
        if batch
        else sorted(lists.batches_of(held), key=lambda each: each.position)
    )
    if not found or (kind == ".pdf" and len(found) > 1):
        raise Refused("letters.export_one_batch")
    tables, digest, count = [], "", 0
    for each in found:
        each.round = held
        content, digest = _content(each, published)
        title = title_of(each.number, each.handed_on)
        tables.append((title, telling.said_columns(content["rows"])))
        count += len(content["rows"])
    if kind == ".xlsx":
        file.write_bytes(public_workbook(tables))
    else:
        file.write_bytes(letters_pdf(*tables[0], at=clock.now(), digest=digest))
    desk.answer({"file": str(file), "batches": [each.number for each in found], "letters": count})
    desk.out(_("Written: {file}").format(file=file))


def _content(batch: Any, published: bool) -> tuple[Any, str]:
    if not published:
        return services.printable(batch), ""
    table = lists.table_of(batch, 0)
    if table is None:
        raise Refused("batch.not_published", batch=batch.number)
    return table.content, table.digest


@letters.command("check-number")
@click.argument("typed", metavar="NUMBER", nargs=-1, required=True)
@click.option("--round", "code", default="", help="Held against this round, too.")
@click.pass_obj
def check_number(desk: Desk, typed: tuple[str, ...], code: str) -> None:
    """Say what a letter's number says, and what is odd about it."""
    bounds = numbers.Bounds()
    if code:
        bounds = services.bounds_of(seeing.round_seen(desk.actor, code))
    answers = []
    for each in typed:
        checked = numbers.check(each, bounds)
        odd = [
            refusal_text(finding.code, {"number": checked.number, "value": finding.value})
            for finding in (*checked.faults, *checked.doubts)
        ]
        answers.append(
            {
                "number": checked.number,
                "fits": checked.parts is not None and not checked.faults,
                "parts": _parts(checked.parts),
                "suggestion": checked.suggestion,
                "odd": odd,
            }
        )
        desk.out(f"{checked.number}  {_said(checked)}")
        for words in odd:
            desk.out(f"  {words}")
    desk.answer({"numbers": answers})


def _parts(parts: numbers.Parts | None) -> dict[str, Any] | None:
    if parts is None:
        return None
    named = ("kind", "channel", "nth", "place", "day", "serial")
    return {name: getattr(parts, name) for name in named}


def _said(checked: numbers.Checked) -> str:
    parts = checked.parts
    if parts is None:
        if not checked.suggestion:
            return ""
        return _("perhaps {number}").format(number=checked.suggestion)
    channel = {"phone": _("came by phone"), "letter": _("came by letter"), "": ""}[parts.channel]
    told = (channel, str(parts.nth or ""), parts.place, str(parts.day or ""), str(parts.serial))
    return " · ".join(filter(None, told))
