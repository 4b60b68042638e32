"""The API of programmes: lists with every figure and criterion, and who goes where."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import Field

from jieban.apps.cases import api_schemas as given
from jieban.apps.cases.api import actor_of
from jieban.apps.programmes import selectors
from jieban.apps.programmes.models import Candidate, Pair, Selection

router = Router(tags=["programmes"])
_CODE = Annotated[str, Path(max_length=64)]
_NUMBER = Annotated[int, Path(ge=1, le=2**31 - 1)]
_ERRORS: dict[Any, Any] = {code: given.ErrorOut for code in (400, 401, 403, 404, 422, 429, 503)}
LIMIT = 200


class ProgrammeOut(given.Shown):
    """One programme; `criteria` as read by `jieban programmes open --criteria`."""

    code: str
    name: str
    criteria: dict[str, Any]
    term_months: int
    extension_months: int
    max_extensions: int
    opened_at: datetime
    opened_by: str


class ProgrammesOut(given.Shown):
    programmes: list[ProgrammeOut]


class SelectionOut(given.Shown):
    """One list. Scores are millionths of a point, rates millionths of a percent."""

    number: int
    run: str
    run_digest: str
    period: str
    rulebook: str
    months: list[str]
    criteria: dict[str, Any]
    rows_digest: str
    digest: str
    made_at: datetime
    made_by: str
    lot_statement: str
    lot_source: str
    lot_drawn_at: datetime | None


class CohortOut(given.Shown):
    number: int
    planned_start: date | None
    selection: int | None
    confirmed_at: datetime | None


class ProgrammeDetailOut(ProgrammeOut):
    selections: list[SelectionOut]
    cohorts: list[CohortOut]


class CandidateOut(given.Shown):
    """One place: its figures as frozen, every criterion, where it stands and why."""

    position: int
    area_code: str
    area_name: str
    street_code: str
    street_name: str
    figures: dict[str, Any]
    checks: list[dict[str, Any]]
    qualifies: bool
    judged: bool
    tied: bool
    standing: str
    lot: str
    lot_seats: int
    lot_places: int
    lot_order: int | None
    reason: str


class SelectionDetailOut(SelectionOut):
    candidates: list[CandidateOut]
    total: int
    next: int | None


class OfficialOut(given.Shown):
    code: str
    name: str
    home: str


class PairOut(given.Shown):
    """One pair: `parts` says why in numbers, `near` who else might have gone."""

    area_code: str
    area_name: str
    official: OfficialOut
    by: str
    reason: str
    parts: dict[str, Any]
    near: list[dict[str, Any]]


class CohortDetailOut(CohortOut):
    pairs: list[PairOut]


class CandidatesQuery(given.Said):
    """`after` is the position after which the page begins."""

    after: Annotated[int, Field(ge=0, le=10**9)] = 0
    limit: Annotated[int, Field(ge=1, le=LIMIT)] = LIMIT


@router.get("/programmes", response={200: ProgrammesOut, **_ERRORS}, summary="Programmes")
def get_programmes(request: HttpRequest) -> Any:
    actor_of(request).demand("programme.see")
    return {"programmes": list(selectors.programmes())}


@router.get(
    "/programmes/{slug:code}",
    response={200: ProgrammeDetailOut, **_ERRORS},
    summary="One programme",
)
def get_programme(request: HttpRequest, code: _CODE) -> Any:
    actor_of(request).demand("programme.see")
    programme = selectors.programme_by_code(code)
    shown = {name: getattr(programme, name) for name in ProgrammeOut.model_fields}
    return shown | {
        "selections": [_selection(each) for each in selectors.selections_of(programme)],
        "cohorts": [_cohort(each) for each in selectors.cohorts_of(programme)],
    }


@router.get(
    "/programmes/{slug:code}/selections/{int:number}",
    response={200: SelectionDetailOut, **_ERRORS},
    summary="One list, its places a page at a time",
)
def get_selection(
    request: HttpRequest, code: _CODE, number: _NUMBER, query: Query[CandidatesQuery]
) -> Any:
    actor_of(request).demand("programme.see")
    selection = selectors.selection_by_number(selectors.programme_by_code(code), number)
    places = selection.candidates.filter(position__gt=query.after)[: query.limit + 1]
    page = list(places)[: query.limit]
    return _selection(selection) | {
        "candidates": [_candidate(each) for each in page],
        "total": selection.candidates.count(),
        "next": page[-1].position if len(places) > query.limit else None,
    }


@router.get(
    "/programmes/{slug:code}/cohorts/{int:number}",
    response={200: CohortDetailOut, **_ERRORS},
    summary="One cohort with its pairs",
)
def get_cohort(request: HttpRequest, code: _CODE, number: _NUMBER) -> Any:
    actor_of(request).demand("programme.see")
    cohort = selectors.cohort_of(selectors.programme_by_code(code), number)
    return _cohort(cohort) | {"pairs": [_pair(each) for each in selectors.pairs_of(cohort)]}


def _selection(selection: Selection) -> dict[str, Any]:
    shown = {name: getattr(selection, name) for name in SelectionOut.model_fields if name != "run"}
    return shown | {"run": selection.run.run_id}


def _cohort(cohort: Any) -> dict[str, Any]:
    return {
        "number": cohort.number,
        "planned_start": cohort.planned_start,
        "selection": cohort.selection.number if cohort.selection else None,
        "confirmed_at": cohort.confirmed_at,
    }


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {name: getattr(candidate, name) for name in CandidateOut.model_fields}


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "area_code": pair.candidate.area_code,
        "area_name": pair.candidate.area_name,
        "official": pair.official,
        "by": pair.by,
        "reason": pair.reason,
        "parts": pair.parts,
        "near": pair.near,
    }
