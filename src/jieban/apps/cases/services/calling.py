"""吹哨报到: call units in, report in, visit together, agree tasks, judge each other."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from django.db import transaction

from jieban.apps.cases.models import Case, JointCall, JointCallUnit
from jieban.apps.cases.selectors.live import acting_shares, visible_to
from jieban.apps.cases.services.keeping import (
    hold_row,
    involved_units,
    record,
    set_reach,
    tidy,
)
from jieban.apps.directory import selectors as directory
from jieban.domain.actors import EVERYWHERE, Actor
from jieban.domain.cases import joint_calls
from jieban.domain.errors import Refused


@transaction.atomic
def call_units(
    actor: Actor,
    number: str,
    units: Sequence[str],
    *,
    at: datetime,
    topic: str,
    report_in_by: datetime,
    basis: str = "",
    version: int | None = None,
) -> JointCall:
    """吹哨: call units (codes) to a case; they see it from now on.

    Raises:
        Refused "case.not_found", "case.not_your_share", those of joint_calls.check_call,
            "directory.unknown_unit".
    """
    case = hold_row(actor, number, "case.call_units", version)
    joint_calls.check_call(set(units), topic=topic, report_in_by=report_in_by, at=at)
    shares = acting_shares(actor, case)
    caller = shares[0].unit if shares else case.lead_unit
    if caller is None:
        raise Refused("case.not_your_share", number=number)
    call = JointCall.objects.create(
        case=case,
        caller=caller,
        topic=tidy(topic)[:255],
        basis=tidy(basis)[:255],
        called_at=at,
        called_by=actor.name,
        # A database may not know every displacement that a zone can be written with.
        report_in_by=report_in_by.astimezone(UTC),
    )
    JointCallUnit.objects.bulk_create(
        [
            JointCallUnit(call=call, unit=directory.unit_by_code(code))
            for code in dict.fromkeys(units)
        ]
    )
    record(
        case,
        "case.units_called",
        actor=actor,
        at=at,
        reason=topic,
        body={
            "call": call.pk,
            "caller": caller.code,
            "units": list(dict.fromkeys(units)),
            "report_in_by": report_in_by.isoformat(),
        },
    )
    set_reach(case, involved_units(case))
    return call


@transaction.atomic
def report_in(actor: Actor, call: int, unit: str, *, at: datetime) -> JointCallUnit:
    """报到: a called unit is there.

    Raises:
        Refused "joint_call.not_found", "joint_call.finished", "joint_call.not_called",
            "joint_call.arrived".
    """
    held, case = _held(actor, call, "case.report_in")
    called = _called(held, unit)
    scopes = actor.reach("case.report_in")
    if EVERYWHERE not in scopes and scopes.isdisjoint(directory.scope_keys_of_unit(called.unit)):
        raise Refused("joint_call.not_called", unit=unit)
    if called.arrived_at is not None:
        raise Refused("joint_call.arrived", unit=called.unit.name, who=called.arrived_by)
    called.arrived_at, called.arrived_by = at, actor.name
    called.save(update_fields=["arrived_at", "arrived_by"])
    record(
        case,
        "case.unit_reported_in",
        actor=actor,
        at=at,
        body={"call": call, "unit": unit, "in_time": at <= held.report_in_by},
    )
    return called


@transaction.atomic
def record_joint_visit(
    actor: Actor,
    call: int,
    *,
    at: datetime,
    findings: str,
    tasks: Mapping[str, tuple[str, date | None]] | None = None,
) -> JointCall:
    """联合踏勘: what was found on the spot, and each unit's task (code → words, due day).

    Raises:
        Refused "joint_call.not_found", "joint_call.finished", "joint_call.not_called",
            "case.reason_missing".
    """
    held, case = _held(actor, call, "case.call_units")
    if not findings.strip():
        raise Refused("case.reason_missing")
    given = {code: (tidy(words)[:255], due) for code, (words, due) in (tasks or {}).items()}
    for code, (words, due) in given.items():
        called = _called(held, code)
        called.task, called.task_due_on = words, due
        called.save(update_fields=["task", "task_due_on"])
    held.visited_at, held.findings = at, tidy(findings)
    held.save(update_fields=["visited_at", "findings"])
    record(
        case,
        "case.jointly_visited",
        actor=actor,
        at=at,
        reason=findings,
        body={"call": call, "tasks": {code: words for code, (words, _) in given.items()}},
    )
    return held


@transaction.atomic
def finish_task(actor: Actor, call: int, unit: str, *, at: datetime) -> JointCallUnit:
    """A called unit's task is done.

    Raises:
        Refused "joint_call.not_found", "joint_call.finished", "joint_call.not_called",
            "joint_call.no_task".
    """
    held, case = _held(actor, call, "case.report_in")
    called = _called(held, unit)
    if not called.task or called.task_done_at is not None:
        raise Refused("joint_call.no_task", unit=called.unit.name)
    called.task_done_at = at
    called.save(update_fields=["task_done_at"])
    record(case, "case.task_finished", actor=actor, at=at, body={"call": call, "unit": unit})
    return called


@transaction.atomic
def finish_call(
    actor: Actor,
    call: int,
    *,
    at: datetime,
    ratings: Mapping[str, int],
    reason: str = "",
) -> JointCall:
    """The call is over; the caller rates each unit (code → 1 to 5). The units rate it after.

    Raises:
        Refused "joint_call.not_found", "joint_call.finished", "joint_call.unfinished",
            "joint_call.rating_wrong", "joint_call.not_called".
    """
    held, case = _held(actor, call, "case.call_units")
    called = list(held.units.select_related("unit"))
    joint_calls.check_finish(
        held.finished_at is not None,
        not_arrived=[each.unit.name for each in called if each.arrived_at is None],
        tasks_open=[each.unit.name for each in called if each.task and each.task_done_at is None],
        reason=reason,
    )
    for code, rating in ratings.items():
        joint_calls.check_rating(rating)
        rated = _called(held, code)
        rated.rating_of_unit = rating
        rated.save(update_fields=["rating_of_unit"])
    held.finished_at, held.finished_reason = at, tidy(reason)
    held.save(update_fields=["finished_at", "finished_reason"])
    record(
        case,
        "case.joint_call_finished",
        actor=actor,
        at=at,
        reason=reason,
        body={"call": call, "ratings": dict(ratings)},
    )
    return held


@transaction.atomic
def rate_caller(actor: Actor, call: int, unit: str, rating: int, *, at: datetime) -> JointCallUnit:
    """A called unit says what it thinks of the call, 1 to 5, once.

    Raises:
        Refused "joint_call.not_found", "joint_call.not_called", "joint_call.rating_wrong",
            "joint_call.rated".
    """
    held, case = _held(actor, call, "case.report_in", running=False)
    joint_calls.check_rating(rating)
    called = _called(held, unit)
    if called.rating_of_caller is not None:
        raise Refused("joint_call.rated", unit=called.unit.name)
    called.rating_of_caller = rating
    called.save(update_fields=["rating_of_caller"])
    record(
        case,
        "case.caller_rated",
        actor=actor,
        at=at,
        body={"call": call, "unit": unit, "rating": rating},
    )
    return called


def _held(
    actor: Actor, call: int, permission: str, *, running: bool = True
) -> tuple[JointCall, Case]:
    number = (
        JointCall.objects.filter(pk=call, case__in=visible_to(actor, permission))
        .values_list("case__number", flat=True)
        .first()
    )
    if number is None:
        raise Refused("joint_call.not_found", call=call)
    case = hold_row(actor, number, permission)
    held = JointCall.objects.get(pk=call)
    if running:
        joint_calls.check_open(held.finished_at is not None)
    return held, case


def _called(call: JointCall, unit: str) -> JointCallUnit:
    called = call.units.select_related("unit").filter(unit__code=unit).first()
    if called is None:
        raise Refused("joint_call.not_called", unit=unit)
    return called
