"""Days of rectification as a calendar (iCalendar, RFC 5545): due days, ends of notices, looks back.

A title says round, number, task and unit, and nothing of any person.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event

from jieban.apps.rectification.models import LookBack, Task
from jieban.apps.rectification.selectors.seeing import tasks_visible_to
from jieban.domain.actors import Actor
from jieban.domain.rectification.tasks import State

SEES = frozenset(("rectification.see",))
BEFORE, AHEAD = timedelta(days=180), timedelta(days=750)
"""Days this far back and ahead are in the calendar."""
MOST = 500
"""Entries of each kind on either side of today."""
ALARM = timedelta(days=-7)


@dataclass(frozen=True)
class Entry:
    """One whole day in the calendar; `alarm` says that it rings seven days before."""

    key: str
    on: date
    words: str
    sequence: int
    alarm: bool = False


def only_looks(actor: Actor) -> bool:
    """Whether all the actor may do is to look at rectification."""
    held = frozenset[str]().union(*(grant.permissions for grant in actor.grants))
    return held == SEES


def calendar_of(actor: Actor, today: date, at: datetime, code: str = "") -> bytes:
    """The calendar of what the actor sees, of one round where its code is given."""
    seen = tasks_visible_to(actor).filter(dropped=False)
    if code:
        seen = seen.filter(round__code=code)
    made = Calendar()
    made.add("prodid", "-//Jieban//rectification//ZH")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("x-wr-calname", _("Inspection rectification"))
    made.add("refresh-interval;value=duration", "PT6H")
    for entry in (*_due(seen, today), *_notices(seen, today), *_look_backs(seen, today)):
        made.add_component(_event(entry, at))
    return bytes(made.to_ical())


def _due(seen: QuerySet[Task], today: date) -> Iterator[Entry]:
    tasks = seen.exclude(state=State.SIGNED_OFF.value).select_related("round", "lead")
    for task in _around(tasks, "due_on", today):
        words = _("Due: %(task)s") % {"task": _named(task)}
        yield Entry(f"due-{_key(task)}", task.due_on, words, task.version, alarm=True)


def _notices(seen: QuerySet[Task], today: date) -> Iterator[Entry]:
    tasks = seen.filter(state=State.ON_NOTICE.value).select_related("round", "lead")
    for task in _around(tasks, "notice_until", today):
        words = _("Notice ends: %(task)s") % {"task": _named(task)}
        yield Entry(f"notice-{_key(task)}", task.notice_until, words, task.version)


def _look_backs(seen: QuerySet[Task], today: date) -> Iterator[Entry]:
    waiting = LookBack.objects.filter(task__in=seen.values("pk"), done_on=None, dropped=False)
    for each in _around(waiting.select_related("task__round", "task__lead"), "due_on", today):
        words = _("Look back after %(months)d months: %(task)s") % {
            "months": each.months,
            "task": _named(each.task),
        }
        key = f"look-back-{each.months}-{_key(each.task)}"
        yield Entry(key, each.due_on, words, each.task.version, alarm=True)


def _around(rows: QuerySet[Any], day: str, today: date) -> Iterator[Any]:
    """Rows whose day is near: what is past, then what is to come, the nearest of each."""
    past = {f"{day}__gte": today - BEFORE, f"{day}__lt": today}
    ahead = {f"{day}__gte": today, f"{day}__lte": today + AHEAD}
    yield from reversed(rows.filter(**past).order_by(f"-{day}", "-pk")[:MOST])
    yield from rows.filter(**ahead).order_by(day, "pk")[:MOST]


def _key(task: Task) -> str:
    return f"{task.round.code}-{task.serial}"


def _named(task: Task) -> str:
    unit = task.lead.name if task.lead else task.lead_words
    said = f"{task.round.name} {task.serial} {task.title}"
    return f"{said}（{unit}）" if unit else said


def _event(entry: Entry, at: datetime) -> Event:
    made = Event()
    made.add("uid", f"{entry.key}@jieban")
    made.add("dtstamp", at)
    made.add("dtstart", entry.on)
    made.add("dtend", entry.on + timedelta(days=1))
    made.add("summary", entry.words)
    made.add("sequence", entry.sequence)
    made.add("transp", "TRANSPARENT")
    if entry.alarm:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.words)
        alarm.add("trigger", ALARM)
        made.add_component(alarm)
    return made
