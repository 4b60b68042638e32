"""Score, rank and tier: exact, the same on every machine.

Rates are fractions; the score is an exact fraction, rounded half up once to an integer of
millionths of a point. Everything printed or ranked comes from that integer.
Source: rulebook sections `score`, `rank`, `tiers`; contract of the evaluation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from jieban.domain.rulebook.schema import Part, Rulebook
from jieban.evaluation.measures import RATES, Counts

MILLIONTHS: Final = 1_000_000


def half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def printed(value: Fraction, decimals: int) -> Decimal:
    """The value with so many decimals, half up."""
    return Decimal(half_up(value * 10**decimals)).scaleb(-decimals)


def points(millionths: int, decimals: int) -> Decimal:
    """A score in millionths as it is printed."""
    return printed(Fraction(millionths, MILLIONTHS), decimals)


def rate_part(counts: Counts, rate: str, rulebook: Rulebook, *, raw: bool = False) -> Decimal:
    """The upper half of a rate; not whole where 基本满意 is worth a fraction."""
    rule, prefix = RATES[rate], "raw_" if raw else ""
    part = Decimal(counts[prefix + rule.part])
    if rule.mostly:
        part += rulebook.mostly_satisfied * counts[prefix + rule.mostly]
    return part


def rate_whole(counts: Counts, rate: str, *, raw: bool = False) -> int:
    """The lower half of a rate."""
    return counts[("raw_" if raw else "") + RATES[rate].whole]


def percent(counts: Counts, rate: str, rulebook: Rulebook, *, raw: bool = False) -> Fraction | None:
    """The rate in percent, exact; None where nothing stands below the line."""
    whole = rate_whole(counts, rate, raw=raw)
    if whole == 0:
        return None
    return 100 * Fraction(rate_part(counts, rate, rulebook, raw=raw)) / whole


def part_points(part: Part, rate: Fraction) -> Fraction:
    """What one part of the score is worth at a rate in percent."""
    if part.weight is not None:
        return Fraction(part.weight) * rate
    full, target, per_point, floor, cap = (
        Fraction(number or 0)
        for number in (part.points, part.target, part.per_point, part.floor, part.cap)
    )
    return max(floor, min(cap, full - per_point * (target - rate)))


def exact_score(counts: Counts, rulebook: Rulebook, *, raw: bool = False) -> Fraction | None:
    """The score in points, unrounded; None where a part has nothing to judge.

    Where the rulebook counts missing call-backs as zero, a part without them has rate 0 —
    but only for a place that received anything.
    """
    total = Fraction(0)
    zero = rulebook.rank_no_callbacks == "zero" and counts["received"] > 0
    for part in rulebook.parts:
        rate = percent(counts, part.rate, rulebook, raw=raw)
        if rate is None:
            if not zero:
                return None
            # As the platform prints it: nothing to judge is nought points, also with a floor.
            continue
        total += part_points(part, rate)
    return total


def score(counts: Counts, rulebook: Rulebook, *, raw: bool = False) -> int | None:
    """Score of one place in one period, in millionths of a point."""
    exact = exact_score(counts, rulebook, raw=raw)
    return None if exact is None else half_up(exact * MILLIONTHS)


def base(counts: Counts, rulebook: Rulebook) -> int:
    """On how many answers the score stands: the smallest whole among its rates (有效回访)."""
    return min(rate_whole(counts, rate) for rate in rulebook.rates)


@dataclass(frozen=True)
class Contender:
    """What decides the place of one row in its group."""

    id: str
    score: int
    received: int


def ranks(group: Sequence[Contender], rulebook: Rulebook) -> dict[str, int]:
    """The place of each contender: 1 is best, ties share a place (1, 2, 2, 4)."""

    def standing(contender: Contender) -> tuple[int, int]:
        step = 10 ** (6 - rulebook.rank_on)
        rounded = half_up(Fraction(contender.score, step))
        larger_first = rulebook.rank_ties == "larger-received-first"
        return -rounded, -contender.received if larger_first else 0

    placed: dict[str, int] = {}
    best_first = sorted(group, key=standing)
    for number, contender in enumerate(best_first):
        before = best_first[number - 1]
        tied = number > 0 and standing(before) == standing(contender)
        placed[contender.id] = placed[before.id] if tied else number + 1
    return placed


def tier(millionths: int, rulebook: Rulebook) -> str:
    """The letter whose border the (shrunken) score reaches; the last one below all borders."""
    for letter, border in zip(rulebook.tier_letters, rulebook.tier_borders, strict=False):
        if millionths >= border * MILLIONTHS:
            return letter
    return rulebook.tier_letters[-1]
