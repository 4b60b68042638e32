"""Every read of the ledger."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count, Max, QuerySet

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
    ordered = Event.objects.order_by("subject_kind", "subject_id", "seq")
    yield from _walk(ordered.iterator(chunk_size=2000))


def faults_of(subject_kind: str, subject_id: str) -> list[Fault]:
    """The faults of one subject's chain; empty when every event fits the one before."""
    return list(_walk(events_of(subject_kind, subject_id).iterator(chunk_size=2000)))


def events(*, kind: str = "", actor: str = "", subject_kind: str = "") -> QuerySet[Event]:
    """Events newest first, narrowed by what is given; `actor` is the id, not the name."""
    narrowed = {
        name: value
        for name, value in (("kind", kind), ("actor_id", actor), ("subject_kind", subject_kind))
        if value
    }
    return Event.objects.filter(**narrowed).order_by("-number")


def kinds_counted() -> list[tuple[str, int]]:
    """(kind, events) of every kind that happened, most frequent first."""
    counted = Event.objects.values_list("kind").annotate(events=Count("number"))
    return list(counted.order_by("-events", "kind"))


def actors_counted(limit: int = 12) -> list[tuple[str, str, int]]:
    """(id, name, events) of who acted most."""
    counted = Event.objects.values_list("actor_id").annotate(
        name=Max("actor_name"), events=Count("number")
    )
    return list(counted.order_by("-events", "actor_id")[:limit])


def subject_kinds_counted() -> list[tuple[str, int]]:
    """(kind of subject, events), most frequent first."""
    counted = Event.objects.values_list("subject_kind").annotate(events=Count("number"))
    return list(counted.order_by("-events", "subject_kind"))


def _walk(ordered: Iterable[Event]) -> Iterator[Fault]:
    subject: tuple[str, str] | None = None
    seq, link = 0, ""
    for event in ordered:
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
