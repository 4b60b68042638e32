"""The ledger's only writer."""

from datetime import datetime
from typing import Any

from django.db import connection

from jieban import clock
from jieban.apps.ledger.chain import digest_of
from jieban.apps.ledger.kinds import KINDS
from jieban.apps.ledger.models import Event
from jieban.domain.actors import Actor


def append(
    subject_kind: str,
    subject_id: str,
    kind: str,
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    body: dict[str, Any] | None = None,
) -> Event:
    """Write one event at the end of its subject's chain, in the caller's transaction.

    `at` is when it happened; when it was recorded is read here. Personal data of
    residents does not belong in `body`.

    Raises:
        RuntimeError: called outside a transaction.
        KeyError, ValueError: undeclared kind, or keys other than the kind declares.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event is written in the transaction of its act")
    body = body or {}
    if body.keys() != KINDS[kind].keys:
        raise ValueError(f"{kind} has keys {sorted(KINDS[kind].keys)}, got {sorted(body)}")
    last = (
        Event.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
        .order_by("-seq")
        .first()
    )
    event = Event(
        recorded_at=clock.now(),
        happened_at=at,
        subject_kind=subject_kind,
        subject_id=subject_id,
        seq=last.seq + 1 if last else 1,
        kind=kind,
        actor_id=actor.id,
        actor_name=actor.name,
        actor_post=actor.post,
        reason=reason,
        body=body,
        previous=last.digest if last else "",
    )
    event.digest = digest_of(event)
    event.save(force_insert=True)
    return event
