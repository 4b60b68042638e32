"""`jieban programmes open|select|officials`: choosing places and keeping the roster.

Attached to the `programmes` group, whose other verbs run on files alone.
"""

from pathlib import Path

import click

from jieban import clock
from jieban.cli.desk import Desk
from jieban.domain.programmes.criteria import PRESETS, read_criteria_file
from jieban.domain.words import translate as _

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def attach(group: click.Group) -> None:
    """Add the verbs to `programmes`, once."""
    for command in (open_programme, select, officials):
        group.add_command(command)


@click.command("open")
@click.argument("code")
@click.argument("name")
@click.option("--criteria", type=_FILE, help="Criteria as TOML or JSON.")
@click.option(
    "--preset",
    type=click.Choice(list(PRESETS)),
    default="worst",
    show_default=True,
    help="Criteria to begin with where no file is given.",
)
@click.option("--months", default=6, show_default=True, help="Months of a term.")
@click.pass_obj
def open_programme(
    desk: Desk, code: str, name: str, criteria: Path | None, preset: str, months: int
) -> None:
    """Open a programme CODE called NAME."""
    chosen = read_criteria_file(criteria.read_bytes()) if criteria else PRESETS[preset]
    desk.start_database()
    from jieban.apps.programmes import services

    made = services.open_programme(
        desk.actor, code, name, at=clock.now(), criteria=chosen, term_months=months
    )
    desk.answer({"programme": made.code, "name": made.name, "criteria": made.criteria})
    desk.out(_("{name} ({code}) is open.").format(name=made.name, code=made.code))


@click.command()
@click.argument("code")
@click.option("--run", "run_id", required=True, help="The published run to choose on.")
@click.option("--dry-run", is_flag=True, help="Show the list and keep nothing.")
@click.pass_obj
def select(desk: Desk, code: str, run_id: str, dry_run: bool) -> None:
    """Choose places by the programme's criteria on a published run."""
    desk.start_database()
    from jieban.apps.programmes import selectors, services

    if dry_run:
        answer = selectors.trial_list(desk.home, code, run_id)
    else:
        made = services.make_selection(desk.actor, code, run_id, at=clock.now(), home=desk.home)
        answer = selectors.told_list(made)
    desk.answer(answer)
    for place in answer["places"]:
        if place["standing"] not in ("other", "next"):
            score = "–" if place["score"] is None else f"{place['score'] / 1_000_000:.2f}"
            desk.out(
                f"{place['position']:>4} {score:>7} {place['standing']:<8} "
                f"{place['code']} {place['name']} {place['street']}"
            )
    desk.out(_("Digest of the list: {digest}").format(digest=answer["digest"]))


@click.command()
@click.argument("file", type=_FILE)
@click.pass_obj
def officials(desk: Desk, file: Path) -> None:
    """Bring officials from a workbook or CSV into the roster."""
    desk.start_database()
    from jieban.apps.programmes import services

    brought = services.import_officials(desk.actor, file, at=clock.now())
    turned = [
        {"sheet": each.sheet, "line": each.line, **each.because.plain()} for each in brought.turned
    ]
    counts = {"new": brought.new, "changed": brought.changed, "same": brought.same}
    desk.answer({**counts, "rejected": turned})
    text = _("{new} officials entered, {changed} changed, {same} as before.")
    desk.out(text.format(**counts))
    for each in brought.turned:
        desk.out(
            _("Line {line} was not taken: {why}").format(line=each.line, why=each.because.message())
        )
