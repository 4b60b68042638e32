"""From cubes to the rows of a table: every place of a level with all its figures.

No row of facts is read here, so another rulebook (with the same periods) costs only this
arithmetic. Exact figures come from `scoring`, intervals from `uncertainty`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jieban.domain.errors import Refused
from jieban.domain.rulebook.periods import Period
from jieban.domain.rulebook.schema import Rulebook
from jieban.evaluation import scoring, uncertainty
from jieban.evaluation.cube import Cubes
from jieban.evaluation.measures import COUNTS, RATES, Counts, counting_matrix
from jieban.evaluation.outcome import outcomes_of
from jieban.evaluation.places import LEVELS, Place, RollUp
from jieban.evaluation.uncertainty import Cells, Floats

MAIN: Final = "main"
SMALL: Final = "small"
# Intervals are stored with four decimals; `verify` compares them to 0.01.
_STORED: Final = 4


@dataclass(frozen=True)
class RateFigure:
    """A rate with its halves. `percent` is as printed; `low` and `high` are percent too."""

    part: Decimal | None
    whole: int | None
    percent: Decimal | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Change:
    """Against the period before: scores in millionths, interval in points.

    `is_noise` is true where the interval holds nought: chance alone may have done it.
    """

    previous_score: int
    points: int
    low: float | None
    high: float | None
    is_noise: bool | None


@dataclass(frozen=True)
class Row:
    """One line of a table. Scores are millionths of a point; None: there is none.

    `base` is on how many answers the score stands (有效回访 for rules of three rates). `rank`
    counts within `group` ("main" or "small"), `rank_of` is how many are ranked there.
    Summary lines have an id in angle brackets and no rank.
    """

    id: str
    name: str
    kind: str
    parent: str | None
    counts: Counts
    rates: Mapping[str, RateFigure]
    base: int
    score: int | None
    raw_score: int | None
    score_low: float | None = None
    score_high: float | None = None
    rank: int | None = None
    rank_of: int | None = None
    rank_low: int | None = None
    rank_high: int | None = None
    group: str | None = None
    tier: str | None = None
    shrunken_score: int | None = None
    per_10000: Decimal | None = None
    change: Change | None = None
    provisional: bool = False
    flags: tuple[str, ...] = ()


UNATTRIBUTED: Final = "<unattributed>"
MEAN: Final = "<mean>"
POOLED: Final = "<pooled>"


@dataclass(frozen=True)
class Level:
    """All lines of one level in one period, in the order they are printed."""

    level: str
    rows: tuple[Row, ...]
    unattributed: Row | None
    mean: Row
    pooled: Row
    # Posterior draws of each row's score; kept only while a run is made.
    draws: Mapping[str, Floats] = field(default_factory=dict, repr=False, compare=False)

    def row(self, place_id: str) -> Row | None:
        """The line of one place."""
        return next((row for row in self.rows if row.id == place_id), None)


def evaluate_level(
    level: str,
    cubes: Cubes,
    places: Sequence[Place],
    rulebook: Rulebook,
    period: Period,
    *,
    intervals: bool = True,
    before: Level | None = None,
) -> Level:
    """Every line of `level`; `before` is the same level one period earlier, for the change.

    Raises:
        Refused: `level.unknown`.
    """
    if level not in LEVELS:
        raise Refused("level.unknown", level=level, known=list(LEVELS))
    tally = _tally(level, cubes, places, rulebook, period)
    rows = {
        place.id: _row(place, counts, rulebook)
        for place, counts in zip(tally.places, tally.counts, strict=True)
    }
    draws: dict[str, Floats] = {}
    for members in _groups(rows.values(), rulebook):
        rows |= _judged(members, tally, rulebook, draws, intervals=intervals)
    if before is not None:
        rows = {name: _compared(row, before, draws) for name, row in rows.items()}
    return Level(
        level=level,
        rows=tuple(sorted(rows.values(), key=_print_order)),
        unattributed=tally.unattributed(rulebook),
        mean=_mean(list(rows.values()), rulebook),
        pooled=_summary(POOLED, tally.pooled, rulebook),
        draws=draws,
    )


# --- counting -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Tally:
    """Counts and answer histograms of a level, row i belonging to `places[i]`."""

    level: str
    places: list[Place]
    counts: list[Counts]
    histograms: NDArray[np.int64]
    outside: Counts
    pooled: Counts
    cells: Cells
    digest: str

    def unattributed(self, rulebook: Rulebook) -> Row | None:
        """The line of what belongs to no place of the level; None where there is nothing."""
        if not self.outside["received"] and not self.outside["closed"]:
            return None
        return _summary(UNATTRIBUTED, self.outside, rulebook)


def _tally(
    level: str, cubes: Cubes, places: Sequence[Place], rulebook: Rulebook, period: Period
) -> _Tally:
    key = "unit" if level == "unit" else "area"
    first, after = days_of(rulebook, period)
    roll_up = RollUp(places, level, first, after)
    received = _of_period(cubes[f"received_by_{key}"], period)
    closed = _of_period(cubes[f"closed_by_{key}"], period)
    codes = sorted(pc.unique(received["outcome"]).to_pylist())
    outcomes = outcomes_of(codes)
    histogram = _histogram(received, key, roll_up, codes)
    ended = _histogram(closed, key, roll_up, None)[:, 0]
    counts = histogram @ counting_matrix(outcomes, rulebook)
    counts[:, COUNTS.index("closed")] = ended
    listed = [
        number
        for number, place in enumerate(roll_up.rows)
        if roll_up.is_listed(place, has_counts=bool(counts[number].any()))
    ]
    cells = Cells(rulebook)
    return _Tally(
        level=level,
        places=[roll_up.rows[number] for number in listed],
        counts=[_named(counts[number]) for number in listed],
        histograms=(histogram @ cells.grouping(outcomes))[listed],
        outside=_named(counts[-1]),
        pooled=_named(counts.sum(axis=0)),
        cells=cells,
        digest=_digest(level, roll_up.rows, codes, histogram),
    )


def days_of(rulebook: Rulebook, period: Period) -> tuple[date, date]:
    """First day of the period and first day after it, as the directory's dates mean them."""
    zone = ZoneInfo(rulebook.zone())
    return period.start.astimezone(zone).date(), period.end.astimezone(zone).date()


def _of_period(cube: pa.Table, period: Period) -> pa.Table:
    return cube.filter(pc.is_in(cube["period"], value_set=pa.array(period.months)))


def _histogram(
    cube: pa.Table, key: str, roll_up: RollUp, codes: list[int] | None
) -> NDArray[np.int64]:
    """Rows of the level (and one last for what has none) × outcomes; one column without codes."""
    place_of = {place.id: number for number, place in enumerate(roll_up.rows)}
    names = cube[key].combine_chunks().dictionary_encode()
    targets = [
        place_of[target] if (target := roll_up.target(name)) is not None else len(place_of)
        for name in names.dictionary.to_pylist()
    ]
    rows = np.array(targets, dtype=np.int64)[names.indices.to_numpy()] if targets else []
    columns: Any = 0
    if codes is not None:
        columns = np.searchsorted(codes, cube["outcome"].to_numpy())
    wide = np.zeros((len(place_of) + 1, 1 if codes is None else len(codes)), dtype=np.int64)
    if targets:
        np.add.at(wide, (rows, columns), cube["count"].to_numpy())
    return wide


def _named(counts: NDArray[np.int64]) -> Counts:
    return dict(zip(COUNTS, counts.tolist(), strict=True))


def _digest(
    level: str, rows: Sequence[Place], codes: list[int], histogram: NDArray[np.int64]
) -> str:
    """Names the counts of a level in one period, whatever the order of the directory."""
    lines = []
    for place, numbers in zip(rows, histogram[:-1].tolist(), strict=True):
        counted = [f"{c}:{n}" for c, n in zip(codes, numbers, strict=True) if n]
        if counted:
            lines.append(f"{place.id}={','.join(counted)}")
    text = "\n".join([level, *sorted(lines)])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


# --- exact figures ------------------------------------------------------------------------


def _row(place: Place, counts: Counts, rulebook: Rulebook) -> Row:
    base = scoring.base(counts, rulebook)
    flags = []
    if base == 0:
        flags.append("no_callbacks")
    elif base < rulebook.rank_minimum:
        flags.append("small")
    if base < rulebook.publish_minimum:
        flags.append("withheld")
    return Row(
        id=place.id,
        name=place.name,
        kind=place.kind,
        parent=place.parent,
        counts=counts,
        rates=_rates(counts, rulebook),
        base=base,
        score=scoring.score(counts, rulebook),
        raw_score=scoring.score(counts, rulebook, raw=True),
        per_10000=_per_10000(counts["received"], place.population),
        provisional=place.provisional,
        flags=tuple(flags),
    )


def _summary(name: str, counts: Counts, rulebook: Rulebook) -> Row:
    """A line for several places together: figures, but no place in any order."""
    return Row(
        id=name,
        name=name,
        kind="",
        parent=None,
        counts=counts,
        rates=_rates(counts, rulebook),
        base=scoring.base(counts, rulebook),
        score=scoring.score(counts, rulebook),
        raw_score=scoring.score(counts, rulebook, raw=True),
    )


def _rates(counts: Counts, rulebook: Rulebook) -> dict[str, RateFigure]:
    figures = {}
    # Where a missing call-back is nought points, its rate is printed as nought too.
    zero = rulebook.rank_no_callbacks == "zero" and counts["received"] > 0
    for name, rule in RATES.items():
        part = scoring.rate_part(counts, name, rulebook)
        exact = scoring.percent(counts, name, rulebook)
        if exact is None and zero and name in rulebook.rates:
            exact = Fraction(0)
        whole = scoring.rate_whole(counts, name)
        bounds = None if rule.mostly else uncertainty.wilson(int(part), whole)
        figures[name] = RateFigure(
            part=part,
            whole=whole,
            percent=None if exact is None else scoring.printed(exact, rulebook.print_rate_decimals),
            low=_stored(bounds[0]) if bounds else None,
            high=_stored(bounds[1]) if bounds else None,
        )
    return figures


def _mean(rows: list[Row], rulebook: Rulebook) -> Row:
    """The plain mean of the rows' rates and scores; it has no counts.

    Over rows with valid call-backs, or ("all") over every row that received anything.
    """
    if rulebook.summary_mean_over == "all":
        members = [row.counts for row in rows if row.counts["received"] > 0]
    else:
        members = [row.counts for row in rows if row.base > 0]
    rates = {}
    for name in RATES:
        exact = [scoring.percent(counts, name, rulebook) for counts in members]
        if rulebook.summary_mean_over == "all" and name in rulebook.rates:
            exact = [rate if rate is not None else Fraction(0) for rate in exact]
        mean = _mean_of(exact)
        percent = None if mean is None else scoring.printed(mean, rulebook.print_rate_decimals)
        rates[name] = RateFigure(None, None, percent)
    score = _mean_of([scoring.exact_score(counts, rulebook) for counts in members])
    raw = _mean_of([scoring.exact_score(counts, rulebook, raw=True) for counts in members])
    return Row(
        id=MEAN,
        name=MEAN,
        kind="",
        parent=None,
        counts={},
        rates=rates,
        base=0,
        score=None if score is None else scoring.half_up(score * scoring.MILLIONTHS),
        raw_score=None if raw is None else scoring.half_up(raw * scoring.MILLIONTHS),
    )


def _mean_of(values: Iterable[Fraction | None]) -> Fraction | None:
    known = [value for value in values if value is not None]
    return sum(known, Fraction(0)) / len(known) if known else None


def _per_10000(received: int, population: int | None) -> Decimal | None:
    """万人诉求比 with two decimals; None where the population is not known."""
    if not population or population < 0:
        return None
    return scoring.printed(Fraction(received * 10_000, population), 2)


# --- groups, ranks, intervals -------------------------------------------------------------


def _groups(rows: Iterable[Row], rulebook: Rulebook) -> list[list[Row]]:
    """Who is ranked with whom: large and small apart, by kind if the rulebook says so."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.score is None:
            continue
        size = SMALL if row.base < rulebook.rank_minimum else MAIN
        kind = row.kind if rulebook.rank_group == "kind" else ""
        found.setdefault((kind, size), []).append(replace(row, group=size))
    return list(found.values())


def _judged(
    members: list[Row],
    tally: _Tally,
    rulebook: Rulebook,
    draws: dict[str, Floats],
    *,
    intervals: bool,
) -> dict[str, Row]:
    """The rows of one group with rank, tier and, if wanted, intervals; adds to `draws`."""
    placed = scoring.ranks(
        [scoring.Contender(row.id, row.score or 0, row.counts["received"]) for row in members],
        rulebook,
    )
    number = {place.id: row for row, place in enumerate(tally.places)}
    histograms = tally.histograms[[number[row.id] for row in members]]
    prior = uncertainty.prior_of(histograms)
    drawn_to = _shrunken(members, histograms, prior, tally.cells)
    judged = {}
    for row in members:
        shrunken = drawn_to.get(row.id)
        judged[row.id] = replace(
            row,
            rank=placed[row.id],
            rank_of=len(members),
            shrunken_score=shrunken,
            tier=scoring.tier(row.score or 0 if shrunken is None else shrunken, rulebook),
        )
    if not intervals:
        return judged
    return _with_intervals(judged, histograms, prior, tally, draws)


def _shrunken(
    members: list[Row], histograms: NDArray[np.int64], prior: Floats, cells: Cells
) -> dict[str, int]:
    """Shrunken scores in millionths; empty where the group is too small to shrink."""
    judged = [number for number, row in enumerate(members) if row.base > 0]
    scores = np.array([(members[number].score or 0) / scoring.MILLIONTHS for number in judged])
    variances = np.array([cells.variance(histograms[number], prior) for number in judged])
    drawn = uncertainty.shrunken(scores, variances)
    if drawn is None:
        return {}
    return {
        members[number].id: round(value * scoring.MILLIONTHS)
        for number, value in zip(judged, drawn.tolist(), strict=True)
    }


def _with_intervals(
    rows: dict[str, Row],
    histograms: NDArray[np.int64],
    prior: Floats,
    tally: _Tally,
    draws: dict[str, Floats],
) -> dict[str, Row]:
    judged = {}
    for row, histogram in zip(rows.values(), histograms, strict=True):
        if row.base == 0:
            draws[row.id] = np.zeros(uncertainty.DRAWS)
            judged[row.id] = row
            continue
        seed = f"{tally.digest}:{tally.level}:{row.id}"
        shares = uncertainty.draw_shares(histogram, prior, seed)
        draws[row.id] = tally.cells.score(shares)
        own = None if row.score is None else row.score / scoring.MILLIONTHS
        low, high = uncertainty.interval(draws[row.id], containing=own)
        judged[row.id] = replace(
            row,
            score_low=_stored(low),
            score_high=_stored(high),
            rates=_with_satisfaction(row.rates, shares, tally.cells),
        )
    places = uncertainty.rank_intervals(np.array([draws[name] for name in judged]))
    # The draws lean towards the group; a place that stands first is shown to be able to.
    return {
        name: replace(
            row, rank_low=min(low, row.rank or low), rank_high=max(high, row.rank or high)
        )
        for (name, row), (low, high) in zip(judged.items(), places, strict=True)
    }


def _with_satisfaction(
    rates: Mapping[str, RateFigure], shares: Floats, cells: Cells
) -> Mapping[str, RateFigure]:
    if "satisfaction" not in cells.rates:
        return rates
    figure = rates["satisfaction"]
    own = None if figure.percent is None else float(figure.percent)
    low, high = uncertainty.interval(cells.rate(shares, "satisfaction"), containing=own)
    figure = replace(figure, low=_stored(low), high=_stored(high))
    return {**rates, "satisfaction": figure}


def _compared(row: Row, before: Level, draws: Mapping[str, Floats]) -> Row:
    """The row with its change; a place without a score in either period has none."""
    earlier = before.row(row.id)
    if earlier is None or earlier.score is None or row.score is None:
        return row
    bounds = None
    if row.base > 0 and earlier.base > 0 and row.id in draws and row.id in before.draws:
        bounds = uncertainty.interval(draws[row.id] - before.draws[row.id])
    change = Change(
        previous_score=earlier.score,
        points=row.score - earlier.score,
        low=_stored(bounds[0]) if bounds else None,
        high=_stored(bounds[1]) if bounds else None,
        is_noise=bounds[0] <= 0 <= bounds[1] if bounds else None,
    )
    return replace(row, change=change)


def _print_order(row: Row) -> tuple[int, int]:
    """Main group by rank, then the small by theirs, then the unranked; the sort is stable."""
    order = {MAIN: 0, SMALL: 1}.get(row.group or "", 2)
    return order, row.rank or 0


def _stored(value: float) -> float:
    return round(value, _STORED)
