"""`jieban practices …`: the library of practices, read and taken over."""

from datetime import datetime

import click

from jieban import clock
from jieban.apps.practices import services
from jieban.apps.practices.selectors import cards
from jieban.cli.desk import Desk
from jieban.domain.practices.cards import KINDS
from jieban.domain.words import translate as _


@click.group()
def practices() -> None:
    """Practices worth keeping, and who took them over."""


@practices.command("list")
@click.option("--kind", type=click.Choice(KINDS), default=None, help="Only of this kind.")
@click.option("--words", default="", help="Words of the name, the problem or the steps.")
@click.pass_obj
def list_practices(desk: Desk, kind: str | None, words: str) -> None:
    """Published practices, most adopted first."""
    found = [
        {
            "practice": each.practice_id,
            "kind": each.practice.kind,
            "name": each.name,
            "area": each.practice.area.code if each.practice.area else "",
            "category": each.practice.category,
            "version": each.version,
            "adopters": each.adopters,  # type: ignore[attr-defined]
        }
        for each in cards.library(desk.actor, kind=kind or "", words=words)
    ]
    desk.answer({"practices": found})
    for entry in found:
        desk.out("{practice:>5} {kind:<8} v{version} {name}  {adopters}".format(**entry))
    if not found:
        desk.out(_("No practice is published yet."))


@practices.command()
@click.argument("practice", type=click.IntRange(1))
@click.pass_obj
def show(desk: Desk, practice: int) -> None:
    """One practice with who took it over."""
    found = cards.practice_by_number(desk.actor, practice)
    version = cards.shown_version(desk.actor, found)
    adoptions = [
        {
            "adoption": each.pk,
            "area": each.area.code,
            "place": each.area.name,
            "estate": each.estate,
            "adopted_on": str(each.adopted_on),
            "ended_on": str(each.ended_on or ""),
        }
        for each in cards.adoptions_of(found)
    ]
    desk.answer(
        {
            "practice": found.pk,
            "kind": found.kind,
            "version": version.version,
            "state": version.state,
            "name": version.name,
            "author": version.author,
            "category": found.category,
            "problem": version.problem,
            "steps": version.steps,
            "cost": version.cost,
            "evidence": version.evidence,
            "adoptions": adoptions,
        }
    )
    desk.out(f"{version.name}  v{version.version} {version.state}")
    for words in (version.problem, version.steps, version.cost, version.evidence):
        if words:
            desk.out(f"\n{words}")
    for each in adoptions:
        desk.out("{adopted_on} {ended_on:<10} {place} {estate}".format(**each))


@practices.command()
@click.argument("practice", type=click.IntRange(1))
@click.argument("area")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="First day; today.")
@click.option("--estate", default="", help="A part of the community, if only that.")
@click.option("--contact", default="", help="Which office to ask.")
@click.pass_obj
def adopt(
    desk: Desk, practice: int, area: str, on: datetime | None, estate: str, contact: str
) -> None:
    """A community takes a practice over; AREA is its code."""
    made = services.adopt(
        desk.actor,
        practice,
        area,
        at=clock.now(),
        on=on.date() if on else None,
        contact_at=contact,
        estate=estate,
    )
    desk.answer({"adoption": made.pk, "area": area, "adopted_on": str(made.adopted_on)})
    desk.out(_("{place} uses it from {day} on.").format(place=made.area.name, day=made.adopted_on))
