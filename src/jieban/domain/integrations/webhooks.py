"""Webhooks: which events one follows, how a message is signed, when it is tried again.

A receiver knows a message by two things. `Jieban-Signature: t=<seconds>,v1=<hex>` is
HMAC-SHA256 over "<seconds>.<body>" with the secret both sides hold, so nobody else can have
sent it, and an old one cannot be sent again unnoticed. `Jieban-Delivery` is the same on every
try of the same message, so one that arrived twice is taken once.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""How long to wait after the first, second … failed try; the last one also after any later."""
GIVE_UP_AFTER = timedelta(days=3)
LONGEST_REST = timedelta(minutes=15)
"""A receiver that cannot be reached at all is looked for at least this often."""
EVERYTHING = "*"


def next_try(attempts: int, first_at: datetime, at: datetime) -> datetime | None:
    """When a message that failed `attempts` times is tried again; None: given up.

    The last try is made when `GIVE_UP_AFTER` has passed since `first_at`, not before.
    """
    last = first_at + GIVE_UP_AFTER
    if at >= last:
        return None
    return min(at + PAUSES[min(attempts, len(PAUSES)) - 1], last)


def rest_until(failures: int, at: datetime) -> datetime:
    """Until when to leave a receiver alone that could not be reached `failures` times running."""
    return at + min(PAUSES[min(failures, len(PAUSES)) - 1], LONGEST_REST)


def follows(wanted: Iterable[str], kind: str) -> bool:
    """Whether `kind` is among the wanted: named, by its noun ("case.*"), or everything ("*")."""
    noun = f"{kind.partition('.')[0]}.*"
    return any(each in (kind, noun, EVERYTHING) for each in wanted)


def signature(secret: bytes, body: bytes, at: datetime) -> str:
    """The value of `Jieban-Signature` for this body at this moment."""
    seconds = int(at.timestamp())
    signed = hmac.new(secret, f"{seconds}.".encode() + body, hashlib.sha256)
    return f"t={seconds},v1={signed.hexdigest()}"
