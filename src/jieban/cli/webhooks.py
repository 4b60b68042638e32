"""`jieban webhooks …`: other systems that are told of what happens here."""

from typing import Any

import click

from jieban import clock
from jieban.apps.integrations import selectors, services
from jieban.apps.integrations.models import State
from jieban.cli.desk import Desk
from jieban.domain.words import translate as _
from jieban.domain.words import word


@click.group()
def webhooks() -> None:
    """Other systems that are told of what happens here."""


@webhooks.command()
@click.argument("address")
@click.option("--kind", "kinds", multiple=True, required=True, help='A kind, "case.*" or "*".')
@click.pass_obj
def add(desk: Desk, address: str, kinds: tuple[str, ...]) -> None:
    """Have ADDRESS told of events; the secret is shown this once."""
    made, secret = services.add_webhook(desk.actor, address, kinds, at=clock.now())
    desk.answer({"number": made.number, "address": made.address, "secret": secret})
    desk.out(_("Webhook {number} is added.").format(number=made.number))
    desk.out(_("Secret, shown this once: {secret}").format(secret=secret))


@webhooks.command("list")
@click.pass_obj
def list_webhooks(desk: Desk) -> None:
    """Every webhook and how it stands."""
    found: list[Any] = list(selectors.visible_to(desk.actor))
    desk.answer(
        {
            "webhooks": [
                {
                    "number": each.number,
                    "address": each.address,
                    "kinds": each.kinds,
                    "active": each.active,
                    "paused_because": each.paused_because,
                    "waiting": each.waiting,
                    "delivered": each.delivered,
                    "failed": each.failed,
                }
                for each in found
            ]
        }
    )
    for each in found:
        state = word("webhook_active") if each.active else word("webhook_paused")
        desk.out(f"{each.number:>4}  {state}  {each.address}  {', '.join(each.kinds)}")
    if not found:
        desk.out(_("No webhooks."))


@webhooks.command()
@click.argument("number", type=int)
@click.pass_obj
def remove(desk: Desk, number: int) -> None:
    """Forget a webhook and what is still to be sent to it."""
    services.remove_webhook(desk.actor, number, at=clock.now())
    desk.answer({"number": number, "removed": True})
    desk.out(_("Webhook {number} is removed.").format(number=number))


@webhooks.command()
@click.argument("number", type=int)
@click.pass_obj
def pause(desk: Desk, number: int) -> None:
    """Send nothing for a while; what happens is kept."""
    services.pause_webhook(desk.actor, number, at=clock.now())
    desk.answer({"number": number, "active": False})
    desk.out(_("Webhook {number} is paused.").format(number=number))


@webhooks.command()
@click.argument("number", type=int)
@click.pass_obj
def resume(desk: Desk, number: int) -> None:
    """Send again, beginning with what was kept."""
    services.resume_webhook(desk.actor, number, at=clock.now())
    desk.answer({"number": number, "active": True})
    desk.out(_("Webhook {number} is sending again.").format(number=number))


@webhooks.command()
@click.argument("number", type=int)
@click.option("--state", type=click.Choice(State.values), help="Only those in this state.")
@click.option("--limit", default=50, show_default=True)
@click.option("--replay", metavar="ID", help="Send this message again.")
@click.pass_obj
def deliveries(desk: Desk, number: int, state: str | None, limit: int, replay: str | None) -> None:
    """What was or is to be sent to a webhook, newest first."""
    if replay:
        services.replay(desk.actor, replay, at=clock.now())
    found = list(selectors.deliveries(desk.actor, number, state or "")[:limit])
    desk.answer(
        {
            "deliveries": [
                {
                    "id": str(each.id),
                    "event": each.event,
                    "kind": each.kind,
                    "state": each.state,
                    "attempts": each.attempts,
                    "next_at": each.next_at,
                    "ended_at": each.ended_at,
                    "last_status": each.last_status,
                    "error": each.error,
                }
                for each in found
            ]
        }
    )
    for each in found:
        answer = each.last_status or each.error
        desk.out(f"{each.id}  {each.event:>8}  {word(f'delivery_{each.state}')}  {answer}")
