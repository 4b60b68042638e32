"""Every read of programmes: lists, who is on the roster, who goes where."""

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
from jieban.apps.programmes.selectors.pairs import ConfirmedPair, confirmed_pairs
from jieban.apps.programmes.selectors.roster import (
    check_conflicts,
    next_official_code,
    official_by_code,
    officials,
    officials_named,
    unit_code_of,
)

__all__ = [
    "ConfirmedPair",
    "check_conflicts",
    "cohort_of",
    "confirmed_pairs",
    "criteria_of",
    "lot_is_waiting",
    "name_of",
    "next_official_code",
    "official_by_code",
    "officials",
    "officials_named",
    "programme_by_code",
    "programmes",
    "selection_by_number",
    "sent_places",
    "unit_code_of",
]
