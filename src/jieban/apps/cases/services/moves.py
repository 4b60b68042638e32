"""The moves of a case, from dispatch to closing: lock, decide, store, append."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from jieban.apps.cases.models import Assignment, Case
from jieban.apps.cases.selectors.live import acting_shares
from jieban.apps.cases.services.keeping import (
    decide_move,
    hold_row,
    involved_units,
    keep_note,
    record,
    set_clocks,
    set_reach,
)
from jieban.apps.directory import selectors as directory
from jieban.domain.actors import Actor
from jieban.domain.cases.lifecycle import State
from jieban.domain.errors import Refused

CONTACT_METHODS = ("phone", "visit", "message")


@transaction.atomic
def dispatch_case(
    actor: Actor,
    number: str,
    lead: str,
    *,
    at: datetime,
    dual: Sequence[str] = (),
    joint: Sequence[str] = (),
    reason: str = "",
    version: int | None = None,
) -> Case:
    """派单: send a case to the unit `lead`, to `dual` units scored beside it, to `joint` helpers.

    All are unit codes. Of lead and dual units the first to accept leads. A case that went up
    to the district is dispatched only by who decides there.

    Raises:
        Refused "case.not_found", "case.changed_meanwhile", "case.move_not_allowed",
            "case.went_up", "case.unit_twice", "directory.unknown_unit".
    """
    case = hold_row(actor, number, "case.dispatch", version)
    move = decide_move(case, "dispatch")
    if case.gone_up and not actor.may("case.decide"):
        raise Refused("case.went_up", number=number, returns=case.returns)
    shares = assign(case, lead, dual, joint, at=at)
    case.state = move.to.value
    set_clocks(case, at=at)
    record(
        case,
        "case.dispatched",
        actor=actor,
        at=at,
        reason=reason,
        body={"lead": lead, "dual": list(dual), "joint": list(joint), "pass": case.passes},
    )
    set_reach(case, {share.unit for share in shares})
    return case


def assign(
    case: Case, lead: str, dual: Sequence[str], joint: Sequence[str], *, at: datetime
) -> list[Assignment]:
    """Give the case its shares of the present pass; the lead unit is set on the row."""
    wanted = [(lead, "lead"), *((code, "dual") for code in dual), *((c, "joint") for c in joint)]
    codes = [code for code, _ in wanted]
    if len(set(codes)) != len(codes):
        raise Refused("case.unit_twice", units=sorted({c for c in codes if codes.count(c) > 1}))
    shares = [
        Assignment(
            case=case,
            unit=directory.unit_by_code(code),
            role=role,
            pass_number=case.passes,
            dispatched_at=at,
        )
        for code, role in wanted
    ]
    Assignment.objects.bulk_create(shares)
    case.lead_unit = shares[0].unit
    return shares


@transaction.atomic
def accept_case(
    actor: Actor, number: str, *, at: datetime, unit: str = "", version: int | None = None
) -> Case:
    """签收: a unit takes its share. The first of lead and dual units to accept leads.

    Raises:
        Refused "case.not_found", "case.changed_meanwhile", "case.move_not_allowed",
            "case.share_unclear", "case.share_accepted".
    """
    case = hold_row(actor, number, "case.handle", version)
    share = _share(actor, case, unit, "accept")
    if share.accepted_at is not None:
        raise Refused("case.share_accepted", unit=share.unit.name, who=share.accepted_by)
    leads = share.role != "joint" and case.state == State.DISPATCHED
    if leads:
        case.state = decide_move(case, "accept").to.value
        if share.role == "dual":
            _lead_by(case, share)
    elif case.state not in (State.DISPATCHED, State.ACCEPTED):
        decide_move(case, "accept")
    share.accepted_at, share.accepted_by = at, actor.name
    share.save(update_fields=["accepted_at", "accepted_by", "role"])
    set_clocks(case, at=at)
    record(
        case,
        "case.accepted" if leads else "case.share_accepted",
        actor=actor,
        at=at,
        body={"unit": share.unit.code, "role": share.role, "pass": case.passes},
    )
    set_reach(case)
    return case


def _lead_by(case: Case, share: Assignment) -> None:
    """The first to accept leads: the two change roles."""
    Assignment.objects.filter(
        case=case, pass_number=case.passes, role="lead", ended_at__isnull=True
    ).update(role="dual")
    share.role = "lead"
    case.lead_unit = share.unit


@transaction.atomic
def change_lead(
    actor: Actor, number: str, unit: str, *, at: datetime, reason: str, version: int | None = None
) -> Case:
    """变更主办: another unit of the same dispatch leads from now on; recorded, with a reason.

    Raises:
        Refused "case.not_found", "case.changed_meanwhile", "case.reason_missing",
            "case.no_such_share", "case.leads_already".
    """
    case = hold_row(actor, number, "case.dispatch", version)
    if not reason.strip():
        raise Refused("case.reason_missing")
    share = (
        Assignment.objects.select_related("unit")
        .filter(case=case, pass_number=case.passes, ended_at__isnull=True, unit__code=unit)
        .first()
    )
    if share is None:
        raise Refused("case.no_such_share", unit=unit)
    if share.role == "lead":
        raise Refused("case.leads_already", unit=share.unit.name)
    before = case.lead_unit.code if case.lead_unit else ""
    _lead_by(case, share)
    share.save(update_fields=["role"])
    # The state follows the lead.
    if case.state == State.ACCEPTED and share.accepted_at is None:
        case.state = State.DISPATCHED.value
    elif case.state == State.DISPATCHED and share.accepted_at is not None:
        case.state = State.ACCEPTED.value
    set_clocks(case, at=at)
    record(
        case,
        "case.lead_changed",
        actor=actor,
        at=at,
        reason=reason,
        body={"before": before, "after": unit, "state": case.state},
    )
    set_reach(case)
    return case


@transaction.atomic
def return_case(
    actor: Actor,
    number: str,
    *,
    at: datetime,
    reason: str,
    unit: str = "",
    version: int | None = None,
) -> Case:
    """退单: the lead sends the case back; another unit only gives its own share back.

    Returns are counted and chained; past the rulebook's limit the case goes up to the
    district (问题工单).

    Raises:
        Refused "case.not_found", "case.changed_meanwhile", "case.move_not_allowed",
            "case.reason_missing", "case.share_unclear".
    """
    case = hold_row(actor, number, "case.handle", version)
    share = _share(actor, case, unit, "return")
    move = decide_move(case, "return", reason)
    if share.role != "lead":
        share.ended_at, share.sent_back = at, True
        share.save(update_fields=["ended_at", "sent_back"])
        record(
            case,
            "case.share_returned",
            actor=actor,
            at=at,
            reason=reason,
            body={"unit": share.unit.code, "role": share.role, "pass": case.passes},
        )
        set_reach(case, involved_units(case))
        return case
    return send_back(case, share.unit.code, move.to, actor=actor, at=at, reason=reason)


def send_back(case: Case, unit: str, to: State, *, actor: Actor, at: datetime, reason: str) -> Case:
    """End the shares of the pass and put the case back among those to dispatch."""
    running = Assignment.objects.filter(case=case, ended_at__isnull=True)
    running.update(ended_at=at, sent_back=True)
    case.state = to.value
    case.returns += 1
    case.lead_unit = None
    limits = directory.rulebook_in_force(at).limits
    goes_up = not case.gone_up and limits.goes_up(case.returns)
    case.gone_up = case.gone_up or goes_up
    set_clocks(case, at=at)
    record(
        case,
        "case.returned",
        actor=actor,
        at=at,
        reason=reason,
        body={"unit": unit, "returns": case.returns, "gone_up": case.gone_up},
    )
    set_reach(case, involved_units(case))
    return case


@transaction.atomic
def record_contact(
    actor: Actor,
    number: str,
    *,
    at: datetime,
    method: str = "phone",
    reached: bool = True,
    note: str = "",
    unit: str = "",
    version: int | None = None,
) -> Case:
    """联系: the unit spoke with the resident, or tried to. The first real contact stops clock one.

    Raises:
        Refused "case.not_found", "case.changed_meanwhile", "case.contact_not_now",
            "case.word_unknown", "case.share_unclear".
    """
    case = hold_row(actor, number, "case.handle", version)
    if case.state not in (State.DISPATCHED, State.ACCEPTED):
        raise Refused("case.contact_not_now", state=case.state)
    if method not in CONTACT_METHODS:
        raise Refused(
            "case.word_unknown", field="method", value=method, known=list(CONTACT_METHODS)
        )
    share = _share(actor, case, unit, "contact")
    if reached:
        case.contacted_at = case.contacted_at or at
        share.contacted_at = share.contacted_at or at
        share.save(update_fields=["contacted_at"])
    kept = keep_note(actor, case, "contact", note, at=at, unit=share.unit_id) if note else 0
    set_clocks(case, at=at)
    record(
        case,
        "case.contacted" if reached else "case.contact_tried",
        actor=actor,
        at=at,
        body={"unit": share.unit.code, "method": method, "note": kept},
    )
    set_reach(case)
    return case


@transaction.atomic
def answer_case(
    actor: Actor,
    number: str,
    *,
    at: datetime,
    text: str,
    unit: str = "",
    version: int | None = None,
) -> Case:
    """办结答复: a unit says it is done. The case is answered when its lead is.

    Raises:
        Refused "case.not_found", "case.changed_meanwhile", "case.move_not_allowed",
            "case.answer_missing", "case.share_unclear", "case.held", "case.share_not_accepted".
    """
    case = hold_row(actor, number, "case.handle", version)
    if not text.strip():
        raise Refused("case.answer_missing")
    if case.held:
        raise Refused("case.held", number=number)
    share = _share(actor, case, unit, "answer")
    leads = share.role == "lead"
    if leads:
        move = decide_move(case, "answer")
        case.state, case.answered_at = move.to.value, at
    elif share.accepted_at is None:
        raise Refused("case.share_not_accepted", unit=share.unit.name)
    share.answered_at, share.due_at = at, case.due_at
    share.save(update_fields=["answered_at", "due_at"])
    note = keep_note(actor, case, "answer", text, at=at, unit=share.unit_id)
    set_clocks(case, at=at)
    record(
        case,
        "case.answered" if leads else "case.share_answered",
        actor=actor,
        at=at,
        body={"unit": share.unit.code, "role": share.role, "pass": case.passes, "note": note},
    )
    set_reach(case)
    return case


@transaction.atomic
def reply_enquiry(
    actor: Actor, number: str, *, at: datetime, text: str, version: int | None = None
) -> Case:
    """答复咨询: an enquiry is answered by who took it in.

    Raises:
        Refused "case.not_found", "case.changed_meanwhile", "case.move_not_allowed",
            "case.answer_missing".
    """
    case = hold_row(actor, number, "case.receive", version)
    if not text.strip():
        raise Refused("case.answer_missing")
    case.state, case.answered_at = decide_move(case, "reply").to.value, at
    note = keep_note(actor, case, "answer", text, at=at)
    set_clocks(case, at=at)
    record(case, "case.replied", actor=actor, at=at, body={"note": note})
    set_reach(case)
    return case


@transaction.atomic
def decline_case(
    actor: Actor,
    number: str,
    *,
    at: datetime,
    reason: str,
    instead: str,
    version: int | None = None,
) -> Case:
    """不予受理: a case that may not be taken is closed with its ground and where to go instead.

    Raises:
        Refused "case.not_found", "case.changed_meanwhile", "case.move_not_allowed",
            "case.reason_missing", "case.instead_missing".
    """
    case = hold_row(actor, number, "case.close", version)
    if not instead.strip():
        raise Refused("case.instead_missing")
    case.state, case.closed_at = decide_move(case, "decline", reason).to.value, at
    set_clocks(case, at=at)
    record(
        case, "case.declined", actor=actor, at=at, reason=reason, body={"instead": instead[:255]}
    )
    set_reach(case)
    return case


@transaction.atomic
def close_case(
    actor: Actor, number: str, *, at: datetime, reason: str = "", version: int | None = None
) -> Case:
    """归档: the end of the line, after the call back.

    Raises:
        Refused "case.not_found", "case.changed_meanwhile", "case.move_not_allowed".
    """
    case = hold_row(actor, number, "case.close", version)
    case.state, case.closed_at = decide_move(case, "close").to.value, at
    set_clocks(case, at=at)
    record(case, "case.closed", actor=actor, at=at, reason=reason)
    set_reach(case)
    return case


@transaction.atomic
def reopen_case(
    actor: Actor, number: str, *, at: datetime, reason: str, version: int | None = None
) -> Case:
    """重办: back to the same units with its count; both clocks begin anew.

    An enquiry that nobody handled goes back to those to be dispatched as a request.

    Raises:
        Refused "case.not_found", "case.changed_meanwhile", "case.move_not_allowed",
            "case.reason_missing", "case.never_dispatched".
    """
    case = hold_row(actor, number, "case.reopen", version)
    return reopen(actor, case, at=at, reason=reason)


def reopen(actor: Actor, case: Case, *, at: datetime, reason: str) -> Case:
    """As `reopen_case`, on a row that is held already: for the follow-up's rule."""
    move = decide_move(case, "reopen", reason)
    last = Assignment.objects.filter(case=case, pass_number=case.passes, ended_at__isnull=True)
    before = list(last.select_related("unit"))
    if not before:
        raise Refused("case.never_dispatched", number=case.number)
    last.update(ended_at=at)
    case.passes += 1
    case.state = move.to.value
    case.clock_started_at, case.extended_days = at, 0
    case.contacted_at = case.answered_at = case.closed_at = None
    ordered = sorted(before, key=lambda share: ("lead", "dual", "joint").index(share.role))
    by_role = {
        role: [share.unit.code for share in ordered if share.role == role]
        for role in ("lead", "dual", "joint")
    }
    shares = assign(case, by_role["lead"][0], by_role["dual"], by_role["joint"], at=at)
    set_clocks(case, at=at)
    record(
        case,
        "case.reopened",
        actor=actor,
        at=at,
        reason=reason,
        body={"pass": case.passes, **by_role},
    )
    set_reach(case, {share.unit for share in shares})
    return case


def _share(actor: Actor, case: Case, unit: str, act: str) -> Assignment:
    """The running share the actor acts for: the one named, else the only one.

    Raises:
        Refused "case.move_not_allowed" where nobody has a share now.
        Refused "case.no_such_share", "case.share_unclear".
    """
    shares = acting_shares(actor, case)
    if unit:
        shares = [share for share in shares if share.unit.code == unit]
        if not shares:
            raise Refused("case.no_such_share", unit=unit)
    if len(shares) > 1:
        leading = [share for share in shares if share.role == "lead"]
        if len(leading) != 1:
            raise Refused("case.share_unclear", units=[share.unit.name for share in shares])
        shares = leading
    if not shares:
        if act in ("accept", "return", "answer"):
            decide_move(case, act, "-")
        raise Refused("case.not_your_share", number=case.number)
    return shares[0]
