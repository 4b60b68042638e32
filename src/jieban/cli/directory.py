"""`jieban directory …`: areas, units and their names; categories and the duty list."""

from pathlib import Path

import click

from jieban import clock
from jieban.apps.cases import selectors as cases
from jieban.apps.cases import services as case_services
from jieban.apps.directory import selectors, services
from jieban.cli import duty_list
from jieban.cli.desk import Desk
from jieban.domain.words import translate as _
from jieban.domain.words import word

MAX_LISTED = 20
WHAT = click.Choice(["area", "unit"])


@click.group()
def directory() -> None:
    """Areas, units and their names."""


@directory.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
@click.pass_obj
def import_file(desk: Desk, file: Path, dry_run: bool) -> None:
    """Import areas and units from .xlsx or .csv; the same file again changes nothing."""
    outcome = services.import_directory(desk.actor, file, at=clock.now(), dry_run=dry_run)
    counts = outcome.counts
    rejected = outcome.file.rejected
    desk.answer(
        {
            "file": str(file),
            "dry_run": dry_run,
            "read": len(outcome.file.lines) + outcome.file.unread,
            "new": counts["new"],
            "changed": counts["changed"],
            "same": counts["same"],
            "rejected": [reject.__dict__ for reject in rejected],
            "changes": outcome.changes,
        }
    )
    line = _("{file}: new {new:,}, changed {changed:,}, same {same:,}, rejected {rejected:,}")
    desk.out(
        line.format(
            file=file.name,
            new=counts["new"],
            changed=counts["changed"],
            same=counts["same"],
            rejected=len(rejected),
        )
    )
    for change in outcome.changes[:MAX_LISTED]:
        desk.out(f"  {change['name']} {change['field']}: {change['before']} → {change['after']}")
    for reject in rejected:
        text = _("  line {line} of {sheet}: {reason}")
        desk.out(text.format(line=reject.line, sheet=reject.sheet, reason=reject.message()))


@directory.command("list")
@click.option("--kind", help="district, street, community, village, street_office, department …")
@click.pass_obj
def list_entries(desk: Desk, kind: str | None) -> None:
    """Every entry in directory order."""
    entries = [
        {
            "what": what,
            "code": entry.code,
            "name": entry.name,
            "kind": entry.kind,
            "parent": entry.parent.name if entry.parent else None,
            "population": entry.population,
            "valid_from": entry.valid_from,
            "valid_to": entry.valid_to,
            "successor": entry.successor.name if entry.successor else None,
            "provisional": entry.provisional,
        }
        for what, found in (("area", selectors.areas()), ("unit", selectors.units()))
        for entry in found
        if kind is None or entry.kind == kind
    ]
    desk.answer({"entries": entries})
    for entry in entries:
        mark = "?" if entry["provisional"] else " "
        desk.out(
            f"{mark} {entry['code']:<14} {word(str(entry['kind'])):<8} "
            f"{entry['name']}  {entry['parent'] or ''}"
        )
    if not entries:
        desk.out(_("The directory is empty: jieban directory import FILE, or import cases first."))


@directory.command()
@click.pass_obj
def provisional(desk: Desk) -> None:
    """Names that an import brought and nobody has confirmed yet."""
    found = selectors.provisional(cases.rows_per_area(), cases.rows_per_unit())
    desk.answer(
        {
            "provisional": [
                {
                    "what": item.what,
                    "code": item.entry.code,
                    "name": item.entry.name,
                    "kind": item.entry.kind,
                    "parent": item.entry.parent.name if item.entry.parent else None,
                    "cases": item.cases,
                    "likely": [{"code": each.code, "name": each.name} for each in item.likely],
                }
                for item in found
            ]
        }
    )
    for item in found:
        likely = "、".join(f"{each.name} ({each.code})" for each in item.likely)
        desk.out(
            f"{item.what} {item.entry.code:<8} {item.entry.name}  {item.cases:,}"
            + (f"  ≈ {likely}" if likely else "")
        )
    if not found:
        desk.out(_("Every name is confirmed."))


@directory.command()
@click.argument("what", type=WHAT)
@click.argument("code")
@click.pass_obj
def confirm(desk: Desk, what: str, code: str) -> None:
    """A provisional name is a real place or unit."""
    entry = services.confirm_entry(desk.actor, selectors.entry_by_code(what, code), at=clock.now())
    desk.answer({"code": entry.code, "name": entry.name, "provisional": False})
    desk.out(_("{name} is confirmed.").format(name=entry.name))


@directory.command()
@click.argument("what", type=WHAT)
@click.argument("code")
@click.option("--into", required=True, metavar="CODE", help="The entry that the name means.")
@click.pass_obj
def merge(desk: Desk, what: str, code: str, into: str) -> None:
    """A provisional name means an entry that is there; the name becomes its alias."""
    moved = case_services.merge_name(desk.actor, what, code, into, at=clock.now())
    desk.answer({"code": code, "into": into, "cases": moved})
    desk.out(_("Merged; {moved:,} rows moved.").format(moved=moved))


@directory.command()
@click.pass_obj
def attribution(desk: Desk) -> None:
    """Who decided where cases belong, and the share nobody could place."""
    shares = cases.attribution_shares()
    total = sum(shares.values())
    desk.answer({"total": total, "by": {key or "nobody": rows for key, rows in shares.items()}})
    for key, rows in shares.items():
        desk.out(f"{word('attributed_' + (key or 'nobody')):<10} {rows:,} / {total:,}")


for each in (duty_list.categories, duty_list.duties, duty_list.suggest):
    directory.add_command(each)
