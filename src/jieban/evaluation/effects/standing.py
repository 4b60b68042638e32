"""Where each place stood in what chose, and how much of that is lasting.

A place seen at x stands at μ, give or take the chance of its n call-backs. What is known of μ is
its mean given x, over all places: a normal spread A of places alone would give A / (A + s²) of
the distance from the mean. Two things bend that, and both are seen in the figures:

*Chance is not the same everywhere.* An answer varies most where half are satisfied and hardly
where all are: its variance is a smooth curve over μ (a square through all places), never a
place's own, which hangs together with its own luck.

*Places do not spread evenly.* Pressed against 100 they trail downwards, and who trails is lasting
rather than unlucky. The spread is a gamma of the skewness found, less what uneven chance brings,
drawn towards the normal as far as so many places leave it in doubt.

Sources: reliability after Kelley (1927); the mean given what is seen after Robbins (1956); drawing
towards nought by what is in doubt after James and Stein (1961).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Of fewer places neither skewness nor a curve of chance can be told.
_FEWEST: Final = 30
# Below this the spread is as good as normal; above, a gamma has an edge and no tail.
_EVEN: Final = 0.02
_STEEPEST: Final = 2.0
# Where μ may lie: so many spreads of places about their mean, in so many steps.
_SPREADS: Final = 6.0
_STEPS: Final = 181
# No answer is surer than this part of the usual variance.
_SUREST: Final = 0.05


@dataclass(frozen=True)
class Standing:
    """Where each place stood in what chose: `lasting` is z, in points around nought.

    `between` is A, `mean` the mean all are drawn towards; `known` says for whom it is known.
    `skewness` is that of the places, 0 where it cannot be told from none.
    """

    seen: Floats
    lasting: Floats
    between: float
    mean: float
    known: NDArray[np.bool_]
    skewness: float = 0.0

    def reliability(self) -> Floats:
        """Lasting part of each place's distance from the mean; NaN where nothing was seen."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Floats = self.lasting / (self.seen - self.mean)
        return found


def standing_of(seen: Floats, variance: Floats, base: Floats, chance: Floats) -> Standing:
    """The standing of places seen at `seen` with `base` answers each.

    `variance` is that of chance by a place's own answers, `chance` by their number alone; places
    without either are not known. With few places the spread is taken as normal.
    """
    known = np.isfinite(seen) & np.isfinite(chance)
    plain = _normal(seen, chance, known)
    told = known & np.isfinite(variance)
    if told.sum() < _FEWEST:
        return plain
    curve = _curve_of_chance(plain.lasting[told], (variance * base)[told], base[told])
    skewness = _skewness(plain, told, base, curve)
    where = np.linspace(-_SPREADS, _SPREADS, _STEPS) * np.sqrt(plain.between)
    lasting = np.full_like(seen, np.nan)
    lasting[known] = _mean_given(
        seen[known] - plain.mean,
        where,
        _log_spread(where, plain.between, skewness),
        curve(where)[None] / base[known][:, None],
    )
    return Standing(seen, lasting, plain.between, plain.mean, known, skewness)


def _normal(seen: Floats, chance: Floats, known: NDArray[np.bool_]) -> Standing:
    """By moments: variance between places beyond what chance explains."""
    values, noise = seen[known], chance[known]
    mean, between = float(values.mean()), float(max(values.var(ddof=1) - noise.mean(), 0.0))
    for _ in range(8):
        weight = 1 / (between + noise) ** 2
        mean = float(np.average(values, weights=1 / (between + noise)))
        between = float(max(np.average((values - mean) ** 2 - noise, weights=weight), 1e-6))
    lasting = np.full_like(seen, np.nan)
    lasting[known] = between / (between + noise) * (values - mean)
    return Standing(seen, lasting, between, mean, known)


class _Curve:
    """Variance of one answer at a standing: a square, level beyond where places stand."""

    def __init__(self, coefficients: Floats, low: float, high: float, least: float) -> None:
        self._coefficients, self._low, self._high = coefficients, low, high
        self._least = least

    def __call__(self, where: Floats) -> Floats:
        inside = np.clip(where, self._low, self._high)
        found: Floats = np.maximum(np.polyval(self._coefficients, inside), self._least)
        return found


def _curve_of_chance(lasting: Floats, spread: Floats, base: Floats) -> _Curve:
    if np.ptp(lasting) < 1e-6:
        usual = float(np.average(spread, weights=base))
        return _Curve(np.array([usual]), 0.0, 0.0, max(_SUREST * usual, 1e-12))
    coefficients = np.polyfit(lasting, spread, 2, w=np.sqrt(base))
    least = max(_SUREST * float(spread.mean()), 1e-12)
    return _Curve(coefficients, float(lasting.min()), float(lasting.max()), least)


def _skewness(plain: Standing, told: NDArray[np.bool_], base: Floats, curve: _Curve) -> float:
    """Skewness of the places, less that of uneven chance, drawn towards nought by its doubt."""
    lasting, answers = plain.lasting[told], base[told]
    apart = plain.seen[told] - plain.mean
    each = curve(lasting)
    whole = plain.between + each.mean() / answers
    weight = 1 / whole**3
    cubes = apart**3 - 3 * lasting * (each - each.mean()) / answers
    third = float((weight * cubes).sum() / weight.sum())
    doubt = float(np.sqrt((weight**2 * 6 * whole**3).sum()) / weight.sum())
    if abs(third) <= doubt:
        return 0.0
    found = third / plain.between**1.5 * (1 - (doubt / third) ** 2)
    return float(np.clip(found, -_STEEPEST, _STEEPEST))


def _log_spread(where: Floats, between: float, skewness: float) -> Floats:
    """Log density of places about their mean: a gamma of this skewness, a normal without."""
    spread = np.sqrt(between)
    if abs(skewness) < _EVEN:
        even: Floats = -0.5 * (where / spread) ** 2
        return even
    shape = 4 / skewness**2
    at = 1 + where * np.sign(skewness) / (spread * np.sqrt(shape))
    inside = np.maximum(at, 1e-300)
    found: Floats = np.where(at > 0, (shape - 1) * np.log(inside) - shape * (at - 1), -np.inf)
    return found


def _mean_given(apart: Floats, where: Floats, spread: Floats, chance: Floats) -> Floats:
    """Mean of μ given what was seen, by sums over `where`."""
    logs = spread[None] - (apart[:, None] - where[None]) ** 2 / (2 * chance) - np.log(chance) / 2
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    found: Floats = (shares @ where) / shares.sum(axis=1)
    return found
