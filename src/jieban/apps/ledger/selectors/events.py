"""Events as people and programs ask for them.

The table grows to millions of rows: nothing here counts all of them or sorts them.
"""

from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import Count, QuerySet

from jieban.apps.ledger.kinds import KINDS
from jieban.apps.ledger.models import Event

COUNTED_UP_TO = 20_000
"""Beyond so many events the kinds are listed without their counts."""
_LATELY = 2_000


def head(kinds: Sequence[str]) -> int:
    """Number of the newest event of these kinds; 0 if there is none. No event, no change."""
    if not kinds:
        return 0
    # One look into the index for each kind; a maximum over IN would read all of them.
    each = "SELECT MAX(number) AS newest FROM ledger_event WHERE kind = %s"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT MAX(newest) FROM ({' UNION ALL '.join([each] * len(kinds))}) AS heads",
            list(kinds),
        )
        return cursor.fetchone()[0] or 0


def head_digest(kinds: Sequence[str]) -> str:
    """Digest of the newest event of these kinds; blank if there is none.

    What is kept in a process by it is right even where a number was given back by a
    transaction that did not come to its end.
    """
    # Asked for with every case that is taken in; a union of the kinds takes longer to plan.
    each = "SELECT MAX(number) FROM ledger_event AS event WHERE event.kind = asked.column1"
    values = ", ".join(["(%s)"] * len(kinds))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT digest FROM ledger_event WHERE number ="
            f" (SELECT MAX(({each})) FROM (VALUES {values}) AS asked)",
            list(kinds),
        )
        found = cursor.fetchone()
    return found[0] if found else ""


def newest_number() -> int:
    """Number of the newest event; 0 if there is none."""
    return Event.objects.order_by("-number").values_list("number", flat=True).first() or 0


def events_of(subject_kind: str, subject_id: str) -> QuerySet[Event]:
    """The chain of one subject, oldest first."""
    return Event.objects.filter(subject_kind=subject_kind, subject_id=subject_id).order_by("seq")


def events_of_several(
    subject_kind: str, subject_ids: Sequence[str], kinds: Sequence[str]
) -> QuerySet[Event]:
    """Events of these kinds in the chains of several subjects, by subject, oldest first."""
    return Event.objects.filter(
        subject_kind=subject_kind, subject_id__in=subject_ids, kind__in=kinds
    ).order_by("subject_id", "seq")


def events_below(subject_kinds: Sequence[str], above: str) -> QuerySet[Event]:
    """Events of these kinds of subject whose id is "<above>/…", in the order they were written."""
    return Event.objects.filter(
        subject_kind__in=subject_kinds, subject_id__startswith=f"{above}/"
    ).order_by("number")


def events_numbered(numbers: Iterable[int]) -> dict[int, Event]:
    """Number -> event, of those that are there."""
    return Event.objects.in_bulk(list(numbers))


def newest(limit: int = 50) -> QuerySet[Event]:
    """The latest events of the installation, newest first."""
    return Event.objects.order_by("-number")[:limit]


def events(
    *, kind: str = "", actor: str = "", subject_kind: str = "", before: int = 0, limit: int = 50
) -> list[Event]:
    """Events newest first, narrowed by what is given; `actor` is the id, not the name.

    `before` is the number above which they were shown already; 0 begins with the newest.
    """
    narrowed: dict[str, object] = {
        name: value
        for name, value in (("kind", kind), ("actor_id", actor), ("subject_kind", subject_kind))
        if value
    }
    if before:
        narrowed["number__lt"] = before
    return list(Event.objects.filter(**narrowed).order_by("-number")[:limit])


def counted_kinds() -> list[tuple[str, int | None]]:
    """(kind, events) of every kind that happened, most frequent first.

    In a large ledger the kinds stand in the order of the registry and events is None.
    """
    if newest_number() <= COUNTED_UP_TO:
        counted = Event.objects.values_list("kind").annotate(events=Count("number"))
        return [(kind, events) for kind, events in counted.order_by("-events", "kind")]
    return [(kind, None) for kind in KINDS if Event.objects.filter(kind=kind).exists()]


def actors_lately(limit: int = 12) -> list[tuple[str, str]]:
    """(id, name) of who acted in the latest events, most active first."""
    lately = Event.objects.order_by("-number").values_list("actor_id", "actor_name")[:_LATELY]
    names: dict[str, str] = {}
    acts: dict[str, int] = {}
    for code, name in lately:
        names.setdefault(code, name)
        acts[code] = acts.get(code, 0) + 1
    order = sorted(acts, key=lambda code: (-acts[code], code))
    return [(code, names[code]) for code in order[:limit]]


def subject_kinds() -> list[str]:
    """Every kind of subject that has an event, by one look into the index for each."""
    found: list[str] = []
    after = ""
    kinds = Event.objects.order_by("subject_kind").values_list("subject_kind", flat=True)
    while (kind := kinds.filter(subject_kind__gt=after).first()) is not None:
        found.append(kind)
        after = kind
    return found
