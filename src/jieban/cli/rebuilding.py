"""`jieban rectification rebuild`: a round told from its events alone, beside what the rows say."""

from dataclasses import asdict
from typing import Any

import click

from jieban.cli.desk import Desk
from jieban.domain.words import translate as _

MAX_LISTED = 50


def attach(group: click.Group) -> None:
    """Add the verb to `rectification`, once."""
    group.add_command(rebuild)


@click.command()
@click.argument("code")
@click.pass_obj
def rebuild(desk: Desk, code: str) -> None:
    """Rebuild round CODE from the ledger alone and compare it with the tables.

    Ends with 1 where a row says otherwise than its events.
    """
    desk.start_database()
    from jieban.apps.rectification.selectors import folding

    desk.actor.demand("rectification.see")
    found = folding.rebuilt(code)
    held = found.round
    desk.answer(
        {
            "round": code,
            "events": found.events,
            "rebuilt": held.plain(),
            "differences": [asdict(each) for each in found.unlike],
        }
    )
    desk.out(
        _("{name}: {problems} problems, {tasks} tasks, {items} action items from {events} events")
        .format(
            name=held.row["name"],
            problems=len(held.problems),
            tasks=len(held.tasks),
            items=sum(len(task.items) for task in held.tasks.values()),
            events=found.events,
        )
    )  # fmt: skip
    for number, plan in held.plans.items():
        desk.out(f"  v{number}  {plan['state']:<12} {plan['digest']}")
    for serial, task in held.tasks.items():
        desk.out(_line(serial, task.row))
    for each in found.unlike[:MAX_LISTED]:
        desk.out(str(each))
    more = len(found.unlike) - MAX_LISTED
    if more > 0:
        desk.out(_("  … and {more:,} more").format(more=more))
    if found.unlike:
        raise click.exceptions.Exit(1)
    desk.out(_("The tables say the same."))


def _line(serial: int, row: dict[str, Any]) -> str:
    day = row["signed_on"] or row["due_on"] or ""
    return f"  {serial:>5}  {row['state']:<12} {day!s:<10}  {row['title']}"
