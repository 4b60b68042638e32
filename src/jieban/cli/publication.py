"""`jieban evaluate list|review|open|close|publish`: what needs the database.

Attached to the `evaluate` group by main, so that running and verifying stay free of it.
"""

import click

from jieban import clock
from jieban.cli.desk import Desk
from jieban.domain.words import translate as _


def attach(group: click.Group) -> None:
    """Add the verbs to `evaluate`, once."""
    for command in (list_runs, review, open_window, close_window, publish):
        group.add_command(command)


@click.command("list")
@click.pass_obj
def list_runs(desk: Desk) -> None:
    """The runs of this installation and where they stand."""
    desk.start_database()
    from jieban.apps.assessments import selectors

    runs = [
        {
            "run": run.run_id,
            "period": run.assessment.period,
            "rulebook": run.assessment.rulebook,
            "version": run.version,
            "state": run.state,
            "because": run.because,
        }
        for run in selectors.standing_runs()
    ]
    desk.answer({"runs": runs})
    for run in runs:
        desk.out("{period:<18} {rulebook:<28} v{version} {state:<10} {run}".format(**run))
    if not runs:
        desk.out(_("No runs yet: jieban evaluate run --period 2023-10 --rulebook beijing-district"))


@click.command()
@click.argument("run")
@click.option("--because", default="", help="Why there is a new version (from v2 on).")
@click.pass_obj
def review(desk: Desk, run: str, because: str) -> None:
    """Pass a run as fit for appeals and publication."""
    desk.start_database()
    from jieban.apps.assessments import services

    done = services.review_run(desk.actor, run, at=clock.now(), because=because)
    _tell(desk, run, done.version, done.state)


@click.command("open")
@click.argument("run")
@click.pass_obj
def open_window(desk: Desk, run: str) -> None:
    """Open the appeal window for the days the rulebook says."""
    desk.start_database()
    from jieban.apps.assessments import services

    done = services.open_appeals(desk.actor, run, at=clock.now(), home=desk.home)
    desk.answer({"run": run, "until": done.assessment.appeals_until})
    text = _("Appeals may be raised until {until:%Y-%m-%d %H:%M} UTC.")
    desk.out(text.format(until=done.assessment.appeals_until))


@click.command("close")
@click.argument("run")
@click.option("--reason", required=True)
@click.pass_obj
def close_window(desk: Desk, run: str, reason: str) -> None:
    """Close the appeal window before its day."""
    desk.start_database()
    from jieban.apps.assessments import services

    services.close_appeals(desk.actor, run, at=clock.now(), reason=reason)
    desk.answer({"run": run, "open": False})
    desk.out(_("The appeal window is closed."))


@click.command()
@click.argument("run")
@click.pass_obj
def publish(desk: Desk, run: str) -> None:
    """Make a reviewed run official."""
    desk.start_database()
    from jieban.apps.assessments import services

    done = services.publish_run(desk.actor, run, at=clock.now(), home=desk.home)
    _tell(desk, run, done.version, done.state)


def _tell(desk: Desk, run: str, version: int, state: str) -> None:
    desk.answer({"run": run, "version": version, "state": state})
    desk.out(f"{run} v{version}: {state}")
