"""调度表: where every task of a round stood at the end of a month, and what was told in it.

A month that is over keeps its lines: its tasks, their words and their due days are those of the
plan that was in force at its end, its states those of the steps until then, its reports those of
the month. Only what is entered later with an earlier day changes it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet

from jieban.apps.ledger import selectors as ledger
from jieban.apps.rectification.models import (
    Approval,
    DueRequest,
    PlanVersion,
    Report,
    Round,
    Step,
    Task,
)
from jieban.apps.rectification.selectors.board import granted_in, steps_of
from jieban.apps.rectification.selectors.keeping import kept
from jieban.apps.rectification.selectors.seeing import tasks_visible_to
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.rectification.due import read_due
from jieban.domain.rectification.history import DueSince, Month, due_as_of, late_on, state_on
from jieban.domain.rectification.sums import Sum, sum_of
from jieban.domain.rectification.tasks import WORKING, State

MANY = 500
"""Keys asked for in one question."""
_WORKING = frozenset(state.value for state in WORKING)


@dataclass(frozen=True)
class Told:
    """The month's last report of a task; `struck` where it was struck out since."""

    on: date
    done: str
    hindered: str
    next: str
    struck: bool


class Standing(NamedTuple):
    """Where one task stood at the end of the month; `owing` says that it was the units' turn and
    nothing was told. A plain tuple: a sheet has thousands of them before it is narrowed."""

    task: int
    serial: int
    state: str
    due: date | None
    late: bool
    owing: bool


@dataclass(frozen=True)
class Line:
    """One task in the sheet. `due` is the due day that counted, `due_words` what the plan says."""

    serial: int
    title: str
    lead: str
    responsible: tuple[str, ...]
    due: date | None
    due_words: str
    state: str
    late: bool
    owing: bool
    told: Told | None

    @property
    def put_off(self) -> bool:
        """Whether another day counts than the one the plan names."""
        return self.due is not None and _day_of(self.due_words) != self.due


@dataclass(frozen=True)
class Sheet:
    """The sheet of a month. `version` is the number of the plan it is drawn from, 0 where none was
    in force; `upto` the number of the newest event it knows; `day` the day up to which it is drawn,
    `over` that this is the month's last one and has passed."""

    round: Round
    month: Month
    standings: tuple[Standing, ...]
    sum: Sum
    owing: int
    version: int
    digest: str
    upto: int
    over: bool
    day: date


@dataclass(frozen=True)
class _Issued:
    """A version of the plan that was issued on a day."""

    on: date
    number: int
    digest: str


@dataclass(frozen=True)
class _Planned:
    """What a plan says of one task."""

    title: str
    lead: str
    responsible: tuple[str, ...]
    due_words: str


def sheet_of(actor: Actor, held: Round, month: Month, today: date) -> Sheet:
    """The sheet of a month for the tasks the actor sees.

    Of the month one is in, it is drawn up to today.

    Raises:
        Refused "rectification.month_ahead": the month has not begun.
    """
    if month.first > today:
        raise Refused("rectification.month_ahead", month=str(month))
    day, over = min(month.last, today), month.last < today
    what = ("sheet", held.pk, month, day, over)
    drawn = kept(actor, what, lambda: _drawn(actor, held, month, day, over=over))
    return replace(drawn, upto=ledger.newest_number())


def _drawn(actor: Actor, held: Round, month: Month, day: date, *, over: bool) -> Sheet:
    issued = [each for each in _issued(held) if each.on <= day] if over else []
    newest = issued[-1] if issued else None
    standings = tuple(_standings(actor, held, month, day, issued, over=over))
    return Sheet(
        round=held,
        month=month,
        standings=standings,
        sum=sum_of(Counter(each.state for each in standings), sum(e.late for e in standings)),
        owing=sum(each.owing for each in standings),
        version=newest.number if newest else 0,
        digest=newest.digest if newest else "",
        upto=0,
        over=over,
        day=day,
    )


def lines_of(sheet: Sheet, standings: Sequence[Standing]) -> list[Line]:
    """Some tasks of a sheet with everything said of them."""
    keys = [each.task for each in standings]
    planned = _frozen(sheet.digest) if sheet.digest else _planned_now(keys)
    told = _told(sheet, keys)
    return [_line(each, planned[each.serial], told.get(each.task)) for each in standings]


def _line(where: Standing, said: _Planned, told: Told | None) -> Line:
    return Line(
        serial=where.serial,
        title=said.title,
        lead=said.lead,
        responsible=said.responsible,
        due=where.due,
        due_words=said.due_words,
        state=where.state,
        late=where.late,
        owing=where.owing,
        told=told,
    )


# --- where the tasks stood -------------------------------------------------------------------


def _standings(
    actor: Actor,
    held: Round,
    month: Month,
    day: date,
    issued: Sequence[_Issued],
    *,
    over: bool,
) -> Iterator[Standing]:
    tasks = tasks_visible_to(actor).filter(round=held).order_by("serial")
    rows = list(tasks.values_list("pk", "serial", "state", "due_on", "first_due_on", "dropped"))
    planned = _frozen(issued[-1].digest) if issued else None
    dues = _dues(held, {row[1]: row[0] for row in rows}, issued) if issued else {}
    since = _since(held, day)
    told = set(_reports(held, month, day).order_by().values_list("task_id", flat=True).distinct())
    for key, serial, now, due_on, first_due_on, dropped in rows:
        there = not dropped if planned is None else serial in planned
        if not there:
            continue
        state = since.get(key, now)
        if not state:
            # A plan in force holds tasks that were entered here only later.
            if planned is None:
                continue
            state = State.NOT_STARTED.value
        due = due_on
        if over and planned is not None:
            due = due_as_of([DueSince(date.min, first_due_on), *dues.get(key, ())], day)
        owing = state in _WORKING and key not in told
        yield Standing(key, serial, state, due, late_on(state, due, day), owing)


def _since(held: Round, day: date) -> dict[int, str]:
    """Task key → its state at the end of a day, for tasks that moved after it; where nothing
    happened since, a task stands where it stood."""
    later = Step.objects.filter(task__round=held, on__gt=day).order_by()
    steps = steps_of(Step.objects.filter(task__in=later.values("task")))
    return {key: state_on(every, day) for key, every in steps.items()}


def _reports(held: Round, month: Month, day: date) -> QuerySet[Report]:
    """Reports of the month that stood at the end of the day."""
    after = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(settings.TIME_ZONE))
    stood = Q(struck_at=None) | Q(struck_at__gte=after)
    return Report.objects.filter(
        stood, task__round=held, on__gte=month.first, on__lte=month.last
    ).order_by("on", "pk")


def _told(sheet: Sheet, keys: Sequence[int]) -> dict[int, Told]:
    """Task key → the month's last report of it."""
    reports = _reports(sheet.round, sheet.month, sheet.day)
    if len(keys) < MANY:
        reports = reports.filter(task__in=keys)
    return {
        each.task_id: Told(each.on, each.done, each.hindered, each.next, bool(each.struck_at))
        for each in reports
    }


# --- the plan of a day -----------------------------------------------------------------------


def _issued(held: Round) -> list[_Issued]:
    """Versions that were issued, oldest first."""
    issued = Approval.objects.filter(plan__round=held, step="issued", passed=True)
    rows = issued.order_by("plan__number").values_list("held_on", "plan__number", "plan__digest")
    return [_Issued(*row) for row in rows]


@lru_cache(maxsize=8)
def _frozen(digest: str) -> dict[int, _Planned]:
    """Task number → what a version says of it. A version never changes, so it is read once."""
    version = PlanVersion.objects.filter(digest=digest)[0]
    return {
        task["serial"]: _Planned(
            task["title"], task["lead"], tuple(task["responsible"]), task["due"]
        )
        for problem in version.content["problems"]
        for task in problem["tasks"]
    }


def _planned_now(keys: Sequence[int]) -> dict[int, _Planned]:
    """Task number → what the plan says of it now."""
    found: dict[int, _Planned] = {}
    columns = ("serial", "title", "lead_words", "lead__name", "responsible_words", "due_words")
    for begin in range(0, len(keys), MANY):
        tasks = Task.objects.filter(pk__in=keys[begin : begin + MANY]).order_by()
        for serial, title, words, name, responsible, due in tasks.values_list(*columns):
            found[serial] = _Planned(title, words or name or "", tuple(responsible), due)
    return found


def _dues(
    held: Round, keys: Mapping[int, int], issued: Sequence[_Issued]
) -> dict[int, list[DueSince]]:
    """Task key → due days that came after the first one: granted, or said by a later version."""
    known: dict[int, list[DueSince]] = {}
    for key, due in granted_in(DueRequest.objects.filter(task__round=held)):
        known.setdefault(key, []).append(due)
    before: Mapping[int, _Planned] = {}
    for version in issued:
        now = _frozen(version.digest)
        for serial, was in before.items():
            said = now.get(serial, was).due_words
            if said != was.due_words and serial in keys:
                changed = DueSince(version.on, _day_of(said))
                known.setdefault(keys[serial], []).append(changed)
        before = now
    return known


def _day_of(words: str) -> date | None:
    """The day that a plan's words name; None where they name none, or say what nobody can read."""
    try:
        due = read_due(words)
    except Refused:
        return None
    return due.on if due else None
