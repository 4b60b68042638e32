"""Every write of programmes: opening, choosing, the roster, who goes where."""

from jieban.apps.programmes.services.bringing import Brought, import_officials
from jieban.apps.programmes.services.matching import change_pair, confirm_pairs, propose_pairs
from jieban.apps.programmes.services.officials import change_official, enter_official
from jieban.apps.programmes.services.opening import (
    change_criteria,
    open_cohort,
    open_programme,
)
from jieban.apps.programmes.services.selecting import draw_lot, make_selection

__all__ = [
    "Brought",
    "change_criteria",
    "change_official",
    "change_pair",
    "confirm_pairs",
    "draw_lot",
    "enter_official",
    "import_officials",
    "make_selection",
    "open_cohort",
    "open_programme",
    "propose_pairs",
]
