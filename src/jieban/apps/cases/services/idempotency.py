"""A request that comes twice with one key is done once, and answered alike."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from jieban.apps.cases.models import Case, IdempotencyKey
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused

KEPT = timedelta(hours=48)


def once(
    actor: Actor,
    key: str,
    what: str,
    body: str,
    act: Callable[[datetime], Case],
    *,
    at: datetime,
) -> Case:
    """The case: made now, or the one made with this key before.

    The key is stored in the transaction of the act: both are there or neither. Without a key
    the act is simply done.

    Raises:
        Refused "api.key_reused": the key was used for something else.
    """
    if not key:
        return act(at)
    asked = hashlib.sha256(f"{what}\n{body}".encode()).hexdigest()
    before = _before(actor, key, asked)
    if before is not None:
        return before
    try:
        with transaction.atomic():
            made = act(at)
            IdempotencyKey.objects.create(
                actor_id=actor.id, key=key, asked=asked, case=made, made_at=at
            )
    except IntegrityError:
        # The same request came in twice at the same moment; the other one was first.
        before = _before(actor, key, asked)
        if before is None:
            raise
        return before
    return made


def _before(actor: Actor, key: str, asked: str) -> Case | None:
    used = (
        IdempotencyKey.objects.select_related("case", "case__area", "case__lead_unit")
        .filter(actor_id=actor.id, key=key)
        .first()
    )
    if used is None:
        return None
    if used.asked != asked:
        raise Refused("api.key_reused", key=key)
    return used.case


def forget_keys(at: datetime) -> Any:
    """Drop keys whose time is over; how many."""
    return IdempotencyKey.objects.filter(made_at__lt=at - KEPT).delete()[0]


def new_key() -> str:
    """A key for one form, so that a double click makes one case."""
    return secrets.token_urlsafe(16)
