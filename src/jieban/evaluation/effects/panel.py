"""Counts of every community in every full month, and what they are worth over any months.

A panel is made of cubes once; estimates read nothing else. Outcomes that no measure tells apart
are one kind, so that it stays small: places × months × kinds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from jieban.domain.errors import Refused
from jieban.domain.rulebook.periods import month_bounds, month_of, months_of
from jieban.domain.rulebook.schema import SOURCE_ZONE, Part, Rulebook
from jieban.evaluation.cube import windows_of
from jieban.evaluation.effects.standing import Standing, standing_of
from jieban.evaluation.engines import engine as engine_named
from jieban.evaluation.facts import FactsFolder
from jieban.evaluation.measures import COUNTS, RATES, counting_matrix
from jieban.evaluation.outcome import outcomes_of
from jieban.evaluation.places import Place, RollUp

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
SCORES: Final = ("score", "raw_score")
THREE_RATES: Final = ("response", "resolution", "satisfaction")
MEASURES: Final = (*SCORES, *THREE_RATES)
# What each is called in the glossary.
MEASURE_WORDS: Final = {
    "score": "score",
    "raw_score": "raw_score",
    "response": "response_rate",
    "resolution": "resolution_rate",
    "satisfaction": "satisfaction_rate",
}
# A month is taken as full if the facts begin or end this close to its border.
_TOLERANCE: Final = timedelta(days=3)


@dataclass(frozen=True)
class Figure:
    """One measure of every place over some months, in points or percent; NaN where nothing counts.

    `variance` is that of chance alone, from the answers themselves; `base` the number of answers.
    """

    value: Floats
    variance: Floats
    base: Floats

    @cached_property
    def chance(self) -> Floats:
        """Variance of chance by the number of answers alone, with one spread for all places.

        A place's own spread hangs together with its own luck; as a weight it would bend the
        comparison towards the lucky.
        """
        known = np.isfinite(self.variance) & (self.base > 0)
        spread = np.mean((self.variance * self.base)[known]) if known.any() else 0.0
        found: Floats = np.divide(
            spread, self.base, out=np.full_like(self.base, np.nan), where=self.base > 0
        )
        return found

    @cached_property
    def standing(self) -> Standing:
        """Where each place stands, and how much of that is lasting."""
        return standing_of(self.value, self.variance, self.base, self.chance)


@dataclass(frozen=True)
class Window:
    """Sums over some months: [place, column], and of products of columns, for variances."""

    panel: Panel
    months: int
    sums: Floats
    products: Floats

    def figure(self, measure: str) -> Figure:
        """The measure over the window: a score, a raw score, or a rate in percent."""
        if measure not in self._figures:
            scored = measure in SCORES
            self._figures[measure] = (
                self._score(raw=measure == "raw_score") if scored else self._rate(measure)
            )
        return self._figures[measure]

    @cached_property
    def _figures(self) -> dict[str, Figure]:
        """What was asked for once is asked for again."""
        return {}

    def total(self, count: str) -> Floats:
        """How many rows the count has in the window."""
        found: Floats = self.sums[:, self.panel.column(count)]
        return found

    def _rate(self, rate: str) -> Figure:
        part, whole = self.panel.halves(rate, raw=False)
        above, below = self.sums[:, part], self.sums[:, whole]
        with np.errstate(divide="ignore", invalid="ignore"):
            value = 100 * above / below
            slopes = np.zeros_like(self.sums)
            slopes[:, part] += 100 / below
            slopes[:, whole] -= 100 * above / below**2
        return Figure(value, self._variance(slopes, below), below)

    def _score(self, *, raw: bool) -> Figure:
        rulebook = self.panel.rulebook
        value = np.zeros(len(self.sums))
        slopes = np.zeros_like(self.sums)
        base = np.full(len(self.sums), np.inf)
        for piece in rulebook.parts:
            part, whole = self.panel.halves(piece.rate, raw=raw)
            above, below = self.sums[:, part], self.sums[:, whole]
            base = np.minimum(base, below)
            with np.errstate(divide="ignore", invalid="ignore"):
                worth, slope = _worth(piece, 100 * above / below)
                value += worth
                slopes[:, part] += slope * 100 / below
                slopes[:, whole] -= slope * 100 * above / below**2
        return Figure(value, self._variance(slopes, base), base)

    def _variance(self, slopes: Floats, base: Floats) -> Floats:
        """By what each row moves the figure (delta method); NaN below two answers."""
        squares = np.einsum("ij,ijk,ik->i", slopes, self.products, slopes)
        with np.errstate(divide="ignore", invalid="ignore"):
            found: Floats = np.where(base > 1, squares * base / (base - 1), np.nan)
        return found


def _worth(piece: Part, rate: Floats) -> tuple[Floats, Floats]:
    """Points of a part at a rate, and how steeply they rise there."""
    if piece.weight is not None:
        weight = float(piece.weight)
        return weight * rate, np.full_like(rate, weight)
    full, target, per_point, floor, cap = (
        float(number or 0)
        for number in (piece.points, piece.target, piece.per_point, piece.floor, piece.cap)
    )
    plain = full - per_point * (target - rate)
    worth = np.clip(plain, floor, cap)
    return worth, np.where((plain > floor) & (plain < cap), per_point, 0.0)


@dataclass(frozen=True)
class Panel:
    """Places × months. `kinds` says which columns one row of each kind adds to.

    `counts` has one number for every month, place and kind; `months` are full and in order.
    """

    rulebook: Rulebook
    places: tuple[Place, ...]
    months: tuple[str, ...]
    columns: tuple[str, ...]
    kinds: Floats
    counts: NDArray[np.integer]
    generated: bool = False

    def column(self, name: str) -> int:
        return self.columns.index(name)

    def halves(self, rate: str, *, raw: bool) -> tuple[int, int]:
        """The columns above and below the line of a rate."""
        prefix = "raw_" if raw else ""
        return self.column(f"{prefix}{rate}"), self.column(f"{prefix}{RATES[rate].whole}")

    @cached_property
    def number(self) -> dict[str, int]:
        """Where each month stands."""
        return {month: place for place, month in enumerate(self.months)}

    @cached_property
    def index(self) -> dict[str, int]:
        """Where each place stands, by its id."""
        return {place.id: number for number, place in enumerate(self.places)}

    def window(self, months: Sequence[int]) -> Window:
        """Everything summed over the months with these numbers."""
        wanted = tuple(months)
        if wanted not in self._windows:
            counted = self.counts[list(wanted)].sum(axis=0, dtype=np.float64)
            width = len(self.columns)
            self._windows[wanted] = Window(
                self,
                len(wanted),
                counted @ self.kinds,
                (counted @ self._pairs).reshape(len(counted), width, width),
            )
        return self._windows[wanted]

    @cached_property
    def _pairs(self) -> Floats:
        """Products of every two columns of each kind."""
        found: Floats = np.einsum("kj,kl->kjl", self.kinds, self.kinds)
        return found.reshape(len(self.kinds), -1)

    @cached_property
    def _windows(self) -> dict[tuple[int, ...], Window]:
        return {}


def panel_of(
    facts: FactsFolder, rulebook: Rulebook, *, engine: str = "numpy", months: str | None = None
) -> Panel:
    """The panel of the communities of `facts` by `rulebook`, over `months` or all full ones.

    Raises:
        Refused: `effects.no_full_month`, `effects.no_communities`, `effects.several_zones`.
    """
    wanted = _full_months(facts, rulebook) if months is None else months_of(months)
    if not wanted:
        raise Refused("effects.no_full_month")
    span = f"{wanted[0]}..{wanted[-1]}"
    zones = {source: entry.zone for source, entry in facts.sources.items()}
    windows = [w for w in windows_of(rulebook, span, zones) if w.count == "received"]
    counted = engine_named(engine).count(facts, windows, enquiries=rulebook.count_enquiries)
    start, end = month_bounds(wanted[-1], rulebook.period_rule, _zone(facts, rulebook))
    zone = ZoneInfo(_zone(facts, rulebook))
    roll = RollUp(
        facts.areas, "community", start.astimezone(zone).date(), end.astimezone(zone).date()
    )
    places = tuple(
        place
        for place in roll.rows
        if roll.target(place.id) == place.id
        and place.valid_within(start.astimezone(zone).date(), end.astimezone(zone).date())
    )
    if not places:
        raise Refused("effects.no_communities")
    return _dense(counted.received_by_area, rulebook, places, wanted, roll, facts.generated)


def _zone(facts: FactsFolder, rulebook: Rulebook) -> str:
    if rulebook.period_zone != SOURCE_ZONE:
        return rulebook.zone()
    zones = {entry.zone for entry in facts.sources.values()}
    if len(zones) != 1:
        raise Refused("effects.several_zones", zones=sorted(zones))
    return zones.pop()


def _full_months(facts: FactsFolder, rulebook: Rulebook) -> tuple[str, ...]:
    """Months whose both ends lie within the facts, give or take three days."""
    ends = [(part.received_from, part.received_to) for part in facts.parts if part.received_from]
    if not ends:
        return ()
    first = min(start for start, _ in ends if start)
    last = max(end for _, end in ends if end)
    zone = _zone(facts, rulebook)
    names = [month_of(moment, rulebook.period_rule, zone) for moment in (first, last)]
    full = []
    for month in months_of(f"{names[0]}..{names[1]}"):
        start, end = month_bounds(month, rulebook.period_rule, zone)
        if first <= start + _TOLERANCE and last >= end - _TOLERANCE:
            full.append(month)
    return tuple(full)


def _dense(
    cube: pa.Table,
    rulebook: Rulebook,
    places: tuple[Place, ...],
    months: tuple[str, ...],
    roll: RollUp,
    generated: bool,
) -> Panel:
    codes, which = np.unique(cube["outcome"].to_numpy(), return_inverse=True)
    columns, rows = kinds_of(codes.tolist(), rulebook)
    kinds, merged = np.unique(rows, axis=0, return_inverse=True)
    place_number = {place.id: number for number, place in enumerate(places)}
    month_number = {month: number for number, month in enumerate(months)}
    place = _numbered(cube["area"], lambda area: place_number.get(roll.target(area) or "", -1))
    month = _numbered(cube["period"], month_number.__getitem__)
    kept = place >= 0
    counts = np.zeros((len(months), len(places), len(kinds)), dtype=np.int32)
    np.add.at(
        counts,
        (month[kept], place[kept], merged.reshape(-1)[which.reshape(-1)][kept]),
        cube["count"].to_numpy()[kept],
    )
    return Panel(rulebook, places, months, columns, kinds, counts, generated)


def _numbered(column: pa.ChunkedArray, number: Callable[[str], int]) -> Numbers:
    """Every row's number; each text is asked about once."""
    coded = column.combine_chunks().dictionary_encode()
    numbers = np.array([number(text) for text in coded.dictionary.to_pylist()], dtype=np.int64)
    found: Numbers = numbers[coded.indices.to_numpy()] if len(numbers) else np.zeros(0, np.int64)
    return found


def kinds_of(codes: Sequence[int], rulebook: Rulebook) -> tuple[tuple[str, ...], Floats]:
    """The columns of a panel, and what one row with each outcome code adds to them."""
    matrix = counting_matrix(outcomes_of(codes), rulebook).astype(np.float64)
    place = {name: number for number, name in enumerate(COUNTS)}
    worth = float(rulebook.mostly_satisfied)
    columns: dict[str, Floats] = {}
    for rate in dict.fromkeys((*THREE_RATES, *rulebook.rates)):
        for prefix in ("", "raw_"):
            rule = RATES[rate]
            above = matrix[:, place[prefix + rule.part]]
            if rule.mostly:
                above = above + worth * matrix[:, place[prefix + rule.mostly]]
            columns[f"{prefix}{rate}"] = above
            columns[f"{prefix}{rule.whole}"] = matrix[:, place[prefix + rule.whole]]
    for count in ("received", "reopened"):
        columns[count] = matrix[:, place[count]]
    return tuple(columns), np.stack(list(columns.values()), axis=1)
