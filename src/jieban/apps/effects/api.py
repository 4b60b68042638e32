"""The API of effects: the whole report of one programme, as the page shows it."""

from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import Field

from jieban.apps.cases import api_schemas as given
from jieban.apps.cases.api import actor_of
from jieban.apps.effects import selectors
from jieban.evaluation.effects import as_json

router = Router(tags=["effects"])
_CODE = Annotated[str, Path(max_length=64)]
_ERRORS: dict[Any, Any] = {code: given.ErrorOut for code in (400, 401, 403, 404, 422, 429, 503)}


class EffectsQuery(given.Said):
    """One measure, all cohorts unless one is named; `baseline` declares the months that chose."""

    measure: Literal["score", "raw_score", "response", "resolution", "satisfaction"] = "score"
    cohort: Annotated[str | None, Field(max_length=16)] = None
    baseline: Annotated[str | None, Field(max_length=16)] = None


class EffectsOut(given.Shown):
    """Every difference in points with low, high and n; percent is of the value before.

    `facts` is the digest of the facts it was made from; `generated` says they were invented.
    """

    facts: str
    generated: bool
    rulebook: dict[str, Any]
    months: dict[str, Any]
    estimand: dict[str, Any]
    choice: dict[str, Any]
    pooled: dict[str, Any]
    cohorts: dict[str, Any]
    communities: list[dict[str, Any]]
    left_out: list[dict[str, Any]]
    course: list[dict[str, Any]]
    tests: dict[str, Any]
    counted: dict[str, Any] | None
    after_leaving_months: dict[str, Any]
    beside: dict[str, Any]
    sensitivity: dict[str, Any] | None


@router.get(
    "/programmes/{slug:code}/effects",
    response={200: EffectsOut, **_ERRORS},
    summary="What sending did, by every estimate",
)
def get_effects(request: HttpRequest, code: _CODE, query: Query[EffectsQuery]) -> Any:
    actor_of(request).demand("programme.see")
    asked = selectors.Asked(
        code, measure=query.measure, cohort=query.cohort, baseline=query.baseline
    )
    found = selectors.effects_of(settings.HOME, asked)
    return as_json(found.effects) | {"facts": found.facts_digest}
