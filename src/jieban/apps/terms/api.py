"""The API of terms: read them, make a move, log a week, keep the problem list."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest
from ninja import Path, Query, Router, Status
from pydantic import Field

from jieban import clock
from jieban.apps.cases import api_schemas as given
from jieban.apps.cases.api import actor_of
from jieban.apps.ledger import selectors as ledger
from jieban.apps.terms import selectors, services
from jieban.apps.terms.models import Term
from jieban.domain.actors import Actor

router = Router(tags=["terms"])
LIMIT = 200
_NUMBER = Annotated[given.Text, Path(max_length=48)]
_SERIAL = Annotated[int, Path(ge=1, le=32_767)]
_COUNT = Annotated[int, Field(ge=0, le=999)]
_SERIALS = Annotated[list[Annotated[int, Field(ge=1, le=32_767)]], Field(max_length=200)]
_ERRORS: dict[Any, Any] = {
    code: given.ErrorOut for code in (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
}


class OfficialOut(given.Shown):
    code: str
    name: str
    home: str


class TermOut(given.Shown):
    """One term. `days_left` is 0 on the last day and below it after; null where no clock runs."""

    number: str
    programme: str
    cohort: int
    official: OfficialOut
    area: str
    area_name: str
    street: str
    street_name: str
    state: str
    version: int
    planned_start: date
    arrived_on: date | None
    ends_on: date | None
    extended_until: date | None
    extensions: int
    ended_on: date | None
    last_day: date | None
    days_left: int | None
    overdue: bool


class TermsOut(given.Shown):
    """A page of terms; `next` is the page after it."""

    terms: list[TermOut]
    total: int
    next: int | None


class ProblemOut(given.Shown):
    serial: int
    text: str
    category: str
    source: str
    cases: list[str]
    state: str
    entered_on: date
    solved_on: date | None
    proof: str
    handed_to: str


class WeekOut(given.Shown):
    """One week by its Monday."""

    week: date
    done: int
    persuaded: int
    talked: int
    meetings: int
    joint_calls: int
    note: str
    problems: list[int]
    at: datetime
    by: str


class DecisionOut(given.Shown):
    """A decision with the memo it was made on."""

    outcome: str
    state: str
    reason: str
    problems: list[int]
    exception: str
    until: date | None
    memo: dict[str, Any]
    at: datetime
    by: str
    approved_at: datetime | None
    approved_by: str


class HeldOut(given.Shown):
    """Who held the post, from when until when."""

    code: str
    name: str
    begins: date | None
    ends: date | None


class TermDetailOut(TermOut):
    allowed: list[str]
    baseline: dict[str, Any] | None
    index: dict[str, Any] | None
    officials: list[HeldOut]
    problems: list[ProblemOut]
    weeks: list[WeekOut]
    decisions: list[DecisionOut]


class ListQuery(given.Said):
    """The filters of the list, as its page's address has them."""

    programme: Annotated[given.Text, Field(max_length=32)] = ""
    cohort: Annotated[given.Text, Field(max_length=4)] = ""
    state: Annotated[given.Text, Field(max_length=16)] = ""
    street: Annotated[given.Text, Field(max_length=32)] = ""
    due: Literal["", "soon", "overdue"] = ""
    page: Annotated[int, Field(ge=1, le=10_000)] = 1


class MoveIn(given.Said):
    """A move by its name, with what it is told; `version` is what was looked at."""

    move: Annotated[given.Text, Field(max_length=32)]
    reason: given.Reason = ""
    exception: given.Reason = ""
    problems: _SERIALS = []
    arrived_on: date | None = None
    version: given.Version = None


class WeekIn(given.Said):
    """One week, by any day of it; this week where none is given."""

    week: date | None = None
    done: _COUNT = 0
    persuaded: _COUNT = 0
    talked: _COUNT = 0
    meetings: _COUNT = 0
    joint_calls: _COUNT = 0
    note: given.Reason = ""
    problems: _SERIALS = []


class ProblemIn(given.Said):
    text: Annotated[given.Text, Field(min_length=1, max_length=500)]
    source: Annotated[given.Text, Field(max_length=16)] = "complaints"
    category: Annotated[given.Text, Field(max_length=255)] = ""
    cases: Annotated[list[given.Number], Field(max_length=50)] = []


class OutcomeIn(given.Said):
    """What became of a problem: `text` is the proof, the receiver, or the reason."""

    outcome: Literal["solved", "handed_on", "open"]
    text: given.Reason


@router.get("/terms", response={200: TermsOut, **_ERRORS}, summary="Terms, a page at a time")
def get_terms(request: HttpRequest, query: Query[ListQuery]) -> Any:
    actor = actor_of(request)
    actor.demand("term.see")
    asked = query.model_dump(exclude={"page"})
    found = selectors.listed(actor, asked, selectors.today_at(clock.now()))
    first = (query.page - 1) * LIMIT
    more = len(found) > first + LIMIT
    return {
        "terms": [_term(row.term) for row in found[first : first + LIMIT]],
        "total": len(found),
        "next": query.page + 1 if more else None,
    }


@router.get("/terms/{number}", response={200: TermDetailOut, **_ERRORS}, summary="One term")
def get_term(request: HttpRequest, number: _NUMBER) -> Any:
    actor = actor_of(request)
    return _detail(actor, selectors.term_by_number(actor, number))


@router.get(
    "/terms/{number}/events", response={200: given.EventsOut, **_ERRORS}, summary="A term's chain"
)
def get_term_events(request: HttpRequest, number: _NUMBER) -> Any:
    term = selectors.term_by_number(actor_of(request), number)
    return {"events": list(ledger.events_of("term", term.number))}


@router.post(
    "/terms/{number}/moves", response={200: TermDetailOut, **_ERRORS}, summary="One move of a term"
)
def post_term_move(request: HttpRequest, number: _NUMBER, body: MoveIn) -> Any:
    actor = actor_of(request)
    told = body.model_dump(exclude={"move", "version"})
    term = services.make_move(
        actor,
        number,
        body.move,
        at=clock.now(),
        home=settings.HOME,
        version=body.version,
        told=told,
    )
    return _detail(actor, term)


@router.post("/terms/{number}/weeks", response={201: WeekOut, **_ERRORS}, summary="Log a week")
def post_week(request: HttpRequest, number: _NUMBER, body: WeekIn) -> Any:
    said = body.model_dump()
    counts = {name: said[name] for name in services.COUNTED}
    entry = services.log_week(
        actor_of(request),
        number,
        at=clock.now(),
        week=body.week,
        counts=counts,
        note=body.note,
        problems=body.problems,
    )
    return Status(201, entry)


@router.post(
    "/terms/{number}/problems", response={201: ProblemOut, **_ERRORS}, summary="Enter a problem"
)
def post_problem(request: HttpRequest, number: _NUMBER, body: ProblemIn) -> Any:
    made = services.enter_problem(
        actor_of(request),
        number,
        body.text,
        at=clock.now(),
        source=body.source,
        category=body.category,
        linked=body.cases,
    )
    return Status(201, made)


@router.post(
    "/terms/{number}/problems/{serial}/outcome",
    response={200: ProblemOut, **_ERRORS},
    summary="What became of a problem",
)
def post_outcome(request: HttpRequest, number: _NUMBER, serial: _SERIAL, body: OutcomeIn) -> Any:
    return services.settle_problem(
        actor_of(request), number, serial, body.outcome, body.text, at=clock.now()
    )


def _term(term: Term) -> dict[str, Any]:
    clock_now = selectors.clock_on(term, selectors.today_at(clock.now()))
    own = (
        "number", "official", "area_name", "street_name", "state", "version", "planned_start",
        "arrived_on", "ends_on", "extended_until", "extensions", "ended_on",
    )  # fmt: skip
    return {name: getattr(term, name) for name in own} | {
        "programme": term.cohort.programme.code,
        "cohort": term.cohort.number,
        "area": term.area_code,
        "street": term.street_code,
        "last_day": selectors.last_day(term),
        "days_left": clock_now.left if clock_now else None,
        "overdue": clock_now is not None and clock_now.overdue,
    }


def _detail(actor: Actor, term: Term) -> dict[str, Any]:
    today = selectors.today_at(clock.now())
    return _term(term) | {
        "allowed": list(selectors.allowed_moves(actor, term, today)),
        "baseline": term.baseline,
        "index": term.index,
        "officials": [
            {"code": code, "name": name, "begins": first, "ends": last}
            for code, name, first, last in selectors.officials_of(term)
        ],
        "problems": list(term.problems.all()),
        "weeks": list(term.log.all()),
        "decisions": list(term.decisions.all()),
    }
