"""`jieban appeals …`: contest a fact, decide."""

from pathlib import Path

import click

from jieban import clock
from jieban.apps.assessments import selectors, services
from jieban.cli.desk import Desk
from jieban.domain.words import translate as _


@click.group()
def appeals() -> None:
    """Contest a fact; decide appeals."""


@appeals.command("list")
@click.pass_obj
def list_appeals(desk: Desk) -> None:
    """All appeals, newest first."""
    found = [
        {
            "appeal": appeal.pk,
            "run": appeal.run.run_id,
            "number": appeal.case_number,
            "unit": appeal.unit_name,
            "ground": appeal.ground,
            "state": appeal.state,
            "raised_by": appeal.raised_by,
            "decided_by": appeal.decided_by,
            "reason": appeal.decision_reason,
        }
        for appeal in selectors.appeals()
    ]
    desk.answer({"appeals": found})
    for entry in found:
        desk.out("{appeal:>5} {state:<10} {number} {unit} {ground}".format(**entry))
    if not found:
        desk.out(_("No appeals."))


@appeals.command("raise")
@click.argument("run")
@click.argument("number")
@click.option("--unit", required=True, help="Code of the unit whose fact it is.")
@click.option("--ground", required=True, help="Ground from the rulebook.")
@click.option("--evidence", required=True, help="Facts and basis, in words.")
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def raise_appeal(
    desk: Desk, run: str, number: str, unit: str, ground: str, evidence: str, file: Path | None
) -> None:
    """Contest one case of one unit in a run."""
    appeal = services.raise_appeal(
        desk.actor,
        run,
        number=number,
        unit=unit,
        ground=ground,
        evidence=evidence,
        at=clock.now(),
        home=desk.home,
        file=(file.name, file.read_bytes()) if file else None,
    )
    desk.answer({"appeal": appeal.pk, "state": appeal.state})
    desk.out(_("Appeal {number} is raised.").format(number=appeal.pk))


@appeals.command()
@click.argument("appeal", type=int)
@click.option("--grant/--refuse", "granted", required=True, default=None)
@click.option("--reason", required=True)
@click.pass_obj
def decide(desk: Desk, appeal: int, granted: bool, reason: str) -> None:
    """Grant or refuse; never by who raised it."""
    done = services.decide_appeal(
        desk.actor, appeal, granted=granted, reason=reason, at=clock.now()
    )
    desk.answer({"appeal": done.pk, "state": done.state})
    desk.out(f"{done.pk}: {done.state}")


@appeals.command()
@click.argument("appeal", type=int)
@click.pass_obj
def withdraw(desk: Desk, appeal: int) -> None:
    """Take back an appeal you raised."""
    done = services.withdraw_appeal(desk.actor, appeal, at=clock.now())
    desk.answer({"appeal": done.pk, "state": done.state})
    desk.out(f"{done.pk}: {done.state}")
