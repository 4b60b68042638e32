"""What every act shares: the row held, who may, days that can be, the event."""

from datetime import date, datetime
from typing import Any

from jieban.apps.directory import selectors as directory
from jieban.apps.directory.models import Area, Unit
from jieban.apps.directory.selectors.reach import reach_of
from jieban.apps.ledger import services as ledger
from jieban.apps.practices.models import Note, Practice, Project
from jieban.apps.practices.selectors import cards, notes, projects
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.projects import OPEN, State

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 1, 1)


def hold_project(
    actor: Actor, number: int, version: int | None = None, *, closed_too: bool = False
) -> Project:
    """The project, its row locked until the transaction ends.

    Raises:
        Refused "project.not_found": not within what the actor may see.
        Refused "project.not_yours": seen, but not to be written in.
        Refused "project.changed_meanwhile", "project.closed".
    """
    found = projects.visible_to(actor, "project.see").filter(pk=number)
    project = found.select_for_update(of=("self",)).first()
    if project is None:
        raise Refused("project.not_found", number=number)
    if not reach_of(actor, "project.run").holds(project.area_id):
        raise Refused("project.not_yours", number=number)
    if version is not None and version != project.version:
        raise Refused("project.changed_meanwhile", number=number)
    if not closed_too and State(project.state) not in OPEN:
        raise Refused("project.closed", number=number)
    return project


def hold_practice(actor: Actor, number: int, permission: str) -> Practice:
    """The practice, its row locked, for whoever writes or reviews it.

    Raises:
        Refused "practice.not_found", "practice.not_yours".
    """
    practice = cards.visible_to(actor).filter(pk=number).select_for_update(of=("self",)).first()
    if practice is None:
        raise Refused("practice.not_found", number=number)
    if not cards.may(actor, practice, permission):
        raise Refused("practice.not_yours", number=number)
    return practice


def hold_note(actor: Actor, number: int) -> Note:
    """The note, its row locked, while it runs.

    Raises:
        Refused "note.not_found", "note.not_yours", "note.ended".
    """
    seen = notes.visible_to(actor).filter(pk=number)
    note = seen.select_for_update(of=("self",)).first()
    if note is None:
        raise Refused("note.not_found", number=number)
    if not reach_of(actor, "practice.write").holds(note.area_id):
        raise Refused("note.not_yours", number=number)
    if note.ended_on is not None:
        raise Refused("note.ended", number=number)
    return note


def area_within(actor: Actor, code: str, permission: str) -> Area:
    """A place of this code on which the actor holds a permission.

    Raises:
        Refused "actor.not_permitted", "practice.area_not_found".
    """
    actor.demand(permission)
    area = directory.areas().filter(code=code).first() if "\x00" not in code else None
    if area is None or not reach_of(actor, permission).holds(area.pk):
        raise Refused("practice.area_not_found", area=code[:32])
    return area


def units_of(codes: list[str]) -> list[Unit]:
    """
    Raises:
        Refused "practice.unit_not_found".
    """
    wanted = list(dict.fromkeys(code for code in codes if code))
    found = {unit.code: unit for unit in directory.units().filter(code__in=wanted)}
    for code in wanted:
        if code not in found:
            raise Refused("practice.unit_not_found", unit=code[:32])
    return [found[code] for code in wanted]


def possible(day: date | None, *, at: datetime | None = None) -> date | None:
    """The day; with `at`, of something that has happened.

    Raises:
        Refused "practice.day_impossible", "practice.day_in_future".
    """
    if day is None:
        return None
    if not EARLIEST <= day < LATEST:
        raise Refused("practice.day_impossible", day=str(day))
    if at is not None and day > directory.local_day(at):
        raise Refused("practice.day_in_future", day=str(day))
    return day


def happened(day: date | None, at: datetime) -> date:
    """The day something happened; today where nobody says.

    Raises:
        Refused "practice.day_impossible", "practice.day_in_future".
    """
    return possible(day, at=at) or directory.local_day(at)


def record_project(
    project: Project, kind: str, /, *, actor: Actor, at: datetime, reason: str = "", **body: Any
) -> None:
    """One event of a project, and its row stored with the next version."""
    project.version += 1
    project.save()
    _append("project", project.pk, kind, actor, at, reason, body)


def record_practice(
    practice: Practice, kind: str, /, *, actor: Actor, at: datetime, reason: str = "", **body: Any
) -> None:
    """One event of a practice, and its row stored."""
    practice.events += 1
    practice.save()
    _append("practice", practice.pk, kind, actor, at, reason, body)


def record_note(
    note: Note, kind: str, /, *, actor: Actor, at: datetime, reason: str = "", **body: Any
) -> None:
    """One event of a note, and its row stored with the next version."""
    note.version += 1
    note.save()
    _append("note", note.pk, kind, actor, at, reason, body)


def _append(
    subject: str,
    number: int,
    kind: str,
    actor: Actor,
    at: datetime,
    reason: str,
    body: dict[str, Any],
) -> None:
    ledger.append(subject, str(number), kind, actor=actor, at=at, reason=reason, body=body)
