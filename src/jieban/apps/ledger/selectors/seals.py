"""Seals: the newest, the rest of the ledger without one, and what an auditor takes away."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from jieban.apps.ledger.models import Event, Outbox, Seal, Verification


@dataclass(frozen=True)
class Standing:
    """How far the ledger is sealed and verified.

    `unsealed` counts numbers rather than events, so it is at least their number.
    """

    seal: Seal | None
    unsealed: int
    verification: Verification | None


def all_seals() -> QuerySet[Seal]:
    """All seals, oldest first."""
    return Seal.objects.order_by("number")


def newest_seal() -> Seal | None:
    """The seal that covers the most; None before the first."""
    return Seal.objects.order_by("-number").defer("heads").first()


def unsealed(after: int, upto: int, limit: int | None) -> list[tuple[int, str, str, int, str]]:
    """(number, subject kind, subject id, seq, digest) of events in (after, upto], in order."""
    columns = ("number", "subject_kind", "subject_id", "seq", "digest")
    rows = Event.objects.filter(number__gt=after, number__lte=upto).order_by("number")
    return list(rows.values_list(*columns)[:limit])


def oldest_unsealed() -> datetime | None:
    """When the oldest event without a seal was recorded; None if every event is sealed."""
    seal = newest_seal()
    rows = Event.objects.filter(number__gt=seal.last if seal else 0).order_by("number")
    return rows.values_list("recorded_at", flat=True).first()


def standing() -> Standing:
    """How far the ledger is sealed and verified."""
    seal = newest_seal()
    last = Event.objects.order_by("-number").values_list("number", flat=True).first() or 0
    return Standing(seal, last - (seal.last if seal else 0), last_verification())


def last_verification() -> Verification | None:
    """The outcome of the latest walk over the whole ledger."""
    return Verification.objects.order_by("-at", "-pk").first()


def outbox_standing() -> tuple[int, datetime | None]:
    """How many events wait to be told, and since when the oldest waits."""
    oldest = Outbox.objects.order_by("event_id").values_list("made_at", flat=True).first()
    return Outbox.objects.count(), oldest


def exported() -> Iterator[dict[str, Any]]:
    """Every seal as an auditor keeps it outside: plain values, heads packed as base64."""
    for seal in all_seals().iterator(chunk_size=50):
        yield {
            "seal": seal.number,
            "made_at": seal.made_at.isoformat(),
            "after": seal.after,
            "last": seal.last,
            "events": seal.events,
            "total": seal.total,
            "events_digest": seal.events_digest,
            "heads_digest": seal.heads_digest,
            "previous": seal.previous,
            "digest": seal.digest,
            "heads": base64.b64encode(bytes(seal.heads)).decode(),
        }
