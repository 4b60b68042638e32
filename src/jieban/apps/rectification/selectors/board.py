"""进度图: tasks by months, where each stood at a month's end, and which units are late.

Of the tasks of one page all steps are read at once and folded; nothing is kept.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, QuerySet

from jieban.apps.directory import selectors as directory
from jieban.apps.rectification.models import Approval, DueRequest, Step, Task
from jieban.apps.rectification.selectors.seeing import tasks_visible_to
from jieban.apps.rectification.selectors.tasks import late
from jieban.domain.actors import Actor
from jieban.domain.rectification.due import SOON
from jieban.domain.rectification.history import (
    DueSince,
    Month,
    Stepped,
    due_as_of,
    late_on,
    months_around,
    state_on,
)
from jieban.domain.rectification.tasks import DONE, State

MOST_UNITS = 12
"""Units named at the head as late."""
STEP = 6
"""Months one moves at once."""


@dataclass(frozen=True)
class Cell:
    """One task in one month: the state at its end ("" where it is not known or not yet reached),
    whether it is due in this month, whether it was late by then, whether the month is to come."""

    month: Month
    state: str
    due: bool
    late: bool
    ahead: bool


@dataclass(frozen=True)
class Line:
    """One task: its cells, and how its clock stands today (red, amber, green or "")."""

    task: Task
    cells: tuple[Cell, ...]
    light: str
    left: int | None


@dataclass(frozen=True)
class LateUnit:
    """A lead unit with tasks past their day: how many, and since when the oldest of them.

    `code` is "" for one that the directory does not know; `name` is then the plan's word for it.
    """

    code: str
    name: str
    count: int
    since: date


def board_of(tasks: Sequence[Task], centre: Month, today: date) -> list[Line]:
    """A line for each task, in their order: two queries however many there are."""
    months = months_around(centre)
    steps = steps_of(Step.objects.filter(task__in=[task.pk for task in tasks]))
    dues = dues_of(tasks)
    return [_line(task, months, steps.get(task.pk, ()), dues[task.pk], today) for task in tasks]


def late_units(actor: Actor, code: str, today: date) -> list[LateUnit]:
    """Lead units with late tasks in a round, most of them first, then the longest late."""
    found = late(tasks_visible_to(actor).filter(dropped=False, round__code=code), today)
    counted: dict[tuple[str, str], tuple[int, date]] = {}
    rows = found.order_by().values_list("lead__code", "lead__name", "lead_words")
    for unit, name, words, count, since in rows.annotate(Count("pk"), Min("due_on")):
        key = (unit or "", name or words)
        before = counted.get(key, (0, since))
        counted[key] = (before[0] + count, min(before[1], since))
    units = [LateUnit(*key, *value) for key, value in counted.items()]
    return sorted(units, key=lambda each: (-each.count, each.since, each.name))


def lead_units(actor: Actor, code: str) -> list[tuple[str, str]]:
    """(code, name) of the units that lead a task of a round."""
    tasks = tasks_visible_to(actor).filter(dropped=False, round__code=code).exclude(lead=None)
    return sorted(tasks.order_by().values_list("lead__code", "lead__name").distinct())


def steps_of(steps: QuerySet[Step]) -> dict[int, list[Stepped]]:
    """Task key → its steps as they were entered."""
    found: dict[int, list[Stepped]] = {}
    for task, on, to, move in steps.order_by("pk").values_list("task_id", "on", "to", "move"):
        found.setdefault(task, []).append(Stepped(on, to, move == "enter"))
    return found


def dues_of(tasks: Iterable[Task]) -> dict[int, list[DueSince]]:
    """Task key → its due days: the first one, those granted later, and what a revised plan says
    instead, from the day that plan was issued."""
    every = list(tasks)
    known = {task.pk: [DueSince(date.min, task.first_due_on)] for task in every}
    for key, due in granted_in(DueRequest.objects.filter(task__in=list(known))):
        known[key].append(due)
    revised = [task for task in every if known[task.pk][-1].on != task.due_on]
    issued = _issued_on(task.round_id for task in revised)
    for task in revised:
        known[task.pk].append(DueSince(issued.get(task.round_id, date.min), task.due_on))
    return known


def granted_in(requests: QuerySet[DueRequest]) -> Iterator[tuple[int, DueSince]]:
    """Task key and due day of each request that was granted, oldest decision first."""
    granted = requests.filter(granted=True, decided_at__isnull=False).order_by("decided_at")
    for key, wanted, at in granted.values_list("task_id", "wanted", "decided_at"):
        if at is not None:
            yield key, DueSince(directory.local_day(at), wanted)


def _issued_on(rounds: Iterable[int]) -> dict[int, date]:
    """Round key → the day its plan in force was issued."""
    wanted = set(rounds)
    if not wanted:
        return {}
    issued = Approval.objects.filter(
        plan__round__in=wanted, plan__state="in_force", step="issued", passed=True
    )
    return dict(issued.values_list("plan__round_id", "held_on"))


def _line(
    task: Task,
    months: Sequence[Month],
    steps: Sequence[Stepped],
    dues: Sequence[DueSince],
    today: date,
) -> Line:
    left = (task.due_on - today).days if task.due_on and State(task.state) not in DONE else None
    light = "" if left is None else "red" if left < 0 else "amber" if left <= SOON else "green"
    cells = tuple(_cell(task, month, steps, dues, today) for month in months)
    return Line(task, cells, light, left)


def _cell(
    task: Task,
    month: Month,
    steps: Sequence[Stepped],
    dues: Sequence[DueSince],
    today: date,
) -> Cell:
    due = task.due_on is not None and Month.of(task.due_on) == month
    if month.first > today:
        return Cell(month, "", due, late=False, ahead=True)
    day = min(month.last, today)
    state = state_on(steps, day)
    return Cell(month, state, due, late_on(state, due_as_of(dues, day), day), ahead=False)


MARKS = {
    State.NOT_STARTED.value: "○",
    State.UNDER_WAY.value: "◔",
    State.PARTLY_DONE.value: "◑",
    State.CLAIMED.value: "◕",
    State.CHECKED.value: "✓",
    State.ON_NOTICE.value: "示",
    State.SIGNED_OFF.value: "●",
}
"""State → the sign that stands for it in a cell, so that colour is not needed."""
