"""Webhooks and their deliveries, as people and the worker ask for them."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet

from jieban.apps.integrations.models import Delivery, State, Webhook
from jieban.apps.ledger.kinds import KINDS
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused

PERMISSION = "integration.edit"


@dataclass(frozen=True)
class Trouble:
    """How many webhooks are paused because they failed, and how many messages wait in all."""

    paused: int
    waiting: int


def visible_to(actor: Actor) -> QuerySet[Webhook]:
    """Every webhook, oldest first, with how its deliveries stand; only for who keeps them.

    Raises:
        Refused "actor.not_permitted".
    """
    actor.demand(PERMISSION)
    return Webhook.objects.order_by("number").annotate(
        waiting=Count("deliveries", filter=Q(deliveries__state=State.WAITING)),
        failed=Count("deliveries", filter=Q(deliveries__state=State.FAILED)),
        delivered=Count("deliveries", filter=Q(deliveries__state=State.DELIVERED)),
        last_delivered=Max("deliveries__ended_at", filter=Q(deliveries__state=State.DELIVERED)),
    )


def webhook(actor: Actor, number: int) -> Webhook:
    """
    Raises:
        Refused "actor.not_permitted", "webhook.unknown".
    """
    found = visible_to(actor).filter(number=number).first()
    if found is None:
        raise Refused("webhook.unknown", number=number)
    return found


def deliveries(actor: Actor, number: int, state: str = "") -> QuerySet[Delivery]:
    """What was or is to be sent to one webhook, newest event first; `state` narrows.

    Raises:
        Refused "actor.not_permitted", "webhook.unknown".
    """
    rows = Delivery.objects.filter(webhook=webhook(actor, number)).order_by("-event")
    return rows.filter(state=state) if state else rows


def followed_kinds() -> list[str]:
    """The kinds a webhook can follow, in the order of the registry."""
    return [kind.kind for kind in KINDS.values() if kind.followed]


def due(at: datetime) -> QuerySet[Delivery]:
    """What is to be sent now, to webhooks that are neither paused nor left alone."""
    return Delivery.objects.filter(
        Q(webhook__rests_until=None) | Q(webhook__rests_until__lte=at),
        webhook__active=True,
        state=State.WAITING,
        next_at__lte=at,
    )


def trouble() -> Trouble:
    """What somebody should look at."""
    return Trouble(
        paused=Webhook.objects.filter(active=False, paused_because="failing").count(),
        waiting=Delivery.objects.filter(state=State.WAITING, webhook__active=True).count(),
    )
