"""Does a term's row say what its events say? For `jieban ledger verify --rows`."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from jieban.apps.ledger.selectors import Event
from jieban.apps.terms.models import Term
from jieban.domain.errors import Refused
from jieban.domain.terms.lifecycle import State, replay

BEGINS = "term.planned"
_DAYS = ("planned_start", "arrived_on", "ends_on", "extended_until", "ended_on")


def compare(events: Sequence[Event]) -> str | None:
    """What of the row of these events' term does not agree with them; None if all does."""
    first = events[0]
    if first.kind != BEGINS:
        return "a row that no event began"
    term = Term.objects.select_related("official").filter(number=first.subject_id).first()
    if term is None:
        return "row missing"
    try:
        state = replay(
            State(event.body["state"])
            if event.kind == "term.imported"
            else event.kind.partition(".")[2]
            for event in events
        )
    except Refused as refused:
        return f"events outside the table: {refused.detail.get('move', '')}"
    if state != term.state:
        return f"state {term.state}, events say {state}"
    for name, value in _told(events).items():
        held = _held(term, name)
        if held != value:
            return f"{name} {held}, events say {value}"
    return None


def _told(events: Sequence[Event]) -> dict[str, Any]:
    """What the events say of the row, each the last word on it."""
    told: dict[str, Any] = dict.fromkeys(_DAYS)
    told |= {"version": len(events), "extensions": 0, "baseline": None, "open": set()}
    for event in events:
        body = event.body
        told |= {name: body[name] for name in (*_DAYS, "official", "extensions") if name in body}
        if event.kind == "term.extended":
            told["extensions"] += 1
            told["extended_until"] = body["last_day"]
        elif event.kind == "term.handed_over":
            told["official"] = body["official_after"]
        elif event.kind == "term.baseline_frozen":
            told["baseline"] = body["digest"]
        elif event.kind in ("term.problem_entered", "term.problem_reopened"):
            told["open"].add(body["problem"])
        elif event.kind in ("term.problem_solved", "term.problem_handed_on"):
            told["open"].discard(body["problem"])
    told["open"] = sorted(told["open"])
    return told


def _held(term: Term, name: str) -> Any:
    if name == "official":
        return term.official.code
    if name == "baseline":
        return None if term.baseline is None else term.baseline["digest"]
    if name == "open":
        return sorted(term.problems.filter(state="open").values_list("serial", flat=True))
    value = getattr(term, name)
    return value.isoformat() if isinstance(value, date) else value


def every_number() -> Iterator[str]:
    """The number of every term."""
    return Term.objects.order_by("pk").values_list("number", flat=True).iterator(chunk_size=2000)
