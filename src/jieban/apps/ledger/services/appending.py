"""Writing one event: the only way into the ledger."""

from datetime import datetime
from typing import Any

from django.db import connection

from jieban import clock
from jieban.apps.ledger.chain import digest_of, moment
from jieban.apps.ledger.kinds import KINDS
from jieban.apps.ledger.models import Event, Outbox
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
    first: bool = False,
) -> Event:
    """Write one event at the end of its subject's chain, in the caller's transaction.

    `at` is when it happened; when it was recorded is read here. Personal data of
    residents does not belong in `body`. Who writes to a subject holds its row; `first` says
    that the subject was made in this transaction and has no event yet, which saves a look.
    An event of a followed kind is put into the outbox.

    Raises:
        RuntimeError: called outside a transaction.
        KeyError, ValueError: undeclared kind, or keys other than the kind declares.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an event is written in the transaction of its act")
    declared = KINDS[kind]
    body = body or {}
    if body.keys() != declared.keys:
        raise ValueError(f"{kind} has keys {sorted(declared.keys)}, got {sorted(body)}")
    seq, previous = (0, "") if first else _head(subject_kind, subject_id)
    event = Event(
        recorded_at=clock.now(),
        happened_at=moment(at),
        subject_kind=subject_kind,
        subject_id=subject_id,
        seq=seq + 1,
        kind=kind,
        actor_id=actor.id,
        actor_name=actor.name,
        actor_post=actor.post,
        reason=reason,
        body=body,
        previous=previous,
    )
    event.digest = digest_of(event)
    event.save(force_insert=True)
    if declared.followed:
        Outbox(event_id=event.number, made_at=event.recorded_at).save(force_insert=True)
    return event


def _head(subject_kind: str, subject_id: str) -> tuple[int, str]:
    chain = Event.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
    return chain.order_by("-seq").values_list("seq", "digest").first() or (0, "")
