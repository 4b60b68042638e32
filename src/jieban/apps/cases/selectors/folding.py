"""Does a case's row say what its events say? For `jieban ledger verify --rows`."""

from collections.abc import Iterator, Sequence

from jieban.apps.cases.models import Case
from jieban.apps.ledger.selectors import Event
from jieban.domain.cases.lifecycle import State, replay
from jieban.domain.errors import Refused

RETURNED, REOPENED, URGED = "case.returned", "case.reopened", "case.urged"


def compare(events: Sequence[Event]) -> str | None:
    """What of the row of these events' case does not agree with them; None if all does.

    Cases that came by file have events too (attribution, exclusion) but no row here.
    """
    first = events[0]
    if first.kind != "case.received":
        return None
    case = Case.objects.filter(number=first.subject_id).first()
    if case is None:
        return "row missing"
    pasts = [
        State(event.body["state"])
        if event.kind == "case.lead_changed"
        else event.kind.partition(".")[2]
        for event in events
    ]
    try:
        state = replay(pasts, first.body["kind"])
    except Refused as refused:
        return f"events outside the table: {refused.detail.get('move', '')}"
    kinds = [event.kind for event in events]
    told = {
        "version": len(events),
        "returns": kinds.count(RETURNED),
        "passes": 1 + kinds.count(REOPENED),
        "urges": kinds.count(URGED),
    }
    if state != case.state:
        return f"state {case.state}, events say {state}"
    for name, value in told.items():
        if getattr(case, name) != value:
            return f"{name} {getattr(case, name)}, events say {value}"
    return None


def every_number() -> Iterator[str]:
    """The number of every case handled here."""
    return Case.objects.order_by("pk").values_list("number", flat=True).iterator(chunk_size=2000)
