"""调度表: where every task of a round stood at the end of a month, and what was told in it.

A month that is over keeps its lines: its tasks, their words and their due days are those of the
plan that was in force at its end, its states those of the steps until then, its reports those of
the month. Only what is entered later with an earlier day changes it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet

from jieban.apps.directory import selectors as directory
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
from jieban.apps.rectification.selectors.board import steps_of
from jieban.apps.rectification.selectors.seeing import tasks_visible_to
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.rectification.due import read_due
from jieban.domain.rectification.history import (
    DueSince,
    Month,
    due_as_of,
    late_on,
    state_on,
)
from jieban.domain.rectification.sums import Sum, sum_of
from jieban.domain.rectification.tasks import WORKING, State


@dataclass(frozen=True)
class Told:
    """The month's last report of a task; `struck` where it was struck out since."""

    on: date
    done: str
    hindered: str
    next: str
    struck: bool


@dataclass(frozen=True)
class Line:
    """One task in the sheet. `due` is the due day that counted, `due_words` what the plan says;
    `owing` says that it was the units' turn and nothing was told."""

    serial: int
    title: str
    lead: str
    responsible: tuple[str, ...]
    due: date | None
    due_words: str
    state: str
    told: Told | None
    late: bool

    @property
    def put_off(self) -> bool:
        """Whether another day counts than the one the plan names."""
        return self.due is not None and _day_of(self.due_words) != self.due

    @property
    def owing(self) -> bool:
        return self.told is None and State(self.state) in WORKING


@dataclass(frozen=True)
class Sheet:
    """The sheet of a month. `version` is the plan it is drawn from, 0 where none was in force;
    `upto` the number of the newest event it knows; `day` the day up to which it is drawn, `over`
    that this is the month's last one and has passed."""

    month: Month
    lines: tuple[Line, ...]
    sum: Sum
    owing: int
    version: int
    upto: int
    over: bool
    day: date


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
    day = min(month.last, today)
    over = month.last < today
    versions = _issued(held) if over else []
    known = [version for issued, version in versions if issued <= day]
    tasks = list(_tasks(actor, held))
    planned = _frozen(known[-1]) if known else _standing(tasks)
    dues = _dues(tasks, [each for each in versions if each[0] <= day]) if over else {}
    states, told = _states(held, tasks, day), _told(held, month, day)
    lines = []
    for task in tasks:
        # A plan in force holds tasks that were entered here only later.
        state = states[task.pk] or (State.NOT_STARTED.value if known else "")
        if task.serial in planned and state:
            due = due_as_of(dues[task.pk], day) if over else task.due_on
            lines.append(_line(task, planned[task.serial], state, due, told.get(task.pk), day))
    return Sheet(
        month=month,
        lines=tuple(lines),
        sum=sum_of(Counter(line.state for line in lines), sum(line.late for line in lines)),
        owing=sum(line.owing for line in lines),
        version=known[-1].number if known else 0,
        upto=ledger.newest_number(),
        over=over,
        day=day,
    )


def _tasks(actor: Actor, held: Round) -> QuerySet[Task]:
    found = tasks_visible_to(actor).filter(round=held).select_related("lead", "problem")
    return found.defer("goal", "problem__text").order_by("serial")


def _line(
    task: Task, said: _Planned, state: str, due: date | None, told: Told | None, day: date
) -> Line:
    return Line(
        serial=task.serial,
        title=said.title,
        lead=said.lead,
        responsible=said.responsible,
        due=due,
        due_words=said.due_words,
        state=state,
        told=told,
        late=late_on(state, due, day),
    )


def _states(held: Round, tasks: Iterable[Task], day: date) -> dict[int, str]:
    """Task key → its state at the end of a day.

    Where nothing happened since, that is where it stands now; only the others are folded.
    """
    states = {task.pk: task.state for task in tasks}
    since = Step.objects.filter(task__round=held, on__gt=day).order_by()
    steps = steps_of(Step.objects.filter(task__in=since.values("task")))
    states.update((key, state_on(every, day)) for key, every in steps.items() if key in states)
    return states


def _told(held: Round, month: Month, day: date) -> dict[int, Told]:
    """Task key → the month's last report of it that stood at the end of the day."""
    after = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(settings.TIME_ZONE))
    stood = Q(struck_at=None) | Q(struck_at__gte=after)
    reports = Report.objects.filter(
        stood, task__round=held, on__gte=month.first, on__lte=month.last
    ).order_by("on", "pk")
    return {
        each.task_id: Told(each.on, each.done, each.hindered, each.next, bool(each.struck_at))
        for each in reports
    }


# --- the plan of a day -----------------------------------------------------------------------


def _issued(held: Round) -> list[tuple[date, PlanVersion]]:
    """Versions that were issued, each with the day, oldest first."""
    issued = Approval.objects.filter(plan__round=held, step="issued", passed=True)
    rows = [(each.held_on, each.plan) for each in issued.select_related("plan")]
    return sorted(rows, key=lambda each: each[1].number)


def _frozen(version: PlanVersion) -> dict[int, _Planned]:
    """Task number → what a version says of it."""
    return {
        task["serial"]: _Planned(
            task["title"], task["lead"], tuple(task["responsible"]), task["due"]
        )
        for problem in version.content["problems"]
        for task in problem["tasks"]
    }


def _standing(tasks: Iterable[Task]) -> dict[int, _Planned]:
    """Task number → what the plan says of it now."""
    return {
        task.serial: _Planned(
            task.title,
            task.lead_words or (task.lead.name if task.lead else ""),
            tuple(task.responsible_words),
            task.due_words,
        )
        for task in tasks
        if not task.dropped
    }


def _dues(
    tasks: Iterable[Task], versions: Sequence[tuple[date, PlanVersion]]
) -> dict[int, list[DueSince]]:
    """Task key → its due days: the first one, those granted, those of versions that say another.

    Without a version nothing but the row says by when.
    """
    every = list(tasks)
    if not versions:
        return {task.pk: [DueSince(date.min, task.due_on)] for task in every}
    known = {task.pk: [DueSince(date.min, task.first_due_on)] for task in every}
    granted = DueRequest.objects.filter(task__in=[task.pk for task in every], granted=True)
    for key, wanted, at in granted.values_list("task_id", "wanted", "decided_at"):
        known[key].append(DueSince(directory.local_day(at), wanted))
    keys = {task.serial: task.pk for task in every}
    before: dict[int, _Planned] = {}
    for issued, version in versions:
        now = _frozen(version)
        for serial, said in now.items():
            was = before.get(serial)
            if was is not None and was.due_words != said.due_words and serial in keys:
                known[keys[serial]].append(DueSince(issued, _day_of(said.due_words)))
        before = now
    return known


def _day_of(words: str) -> date | None:
    """The day that a plan's words name; None where they name none, or say what nobody can read."""
    try:
        due = read_due(words)
    except Refused:
        return None
    return due.on if due else None
