"""Lists of tasks, and one task with everything told and proved of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from jieban.apps.rectification.models import (
    Check,
    Evidence,
    LookBack,
    Objection,
    Report,
    Round,
    Task,
)
from jieban.apps.rectification.selectors.seeing import person_of, tasks_visible_to
from jieban.apps.rectification.selectors.standing import may_sign_for, standing_of
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.rectification.tasks import DONE, MOVES, WORKING, State, moves_of

PAGE = 50


@dataclass(frozen=True)
class Filter:
    """What narrows a list of tasks; "" and None narrow nothing. `state` may be "open" or "late"."""

    round: str = ""
    state: str = ""
    lead: str = ""
    unit: str = ""
    role: str = ""
    problem: int | None = None
    words: str = ""
    late_on: date | None = None
    due_from: date | None = None
    due_to: date | None = None


def listed(actor: Actor, by: Filter) -> QuerySet[Task]:
    """Tasks within reach in the order of the plan, with `items_all` and `items_done`."""
    found = tasks_visible_to(actor).filter(dropped=False)
    if by.round:
        found = found.filter(round__code=by.round)
    if by.state == "open":
        found = found.exclude(state__in=[state.value for state in DONE])
    elif by.state:
        found = found.filter(state=by.state)
    if by.lead:
        found = found.filter(lead__code=by.lead)
    if by.unit:
        found = found.filter(Q(lead__code=by.unit) | Q(responsible__unit__code=by.unit)).distinct()
    if by.role:
        found = found.filter(role=by.role)
    if by.problem is not None:
        found = found.filter(problem__serial=by.problem)
    if by.words:
        found = found.filter(
            Q(title__icontains=by.words)
            | Q(goal__icontains=by.words)
            | Q(problem__text__icontains=by.words)
            | Q(place__icontains=by.words)
        )
    if by.late_on is not None:
        found = late(found, by.late_on)
    if by.due_from is not None:
        found = found.filter(due_on__gte=by.due_from)
    if by.due_to is not None:
        found = found.filter(due_on__lte=by.due_to)
    return found.select_related("round", "problem", "lead", "area")


def late(tasks: QuerySet[Task], today: date) -> QuerySet[Task]:
    """Those past their due day and not signed off."""
    return tasks.filter(due_on__lt=today).exclude(state=State.SIGNED_OFF.value)


def with_items(tasks: list[Task]) -> list[Task]:
    """The same tasks with `items_all` and `items_done`, counted for these alone."""
    counted = (
        Task.objects.filter(pk__in=[task.pk for task in tasks])
        .values("pk")
        .annotate(
            every=Count("items", filter=Q(items__dropped=False)),
            done=Count("items", filter=Q(items__dropped=False, items__done_on__isnull=False)),
        )
    )
    known = {row["pk"]: row for row in counted}
    for task in tasks:
        row = known.get(task.pk, {"every": 0, "done": 0})
        task.items_all, task.items_done = row["every"], row["done"]  # type: ignore[attr-defined]
    return tasks


def state_counts(actor: Actor, code: str) -> dict[str, int]:
    """State → tasks of a round within reach."""
    rows = tasks_visible_to(actor).filter(dropped=False, round__code=code)
    counted = rows.order_by().values_list("state").annotate(number=Count("pk"))
    return dict(counted)


@dataclass(frozen=True)
class Opened:
    """Everything of one task for its page; what was struck out comes too, marked."""

    items: list[Any]
    responsible: list[Any]
    reports: list[Report]
    evidence: list[Evidence]
    checks: list[Check]
    objections: list[Objection]
    due_requests: list[Any]
    look_backs: list[LookBack]
    steps: list[Any]


def opened(task: Task) -> Opened:
    """The parts of a task, oldest first."""
    return Opened(
        items=list(task.items.filter(dropped=False)),
        responsible=[each.unit for each in task.responsible.select_related("unit")],
        reports=list(task.reports.order_by("-on", "-pk")),
        evidence=list(task.evidence.select_related("item")),
        checks=list(task.checks.all()),
        objections=list(task.objections.all()),
        due_requests=list(task.due_requests.all()),
        look_backs=list(task.look_backs.filter(dropped=False)),
        steps=list(task.steps.all()),
    )


def newest_reports(held: Round) -> dict[int, str]:
    """Number of a task → what its newest report says was done."""
    told = Report.objects.filter(task__round=held, struck_at=None).order_by("on", "pk")
    return dict(told.values_list("task__serial", "done"))


def evidence_of(task: Task, number: int) -> Evidence:
    """
    Raises:
        Refused "task.entry_not_found".
    """
    found = task.evidence.exclude(digest="").filter(pk=number).first()
    if found is None:
        raise Refused("task.entry_not_found")
    return found


@dataclass(frozen=True)
class Turn:
    """What this person may do with a task now.

    `moves` are names of moves; `handles` the units' material, `keeps` notices and records,
    `checks` objections, requests and looks back; `barred` says why they may not check or sign
    although their post could.
    """

    moves: tuple[str, ...]
    handles: bool
    keeps: bool
    checks: bool
    barred: str = ""


def turn_of(actor: Actor, task: Task) -> Turn:
    """What the actor may do with the task now."""
    standing, person = standing_of(task), person_of(actor)
    may = {
        permission: tasks_visible_to(actor, permission).filter(pk=task.pk).exists()
        for permission in ("rectification.handle", "rectification.manage")
    } | {
        permission: may_sign_for(actor, standing.signer, permission)
        for permission in ("rectification.check", "rectification.sign")
    }
    own = bool(standing.units & person.works_for)
    worked = person.id in standing.worked
    moves = [name for name in moves_of(standing, person) if may[MOVES[name].permission]]
    if "take_over" in moves and not (task.said_done or task.closer):
        moves.remove("take_over")
    if "sign" in moves and person.id in standing.checked_by:
        moves.remove("sign")
    if "sign" in moves and standing.needs_notice and standing.state is not State.ON_NOTICE:
        moves.remove("sign")
    if "announce" in moves and not standing.needs_notice:
        moves.remove("announce")
    # An objection that holds is said where the objection is answered.
    if "uphold" in moves:
        moves.remove("uphold")
    could = may["rectification.check"] or may["rectification.sign"] or own
    powers = actor.may("rectification.check") or actor.may("rectification.sign")
    barred = "own" if own and powers else "worked" if worked and could and powers else ""
    return Turn(
        tuple(moves),
        handles=may["rectification.handle"] and standing.state in WORKING,
        keeps=may["rectification.manage"],
        checks=may["rectification.check"] and not own and not worked,
        barred=barred,
    )
