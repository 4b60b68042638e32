"""What the not-sent communities say a sent one would have reached: the line, carried on.

For a community with standing x in the months that chose, of which A / (A + s²) is lasting
(A the variance between communities, s² that of chance, smaller the more call-backs), the lasting
part is z = A / (A + s²) · (x − mean). Given x nothing else decided who was sent, so the line of
the outcome over z among the not-sent holds for the sent too. Communities nearly chosen weigh
most: far above, scores run against 100 and the line bends.

Sources: regression to the mean and reliability after Kelley (1927); selection on a known score
as in regression discontinuity (Thistlethwaite and Campbell 1960); HC3 after MacKinnon and
White (1985).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from jieban.evaluation.effects.panel import Figure, Floats, Numbers
from jieban.evaluation.effects.standing import Standing

# How far above the last one chosen a community still weighs: a bell of so many spreads.
REACH: Final = 0.8
# So many members show by themselves how far they lie apart.
_MANY: Final = 20


@dataclass(frozen=True)
class Gaps:
    """What a comparison says of each member: reached minus `expected`.

    `own` is the variance of one member's gap, `shared` that of the comparison below it. `pulls`
    are how far each compared place moved the mean gap. `weights` are the shares of members, then
    compared, in the mean gap (signed), `strays` their residuals and `spreads` how wide each is
    expected to be: what randomisation shuffles. `degrees` are the degrees of freedom behind `own`.
    """

    members: Numbers
    compared: Numbers
    expected: Floats
    gaps: Floats
    own: Floats
    shared: Floats
    pulls: Floats
    weights: Floats
    strays: Floats
    spreads: Floats
    degrees: float
    unexplained: float = 0.0
    coefficients: Floats | None = None


def nearness(standing: Standing, members: Sequence[int], reach: float | None) -> Floats:
    """How much each place weighs: 1 down among the members, less the further above them."""
    if reach is None:
        return np.ones_like(standing.seen)
    border = np.nanmax(standing.seen[list(members)])
    spread = np.nanstd(standing.seen)
    above = np.maximum(standing.seen - border, 0) / max(reach * spread, 1e-9)
    found: Floats = np.exp(-0.5 * above**2)
    return found


def line_through(
    figure: Figure,
    design: Sequence[Floats],
    near: Floats,
    members: Sequence[int],
    compared: Sequence[int],
) -> Gaps | None:
    """Fit the compared on the columns of `design` (and a constant), carry on to the members.

    `figure.chance` weighs, `figure.variance` (a place's own) goes into its interval; both are
    nought where chance is not known apart. None where fewer compared places have all values
    than the line needs.
    """
    outcome, chance = figure.value, figure.chance
    columns = np.stack([np.ones_like(outcome), *design], axis=1)
    known = np.isfinite(outcome) & np.isfinite(columns).all(axis=1) & np.isfinite(chance)
    inside = np.array([i for i in members if known[i]], dtype=np.int64)
    beside = np.array([i for i in compared if known[i]], dtype=np.int64)
    width = columns.shape[1]
    if not len(inside) or len(beside) < width + 3:
        return None
    base, target, kernel = columns[beside], outcome[beside], near[beside]
    noise = chance[beside]
    weight = kernel.copy()
    unexplained = 0.0
    for _ in range(3):
        weighted = base * weight[:, None]
        inverse = np.linalg.pinv(weighted.T @ base)
        coefficients = inverse @ (weighted.T @ target)
        strays = target - base @ coefficients
        leverage = np.einsum("ij,jk,ik->i", weighted, inverse, base)
        held = np.clip(1 - leverage, 0.05, None)
        # What chance does not explain, by residuals freed from what fitting took away.
        unexplained = float(max(np.average(strays**2 / held - noise, weights=kernel), 0.0))
        total = unexplained + noise
        weight = kernel / np.maximum(total / max(total.mean(), 1e-12), 1e-12)
    moved = (weighted * (strays / held)[:, None]) @ inverse
    means = columns[inside].mean(axis=0)
    sandwich = moved.T @ moved
    expected = columns[inside] @ coefficients
    luck = np.maximum(np.where(np.isfinite(figure.variance), figure.variance, chance), 0.0)
    gaps = outcome[inside] - expected
    own = unexplained + luck[inside]
    degrees = float(kernel.sum() ** 2 / (kernel**2).sum() - width)
    if len(inside) >= _MANY and gaps.var(ddof=1) > own.mean():
        # Far below a ceiling places move further than those the line was drawn through.
        own = own * (gaps.var(ddof=1) / own.mean())
        degrees = min(degrees, float(len(inside) - 1))
    spreads = np.sqrt(np.concatenate([own, unexplained + luck[beside]]))
    shared = np.einsum("ij,jk,ik->i", columns[inside], sandwich, columns[inside])
    return Gaps(
        members=inside,
        compared=beside,
        expected=expected,
        gaps=gaps,
        own=own,
        shared=shared,
        pulls=-(moved @ means),
        weights=np.concatenate(
            [np.full(len(inside), 1 / len(inside)), -(weighted @ inverse @ means)]
        ),
        strays=np.concatenate([gaps, strays / np.sqrt(held)]),
        coefficients=coefficients,
        spreads=np.maximum(spreads, 1e-9),
        degrees=degrees,
        unexplained=unexplained,
    )
