"""What the units of a task do: begin, report, prove, finish items, ask for time, claim."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.db import transaction

from jieban.apps.rectification.models import ActionItem, DueRequest, Evidence, Report, Task
from jieban.apps.rectification.services.files import kept, sealed
from jieban.apps.rectification.services.keeping import (
    TEXT,
    check_issued,
    given_reason,
    happened,
    hold_task,
    iso,
    moved,
    past_of,
    record_task,
)
from jieban.apps.rectification.services.planning import item_of
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.quantities import plain_number
from jieban.domain.practices.wording import tidy
from jieban.domain.rectification.due import possible

HANDLE = "rectification.handle"
MOST_EVIDENCE = 500


@transaction.atomic
def move_on(
    actor: Actor,
    code: str,
    serial: int,
    move: str,
    *,
    at: datetime,
    on: date | None = None,
    reason: str = "",
    version: int | None = None,
) -> Task:
    """One of the units' own moves: start, part, go_on, claim, withdraw.

    Raises:
        Refused "task.not_found", "task.not_yours", "task.changed_meanwhile", those of `decide`
            and "rectification.day_…"; "task.under_revision": claimed by a plan not yet issued.
    """
    task = hold_task(actor, code, serial, HANDLE, version)
    if move not in ("start", "part", "go_on", "claim", "withdraw"):
        raise Refused("actor.not_permitted", permission=HANDLE)
    day = happened(on, at, since=task.started_on)
    told = tidy("reason", reason, limit=1000)
    if move == "claim":
        check_issued(task)
    moved(task, move, actor=actor, at=at, on=day, reason=told)
    if move == "start":
        task.started_on = day
    elif move == "claim":
        task.claimed_on = day
    elif move == "withdraw":
        task.claimed_on = None
    record_task(task, past_of(move), actor=actor, at=at, reason=told, day=iso(day))
    return task


@transaction.atomic
def report(
    actor: Actor,
    code: str,
    serial: int,
    *,
    at: datetime,
    done: str,
    hindered: str = "",
    next_step: str = "",
    on: date | None = None,
) -> Report:
    """Say what was done by a day, what is in the way and what comes next. Begins the task, if
    nobody has.

    Raises:
        Refused "task.not_found", "task.not_yours", "task.closed", "rectification.day_…", those of
            `tidy`.
    """
    task = hold_task(actor, code, serial, HANDLE, working=True)
    day = happened(on, at)
    made = Report.objects.create(
        task=task,
        on=day,
        done=tidy("done", done, limit=TEXT, required=True),
        hindered=tidy("hindered", hindered, limit=TEXT),
        next=tidy("next", next_step, limit=TEXT),
        made_at=at,
        made_by=actor.name,
        made_by_id=actor.id,
    )
    task.last_told_on = max(filter(None, (task.last_told_on, day)))
    record_task(
        task,
        "task.reported",
        actor=actor,
        at=at,
        report=made.pk,
        day=iso(day),
        done=made.done,
        hindered=made.hindered,
        next=made.next,
    )
    if task.state == "not_started":
        _begin(task, actor, at, day)
    return made


def _begin(task: Task, actor: Actor, at: datetime, day: date) -> None:
    moved(task, "start", actor=actor, at=at, on=day)
    task.started_on = day
    record_task(task, "task.started", actor=actor, at=at, day=iso(day))


@transaction.atomic
def strike_report(
    actor: Actor, code: str, serial: int, number: int, *, at: datetime, reason: str
) -> None:
    """Strike out a report of one's own; its row stays.

    Raises:
        Refused "task.entry_not_found", "task.not_yours_to_strike", "task.reason_missing",
            "task.closed".
    """
    task = hold_task(actor, code, serial, HANDLE, working=True)
    told = _strike(task.reports, number, actor, at, reason)
    newest = task.reports.filter(struck_at=None).order_by("-on").first()
    task.last_told_on = newest.on if newest else None
    record_task(task, "task.report_struck", actor=actor, at=at, reason=told, report=number)


@transaction.atomic
def finish_item(
    actor: Actor, code: str, serial: int, item: int, *, at: datetime, on: date | None = None
) -> ActionItem:
    """An action item is done; one to be kept up for good is in place. Nothing happens if it was.

    Raises:
        Refused "task.not_found", "task.not_yours", "task.item_not_found", "task.closed",
            "rectification.day_…".
    """
    task = hold_task(actor, code, serial, HANDLE, working=True)
    held = item_of(task, item)
    if held.done_on is not None:
        return held
    held.done_on = happened(on, at)
    held.done_by, held.done_by_id = actor.name, actor.id
    held.save(update_fields=["done_on", "done_by", "done_by_id"])
    record_task(task, "task.item_done", actor=actor, at=at, item=held.serial, day=iso(held.done_on))
    return held


@transaction.atomic
def unfinish_item(
    actor: Actor, code: str, serial: int, item: int, *, at: datetime, reason: str
) -> ActionItem:
    """An action item is not done after all. Nothing happens if it was not.

    Raises:
        Refused as `finish_item`, and "task.reason_missing".
    """
    task = hold_task(actor, code, serial, HANDLE, working=True)
    held = item_of(task, item)
    told = given_reason(reason)
    if held.done_on is None:
        return held
    held.done_on, held.done_by, held.done_by_id = None, "", ""
    held.save(update_fields=["done_on", "done_by", "done_by_id"])
    record_task(task, "task.item_undone", actor=actor, at=at, reason=told, item=held.serial)
    return held


@dataclass(frozen=True)
class Measured:
    """A measurement: its value as written, its unit, the limit it is compared with."""

    value: str
    unit: str
    limit: str = ""


@transaction.atomic
def add_evidence(
    actor: Actor,
    code: str,
    serial: int,
    what: str,
    *,
    at: datetime,
    on: date | None = None,
    item: int | None = None,
    file_name: str = "",
    file: bytes = b"",
    measured: Measured | None = None,
) -> Evidence:
    """Put in a proof: a photo or a PDF, or a measurement with its unit, or both in one.

    Raises:
        Refused "task.not_found", "task.not_yours", "task.closed", "task.item_not_found",
            "task.measure_missing": neither a file nor value and unit; "task.value_bad",
            "attachment.…", "rectification.day_…".
    """
    task = hold_task(actor, code, serial, HANDLE, working=True)
    if task.evidence.count() >= MOST_EVIDENCE:
        raise Refused("attachment.too_many", limit=MOST_EVIDENCE)
    of = item_of(task, item) if item else None
    value = _value(measured.value) if measured else None
    unit = tidy("unit", measured.unit, limit=20) if measured else ""
    if (value is None) != (not unit) or (value is None and not file):
        raise Refused("task.measure_missing")
    made = Evidence(
        task=task,
        item=of,
        what=tidy("what", what, required=True),
        on=happened(on, at),
        value=value,
        unit=unit,
        limit=tidy("limit", measured.limit, limit=100) if measured else "",
        kind="measurement",
        made_at=at,
        made_by=actor.name,
        made_by_id=actor.id,
    )
    if file:
        clean, made.digest = kept(file)
        made.media_type, made.size = clean.media_type, len(clean.content)
        made.name = sealed(file_name or what)
        if value is None:
            made.kind = "photo" if clean.media_type.startswith("image/") else "document"
    made.save()
    record_task(
        task,
        "task.evidence_added",
        actor=actor,
        at=at,
        evidence=made.pk,
        item=of.serial if of else None,
        entry_kind=made.kind,
        what=made.what,
        day=iso(made.on),
        value=plain_number(value) if value is not None else "",
        unit=made.unit,
        limit=made.limit,
        digest=made.digest,
        media_type=made.media_type,
        size=made.size,
    )
    return made


def _value(said: str) -> Decimal | None:
    words = said.strip().replace("，", "").replace(",", "")
    if not words:
        return None
    try:
        value = Decimal(words)
    except InvalidOperation:
        raise Refused("task.value_bad", value=said[:40]) from None
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -6 or abs(value) >= Decimal(10) ** 12:
        raise Refused("task.value_bad", value=said[:40])
    return value


@transaction.atomic
def strike_evidence(
    actor: Actor, code: str, serial: int, number: int, *, at: datetime, reason: str
) -> None:
    """Strike out a proof of one's own; its row and its digest stay, and its file.

    Raises:
        Refused as `strike_report`.
    """
    task = hold_task(actor, code, serial, HANDLE, working=True)
    told = _strike(task.evidence, number, actor, at, reason)
    record_task(task, "task.evidence_struck", actor=actor, at=at, reason=told, evidence=number)


@transaction.atomic
def ask_due(
    actor: Actor, code: str, serial: int, wanted: date, *, at: datetime, reason: str
) -> DueRequest:
    """Ask for another due day; until it is decided the old one stands.

    Raises:
        Refused "task.not_found", "task.not_yours", "task.closed", "task.due_has_no_day",
            "task.due_same", "task.due_request_open", "task.reason_missing".
    """
    task = hold_task(actor, code, serial, HANDLE, working=True)
    told = given_reason(reason, 1000)
    if task.due_on is None:
        raise Refused("task.due_has_no_day")
    if possible(wanted) == task.due_on:
        raise Refused("task.due_same")
    if task.due_requests.filter(granted=None).exists():
        raise Refused("task.due_request_open")
    made = DueRequest.objects.create(
        task=task,
        wanted=wanted,
        reason=told,
        asked_at=at,
        asked_by=actor.name,
        asked_by_id=actor.id,
    )
    record_task(
        task, "task.due_asked", actor=actor, at=at, reason=told, request=made.pk, wanted=iso(wanted)
    )
    return made


def _strike(rows: object, number: int, actor: Actor, at: datetime, reason: str) -> str:
    """Strike the row out; the reason as it is kept."""
    told = given_reason(reason)
    held = rows.filter(pk=number, struck_at=None).first()  # type: ignore[attr-defined]
    if held is None:
        raise Refused("task.entry_not_found")
    if held.made_by_id != actor.id:
        raise Refused("task.not_yours_to_strike")
    held.struck_at, held.struck_because = at, told
    held.save(update_fields=["struck_at", "struck_because"])
    return told
