"""What somebody has to move today: tasks in groups, each with its count and its first rows.

Whoever carries out tasks finds their own units' while it is their turn; whoever keeps, checks or
signs finds those of their rounds; whoever only reads finds what lags behind. A task that somebody
may not check or sign, because it is of their own unit or they worked on it, is not offered as
theirs to move.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce

from jieban.apps.directory import selectors as directory
from jieban.apps.rectification.models import (
    ActionItem,
    Check,
    DueRequest,
    Evidence,
    LookBack,
    Objection,
    PlanVersion,
    Report,
    Round,
    Step,
    Task,
    TaskUnit,
)
from jieban.apps.rectification.selectors.keeping import kept
from jieban.apps.rectification.selectors.seeing import person_of, tasks_visible_to
from jieban.apps.rectification.selectors.tasks import late
from jieban.domain.actors import Actor
from jieban.domain.rectification.due import SOON
from jieban.domain.rectification.tasks import WORKING, State

SHOWN = 20
"""Rows of a group before one asks for all of them."""
CHECK, SIGN = "rectification.check", "rectification.sign"
MANAGE, HANDLE = "rectification.manage", "rectification.handle"
_WORKING = [state.value for state in WORKING]
_TOLD = Coalesce("last_told_on", "started_on")
_QUIET = ("stuck", "unreported")
_UNITS_MOVES = ("start", "part", "go_on", "claim")


@dataclass(frozen=True)
class Row:
    """One task in a group; `on` is the day that matters there, `left` the days to it."""

    task: Task
    on: date | None
    left: int | None


@dataclass(frozen=True)
class Group:
    """Tasks that wait for the same thing: how many, and the first of them."""

    code: str
    count: int
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class _Asked:
    """Who asks, on which day, with which rounds' rules.

    `held` are the tasks on which each permission is held, `own` the codes of the units they work
    for; both are asked for once, since every group is made of them.
    """

    actor: Actor
    today: date
    rounds: Sequence[Round]
    held: Mapping[str, QuerySet[Task]]
    own: Sequence[str]


def work_of(actor: Actor, today: date) -> list[Group]:
    """The groups that are not empty, most pressing first, each with at most SHOWN rows."""
    return kept(actor, ("work", actor.id, actor.grants, today), lambda: _work(actor, today))


def _work(actor: Actor, today: date) -> list[Group]:
    asked = _asked(actor, today)
    found = {code: _first(rows(asked)) for code, rows in GROUPS.items()}
    numbered = [number for count, keys in found.values() for number, _ in keys]
    tasks = _whole(numbered)
    return [
        Group(code, count, _rows(code, keys, tasks, today))
        for code, (count, keys) in found.items()
        if count
    ]


def group_of(actor: Actor, code: str, today: date) -> QuerySet[Task]:
    """Every task of one group, each with `moment`, its day; none for an unknown code."""
    rows = GROUPS.get(code)
    if rows is None:
        return Task.objects.none()
    return _ordered(rows(_asked(actor, today))).select_related("round", "lead")


def rows_of(code: str, tasks: Iterable[Task], today: date) -> list[Row]:
    """Rows of tasks of a group that carry their `moment`."""
    return [_row(code, task, task.moment, today) for task in tasks]  # type: ignore[attr-defined]


def _asked(actor: Actor, today: date) -> _Asked:
    in_force = PlanVersion.objects.filter(round=OuterRef("pk"), state="in_force")
    rounds = Round.objects.annotate(in_force=Exists(in_force)).order_by()
    own = sorted(person_of(actor).works_for)
    return _Asked(actor, today, list(rounds), _held(actor), own)


def _held(actor: Actor) -> dict[str, QuerySet[Task]]:
    """Permission → tasks on which it is held, for those who hold it; one query set for all the
    office's permissions that reach equally far."""
    found: dict[str, QuerySet[Task]] = {}
    alike: dict[frozenset[str], QuerySet[Task]] = {}
    for permission in (MANAGE, CHECK, SIGN):
        if actor.may(permission):
            scopes = frozenset(actor.reach(permission))
            if scopes not in alike:
                alike[scopes] = tasks_visible_to(actor, permission).filter(dropped=False)
            found[permission] = alike[scopes]
    if actor.may(HANDLE):
        found[HANDLE] = tasks_visible_to(actor, HANDLE).filter(dropped=False)
    return found


def _ordered(tasks: QuerySet[Task]) -> QuerySet[Task]:
    return tasks.order_by(F("moment").asc(nulls_first=True), "round_id", "serial")


def _first(tasks: QuerySet[Task]) -> tuple[int, list[tuple[int, date | None]]]:
    """How many there are, and key and day of the first: one query."""
    counted = _ordered(tasks).annotate(among=Window(Count("pk")))
    found = list(counted.values_list("pk", "moment", "among")[:SHOWN])
    return (found[0][2] if found else 0), [(key, day) for key, day, _ in found]


def _whole(numbers: list[int]) -> Mapping[int, Task]:
    found = Task.objects.filter(pk__in=set(numbers)).select_related("round", "lead")
    return {task.pk: task for task in found.defer("goal")}


def _rows(
    code: str, keys: Iterable[tuple[int, date | None]], tasks: Mapping[int, Task], today: date
) -> tuple[Row, ...]:
    there = ((tasks[number], day) for number, day in keys if number in tasks)
    return tuple(_row(code, task, day, today) for task, day in there)


def _row(code: str, task: Task, day: date | None, today: date) -> Row:
    if day is None and code in _QUIET:
        # Never told of and never begun: it is quiet since it was entered.
        day = directory.local_day(task.made_at)
    return Row(task, day, (day - today).days if day else None)


# --- whose tasks ---------------------------------------------------------------------------


def _of(asked: _Asked, permission: str) -> QuerySet[Task]:
    return asked.held.get(permission, Task.objects.none())


def _followed(asked: _Asked) -> QuerySet[Task]:
    """Tasks whose lagging behind is this person's business."""
    sets = list({id(each): each for name, each in asked.held.items() if name != HANDLE}.values())
    if HANDLE in asked.held:
        sets.append(asked.held[HANDLE].filter(state__in=_WORKING))
    if not sets:
        return tasks_visible_to(asked.actor).filter(dropped=False)
    if len(sets) == 1:
        return sets[0]
    within = Q()
    for each in sets:
        within |= Q(pk__in=each.order_by().values("pk"))
    return Task.objects.filter(within)


def _not_own(tasks: QuerySet[Task], asked: _Asked) -> QuerySet[Task]:
    """Those that are of none of their own units."""
    if not asked.own:
        return tasks
    answering = TaskUnit.objects.filter(task=OuterRef("pk"), unit__code__in=asked.own)
    return tasks.exclude(lead__code__in=asked.own).filter(~Exists(answering))


def _independent(tasks: QuerySet[Task], asked: _Asked) -> QuerySet[Task]:
    """Those that are of no unit of theirs and on which they did no work (as `moves_of` has it)."""
    this, by = OuterRef("pk"), asked.actor.id
    return _not_own(tasks, asked).filter(
        ~Exists(Step.objects.filter(task=this, move__in=_UNITS_MOVES, by_id=by)),
        ~Exists(Report.objects.filter(task=this, made_by_id=by)),
        ~Exists(Evidence.objects.filter(task=this, made_by_id=by)),
        ~Exists(ActionItem.objects.filter(task=this, done_by_id=by)),
    )


# --- the groups ----------------------------------------------------------------------------


def _overdue(asked: _Asked) -> QuerySet[Task]:
    return late(_followed(asked), asked.today).annotate(moment=F("due_on"))


def _soon(asked: _Asked) -> QuerySet[Task]:
    until = asked.today + timedelta(days=SOON)
    near = _followed(asked).filter(due_on__gte=asked.today, due_on__lte=until)
    return near.exclude(state=State.SIGNED_OFF.value).annotate(moment=F("due_on"))


def _stuck(asked: _Asked) -> QuerySet[Task]:
    """Neither a report nor a move for the round's stuck days, while it is the units' turn."""
    this = OuterRef("pk")
    quiet = Q(pk__in=[])
    for days in {each.stuck_days for each in _bound(asked)}:
        since = asked.today - timedelta(days=days)
        lately = Step.objects.filter(task=this, on__gte=since)
        silent = Q(last_told_on__isnull=True) | Q(last_told_on__lt=since)
        held = Q(round__in=[each.pk for each in _bound(asked) if each.stuck_days == days])
        quiet |= held & silent & Q(made_at__lt=_begin_of(since)) & ~Q(Exists(lately))
    return _followed(asked).filter(quiet, state__in=_WORKING).annotate(moment=_TOLD)


def _unreported(asked: _Asked) -> QuerySet[Task]:
    """当月未报: the round's report day has passed, and nothing was told this month."""
    today = asked.today
    month = today.replace(day=1)
    held = [each.pk for each in _bound(asked) if today.day > each.report_day]
    told = Q(last_told_on__gte=month)
    known = Q(made_at__lt=_begin_of(today))
    owing = _followed(asked).filter(known, round__in=held, state__in=_WORKING)
    return owing.exclude(told).annotate(moment=_TOLD)


def _falsities(asked: _Asked) -> QuerySet[Task]:
    open_ = _followed(asked).exclude(falsity="").exclude(state=State.SIGNED_OFF.value)
    return open_.annotate(moment=F("due_on"))


def _to_check(asked: _Asked) -> QuerySet[Task]:
    claimed = _of(asked, CHECK).filter(state=State.CLAIMED.value)
    return _independent(claimed, asked).annotate(moment=F("claimed_on"))


def _to_announce(asked: _Asked) -> QuerySet[Task]:
    checked = _of(asked, MANAGE).filter(state=State.CHECKED.value, round__notice_days__gt=0)
    return checked.annotate(moment=F("checked_on"))


def _to_sign(asked: _Asked) -> QuerySet[Task]:
    """Past their notice without an open objection, or checked where there is no notice."""
    this = OuterRef("pk")
    over = Q(state=State.ON_NOTICE.value, notice_until__lt=asked.today)
    without = Q(state=State.CHECKED.value, round__notice_days=0)
    ready = _of(asked, SIGN).filter(
        over | without,
        ~Exists(Objection.objects.filter(task=this, upheld=None)),
        ~Exists(Check.objects.filter(task=this, stands=True, passed=True, by_id=asked.actor.id)),
    )
    return _independent(ready, asked).annotate(moment=Coalesce("notice_until", "checked_on"))


def _to_take_over(asked: _Asked) -> QuerySet[Task]:
    """Said to be done by an imported plan: to be signed off on the paper that says so."""
    states = [*_WORKING, State.CLAIMED.value]
    said = _of(asked, SIGN).filter(said_done=True, state__in=states)
    said = said.exclude(brought_by=asked.actor.id)
    return _independent(said, asked).annotate(moment=F("due_on"))


def _objections(asked: _Asked) -> QuerySet[Task]:
    open_ = Objection.objects.filter(task=OuterRef("pk"), upheld=None)
    held = _of(asked, CHECK).filter(Exists(open_), state=State.ON_NOTICE.value)
    return _independent(held, asked).annotate(moment=F("notice_until"))


def _due_requests(asked: _Asked) -> QuerySet[Task]:
    open_ = DueRequest.objects.filter(task=OuterRef("pk"), granted=None)
    open_ = open_.exclude(asked_by_id=asked.actor.id)
    held = _of(asked, CHECK).filter(Exists(open_))
    return _not_own(held, asked).annotate(moment=F("due_on"))


def _look_backs(asked: _Asked) -> QuerySet[Task]:
    until = asked.today + timedelta(days=SOON)
    due = LookBack.objects.filter(
        task=OuterRef("pk"), done_on=None, dropped=False, due_on__lte=until
    )
    held = _of(asked, CHECK).filter(state=State.SIGNED_OFF.value)
    first = Subquery(due.order_by("due_on").values("due_on")[:1])
    return _independent(held.filter(Exists(due)), asked).annotate(moment=first)


GROUPS: Mapping[str, Callable[[_Asked], QuerySet[Task]]] = {
    "overdue": _overdue,
    "objections": _objections,
    "to_sign": _to_sign,
    "to_check": _to_check,
    "to_announce": _to_announce,
    "due_requests": _due_requests,
    "falsities": _falsities,
    "soon": _soon,
    "unreported": _unreported,
    "stuck": _stuck,
    "to_take_over": _to_take_over,
    "look_backs": _look_backs,
}
"""The groups in the order they are shown."""


def _bound(asked: _Asked) -> list[Round]:
    """Rounds whose plan is in force: before that nobody owes a report."""
    return [each for each in asked.rounds if each.in_force]  # type: ignore[attr-defined]


def _begin_of(day: date) -> datetime:
    """Midnight at which a day begins at the installation's place."""
    return datetime.combine(day, time(), ZoneInfo(settings.TIME_ZONE))
