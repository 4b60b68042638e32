"""Complaints at a task's place: before the rectification began, after its sign-off, and since.

Read from the runs that are shown, by area and category: no row of this product has coordinates.
Whether complaints came back is asked of every task that is signed off at once, and kept in memory
until another run is shown, or a task is signed off, reopened or changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from jieban.apps.ledger import selectors as ledger
from jieban.apps.practices.selectors import figures
from jieban.apps.practices.selectors.figures import Known
from jieban.apps.rectification.models import Task
from jieban.apps.rectification.selectors.seeing import tasks_visible_to
from jieban.domain.actors import Actor
from jieban.domain.practices.before_after import (
    WINDOWS,
    Compared,
    at_place,
    beside,
    others_of,
)
from jieban.domain.practices.clusters import is_of_kind
from jieban.domain.rectification.returns import Finding, Watch, look
from jieban.domain.rectification.tasks import State
from jieban.home import Home

PLACES = ("community", "village", "street")
"""Kinds of places of which complaints are counted."""
_CHANGING = (
    "task.signed_off",
    "task.sign_off_taken_over",
    "task.reopened",
    "task.changed",
    "task.dropped",
    "task.restored",
    "round.changed",
)
"""Events after which other tasks are looked at, or the same ones otherwise."""


@dataclass(frozen=True)
class Window:
    """So many months either side: at the place, and at the others of its ranking group."""

    own: Compared
    others: Compared


@dataclass(frozen=True)
class TaskComplaints:
    """What is known of complaints at a task's place.

    `missing` says why nothing is: "area", "category", "run", "start". `month_from` is the month
    in which the rectification began, `month_to` that of the sign-off, "" before there is one;
    the months from the one to the other are left out.
    """

    missing: str = ""
    month_from: str = ""
    month_to: str = ""
    windows: Sequence[Window] = ()
    other_places: int = 0
    watch: Watch | None = None
    official: bool = True


def of_task(home: Home, task: Task) -> TaskComplaints:
    """Complaints at the place and of the kind of a task; before the sign-off, those before it
    began.

    Where nobody entered when it began (a sign-off that was taken over), it is the day of the
    inspection's feedback, or else the sign-off.
    """
    it = figures.known(home)
    missing = _missing(task, it)
    if missing or it is None or task.area is None:
        return TaskComplaints(missing)
    first, signed = _span(it, task)
    series = figures.series(home, it, task.category, figures.level_of(task.area.kind))
    place = task.area.code
    others = others_of(series, place)
    last = signed or it.months[-1]
    owns = [at_place(series, place, first, last, wanted) for wanted in WINDOWS]
    months = {month for own in owns for month in (*own.months_before, *own.months_after)}
    counts = {month: held.kind for month, held in series.places.get(place, {}).items()}
    return TaskComplaints(
        month_from=first,
        month_to=signed,
        windows=[Window(own, beside(series, others, own)) for own in owns],
        other_places=len(others),
        watch=look(counts, it.months, first, signed) if signed else None,
        official=months <= it.official,
    )


def _missing(task: Task, it: Known | None) -> str:
    if task.area is None or task.area.kind not in PLACES:
        return "area"
    if not task.category:
        return "category"
    if it is None:
        return "run"
    return "" if _began(task) else "start"


def _began(task: Task) -> object:
    return task.started_on or task.round.feedback_on or task.signed_on


def _span(it: Known, task: Task) -> tuple[str, str]:
    """The months in which the rectification began and was signed off ("" where it is not)."""
    signed = it.month_of(task.signed_on) if task.signed_on else ""
    began = task.started_on or task.round.feedback_on or task.signed_on
    if began is None:
        raise ValueError("a task that nobody began has no span")
    first = it.month_of(began)
    return (min(first, signed) if signed else first), signed


# --- all that are signed off --------------------------------------------------------------


@dataclass(frozen=True)
class Alarm:
    """A task that was signed off, and complaints that came back since."""

    task: Task
    watch: Watch


def alarms(home: Home, actor: Actor) -> list[Alarm]:
    """Tasks within reach whose complaints came back after their sign-off, most complaints first.

    Nothing for whoever may not see assessments.
    """
    if not actor.may("assessment.see"):
        return []
    found = returned(home)
    tasks = tasks_visible_to(actor).filter(pk__in=list(found)).select_related("round", "area")
    return sorted(
        (Alarm(task, found[task.pk]) for task in tasks),
        key=lambda each: (-each.watch.now, each.task.pk),
    )


def returned(home: Home) -> Mapping[int, Watch]:
    """Key of every task whose complaints came back → what the look says."""
    return {pk: watch for pk, watch in watches(home).items() if watch.returned}


def watches(home: Home) -> Mapping[int, Watch]:
    """Key of every task that is signed off, with a place and a kind → what a look says now."""
    it = figures.known(home)
    if it is None:
        return {}
    runs = tuple(it.run_ids[month] for month in it.months)
    return _watches(home, runs, ledger.head_digest(_CHANGING))


@lru_cache(maxsize=2)
def _watches(home: Home, runs: tuple[str, ...], _head: str) -> Mapping[int, Watch]:
    it = figures.known(home)
    if it is None:
        return {}
    tasks = (
        Task.objects.filter(state=State.SIGNED_OFF.value, dropped=False, area__kind__in=PLACES)
        .exclude(category="")
        .select_related("area", "round")
        .only(
            "category", "started_on", "signed_on", "area__code", "area__kind", "round__feedback_on"
        )
    )
    found: dict[int, Watch] = {}
    kinds: dict[tuple[str, str, str], Mapping[str, int]] = {}
    looked: dict[tuple[str, str, str, str, str], Watch] = {}
    for task in tasks.order_by("pk"):
        if task.area is None or task.signed_on is None:
            continue
        level = figures.level_of(task.area.kind)
        kind = (level, task.area.code, task.category)
        if kind not in kinds:
            kinds[kind] = _of_kind(_by_place(home, runs, level).get(kind[1], {}), kind[2])
        asked = (*kind, *_span(it, task))
        if asked not in looked:
            looked[asked] = look(kinds[kind], it.months, asked[3], asked[4])
        found[task.pk] = looked[asked]
    return found


@lru_cache(maxsize=4)
def _by_place(
    home: Home, _runs: tuple[str, ...], level: str
) -> Mapping[str, Mapping[str, Mapping[str, int]]]:
    """Place → category → month → complaints, of every run shown."""
    it = figures.known(home)
    found: dict[str, dict[str, dict[str, int]]] = {}
    for month, counted in (figures.counts(home, it, level) if it else {}).items():
        for (place, category), count in counted.items():
            found.setdefault(place, {}).setdefault(category, {})[month] = count
    return found


def _of_kind(categories: Mapping[str, Mapping[str, int]], kind: str) -> Mapping[str, int]:
    """Month → complaints of a kind and of what lies below it."""
    counts: dict[str, int] = {}
    for category, months in categories.items():
        if is_of_kind(category, kind):
            for month, count in months.items():
                counts[month] = counts.get(month, 0) + count
    return counts


# --- on paper -----------------------------------------------------------------------------


def printed(home: Home, task: Task) -> list[tuple[str, str]]:
    """Lines for the acceptance pack, each figure with its months; none without figures."""
    found = of_task(home, task)
    if found.missing:
        return []
    lines: list[tuple[str, str]] = []
    for window in found.windows:
        own, others = window.own, window.others
        lines.append((f"整改前{own.wanted}个月", _count(own.before.kind, own.before.place_months)))
        if found.month_to:
            after = _count(own.after.kind, own.after.place_months)
            lines.append((f"销号后{own.wanted}个月", after))
        if found.other_places:
            said = _count(others.before.kind, others.before.place_months, "点月")
            if found.month_to:
                said += f" → {_count(others.after.kind, others.after.place_months, '点月')}"
            lines.append((f"同组其他{found.other_places}个社区（街道）同期", said))
    if found.watch is not None:
        lines.append(("销号后是否反弹", _said(found.watch)))
    return lines


def _count(count: int, months: int, unit: str = "个月") -> str:
    return f"{count}件／{months}{unit}" if months else "没有测算月份"


def _said(watch: Watch) -> str:
    if watch.finding is Finding.TOO_EARLY:
        return f"销号后测算未满三个月：{_count(watch.now, len(watch.months))}"
    words = f"最近三个月{watch.now}件，整改前{_count(watch.before, watch.before_months)}"
    if watch.since_months:
        words += f"，销号后此前{_count(watch.since, watch.since_months)}"
    return words + ("；诉求回升，应回头看" if watch.returned else "；未见回升")
