"""How far a figure could have come out by chance alone.

Counted rates get Wilson intervals. The score, the satisfaction rate, ranks and changes get
them from draws: the answers of a place are a histogram, its posterior a Dirichlet whose
prior is worth two call-backs of its ranking group (one evenly spread call-back is added to
the group, so that a perfect group does not claim certainty). Shrinkage is DerSimonian-Laird
within the group. All intervals are 95 %. Draws are seeded per place from the counts of the
period: neither the order of places nor another month moves them.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jieban.domain.rulebook.schema import Rulebook
from jieban.evaluation.measures import RATES, assessed, is_excluded
from jieban.evaluation.outcome import DIGITS, Outcome

Floats = NDArray[np.float64]
Interval = tuple[float, float]

DRAWS: Final = 2000
PRIOR_CALLBACKS: Final = 2.0
FEWEST_TO_SHRINK: Final = 5
_Z: Final = 1.959963984540054
_TAILS: Final = (2.5, 97.5)


def wilson(part: int, whole: int) -> Interval | None:
    """Interval of a counted rate in percent; None without anything below the line."""
    if whole == 0:
        return None
    rate, spread = part / whole, _Z * _Z / whole
    middle = (rate + spread / 2) / (1 + spread)
    reach = math.sqrt(rate * (1 - rate) * spread + spread * spread / 4) / (1 + spread)
    # At the ends the formula gives 0 and 1 exactly; floats may miss them by a hair.
    low = 0.0 if part == 0 else 100 * (middle - reach)
    high = 100.0 if part == whole else 100 * (middle + reach)
    return low, high


class Cells:
    """The answers a rulebook tells apart: outcomes with the same effect share a cell.

    `whole` and `part` hold, for every rate of the rulebook and every cell, what one answer
    adds below and above the line.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        self.rates = rulebook.rates
        effects = sorted({self._effect(outcome) for outcome in _every_outcome()} - {self._nothing})
        self._place = {effect: place for place, effect in enumerate(effects)}
        table = np.array(effects, dtype=np.float64).reshape(len(effects), len(self.rates), 2)
        self.whole: Floats = table[:, :, 0].T
        self.part: Floats = table[:, :, 1].T

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self._place)

    def grouping(self, outcomes: Sequence[Outcome]) -> NDArray[np.int64]:
        """Outcomes × cells: times a histogram over outcomes gives the histogram over cells."""
        matrix = np.zeros((len(outcomes), self.size), dtype=np.int64)
        for row, outcome in enumerate(outcomes):
            if is_excluded(outcome, self.rulebook):
                continue
            place = self._place.get(self._effect(outcome))
            if place is not None:
                matrix[row, place] = 1
        return matrix

    def rate(self, shares: Floats, rate: str) -> Floats:
        """The rate in percent for each row of cell shares."""
        place = self.rates.index(rate)
        whole = shares @ self.whole[place]
        part = shares @ self.part[place]
        shown: Floats = 100.0 * np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
        return shown

    def score(self, shares: Floats) -> Floats:
        """The score in points for each row of cell shares, as `scoring.exact_score` has it."""
        total = np.zeros(shares.shape[0])
        for part in self.rulebook.parts:
            rate = self.rate(shares, part.rate)
            if part.weight is not None:
                total += float(part.weight) * rate
            else:
                line = float(part.points or 0) - float(part.per_point or 0) * (
                    float(part.target or 0) - rate
                )
                total += np.clip(line, float(part.floor or 0), float(part.cap or 0))
        return total

    def variance(self, histogram: Floats, prior: Floats) -> float:
        """Posterior variance of the score in square points.

        Exact for weights; for parts with floors and caps the slope of the line is taken, also
        beyond its ends, which claims rather too little certainty than too much.
        """
        weight = histogram + prior
        shares = weight / weight.sum()
        effect = np.zeros(self.size)
        for part in self.rulebook.parts:
            place = self.rates.index(part.rate)
            slope = part.weight if part.weight is not None else part.per_point
            whole = float(shares @ self.whole[place])
            if whole > 0:
                rate = float(shares @ self.part[place]) / whole
                moved = (self.part[place] - rate * self.whole[place]) / whole
                effect += 100.0 * float(slope or 0) * moved
        return float(shares @ effect**2 / (weight.sum() + 1))

    @property
    def _nothing(self) -> tuple[float, ...]:
        return (0.0,) * (2 * len(self.rates))

    def _effect(self, outcome: Outcome) -> tuple[float, ...]:
        effect: list[float] = []
        for name in self.rates:
            rule = RATES[name]
            part = float(assessed(outcome, rule.part))
            if rule.mostly and assessed(outcome, rule.mostly):
                part = float(self.rulebook.mostly_satisfied)
            effect += [float(assessed(outcome, rule.whole)), part]
        return tuple(effect)


def _every_outcome() -> list[Outcome]:
    """Every outcome that a rate can tell apart: grounds, returns and holds play no part."""
    sizes = {digit.name: digit.size for digit in DIGITS}
    for fixed in ("ground", "returned", "reopened", "held"):
        sizes[fixed] = 1
    return [Outcome(*values) for values in itertools.product(*map(range, sizes.values()))]


def prior_of(histograms: NDArray[np.int64]) -> Floats:
    """The group's answers as a prior worth two call-backs; rows are places, columns cells."""
    pooled = histograms.sum(axis=0).astype(np.float64) + 1.0 / histograms.shape[1]
    prior: Floats = PRIOR_CALLBACKS * pooled / pooled.sum()
    return prior


def draw_shares(histogram: NDArray[np.int64], prior: Floats, seed: str) -> Floats:
    """`DRAWS` posterior histograms of one place as shares, one per row."""
    number = int.from_bytes(hashlib.sha256(seed.encode("utf-8")).digest()[:16], "big")
    generator = np.random.Generator(np.random.PCG64(number))
    gammas = generator.standard_gamma(histogram + prior, size=(DRAWS, len(prior)))
    shares: Floats = gammas / gammas.sum(axis=1, keepdims=True)
    return shares


def interval(draws: Floats, containing: float | None = None) -> Interval:
    """The middle 95 % of some draws, stretched to the figure itself where it lies outside.

    The prior draws a perfect score below 100; an interval beside 100.00 that ends at 99.5
    would only puzzle its reader.
    """
    low, high = (float(bound) for bound in np.percentile(draws, _TAILS))
    if containing is None:
        return low, high
    return min(low, containing), max(high, containing)


def rank_intervals(scores: Floats) -> list[tuple[int, int]]:
    """Interval of each place's rank; `scores` has one row per place, one column per draw."""
    order = np.argsort(-scores, axis=0, kind="stable")
    places = np.empty_like(order)
    np.put_along_axis(places, order, np.arange(1, len(scores) + 1)[:, None], axis=0)
    bounds = np.percentile(places, _TAILS, axis=1, method="inverted_cdf").astype(int)
    return [(int(low), int(high)) for low, high in bounds.T]


def shrunken(scores: Floats, variances: Floats) -> Floats | None:
    """The scores drawn towards their group by DerSimonian-Laird; None for fewer than five.

    The between-place variance is by moments and never negative: where places differ no more
    than chance lets them, all get the group's mean.
    """
    number = len(scores)
    if number < FEWEST_TO_SHRINK:
        return None
    precision = 1.0 / np.maximum(variances, 1e-12)
    fixed_mean = float(precision @ scores / precision.sum())
    spread = float(precision @ (scores - fixed_mean) ** 2)
    scale = float(precision.sum() - (precision @ precision) / precision.sum())
    between = max(0.0, (spread - (number - 1)) / scale) if scale > 0 else 0.0
    weight = 1.0 / (variances + between + 1e-12)
    mean = float(weight @ scores / weight.sum())
    kept = between / (between + variances + 1e-12)
    drawn: Floats = mean + kept * (scores - mean)
    return drawn
