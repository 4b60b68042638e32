"""Do a term's rows say what its events say? For `jieban ledger verify --rows`.

Days, counts, states and numbers are compared one by one. Words (problems, notes, reasons, findings)
are in no event and are not compared; nor are the figures beside a baseline's digest, which are
those of the run that the digest seals.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from jieban.apps.ledger.selectors import Event
from jieban.apps.terms.models import Term
from jieban.domain.errors import Refused
from jieban.domain.terms.lifecycle import State, replay

BEGINS = "term.planned"
_COUNTED = ("done", "persuaded", "talked", "meetings", "joint_calls", "problems")
_INDEX = ("measures", "months_before", "months_after")
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
    held = _held(term)
    for name, value in _told(events).items():
        if held[name] != value:
            return f"{name} {held[name]}, events say {value}"
    return None


def _told(events: Sequence[Event]) -> dict[str, Any]:
    """What the events say of the row and of what hangs on it, each the last word."""
    told: dict[str, Any] = dict.fromkeys((*_DAYS, "baseline", "index"))
    told |= {"version": len(events), "extensions": 0}
    told |= {"problems": {}, "weeks": {}, "months": set(), "decisions": [], "handovers": []}
    told["look_backs"] = {}
    for event in events:
        body = event.body
        told |= {name: body[name] for name in (*_DAYS, "official", "extensions") if name in body}
        _tell(told, event.kind.partition(".")[2], body)
    return told | {"months": sorted(told["months"])}


def _tell(told: dict[str, Any], name: str, body: Mapping[str, Any]) -> None:
    """Put what one event says where it belongs."""
    match name:
        case "baseline_frozen":
            told["baseline"] = (body["run"], body["period"], body["digest"])
        case "index_fixed":
            told["index"] = {each: body[each] for each in _INDEX}
        case "extended":
            told["extensions"] += 1
            told["extended_until"] = body["last_day"]
            told["decisions"].append(["extend", "filed", body["problems"], body["last_day"]])
        case "exception_asked":
            told["decisions"].append(["end", "waiting", body["problems"], None])
        case "exception_refused":
            told["decisions"][-1][1] = "refused"
        case "ended":
            if told["decisions"] and told["decisions"][-1][1] == "waiting":
                told["decisions"][-1][1] = "approved"
            else:
                told["decisions"].append(["end", "filed", body["problems"], None])
        case "handed_over":
            told["official"] = body["official_after"]
            told["handovers"].append(
                [body["official_before"], body["official_after"], body["day"], body["problems"]]
            )
        case "week_logged" | "week_corrected":
            told["weeks"][body["week"]] = [body[each] for each in _COUNTED]
        case "month_reviewed" | "month_corrected":
            told["months"].add(body["month"])
        case "looked_back":
            told["look_backs"][body["months"]] = [body["problems"], body["run"]]
        case _ if name.startswith("problem_"):
            _tell_problem(told["problems"], name, body)


def _tell_problem(problems: dict[int, Any], name: str, body: Mapping[str, Any]) -> None:
    if name == "problem_entered":
        problems[body["problem"]] = {"state": "open", "solved_on": None, "handed_to": ""}
    problem = problems[body["problem"]]
    problem |= {each: body[each] for each in ("source", "category", "links") if each in body}
    match name:
        case "problem_solved":
            problem |= {"state": "solved", "solved_on": body["day"]}
        case "problem_handed_on":
            problem |= {"state": "handed_on", "handed_to": body["to"]}
        case "problem_reopened":
            problem |= {"state": "open", "solved_on": None, "handed_to": ""}


def _held(term: Term) -> dict[str, Any]:
    """The same of the rows."""
    frozen = term.baseline
    return {
        **{name: _iso(getattr(term, name)) for name in _DAYS},
        "version": term.version,
        "extensions": term.extensions,
        "official": term.official.code,
        "baseline": frozen and (frozen["run"], frozen["period"], frozen["digest"]),
        "index": term.index and {each: term.index[each] for each in _INDEX},
        "problems": {
            each.serial: {
                "state": each.state,
                "solved_on": _iso(each.solved_on),
                "handed_to": each.handed_to,
                "source": each.source,
                "category": each.category,
                "links": each.cases,
            }
            for each in term.problems.all()
        },
        "weeks": {
            each.week.isoformat(): [getattr(each, name) for name in _COUNTED]
            for each in term.log.all()
        },
        "months": sorted(term.reviews.values_list("month", flat=True)),
        "decisions": [
            [each.outcome, each.state, each.problems, _iso(each.until)]
            for each in term.decisions.all()
        ],
        "handovers": [
            [each.before.code, each.after.code, each.on.isoformat(), each.problems]
            for each in term.handovers.select_related("before", "after")
        ],
        "look_backs": {
            each.months: [each.returned, (each.figures or {}).get("run", "")]
            for each in term.look_backs.filter(done_on__isnull=False)
        },
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def every_number() -> Iterator[str]:
    """The number of every term."""
    return Term.objects.order_by("pk").values_list("number", flat=True).iterator(chunk_size=2000)
