"""Do the rows say what their events say? For `jieban ledger verify --rows`.

Days, counts, amounts, digests and states are compared one by one. Words (titles, reasons, what
was said) are in no event, so that nothing of a person gets into the ledger; they are not compared.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from jieban.apps.ledger.selectors import Event
from jieban.apps.practices.models import ClusterAnswer, Note, Practice, Project
from jieban.domain.errors import Refused
from jieban.domain.practices.cards import PAST, State
from jieban.domain.practices.projects import replay
from jieban.domain.practices.quantities import plain_number

_MISSING = "row missing"
_ENTRIES = {
    "project.consulted": "consultation",
    "project.acceptance_held": "consultation",
    "project.units_called": "call",
    "project.quantity_entered": "quantity",
    "project.cost_entered": "cost",
}
_ASKED = {"project.consulted": "consultation", "project.acceptance_held": "acceptance"}


def compare_project(events: Sequence[Event]) -> str | None:
    """What of a project's rows does not agree with its events; None if all does."""
    project = Project.objects.filter(pk=events[0].subject_id).first()
    if project is None:
        return _MISSING
    try:
        state = replay(event.kind.partition(".")[2] for event in events)
    except Refused as refused:
        return f"events outside the table: {refused.detail.get('move', '')}"
    there = {"state": project.state, "version": project.version, **_held_days(project)}
    said = {"state": state.value, "version": len(events), **_told_days(events)}
    return _difference(there | _held_parts(project), said | _told_parts(events))


def _held_days(project: Project) -> dict[str, Any]:
    return {
        "started": _iso(project.started_on),
        "claimed": _iso(project.claimed_on),
        "closed": _iso(project.closed_on),
    }


def _told_days(events: Sequence[Event]) -> dict[str, Any]:
    """Days of the steps in a project's life, as moves set and clear them."""
    days: dict[str, Any] = {"started": None, "claimed": None, "closed": None}
    for event in events:
        match event.kind.partition(".")[2]:
            case "started":
                days["started"] = event.body["day"]
            case "claimed":
                days["claimed"] = event.body["day"]
            case "sent_back":
                days["claimed"] = None
            case "accepted" | "given_up":
                days["closed"] = event.body["day"]
            case "reopened":
                days |= {"claimed": None, "closed": None}
                days["started"] = days["started"] or event.body["day"]
    return days


def _held_parts(project: Project) -> dict[str, Any]:
    calls = project.calls.prefetch_related("units")
    return {
        "steps": {
            each.pk: (_iso(each.done_on), each.removed_at is not None)
            for each in project.steps.all()
        },
        "cases": sorted(project.cases.values_list("number", flat=True)),
        "photos": {
            each.pk: (each.digest, each.pair_id, each.removed_at is not None)
            for each in project.photos.all()
        },
        "consultation": {
            each.pk: (
                each.purpose,
                _iso(each.held_on),
                each.in_favour,
                each.against,
                each.abstained,
                each.struck_at is not None,
            )
            for each in project.consultations.all()
        },
        "call": {
            each.pk: (
                _iso(each.held_on),
                sorted(unit.code for unit in each.units.all()),
                each.struck_at is not None,
            )
            for each in calls
        },
        "quantity": {
            each.pk: (
                _iso(each.on),
                plain_number(each.amount),
                each.unit,
                each.struck_at is not None,
            )
            for each in project.quantities.all()
        },
        "cost": {
            each.pk: (_iso(each.on), plain_number(each.amount), each.struck_at is not None)
            for each in project.costs.all()
        },
    }


def _told_parts(events: Sequence[Event]) -> dict[str, Any]:
    told: dict[str, Any] = {"steps": {}, "photos": {}, "cases": set()}
    told |= {name: {} for name in _ENTRIES.values()}
    for event in events:
        body, kind = event.body, event.kind
        match kind.partition(".")[2]:
            case "step_added" | "step_undone":
                told["steps"][body["step"]] = (None, False)
            case "step_done":
                told["steps"][body["step"]] = (body["day"], False)
            case "step_removed":
                told["steps"][body["step"]] = (told["steps"][body["step"]][0], True)
            case "photo_added":
                told["photos"][body["photo"]] = (body["digest"], body["pair"], False)
            case "photo_removed":
                told["photos"][body["photo"]] = (*told["photos"][body["photo"]][:2], True)
            case "case_linked":
                told["cases"].add(body["number"])
            case "case_unlinked":
                told["cases"].discard(body["number"])
            case "entry_struck":
                entries = told[body["entry_kind"]]
                entries[body["entry"]] = (*entries[body["entry"]][:-1], True)
            case _ if kind in _ENTRIES:
                told[_ENTRIES[kind]][body["entry"]] = (*_entry(kind, body), False)
    return told | {"cases": sorted(told["cases"])}


def _entry(kind: str, body: Mapping[str, Any]) -> tuple[Any, ...]:
    """What the event of an entry says of it, in the order of the row's values."""
    if kind in _ASKED:
        counted = (body["in_favour"], body["against"], body["abstained"])
        return (_ASKED[kind], body["held_on"], *counted)
    if kind == "project.units_called":
        return (body["held_on"], sorted(body["units"]))
    if kind == "project.quantity_entered":
        return (body["day"], body["amount"], body["unit_of_amount"])
    return (body["day"], body["amount"])


def compare_practice(events: Sequence[Event]) -> str | None:
    """What of a practice's rows does not agree with its events."""
    practice = Practice.objects.filter(pk=events[0].subject_id).first()
    if practice is None:
        return _MISSING
    there = {
        "events": practice.events,
        "versions": {each.version: each.state for each in practice.versions.all()},
        "adoptions": {
            each.pk: (each.area.code, _iso(each.adopted_on), _iso(each.ended_on))
            for each in practice.adoptions.select_related("area")
        },
        "projects": sorted(practice.projects.values_list("pk", flat=True)),
    }
    said: dict[str, Any] = {"events": len(events), "versions": {}, "adoptions": {}}
    projects = set()
    for event in events:
        body, name = event.body, event.kind.partition(".")[2]
        versions, adoptions = said["versions"], said["adoptions"]
        if name in ("written", "revised"):
            versions[body.get("version", 1)] = State.DRAFT.value
        elif name in PAST:
            if name == "published":
                for each in versions:
                    if versions[each] == State.PUBLISHED.value:
                        versions[each] = State.REPLACED.value
            versions[body["version"]] = PAST[name].to.value
        elif name == "adopted":
            adoptions[body["adoption"]] = (body["area"], body["day"], None)
        elif name == "adoption_ended":
            adoptions[body["adoption"]] = (*adoptions[body["adoption"]][:2], body["day"])
        elif name == "project_linked":
            projects.add(body["project"])
    return _difference(there, said | {"projects": sorted(projects)})


def compare_note(events: Sequence[Event]) -> str | None:
    """What of a note's rows does not agree with its events."""
    note = Note.objects.filter(pk=events[0].subject_id).first()
    if note is None:
        return _MISSING
    items = list(note.items.all())
    there: dict[str, Any] = {
        "version": note.version,
        "begins": _iso(note.begins),
        "ends": _iso(note.ends) or "",
        "items": {each.pk: (_iso(each.done_on), each.digest) for each in items},
        "ended": _iso(note.ended_on),
    }
    said: dict[str, Any] = {"version": len(events), "items": {}, "ended": None}
    for event in events:
        body, name = event.body, event.kind.partition(".")[2]
        if name in ("opened", "changed"):
            said |= {"begins": body["begins"], "ends": body["ends"]}
        elif name == "item_added":
            said["items"][body["item"]] = (None, "")
        elif name in ("item_done", "item_undone"):
            said["items"][body["item"]] = (body.get("day"), said["items"][body["item"]][1])
        elif name == "proof_attached":
            said["items"][body["item"]] = (said["items"][body["item"]][0], body["digest"])
        elif name == "ended":
            said["ended"] = body["day"]
    return _difference(there, said)


def compare_cluster(events: Sequence[Event]) -> str | None:
    """What of an answer to a suggestion does not agree with its event."""
    found = ClusterAnswer.objects.select_related("area").filter(pk=events[0].subject_id).first()
    if found is None:
        return _MISSING
    there = {
        "area": found.area.code,
        "category": found.category,
        "answer": found.answer,
        "cases_counted": found.cases,
        "months_counted": found.months,
    }
    return _difference(there, events[0].body)


def _every(model: Any) -> Callable[[], Iterator[str]]:
    return lambda: (
        str(number) for number in model.objects.order_by("pk").values_list("pk", flat=True)
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _difference(there: Mapping[str, Any], said: Mapping[str, Any]) -> str | None:
    """The first thing the rows have otherwise; of things with numbers only those that differ."""
    for name, value in said.items():
        held = there[name]
        if held == value:
            continue
        if isinstance(held, dict) and isinstance(value, dict):
            odd = sorted(
                each for each in held.keys() | value.keys() if held.get(each) != value.get(each)
            )
            held, value = ({each: side.get(each) for each in odd} for side in (held, value))
        return f"{name} {held}, events say {value}"
    return None


FOLDS = {
    "project": (compare_project, _every(Project), "project.opened"),
    "practice": (compare_practice, _every(Practice), "practice.written"),
    "note": (compare_note, _every(Note), "note.opened"),
    "cluster": (compare_cluster, _every(ClusterAnswer), "cluster.answered"),
}
"""subject -> how it is compared, every row there is, the event each began with."""
