"""Every read of programmes: lists, who is on the roster, who goes where."""

from jieban.apps.programmes.selectors.figures import Baseline, baseline, published_runs
from jieban.apps.programmes.selectors.listed import (
    cohort_of,
    criteria_of,
    lot_is_waiting,
    name_of,
    programme_by_code,
    programmes,
    selection_by_number,
    sent_places,
)
from jieban.apps.programmes.selectors.pairs import (
    BARS,
    ConfirmedPair,
    barred_pairs,
    cohort_places,
    confirmed_pairs,
    pairs_of,
    people_to_match,
    places_to_match,
)
from jieban.apps.programmes.selectors.roster import (
    check_conflicts,
    next_official_code,
    official_by_code,
    officials,
    officials_named,
    unit_code_of,
)

__all__ = [
    "BARS",
    "Baseline",
    "ConfirmedPair",
    "barred_pairs",
    "baseline",
    "check_conflicts",
    "cohort_of",
    "cohort_places",
    "confirmed_pairs",
    "criteria_of",
    "lot_is_waiting",
    "name_of",
    "next_official_code",
    "official_by_code",
    "officials",
    "officials_named",
    "pairs_of",
    "people_to_match",
    "places_to_match",
    "programme_by_code",
    "programmes",
    "published_runs",
    "selection_by_number",
    "sent_places",
    "unit_code_of",
]
