"""Problem projects: opened, changed, moved on, taken over; the cases they are about."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import transaction

from jieban.apps.directory import selectors as directory
from jieban.apps.directory.models import Area
from jieban.apps.ledger import selectors as ledger
from jieban.apps.practices.models import Project, ProjectCase
from jieban.apps.practices.selectors.projects import standing_of, visible_numbers
from jieban.apps.practices.services.keeping import (
    area_within,
    happened,
    hold_project,
    possible,
    record_project,
)
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.projects import State, decide
from jieban.domain.practices.wording import tidy

LONGEST_REASON = 500
MOST_CASES = 500
MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Plan:
    """What a project is about. `area` is the code of a place, `place` the spot in words."""

    title: str
    area: str
    place: str
    category: str = ""
    basis: str = ""
    deadline: date | None = None
    term: str = ""


@transaction.atomic
def open_project(actor: Actor, plan: Plan, *, at: datetime, cases: Sequence[str] = ()) -> Project:
    """Begin a project; who opens it owns it.

    Raises:
        Refused "actor.not_permitted", "practice.area_not_found", "case.not_found" and those of
            `wording.tidy`; see also check_term and link_cases.
    """
    area = area_within(actor, plan.area, "project.run")
    project = Project(
        area=area,
        state=State.PLANNED.value,
        owner=actor.name,
        owner_id=actor.id,
        made_at=at,
        made_by=actor.name,
    )
    _write(project, plan)
    check_term(project.term, project.area)
    project.save()
    record_project(
        project,
        "project.opened",
        actor=actor,
        at=at,
        area=area.code,
        category=project.category,
        deadline=str(project.deadline or ""),
        term=project.term,
    )
    _link(actor, project, cases, at)
    return project


@transaction.atomic
def change_project(
    actor: Actor, number: int, plan: Plan, *, at: datetime, version: int | None = None
) -> Project:
    """Say differently what a project is about. Nothing happens where nothing is different.

    Raises:
        Refused "project.not_found", "project.closed", "project.changed_meanwhile",
            "practice.area_not_found", "project.term_not_found" and those of `wording.tidy`.
    """
    project = hold_project(actor, number, version)
    before = _plan_of(project)
    project.area = area_within(actor, plan.area, "project.run")
    _write(project, plan)
    after = _plan_of(project)
    if (after.term, after.area) != (before.term, before.area):
        check_term(project.term, project.area)
    changed = [
        each.name
        for each in fields(Plan)
        if getattr(before, each.name) != getattr(after, each.name)
    ]
    if changed:
        record_project(project, "project.changed", actor=actor, at=at, changed=changed)
    return project


@transaction.atomic
def move_project(
    actor: Actor,
    number: int,
    move: str,
    *,
    at: datetime,
    on: date | None = None,
    reason: str = "",
    version: int | None = None,
) -> Project:
    """Take one step in a project's life. `on` is the day it happened; today where nobody says.

    Raises:
        Refused "project.not_found", "project.changed_meanwhile", "project.day_out_of_order" and
            those of projects.decide.
    """
    project = hold_project(actor, number, version, closed_too=True)
    told = tidy("reason", reason, limit=LONGEST_REASON)
    made = decide(standing_of(project), move, by=actor.id, reason=told)
    day = happened(on, at)
    _in_order(project, move, day)
    project.state = made.to.value
    if move == "start":
        project.started_on = day
    elif move == "claim":
        project.claimed_on = day
    elif move == "send_back":
        project.claimed_on = None
    elif move in ("accept", "give_up"):
        project.closed_on, project.closing = day, told
    elif move == "reopen":
        project.claimed_on, project.closed_on, project.closing = None, None, ""
        project.started_on = project.started_on or day
    record_project(project, f"project.{made.past}", actor=actor, at=at, reason=told, day=str(day))
    return project


@transaction.atomic
def take_over(actor: Actor, number: int, *, at: datetime, reason: str) -> Project:
    """Become the owner of a project that was somebody else's.

    Raises:
        Refused "project.not_found", "project.reason_missing", "project.already_yours".
    """
    project = hold_project(actor, number)
    told = tidy("reason", reason, limit=LONGEST_REASON)
    if not told:
        raise Refused("project.reason_missing")
    if project.owner_id == actor.id:
        raise Refused("project.already_yours")
    project.owner, project.owner_id = actor.name, actor.id
    record_project(project, "project.taken_over", actor=actor, at=at, reason=told)
    return project


@transaction.atomic
def link_cases(actor: Actor, number: int, cases: Sequence[str], *, at: datetime) -> Project:
    """Say that these cases are about it; those linked already are passed over.

    Raises:
        Refused "project.not_found", "case.not_found": also a case the actor may not see.
        Refused "project.too_many_cases".
    """
    project = hold_project(actor, number)
    _link(actor, project, cases, at)
    return project


@transaction.atomic
def unlink_case(actor: Actor, number: int, case: str, *, at: datetime) -> Project:
    """Take a case away from a project.

    Raises:
        Refused "project.not_found", "case.not_found".
    """
    project = hold_project(actor, number)
    linked = ProjectCase.objects.filter(project=project, number=case).first()
    if linked is None or case not in visible_numbers(actor, [case]):
        raise Refused("case.not_found", number=case)
    linked.delete()
    record_project(project, "project.case_unlinked", actor=actor, at=at, number=case)
    return project


def _link(actor: Actor, project: Project, cases: Sequence[str], at: datetime) -> None:
    wanted = list(dict.fromkeys(each.strip()[:64] for each in cases))
    seen = visible_numbers(actor, [each for each in wanted if "\x00" not in each])
    for number in wanted:
        if number not in seen:
            raise Refused("case.not_found", number=number.replace("\x00", ""))
    linked = set(ProjectCase.objects.filter(project=project).values_list("number", flat=True))
    new = [number for number in wanted if number not in linked]
    if len(linked) + len(new) > MOST_CASES:
        raise Refused("project.too_many_cases", limit=MOST_CASES)
    for number in new:
        ProjectCase.objects.create(project=project, number=number)
        record_project(project, "project.case_linked", actor=actor, at=at, number=number)


def _write(project: Project, plan: Plan) -> None:
    project.title = tidy("title", plan.title, required=True)
    project.place = tidy("place", plan.place, required=True)
    project.category = category_path(plan.category)
    project.basis = tidy("basis", plan.basis, limit=500)
    project.deadline = possible(plan.deadline)
    project.term = tidy("term", plan.term, limit=64)


def check_term(number: str, area: Area) -> None:
    """Is there a term of this number, in the project's place or a part of it? Blank: no term.

    Terms stand above this; that there is one is known by its first event.

    Raises:
        Refused "project.term_not_found".
    """
    if not number:
        return
    first = ledger.events_of("term", number).first()
    codes = directory.standing().above
    place = str(first.body.get("area", "")) if first is not None else ""
    if first is None or area.code not in (place, *codes.get(place, ())):
        raise Refused("project.term_not_found", term=number, place=area.name)


def category_path(written: str) -> str:
    """The path of a category that stands, by its path, code or one name of it; blank: none.

    Raises:
        Refused "practice.category_not_found".
    """
    text = tidy("category", written, limit=255)
    if not text:
        return ""
    found = directory.category_of(text)
    if found is not None:
        return found.path
    # An installation without a list of categories has only what its files say.
    if not directory.categories().exists():
        return text
    raise Refused("practice.category_not_found", category=text)


def _plan_of(project: Project) -> Plan:
    return Plan(
        project.title,
        project.area.code,
        project.place,
        project.category,
        project.basis,
        project.deadline,
        project.term,
    )


def _in_order(project: Project, move: str, day: date) -> None:
    earlier = {"claim": project.started_on, "accept": project.claimed_on}.get(move)
    if earlier is not None and day < earlier:
        raise Refused("project.day_out_of_order", day=str(day), earlier=str(earlier))
