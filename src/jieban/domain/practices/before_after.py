"""How many complaints of one kind came before and after a day, at a place and elsewhere?

Counts, and counts only: how many in how many months, how many all in all, how many residents.
Nothing here says why. The month in which something happened is left out, being both before and
after; a month without a run is not nought, it is not counted at all. Where there are too few
complaints or months a rate is withheld and the counts stand alone.

"Others" are the places of the same ranking group that had not taken the practice over by the
end of the months compared: they say what the season and the general trend did meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import comb

WINDOWS = (6, 12)
"""Months compared on either side; twelve hold every season once."""
FEWEST, FEWEST_MONTHS = 10, 3
"""Fewer complaints in both spans together, or fewer months in either: no rate is given."""
_TWO = Decimal("0.01")


@dataclass(frozen=True)
class Month:
    """One place in one month: complaints of the kind, and all that were received."""

    kind: int
    received: int


@dataclass(frozen=True)
class Series:
    """Months with a run, oldest first, and what each place received in them.

    A place without an entry in a known month received nothing. `groups` is the ranking group of
    every place of the level, `residents` its people where they are known.
    """

    months: tuple[str, ...]
    places: Mapping[str, Mapping[str, Month]]
    groups: Mapping[str, str]
    residents: Mapping[str, int]


@dataclass(frozen=True)
class Counted:
    """A sum over `place_months`: months of one place, or of several added up.

    `resident_months` and `kind_of_residents` belong to the places whose people are known.
    """

    kind: int = 0
    received: int = 0
    place_months: int = 0
    kind_of_residents: int = 0
    resident_months: int = 0

    def __add__(self, other: Counted) -> Counted:
        return Counted(
            self.kind + other.kind,
            self.received + other.received,
            self.place_months + other.place_months,
            self.kind_of_residents + other.kind_of_residents,
            self.resident_months + other.resident_months,
        )

    @property
    def per_month(self) -> Decimal | None:
        """Complaints a month and place; None without a month."""
        return _ratio(self.kind, self.place_months)

    @property
    def per_100(self) -> Decimal | None:
        """Of a hundred received, how many were of the kind."""
        return _ratio(100 * self.kind, self.received)

    @property
    def per_10000(self) -> Decimal | None:
        """A month and ten thousand residents, over the places whose people are known."""
        return _ratio(10_000 * self.kind_of_residents, self.resident_months)


@dataclass(frozen=True)
class Compared:
    """Before and after. `wanted` is how many months either side should have had."""

    before: Counted
    after: Counted
    wanted: int
    months_before: tuple[str, ...] = ()
    months_after: tuple[str, ...] = ()

    @property
    def too_few(self) -> bool:
        """Whether rates are withheld."""
        months = min(len(self.months_before), len(self.months_after))
        return self.before.kind + self.after.kind < FEWEST or months < FEWEST_MONTHS

    @property
    def complete(self) -> bool:
        """Whether every month that was wanted is there."""
        return len(self.months_before) == len(self.months_after) == self.wanted

    @property
    def chance(self) -> tuple[int, int] | None:
        """Between which counts "after" would lie nineteen times in twenty if nothing changed.

        None where too few. The least that chance does: complaints come in bunches, so the true
        span is wider.
        """
        if self.too_few:
            return None
        return chance_span(
            self.before.kind + self.after.kind, self.before.place_months, self.after.place_months
        )

    @property
    def within_chance(self) -> bool | None:
        """Whether "after" lies in that span; None where there is none."""
        span = self.chance
        return None if span is None else span[0] <= self.after.kind <= span[1]


def spans(
    months: Sequence[str], first: str, last: str, wanted: int
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Known months among the `wanted` before `first` and the `wanted` after `last`."""
    known = set(months)
    before = [moved(first, -number) for number in range(wanted, 0, -1)]
    after = [moved(last, number) for number in range(1, wanted + 1)]
    return (
        tuple(month for month in before if month in known),
        tuple(month for month in after if month in known),
    )


def at_place(series: Series, place: str, first: str, last: str, wanted: int) -> Compared:
    """One place before the month `first` and after the month `last`, both left out."""
    before, after = spans(series.months, first, last, wanted)
    return Compared(
        counted(series, [place], before),
        counted(series, [place], after),
        wanted,
        before,
        after,
    )


@dataclass(frozen=True)
class Adopter:
    """A place and the month in which it took the practice over."""

    place: str
    month: str


@dataclass(frozen=True)
class AdopterLine:
    """One adopter, the places it is compared with, and both sides in the same months."""

    adopter: Adopter
    own: Compared
    others: Compared
    other_places: int


@dataclass(frozen=True)
class Adopted:
    """All adopters: a line each, and the sums. A place that adopts twice counts from the first."""

    lines: tuple[AdopterLine, ...]
    own: Compared
    others: Compared


def among_adopters(series: Series, adopters: Iterable[Adopter], wanted: int) -> Adopted:
    """What adopters received before and after, and the others of their groups in those months.

    In the sums an adopter weighs as many months as it has, and brings its own others with it.
    """
    first: dict[str, str] = {}
    for each in adopters:
        first[each.place] = min(each.month, first.get(each.place, each.month))
    lines = tuple(
        _line(series, Adopter(place, month), first, wanted)
        for place, month in sorted(first.items(), key=lambda item: (item[1], item[0]))
    )
    return Adopted(
        lines,
        _summed([line.own for line in lines], wanted),
        _summed([line.others for line in lines], wanted),
    )


def _line(series: Series, adopter: Adopter, first: Mapping[str, str], wanted: int) -> AdopterLine:
    own = at_place(series, adopter.place, adopter.month, adopter.month, wanted)
    last = own.months_after[-1] if own.months_after else adopter.month
    others = others_of(series, adopter.place, {p for p, month in first.items() if month <= last})
    return AdopterLine(adopter, own, beside(series, others, own), len(others))


def others_of(series: Series, place: str, but: Collection[str] = ()) -> list[str]:
    """The other places of a place's ranking group, without those in `but`."""
    group = series.groups.get(place)
    return [
        other
        for other, its_group in series.groups.items()
        if group is not None and its_group == group and other != place and other not in but
    ]


def beside(series: Series, places: Sequence[str], own: Compared) -> Compared:
    """What these places received in the months that are compared for one of them."""
    return Compared(
        counted(series, places, own.months_before),
        counted(series, places, own.months_after),
        own.wanted,
        own.months_before,
        own.months_after,
    )


def _summed(parts: Sequence[Compared], wanted: int) -> Compared:
    """The sum; its months are all months that stand in any part."""
    before, after = Counted(), Counted()
    for part in parts:
        before, after = before + part.before, after + part.after
    return Compared(
        before,
        after,
        wanted,
        tuple(sorted({month for part in parts for month in part.months_before})),
        tuple(sorted({month for part in parts for month in part.months_after})),
    )


def counted(series: Series, places: Sequence[str], months: Sequence[str]) -> Counted:
    """What these places received in these months."""
    total = Counted()
    for place in places:
        held = series.places.get(place, {})
        kind = sum(held[month].kind for month in months if month in held)
        received = sum(held[month].received for month in months if month in held)
        people = series.residents.get(place, 0)
        total += Counted(
            kind,
            received,
            len(months),
            kind if people else 0,
            people * len(months),
        )
    return total


def chance_span(total: int, before: int, after: int) -> tuple[int, int]:
    """Where "after" lies in 95 of 100 cases if `total` fall on before : after months by chance.

    Exact for independent complaints (binomial); at most 2.5 % lies beyond either end.
    """
    if total > 1000:
        # Beyond this the bell is as good, and the exact sum slow.
        share = after / (before + after)
        half = 1.96 * (total * share * (1 - share)) ** 0.5
        return max(0, round(total * share - half)), min(total, round(total * share + half))
    whole = (before + after) ** total
    weights = [
        comb(total, number) * after**number * before ** (total - number)
        for number in range(total + 1)
    ]
    low, below = 0, weights[0]
    while below * 40 <= whole and low < total:
        low += 1
        below += weights[low]
    high, above = total, weights[total]
    while above * 40 <= whole and high > 0:
        high -= 1
        above += weights[high]
    return low, high


def moved(month: str, by: int) -> str:
    """The month so many months later (earlier where negative)."""
    number = int(month[:4]) * 12 + int(month[5:7]) - 1 + by
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _ratio(part: int, whole: int) -> Decimal | None:
    if not whole:
        return None
    return (Decimal(part) / Decimal(whole)).quantize(_TWO, rounding=ROUND_HALF_UP)
