"""Every write of programmes: opening, choosing, the roster, who goes where."""

from jieban.apps.programmes.services.officials import change_official, enter_official
from jieban.apps.programmes.services.opening import (
    change_criteria,
    open_cohort,
    open_programme,
)

__all__ = [
    "change_criteria",
    "change_official",
    "enter_official",
    "open_cohort",
    "open_programme",
]
