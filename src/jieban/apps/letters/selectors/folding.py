"""Do the rows of letters say what their events say? For `jieban ledger verify --rows`.

Every plain column is built from the events alone and compared; of the original text the digest
is, and whether the sealed text has it.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.conf import settings

from jieban.apps.ledger.selectors import Event
from jieban.apps.letters.models import Batch, Letter
from jieban.apps.letters.selectors.telling import digest_of, plain
from jieban.domain.errors import Refused
from jieban.domain.rectification.letters import (
    PAST,
    State,
    batch_order,
    letter_rank,
    replay,
)
from jieban.sealing import sealer_of

_MISSING = "row missing"
Compare = Callable[[Sequence[Event]], str | None]


def batch_from(events: Sequence[Event]) -> dict[str, Any]:
    """A batch as its events tell it, its public tables by number."""
    told: dict[str, Any] = {"version": len(events), "tables": {}, **_made(events[0])}
    for event in events:
        body = event.body
        if event.kind == "batch.opened":
            told |= body
        elif event.kind == "batch.changed":
            told |= body["set"]
        elif event.kind == "batch.published":
            told["tables"][body["table"]] = {
                "digest": body["digest"],
                "letters": body["letters"],
                "changed": body["changed"],
                **_made(event),
            }
    return told


def _made(event: Event) -> dict[str, Any]:
    """When a row was made, and by whom."""
    return {"made_at": event.happened_at, "made_by": event.actor_name}


def letter_from(events: Sequence[Event]) -> dict[str, Any]:
    """A letter as its events tell it: every plain value, what was asked, decided and linked.

    Raises:
        Refused "letter.move_not_allowed": the events were not made by the table of moves.
    """
    told = dict(events[0].body) | {
        "version": len(events),
        "wanted": "",
        "answered_on": None,
        "answered_by": [],
        "decided_on": None,
        "decided_by": "",
        "decided_unit": "",
        "accountability": {},
        "links": {},
        **_made(events[0]),
    }
    pasts: list[str] = [events[0].body["state"]]
    if told["state"] != State.IN_PROGRESS:
        told |= {"decided_by": events[0].actor_name}
    for event in events[1:]:
        past = event.kind.partition(".")[2]
        pasts.append(past)
        _apply(told, event, past)
    told["state"] = str(replay([State(pasts[0]), *pasts[1:]]))
    return told


def _apply(told: dict[str, Any], event: Event, past: str) -> None:
    body = event.body
    match past:
        case "changed":
            told |= body["set"]
        case "answered":
            told |= body["set"] | {"answered_on": body["day"]}
            _took_part(told, event)
        case "asked":
            told["wanted"] = body["wanted"]
            _took_part(told, event)
        case "turned_down":
            told["wanted"] = ""
        case "accountability_added":
            told["accountability"][body["entry"]] = (
                body["entry_kind"],
                body["people"],
                body["unit"],
                body["day"],
                body["text"],
                event.happened_at,
                event.actor_name,
                None,
            )
        case "accountability_struck":
            kept = told["accountability"][body["entry"]]
            told["accountability"][body["entry"]] = (*kept[:-1], event.happened_at)
        case "linked":
            told["links"][body["link"]] = (
                body["link_kind"],
                body["other"],
                body["found"],
                event.happened_at,
                event.actor_name,
                None,
            )
        case "unlinked":
            kept = told["links"][body["link"]]
            told["links"][body["link"]] = (*kept[:-1], event.happened_at)
        case _ if past in PAST:
            told |= {
                "wanted": "",
                "decided_on": body["day"],
                "decided_by": event.actor_name,
                "decided_unit": body["unit"],
            }


def _took_part(told: dict[str, Any], event: Event) -> None:
    if event.actor_id not in told["answered_by"]:
        told["answered_by"] = [*told["answered_by"], event.actor_id]


def compare_batch(events: Sequence[Event]) -> str | None:
    """What of a batch's row does not agree with its events; None if all does."""
    code, _, number = events[0].subject_id.rpartition("/")
    batch = Batch.objects.filter(round__code=code, number=number).first()
    if batch is None:
        return _MISSING
    tables = batch.publications.all()
    broken = [each.number for each in tables if digest_of(each.content) != each.digest]
    if broken:
        return f"table {broken[0]} is not what was published"
    held = {
        "version": batch.version,
        "made_at": batch.made_at,
        "made_by": batch.made_by,
        "position": batch.position,
        "handed_on": batch.handed_on.isoformat(),
        "source": batch.source,
        "tables": {
            each.number: {
                "digest": each.digest,
                "letters": [row["number"] for row in each.content["rows"]],
                "changed": each.changed,
                "made_at": each.made_at,
                "made_by": each.made_by,
            }
            for each in tables
        },
    }
    return _difference(held, batch_from(events) | {"position": batch_order(number)})


def compare_letter(events: Sequence[Event]) -> str | None:
    """What of a letter's rows does not agree with its events; None if all does."""
    code, _, number = events[0].subject_id.rpartition("/")
    found = Letter.objects.filter(round__code=code, number=number)
    letter = found.select_related("batch", "lead", "area", "round").first()
    if letter is None:
        return _MISSING
    try:
        told = letter_from(events)
    except Refused as refused:
        return f"events outside the table: {refused.detail.get('move', '')}"
    told["types_by_row"] = sorted(told["types"])
    told["sealed"] = told["digest"]
    told["rank"] = letter_rank(batch_order(told["batch"]), told["position"])
    return _difference(_held(letter), told)


def _sealed(letter: Letter) -> str:
    """The digest of what is sealed; of what cannot be opened, that it is damaged."""
    if not letter.sealed:
        return ""
    sealer = sealer_of(settings.HOME.keys)
    try:
        return sealer.digest(sealer.open(letter.sealed)).hex()
    except Refused as refused:
        return refused.code


def _held(letter: Letter) -> dict[str, Any]:
    return plain(letter) | {
        "version": letter.version,
        "wanted": letter.wanted,
        "answered_on": letter.answered_on.isoformat() if letter.answered_on else None,
        "answered_by": letter.answered_by,
        "decided_on": letter.decided_on.isoformat() if letter.decided_on else None,
        "decided_by": letter.decided_by,
        "decided_unit": letter.decided_unit,
        "accountability": {
            each.pk: (
                each.kind,
                each.people,
                each.unit,
                each.on.isoformat() if each.on else "",
                each.text,
                each.made_at,
                each.made_by,
                each.struck_at,
            )
            for each in letter.accountability.all()
        },
        "links": {
            each.pk: (
                each.kind,
                each.other,
                each.found,
                each.made_at,
                each.made_by,
                each.ended_at,
            )
            for each in letter.links.all()
        },
        "types_by_row": sorted(letter.type_rows.values_list("code", flat=True)),
        "sealed": _sealed(letter),
        "rank": letter.rank,
        "made_at": letter.made_at,
        "made_by": letter.made_by,
    }


def _difference(held: dict[str, Any], told: dict[str, Any]) -> str | None:
    for name, value in told.items():
        if held[name] != value:
            return f"{name} {held[name]}, events say {value}"
    return None


FOLDS: dict[str, tuple[Compare, Callable[[], Iterable[str]], str]] = {
    "batch": (
        compare_batch,
        lambda: (str(each) for each in Batch.objects.select_related("round").order_by("pk")),
        "batch.opened",
    ),
    "letter": (
        compare_letter,
        lambda: (
            f"{code}/{number}"
            for code, number in Letter.objects.order_by("pk").values_list("round__code", "number")
        ),
        "letter.entered",
    ),
}
"""subject -> how it is compared, every row there is, the event each began with."""
