"""What every act shares: the row held, who may, days that can be, the event."""

from datetime import date, datetime
from typing import Any

from jieban.apps.directory import selectors as directory
from jieban.apps.ledger import services as ledger
from jieban.apps.rectification.models import PlanVersion, Round, Step, Task
from jieban.apps.rectification.selectors.naming import unit_word
from jieban.apps.rectification.selectors.plans import revised
from jieban.apps.rectification.selectors.seeing import (
    keeps_round,
    person_of,
    rounds_visible_to,
    task_by_serial,
    tasks_visible_to,
)
from jieban.apps.rectification.selectors.standing import may_sign_for, signer_of, standing_of
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.wording import tidy
from jieban.domain.rectification.due import Due, possible
from jieban.domain.rectification.tasks import MOVES, WORKING, Move, State, decide

TEXT = 4000


def hold_round(actor: Actor, code: str, version: int | None = None) -> Round:
    """The round, its row locked, for whoever keeps it.

    Raises:
        Refused "round.not_found", "actor.not_permitted", "round.changed_meanwhile".
    """
    seen = rounds_visible_to(actor).filter(code=code)
    held = seen.select_related("office").select_for_update(of=("self",)).first()
    if held is None:
        raise Refused("round.not_found", round=code[:32])
    if not keeps_round(actor, held):
        raise Refused("actor.not_permitted", permission="rectification.manage")
    if version is not None and version != held.version:
        raise Refused("round.changed_meanwhile")
    return held


def open_plan(held: Round) -> None:
    """
    Raises:
        Refused "plan.in_approval", "plan.closed": the plan may not be edited now.
    """
    if held.plan_open:
        return
    newest = PlanVersion.objects.filter(round=held).first()
    if newest is not None and newest.state == "in_approval":
        raise Refused("plan.in_approval", version=newest.number)
    raise Refused("plan.closed")


def hold_task(
    actor: Actor,
    code: str,
    serial: int,
    permission: str,
    version: int | None = None,
    *,
    working: bool = False,
) -> Task:
    """The task, its row locked, for one who holds the permission on it.

    To check or to sign, that is a permission on the unit that signs it off. `working`: only while
    it is the units' turn.

    Raises:
        Refused "task.not_found", "task.not_yours", "task.not_the_signer",
            "task.changed_meanwhile", "task.closed".
    """
    seen = task_by_serial(actor, code, serial)
    task = (
        Task.objects.select_for_update(of=("self",))
        .select_related("round__office", "problem", "lead", "area")
        .get(pk=seen.pk)
    )
    actor.demand(permission)
    if permission in ("rectification.check", "rectification.sign"):
        _check_signer(actor, task, permission)
    elif not tasks_visible_to(actor, permission).filter(pk=task.pk).exists():
        raise Refused("task.not_yours", number=serial)
    if task.dropped:
        raise Refused("task.not_found", round=code, number=serial)
    if version is not None and version != task.version:
        raise Refused("task.changed_meanwhile")
    if working and State(task.state) not in WORKING:
        raise Refused("task.closed")
    return task


def _check_signer(actor: Actor, task: Task, permission: str) -> None:
    signer = signer_of(task)
    if may_sign_for(actor, signer, permission):
        return
    barred = standing_of(task).units & person_of(actor).works_for
    if barred:
        raise Refused("task.own_work", units=sorted(barred))
    raise Refused("task.not_the_signer", signer=unit_word(signer))


def check_issued(task: Task) -> None:
    """What a unit is measured by is what was approved, not a revision on its way.

    Raises:
        Refused "task.under_revision".
    """
    if revised(task):
        raise Refused("task.under_revision")


def given_reason(reason: str, limit: int = 500) -> str:
    """A reason that is demanded, as it may be kept.

    Raises:
        Refused "task.reason_missing" and those of `tidy`.
    """
    told = tidy("reason", reason, limit=limit)
    if not told:
        raise Refused("task.reason_missing")
    return told


def happened(day: date | None, at: datetime, *, since: date | None = None) -> date:
    """The day something happened; today where nobody says.

    Raises:
        Refused "rectification.day_impossible", "rectification.day_in_future",
            "rectification.day_too_early": before `since`, the step before.
    """
    today = directory.local_day(at)
    found = possible(day, today=today) or today
    if since is not None and found < since:
        raise Refused("rectification.day_too_early", day=str(found), earlier=str(since))
    return found


def write_due(row: Any, due: Due | None) -> None:
    """Put a due date into the four columns of a task or an item."""
    row.due_kind = due.kind.value if due else ""
    row.due_on = due.on if due else None
    row.due_lasting = due.lasting if due else False
    row.due_words = due.words[:200] if due else ""


def moved(
    task: Task,
    name: str,
    *,
    actor: Actor,
    at: datetime,
    on: date,
    reason: str = "",
    paper: str = "",
) -> Move:
    """Decide a move and write it to the row and its steps; the event is `record_task`'s."""
    standing, person = standing_of(task), person_of(actor)
    made = decide(
        standing, name, by=person, today=directory.local_day(at), reason=reason, paper=paper
    )
    task.state = made.to.value
    Step.objects.create(
        task=task,
        move=name,
        to=made.to.value,
        on=on,
        at=at,
        by=actor.name,
        by_id=actor.id,
        unit=next(iter(sorted(person.works_for)), ""),
        reason=reason[:1000],
    )
    return made


def past_of(name: str) -> str:
    """The kind of event that a move writes."""
    return f"task.{MOVES[name].past}"


def record_round(
    held: Round, kind: str, /, *, actor: Actor, at: datetime, reason: str = "", **body: Any
) -> None:
    """One event of a round, and its row stored with the next version."""
    held.version += 1
    held.save()
    ledger.append("round", held.code, kind, actor=actor, at=at, reason=reason, body=body)


def record_task(
    task: Task, kind: str, /, *, actor: Actor, at: datetime, reason: str = "", **body: Any
) -> None:
    """One event of a task, and its row stored with the next version."""
    task.version += 1
    task.save()
    ledger.append("task", subject_of(task), kind, actor=actor, at=at, reason=reason, body=body)


def subject_of(task: Task) -> str:
    """By what the ledger knows a task: round and number."""
    return f"{task.round.code}/{task.serial}"


def iso(day: date | None) -> str:
    return day.isoformat() if day else ""
