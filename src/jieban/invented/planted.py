"""Districts with a planted truth: what sending officials did there is known, for it was put in.

Nothing of it exists. A trial of an estimate needs a district whose answer is known; this one is
drawn like this:

*Communities.* Each has a lasting level (normal, `between` points of 综合成绩 apart) and a monthly
drift that keeps `memory` of itself (AR(1), `drift` points wide), on a common trend that rises by
`trend` points over all months. On the scale "points" these add up, cut off below 2 and above 98
of 100 problems solved; on the scale "odds" they add up in log odds, so that the best are pressed
together. Some are asked more than others: sizes are log-normal with `sizes`.

*Call-backs.* Their number in a month is Poisson around `call_backs` × size. One is solved with
the community's chance p; contacted 97 %; satisfied 95 % of the solved and 30 % of the others, a
fifth of them only mostly (基本满意), so that solved and satisfied hang together.

*Choice.* The `sent` worst by the pooled score of `chosen_over` months that end `lag` months
before the month of arrival. Nothing else decides.

*Effect.* From the month after arrival on, p of the sent is raised by what moves their expected
score by `effect` points (and, with `unevenness`, more for some than for others). In the month of
arrival half of it. What is cut off at the top is lost, and `Truth` says what remained: the mean
over the sent of the difference in expected score, first to seventh full month.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CONTACTED: Final = 0.97
SATISFIED_IF_SOLVED, SATISFIED_IF_NOT, MOSTLY = 0.95, 0.30, 0.2
_LOW, _HIGH = 0.02, 0.98
AFTER: Final = 7


@dataclass(frozen=True)
class Answer:
    """One kind of call-back, as a row of facts says it."""

    contacted: bool
    resolved: bool
    satisfaction: str


ANSWERS: Final = tuple(
    Answer(contacted, resolved, satisfaction)
    for contacted in (True, False)
    for resolved in (True, False)
    for satisfaction in ("satisfied", "mostly_satisfied", "dissatisfied")
)


@dataclass(frozen=True)
class Design:
    """How a district is drawn; points are points of 综合成绩."""

    effect: float = 3.0
    call_backs: float = 30.0
    places: int = 440
    sent: int = 51
    before: int = 15
    after: int = AFTER
    chosen_over: int = 12
    lag: int = 0
    start: float = 0.80
    trend: float = 6.0
    between: float = 3.8
    drift: float = 2.3
    memory: float = 0.8
    sizes: float = 0.4
    unevenness: float = 0.0
    scale: str = "points"

    @property
    def months(self) -> int:
        return self.before + 1 + self.after


@dataclass(frozen=True)
class Planted:
    """`counts` [month, place, answer] of `ANSWERS`; `sent` are numbers of places.

    `arrival` is the number of the month of arrival; `truth` what was put in, in points, and
    `truths` that of each sent place.
    """

    design: Design
    counts: NDArray[np.int64]
    sent: NDArray[np.int64]
    arrival: int
    truth: float
    truths: Floats


def plant(design: Design, seed: int | np.random.SeedSequence) -> Planted:
    """One district; the same design and seed give the same."""
    rng = np.random.Generator(np.random.PCG64(seed))
    chance = _chances(design, rng)
    sizes = np.exp(rng.normal(-(design.sizes**2) / 2, design.sizes, design.places))
    asked = rng.poisson(design.call_backs * sizes, (design.months, design.places))
    arrival = design.before
    counts = np.empty((design.months, design.places, len(ANSWERS)), dtype=np.int64)
    counts[:arrival] = rng.multinomial(asked[:arrival], _answers(chance[:arrival]))
    sent = _worst(design, counts[:arrival])
    changed = chance.copy()
    wanted = design.effect + design.unevenness * rng.standard_normal(design.sent)
    share = np.full(design.months - arrival, 1.0)
    share[0] = 0.5
    per_point = 1 / (_score(np.array(1.0)) - _score(np.array(0.0)))
    changed[arrival:, sent] = np.clip(
        chance[arrival:, sent] + share[:, None] * wanted * per_point, _LOW, _HIGH
    )
    counts[arrival:] = rng.multinomial(asked[arrival:], _answers(changed[arrival:]))
    judged = slice(arrival + 1, arrival + 1 + AFTER)
    truths = (_score(changed[judged, sent]) - _score(chance[judged, sent])).mean(axis=0)
    return Planted(design, counts, sent, arrival, float(truths.mean()), truths)


def _chances(design: Design, rng: np.random.Generator) -> Floats:
    """The chance of being solved, [month, place], had nobody been sent."""
    per_point = 1 / (_score(np.array(1.0)) - _score(np.array(0.0)))
    level = rng.normal(0, design.between * per_point, design.places)
    drift = np.empty((design.months, design.places))
    drift[0] = rng.normal(0, 1, design.places)
    fresh = np.sqrt(1 - design.memory**2)
    for month in range(1, design.months):
        drift[month] = design.memory * drift[month - 1] + rng.normal(0, fresh, design.places)
    trend = np.linspace(0, design.trend * per_point, design.months)
    above = level + design.drift * per_point * drift + trend[:, None]
    if design.scale == "odds":
        steep = 1 / (design.start * (1 - design.start))
        odds = np.log(design.start / (1 - design.start)) + steep * above
        found: Floats = 1 / (1 + np.exp(-odds))
        return np.clip(found, _LOW, _HIGH)
    return np.clip(design.start + above, _LOW, _HIGH)


def _score(chance: Floats) -> Floats:
    """Expected 综合成绩 at a chance of being solved."""
    satisfied = chance * SATISFIED_IF_SOLVED + (1 - chance) * SATISFIED_IF_NOT
    return 10 * CONTACTED + 50 * chance + 40 * satisfied * (1 - 0.1 * MOSTLY)


def _answers(chance: Floats) -> Floats:
    """The chance of each answer."""
    shares = []
    for answer in ANSWERS:
        share = np.where(answer.resolved, chance, 1 - chance)
        share = share * (CONTACTED if answer.contacted else 1 - CONTACTED)
        satisfied = SATISFIED_IF_SOLVED if answer.resolved else SATISFIED_IF_NOT
        kept = {
            "satisfied": satisfied * (1 - MOSTLY),
            "mostly_satisfied": satisfied * MOSTLY,
            "dissatisfied": 1 - satisfied,
        }
        shares.append(share * kept[answer.satisfaction])
    return np.stack(shares, axis=-1)


def _worst(design: Design, counts: NDArray[np.int64]) -> NDArray[np.int64]:
    last = len(counts) - design.lag
    seen = counts[last - design.chosen_over : last].sum(axis=0)
    worth = np.array(
        [
            10 * answer.contacted
            + 50 * answer.resolved
            + {"satisfied": 40, "mostly_satisfied": 36}.get(answer.satisfaction, 0)
            for answer in ANSWERS
        ]
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        score = np.where(seen.sum(axis=1) > 0, seen @ worth / seen.sum(axis=1), np.inf)
    return np.sort(np.argsort(score, kind="stable")[: design.sent])
