"""What a plan says: problems, tasks and items, entered and changed while it may be edited."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from jieban.apps.directory import selectors as directory
from jieban.apps.ledger import services as ledger
from jieban.apps.rectification.models import ActionItem, Problem, Round, Step, Task, TaskUnit
from jieban.apps.rectification.selectors.naming import area_named, units_of
from jieban.apps.rectification.selectors.seeing import person_of
from jieban.apps.rectification.selectors.standing import unit_codes_of, with_successors
from jieban.apps.rectification.services.keeping import (
    TEXT,
    given_reason,
    hold_round,
    iso,
    open_plan,
    record_task,
    write_due,
)
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.wording import contact, tidy
from jieban.domain.rectification.due import read_due
from jieban.domain.rectification.tasks import WORKING, State

ROLES = ("lead", "assist")
"""牵头 or 协办: whether this register's units lead the task."""
MOST_ITEMS = 200
HIGHEST = 99_999


@dataclass(frozen=True)
class ItemPlan:
    """One action item as the plan words it."""

    text: str
    due: str = ""
    units: str = ""


@dataclass(frozen=True)
class TaskSaid:
    """One task as the plan words it; units and place by code or name, the due date in words.

    A unit that the directory does not know, as one of the city, is kept in words alone.

    `serial` None takes the next number. `closer` names an office outside that signs off.
    """

    problem: int
    title: str
    goal: str = ""
    lead: str = ""
    responsible: Sequence[str] = ()
    due: str = ""
    role: str = "lead"
    closer: str = ""
    area: str = ""
    place: str = ""
    category: str = ""
    serial: int | None = None
    items: Sequence[ItemPlan] = field(default_factory=tuple)


@transaction.atomic
def enter_problem(
    actor: Actor, code: str, text: str, *, at: datetime, serial: int | None = None
) -> Problem:
    """Enter what the inspection found, in its original words.

    Raises:
        Refused "round.not_found", "plan.in_approval", "plan.closed", "task.number_taken" and those
            of `tidy`.
    """
    held = hold_round(actor, code)
    open_plan(held)
    number = _free(held.problems, serial)
    made = Problem.objects.create(
        round=held, serial=number, text=tidy("text", text, limit=TEXT, required=True)
    )
    subject = f"{held.code}/{number}"
    body = {"text": made.text}
    ledger.append("problem", subject, "problem.entered", actor=actor, at=at, body=body)
    return made


@transaction.atomic
def change_problem(actor: Actor, code: str, serial: int, text: str, *, at: datetime) -> Problem:
    """Correct the words of a problem.

    Raises:
        Refused "round.not_found", "problem.not_found", "plan.in_approval", "plan.closed".
    """
    held = hold_round(actor, code)
    open_plan(held)
    problem = problem_of(held, serial)
    words = tidy("text", text, limit=TEXT, required=True)
    if words != problem.text:
        problem.text = words
        problem.save(update_fields=["text"])
        subject, body = f"{held.code}/{serial}", {"text": words}
        ledger.append("problem", subject, "problem.changed", actor=actor, at=at, body=body)
    return problem


@transaction.atomic
def enter_task(actor: Actor, code: str, said: TaskSaid, *, at: datetime) -> Task:
    """Enter a task with its action items; blanks are let in, and refused when it is handed up.

    Raises:
        Refused "round.not_found", "plan.in_approval", "plan.closed", "problem.not_found",
            "task.number_taken", "rectification.area_not_found", "rectification.due_unreadable" and
            those of `tidy`.
    """
    held = hold_round(actor, code)
    open_plan(held)
    task = Task(
        round=held,
        problem=problem_of(held, said.problem),
        serial=_free(held.tasks, said.serial),
        brought_by=actor.id if said.closer.strip() else "",
        made_at=at,
    )
    units = _write(task, said)
    task.first_due_on = task.due_on
    task.save()
    _set_units(task, [unit.pk for unit in units])
    items = [_item(task, serial, each) for serial, each in enumerate(said.items, start=1)]
    ActionItem.objects.bulk_create(items)
    enter_step(task, actor, at)
    record_task(
        task,
        "task.entered",
        actor=actor,
        at=at,
        **plan_of(task, [unit.code for unit in units]),
        items=[{"text": item.text, "due": item.due_words, "units": item.units} for item in items],
        said_state="",
        said_done=False,
        brought_by=task.brought_by,
        said_progress="",
        extra={},
    )
    return task


@transaction.atomic
def change_task(
    actor: Actor,
    code: str,
    serial: int,
    said: TaskSaid,
    *,
    at: datetime,
    version: int | None = None,
) -> Task:
    """Say differently what a task is; its number stays, its items have acts of their own.

    Raises:
        Refused "task.not_found", "task.changed_meanwhile", "task.closed": it is being checked or
            signed off; "task.own_unit": takes a unit that the actor works for off a task that was
            issued or begun; and those of `enter_task`.
    """
    task = hold_planned(actor, code, serial, version)
    units = [each.unit for each in task.responsible.select_related("unit")]
    before, units_before = plan_of(task, [unit.code for unit in units]), unit_codes_of(task)
    task.problem = problem_of(task.round, said.problem)
    first_due = task.first_due_on
    units = _write(task, said)
    # Until the plan was first issued there is no due day that could have been put off.
    issued = task.round.plans.filter(state__in=("in_force", "replaced")).exists()
    units_after = {unit.code for unit in units} | ({task.lead.code} if task.lead else set())
    own = (units_before - with_successors(units_after)) & person_of(actor).works_for
    if own and (issued or _begun(task)):
        raise Refused("task.own_unit", units=sorted(own))
    task.first_due_on = first_due if issued else task.due_on
    after = plan_of(task, [unit.code for unit in units])
    changed = {name: value for name, value in after.items() if value != before[name]}
    if task.first_due_on != first_due:
        changed["first_due"] = iso(task.first_due_on)
    if "closer" in changed and task.closer and not task.said_done:
        # It can be taken over now on a paper from there: by somebody else.
        task.brought_by = changed["brought_by"] = actor.id
    if changed:
        _set_units(task, [unit.pk for unit in units])
        record_task(task, "task.changed", actor=actor, at=at, set=changed)
    return task


@transaction.atomic
def drop_task(actor: Actor, code: str, serial: int, *, at: datetime, reason: str) -> Task:
    """Take a task out of the plan; its row and its number stay.

    Raises:
        Refused "task.not_found", "task.reason_missing", "task.closed", "plan.…".
    """
    task = hold_planned(actor, code, serial)
    told = given_reason(reason)
    task.dropped = True
    record_task(task, "task.dropped", actor=actor, at=at, reason=told)
    return task


@transaction.atomic
def restore_task(actor: Actor, code: str, serial: int, *, at: datetime) -> Task:
    """Put a dropped task back.

    Raises:
        Refused "task.not_found", "plan.…".
    """
    task = hold_planned(actor, code, serial, dropped=True)
    task.dropped = False
    record_task(task, "task.restored", actor=actor, at=at)
    return task


@transaction.atomic
def add_item(actor: Actor, code: str, serial: int, said: ItemPlan, *, at: datetime) -> ActionItem:
    """Add an action item at the end.

    Raises:
        Refused "task.not_found", "task.closed", "plan.…", "rectification.due_unreadable".
    """
    task = hold_planned(actor, code, serial)
    highest = task.items.aggregate(highest=Max("serial"))["highest"] or 0
    if highest >= MOST_ITEMS:
        raise Refused("practice.words_too_long", field="items", limit=MOST_ITEMS)
    made = _item(task, highest + 1, said)
    made.save()
    _record_item(task, "task.item_added", made, actor, at)
    return made


@transaction.atomic
def change_item(
    actor: Actor, code: str, serial: int, item: int, said: ItemPlan, *, at: datetime
) -> ActionItem:
    """Say an action item differently.

    Raises:
        Refused as `add_item`, and "task.item_not_found".
    """
    task = hold_planned(actor, code, serial)
    held = item_of(task, item)
    fresh = _item(task, held.serial, said)
    told = ("text", "due_kind", "due_on", "due_lasting", "due_words", "units")
    if any(getattr(held, name) != getattr(fresh, name) for name in told):
        for name in told:
            setattr(held, name, getattr(fresh, name))
        held.save()
        _record_item(task, "task.item_changed", held, actor, at)
    return held


@transaction.atomic
def drop_item(
    actor: Actor, code: str, serial: int, item: int, *, at: datetime, reason: str
) -> None:
    """Take an action item out; its row and its number stay.

    Raises:
        Refused "task.not_found", "task.item_not_found", "task.reason_missing", "plan.…".
    """
    task = hold_planned(actor, code, serial)
    held = item_of(task, item)
    told = given_reason(reason)
    held.dropped = True
    held.save(update_fields=["dropped"])
    record_task(task, "task.item_dropped", actor=actor, at=at, reason=told, item=held.serial)


def hold_planned(
    actor: Actor, code: str, serial: int, version: int | None = None, *, dropped: bool = False
) -> Task:
    """The task, its row locked, while the plan may be edited and it is the units' turn.

    Raises:
        Refused "round.not_found", "actor.not_permitted", "plan.in_approval", "plan.closed",
            "task.not_found", "task.changed_meanwhile", "task.closed".
    """
    held = hold_round(actor, code)
    open_plan(held)
    rows = Task.objects.select_for_update(of=("self",)).select_related(
        "round__office", "problem", "lead", "area"
    )
    task = rows.filter(round=held, serial=serial, dropped=dropped).first()
    if task is None:
        raise Refused("task.not_found", round=code, number=serial)
    if version is not None and version != task.version:
        raise Refused("task.changed_meanwhile")
    if State(task.state) not in WORKING:
        raise Refused("task.closed")
    return task


def problem_of(held: Round, serial: int) -> Problem:
    """
    Raises:
        Refused "problem.not_found".
    """
    found = held.problems.filter(serial=serial).first()
    if found is None:
        raise Refused("problem.not_found", number=serial)
    return found


def item_of(task: Task, serial: int) -> ActionItem:
    """
    Raises:
        Refused "task.item_not_found".
    """
    found = task.items.filter(serial=serial, dropped=False).first()
    if found is None:
        raise Refused("task.item_not_found", item=serial)
    return found


def plan_of(task: Task, responsible: Sequence[str]) -> dict[str, Any]:
    """What the plan says of a task, as its events hold it; without the items."""
    return {
        "problem": task.problem.serial,
        "title": task.title,
        "goal": task.goal,
        "lead": task.lead.code if task.lead else "",
        "lead_words": task.lead_words,
        "responsible": list(responsible),
        "responsible_words": list(task.responsible_words),
        "role": task.role,
        "closer": task.closer,
        "due": task.due_words,
        "area": task.area.code if task.area else "",
        "place": task.place,
        "category": task.category,
    }


def enter_step(task: Task, actor: Actor, at: datetime) -> None:
    """The first step of a task's life."""
    Step.objects.create(
        task=task,
        move="enter",
        to=task.state,
        on=directory.local_day(at),
        at=at,
        by=actor.name,
        by_id=actor.id,
    )


def _write(task: Task, said: TaskSaid) -> list[Any]:
    """Put what was said into the row; the responsible units, for their own rows."""
    if said.role not in ROLES:
        raise Refused("practice.word_unknown", value=said.role[:32], known=list(ROLES))
    task.title = tidy("title", said.title, required=True)
    task.goal = tidy("goal", said.goal, limit=TEXT)
    leads, lead_words = units_of([tidy("lead", said.lead)])
    task.lead, task.lead_words = next(iter(leads), None), "".join(lead_words)
    task.role = said.role
    task.closer = tidy("closer", said.closer, limit=100)
    task.area = area_named(said.area)
    task.place = tidy("place", said.place)
    task.category = tidy("category", said.category, limit=255)
    words = contact("due", said.due)
    # A day that was granted on request stands beside the plan's unchanged words.
    if words != task.due_words:
        write_due(task, read_due(words))
    units, task.responsible_words = units_of(tidy("responsible", each) for each in said.responsible)
    return units


def _begun(task: Task) -> bool:
    """Whether a unit has done anything that somebody could rid it of before signing it off."""
    return (
        State(task.state) is not State.NOT_STARTED
        or task.evidence.exists()
        or task.items.exclude(done_on=None).exists()
    )


def _set_units(task: Task, units: Sequence[int]) -> None:
    task.responsible.all().delete()
    TaskUnit.objects.bulk_create(
        TaskUnit(task=task, unit_id=unit, position=position) for position, unit in enumerate(units)
    )


def _item(task: Task, serial: int, said: ItemPlan) -> ActionItem:
    item = ActionItem(
        task=task,
        serial=serial,
        text=tidy("text", said.text, limit=TEXT, required=True),
        units=tidy("units", said.units, limit=300),
    )
    write_due(item, read_due(contact("due", said.due)))
    return item


def _record_item(task: Task, kind: str, item: ActionItem, actor: Actor, at: datetime) -> None:
    record_task(
        task,
        kind,
        actor=actor,
        at=at,
        item=item.serial,
        text=item.text,
        due=item.due_words,
        units=item.units,
    )


def _free(rows: Any, wanted: int | None) -> int:
    """The number, if nothing has it; the one after the highest where none is wanted."""
    if wanted is None:
        return int(rows.aggregate(highest=Max("serial"))["highest"] or 0) + 1
    if not 1 <= wanted <= HIGHEST or rows.filter(serial=wanted).exists():
        raise Refused("task.number_taken", number=wanted)
    return wanted
