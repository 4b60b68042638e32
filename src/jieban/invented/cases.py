"""Draws the cases: when, where, about what, by whom, how handled, what the resident said.

Nothing here is text; the arrays hold positions in the lists of `words` and of the district.
The chain of draws is described in the package's docstring, each step is one function below.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jieban.invented import words
from jieban.invented.district import District
from jieban.invented.timeline import DAY, Timeline

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

LEAD, DUAL, JOINT, TRANSFER = range(4)
ROLE_WORDS = ("主办", "双派", "协办", "转办")
ROLE_SHARES = {DUAL: 0.05, JOINT: 0.04, TRANSFER: 0.03}
"""Of all rows; the rest are lead rows."""

REPEAT_SHARE = 0.08
"""Of all cases: the same person about the same matter at the same place again."""
REPEAT_WITHIN = 30 * DAY
UNREACHED_SHARE = 0.35
HELD_SHARE, EXCLUDED_SHARE, RETURNED_SHARE = 0.008, 0.012, 0.05
NO_COMMUNITY_SHARE, NO_STREET_SHARE = 0.06, 0.005
PERSISTENCE = 0.8
NEVER = -1

HOURS = np.array(
    [4, 3, 2, 2, 2, 3, 8, 18, 42, 62, 66, 54, 36, 38, 48, 54, 52, 44, 36, 34, 34, 28, 16, 8], float
)
WEEKDAYS = np.array([1.14, 1.08, 1.05, 1.04, 1.02, 0.86, 0.81])


@dataclass(frozen=True)
class Spike:
    """A day when one category brings `times` a mean day's volume, in one street or in all."""

    day: date
    category: str
    times: float
    street: str | None


@dataclass(frozen=True)
class Characters:
    """What is special about single places and units: positions in `communities` and `units`."""

    main_problem: Ints
    without_cases: tuple[int, ...]
    full_marks: tuple[int, ...]
    falsely_closed: tuple[int, ...]
    satisfied_unsolved: tuple[int, ...]
    picks_exclusions: int
    rushes_deadlines: int


@dataclass(frozen=True)
class Cases:
    """One entry per case, in order of receipt. Times in seconds (see timeline), NEVER if none.

    `community` is true even where the export does not say it (`community_known` false).
    `unit` leads. `called_back` is when the call-back was made; `valid` says that the resident
    was reached; `contacted`, `resolved`, `satisfaction` are what was said, meaningless unless
    `valid`. `truly_resolved` is what happened. `parent` is the case complained about again.
    """

    received: Ints
    serial: Ints
    closed: Ints
    due: Ints
    called_back: Ints
    category: Ints
    community: Ints
    community_known: Flags
    street_known: Flags
    unit: Ints
    at_street: Flags
    person: Ints
    kind: Ints
    channel: Ints
    valid: Flags
    contacted: Flags
    resolved: Flags
    truly_resolved: Flags
    satisfaction: Ints
    held: Flags
    ground: Ints
    returns: Ints
    passes: Ints
    parent: Ints
    told_on_the_hour: Flags
    chance: NDArray[np.uint32]


@dataclass(frozen=True)
class Assignments:
    """One entry per row of an export: a case's lead row, or a further unit's row."""

    case: Ints
    unit: Ints
    role: Ints


def pick(rng: np.random.Generator, weights: Floats, count: int) -> Ints:
    """`count` positions drawn in proportion to `weights`."""
    edges = np.cumsum(weights)
    drawn: Ints = np.searchsorted(edges, rng.random(count) * edges[-1], side="right")
    return drawn


def characters(rng: np.random.Generator, district: District) -> Characters:
    """Chooses the places with one main problem, full marks, no cases, and signs of gaming."""
    count = len(district.communities)
    people = np.array([area.population for area in district.communities])
    weights = np.array([category.weight for category in words.CATEGORIES])
    main = pick(rng, weights, count)
    order = np.argsort(people, kind="stable")
    small, medium, large = order[: count // 6], order[count // 6 : count // 2], order[-count // 3 :]
    empty = [int(place) for place in rng.choice(small, 3, replace=False)]
    full = [int(place) for place in rng.choice(medium, 2, replace=False)]
    chosen_large = [int(place) for place in rng.choice(large, 3, replace=False)]
    picks, rushes = (int(unit) for unit in rng.choice(24, 2, replace=False))
    return Characters(
        main,
        tuple(sorted(empty)),
        tuple(sorted(full)),
        tuple(sorted(chosen_large[:2])),
        (chosen_large[2],),
        picks,
        rushes,
    )


def spikes(rng: np.random.Generator, line: Timeline) -> tuple[Spike, ...]:
    """The days of several times the mean: heating start, a rainstorm, a burst main, wages."""
    found: list[Spike] = []
    last = line.first_day + timedelta(days=line.days - 1)
    for year in range(line.first_day.year, last.year + 1):
        street = words.STREETS[int(rng.integers(24))] + "街道"
        rain = date(year, 7, 15) + timedelta(days=int(rng.integers(35)))
        main = date(year, 3, 1) + timedelta(days=int(rng.integers(90)))
        for day, category, times, where in (
            (date(year, 1, 12), "劳动和社会保障->拖欠工资->工程建设领域", 1.6, None),
            (main, "水务->供排水->停水与水质", 2.6, street),
            (rain, "住房城乡建设->房屋质量->渗漏与开裂", 2.4, None),
            (date(year, 11, 7), "公共服务->供暖->室温不达标", 2.8, None),
            (date(year, 11, 15), "公共服务->供暖->室温不达标", 3.6, None),
        ):
            if line.first_day <= day <= last:
                found.append(Spike(day, category, times, where))
    return tuple(found)


def _days_and_categories(
    rng: np.random.Generator, line: Timeline, count: int, peaks: Sequence[Spike]
) -> tuple[Ints, Ints]:
    """Day (from the first) and category of `count` cases."""
    first = line.first_day
    dates = [first + timedelta(days=day) for day in range(line.days)]
    month = np.array([day.month - 1 for day in dates])
    weekday = WEEKDAYS[np.array([day.weekday() for day in dates])]
    season = np.array([category.season for category in words.CATEGORIES])[:, month]
    weight = np.array([category.weight for category in words.CATEGORIES])
    unrest = np.exp(rng.normal(0.0, 0.10, line.days))
    intensity = (weight[:, None] * season * weekday * unrest).T
    mean = intensity.sum() / line.days
    for peak in peaks:
        row, column = (peak.day - first).days, words.CATEGORY_NAMES.index(peak.category)
        intensity[row, column] += mean * peak.times
    cells = rng.multinomial(count, (intensity / intensity.sum()).ravel())
    flat = np.repeat(np.arange(cells.size), cells)
    return flat // len(weight), flat % len(weight)


def _communities(
    rng: np.random.Generator,
    district: District,
    special: Characters,
    line: Timeline,
    days: Ints,
    category: Ints,
    peaks: Sequence[Spike],
) -> Ints:
    """Where each case arose: people × level of problems × the place's own mix of categories."""
    places, kinds = len(district.communities), len(words.CATEGORIES)
    people = np.array([area.population for area in district.communities], dtype=float)
    level = np.exp(rng.normal(0.0, 0.55, places))
    mix = rng.gamma(1.5, 1.0, (places, kinds)) + 0.1
    mix[np.arange(places), special.main_problem] *= 5.0
    village = np.array([area.kind == "村" for area in district.communities])
    for column, name in enumerate(words.CATEGORY_NAMES):
        if name in words.VILLAGE_CATEGORIES:
            mix[village, column] *= 6.0
        if name.startswith("农业农村"):
            mix[~village, column] *= 0.02
        if name.startswith(words.ESTATE_ONLY):
            mix[village, column] *= 0.25
    weights = (people * level)[:, None] * mix
    weights[list(special.without_cases)] = 0.0
    result = np.zeros(len(days), dtype=np.int64)
    for column in range(kinds):
        here = np.flatnonzero(category == column)
        result[here] = pick(rng, weights[:, column], len(here))
    street_of = np.array(district.street_of)
    for peak in peaks:
        if peak.street is None:
            continue
        column = words.CATEGORY_NAMES.index(peak.category)
        here = np.flatnonzero((days == (peak.day - line.first_day).days) & (category == column))
        street = [area.name for area in district.streets].index(peak.street)
        inside = np.where(street_of == street, weights[:, column], 0.0)
        result[here] = pick(rng, inside, len(here))
    return result


def _walk(
    rng: np.random.Generator, width: int, periods: int, lasting: float, drift: float
) -> Floats:
    """Log odds per (place or unit, period): a lasting level and a drift that remembers 0.8."""
    level = rng.normal(0.0, lasting, width)
    state = rng.normal(0.0, drift, width)
    steps = np.empty((width, periods))
    for period in range(periods):
        steps[:, period] = level + state
        noise = rng.normal(0.0, drift * np.sqrt(1 - PERSISTENCE**2), width)
        state = PERSISTENCE * state + noise
    return steps


def _expit(value: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-value))


def draw(
    rng: np.random.Generator, district: District, line: Timeline, rows: int
) -> tuple[Cases, Assignments, Characters, tuple[Spike, ...]]:
    """Draws so many cases that their assignments are exactly `rows`."""
    extra = {role: round(rows * share) for role, share in ROLE_SHARES.items()}
    total = rows - sum(extra.values())
    special = characters(rng, district)
    peaks = spikes(rng, line)
    first_calls = total - round(total * REPEAT_SHARE)

    days, category = _days_and_categories(rng, line, first_calls, peaks)
    community = _communities(rng, district, special, line, days, category, peaks)
    hour = pick(rng, HOURS, first_calls)
    received = line.starts[0] + days * DAY + hour * 3600 + rng.integers(0, 3600, first_calls)
    person = community * 4096 + (rng.random(first_calls) ** 2.2 * 4096).astype(np.int64)
    quality = _Quality(rng, district, line, special)
    handled = _handle(rng, district, line, special, quality, received, category, community)

    chance = np.where(handled.truly_resolved, 0.055, 0.31)
    chance[np.isin(community, special.falsely_closed)] *= 5.0
    room = (handled.closed != NEVER) & (handled.closed < line.starts[-1] - 2 * DAY)
    parents = _weighted_without_replacement(rng, np.where(room, chance, 0.0), total - first_calls)
    again = (
        handled.closed[parents]
        + 3600
        + np.minimum(
            (rng.exponential(8.0, len(parents)) * DAY).astype(np.int64), REPEAT_WITHIN - 2 * 3600
        )
    )
    late = again >= line.starts[-1]
    span = line.starts[-1] - handled.closed[parents] - 3600
    again[late] = (handled.closed[parents] + 3600 + (rng.random(len(parents)) * span).astype(int))[
        late
    ]
    handled_again = _handle(
        rng, district, line, special, quality, again, category[parents], community[parents]
    )

    def both(first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
        return np.concatenate([first, second])

    received = both(received, again)
    order = np.argsort(received, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(total)
    parent = both(np.full(first_calls, NEVER), rank[parents])[order]
    received = received[order]
    community = both(community, community[parents])[order]
    day = (received - line.starts[0]) // DAY
    serial = np.arange(total) - np.searchsorted(day, day, side="left")
    kinds = pick(rng, np.array([0.46, 0.40, 0.06, 0.05, 0.03]), total)
    handling = {
        name: both(getattr(handled, name), getattr(handled_again, name))[order]
        for name in handled.__dataclass_fields__
    }
    clock = received % DAY // 3600
    on_the_hour = (rng.random(total) < 0.002) & (clock % 12 > 0)
    received = np.where(on_the_hour, received - received % 3600, received)
    cases = Cases(
        received=received,
        serial=serial * 3 + 1,
        category=both(category, category[parents])[order],
        community=community,
        community_known=rng.random(total) >= NO_COMMUNITY_SHARE - NO_STREET_SHARE,
        street_known=rng.random(total) >= NO_STREET_SHARE,
        person=both(person, person[parents])[order],
        kind=kinds,
        channel=(rng.random(total) < 0.09).astype(np.int64),
        parent=parent,
        told_on_the_hour=on_the_hour,
        chance=rng.integers(0, 2**32, total, dtype=np.uint32),
        **handling,
    )
    return cases, _assign(rng, district, cases, extra), special, peaks


def _weighted_without_replacement(rng: np.random.Generator, weights: Floats, count: int) -> Ints:
    """`count` different positions, heavier ones likelier (exponential keys)."""
    with np.errstate(divide="ignore"):
        keys = np.where(weights > 0, rng.exponential(1.0, len(weights)) / weights, np.inf)
    return np.sort(np.argsort(keys, kind="stable")[:count])


class _Quality:
    """How well each place and unit works in each period, in log odds of solving a case."""

    def __init__(
        self, rng: np.random.Generator, district: District, line: Timeline, special: Characters
    ) -> None:
        periods = len(line.names)
        self.places = _walk(rng, len(district.communities), periods, 0.50, 0.30)
        self.units = _walk(rng, len(district.units), periods, 0.25, 0.12)
        self.trend = 2.05 + 0.06 * np.arange(periods) * min(1.0, 20 / periods)
        self.reached = np.clip(rng.normal(1 - UNREACHED_SHARE, 0.05, len(self.places)), 0.4, 0.9)


@dataclass(frozen=True)
class _Handling:
    closed: Ints
    due: Ints
    called_back: Ints
    unit: Ints
    at_street: Flags
    valid: Flags
    contacted: Flags
    resolved: Flags
    truly_resolved: Flags
    satisfaction: Ints
    held: Flags
    ground: Ints
    returns: Ints
    passes: Ints


def _handle(
    rng: np.random.Generator,
    district: District,
    line: Timeline,
    special: Characters,
    quality: _Quality,
    received: Ints,
    category: Ints,
    community: Ints,
) -> _Handling:
    """Who leads each case, when it is closed, and what the call-back brings."""
    count = len(received)
    period = np.searchsorted(line.starts, received, side="right") - 1
    unit, at_street = _lead_units(rng, district, received, category, community)
    full = np.isin(community, special.full_marks)
    false = np.isin(community, special.falsely_closed)
    pleased = np.isin(community, special.satisfied_unsolved)
    rushing = unit == special.rushes_deadlines
    held = (rng.random(count) < HELD_SHARE) & ~full

    allowed = np.array([c.hours * 3600 for c in words.CATEGORIES])[category]
    due = received + allowed
    manner = rng.random(count)
    rush = np.where(rushing | false, 0.75, 0.30)
    last_hours = (rng.exponential(1.0, count) * np.minimum(allowed * 0.04, 7200)).astype(np.int64)
    within = (rng.beta(1.8, 2.4, count) * allowed).astype(np.int64)
    over = (rng.exponential(0.35, count) * allowed).astype(np.int64)
    took = np.where(
        manner < rush,
        np.maximum(600, allowed - last_hours),
        np.where(manner < 0.955, np.maximum(900, within), allowed + 60 + over),
    )
    closed = np.where(held, NEVER, received + took)
    called_back = np.where(held, NEVER, closed + rng.integers(3 * 3600, 60 * 3600, count))

    odds = (
        quality.trend[period]
        + quality.places[community, period]
        + quality.units[unit, period]
        + np.array([c.ease for c in words.CATEGORIES])[category]
        - np.where(closed > due, 0.5, 0.0)
    )
    odds[full] = 9.0
    odds[false] = -0.4
    odds[pleased] = 0.9
    truly = rng.random(count) < _expit(odds)
    resolved = truly | (false & (rng.random(count) < 0.92))
    passes = np.where(~truly & ~false & (rng.random(count) < 0.18), 2, 1)
    second = (passes == 2) & (rng.random(count) < 0.45)
    truly, resolved = truly | second, resolved | second

    unseen = np.clip(0.5 * quality.places[community, period], -1.0, 1.0)
    contacted = rng.random(count) < np.where(full, 1.0, _expit(4.0 + unseen))
    mood = rng.random(count) - 0.02 * unseen
    solved_edges = np.array([0.905, 0.970, 0.985])
    unsolved_edges = np.array([0.34, 0.46, 0.64])
    edges = np.where(resolved[:, None], solved_edges, unsolved_edges)
    edges = np.where((pleased & ~resolved)[:, None], np.array([0.90, 0.95, 0.97]), edges)
    satisfaction = (mood[:, None] >= edges).sum(axis=1)
    satisfaction[full] = 0
    valid = rng.random(count) < quality.reached[community]

    bad = valid & (~resolved | (satisfaction == 3))
    chance = np.where(unit == special.picks_exclusions, np.where(bad, 0.55, 0.01), EXCLUDED_SHARE)
    excluded = (rng.random(count) < chance) & ~held
    ground = np.where(excluded, rng.integers(0, len(words.GROUNDS), count), NEVER)
    returns = np.where(
        rng.random(count) < RETURNED_SHARE, 1 + (rng.exponential(0.5, count)).astype(int), 0
    )
    return _Handling(
        closed,
        due,
        called_back,
        unit,
        at_street,
        valid & ~held,
        contacted,
        resolved,
        truly,
        satisfaction,
        held,
        ground,
        np.minimum(returns, 4),
        passes,
    )


def _lead_units(
    rng: np.random.Generator, district: District, received: Ints, category: Ints, community: Ints
) -> tuple[Ints, Flags]:
    """The leading unit of each case: the street's office or one of the category's units."""
    share = np.array([c.at_street for c in words.CATEGORIES])[category]
    at_street = rng.random(len(received)) < share
    return np.where(
        at_street,
        _street_offices(district, received, community),
        _trade_units(rng, district, category),
    ), at_street


def _street_offices(district: District, received: Ints, community: Ints) -> Ints:
    """The office of the street in which the community lay on the day of receipt."""
    day = np.int64((district.reform_date - date(1970, 1, 1)).days * DAY)
    former = np.array(district.was_in_dissolved)[community] & (received < day)
    return np.where(former, len(district.units) - 1, np.array(district.street_of)[community])


def _trade_units(rng: np.random.Generator, district: District, category: Ints) -> Ints:
    result = np.zeros(len(category), dtype=np.int64)
    for column, kind in enumerate(words.CATEGORIES):
        here = np.flatnonzero(category == column)
        units = np.array([district.unit_index(name) for name in kind.units])
        # The first named unit is the usual one.
        weights = np.array([1.0, 0.45, 0.3])[: len(units)]
        result[here] = units[pick(rng, weights, len(here))]
    return result


def _assign(
    rng: np.random.Generator, district: District, cases: Cases, extra: dict[int, int]
) -> Assignments:
    """A lead row per case, and a further unit's row for a share of the cases, never two."""
    count = len(cases.received)
    eligible = np.flatnonzero(cases.street_known & ~cases.held)
    likelier = np.where(cases.at_street[eligible], 1.0, 0.3)
    chosen = eligible[_weighted_without_replacement(rng, likelier, sum(extra.values()))]
    chosen = rng.permutation(chosen)
    roles = np.repeat(list(extra), list(extra.values()))
    other = np.where(
        cases.at_street[chosen],
        _trade_units(rng, district, cases.category[chosen]),
        _street_offices(district, cases.received[chosen], cases.community[chosen]),
    )
    case = np.concatenate([np.arange(count), chosen])
    unit = np.concatenate([cases.unit, other])
    role = np.concatenate([np.full(count, LEAD), roles])
    order = np.argsort(case, kind="stable")
    return Assignments(case[order], unit[order], role[order])
