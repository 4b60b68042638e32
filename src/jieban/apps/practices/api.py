"""The API of projects and practices: read them, tick a step, take a practice over."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Status
from pydantic import BeforeValidator, Field

from jieban import clock
from jieban.apps.cases import api_schemas as given
from jieban.apps.cases.api import actor_of
from jieban.apps.practices import services
from jieban.apps.practices.models import Practice, PracticeVersion, Project
from jieban.apps.practices.selectors import cards, projects
from jieban.domain.actors import Actor
from jieban.domain.practices.cards import KINDS
from jieban.domain.practices.projects import State

router = Router(tags=["projects and practices"])
_ID = Annotated[int, Path(ge=1, le=2**31 - 1)]
_PAGE = Annotated[int, Field(ge=1, le=10_000)]
LIMIT = 100
_ERRORS: dict[Any, Any] = {
    code: given.ErrorOut for code in (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
}


class StepOut(given.Shown):
    """One step; `place` counts from 1."""

    id: int
    place: int
    what: str
    who: str
    due: date | None
    done_on: date | None
    done_by: str


class ProjectOut(given.Shown):
    number: int
    title: str
    area: given.PlaceOut
    place: str
    category: str
    state: str
    version: int
    owner: str
    term: str
    deadline: date | None
    started_on: date | None
    claimed_on: date | None
    closed_on: date | None
    steps_all: int
    steps_done: int


class QuantityOut(given.Shown):
    """A sum of one thing in one unit; the amount as text, so that it stays exact."""

    what: str
    amount: Annotated[str, BeforeValidator(lambda amount: f"{amount.normalize():f}")]
    unit: str


class VotesOut(given.Shown):
    purpose: str
    held_on: date
    in_favour: int
    against: int
    abstained: int


class ProjectDetailOut(ProjectOut):
    basis: str
    steps: list[StepOut]
    cases: list[str]
    cases_out_of_reach: int
    consultations: list[VotesOut]
    quantities: list[QuantityOut]
    costs: list[QuantityOut]
    allowed: list[str]


class ProjectsOut(given.Shown):
    projects: list[ProjectOut]


class StepIn(given.Said):
    """The day it was done; today where none is said."""

    on: date | None = None


class AdoptionOut(given.Shown):
    id: int
    area: given.PlaceOut
    estate: str
    adopted_on: date
    ended_on: date | None


class PracticeOut(given.Shown):
    number: int
    version: int
    state: str
    kind: str
    name: str
    category: str
    area: given.PlaceOut | None
    author: str
    first_in: str
    adopters: int


class PracticeDetailOut(PracticeOut):
    problem: str
    steps: str
    cost: str
    evidence: str
    adoptions: list[AdoptionOut]


class PracticesOut(given.Shown):
    practices: list[PracticeOut]


class AdoptionIn(given.Said):
    """`area` is the code of the community that takes it over."""

    area: given.Code
    on: date | None = None
    contact: Annotated[given.Text, Field(max_length=100)] = ""
    estate: Annotated[given.Text, Field(max_length=100)] = ""


class ProjectQuery(given.Said):
    state: Annotated[given.Text, Field(max_length=16)] = "open"
    area: given.Code = ""
    q: Annotated[given.Text, Field(max_length=100)] = ""
    page: _PAGE = 1


class PracticeQuery(given.Said):
    kind: Annotated[given.Text, Field(max_length=16)] = ""
    q: Annotated[given.Text, Field(max_length=100)] = ""


def _answers(schema: Any, status: int = 200) -> dict[Any, Any]:
    return {status: schema, **_ERRORS}


@router.get("/projects", response=_answers(ProjectsOut), summary="Problem projects")
def get_projects(request: HttpRequest, query: Query[ProjectQuery]) -> Any:
    actor = actor_of(request)
    actor.demand("project.see")
    state = query.state if query.state in ("open", *State) else ""
    found = projects.listed(actor, state=state, words=query.q, area=query.area)
    page = found[(query.page - 1) * LIMIT : query.page * LIMIT]
    return {"projects": [_project(each) for each in page]}


@router.get("/projects/{id}", response=_answers(ProjectDetailOut), summary="One project")
def get_project(request: HttpRequest, id: _ID) -> Any:
    actor = actor_of(request)
    return _project_detail(actor, projects.project_by_number(actor, id))


@router.post(
    "/projects/{id}/steps/{step}/done",
    response=_answers(ProjectDetailOut),
    summary="A step is done",
)
def post_step_done(request: HttpRequest, id: _ID, step: _ID, body: StepIn) -> Any:
    actor = actor_of(request)
    services.tick_step(actor, id, step, at=clock.now(), on=body.on)
    return _project_detail(actor, projects.project_by_number(actor, id))


@router.get("/practices", response=_answers(PracticesOut), summary="The library of practices")
def get_practices(request: HttpRequest, query: Query[PracticeQuery]) -> Any:
    actor = actor_of(request)
    actor.demand("practice.see")
    kind = query.kind if query.kind in KINDS else ""
    return {
        "practices": [_practice(each) for each in cards.library(actor, kind=kind, words=query.q)]
    }


@router.get("/practices/{id}", response=_answers(PracticeDetailOut), summary="One practice")
def get_practice(request: HttpRequest, id: _ID) -> Any:
    actor = actor_of(request)
    return _practice_detail(actor, cards.practice_by_number(actor, id))


@router.post(
    "/practices/{id}/adoptions", response=_answers(AdoptionOut, 201), summary="Take it over"
)
def post_adoption(request: HttpRequest, id: _ID, body: AdoptionIn) -> Any:
    made = services.adopt(
        actor_of(request),
        id,
        body.area,
        at=clock.now(),
        on=body.on,
        contact_at=body.contact,
        estate=body.estate,
    )
    return Status(201, made)


def _project(project: Project) -> dict[str, Any]:
    named = (
        "title", "area", "place", "category", "state", "version", "owner", "term", "deadline",
        "started_on", "claimed_on", "closed_on", "steps_all", "steps_done",
    )  # fmt: skip
    return {"number": project.pk, **{name: getattr(project, name) for name in named}}


def _project_detail(actor: Actor, project: Project) -> dict[str, Any]:
    steps = projects.steps_of(project)
    project.steps_all = len(steps)  # type: ignore[attr-defined]
    project.steps_done = sum(each.done_on is not None for each in steps)  # type: ignore[attr-defined]
    for place, each in enumerate(steps, start=1):
        each.place = place  # type: ignore[attr-defined]
    entries, linked = projects.entries_of(project), projects.linked_cases(actor, project)
    return {
        **_project(project),
        "basis": project.basis,
        "steps": steps,
        "cases": linked.numbers,
        "cases_out_of_reach": linked.hidden,
        "consultations": [*entries.consultations, *entries.acceptances],
        "quantities": entries.sums,
        "costs": entries.cost_by_source,
        "allowed": projects.allowed_moves(actor, project),
    }


def _practice(version: PracticeVersion) -> dict[str, Any]:
    practice = version.practice
    return {
        "number": practice.pk,
        "version": version.version,
        "state": version.state,
        "kind": practice.kind,
        "name": version.name,
        "category": practice.category,
        "area": practice.area,
        "author": version.author,
        "first_in": practice.first_in,
        "adopters": version.adopters,  # type: ignore[attr-defined]
    }


def _practice_detail(actor: Actor, practice: Practice) -> dict[str, Any]:
    version = cards.shown_version(actor, practice)
    adoptions = cards.adoptions_of(practice)
    version.adopters = sum(each.ended_on is None for each in adoptions)  # type: ignore[attr-defined]
    return {
        **_practice(version),
        "problem": version.problem,
        "steps": version.steps,
        "cost": version.cost,
        "evidence": version.evidence,
        "adoptions": adoptions,
    }
