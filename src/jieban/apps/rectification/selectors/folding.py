"""Do the rows of rounds, problems and tasks say what their events say, and nothing else?

Every plain column is compared, also words: the register's are public papers. Not compared are
the names of files, which no event holds, and for which unit somebody made a step.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet

from jieban.apps.directory import selectors as directory
from jieban.apps.ledger import selectors as ledger
from jieban.apps.ledger.selectors import Event, Fold
from jieban.apps.rectification.models import (
    ActionItem,
    Approval,
    Check,
    DueRequest,
    Evidence,
    LookBack,
    Objection,
    PlanVersion,
    Problem,
    Report,
    Round,
    Step,
    Task,
    TaskUnit,
)
from jieban.domain.errors import Refused
from jieban.domain.practices.quantities import plain_number
from jieban.domain.rectification import rebuild
from jieban.domain.rectification.plan import digest_of
from jieban.domain.rectification.rebuild import (
    RebuiltRound,
    RebuiltTask,
    Row,
    Told,
    Unlike,
    unlike,
    wrong_digests,
)

_MISSING = "row missing"
_NAMED = 3
"""So many differences of one subject are said in a sentence."""


@dataclass(frozen=True)
class Rebuilt:
    """A round by its events alone, and everything in which the rows say otherwise."""

    round: RebuiltRound
    events: int
    unlike: tuple[Unlike, ...]


def rebuilt(code: str) -> Rebuilt:
    """The round of this code from its events, compared with its rows.

    Raises:
        Refused "round.not_found": no event is of it.
        Refused "rectification.events_unreadable".
    """
    events = [
        *ledger.events_of("round", code),
        *ledger.events_below(("problem", "task"), code),
    ]
    if not events:
        raise Refused("round.not_found", round=code[:32])
    events.sort(key=lambda event: event.number)
    told = rebuild.rebuild(_told(events))
    found = list(unlike(_held_round(code), told.plain()))
    found += [
        Unlike(
            f"plans.{number}.digest",
            told.plans[number]["digest"],
            digest_of(told.plans[number]["content"]),
        )
        for number in wrong_digests(told)
    ]
    return Rebuilt(told, len(events), tuple(found))


def _told(events: Iterable[Event]) -> list[Told]:
    return [
        Told(
            subject=event.subject_kind,
            serial=_serial(event.subject_id),
            kind=event.kind,
            at=event.happened_at,
            day=directory.local_day(event.happened_at),
            by=event.actor_name,
            by_id=event.actor_id,
            reason=event.reason,
            body=event.body,
        )
        for event in events
    ]


def _serial(subject: str) -> int:
    number = subject.partition("/")[2]
    return int(number) if number.isdecimal() else 0


# --- what the rows say --------------------------------------------------------------------


def _columns(model: type[Model], *but: str) -> tuple[str, ...]:
    """Every column of a table but those named; what comes new is compared too."""
    return tuple(each.name for each in model._meta.concrete_fields if each.name not in ("id", *but))


_ROUND = _columns(Round, "office", "code")
_PLAN = _columns(PlanVersion, "round", "number")
_APPROVAL = _columns(Approval, "plan", "file_name")
_TASK = _columns(Task, "round", "problem", "serial", "lead", "area")
_ITEM = _columns(ActionItem, "task", "serial")
_REPORT = _columns(Report, "task")
_EVIDENCE = _columns(Evidence, "task", "item", "name")
_CHECK = _columns(Check, "task")
_OBJECTION = _columns(Objection, "task")
_REQUEST = _columns(DueRequest, "task")
_LOOK_BACK = _columns(LookBack, "task")
_STEP = _columns(Step, "task", "unit")


def _held_round(code: str) -> Row | None:
    """The rows of a round as `RebuiltRound.plain` has them; None without one."""
    held = Round.objects.filter(code=code).first()
    if held is None:
        return None
    tasks = _held_tasks(Task.objects.filter(round=held))
    return {
        "row": _round_row(held),
        "plans": _held_plans(held),
        "problems": {
            serial: {"text": text}
            for serial, text in held.problems.order_by("serial").values_list("serial", "text")
        },
        "tasks": {serial: task.plain() for (_, serial), task in tasks.items()},
    }


def _round_row(held: Round) -> Row:
    return {name: getattr(held, name) for name in _ROUND} | {"office": held.office.code}


def _held_plans(held: Round) -> dict[int, Row]:
    plans = {
        plan.number: {name: getattr(plan, name) for name in _PLAN} | {"approvals": []}
        for plan in held.plans.order_by("number")
    }
    rows = Approval.objects.filter(plan__round=held).order_by("id")
    for row in rows.values("plan__number", *_APPROVAL):
        plans[row.pop("plan__number")]["approvals"].append(row)
    return plans


def _held_tasks(tasks: QuerySet[Task]) -> dict[tuple[str, int], RebuiltTask]:
    """(round, number) → task as its rows say, read a table at a time."""
    by_pk: dict[int, RebuiltTask] = {}
    found: dict[tuple[str, int], RebuiltTask] = {}
    named = ("pk", "serial", "round__code", "problem__serial", "lead__code", "area__code")
    for row in tasks.order_by("serial").values(*named, *_TASK):
        pk, key = row.pop("pk"), (row.pop("round__code"), row.pop("serial"))
        row |= {
            "problem": row.pop("problem__serial"),
            "lead": row.pop("lead__code") or "",
            "area": row.pop("area__code") or "",
            "responsible": [],
        }
        found[key] = by_pk[pk] = RebuiltTask(row)
    for row in _below(TaskUnit, by_pk, ("unit__code",), order=("position", "id")):
        by_pk[row["task_id"]].row["responsible"].append(row["unit__code"])
    for row in _below(ActionItem, by_pk, ("serial", *_ITEM), order=("serial",)):
        by_pk[row.pop("task_id")].items[row.pop("serial")] = row
    for model, columns, name in (
        (Report, _REPORT, "reports"),
        (Objection, _OBJECTION, "objections"),
        (DueRequest, _REQUEST, "due_requests"),
    ):
        for row in _below(model, by_pk, ("pk", *columns)):
            getattr(by_pk[row.pop("task_id")], name)[row.pop("pk")] = row
    for row in _below(Evidence, by_pk, ("pk", "item__serial", *_EVIDENCE)):
        row["item"] = row.pop("item__serial")
        row["value"] = plain_number(row["value"]) if row["value"] is not None else ""
        by_pk[row.pop("task_id")].evidence[row.pop("pk")] = row
    for row in _below(Check, by_pk, _CHECK):
        by_pk[row.pop("task_id")].checks.append(row)
    for row in _below(LookBack, by_pk, _LOOK_BACK, order=("due_on", "id")):
        by_pk[row.pop("task_id")].look_backs.append(row)
    for row in _below(Step, by_pk, _STEP):
        by_pk[row.pop("task_id")].steps.append(row)
    return found


_AT_ONCE = 500


def _below(
    model: type[Model],
    tasks: Mapping[int, RebuiltTask],
    columns: Sequence[str],
    order: Sequence[str] = ("id",),
) -> Iterator[dict[str, Any]]:
    """Rows of a table that hang on these tasks, in their order."""
    keys = sorted(tasks)
    for first in range(0, len(keys), _AT_ONCE):
        rows = model._default_manager.filter(task_id__in=keys[first : first + _AT_ONCE])
        yield from rows.order_by("task_id", *order).values("task_id", *columns)


# --- folds for the ledger -----------------------------------------------------------------


def compare_round(events: Sequence[Event]) -> str | None:
    """What of a round's row, of its plans and of their approvals does not agree with its events."""
    held = Round.objects.filter(code=events[0].subject_id).first()
    if held is None:
        return _MISSING
    plans = _held_plans(held)
    for plan in plans.values():
        # The digest in the event is that of the content.
        plan["digest"] = digest_of(plan.pop("content"))
    try:
        told = rebuild.fold_round(_told(events))
    except Refused as refused:
        return refused.message("en")
    return _sentence(
        unlike({"row": _round_row(held), "plans": plans}, {"row": told.row, "plans": told.plans})
    )


def compare_problem(events: Sequence[Event]) -> str | None:
    """What of a problem's row does not agree with its events."""
    code, _slash, serial = events[0].subject_id.partition("/")
    found = Problem.objects.filter(round__code=code, serial=serial).values("text").first()
    if found is None:
        return _MISSING
    try:
        told = rebuild.fold_problem(_told(events))
    except Refused as refused:
        return refused.message("en")
    return _sentence(unlike(found, told))


def compare_task(events: Sequence[Event]) -> str | None:
    """What of a task's rows does not agree with its events."""
    return compare_tasks({events[0].subject_id: events})[events[0].subject_id]


def compare_tasks(chains: Mapping[str, Sequence[Event]]) -> dict[str, str | None]:
    """Task → what of its rows does not agree with its events; the rows read all at once."""
    rounds: dict[str, list[int]] = {}
    for subject in chains:
        rounds.setdefault(subject.partition("/")[0], []).append(_serial(subject))
    asked = Q()
    for code, serials in rounds.items():
        asked |= Q(round__code=code, serial__in=serials)
    held = {
        f"{code}/{serial}": task
        for (code, serial), task in _held_tasks(Task.objects.filter(asked)).items()
    }
    return {subject: _compared(held.get(subject), events) for subject, events in chains.items()}


def _compared(held: RebuiltTask | None, events: Sequence[Event]) -> str | None:
    if held is None:
        return _MISSING
    try:
        told = rebuild.fold_task(_told(events))
    except Refused as refused:
        return refused.message("en")
    return _sentence(unlike(held.plain(), told.plain()))


def _sentence(found: Iterable[Unlike]) -> str | None:
    """The first differences in one sentence."""
    every = list(found)
    more = f"; {len(every) - _NAMED} more" if len(every) > _NAMED else ""
    return "; ".join(map(str, every[:_NAMED])) + more if every else None


def _numbers(model: type[Model]) -> Iterator[str]:
    rows = model._default_manager.order_by("pk").values_list("round__code", "serial")
    for code, serial in rows.iterator(chunk_size=2000):
        yield f"{code}/{serial}"


FOLDS = {
    "round": Fold(
        compare_round,
        lambda: Round.objects.order_by("pk").values_list("code", flat=True),
        "round.opened",
    ),
    "problem": Fold(compare_problem, lambda: _numbers(Problem), "problem.entered"),
    "task": Fold(compare_task, lambda: _numbers(Task), "task.entered", compare_tasks),
}
