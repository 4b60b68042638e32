"""Inspection rounds, and a plan's way through its approvals."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.db import transaction

from jieban.apps.directory.selectors.reach import reach_of
from jieban.apps.rectification.models import Approval, PlanVersion, Round
from jieban.apps.rectification.selectors import plans
from jieban.apps.rectification.selectors.naming import unit_named
from jieban.apps.rectification.selectors.seeing import units_in_reach
from jieban.apps.rectification.services.files import kept
from jieban.apps.rectification.services.keeping import (
    given_reason,
    happened,
    hold_round,
    iso,
    open_plan,
    record_round,
)
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.wording import Field, tidy
from jieban.domain.rectification.due import possible
from jieban.domain.rectification.notice import MOST_DAYS
from jieban.domain.rectification.plan import check_complete, decide_step, digest_of

LEVELS = ("central", "municipal", "district")
"""中央, 省(市)级, 区级."""
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_PLACE_CODE = re.compile(r"[A-Z]{2,3}")
_RANGES = {
    "nth": (1, 99),
    "notice_days": (0, MOST_DAYS),
    "stuck_days": (1, 365),
    "report_day": (1, 28),
    "letter_days": (1, 365),
}


@dataclass(frozen=True)
class RoundPlan:
    """What a round is. `office` is the code or name of the unit that keeps and signs off."""

    name: str
    level: str
    nth: int
    office: str
    team: str = ""
    stationed_from: date | None = None
    stationed_to: date | None = None
    feedback_on: date | None = None
    notice_days: int = 5
    stuck_days: int = 30
    report_day: int = 25
    look_back_months: Sequence[int] = (6, 12)
    letter_days: int = 10
    letter_codes: Sequence[str] = ()


@transaction.atomic
def open_round(actor: Actor, code: str, said: RoundPlan, *, at: datetime) -> Round:
    """Begin the register of one inspection.

    Raises:
        Refused "actor.not_permitted", "round.code_bad", "round.code_taken", "round.level_unknown",
            "round.number_out_of_range", "round.days_out_of_order", "round.codes_bad",
            "rectification.unit_not_found", "rectification.day_impossible", those of `tidy`.
    """
    actor.demand("rectification.manage")
    if not _CODE.fullmatch(code):
        raise Refused("round.code_bad", value=code[:40])
    if Round.objects.filter(code=code).exists():
        raise Refused("round.code_taken", taken=code)
    made = Round(code=code, made_at=at, made_by=actor.name)
    _write(actor, made, said)
    record_round(made, "round.opened", actor=actor, at=at, **_body(made))
    return made


@transaction.atomic
def change_round(
    actor: Actor, code: str, said: RoundPlan, *, at: datetime, version: int | None = None
) -> Round:
    """Say differently what a round is; its code stays. Nothing happens where nothing differs.

    Raises:
        Refused "round.not_found", "round.changed_meanwhile" and those of `open_round`.
    """
    held = hold_round(actor, code, version)
    before = _body(held)
    _write(actor, held, said)
    after = _body(held)
    changed = {name: value for name, value in after.items() if value != before[name]}
    if changed:
        record_round(held, "round.changed", actor=actor, at=at, set=changed)
    return held


def _write(actor: Actor, held: Round, said: RoundPlan) -> None:
    if said.level not in LEVELS:
        raise Refused("round.level_unknown", value=said.level[:32], known=list(LEVELS))
    for name, (low, high) in _RANGES.items():
        if not low <= getattr(said, name) <= high:
            raise Refused("round.number_out_of_range", field=Field(name), low=low, high=high)
    months = sorted(set(said.look_back_months))
    if len(months) > 6 or any(not 1 <= month <= 60 for month in months):
        raise Refused("round.number_out_of_range", field=Field("look_back_months"), low=1, high=60)
    for value in said.letter_codes:
        if not _PLACE_CODE.fullmatch(value):
            raise Refused("round.codes_bad", value=value[:20])
    first, last = possible(said.stationed_from), possible(said.stationed_to)
    if first and last and last < first:
        raise Refused("round.days_out_of_order", to=str(last), from_=str(first))
    office = unit_named(said.office)
    reach = reach_of(actor, "rectification.manage")
    if not reach.everywhere and office.pk not in units_in_reach(reach):
        raise Refused("rectification.unit_not_found", unit=said.office[:64])
    held.name = tidy("name", said.name, required=True)
    held.team = tidy("team", said.team)
    held.level, held.nth, held.office = said.level, said.nth, office
    held.stationed_from, held.stationed_to = first, last
    held.feedback_on = possible(said.feedback_on)
    held.look_back_months = months
    held.letter_codes = list(dict.fromkeys(said.letter_codes))
    for name in ("notice_days", "stuck_days", "report_day", "letter_days"):
        setattr(held, name, getattr(said, name))


def _body(held: Round) -> dict[str, Any]:
    body = {each.name: getattr(held, each.name) for each in fields(RoundPlan)}
    body["office"] = held.office.code if held.office_id else ""
    for name in ("stationed_from", "stationed_to", "feedback_on"):
        body[name] = iso(body[name])
    return body


@transaction.atomic
def hand_up(
    actor: Actor, code: str, *, at: datetime, note: str = "", version: int | None = None
) -> PlanVersion:
    """Freeze the plan as its next version and send it on its way; it cannot be edited meanwhile.

    Raises:
        Refused "round.not_found", "round.changed_meanwhile", "plan.in_approval", "plan.closed",
            "plan.empty", "plan.nothing_changed".
        Refused "plan.blanks": with the list of all of them.
    """
    held = hold_round(actor, code, version)
    open_plan(held)
    content = plans.content_of(held)
    check_complete(plans.task_plans(content))
    digest = digest_of(content)
    newest = held.plans.first()
    if newest is not None and newest.digest == digest and newest.state != "sent_back":
        raise Refused("plan.nothing_changed", version=newest.number)
    made = PlanVersion.objects.create(
        round=held,
        number=newest.number + 1 if newest else 1,
        content=content,
        digest=digest,
        state="in_approval",
        note=tidy("note", note, limit=500),
        made_at=at,
        made_by=actor.name,
    )
    held.plan_open = False
    record_round(
        held,
        "round.plan_handed_up",
        actor=actor,
        at=at,
        reason=made.note,
        version=made.number,
        digest=digest,
    )
    return made


@dataclass(frozen=True)
class Meeting:
    """One step of a plan's way as it happened: the day, its paper's number, what was remarked."""

    step: str
    held_on: date | None = None
    paper: str = ""
    remark: str = ""
    file_name: str = ""
    file: bytes = b""


@transaction.atomic
def pass_step(
    actor: Actor, code: str, meeting: Meeting, *, at: datetime, version: int | None = None
) -> Approval:
    """The version on its way passed its next step; with 印发 it is in force.

    Raises:
        Refused "round.not_found", "round.changed_meanwhile", "plan.not_handed_up",
            "plan.step_unknown", "plan.step_out_of_order", "plan.paper_missing",
            "rectification.day_…", "attachment.…".
    """
    held = hold_round(actor, code, version)
    plan = _on_its_way(held)
    decide_step(plans.passed_steps(plan), meeting.step)
    if meeting.step == "issued" and not meeting.paper.strip():
        raise Refused("plan.paper_missing")
    made = _entered(actor, plan, meeting, True, at)
    if meeting.step == "issued":
        held.plans.filter(state="in_force").update(state="replaced")
        plan.state = "in_force"
        plan.save(update_fields=["state"])
    _record_step(held, plan, made, "round.plan_step_passed", actor, at)
    return made


@transaction.atomic
def send_plan_back(
    actor: Actor, code: str, meeting: Meeting, *, at: datetime, version: int | None = None
) -> Approval:
    """The version on its way was sent back at its next step; the plan can be edited again.

    Raises:
        Refused as `pass_step`, and "task.reason_missing": no remark says what is to be changed.
    """
    held = hold_round(actor, code, version)
    plan = _on_its_way(held)
    decide_step(plans.passed_steps(plan), meeting.step)
    if not meeting.remark.strip():
        raise Refused("task.reason_missing")
    made = _entered(actor, plan, meeting, False, at)
    plan.state = "sent_back"
    plan.save(update_fields=["state"])
    held.plan_open = True
    _record_step(held, plan, made, "round.plan_sent_back", actor, at)
    return made


@transaction.atomic
def revise_plan(
    actor: Actor, code: str, *, at: datetime, reason: str, version: int | None = None
) -> Round:
    """Open an issued plan for revision: its tasks can be edited until it is handed up again.

    Work on the tasks goes on; the version in force stays in force until the next is issued.

    Raises:
        Refused "round.not_found", "plan.not_handed_up", "plan.in_approval", "task.reason_missing".
    """
    held = hold_round(actor, code, version)
    told = given_reason(reason)
    newest = held.plans.first()
    if newest is None or held.plan_open:
        raise Refused("plan.not_handed_up")
    if newest.state == "in_approval":
        raise Refused("plan.in_approval", version=newest.number)
    held.plan_open = True
    record_round(held, "round.plan_revised", actor=actor, at=at, reason=told, version=newest.number)
    return held


def _on_its_way(held: Round) -> PlanVersion:
    plan = plans.version_in_approval(held)
    if plan is None:
        raise Refused("plan.not_handed_up")
    return plan


def _entered(
    actor: Actor, plan: PlanVersion, meeting: Meeting, passed: bool, at: datetime
) -> Approval:
    before = plan.approvals.last()
    digest = kept(meeting.file)[1] if meeting.file else ""
    return Approval.objects.create(
        plan=plan,
        step=meeting.step,
        passed=passed,
        held_on=happened(meeting.held_on, at, since=before.held_on if before else None),
        paper=tidy("paper", meeting.paper, limit=100),
        remark=tidy("remark", meeting.remark, limit=500),
        file_name=meeting.file_name[-200:] if digest else "",
        digest=digest,
        made_at=at,
        made_by=actor.name,
    )


def _record_step(
    held: Round, plan: PlanVersion, made: Approval, kind: str, actor: Actor, at: datetime
) -> None:
    record_round(
        held,
        kind,
        actor=actor,
        at=at,
        reason=made.remark,
        version=plan.number,
        step=made.step,
        held_on=iso(made.held_on),
        paper=made.paper,
        digest=made.digest,
    )
