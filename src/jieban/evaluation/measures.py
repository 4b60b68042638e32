"""Counts and rates: a count is a set of outcomes, a rate is two counts.

`COUNTS` says which outcomes each count holds; `RATES` which counts make a rate. What a rate
means is fixed here; a rulebook chooses grounds, the worth of 基本满意 and weights. Every count
whose name begins with `raw_` ignores exclusions 剔除. Source: contract of the evaluation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jieban.domain.rulebook.grounds import GROUND_DIGITS
from jieban.domain.rulebook.schema import Rulebook
from jieban.evaluation.outcome import (
    CLOSED_NO_VERDICT,
    LATE,
    ON_TIME,
    ON_TIME_NOT_CLOSED,
    OVERDUE,
    SATISFACTION_DIGITS,
    Outcome,
)

Counts = Mapping[str, int]

_VERDICT: Final = (ON_TIME, LATE, OVERDUE, ON_TIME_NOT_CLOSED)
_ENDED: Final = (ON_TIME, LATE, CLOSED_NO_VERDICT)

# What is counted among rows that stay in the score, and once more (raw_) among all rows.
_ASSESSED: Final[dict[str, Callable[[Outcome], bool]]] = {
    "considered": lambda outcome: True,
    "valid": lambda outcome: outcome.valid == 1,
    "contacted": lambda outcome: outcome.valid == 1 and outcome.contacted == 1,
    "resolved": lambda outcome: outcome.valid == 1 and outcome.resolved == 1,
    "satisfied": lambda outcome: _answered(outcome, "satisfied"),
    "mostly_satisfied": lambda outcome: _answered(outcome, "mostly_satisfied"),
    "due": lambda outcome: outcome.timing in _VERDICT,
    "on_time": lambda outcome: outcome.timing in (ON_TIME, ON_TIME_NOT_CLOSED),
    "ended": lambda outcome: outcome.timing in _ENDED,
}
# What is counted among all received rows, excluded ones too.
_RECEIVED: Final[dict[str, Callable[[Outcome], bool]]] = {
    "received": lambda outcome: True,
    "held": lambda outcome: outcome.held == 1,
    "returned": lambda outcome: outcome.returned == 1,
    "reopened": lambda outcome: outcome.reopened == 1,
}
COUNTS: Final = (
    *_RECEIVED,
    "excluded",
    "closed",
    *_ASSESSED,
    *(f"raw_{name}" for name in _ASSESSED),
)


@dataclass(frozen=True)
class RateRule:
    """A rate: `part` over `whole`; `mostly`, if named, adds its count × 基本满意's worth."""

    whole: str
    part: str
    mostly: str | None = None


RATES: Final = {
    "response": RateRule("valid", "contacted"),
    "resolution": RateRule("valid", "resolved"),
    "satisfaction": RateRule("valid", "satisfied", "mostly_satisfied"),
    "on_time": RateRule("due", "on_time"),
    "closure": RateRule("considered", "ended"),
}


def is_excluded(outcome: Outcome, rulebook: Rulebook) -> bool:
    """Whether the rulebook grants the ground this outcome carries."""
    return outcome.ground in {GROUND_DIGITS[code] for code in rulebook.excluding}


def counting_matrix(outcomes: Sequence[Outcome], rulebook: Rulebook) -> NDArray[np.int64]:
    """Which count each outcome adds to: one row per outcome, one column per name in `COUNTS`.

    A histogram over the outcomes times this matrix is every count at once. `closed` stays
    zero: it is counted in a window of its own.
    """
    matrix = np.zeros((len(outcomes), len(COUNTS)), dtype=np.int64)
    column = {name: place for place, name in enumerate(COUNTS)}
    for row, outcome in enumerate(outcomes):
        excluded = is_excluded(outcome, rulebook)
        matrix[row, column["excluded"]] = excluded
        for name, holds in _RECEIVED.items():
            matrix[row, column[name]] = holds(outcome)
        for name, holds in _ASSESSED.items():
            matrix[row, column[f"raw_{name}"]] = holds(outcome)
            matrix[row, column[name]] = holds(outcome) and not excluded
    return matrix


def assessed(outcome: Outcome, name: str) -> bool:
    """Whether an outcome that stays in the score adds to the count `name`."""
    return _ASSESSED[name](outcome)


def holds(outcome: Outcome, name: str, rulebook: Rulebook) -> bool:
    """Whether a received row with this outcome adds to the count `name` (not `closed`)."""
    place = COUNTS.index(name)
    return bool(counting_matrix([outcome], rulebook)[0, place])


def _answered(outcome: Outcome, level: str) -> bool:
    return outcome.valid == 1 and outcome.satisfaction == SATISFACTION_DIGITS[level]
