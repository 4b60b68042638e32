"""The API of cases: each endpoint reads its input, calls one service or selector, and answers."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Header, Path, Query, Router, Status
from pydantic import BaseModel, Field

from jieban import clock
from jieban.apps.cases import api_schemas as given
from jieban.apps.cases import selectors, services
from jieban.apps.cases.models import Case
from jieban.apps.cases.selectors import Filter
from jieban.apps.cases.services.idempotency import once
from jieban.apps.ledger import selectors as ledger
from jieban.domain.actors import Actor

router = Router(tags=["cases"])
_ID = Annotated[int, Path(ge=1, le=2**31 - 1)]
_NUMBER = Annotated[given.Number, Path()]
_KEY = Annotated[str, Header(alias="Idempotency-Key", max_length=64, pattern=r"^[\x21-\x7e]*$")]
_ERRORS: dict[Any, Any] = {
    code: given.ErrorOut for code in (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
}


def _answers(schema: Any, status: int = 200) -> dict[Any, Any]:
    return {status: schema, **_ERRORS}


def actor_of(request: HttpRequest) -> Actor:
    """Who asks: the door's authentication put it there."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor


def _detail(actor: Actor, case: Case) -> HttpResponse:
    """The case with what only its own page shows."""
    selectors.with_places([case])
    shares = selectors.running_shares_of(case)
    case.shares = shares  # type: ignore[attr-defined]
    case.allowed = list(selectors.allowed_moves(actor, case, shares))  # type: ignore[attr-defined]
    return _told(given.CaseDetailOut, case)


def _told(schema: type[BaseModel], answer: Any, status: int = 200) -> HttpResponse:
    """The answer, written by its schema itself: the way through the framework costs a tenth of
    a whole act."""
    told = schema.model_validate(answer).model_dump_json()
    return HttpResponse(told, status=status, content_type="application/json; charset=utf-8")


class ListQuery(given.Said):
    """The filters of a worklist, as its page's address has them."""

    scope: Annotated[given.Text, Field(max_length=100)] = ""
    state: Annotated[given.Text, Field(max_length=100)] = ""
    unit: Annotated[given.Text, Field(max_length=100)] = ""
    category: Annotated[given.Text, Field(max_length=100)] = ""
    channel: Annotated[given.Text, Field(max_length=100)] = ""
    urgency: Annotated[given.Text, Field(max_length=100)] = ""
    due: Annotated[given.Text, Field(max_length=100)] = ""
    created_from: Annotated[given.Text, Field(max_length=100)] = ""
    created_to: Annotated[given.Text, Field(max_length=100)] = ""
    tab: Annotated[given.Text, Field(max_length=100)] = ""
    q: Annotated[given.Text, Field(max_length=100)] = ""
    order: Annotated[given.Text, Field(max_length=100)] = ""
    open: Annotated[given.Text, Field(max_length=1)] = ""
    overdue: Annotated[given.Text, Field(max_length=1)] = ""
    held: Annotated[given.Text, Field(max_length=1)] = ""
    supervised: Annotated[given.Text, Field(max_length=1)] = ""
    waiting: Annotated[given.Text, Field(max_length=1)] = ""
    gone_up: Annotated[given.Text, Field(max_length=1)] = ""
    urged: Annotated[given.Text, Field(max_length=1)] = ""
    after: Annotated[given.Text, Field(max_length=64)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = selectors.PAGE


@router.post("/cases", response=_answers(given.CaseOut, 201), summary="Take a case in")
def post_case(request: HttpRequest, body: given.CaseIn, key: _KEY = "") -> Any:
    actor = actor_of(request)
    intake = services.Intake(**body.model_dump())
    made = once(
        actor,
        key,
        "POST /cases",
        body.model_dump_json(),
        lambda at: services.receive_case(actor, intake, at=at),
        at=clock.now(),
    )
    return _told(given.CaseOut, made, 201)


@router.get("/cases", response=_answers(given.CasesOut), summary="A worklist, a page at a time")
def get_cases(request: HttpRequest, query: Query[ListQuery]) -> Any:
    said = query.model_dump()
    after, limit = said.pop("after"), said.pop("limit")
    page = selectors.worklist(
        actor_of(request), Filter.from_query(said), at=clock.now(), after=after, limit=limit
    )
    return {"cases": page.cases, "next": page.next_cursor}


@router.get("/cases/{number}", response=_answers(given.CaseDetailOut), summary="One case")
def get_case(request: HttpRequest, number: _NUMBER) -> Any:
    actor = actor_of(request)
    return _detail(actor, selectors.case_by_number(actor, number))


@router.post("/cases/{number}/moves", response=_answers(given.CaseDetailOut), summary="One move")
def post_move(request: HttpRequest, number: _NUMBER, body: given.MoveIn) -> Any:
    actor = actor_of(request)
    told = body.model_dump(exclude={"move", "version"})
    case = services.make_move(
        actor, number, body.move, at=clock.now(), version=body.version, told=told
    )
    return _detail(actor, case)


@router.post("/cases/{number}/contacts", response=_answers(given.CaseDetailOut), summary="Contact")
def post_contact(request: HttpRequest, number: _NUMBER, body: given.ContactIn) -> Any:
    actor = actor_of(request)
    case = services.record_contact(actor, number, at=clock.now(), **body.model_dump())
    return _detail(actor, case)


@router.post(
    "/cases/{number}/classification",
    response=_answers(given.CaseDetailOut),
    summary="Category, urgency, complexity, place",
)
def post_classification(request: HttpRequest, number: _NUMBER, body: given.ClassificationIn) -> Any:
    actor = actor_of(request)
    case = services.classify_case(actor, number, at=clock.now(), **body.model_dump())
    return _detail(actor, case)


@router.get("/cases/{number}/events", response=_answers(given.EventsOut), summary="Its chain")
def get_events(request: HttpRequest, number: _NUMBER) -> Any:
    case = selectors.case_by_number(actor_of(request), number)
    return {"events": list(ledger.events_of("case", case.number))}


@router.post("/cases/{number}/unmask", response=_answers(given.PrivateOut), summary="In clear")
def post_unmask(request: HttpRequest, number: _NUMBER, body: given.ReasonIn) -> Any:
    shown = services.unmask_case(actor_of(request), number, at=clock.now(), reason=body.reason)
    return {"private": shown}


@router.post("/cases/{number}/urges", response=_answers(given.CaseOut), summary="Urge")
def post_urge(request: HttpRequest, number: _NUMBER, body: given.UrgeIn) -> Any:
    return services.urge_case(actor_of(request), number, at=clock.now(), reason=body.reason)


@router.post("/cases/{number}/supervisions", response=_answers(given.CaseOut), summary="Supervise")
def post_supervision(request: HttpRequest, number: _NUMBER, body: given.SupervisionIn) -> Any:
    watch = services.supervise_case(
        actor_of(request), number, at=clock.now(), source=body.source, reason=body.reason
    )
    return watch.case


@router.post("/cases/{number}/links", response=_answers(given.CaseOut), summary="Link or merge")
def post_link(request: HttpRequest, number: _NUMBER, body: given.LinkIn) -> Any:
    actor, at = actor_of(request), clock.now()
    if body.kind == "merge":
        return services.merge_case(actor, number, body.other, at=at, reason=body.reason)
    return services.link_repeat(actor, number, body.other, at=at).case


@router.post(
    "/cases/{number}/links/merge/undo", response=_answers(given.CaseOut), summary="Undo a merge"
)
def post_merge_undone(request: HttpRequest, number: _NUMBER, body: given.ReasonIn) -> Any:
    return services.undo_merge(actor_of(request), number, at=clock.now(), reason=body.reason)


# --- requests -----------------------------------------------------------------------------


@router.get("/cases/{number}/requests", response=_answers(given.RequestsOut), summary="Requests")
def get_requests(request: HttpRequest, number: _NUMBER) -> Any:
    case = selectors.case_by_number(actor_of(request), number)
    return {"requests": list(selectors.requests_of(case))}


@router.post("/cases/{number}/requests", response=_answers(given.RequestOut, 201), summary="Ask")
def post_request(request: HttpRequest, number: _NUMBER, body: given.RequestIn) -> Any:
    return Status(
        201,
        services.ask_request(
            actor_of(request),
            number,
            body.kind,
            at=clock.now(),
            reason=body.reason,
            terms=body.terms,
            version=body.version,
        ),
    )


@router.post("/requests/{id}/decision", response=_answers(given.RequestOut), summary="Decide")
def post_decision(request: HttpRequest, id: _ID, body: given.DecisionIn) -> Any:
    return services.decide_request(
        actor_of(request), id, granted=body.granted, at=clock.now(), reason=body.reason
    )


@router.post("/requests/{id}/withdrawal", response=_answers(given.RequestOut), summary="Withdraw")
def post_withdrawal(request: HttpRequest, id: _ID) -> Any:
    return services.withdraw_request(actor_of(request), id, at=clock.now())


@router.post("/requests/{id}/end", response=_answers(given.RequestOut), summary="End a hold")
def post_end(request: HttpRequest, id: _ID, body: given.ReasonIn) -> Any:
    return services.end_hold(actor_of(request), id, at=clock.now(), reason=body.reason)


# --- joint calls --------------------------------------------------------------------------


@router.post(
    "/cases/{number}/joint-calls", response=_answers(given.JointCallOut, 201), summary="Call units"
)
def post_joint_call(request: HttpRequest, number: _NUMBER, body: given.JointCallIn) -> Any:
    said = body.model_dump()
    units = said.pop("units")
    called = services.call_units(actor_of(request), number, units, at=clock.now(), **said)
    return Status(201, called)


class UnitIn(given.Said):
    unit: given.Code


@router.post("/joint-calls/{id}/arrivals", response=_answers(given.CalledOut), summary="Report in")
def post_arrival(request: HttpRequest, id: _ID, body: UnitIn) -> Any:
    return services.report_in(actor_of(request), id, body.unit, at=clock.now())


class VisitIn(given.Said):
    """What was found, and each unit's task by its code."""

    findings: given.Reason
    tasks: Annotated[
        dict[given.Code, Annotated[given.Text, Field(max_length=255)]], Field(max_length=30)
    ] = {}


@router.post("/joint-calls/{id}/visit", response=_answers(given.JointCallOut), summary="Visit")
def post_visit(request: HttpRequest, id: _ID, body: VisitIn) -> Any:
    tasks = {unit: (words, None) for unit, words in body.tasks.items()}
    return services.record_joint_visit(
        actor_of(request), id, at=clock.now(), findings=body.findings, tasks=tasks
    )


@router.post(
    "/joint-calls/{id}/finished-tasks", response=_answers(given.CalledOut), summary="Task done"
)
def post_finished_task(request: HttpRequest, id: _ID, body: UnitIn) -> Any:
    return services.finish_task(actor_of(request), id, body.unit, at=clock.now())


class FinishIn(given.Said):
    """The caller's rating of each unit by its code, 1 to 5; a reason where something is open."""

    ratings: Annotated[
        dict[given.Code, Annotated[int, Field(ge=1, le=5)]], Field(max_length=30)
    ] = {}
    reason: given.Reason = ""


@router.post("/joint-calls/{id}/finish", response=_answers(given.JointCallOut), summary="Finish")
def post_finish(request: HttpRequest, id: _ID, body: FinishIn) -> Any:
    return services.finish_call(
        actor_of(request), id, at=clock.now(), ratings=body.ratings, reason=body.reason
    )


class RatingIn(given.Said):
    unit: given.Code
    rating: Annotated[int, Field(ge=1, le=5)]


@router.post(
    "/joint-calls/{id}/ratings", response=_answers(given.CalledOut), summary="Rate the caller"
)
def post_rating(request: HttpRequest, id: _ID, body: RatingIn) -> Any:
    return services.rate_caller(actor_of(request), id, body.unit, body.rating, at=clock.now())
