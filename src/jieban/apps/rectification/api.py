"""The API of inspection rectification: rounds, plans, tasks, their moves, reports and items."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Status
from pydantic import BeforeValidator, Field

from jieban import clock
from jieban.apps.cases import api_schemas as given
from jieban.apps.cases.api import actor_of
from jieban.apps.directory import selectors as directory
from jieban.apps.ledger import selectors as ledger
from jieban.apps.rectification import services
from jieban.apps.rectification.models import Evidence, Round, Task
from jieban.apps.rectification.selectors import plans
from jieban.apps.rectification.selectors import tasks as tasks_read
from jieban.apps.rectification.selectors.figures import figures_of
from jieban.apps.rectification.selectors.seeing import (
    round_by_code,
    rounds_visible_to,
    task_by_serial,
)
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.quantities import plain_number
from jieban.domain.rectification.sums import Sum
from jieban.domain.rectification.tasks import MOVES

router = Router(tags=["rectification"])
LIMIT = 100
HIGHEST = 99_999
_CODE = Annotated[given.Text, Path(max_length=32)]
_SERIAL = Annotated[int, Path(ge=1, le=HIGHEST)]
_ITEM = Annotated[int, Path(ge=1, le=32_767)]
_VERSION = Annotated[int, Path(ge=1, le=32_767)]
_ERRORS: dict[Any, Any] = {
    code: given.ErrorOut for code in (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
}
_Value = Annotated[str, BeforeValidator(lambda value: "" if value is None else plain_number(value))]
_Words = Annotated[given.Text, Field(max_length=4000)]
_Line = Annotated[given.Text, Field(max_length=200)]


# --- what is given ------------------------------------------------------------------------


class SumOut(given.Shown):
    """`done` and `under_way` add up to `total`; `late` are of those under way."""

    total: int
    done: int
    under_way: int
    not_started: int
    late: int


class ItemsSumOut(given.Shown):
    total: int
    done: int
    under_way: int


class RoundOut(given.Shown):
    """One round; `office` is the code of the unit that keeps it and signs off."""

    code: str
    name: str
    level: str
    nth: int
    team: str
    office: str
    stationed_from: date | None
    stationed_to: date | None
    feedback_on: date | None
    notice_days: int
    stuck_days: int
    report_day: int
    look_back_months: list[int]
    plan_open: bool
    version: int


class RoundsOut(given.Shown):
    rounds: list[RoundOut]


class RoundDetailOut(RoundOut):
    """With the sums of what is within reach."""

    tasks: SumOut
    items: ItemsSumOut


class ApprovalOut(given.Shown):
    step: str
    passed: bool
    held_on: date
    paper: str
    remark: str
    digest: str


class PlanOut(given.Shown):
    """One version; `digest` is that of its content as canonical JSON."""

    number: int
    state: str
    digest: str
    note: str
    made_at: datetime
    made_by: str
    approvals: list[ApprovalOut]


class PlansOut(given.Shown):
    plans: list[PlanOut]


class PlanDetailOut(PlanOut):
    content: dict[str, Any]


class DifferenceOut(given.Shown):
    """What is said otherwise: without `before` it is new, without `after` gone."""

    what: str
    path: str
    field: str
    before: str
    after: str


class DifferencesOut(given.Shown):
    differences: list[DifferenceOut]


class TaskOut(given.Shown):
    """One task. `lead` is the code of its lead unit, `lead_words` how the plan names it."""

    round: str
    serial: int
    problem: int
    title: str
    goal: str
    lead: str
    lead_words: str
    responsible_words: list[str]
    role: str
    closer: str
    due_kind: str
    due_on: date | None
    due_lasting: bool
    due_words: str
    first_due_on: date | None
    days_left: int | None
    late: bool
    area: str
    place: str
    category: str
    state: str
    falsity: str
    version: int
    started_on: date | None
    last_told_on: date | None
    claimed_on: date | None
    checked_on: date | None
    notice_from: date | None
    notice_until: date | None
    signed_on: date | None
    signed_by: str
    signed_unit: str
    paper: str
    record_number: str
    items_all: int
    items_done: int


class TasksOut(given.Shown):
    """A page of tasks by number; `next` is what to ask `after` for the page that follows."""

    tasks: list[TaskOut]
    next: int | None


class ItemOut(given.Shown):
    serial: int
    text: str
    units: str
    due_kind: str
    due_on: date | None
    due_lasting: bool
    due_words: str
    done_on: date | None
    done_by: str


class ReportOut(given.Shown):
    """`struck_at` is set where it was struck out."""

    id: int
    on: date
    done: str
    hindered: str
    next: str
    made_at: datetime
    made_by: str
    struck_at: datetime | None


class EvidenceOut(given.Shown):
    """What is known of a proof; the file itself is opened on the task's page."""

    id: int
    item: int | None
    kind: str
    what: str
    on: date
    value: _Value
    unit: str
    limit: str
    digest: str
    media_type: str
    size: int
    made_at: datetime
    made_by: str
    struck_at: datetime | None


class CheckOut(given.Shown):
    """`stands` is false once the task went back to its units."""

    on: date
    passed: bool
    answers: dict[str, str]
    remark: str
    by: str
    stands: bool


class ObjectionOut(given.Shown):
    id: int
    received_on: date
    text: str
    upheld: bool | None
    answer: str


class DueRequestOut(given.Shown):
    wanted: date
    reason: str
    asked_by: str
    granted: bool | None
    paper: str
    answer: str


class LookBackOut(given.Shown):
    months: int
    due_on: date
    done_on: date | None
    held: bool | None
    text: str


class StepOut(given.Shown):
    move: str
    to: str
    on: date
    by: str
    reason: str


class TaskDetailOut(TaskOut):
    """`allowed` are the moves that who asks may make now."""

    problem_text: str
    responsible: list[str]
    allowed: list[str]
    items: list[ItemOut]
    reports: list[ReportOut]
    evidence: list[EvidenceOut]
    checks: list[CheckOut]
    objections: list[ObjectionOut]
    due_requests: list[DueRequestOut]
    look_backs: list[LookBackOut]
    steps: list[StepOut]


# --- what is taken ------------------------------------------------------------------------


class TasksQuery(given.Said):
    """Tasks of one state ("open": not signed off), of one lead unit, late, due in a span."""

    state: Annotated[given.Text, Field(max_length=16)] = ""
    lead: given.Code = ""
    unit: given.Code = ""
    late: bool = False
    due_from: date | None = None
    due_to: date | None = None
    after: Annotated[int, Field(ge=0, le=HIGHEST)] = 0
    limit: Annotated[int, Field(ge=1, le=LIMIT)] = LIMIT


class DifferencesQuery(given.Said):
    """Against which version; without one, against the plan as it is now."""

    to: Annotated[int | None, Field(ge=1, le=32_767)] = None


class TaskMoveIn(given.Said):
    """A move by its name, with what it is told; `version` is what was looked at.

    `answers` and `remark` are of a check, `where` of a notice, `paper` and `record` of a
    sign-off, `falsity` of a reopening, `objection` and `reason` of an objection that holds.
    """

    move: Annotated[given.Text, Field(max_length=32)]
    on: date | None = None
    reason: _Words = ""
    answers: Annotated[
        dict[given.Code, Annotated[given.Text, Field(max_length=32)]], Field(max_length=10)
    ] = {}
    remark: _Words = ""
    where: _Line = ""
    paper: _Line = ""
    record: _Line = ""
    falsity: Annotated[given.Text, Field(max_length=32)] = ""
    objection: Annotated[int, Field(ge=0, le=2**31 - 1)] = 0
    version: given.Version = None


class ReportIn(given.Said):
    """What was done by a day, today where none is said."""

    done: Annotated[given.Text, Field(min_length=1, max_length=4000)]
    hindered: _Words = ""
    next: _Words = ""
    on: date | None = None


class DoneIn(given.Said):
    on: date | None = None


# --- rounds and plans ---------------------------------------------------------------------


@router.get("/rounds", response={200: RoundsOut, **_ERRORS}, summary="Inspection rounds")
def get_rounds(request: HttpRequest) -> Any:
    actor = actor_of(request)
    actor.demand("rectification.see")
    return {"rounds": [_round(each) for each in rounds_visible_to(actor).select_related("office")]}


@router.get("/rounds/{slug:code}", response={200: RoundDetailOut, **_ERRORS}, summary="One round")
def get_round(request: HttpRequest, code: _CODE) -> Any:
    actor = actor_of(request)
    held = round_by_code(actor, code)
    found = figures_of(actor, held.code, directory.local_day(clock.now()))
    return _round(held) | {
        "tasks": _sum(found.total),
        "items": {
            "total": found.items.total,
            "done": found.items.done,
            "under_way": found.items.under_way,
        },
    }


@router.get(
    "/rounds/{slug:code}/plans", response={200: PlansOut, **_ERRORS}, summary="Plan versions"
)
def get_plans(request: HttpRequest, code: _CODE) -> Any:
    held = round_by_code(actor_of(request), code)
    return {"plans": [_plan(each) for each in plans.versions_of(held)]}


@router.get(
    "/rounds/{slug:code}/plans/{int:number}",
    response={200: PlanDetailOut, **_ERRORS},
    summary="One version",
)
def get_plan(request: HttpRequest, code: _CODE, number: _VERSION) -> Any:
    held = round_by_code(actor_of(request), code)
    version = plans.version_by_number(held, number)
    return _plan(version) | {"content": plans.frozen_content(version)}


@router.get(
    "/rounds/{slug:code}/plans/{int:number}/differences",
    response={200: DifferencesOut, **_ERRORS},
    summary="What a later version says otherwise",
)
def get_differences(
    request: HttpRequest, code: _CODE, number: _VERSION, query: Query[DifferencesQuery]
) -> Any:
    held = round_by_code(actor_of(request), code)
    return {"differences": plans.differences_between(held, number, query.to)}


# --- tasks --------------------------------------------------------------------------------


@router.get(
    "/rounds/{slug:code}/tasks", response={200: TasksOut, **_ERRORS}, summary="Tasks of a round"
)
def get_tasks(request: HttpRequest, code: _CODE, query: Query[TasksQuery]) -> Any:
    actor = actor_of(request)
    today = directory.local_day(clock.now())
    by = tasks_read.Filter(
        round=round_by_code(actor, code).code,
        state=query.state,
        lead=query.lead,
        unit=query.unit,
        late_on=today if query.late else None,
        due_from=query.due_from,
        due_to=query.due_to,
    )
    rows = tasks_read.listed(actor, by).filter(serial__gt=query.after).order_by("serial")
    found = list(rows[: query.limit + 1])
    page = tasks_read.with_items(found[: query.limit])
    more = len(found) > query.limit
    return {
        "tasks": [_task(each, today) for each in page],
        "next": page[-1].serial if more else None,
    }


@router.get(
    "/rounds/{slug:code}/tasks/{int:serial}",
    response={200: TaskDetailOut, **_ERRORS},
    summary="One task",
)
def get_task(request: HttpRequest, code: _CODE, serial: _SERIAL) -> Any:
    return _detail(actor_of(request), code, serial)


@router.get(
    "/rounds/{slug:code}/tasks/{int:serial}/events",
    response={200: given.EventsOut, **_ERRORS},
    summary="A task's chain",
)
def get_task_events(request: HttpRequest, code: _CODE, serial: _SERIAL) -> Any:
    task = task_by_serial(actor_of(request), code, serial)
    return {"events": list(ledger.events_of("task", f"{task.round.code}/{task.serial}"))}


@router.post(
    "/rounds/{slug:code}/tasks/{int:serial}/moves",
    response={200: TaskDetailOut, **_ERRORS},
    summary="One move of a task",
)
def post_task_move(request: HttpRequest, code: _CODE, serial: _SERIAL, body: TaskMoveIn) -> Any:
    actor, at = actor_of(request), clock.now()
    # Whether there is a move of this name is told to those who may see the task.
    task_by_serial(actor, code, serial)
    act = _ACTS.get(body.move)
    if act is None:
        raise Refused("task.unknown_move", move=body.move, known=list(_ACTS))
    act(actor, code, serial, body, at)
    return _detail(actor, code, serial)


@router.post(
    "/rounds/{slug:code}/tasks/{int:serial}/reports",
    response={201: ReportOut, **_ERRORS},
    summary="Report progress",
)
def post_report(request: HttpRequest, code: _CODE, serial: _SERIAL, body: ReportIn) -> Any:
    made = services.report(
        actor_of(request),
        code,
        serial,
        at=clock.now(),
        done=body.done,
        hindered=body.hindered,
        next_step=body.next,
        on=body.on,
    )
    return Status(201, made)


@router.post(
    "/rounds/{slug:code}/tasks/{int:serial}/items/{int:item}/done",
    response={200: ItemOut, **_ERRORS},
    summary="An action item is done",
)
def post_item_done(
    request: HttpRequest, code: _CODE, serial: _SERIAL, item: _ITEM, body: DoneIn
) -> Any:
    return services.finish_item(actor_of(request), code, serial, item, at=clock.now(), on=body.on)


# --- moves --------------------------------------------------------------------------------

_Act = Callable[[Actor, str, int, TaskMoveIn, datetime], object]


def _own_move(actor: Actor, code: str, serial: int, told: TaskMoveIn, at: datetime) -> object:
    return services.move_on(
        actor,
        code,
        serial,
        told.move,
        at=at,
        on=told.on,
        reason=told.reason,
        version=told.version,
    )


def _check(actor: Actor, code: str, serial: int, told: TaskMoveIn, at: datetime) -> object:
    return services.check(
        actor,
        code,
        serial,
        told.answers,
        at=at,
        on=told.on,
        remark=told.remark,
        version=told.version,
    )


def _send_back(actor: Actor, code: str, serial: int, told: TaskMoveIn, at: datetime) -> object:
    return services.send_back(
        actor,
        code,
        serial,
        at=at,
        reason=told.reason,
        answers=told.answers,
        on=told.on,
        version=told.version,
    )


def _announce(actor: Actor, code: str, serial: int, told: TaskMoveIn, at: datetime) -> object:
    return services.announce(
        actor, code, serial, at=at, where=told.where, on=told.on, version=told.version
    )


def _uphold(actor: Actor, code: str, serial: int, told: TaskMoveIn, at: datetime) -> object:
    return services.answer_objection(
        actor, code, serial, told.objection, told.reason, at=at, upheld=True
    )


def _sign(actor: Actor, code: str, serial: int, told: TaskMoveIn, at: datetime) -> object:
    return services.sign_off(
        actor,
        code,
        serial,
        at=at,
        on=told.on,
        paper=told.paper,
        record_number=told.record,
        version=told.version,
    )


def _take_over(actor: Actor, code: str, serial: int, told: TaskMoveIn, at: datetime) -> object:
    return services.take_over(
        actor,
        code,
        serial,
        at=at,
        on=told.on or directory.local_day(at),
        paper=told.paper,
        reason=told.reason,
        record_number=told.record,
    )


def _reopen(actor: Actor, code: str, serial: int, told: TaskMoveIn, at: datetime) -> object:
    return services.reopen(
        actor,
        code,
        serial,
        at=at,
        reason=told.reason,
        falsity=told.falsity,
        version=told.version,
    )


_JUDGED: Mapping[str, _Act] = {
    "check": _check,
    "send_back": _send_back,
    "announce": _announce,
    "uphold": _uphold,
    "sign": _sign,
    "take_over": _take_over,
    "reopen": _reopen,
}
_ACTS: Mapping[str, _Act] = {
    name: _JUDGED.get(name, _own_move) for name, move in MOVES.items() if move.from_
}
"""Every move of a task but its beginning."""


# --- rows as they are given ---------------------------------------------------------------


def _round(held: Round) -> dict[str, Any]:
    named = (
        "code", "name", "level", "nth", "team", "stationed_from", "stationed_to", "feedback_on",
        "notice_days", "stuck_days", "report_day", "look_back_months", "plan_open", "version",
    )  # fmt: skip
    return {name: getattr(held, name) for name in named} | {"office": held.office.code}


def _sum(found: Sum) -> dict[str, int]:
    return {
        "total": found.total,
        "done": found.done,
        "under_way": found.under_way,
        "not_started": found.not_started,
        "late": found.late,
    }


def _plan(version: Any) -> dict[str, Any]:
    named = ("number", "state", "digest", "note", "made_at", "made_by")
    told = {name: getattr(version, name) for name in named}
    return told | {"approvals": list(version.approvals.all())}


def _task(task: Task, today: date) -> dict[str, Any]:
    """A task that carries `items_all` and `items_done`."""
    named = (
        "serial", "title", "goal", "lead_words", "responsible_words", "role", "closer", "due_kind",
        "due_on", "due_lasting", "due_words", "first_due_on", "place", "category", "state",
        "falsity", "version", "started_on", "last_told_on", "claimed_on", "checked_on",
        "notice_from", "notice_until", "signed_on", "signed_by", "signed_unit", "paper",
        "record_number", "items_all", "items_done",
    )  # fmt: skip
    left = (task.due_on - today).days if task.due_on else None
    return {name: getattr(task, name) for name in named} | {
        "round": task.round.code,
        "problem": task.problem.serial,
        "lead": task.lead.code if task.lead else "",
        "area": task.area.code if task.area else "",
        "days_left": left,
        "late": left is not None and left < 0 and task.signed_on is None,
    }


def _detail(actor: Actor, code: str, serial: int) -> dict[str, Any]:
    task = task_by_serial(actor, code, serial)
    (task,) = tasks_read.with_items([task])
    parts = tasks_read.opened(task)
    return _task(task, directory.local_day(clock.now())) | {
        "problem_text": task.problem.text,
        "responsible": [unit.code for unit in parts.responsible],
        "allowed": list(tasks_read.turn_of(actor, task).moves),
        "items": parts.items,
        "reports": parts.reports,
        "evidence": [_evidence(each) for each in parts.evidence],
        "checks": parts.checks,
        "objections": parts.objections,
        "due_requests": parts.due_requests,
        "look_backs": parts.look_backs,
        "steps": parts.steps,
    }


def _evidence(proof: Evidence) -> dict[str, Any]:
    named = (
        "id", "kind", "what", "on", "value", "unit", "limit", "digest", "media_type", "size",
        "made_at", "made_by", "struck_at",
    )  # fmt: skip
    told = {name: getattr(proof, name) for name in named}
    return told | {"item": proof.item.serial if proof.item else None}
