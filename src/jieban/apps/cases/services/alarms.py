"""Reminders and escalation: what the clocks do by themselves, each once.

Called by the tick. A case whose next light has come gets one event that says which; the row
and the event are stored together and the row names the next light, so that two ticks, or a
tick that died half-way, never act twice.
"""

from datetime import datetime

from django.db import transaction

from jieban.apps.cases.models import Case, CaseRequest
from jieban.apps.cases.services.keeping import record, set_clocks, set_reach
from jieban.domain.actors import SYSTEM
from jieban.domain.cases.lifecycle import OPEN, State

BATCH = 200


def ring_alarms(at: datetime) -> int:
    """Write a reminder for every light that came; how many."""
    rung, last = 0, 0
    due = Case.objects.filter(alarm_at__lte=at).order_by("pk")
    while numbers := list(due.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        rung += sum(_ring(number, at) for number in numbers)
        last = numbers[-1]
    return rung


@transaction.atomic
def _ring(number: int, at: datetime) -> int:
    case = Case.objects.select_for_update(of=("self",)).filter(pk=number).first()
    if case is None or case.alarm_at is None or case.alarm_at > at:
        return 0
    came, light = case.alarm_at, case.alarm
    set_clocks(case, at=at)
    if State(case.state) not in OPEN or case.held or case.due_at is None:
        case.alarm_at, case.alarm = None, ""
        case.save(update_fields=["alarm_at", "alarm"])
        return 0
    record(
        case,
        "case.reminded",
        actor=SYSTEM,
        at=at,
        body={
            "light": light,
            "came_at": came.isoformat(),
            "due_at": case.due_at.isoformat(),
            "unit": case.lead_unit.code if case.lead_unit else "",
        },
    )
    set_reach(case)
    return 1


def ask_hold_reviews(at: datetime) -> int:
    """Holds whose review day has come: one event each. Returns how many."""
    due = CaseRequest.objects.filter(
        kind="hold", state="granted", review_on__lte=at.date()
    ).values_list("pk", flat=True)
    return sum(_ask_review(pk, at) for pk in list(due[:BATCH]))


@transaction.atomic
def _ask_review(pk: int, at: datetime) -> int:
    hold = CaseRequest.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if hold is None or hold.state != "granted" or hold.review_on is None:
        return 0
    case = Case.objects.select_for_update(of=("self",)).get(pk=hold.case_id)
    day = hold.review_on
    hold.review_on = None
    hold.save(update_fields=["review_on"])
    record(
        case,
        "case.hold_review_due",
        actor=SYSTEM,
        at=at,
        body={"request": hold.pk, "day": day.isoformat()},
    )
    return 1
