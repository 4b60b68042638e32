"""From a claim to a sign-off that means something: check, notice, objections, sign-off, look back.

Every act here is bound by the table of moves: nobody makes it for a unit they work for, nor for
a task they worked on, and whoever checked does not sign.
"""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from jieban.apps.directory import selectors as directory
from jieban.apps.rectification.models import Check, DueRequest, LookBack, Objection, Task
from jieban.apps.rectification.selectors.seeing import person_of
from jieban.apps.rectification.selectors.standing import standing_of
from jieban.apps.rectification.services.keeping import (
    TEXT,
    check_issued,
    happened,
    hold_task,
    iso,
    moved,
    past_of,
    record_task,
)
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.wording import tidy
from jieban.domain.rectification.notice import last_day
from jieban.domain.rectification.tasks import FALSITIES, State, check_answers, check_independent
from jieban.domain.terms.calendar import add_months

CHECK, SIGN, MANAGE = "rectification.check", "rectification.sign", "rectification.manage"


@transaction.atomic
def check(
    actor: Actor,
    code: str,
    serial: int,
    answers: Mapping[str, str],
    *,
    at: datetime,
    on: date | None = None,
    remark: str = "",
    version: int | None = None,
) -> Check:
    """The look on the spot passed: each of the five points is answered, none with no.

    Raises:
        Refused "task.not_found", "task.not_the_signer", "task.own_work", "task.worked_on_it",
            "task.answer_…", "task.check_not_passed", "task.move_not_allowed",
            "rectification.day_…".
    """
    task = hold_task(actor, code, serial, CHECK, version)
    told = check_answers(answers, passed=True)
    day = happened(on, at, since=task.claimed_on)
    words = tidy("remark", remark, limit=TEXT)
    moved(task, "check", actor=actor, at=at, on=day, reason=words)
    made = _looked(task, actor, at, day, told, words, passed=True)
    task.checked_on = day
    record_task(
        task, past_of("check"), actor=actor, at=at, day=iso(day), answers=told, remark=words
    )
    return made


@transaction.atomic
def send_back(
    actor: Actor,
    code: str,
    serial: int,
    *,
    at: datetime,
    reason: str,
    answers: Mapping[str, str] | None = None,
    on: date | None = None,
    version: int | None = None,
) -> Task:
    """What was claimed is not so: back to the units, with a reason.

    Raises:
        Refused as `check`, and "task.reason_missing".
    """
    task = hold_task(actor, code, serial, CHECK, version)
    told = check_answers(answers, passed=False) if answers else {}
    day = happened(on, at, since=task.claimed_on)
    words = tidy("reason", reason, limit=1000)
    moved(task, "send_back", actor=actor, at=at, on=day, reason=words)
    _looked(task, actor, at, day, told, words, passed=False)
    _begin_again(task)
    record_task(
        task, past_of("send_back"), actor=actor, at=at, reason=words, day=iso(day), answers=told
    )
    return task


@transaction.atomic
def announce(
    actor: Actor,
    code: str,
    serial: int,
    *,
    at: datetime,
    where: str,
    on: date | None = None,
    version: int | None = None,
) -> Task:
    """The public notice begins; it runs the round's working days from the day after.

    In a year whose holidays are not known yet, Monday to Friday are taken for working days.

    Raises:
        Refused "task.not_found", "task.not_yours", "task.no_notice_here", "task.move_not_allowed",
            "rectification.day_…".
    """
    task = hold_task(actor, code, serial, MANAGE, version)
    day = happened(on, at, since=task.checked_on)
    place = tidy("where", where, required=True)
    moved(task, "announce", actor=actor, at=at, on=day)
    task.notice_from = day
    task.notice_until = last_day(day, task.round.notice_days, _is_workday)
    task.notice_where = place
    record_task(
        task,
        past_of("announce"),
        actor=actor,
        at=at,
        day=iso(day),
        until=iso(task.notice_until),
        where=place,
    )
    return task


def _is_workday(day: date) -> bool:
    try:
        return directory.work_calendar().is_workday(day)
    except Refused:
        return day.weekday() < 5


@transaction.atomic
def enter_objection(
    actor: Actor, code: str, serial: int, text: str, *, at: datetime, on: date | None = None
) -> Objection:
    """Somebody objects to the sign-off during the notice: what they say, never who they are.

    Raises:
        Refused "task.not_found", "task.not_yours", "task.move_not_allowed": there is no notice;
            "rectification.day_…", those of `tidy`.
    """
    task = hold_task(actor, code, serial, MANAGE)
    if State(task.state) is not State.ON_NOTICE:
        raise Refused("task.move_not_allowed", state=task.state, move="enter_objection", allowed=[])
    day = happened(on, at, since=task.notice_from)
    words = tidy("text", text, limit=TEXT, required=True)
    made = Objection.objects.create(
        task=task, received_on=day, text=words, made_at=at, made_by=actor.name
    )
    record_task(
        task,
        "task.objection_entered",
        actor=actor,
        at=at,
        objection=made.pk,
        day=iso(day),
        text=words,
    )
    return made


@transaction.atomic
def answer_objection(
    actor: Actor,
    code: str,
    serial: int,
    objection: int,
    answer: str,
    *,
    at: datetime,
    upheld: bool,
) -> Objection:
    """Decide an objection. One that holds sends the task back to its units.

    Raises:
        Refused "task.not_found", "task.entry_not_found", "task.own_work", "task.worked_on_it",
            "task.move_not_allowed", those of `tidy`.
    """
    task = hold_task(actor, code, serial, CHECK)
    held = task.objections.filter(pk=objection, upheld=None).first()
    if held is None:
        raise Refused("task.entry_not_found")
    words = tidy("answer", answer, limit=TEXT, required=True)
    check_independent(standing_of(task), person_of(actor))
    held.upheld, held.answer = upheld, words
    held.decided_at, held.decided_by = at, actor.name
    if upheld:
        day = directory.local_day(at)
        moved(task, "uphold", actor=actor, at=at, on=day, reason=words)
        _begin_again(task)
        kind, body = past_of("uphold"), {"day": iso(day)}
    else:
        kind, body = "task.objection_answered", {}
    held.save()
    record_task(task, kind, actor=actor, at=at, objection=held.pk, text=words, **body)
    return held


@transaction.atomic
def sign_off(
    actor: Actor,
    code: str,
    serial: int,
    *,
    at: datetime,
    on: date | None = None,
    paper: str = "",
    record_number: str = "",
    version: int | None = None,
) -> Task:
    """销号: the task counts as done. `record_number` is its number on record 备案, if there is one.

    Raises:
        Refused "task.not_found", "task.not_the_signer" and those of `decide`.
    """
    task = hold_task(actor, code, serial, SIGN, version)
    day = happened(on, at, since=task.checked_on)
    if task.notice_until is not None and on is not None and day <= task.notice_until:
        raise Refused("task.notice_runs", until=str(task.notice_until))
    _sign(task, "sign", actor, at, day, paper, record_number, "")
    return task


@transaction.atomic
def take_over(
    actor: Actor,
    code: str,
    serial: int,
    *,
    at: datetime,
    on: date,
    paper: str,
    reason: str,
    record_number: str = "",
) -> Task:
    """Enter a sign-off that was made elsewhere or before this register, on the paper that says so.

    Only for tasks that an imported plan says are done, or that an office outside signs off.

    Raises:
        Refused "task.not_said_done", "task.brought_it_in", "task.paper_missing",
            "task.reason_missing", "task.under_revision" and those of `sign_off`.
    """
    task = hold_task(actor, code, serial, SIGN)
    if not task.closer and not task.said_done:
        raise Refused("task.not_said_done", number=serial)
    check_issued(task)
    day = happened(on, at)
    _sign(task, "take_over", actor, at, day, paper, record_number, reason)
    return task


def _sign(
    task: Task,
    move: str,
    actor: Actor,
    at: datetime,
    day: date,
    paper: str,
    record_number: str,
    reason: str,
) -> None:
    words = tidy("paper", paper, limit=100)
    record = tidy("record", record_number, limit=100)
    told = tidy("reason", reason, limit=1000)
    signer = standing_of(task).signer
    moved(task, move, actor=actor, at=at, on=day, reason=told, paper=words)
    task.signed_on, task.signed_by, task.signed_unit = day, actor.name, signer
    task.paper, task.record_number, task.falsity = words, record, ""
    LookBack.objects.bulk_create(
        LookBack(task=task, months=months, due_on=add_months(day, months))
        for months in task.round.look_back_months
    )
    record_task(
        task,
        past_of(move),
        actor=actor,
        at=at,
        reason=told,
        day=iso(day),
        unit=signer,
        paper=words,
        record=record,
        look_backs=list(task.round.look_back_months),
    )


@transaction.atomic
def enter_record(actor: Actor, code: str, serial: int, number: str, *, at: datetime) -> Task:
    """The number under which a sign-off was put on record 备案.

    Raises:
        Refused "task.not_found", "task.not_yours", "task.move_not_allowed": not signed off.
    """
    task = hold_task(actor, code, serial, MANAGE)
    words = tidy("record", number, limit=100, required=True)
    if State(task.state) is not State.SIGNED_OFF:
        raise Refused("task.move_not_allowed", state=task.state, move="enter_record", allowed=[])
    if words != task.record_number:
        task.record_number = words
        record_task(task, "task.record_entered", actor=actor, at=at, record=words)
    return task


@transaction.atomic
def reopen(
    actor: Actor,
    code: str,
    serial: int,
    *,
    at: datetime,
    reason: str,
    falsity: str = "",
    version: int | None = None,
) -> Task:
    """Back to the units, from anywhere after the claim; `falsity` says that it was a false, a
    superficial or a perfunctory rectification.

    Raises:
        Refused "task.falsity_unknown", "task.reason_missing" and those of `check`.
    """
    task = hold_task(actor, code, serial, CHECK, version)
    if falsity and falsity not in FALSITIES:
        raise Refused("task.falsity_unknown", value=falsity[:32], known=list(FALSITIES))
    day = directory.local_day(at)
    told = tidy("reason", reason, limit=1000)
    moved(task, "reopen", actor=actor, at=at, on=day, reason=told)
    _begin_again(task)
    task.falsity = falsity
    record_task(
        task, past_of("reopen"), actor=actor, at=at, reason=told, day=iso(day), falsity=falsity
    )
    return task


@transaction.atomic
def decide_due(
    actor: Actor,
    code: str,
    serial: int,
    *,
    at: datetime,
    granted: bool,
    answer: str = "",
    paper: str = "",
) -> DueRequest:
    """Grant or refuse another due day; to grant it, the paper of consent is named.

    Raises:
        Refused "task.due_request_not_found", "task.own_request", "task.paper_missing",
            "task.reason_missing": refused without a word why.
    """
    task = hold_task(actor, code, serial, CHECK)
    held = task.due_requests.filter(granted=None).first()
    if held is None:
        raise Refused("task.due_request_not_found")
    own = standing_of(task).units & person_of(actor).works_for
    if held.asked_by_id == actor.id or own:
        raise Refused("task.own_request")
    held.answer = tidy("answer", answer, limit=500)
    held.paper = tidy("paper", paper, limit=100)
    if granted and not held.paper:
        raise Refused("task.paper_missing")
    if not granted and not held.answer:
        raise Refused("task.reason_missing")
    held.granted, held.decided_at, held.decided_by = granted, at, actor.name
    held.save()
    if granted:
        task.due_on = held.wanted
        record_task(
            task,
            "task.due_granted",
            actor=actor,
            at=at,
            reason=held.answer,
            request=held.pk,
            wanted=iso(held.wanted),
            paper=held.paper,
        )
    else:
        record_task(
            task,
            "task.due_refused",
            actor=actor,
            at=at,
            reason=held.answer,
            request=held.pk,
            paper=held.paper,
        )
    return held


@transaction.atomic
def look_back(
    actor: Actor,
    code: str,
    serial: int,
    months: int,
    *,
    at: datetime,
    held: bool,
    text: str,
    on: date | None = None,
) -> LookBack:
    """Whether a sign-off held, so many months later. What did not hold is reopened by its own act.

    Raises:
        Refused "task.not_found", "task.look_back_not_found", "task.own_work",
            "task.worked_on_it", "rectification.day_…", those of `tidy`.
    """
    task = hold_task(actor, code, serial, CHECK)
    found = task.look_backs.filter(months=months, done_on=None, dropped=False).first()
    if found is None:
        raise Refused("task.look_back_not_found")
    check_independent(standing_of(task), person_of(actor))
    found.done_on = happened(on, at, since=task.signed_on)
    found.held, found.by = held, actor.name
    found.text = tidy("text", text, limit=TEXT, required=True)
    found.save()
    record_task(
        task,
        "task.looked_back",
        actor=actor,
        at=at,
        months=months,
        day=iso(found.done_on),
        held=held,
        text=found.text,
    )
    return found


def _looked(
    task: Task,
    actor: Actor,
    at: datetime,
    day: date,
    answers: dict[str, str],
    remark: str,
    *,
    passed: bool,
) -> Check:
    return Check.objects.create(
        task=task,
        on=day,
        passed=passed,
        answers=answers,
        remark=remark,
        at=at,
        by=actor.name,
        by_id=actor.id,
    )


def _begin_again(task: Task) -> None:
    """What was claimed, checked and signed before counts no more; its rows stay."""
    task.claimed_on = task.checked_on = task.signed_on = None
    task.notice_from = task.notice_until = None
    task.notice_where = task.signed_by = task.signed_unit = task.paper = task.record_number = ""
    task.checks.update(stands=False)
    task.look_backs.filter(done_on=None).update(dropped=True)
