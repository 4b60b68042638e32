"""`jieban cases …`: import exports, count, look at one case."""

from pathlib import Path
from typing import Any

import click
from django.conf import settings

from jieban import clock
from jieban.apps.cases import selectors, services
from jieban.apps.cases.services import uploads
from jieban.cli.desk import Desk
from jieban.domain.errors import Refused
from jieban.domain.words import language, word
from jieban.domain.words import translate as _
from jieban.tables.rejects import write_rejects

MAX_LISTED = 20


@click.group()
def cases() -> None:
    """Import cases and look at them."""


@cases.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--profile", help="Mapping profile (see jieban profiles list); else by the heading.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
@click.option(
    "--rejects", type=click.Path(path_type=Path, dir_okay=False), help="Where rejected rows go."
)
@click.pass_obj
def import_files(
    desk: Desk, files: tuple[Path, ...], profile: str | None, dry_run: bool, rejects: Path | None
) -> None:
    """Import exports: .xlsx, .xls or .csv. Each file is taken in whole or not at all."""
    if rejects is not None and len(files) > 1:
        raise click.UsageError(_("--rejects goes with one file only."))
    answers, refusals = [], []
    for file in files:
        try:
            answers.append(_import_one(desk, file, profile, dry_run, rejects))
        except Refused as refusal:
            if len(files) == 1:
                raise
            refusals.append(refusal)
            answers.append({"file": str(file), "error": _error(refusal)})
            desk.out(f"{file.name}: {refusal.message()}")
    desk.answer({"imports": answers})
    if refusals:
        raise click.exceptions.Exit(1)


def _import_one(
    desk: Desk, file: Path, profile: str | None, dry_run: bool, rejects: Path | None
) -> dict[str, Any]:
    with desk.progress(file.name) as advance:
        outcome = services.import_file(
            desk.actor,
            file,
            at=clock.now(),
            home=desk.home,
            profile=profile,
            dry_run=dry_run,
            on_progress=advance,
        )
    written = None
    if outcome.reading.rejected and not dry_run:
        written = _write_rejects(outcome, rejects or file.with_name(f"{file.stem}-退回.xlsx"))
    _say(desk, outcome, written)
    counts = outcome.counts
    return {
        "file": str(file),
        "import": outcome.number,
        "dry_run": dry_run,
        "profile": outcome.profile.name,
        "source": outcome.profile.source,
        **counts.as_dict(),
        "changes": outcome.changes,
        "superseded_lines": outcome.superseded,
        "rejects": str(written) if written else None,
        "warnings": [remark.words() for remark in outcome.reading.warnings],
    }


def _write_rejects(outcome: services.ImportOutcome, wanted: Path) -> Path:
    """Beside the export, where the person has the same rows in clear; else in this folder.

    Raises:
        Refused "import.rejects_not_written": neither can be written; the good rows are in.
    """
    for place in (wanted, Path.cwd() / wanted.name):
        try:
            write_rejects(place, outcome.reading)
        except Refused:
            continue
        return place
    raise Refused("import.rejects_not_written", file=outcome.file, rows=outcome.counts.rejected)


def _say(desk: Desk, outcome: services.ImportOutcome, written: Path | None) -> None:
    counts = outcome.counts
    title = outcome.profile.title[language()]
    head = _("{file} (profile: {profile})")
    desk.out(head.format(file=outcome.file, profile=title))
    if outcome.dry_run:
        desk.out(_("Dry run: nothing was stored."))
    line = _(
        "  read {read:,}: new {new:,}, changed {changed:,}, same {same:,}, "
        "superseded by a later line {superseded:,}, rejected {rejected:,}"
    )
    desk.out(line.format(**counts.as_dict()))
    for reason, rows in sorted(counts.rejected_by_reason.items()):
        example = next(row for row in outcome.reading.rejected if row.reason == reason)
        text = _("  rejected {rows:,}: {words} (first in line {line} of {sheet})")
        words = example.faults[0].words()
        desk.out(text.format(rows=rows, words=words, line=example.line, sheet=example.sheet))
    for what, rows in counts.provisional.items():
        text = _("  new names to confirm ({kind}): {rows:,}")
        desk.out(text.format(kind=word(what), rows=rows))
    for change in outcome.changes[:MAX_LISTED]:
        desk.out(f"  {change['number']} {change['field']}: {change['before']} → {change['after']}")
    if len(outcome.changes) > MAX_LISTED:
        more = _("  … and {more:,} more changes: jieban cases changes {number}")
        desk.out(more.format(more=len(outcome.changes) - MAX_LISTED, number=outcome.number))
    for warning in outcome.reading.warnings[:MAX_LISTED]:
        desk.out(f"  ! {warning.words()}")
    if written:
        text = _("  Rejected rows are in {path}: mend them there and import that file.")
        desk.out(text.format(path=written))


@cases.command()
@click.pass_obj
def count(desk: Desk) -> None:
    """How many cases there are (numbers), and rows (assignments)."""
    cases_, rows = selectors.count(), selectors.count_rows()
    desk.answer({"count": cases_, "rows": rows})
    desk.out(_("{cases:,} cases, {rows:,} rows").format(cases=cases_, rows=rows))


@cases.command()
@click.argument("number")
@click.pass_obj
def show(desk: Desk, number: str) -> None:
    """One case: its rows and what they said before. Personal data is not shown."""
    rows = list(selectors.rows_of_case(number))
    if not rows:
        raise Refused("case.not_found", number=number)
    fields = ("unit_written", "role", "kind", "status", "received_at", "closed_at", "due_at")
    answers = ("valid", "contacted", "resolved", "satisfaction", "excluded_ground", "version")
    listed = [
        {name: getattr(row, name) for name in (*fields, *answers)}
        | {"area": row.area.name if row.area else None, "attributed_by": row.attributed_by}
        for row in rows
    ]
    versions = [
        {"unit": old.row.unit_written, "version": old.version, "content": old.content}
        for old in selectors.versions_of(number)
    ]
    desk.answer({"number": number, "rows": listed, "earlier": versions})
    for row in listed:
        desk.out("")
        for name, value in row.items():
            if value not in (None, ""):
                desk.out(f"{name:16} {value}")
    for old in versions:
        desk.out(_("earlier, version {version}: {content}").format(**old))


@cases.command()
@click.argument("import_number", type=int)
@click.pass_obj
def changes(desk: Desk, import_number: int) -> None:
    """What one import changed in rows that were there before."""
    record = selectors.import_by_number(import_number)
    desk.answer({"import": record.pk, "counts": record.counts, "changes": record.changes})
    for change in record.changes:
        desk.out(f"{change['number']} {change['field']}: {change['before']} → {change['after']}")
    if not record.changes:
        desk.out(_("This import changed no earlier row."))


@cases.command()
@click.pass_obj
def imports(desk: Desk) -> None:
    """The imports of this installation, newest first."""
    listed = [
        {"import": each.pk, "at": each.at, "file": each.file_name, "by": each.actor_name}
        | {name: each.counts[name] for name in ("read", "new", "changed", "rejected")}
        for each in selectors.imports()
    ]
    desk.answer({"imports": listed})
    for entry in listed:
        moment = f"{entry['at']:%Y-%m-%d %H:%M}"
        desk.out(
            f"{entry['import']:>5}  {moment}  {entry['file']}"
            f"  +{entry['new']:,} ~{entry['changed']:,}"
        )
    if not listed:
        desk.out(_("Nothing was imported yet: jieban cases import FILE"))


@cases.command()
@click.argument("number")
@click.option("--area", required=True, help="Code of the place (see jieban directory list).")
@click.option("--reason", required=True)
@click.pass_obj
def attribute(desk: Desk, number: str, area: str, reason: str) -> None:
    """Decide which place a case belongs to."""
    rows = services.attribute_case(desk.actor, number, area, at=clock.now(), reason=reason)
    desk.answer({"number": number, "area": area, "rows": rows})
    desk.out(_("Case {number}: {rows} rows attributed.").format(number=number, rows=rows))


@cases.command()
@click.argument("number", required=False)
@click.option("--due", is_flag=True, help="All cases whose time of keeping is over.")
@click.option("--reason", required=True, help="Why; it is written into the ledger.")
@click.pass_obj
def erase(desk: Desk, number: str | None, due: bool, reason: str) -> None:
    """Erase what residents said or left; cases, figures and chains stay. No way back."""
    if bool(number) == due:
        raise click.UsageError(_("Give the number of one case, or --due."))
    at, erased, imported = clock.now(), 1, 0
    if number:
        services.erase_private(desk.actor, number, at=at, reason=reason)
    else:
        keep = settings.KEEP_PRIVATE_DAYS
        erased = services.erase_due(desk.actor, at=at, keep_days=keep, reason=reason)
        imported = services.erase_due_imported(desk.actor, at=at, keep_days=keep, reason=reason)
    desk.answer({"erased": erased, "imported": imported})
    desk.out(_("Cases whose personal data was erased: {count}").format(count=erased))
    if due:
        desk.out(_("Imported rows whose personal data was erased: {count}").format(count=imported))


@cases.command("expire-uploads")
@click.option(
    "--days", type=click.IntRange(min=0), help="Older than so many days; else as the settings say."
)
@click.pass_obj
def expire_uploads(desk: Desk, days: int | None) -> None:
    """Remove files sent through the pages whose time is over; for a nightly job."""
    keep = settings.KEEP_UPLOADS_DAYS if days is None else days
    gone = uploads.expire_uploads(desk.home, at=clock.now(), keep_days=keep)
    desk.answer({"removed": gone})
    desk.out(_("Uploaded files removed: {count}").format(count=gone))


def _error(refusal: Refused) -> dict[str, Any]:
    return {"code": refusal.code, "message": refusal.message(), "detail": refusal.detail}
