"""Every read of the ledger."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Max, QuerySet

from jieban.apps.ledger.chain import digest_of
from jieban.apps.ledger.models import Event


@dataclass(frozen=True)
class Fault:
    """One event that does not fit its chain. `what` is altered | gap | broken_link."""

    number: int
    subject: str
    seq: int
    what: str


def head(kinds: Sequence[str]) -> int:
    """Number of the newest event of these kinds; 0 if there is none. No event, no change."""
    return Event.objects.filter(kind__in=kinds).aggregate(newest=Max("number"))["newest"] or 0


def events_of(subject_kind: str, subject_id: str) -> QuerySet[Event]:
    """The chain of one subject, oldest first."""
    return Event.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("seq")


def newest(limit: int = 50) -> QuerySet[Event]:
    """The latest events of the installation, newest first."""
    return Event.objects.order_by("-number")[:limit]


def faults() -> Iterator[Fault]:
    """Walk every chain and name each event that was altered, or whose predecessor is gone.

    The end of a chain is not covered here: a removed last event leaves no trace until
    chains are sealed together.
    """
    subject: tuple[str, str] | None = None
    seq, link = 0, ""
    ordered = Event.objects.order_by("subject_kind", "subject_id", "seq")
    for event in ordered.iterator(chunk_size=2000):
        if (event.subject_kind, event.subject_id) != subject:
            subject, seq, link = (event.subject_kind, event.subject_id), 0, ""
        name = f"{event.subject_kind}/{event.subject_id}"
        if event.seq != seq + 1:
            yield Fault(event.number, name, event.seq, "gap")
        elif event.previous != link:
            yield Fault(event.number, name, event.seq, "broken_link")
        if digest_of(event) != event.digest:
            yield Fault(event.number, name, event.seq, "altered")
        seq, link = event.seq, event.digest
