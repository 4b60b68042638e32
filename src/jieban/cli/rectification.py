"""`jieban rectification …`: rounds opened, plans taken in and written out, what is due.

Nothing is checked or signed off here: who sits at the machine has no unit, and a sign-off means
something because of who gives it.
"""

from datetime import datetime, timedelta
from pathlib import Path

import click

from jieban import clock
from jieban.apps.directory import selectors as directory
from jieban.apps.rectification import services
from jieban.apps.rectification.papers import plan_bytes
from jieban.apps.rectification.selectors import seeing, tasks
from jieban.apps.rectification.services import LEVELS, PlanOutcome, RoundPlan
from jieban.cli import rebuilding
from jieban.cli.desk import Desk
from jieban.domain.rectification.sums import sum_of
from jieban.domain.words import language
from jieban.domain.words import translate as _
from jieban.tables.duties import rejected_workbook

MAX_LISTED = 20
_FILE = click.Path(path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)
_DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def rectification() -> None:
    """Inspection rounds: plans, tasks, what is due."""


rebuilding.attach(rectification)


@rectification.command("rounds")
@click.pass_obj
def list_rounds(desk: Desk) -> None:
    """Rounds with how far each has come; done means signed off."""
    today = directory.local_day(clock.now())
    found = []
    for held in seeing.rounds_visible_to(desk.actor).select_related("office"):
        kept = tasks.Filter(round=held.code)
        late = tasks.late(tasks.listed(desk.actor, kept), today).count()
        total = sum_of(tasks.state_counts(desk.actor, held.code), late)
        found.append(
            {
                "round": held.code,
                "name": held.name,
                "level": held.level,
                "nth": held.nth,
                "office": held.office.code,
                "tasks": total.total,
                "done": total.done,
                "under_way": total.under_way,
                "not_started": total.not_started,
                "late": total.late,
            }
        )
    desk.answer({"rounds": found})
    for entry in found:
        desk.out("{round:<16} {done}+{under_way}={tasks}  {name}".format(**entry))
    if not found:
        desk.out(_("No inspection round is open yet."))


@rectification.command("open")
@click.argument("code")
@click.argument("name")
@click.option("--level", type=click.Choice(LEVELS), default="municipal", show_default=True)
@click.option("--nth", default=1, show_default=True, help="Which round of this level.")
@click.option("--office", required=True, help="Unit that keeps the plan and signs off.")
@click.option("--team", default="", help="The inspection team.")
@click.option("--feedback-on", type=_DAY, help="Day of the feedback.")
@click.pass_obj
def open_round(
    desk: Desk,
    code: str,
    name: str,
    level: str,
    nth: int,
    office: str,
    team: str,
    feedback_on: datetime | None,
) -> None:
    """Begin the register of one inspection."""
    day = feedback_on.date() if feedback_on else None
    said = RoundPlan(name, level, nth, office, team, feedback_on=day)
    made = services.open_round(desk.actor, code, said, at=clock.now())
    desk.answer({"round": made.code})
    desk.out(_("The round {code} is open.").format(code=made.code))


@rectification.command("import")
@click.argument("file", type=_FILE)
@click.option("--round", "code", required=True, help="Code of the round.")
@click.option("--rejects", type=_OUT, help="Write lines that were not taken to this workbook.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
@click.pass_obj
def import_plan(desk: Desk, file: Path, code: str, rejects: Path | None, dry_run: bool) -> None:
    """Take a plan in from a workbook, Word or CSV file; nothing is signed off by it."""
    outcome = services.import_plan(desk.actor, code, file, at=clock.now(), dry_run=dry_run)
    if rejects is not None and outcome.rejected:
        rejects.write_bytes(rejected_workbook(outcome.file.headings, outcome.rejected, language()))
    desk.answer(
        {
            "round": code,
            "stored": not dry_run,
            "counts": outcome.counts,
            "new": outcome.made,
            "changed": outcome.changed,
            "unknown_columns": list(outcome.file.unknown),
            "notes": [
                {"task": note.task, "line": note.line, "code": note.code, "value": note.value}
                for note in outcome.notes
            ],
            "rejected": [
                {"sheet": each.sheet, "line": each.line, "message": each.message()}
                for each in outcome.rejected
            ],
        }
    )
    _say(desk, outcome, dry_run)


def _say(desk: Desk, outcome: PlanOutcome, dry_run: bool) -> None:
    text = _(
        "{new} tasks new, {changed} changed, {same} as before, {rejected} lines not taken;"
        " {items} action items."
    )
    desk.out(text.format(**outcome.counts))
    if outcome.said_done:
        text = _("{n} are said to be done; that signs nothing off.")
        desk.out(text.format(n=outcome.said_done))
    words = {
        "unit_unknown": _("unit unknown, its name kept"),
        "area_unknown": _("place unknown"),
        "due_unreadable": _("due date not understood, left blank"),
        "redacted": _("personal data taken out"),
    }
    for note in outcome.notes[:MAX_LISTED]:
        desk.out(f"  {note.line}: {words[note.code]} {note.value}")
    for each in outcome.rejected[:MAX_LISTED]:
        desk.out(f"  {each.line}: {each.message()}")
    if dry_run:
        desk.out(_("Nothing was stored."))


@rectification.command("export")
@click.argument("code")
@click.argument("file", type=_OUT)
@click.option("--version", "number", type=click.IntRange(1), help="A frozen version.")
@click.pass_obj
def export_plan(desk: Desk, code: str, file: Path, number: int | None) -> None:
    """Write the plan to FILE: .xlsx or .pdf."""
    held = seeing.round_by_code(desk.actor, code)
    form = file.suffix.removeprefix(".").lower()
    if form not in ("xlsx", "pdf"):
        raise click.BadParameter(_("FILE ends in .xlsx or .pdf."))
    file.write_bytes(plan_bytes(held, form, number))
    desk.answer({"round": code, "file": str(file)})
    desk.out(str(file))


@rectification.command()
@click.option("--round", "code", default="", help="Only of this round.")
@click.option("--days", default=30, show_default=True, help="Due within so many days.")
@click.pass_obj
def due(desk: Desk, code: str, days: int) -> None:
    """Tasks that are late or soon due, the latest first."""
    today = directory.local_day(clock.now())
    kept = tasks.Filter(round=code, state="open", due_to=today + timedelta(days=days))
    found = [
        {
            "round": task.round.code,
            "task": task.serial,
            "title": task.title,
            "lead": task.lead_words,
            "due_on": str(task.due_on),
            "days_left": (task.due_on - today).days if task.due_on else None,
            "state": task.state,
        }
        for task in tasks.listed(desk.actor, kept).order_by("due_on", "pk")
    ]
    desk.answer({"tasks": found})
    for entry in found:
        desk.out("{due_on} {round}/{task} {title} {lead}".format(**entry))
    if not found:
        desk.out(_("Nothing is due."))
