"""Who goes where: what terms are planned from."""

from dataclasses import dataclass
from typing import Any

from jieban.apps.programmes.models import Cohort, Official, Pair


@dataclass(frozen=True)
class ConfirmedPair:
    """One official and the place they go to. `baseline` is what the selection froze of it:
    run, digest, period, selection, and `figures` of the place."""

    official: Official
    area_code: str
    area_name: str
    street_code: str
    street_name: str
    baseline: dict[str, Any]


def confirmed_pairs(cohort: Cohort) -> list[ConfirmedPair]:
    """The pairs of a cohort, those in greatest need first; none before they are confirmed."""
    if cohort.confirmed_at is None:
        return []
    found = Pair.objects.filter(cohort=cohort).select_related(
        "official", "candidate", "candidate__selection", "candidate__selection__programme"
    )
    return [_confirmed(pair) for pair in found]


def _confirmed(pair: Pair) -> ConfirmedPair:
    place, selection = pair.candidate, pair.candidate.selection
    return ConfirmedPair(
        official=pair.official,
        area_code=place.area_code,
        area_name=place.area_name,
        street_code=place.street_code,
        street_name=place.street_name,
        baseline={
            "run": selection.run.run_id,
            "digest": selection.run_digest,
            "period": selection.period,
            "selection": str(selection),
            "figures": place.figures,
        },
    )
