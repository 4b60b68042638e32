"""Do complaints at a place come back after a sign-off?

The last three months since the sign-off are held against two things: the months before the
rectification began, and the calm since the sign-off. It is said that complaints returned where
there were at least three, and

- they are more than a quarter of the former rate would give by chance in 24 of 25 such spans, or
- more than the rate since the sign-off would give in 99 of 100;

but not where the same months of the year before had twice as many or more: a winter is held
against a winter. So a place at a quarter of its former rate or below gives a false alarm in at
most 5 of 100 looks, whatever that rate is; both tests are exact for complaints that come one by
one. Complaints come in bunches, so an alarm is a reason to go and look, and nothing more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import comb, erfc, sqrt

from jieban.domain.practices.before_after import moved

LOOK = 3
"""Months that are looked at together."""
BEFORE = 12
"""Months before the rectification that are known at most."""
FEWEST = 3
"""Fewer complaints than this are never an alarm."""
CALM_PARTS = 4
"""A place is calm at one such part of its former rate."""
LEVEL, RISE = Fraction(4, 100), Fraction(1, 100)
"""How rarely chance alone may do it."""
_EXACT = 1500


class Finding(StrEnum):
    """What a look says."""

    TOO_EARLY = "too_early"
    CALM = "calm"
    LEVEL = "level"
    RISE = "rise"


@dataclass(frozen=True)
class Watch:
    """One look after a sign-off, with everything it was made from.

    `now` complaints in the months `months`, `since` in `since_months` months since the sign-off
    before those, `before` in `before_months` months before the rectification began; `season` in
    the same months of the year before it, None where they are not known.
    """

    finding: Finding
    months: tuple[str, ...] = ()
    now: int = 0
    since: int = 0
    since_months: int = 0
    before: int = 0
    before_months: int = 0
    season: int | None = None

    @property
    def returned(self) -> bool:
        return self.finding in (Finding.LEVEL, Finding.RISE)

    @property
    def rate_now(self) -> Decimal | None:
        """Complaints a month; None without a month, as the other rates."""
        return _rate(self.now, len(self.months))

    @property
    def rate_since(self) -> Decimal | None:
        return _rate(self.since, self.since_months)

    @property
    def rate_before(self) -> Decimal | None:
        return _rate(self.before, self.before_months)


def look(
    counts: Mapping[str, int], months: Sequence[str], first: str, signed: str, until: str = ""
) -> Watch:
    """What the last months since a sign-off say.

    `counts` are complaints by month (nought where a known month has none), `months` the known
    months, oldest first; `first` is the month in which the rectification began, `signed` that of
    the sign-off, both left out. With `until`, as it could be seen at the end of that month.
    """
    after = [month for month in months if month > signed and (not until or month <= until)]
    earliest = moved(first, -BEFORE)
    past = [month for month in months if earliest <= month < first]
    if len(after) < LOOK:
        return Watch(
            Finding.TOO_EARLY,
            tuple(after),
            _sum(counts, after),
            before=_sum(counts, past),
            before_months=len(past),
        )
    last, calm = after[-LOOK:], after[:-LOOK]
    now, since, before = _sum(counts, last), _sum(counts, calm), _sum(counts, past)
    same = [each for each in past if each[5:] in {month[5:] for month in last}]
    season = _sum(counts, same) if len(same) == LOOK else None
    finding = Finding.CALM
    if now >= FEWEST and (season is None or 2 * now > season):
        if past and chance(now, before, LOOK, CALM_PARTS * len(past)) < LEVEL:
            finding = Finding.LEVEL
        elif calm and chance(now, since, LOOK, len(calm)) < RISE:
            finding = Finding.RISE
    return Watch(finding, tuple(last), now, since, len(calm), before, len(past), season)


@lru_cache(maxsize=20_000)
def chance(now: int, other: int, weight: int, other_weight: int) -> Fraction:
    """How often chance alone puts `now` or more of all complaints into a span of this weight.

    The exact upper end of a binomial; beyond some 1,500 complaints that of the bell.
    """
    total, share = now + other, Fraction(weight, weight + other_weight)
    if total > _EXACT:
        mean, spread = float(total * share), sqrt(float(total * share * (1 - share)))
        return Fraction(erfc((now - 0.5 - mean) / spread / sqrt(2)) / 2)
    ways = sum(
        comb(total, number) * weight**number * other_weight ** (total - number)
        for number in range(now, total + 1)
    )
    return Fraction(ways, (weight + other_weight) ** total)


def _sum(counts: Mapping[str, int], months: Sequence[str]) -> int:
    return sum(counts.get(month, 0) for month in months)


def _rate(count: int, months: int) -> Decimal | None:
    if not months:
        return None
    return (Decimal(count) / Decimal(months)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
