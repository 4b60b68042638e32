"""The API of letters: read them and the sums of their batches, answer, move."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import Field

from jieban import clock
from jieban.apps.cases import api_schemas as given
from jieban.apps.cases.api import actor_of
from jieban.apps.letters import services
from jieban.apps.letters.models import Letter
from jieban.apps.letters.selectors import lists, seeing, telling
from jieban.apps.rectification.selectors.seeing import person_of
from jieban.domain.actors import Actor
from jieban.domain.rectification import letters as rules

router = Router(tags=["letters of inspections"])
LIMIT = 100
_CODE = Annotated[given.Text, Path(max_length=32)]
_NUMBER = Annotated[given.Text, Path(max_length=32)]
_BATCH = Annotated[given.Text, Path(max_length=32)]
_ERRORS: dict[Any, Any] = {
    code: given.ErrorOut for code in (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
}
_Words = Annotated[given.Text, Field(max_length=8000)]


class LetterOut(given.Shown):
    """A letter without its original; types by code, or as they were told."""

    number: str
    batch: str
    channel: str
    public_text: str
    area_text: str
    area: given.PlaceOut | None
    types: list[str]
    focus: bool
    verdict: str
    state: str
    said_state: str
    wanted: str
    lead: given.PlaceOut | None
    due_on: date
    version: int


class LetterDetailOut(LetterOut):
    finding: str
    goal: str
    action: str
    accountability: str
    joint: list[given.PlaceOut]
    links: list[str]
    allowed: list[str]


class LettersOut(given.Shown):
    letters: list[LetterOut]


class LetterSumOut(given.Shown):
    """`done`, `partly_done` and `in_progress` add up to `total`."""

    total: int
    done: int
    partly_done: int
    in_progress: int


class CrossRowOut(given.Shown):
    name: str
    sum: LetterSumOut
    counts: list[int]


class CrossOut(given.Shown):
    """Letters by place and type. `mentions` may exceed the letters, and `exceeds` says so."""

    types: list[str]
    rows: list[CrossRowOut]
    mentions: int
    exceeds: bool


class BatchSumsOut(given.Shown):
    number: str
    handed_on: date
    sum: LetterSumOut
    focus: int
    by_place: CrossOut
    by_unit: CrossOut


class LetterQuery(given.Said):
    batch: Annotated[given.Text, Field(max_length=12)] = ""
    state: Annotated[given.Text, Field(max_length=12)] = ""
    verdict: Annotated[given.Text, Field(max_length=12)] = ""
    type: Annotated[given.Text, Field(max_length=32)] = ""
    unit: given.Code = ""
    area: given.Code = ""
    q: Annotated[given.Text, Field(max_length=100)] = ""
    page: Annotated[int, Field(ge=1, le=10_000)] = 1


class LetterAnswerIn(given.Said):
    """What was found and done; only what is given is written."""

    verdict: Annotated[given.Text, Field(max_length=12)] | None = None
    finding: _Words | None = None
    goal: _Words | None = None
    action: _Words | None = None
    version: given.Version = None


class LetterMoveIn(given.Said):
    """`move` is part, close, go_on or reopen, or ask (`wanted`) and turn_down."""

    move: Annotated[given.Text, Field(max_length=16)]
    on: date | None = None
    wanted: Annotated[given.Text, Field(max_length=12)] = "done"
    reason: Annotated[given.Text, Field(max_length=500)] = ""
    version: given.Version = None


@router.get(
    "/rounds/{slug:code}/letters",
    response={200: LettersOut, **_ERRORS},
    summary="Letters of a round",
)
def get_letters(request: HttpRequest, code: _CODE, query: Query[LetterQuery]) -> Any:
    actor = actor_of(request)
    actor.demand("letter.see")
    seeing.round_seen(actor, code)
    asked = lists.Filter(
        round=code,
        batch=query.batch,
        state=query.state,
        verdict=query.verdict,
        type=query.type,
        unit=query.unit,
        area=query.area,
        words=query.q,
    )
    found = lists.listed(lists.register(actor, asked))
    found = found[(query.page - 1) * LIMIT : query.page * LIMIT]
    return {"letters": [_letter(each) for each in found]}


@router.get(
    "/rounds/{slug:code}/letters/{number}",
    response={200: LetterDetailOut, **_ERRORS},
    summary="One letter",
)
def get_letter(request: HttpRequest, code: _CODE, number: _NUMBER) -> Any:
    actor = actor_of(request)
    actor.demand("letter.see")
    return _detail(actor, code, number)


@router.get(
    "/rounds/{slug:code}/batches/{number}",
    response={200: BatchSumsOut, **_ERRORS},
    summary="Sums of a batch of letters",
)
def get_batch(request: HttpRequest, code: _CODE, number: _BATCH) -> Any:
    actor = actor_of(request)
    actor.demand("letter.see")
    batch = seeing.batch_by_number(actor, code, number)
    sums = lists.batch_sums(actor, batch)
    return {
        "number": batch.number,
        "handed_on": batch.handed_on,
        "sum": sums.sum,
        "focus": sums.focus,
        "by_place": sums.by_place,
        "by_unit": sums.by_unit,
    }


@router.post(
    "/rounds/{slug:code}/letters/{number}/answer",
    response={200: LetterDetailOut, **_ERRORS},
    summary="Write what was found and done",
)
def post_letter_answer(
    request: HttpRequest, code: _CODE, number: _NUMBER, body: LetterAnswerIn
) -> Any:
    actor = actor_of(request)
    said = {name: value for name in seeing.ANSWER if (value := getattr(body, name)) is not None}
    services.answer_letter(actor, code, number, said, at=clock.now(), version=body.version)
    return _detail(actor, code, number)


@router.post(
    "/rounds/{slug:code}/letters/{number}/moves",
    response={200: LetterDetailOut, **_ERRORS},
    summary="Ask for the closing of a letter, or decide on it",
)
def post_letter_move(request: HttpRequest, code: _CODE, number: _NUMBER, body: LetterMoveIn) -> Any:
    actor, at = actor_of(request), clock.now()
    if body.move == "ask":
        services.ask_closing(actor, code, number, body.wanted, at=at, reason=body.reason)
    elif body.move == "turn_down":
        services.turn_down(actor, code, number, at=at, reason=body.reason)
    else:
        services.move_letter(
            actor,
            code,
            number,
            body.move,
            at=at,
            on=body.on,
            reason=body.reason,
            version=body.version,
        )
    return _detail(actor, code, number)


def _letter(letter: Letter) -> dict[str, Any]:
    named = (
        "number", "channel", "public_text", "area_text", "area", "types", "focus", "verdict",
        "state", "said_state", "wanted", "lead", "due_on", "version",
    )  # fmt: skip
    return {"batch": letter.batch.number, **{name: getattr(letter, name) for name in named}}


def _detail(actor: Actor, code: str, number: str) -> dict[str, Any]:
    letter = seeing.letter_by_number(actor, code, number)
    judges = seeing.may_judge(actor, letter)
    moves = rules.moves_of(seeing.standing_of(letter), person_of(actor)) if judges else ()
    asks = ("ask",) if seeing.may_answer(actor, letter) and letter.state != "done" else ()
    return {
        **_letter(letter),
        **{name: getattr(letter, name) for name in ("finding", "goal", "action")},
        "accountability": telling.accountability_of(letter),
        "joint": [each.unit for each in letter.joint.select_related("unit")],
        "links": [each["number"] for each in telling.links_of(actor, letter)],
        "allowed": [*asks, *moves],
    }
