"""Reminders and escalation: what the clock does by itself, each once.

Thirty, seven and one day before the last day one event says so. On the last day the review opens.
From the day after, every day without a decision is one event, until there is one.
"""

from datetime import date, datetime

from django.db import transaction

from jieban.apps.terms.models import Term
from jieban.apps.terms.selectors.seeing import clock_on, today_at
from jieban.apps.terms.services.deciding import begin_review
from jieban.apps.terms.services.keeping import lock, record
from jieban.domain.actors import SYSTEM
from jieban.domain.terms.calendar import Clock
from jieban.domain.terms.lifecycle import RUNNING


def ring_clocks(at: datetime) -> int:
    """Remind of every term whose day has come; how many events were written."""
    running = Term.objects.filter(state__in=[state.value for state in RUNNING])
    return sum(_ring(pk, at) for pk in list(running.order_by("pk").values_list("pk", flat=True)))


@transaction.atomic
def _ring(pk: int, at: datetime) -> int:
    term = lock(pk)
    today = today_at(at)
    clock = clock_on(term, today)
    if clock is None or not clock.stage:
        return 0
    mark = _mark(clock, today)
    if term.reminded == mark:
        return 0
    if clock.left <= 0:
        begin_review(SYSTEM, term, at=at)
    term.reminded = mark
    kind = "term.overdue" if clock.overdue else "term.reminded"
    body = {"last_day": clock.last_day.isoformat(), "days": abs(clock.left)}
    record(term, kind, actor=SYSTEM, at=at, body=body)
    return 1


def _mark(clock: Clock, today: date) -> str:
    """What was reminded of: a stage once, being overdue once a day, the last day itself once."""
    if clock.overdue:
        return today.isoformat()
    return "last" if clock.left == 0 else clock.stage
