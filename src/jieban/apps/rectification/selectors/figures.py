"""How many tasks are done, under way and late: of a round, of each unit, problem and month.

Every figure is a `Sum` of rows that are each in exactly one state, so done and under way make the
total at every level. A task may have several units: those figures add up to more than the tasks,
and say so. Sign-offs that were taken over from a paper are counted among the done and told apart.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from jieban.apps.directory import selectors as directory
from jieban.apps.rectification.models import ActionItem, Problem, Step, Task, TaskUnit
from jieban.apps.rectification.selectors.keeping import kept
from jieban.apps.rectification.selectors.seeing import tasks_visible_to
from jieban.domain.actors import Actor
from jieban.domain.rectification.history import Month
from jieban.domain.rectification.sums import Sum, sum_of, together
from jieban.domain.rectification.tasks import State

Counted = tuple[Any, str, int, int]
"""Key, state, how many, how many of them late."""
LONGEST_TEXT = 80


@dataclass(frozen=True)
class Line:
    """One line of a table: of what, its sum, by what the list of its rows is asked for; `text` are
    the words of a problem, or what a unit is called."""

    code: str
    sum: Sum
    asks: tuple[tuple[str, str], ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Items:
    """Action items of tasks: how many, how many done, over how many tasks."""

    total: int
    done: int
    tasks: int

    @property
    def under_way(self) -> int:
        return self.total - self.done

    @property
    def mean(self) -> str:
        """Items to a task with two places, half up; "" without a task."""
        if not self.tasks:
            return ""
        exact = Decimal(self.total) / Decimal(self.tasks)
        return str(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


@dataclass(frozen=True)
class Figures:
    """All of it. `taken_over` of the done were signed off on a paper, elsewhere or before.

    `tables` are lines by TABLES; those of "unit" may add up to more than the tasks.
    """

    total: Sum
    states: tuple[tuple[str, int], ...]
    items: Items
    taken_over: int
    tables: Mapping[str, tuple[Line, ...]]

    @property
    def several(self) -> bool:
        """Whether some task has more than one unit."""
        return sum(line.sum.total for line in self.tables["unit"]) > self.total.total


def figures_of(actor: Actor, code: str, today: date, only: str = "") -> Figures:
    """The figures of the tasks of a round that the actor sees, a constant number of queries; with
    `only` no more than this table of them."""
    return kept(actor, ("figures", code, today, only), lambda: _figures(actor, code, today, only))


def _figures(actor: Actor, code: str, today: date, only: str) -> Figures:
    tasks = tasks_visible_to(actor).filter(dropped=False, round__code=code).order_by()
    role = list(_counted(tasks, today, "role"))
    states: Counter[str] = Counter()
    for _, state, count, _ in role:
        states[state] += count
    return Figures(
        total=together(folded(role).values()),
        states=tuple((s.value, states[s.value]) for s in State if s.value in states),
        items=_items(tasks, states.total()),
        taken_over=_taken_over(tasks),
        tables={name: make(tasks, today) for name, make in TABLES.items() if only in ("", name)},
    )


@dataclass(frozen=True)
class OfRound:
    """One round of all: code, name, its sum, its items."""

    code: str
    name: str
    sum: Sum
    items: Items


def figures_of_rounds(actor: Actor, today: date) -> list[OfRound]:
    """A sum of every round with a task the actor sees, newest round first."""
    return kept(actor, ("rounds", today), lambda: _figures_of_rounds(actor, today))


def _figures_of_rounds(actor: Actor, today: date) -> list[OfRound]:
    tasks = tasks_visible_to(actor).filter(dropped=False).order_by()
    found = folded(_counted(tasks, today, "round_id"))
    counted = _open_items(tasks).values_list("task__round_id").annotate(**_ITEM_COUNTS)
    items = {key: Items(every, done, found[key].total) for key, every, done in counted}
    rounds = tasks.values_list("round_id", "round__code", "round__name").distinct()
    names = {key: (code, name) for key, code, name in rounds}
    return [
        OfRound(*names[key], found[key], items.get(key, Items(0, 0, found[key].total)))
        for key in sorted(found, reverse=True)
    ]


def all_together(rounds: Iterable[OfRound]) -> tuple[Sum, Items]:
    """Every round's sum and items as one."""
    every = list(rounds)
    items = Items(
        sum(each.items.total for each in every),
        sum(each.items.done for each in every),
        sum(each.items.tasks for each in every),
    )
    return together(each.sum for each in every), items


def folded(counted: Iterable[Counted]) -> dict[Any, Sum]:
    """Counts by key and state as one sum for each key."""
    states: dict[Any, dict[str, int]] = {}
    late: dict[Any, int] = {}
    for key, state, count, count_late in counted:
        of_key = states.setdefault(key, {})
        of_key[state] = of_key.get(state, 0) + count
        late[key] = late.get(key, 0) + count_late
    return {key: sum_of(of_key, late[key]) for key, of_key in states.items()}


def _counted(rows: QuerySet[Any], today: date, key: str, of: str = "") -> Iterator[Counted]:
    """Rows by a key and by state; `of` leads from a row to its task."""
    late = Q(**{f"{of}due_on__lt": today})
    grouped = rows.values_list(key, f"{of}state").annotate(
        among=Count("pk"), among_late=Count("pk", filter=late)
    )
    for value, state, count, count_late in grouped:
        # What is signed off is never late, whatever its day.
        yield value, state, count, 0 if state == State.SIGNED_OFF.value else count_late


def _lines(counted: Iterable[Counted], asked: str) -> tuple[Line, ...]:
    """Lines by a code; the list of the rows is asked for by it under the name `asked`."""
    return tuple(
        Line(code or "", total, ((asked, code),) if code else ())
        for code, total in folded(counted).items()
    )


def _by_role(tasks: QuerySet[Task], today: date) -> tuple[Line, ...]:
    return _by_size(_lines(_counted(tasks, today, "role"), "role"))


def _by_lead(tasks: QuerySet[Task], today: date) -> tuple[Line, ...]:
    """Lines by lead unit; one that the directory does not know stands in the plan's words."""
    known = _named(_lines(_counted(tasks.exclude(lead=None), today, "lead__code"), "lead"))
    unknown = folded(_counted(tasks.filter(lead=None), today, "lead_words"))
    return _by_size((*known, *(Line("", total, (), words) for words, total in unknown.items())))


def _by_unit(tasks: QuerySet[Task], today: date) -> tuple[Line, ...]:
    """Lines of each unit that leads a task or answers for it, a task once for each unit."""
    answering = TaskUnit.objects.filter(task__in=tasks.values("pk")).order_by()
    # A lead unit that is named among the responsible ones too has its task already.
    others = answering.exclude(task__lead=F("unit"))
    counted = (
        *_counted(tasks.exclude(lead=None), today, "lead__code"),
        *_counted(others, today, "unit__code", "task__"),
    )
    return _by_size(_named(_lines(counted, "unit")))


def _named(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The same lines with what their units are called."""
    units = directory.standing().units
    return tuple(
        replace(line, text=units[line.code].name if line.code in units else line.code)
        for line in lines
    )


def _by_size(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Most tasks first; what has no unit last."""
    return tuple(
        sorted(lines, key=lambda each: (not each.code, -each.sum.total, each.code or each.text))
    )


def _by_problem(tasks: QuerySet[Task], today: date) -> tuple[Line, ...]:
    sums = folded(_counted(tasks, today, "problem_id"))
    texts = Problem.objects.filter(pk__in=list(sums)).order_by("serial")
    return tuple(
        Line(
            str(problem.serial),
            sums[problem.pk],
            (("problem", str(problem.serial)),),
            problem.text[:LONGEST_TEXT],
        )
        for problem in texts
    )


def _by_month(tasks: QuerySet[Task], today: date) -> tuple[Line, ...]:
    """Tasks by the month of their due day; "" are those without a day."""
    counted = [
        (Month.of(day) if day else None, state, count, count_late)
        for day, state, count, count_late in _counted(tasks, today, "due_on")
    ]
    sums = folded(counted)
    return tuple(
        Line(
            str(month or ""),
            sums[month],
            (("from", str(month.first)), ("to", str(month.last))) if month else (),
        )
        for month in sorted(sums, key=lambda each: (each is None, each))
    )


TABLES: Mapping[str, Callable[[QuerySet[Task], date], tuple[Line, ...]]] = {
    "role": _by_role,
    "lead": _by_lead,
    "unit": _by_unit,
    "problem": _by_problem,
    "month": _by_month,
}
"""The tables in the order they are shown."""


_ITEM_COUNTS = {"every": Count("pk"), "done": Count("pk", filter=Q(done_on__isnull=False))}


def _open_items(tasks: QuerySet[Task]) -> QuerySet[ActionItem]:
    return ActionItem.objects.filter(dropped=False, task__in=tasks.values("pk")).order_by()


def _items(tasks: QuerySet[Task], count: int) -> Items:
    counted = _open_items(tasks).aggregate(**_ITEM_COUNTS)
    return Items(counted["every"], counted["done"], count)


def _taken_over(tasks: QuerySet[Task]) -> int:
    """Signed-off tasks whose last move was to take a sign-off over."""
    later = Step.objects.filter(task=OuterRef("task"), pk__gt=OuterRef("pk"))
    taken = Step.objects.filter(~Exists(later), move="take_over", task__in=tasks.values("pk"))
    return taken.count()
