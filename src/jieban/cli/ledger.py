"""`jieban ledger …`: read the ledger, check its chains."""

import click

from jieban.apps.ledger import selectors
from jieban.apps.ledger.kinds import KINDS
from jieban.cli.desk import Desk
from jieban.domain.words import language
from jieban.domain.words import translate as _


@click.group()
def ledger() -> None:
    """Read and verify the ledger."""


@ledger.command("list")
@click.option("--limit", default=50, show_default=True)
@click.pass_obj
def list_events(desk: Desk, limit: int) -> None:
    """The latest events, newest first."""
    events = list(selectors.newest(limit))
    desk.answer(
        {
            "events": [
                {
                    "number": event.number,
                    "at": event.happened_at,
                    "kind": event.kind,
                    "subject": f"{event.subject_kind}/{event.subject_id}",
                    "actor": event.actor_name,
                    "reason": event.reason,
                    "body": event.body,
                }
                for event in events
            ]
        }
    )
    for event in events:
        words = getattr(KINDS[event.kind], language())
        desk.out(
            f"{event.number:>6}  {event.happened_at:%Y-%m-%d %H:%M}  {event.actor_name}  "
            f"{words}  {event.subject_id}  {event.reason}"
        )


@ledger.command()
@click.pass_obj
def verify(desk: Desk) -> None:
    """Walk every chain; name each event that was altered or whose predecessor is gone."""
    found = list(selectors.faults())
    desk.answer({"whole": not found, "faults": [fault.__dict__ for fault in found]})
    for fault in found:
        desk.out(f"{fault.number} {fault.subject} {fault.seq}: {fault.what}")
    if found:
        raise click.exceptions.Exit(1)
    desk.out(_("Every chain is whole."))
