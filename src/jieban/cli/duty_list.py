"""`jieban directory categories | duties | suggest`: what it is about, and whose it is."""

from pathlib import Path
from typing import Any

import click

from jieban import clock
from jieban.apps.directory import reasons, selectors, services
from jieban.apps.directory.blank_duties import NOTES
from jieban.apps.directory.models import Area
from jieban.apps.directory.services import CategoriesOutcome, DutiesOutcome
from jieban.cli.desk import Desk
from jieban.domain.errors import Refused
from jieban.domain.words import language
from jieban.domain.words import translate as _
from jieban.tables.duties import rejected_workbook

MAX_LISTED = 20
FILE = click.Path(path_type=Path)
OUT = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", required=False, type=FILE)
@click.option("--start-set", is_flag=True, help="Take in the start set that comes with Jieban.")
@click.option("--complete", is_flag=True, help="End what the file does not name.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
@click.option("--find", "words", help="Show the categories that these words find.")
@click.option("--ended", is_flag=True, help="Show those of the past too.")
@click.option("--export", type=OUT, help="Write the standing categories to this CSV file.")
@click.pass_obj
def categories(
    desk: Desk,
    file: Path | None,
    start_set: bool,
    complete: bool,
    dry_run: bool,
    words: str | None,
    ended: bool,
    export: Path | None,
) -> None:
    """Take in a file of categories; without one, list them."""
    if file is not None:
        outcome = services.import_categories(
            desk.actor, file, at=clock.now(), complete=complete, dry_run=dry_run
        )
        return _say(desk, file.name, outcome)
    if start_set:
        outcome = services.import_start_set(desk.actor, at=clock.now(), dry_run=dry_run)
        return _say(desk, services.START_SET.name, outcome)
    if export is not None:
        return _write(desk, export, selectors.categories_csv())
    found = selectors.find_categories(words) if words else selectors.category_tree(ended=ended)
    desk.answer(
        {
            "categories": [
                {
                    "code": row.code,
                    "path": row.path,
                    "level": row.level,
                    "aliases": row.aliases,
                    "urgent": row.urgent,
                    "utilities": row.utilities,
                    "gb39666": row.gb39666,
                    "valid_from": row.valid_from,
                    "valid_to": row.valid_to,
                }
                for row in found
            ]
        }
    )
    for row in found:
        until = f"  –{row.valid_to}" if row.valid_to else ""
        desk.out(f"{row.code:<10} {row.path}{until}  {'、'.join(row.aliases)}".rstrip())
    if not found:
        desk.out(_("No categories: jieban directory categories --start-set, or FILE."))
    return None


@click.command()
@click.argument("file", required=False, type=FILE)
@click.option("--complete", is_flag=True, help="End what the file does not name.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
@click.option("--rejects", type=OUT, help="Write lines that were not taken to this workbook.")
@click.option("--export", type=OUT, help="Write the list to this .xlsx or .csv file.")
@click.option("--template", type=OUT, help="Write an empty workbook to fill in.")
@click.pass_obj
def duties(
    desk: Desk,
    file: Path | None,
    complete: bool,
    dry_run: bool,
    rejects: Path | None,
    export: Path | None,
    template: Path | None,
) -> None:
    """Take in a duty list; without a file, look it over."""
    if file is not None:
        outcome = services.import_duties(
            desk.actor, file, at=clock.now(), complete=complete, dry_run=dry_run
        )
        if rejects is not None and outcome.file.rejected:
            content = rejected_workbook(outcome.file.headings, outcome.file.rejected, language())
            _new_file(rejects, content)
        return _say(desk, file.name, outcome)
    if template is not None:
        blank = selectors.duties_workbook(NOTES[language()], blank=True)
        return _write(desk, template, blank)
    if export is not None:
        as_csv = export.suffix.lower() == ".csv"
        content = selectors.duties_csv() if as_csv else selectors.duties_workbook()
        return _write(desk, export, content)
    return _review(desk)


@click.command()
@click.argument("category")
@click.option("--place", default="", help="A place's code, or an address.")
@click.option("--condition", "conditions", multiple=True, help="A condition that holds.")
@click.pass_obj
def suggest(desk: Desk, category: str, place: str, conditions: tuple[str, ...]) -> None:
    """Which units the duty list names for a case, and why."""
    area = _area(place)
    found = selectors.suggest_units(category, area, clock.now(), conditions=conditions)
    others = [text for _number, text in reasons.beaten(found)]
    desk.answer(
        {
            "because": found.because,
            "lead": found.lead.name if found.lead else None,
            "leads": [unit.name for unit in found.leads],
            "joints": [unit.name for unit in found.joints],
            "area": area.code if area else None,
            "rule": found.reason.rule.number if found.reason.rule else None,
            "reason": reasons.reason(found),
            "others": others,
            "conditions": found.reason.conditions,
        }
    )
    desk.out(_(", ").join(unit.name for unit in found.leads) or "–")
    if found.joints:
        names = _(", ").join(unit.name for unit in found.joints)
        desk.out(_("With: {units}").format(units=names))
    desk.out(reasons.reason(found))
    for text in others:
        desk.out(f"  {text}")
    if found.reason.conditions:
        words = _(", ").join(found.reason.conditions)
        desk.out(_("It would be another answer under: {conditions}").format(conditions=words))


def _area(place: str) -> Area | None:
    """
    Raises:
        Refused "duties.place_unclear": the text names no place, or several.
    """
    if not place.strip():
        return None
    known = selectors.standing().areas.get(place.strip())
    if known is not None:
        return known
    found = selectors.areas_in(place)
    if len(found) != 1:
        names = [each.area.name for each in found]
        raise Refused("duties.place_unclear", place=place, found=names or ["–"])
    return found[0].area


def _review(desk: Desk) -> None:
    review = selectors.review_duties(clock.now())
    listed = list(selectors.duties())
    desk.answer(
        {
            "rules": len(listed),
            "overlaps": [
                {
                    "one": each.one.number,
                    "other": each.other.number,
                    "settled": each.settled.number if each.settled else None,
                }
                for each in review.overlaps
            ],
            "gaps": list(review.gaps),
            "ended": [{"number": duty.pk, "what": what} for duty, what in review.ended],
        }
    )
    desk.out(_("{count:,} rules in the duty list.").format(count=len(listed)))
    for each in review.overlaps:
        numbers = {"one": each.one.number, "other": each.other.number}
        if each.settled is None:
            text = _("Rules {one} and {other} contradict each other; nobody wins.")
            desk.out(text.format(**numbers))
        else:
            text = _("Rules {one} and {other} contradict each other; {wins}, the newer, wins.")
            desk.out(text.format(wins=each.settled.number, **numbers))
    for duty, what in review.ended:
        text = _("Rule {number} names something that has ended: {what}.")
        desk.out(text.format(number=duty.pk, what=_ended_word(what)))
    if review.gaps:
        text = _("No rule everywhere, so the street of the place answers ({count:,}):")
        desk.out(text.format(count=len(review.gaps)))
        for path in review.gaps[:MAX_LISTED]:
            desk.out(f"  {path}")
        if len(review.gaps) > MAX_LISTED:
            desk.out(_("  … and {more:,} more").format(more=len(review.gaps) - MAX_LISTED))


def _ended_word(what: str) -> str:
    return {"category": _("category"), "area": _("place"), "lead": _("lead unit")}[what]


def _say(desk: Desk, name: str, outcome: CategoriesOutcome | DutiesOutcome) -> None:
    counts: dict[str, Any] = {
        what: outcome.counts[what] for what in ("new", "changed", "renamed", "ended", "same")
    }
    rejected = outcome.file.rejected
    desk.answer(
        {
            "file": name,
            "dry_run": outcome.dry_run,
            **counts,
            "rejected": [{**reject.__dict__, "message": reject.message()} for reject in rejected],
            "changes": outcome.changes,
        }
    )
    line = _(
        "{file}: new {new:,}, changed {changed:,}, renamed {renamed:,}, ended {ended:,}, "
        "same {same:,}, rejected {rejected:,}"
    )
    desk.out(line.format(file=name, rejected=len(rejected), **counts))
    for change in outcome.changes[:MAX_LISTED]:
        before, after = change["before"] or "–", change["after"] or "–"
        desk.out(f"  {change['name']} {change['field']}: {before} → {after}")
    if len(outcome.changes) > MAX_LISTED:
        desk.out(_("  … and {more:,} more").format(more=len(outcome.changes) - MAX_LISTED))
    for reject in rejected:
        text = _("  line {line} of {sheet}: {reason}")
        desk.out(text.format(line=reject.line, sheet=reject.sheet, reason=reject.message()))


def _write(desk: Desk, file: Path, content: bytes) -> None:
    _new_file(file, content)
    desk.answer({"file": str(file)})
    desk.out(_("{file} is written.").format(file=file))


def _new_file(file: Path, content: bytes) -> None:
    """
    Raises:
        Refused "calendar.file_exists".
    """
    try:
        with file.open("xb") as stream:
            stream.write(content)
    except FileExistsError:
        raise Refused("calendar.file_exists", file=str(file)) from None
