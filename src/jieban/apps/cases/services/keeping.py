"""What every act on a case shares: its row held, its clocks, who sees it, the event."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from jieban.apps.cases.models import (
    Assignment,
    Case,
    CaseNote,
    CaseRequest,
    JointCall,
    JointCallUnit,
    Reach,
)
from jieban.apps.cases.selectors.live import FAR, place_keys, visible_to
from jieban.apps.directory import selectors as directory
from jieban.apps.directory.models import Area, Unit
from jieban.apps.ledger import selectors as ledger_selectors
from jieban.apps.ledger import services as ledger
from jieban.apps.rows import insert_row, update_row
from jieban.domain.actors import Actor
from jieban.domain.cases import lifecycle
from jieban.domain.cases.lifecycle import OPEN, State
from jieban.domain.errors import Refused
from jieban.domain.privacy.redaction import redact
from jieban.domain.rulebook.limits import Limits
from jieban.domain.worktime.clocks import Pause
from jieban.sealing import sealer_of

LONGEST_REASON = 2000


def hold_row(actor: Actor, number: str, permission: str, version: int | None = None) -> Case:
    """The case, its row locked until the transaction ends, so that of two people one is first.

    `version` is what the person was looking at.

    Raises:
        Refused "case.not_found": no such case, or not within the actor's reach.
        Refused "case.changed_meanwhile": somebody acted since; says who did what.
        Refused "case.merged": it is handled with another one.
    """
    case = (
        visible_to(actor, permission).select_for_update(of=("self",)).filter(number=number).first()
    )
    if case is None:
        raise Refused("case.not_found", number=number)
    if version is not None and version != case.version:
        raise Refused("case.changed_meanwhile", number=number, **last_act(number))
    if case.merged_into_id is not None:
        raise Refused("case.merged", number=number)
    return case


def decide_move(case: Case, name: str, reason: str = "") -> lifecycle.Move:
    """As lifecycle.decide; a refusal also says who acted last, for the one who came second."""
    try:
        return lifecycle.decide(State(case.state), name, kind=case.kind, reason=reason)
    except Refused as refused:
        if refused.code != "case.move_not_allowed":
            raise
        raise Refused(
            "case.move_not_allowed", number=case.number, **refused.detail, **last_act(case.number)
        ) from None


def last_act(number: str) -> dict[str, str]:
    """Who did what last, and when: for the person who came second."""
    event = ledger_selectors.events_of("case", number).last()
    if event is None:
        return {"who": "", "did": "", "when": ""}
    return {
        "who": event.actor_name,
        "did": event.kind.partition(".")[2],
        "when": event.happened_at.isoformat(),
    }


def record(
    case: Case,
    kind: str,
    *,
    actor: Actor,
    at: datetime,
    reason: str = "",
    body: dict[str, Any] | None = None,
    first: bool = False,
) -> None:
    """Store the row with its next version and the event together."""
    if first:
        insert_row(case)
    else:
        case.version += 1
        update_row(case)
    ledger.append(
        "case",
        case.number,
        kind,
        actor=actor,
        at=at,
        reason=tidy(reason),
        body=body or {},
        first=first,
    )


def tidy(reason: str) -> str:
    """A reason as it goes into the ledger for good: without anybody's number or flat.

    Raises:
        Refused "case.reason_too_long".
    """
    if len(reason) > LONGEST_REASON:
        raise Refused("case.reason_too_long", limit=LONGEST_REASON)
    return redact(reason.strip())


def keep_note(
    actor: Actor, case: Case, kind: str, text: str, *, at: datetime, unit: int | None = None
) -> int:
    """Seal what was said; the event names the note, never its words."""
    sealer = sealer_of(settings.HOME.keys)
    note = CaseNote.objects.create(
        case=case,
        kind=kind,
        unit_id=unit,
        sealed=sealer.seal(text.strip().encode()),
        at=at,
        by=actor.name,
    )
    return note.pk


# --- clocks -------------------------------------------------------------------------------


def set_clocks(case: Case, *, at: datetime) -> None:
    """Read the clocks of the present pass from what happened, and keep when they run out."""
    limits = directory.rulebook_in_force(case.clock_started_at).limits
    state = State(case.state)
    case.open = state is not State.CLOSED and case.merged_into_id is None
    if state not in OPEN or not case.open:
        case.alarm_at, case.alarm = None, ""
        waits = case.open and case.answered_at is not None
        case.next_at = _call_back_by(case, limits) if waits else FAR
        return
    pauses = _pauses(case)
    limit = limits.answer_for(case.category, case.urgency, case.complexity, case.kind)
    if case.extended_days:
        limit = limits.extended(limit, case.extended_days)
    read = directory.read_limit(limit, case.clock_started_at, at=at, pauses=pauses)
    case.limit_name = limit.name
    case.by_calendar_time = read.warning is not None
    case.due_at = read.reading.due_at
    case.alarm_at, case.alarm = _next_alarm(case, read.reading.next_change_at, limits, at)
    running = [case.due_at]
    if case.contacted_at is None and case.kind == "request":
        contact = directory.read_limit(limits.contact, case.clock_started_at, at=at, pauses=pauses)
        case.contact_due_at = contact.reading.due_at
        running.append(case.contact_due_at)
    case.next_at = min((moment for moment in running if moment is not None), default=FAR)


def _next_alarm(
    case: Case, change_at: datetime | None, limits: Limits, at: datetime
) -> tuple[datetime | None, str]:
    """When the next light comes, and which: amber, red, then who hears of it next."""
    if case.due_at is None:
        return None, ""
    if change_at is not None:
        return change_at, "red" if change_at == case.due_at else "amber"
    for name, after in (
        ("red", timedelta()),
        ("street", limits.escalate_street),
        ("district", limits.escalate_district),
    ):
        if case.due_at + after > at:
            return case.due_at + after, name
    return None, ""


def _call_back_by(case: Case, limits: Limits) -> datetime:
    answered = case.answered_at or case.clock_started_at
    return answered + timedelta(days=limits.followup_days)


def _pauses(case: Case) -> list[Pause]:
    """Spans in which the case was on hold."""
    if not case.holds:
        return []
    held = CaseRequest.objects.filter(case=case, kind="hold", state__in=("granted", "ended"))
    return [
        Pause(decided, ended)
        for decided, ended in held.values_list("decided_at", "ended_at")
        if decided is not None
    ]


# --- who sees it --------------------------------------------------------------------------


def set_reach(case: Case, units: Iterable[Unit] | None = None) -> None:
    """Write from which scopes the case is seen. Without `units` only order and openness changed."""
    if units is None:
        Reach.objects.filter(case=case).update(open=case.open, next_at=case.next_at)
        return
    keys = set(place_keys(case))
    for unit in units:
        keys.update(directory.scope_keys_of_unit(unit))
    Reach.objects.filter(case=case).exclude(key__in=keys).delete()
    Reach.objects.bulk_create(
        [Reach(case=case, key=key, open=case.open, next_at=case.next_at) for key in sorted(keys)],
        update_conflicts=True,
        unique_fields=["case", "key"],
        update_fields=["open", "next_at"],
    )


def begin_reach(case: Case, keys: Sequence[str]) -> None:
    """As `set_reach` for a case that was just taken in: with no unit, and nothing to compare."""
    if not keys:
        return
    marks = ", ".join(["(%s, %s, %s, %s)"] * len(keys))
    next_at = connection.ops.adapt_datetimefield_value(case.next_at)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO cases_reach (case_id, "key", open, next_at) VALUES {marks}',
            [value for key in keys for value in (case.pk, key, case.open, next_at)],
        )


def involved_units(case: Case) -> set[Unit]:
    """Units with a running share in the case, or called to it."""
    shares = Assignment.objects.filter(case=case, ended_at__isnull=True).select_related("unit")
    called = JointCallUnit.objects.filter(
        call__case=case, call__finished_at__isnull=True
    ).select_related("unit")
    return {share.unit for share in shares} | {each.unit for each in called}


def hand_over(gone: Area | Unit, kept: Area | Unit) -> set[int]:
    """What cases say of an entry that is merged into another; the cases it touched.

    Where both units have a share in one pass, the one that stays keeps its own.
    """
    if isinstance(gone, Area):
        cases = Case.objects.filter(area=gone)
        touched = set(cases.values_list("pk", flat=True))
        cases.update(area_id=kept.pk)
        return touched
    assert isinstance(kept, Unit), "merge_pairs joins like with like"
    touched = set()
    for share in Assignment.objects.filter(unit=gone):
        touched.add(share.case_id)
        twin = Assignment.objects.filter(
            case=share.case_id, pass_number=share.pass_number, unit=kept, ended_at__isnull=True
        )
        if share.ended_at is None and twin.exists():
            share.ended_at = share.dispatched_at
        share.unit = kept
        share.save(update_fields=["unit", "ended_at"])
    Case.objects.filter(lead_unit=gone).update(lead_unit=kept)
    for model, field in (
        (CaseRequest, "unit"),
        (CaseNote, "unit"),
        (JointCall, "caller"),
        (JointCallUnit, "unit"),
    ):
        model.objects.filter(**{field: gone}).update(**{field: kept})
    return touched


def next_id() -> int:
    """The id of the next case: known before the row is written, for its number."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT nextval(pg_get_serial_sequence('cases_case', 'id'))")
        else:
            # Under the one writer's lock; cases are never removed, so no id comes twice.
            cursor.execute("SELECT COALESCE(MAX(id), 0) + 1 FROM cases_case")
        return int(cursor.fetchone()[0])
