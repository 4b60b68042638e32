"""Telling followers what happened: out of the outbox, once.

A follower writes down what it will do about the events it is told of (a delivery to send, a
reminder to give) and does nothing else; that and the removal from the outbox are one
transaction, so an event is told once, however often a worker is killed. Apps register
their follower from `AppConfig.ready`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import connection, transaction

from jieban.apps.ledger.models import Event, Outbox

AT_ONCE = 200
Follower = Callable[[Sequence[Event], datetime], None]
_followers: dict[str, Follower] = {}


def follow(name: str, tell: Follower) -> None:
    """Have `tell(events, at)` called, in the relay's transaction, with every followed event."""
    _followers[name] = tell


@transaction.atomic
def relay(*, at: datetime) -> int:
    """Tell the followers of up to `AT_ONCE` events, oldest first; how many were told."""
    waiting = Outbox.objects.order_by("event_id")
    if connection.features.has_select_for_update_skip_locked:
        waiting = waiting.select_for_update(skip_locked=True)
    numbers = list(waiting.values_list("event_id", flat=True)[:AT_ONCE])
    if not numbers:
        return 0
    events = list(Event.objects.filter(number__in=numbers).order_by("number"))
    for tell in _followers.values():
        tell(events, at)
    Outbox.objects.filter(event_id__in=numbers).delete()
    return len(numbers)
