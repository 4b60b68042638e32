"""Keeping webhooks, and sending what they are to be told.

An event becomes a delivery for every webhook that follows its kind, in the transaction that
takes it out of the outbox. A delivery is taken for a moment, sent without any transaction
open, and what came of it noted; a worker that is killed in between leaves it to be sent again
under the same id when that moment is over.
"""

import json
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from jieban.apps.integrations import selectors
from jieban.apps.integrations.models import Delivery, State, Webhook
from jieban.apps.integrations.sending import TIMEOUT_SECONDS, Answer, check_address, post
from jieban.apps.jobs import enqueue
from jieban.apps.ledger import selectors as ledger_selectors
from jieban.apps.ledger import services as ledger
from jieban.apps.ledger.selectors import Event
from jieban.domain.actors import SYSTEM, Actor
from jieban.domain.errors import Refused
from jieban.domain.integrations.webhooks import (
    EVERYTHING,
    follows,
    next_try,
    rest_until,
    signature,
)
from jieban.sealing import Sealer

TAKEN_FOR = timedelta(seconds=2 * TIMEOUT_SECONDS + 10)
KEEP_ENDED = timedelta(days=30)
_WOKEN_FOR = timedelta(minutes=10)
_SECRET_BYTES = 32
AGENT = f"Jieban/{version('jieban')}"


# --- keeping webhooks ---------------------------------------------------------------------


@transaction.atomic
def add_webhook(
    actor: Actor, address: str, kinds: Sequence[str], *, at: datetime
) -> tuple[Webhook, str]:
    """Enter an address to be told of events of these kinds; it and its secret.

    The secret is answered here and never again. `kinds` may name kinds, nouns ("case.*") or
    everything ("*").

    Raises:
        Refused "actor.not_permitted", "webhook.kind_unknown", "webhook.kinds_missing", and as
        `check_address`.
    """
    actor.demand(selectors.PERMISSION)
    tidy = check_address(address, settings.WEBHOOK_ADDRESSES)
    chosen = _chosen(kinds)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    made = Webhook.objects.create(
        address=tidy,
        secret=Sealer(settings.HOME.keys).seal(secret.encode()),
        kinds=chosen,
        made_by=actor.name,
        made_at=at,
    )
    body = {"host": urlsplit(tidy).hostname, "kinds": chosen}
    _append(made, "webhook.added", actor, at, body=body)
    return made, secret


@transaction.atomic
def remove_webhook(actor: Actor, number: int, *, at: datetime) -> None:
    """Forget a webhook and everything that was or is to be sent to it.

    Raises:
        Refused "actor.not_permitted", "webhook.unknown".
    """
    found = _locked(actor, number)
    _append(found, "webhook.removed", actor, at, body={"host": urlsplit(found.address).hostname})
    found.delete()


@transaction.atomic
def pause_webhook(actor: Actor, number: int, *, at: datetime, reason: str = "") -> None:
    """Send nothing more until it is resumed; what happens meanwhile is kept for it.

    Raises:
        Refused "actor.not_permitted", "webhook.unknown".
    """
    found = _locked(actor, number)
    if found.active:
        _pause(found, actor, "asked", at, reason)


@transaction.atomic
def resume_webhook(actor: Actor, number: int, *, at: datetime) -> None:
    """Send again, beginning with what was kept.

    Raises:
        Refused "actor.not_permitted", "webhook.unknown".
    """
    found = _locked(actor, number)
    if found.active:
        return
    found.active, found.paused_because = True, ""
    found.failures, found.rests_until = 0, None
    found.save(update_fields=["active", "paused_because", "failures", "rests_until"])
    _again(found.deliveries.filter(state=State.WAITING), at)
    _append(found, "webhook.resumed", actor, at)


@transaction.atomic
def replay(actor: Actor, delivery: str, *, at: datetime) -> Delivery:
    """Send a delivery once more, under its id; also one that arrived.

    Raises:
        Refused "actor.not_permitted", "delivery.unknown".
    """
    actor.demand(selectors.PERMISSION)
    asked = _uuid(delivery)
    found = Delivery.objects.select_for_update().filter(id=asked).first() if asked else None
    if found is None:
        raise Refused("delivery.unknown", delivery=str(delivery))
    _again(Delivery.objects.filter(id=found.id), at)
    _append(found.webhook, "webhook.replayed", actor, at, body={"event": found.event})
    found.refresh_from_db()
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _chosen(kinds: Sequence[str]) -> list[str]:
    known = selectors.followed_kinds()
    nouns = {f"{kind.partition('.')[0]}.*" for kind in known}
    chosen = list(dict.fromkeys(kind.strip() for kind in kinds if kind.strip()))
    if not chosen:
        raise Refused("webhook.kinds_missing")
    for kind in chosen:
        if kind not in known and kind not in nouns and kind != EVERYTHING:
            raise Refused("webhook.kind_unknown", kind=kind)
    return chosen


def _locked(actor: Actor, number: int) -> Webhook:
    actor.demand(selectors.PERMISSION)
    found = Webhook.objects.select_for_update().filter(number=number).first()
    if found is None:
        raise Refused("webhook.unknown", number=number)
    return found


def _pause(webhook: Webhook, actor: Actor, because: str, at: datetime, reason: str = "") -> None:
    webhook.active, webhook.paused_because = False, because
    webhook.save(update_fields=["active", "paused_because"])
    _append(webhook, "webhook.paused", actor, at, body={"because": because}, reason=reason)


def _again(rows: QuerySet[Delivery], at: datetime) -> None:
    rows.update(
        state=State.WAITING, attempts=0, since=at, next_at=at, ended_at=None, last_status=None
    )


def _append(
    webhook: Webhook,
    kind: str,
    actor: Actor,
    at: datetime,
    body: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    number = str(webhook.number)
    ledger.append("webhook", number, kind, actor=actor, at=at, body=body, reason=reason)


# --- from events to deliveries ------------------------------------------------------------


def note_events(events: Sequence[Event], at: datetime) -> None:
    """Note a delivery of each event for every webhook that follows its kind (see relay)."""
    webhooks = list(Webhook.objects.all())
    Delivery.objects.bulk_create(
        Delivery(webhook=each, event=event.number, kind=event.kind, since=at, next_at=at)
        for event in events
        for each in webhooks
        if follows(each.kinds, event.kind)
    )


def wake(*, at: datetime) -> int:
    """Ask for a sending job for each webhook that has something due; how many were asked for."""
    asked = 0
    for number in selectors.due(at).order_by().values_list("webhook", flat=True).distinct():
        with transaction.atomic():
            # Unless one was asked for and has not ended.
            free = Webhook.objects.filter(
                Q(woken_at=None) | Q(woken_at__lt=at - _WOKEN_FOR), number=number
            )
            if free.update(woken_at=at):
                enqueue("integrations.deliver", webhook=number)
                asked += 1
    return asked


def end_sending(number: int) -> None:
    """Say that the sending job of a webhook has ended."""
    Webhook.objects.filter(number=number).update(woken_at=None)


def prune(*, at: datetime) -> None:
    """Forget deliveries a month after they arrived or were given up."""
    ended = Delivery.objects.exclude(state=State.WAITING)
    ended.filter(ended_at__lt=at - KEEP_ENDED).delete()


# --- sending ------------------------------------------------------------------------------


def send_next(number: int, *, at: datetime) -> bool:
    """Send the webhook's next due delivery and note what came of it; False if none is due."""
    taken = _take(number, at)
    if taken is None:
        return False
    event = ledger_selectors.events_numbered([taken.event]).get(taken.event)
    secret = Sealer(settings.HOME.keys).open(taken.webhook.secret)
    body = _message(taken, event)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": AGENT,
        "Jieban-Delivery": str(taken.id),
        "Jieban-Signature": signature(secret, body, at),
    }
    answer = post(taken.webhook.address, body, headers, settings.WEBHOOK_ADDRESSES)
    _note(taken, answer, at)
    return True


def _take(number: int, at: datetime) -> Delivery | None:
    due = selectors.due(at).filter(webhook=number)
    found = due.select_related("webhook").order_by("event").first()
    if found is None:
        return None
    taken = Delivery.objects.filter(id=found.id, state=State.WAITING, next_at=found.next_at)
    if not taken.update(next_at=at + TAKEN_FOR, attempts=F("attempts") + 1):
        # Another worker was quicker; the job asks again.
        return _take(number, at)
    found.attempts += 1
    return found


def _message(delivery: Delivery, event: Event | None) -> bytes:
    said = {
        "id": str(delivery.id),
        "kind": delivery.kind,
        "happened_at": event.happened_at.isoformat() if event else None,
        "subject": f"{event.subject_kind}/{event.subject_id}" if event else None,
        "number": delivery.event,
        "body": event.body if event else {},
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


@transaction.atomic
def _note(taken: Delivery, answer: Answer, at: datetime) -> None:
    webhook = Webhook.objects.select_for_update().filter(number=taken.webhook_id).first()
    if webhook is None:
        return
    if answer.delivered:
        _delivered(webhook, taken, answer, at)
        return
    again = next_try(taken.attempts, taken.since, at)
    Delivery.objects.filter(id=taken.id).update(
        state=State.WAITING if again else State.FAILED,
        next_at=again or at,
        ended_at=None if again else at,
        last_status=answer.status,
        error=answer.error,
    )
    if answer.status is None:
        webhook.failures += 1
        webhook.rests_until = rest_until(webhook.failures, at)
        webhook.save(update_fields=["failures", "rests_until"])
    if again is None and webhook.active:
        _pause(webhook, SYSTEM, "failing", at)


def _delivered(webhook: Webhook, taken: Delivery, answer: Answer, at: datetime) -> None:
    Delivery.objects.filter(id=taken.id).update(
        state=State.DELIVERED, ended_at=at, last_status=answer.status, error=""
    )
    if webhook.failures:
        # It is back: what was put off while it was away need not wait any longer.
        webhook.failures, webhook.rests_until = 0, None
        webhook.save(update_fields=["failures", "rests_until"])
        waiting = Delivery.objects.filter(webhook=webhook, state=State.WAITING)
        waiting.filter(last_status=None, attempts__gt=0).update(next_at=at)
