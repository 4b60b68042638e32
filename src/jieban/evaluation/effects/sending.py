"""Who was sent where and when, over which months it is judged, and against whom.

A group are the communities of one cohort that somebody came to in the same month. It is compared
with the communities nobody had come to by the end of its months, those of later cohorts among
them (尚未派驻): leaving these out would pick the others by what they did afterwards.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from jieban.domain.errors import Refused
from jieban.domain.rulebook.periods import month_of, months_of
from jieban.domain.rulebook.schema import DEFAULT_ZONE, SOURCE_ZONE, Rulebook
from jieban.evaluation.effects.panel import Panel

BEFORE: Final = 12
AFTER: Final = 7
# Fewer communities on either side carry no line and no interval.
FEWEST_COMPARED: Final = 8
# The months that may have decided who was chosen: so many, ending so long before arrival.
_SPANS: Final = (12, 6, 3)
_LAGS: Final = tuple(range(7))
# Below this the choice is not told by the score alone.
CLEAR_CHOICE: Final = 0.95


@dataclass(frozen=True)
class Sent:
    """One posting: `start` is the day of arrival; `end` the day of leaving, None while there."""

    area: str
    cohort: str
    start: date
    end: date | None = None
    official: str = ""


@dataclass(frozen=True)
class Lot:
    """One recorded draw among places of equal need: who was drawn, and who was not."""

    drawn: frozenset[str]
    not_drawn: frozenset[str]


@dataclass(frozen=True)
class Left:
    """A posting that is not estimated, and why: the code of a reason."""

    sent: Sent
    reason: str


@dataclass(frozen=True)
class Choice:
    """How the sent ones were chosen: by `measure` over `months`, as declared or as found.

    `clear` is the share of pairs (sent, not sent) in which the sent one stood lower: 1 where the
    worst were sent without exception, one half where the measure says nothing.
    """

    measure: str
    months: tuple[int, ...]
    clear: float
    declared: bool


@dataclass(frozen=True)
class Group:
    """Members are places with the month `arrival`; numbers are those of the panel.

    `eligible` are the compared that might have been chosen: with no fewer answers than any sent.
    """

    cohort: str
    arrival: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    members: tuple[int, ...]
    compared: tuple[int, ...]
    eligible: tuple[int, ...]
    choice: Choice


@dataclass(frozen=True)
class Plan:
    """All groups, the posting of each member, and the postings left out.

    `arrivals`: the first month in which somebody came, for each place ever sent to.
    """

    groups: tuple[Group, ...]
    postings: Mapping[int, Sent]
    left: tuple[Left, ...]
    arrivals: Mapping[int, int]
    lots: tuple[Lot, ...] = ()

    def compared_until(self, places: int, last: int) -> tuple[int, ...]:
        """Places nobody had come to by the end of month `last`."""
        far = last + 1
        return tuple(i for i in range(places) if self.arrivals.get(i, far) >= far)


def plan_of(
    panel: Panel,
    sent: Sequence[Sent],
    *,
    baseline: str | None = None,
    after: int = AFTER,
    lots: Sequence[Lot] = (),
) -> Plan:
    """Groups and their comparison; `baseline` declares the months that chose (2022-01..2022-12).

    Raises:
        Refused: `effects.nobody_sent`, `effects.baseline_outside`, `effects.none_estimable`,
            `effects.no_answers_before` (the sent have no figure in any months before).
    """
    if not sent:
        raise Refused("effects.nobody_sent")
    known, left = _placed(panel, sent)
    arrivals = {place: _month(panel, posting.start) for place, posting in known.items()}
    declared = _declared(panel, baseline)
    found: dict[tuple[str, int], list[int]] = defaultdict(list)
    for place, posting in known.items():
        reason = _not_estimable(panel, arrivals[place], declared)
        if reason:
            left.append(Left(posting, reason))
        else:
            found[posting.cohort, arrivals[place]].append(place)
    everybody = Plan((), known, (), arrivals)
    choices: dict[str, Choice] = {}
    groups = []
    for (cohort, arrival), members in sorted(found.items()):
        months = tuple(range(arrival + 1, min(arrival + 1 + after, len(panel.months))))
        compared = everybody.compared_until(len(panel.places), months[-1])
        if len(compared) < FEWEST_COMPARED:
            left += [Left(known[place], "effects.too_few_compared") for place in members]
            continue
        if cohort not in choices:
            firsts = [number for (name, number) in found if name == cohort]
            whole = [i for (name, _), each in found.items() if name == cohort for i in each]
            choices[cohort] = _choice(panel, whole, compared, min(firsts), declared)
        before = declared or tuple(range(max(0, arrival - BEFORE), arrival))
        choice = choices[cohort]
        eligible = tuple(_eligible(panel, choice.months, choice.measure, members, compared))
        groups.append(
            Group(cohort, arrival, before, months, tuple(members), compared, eligible, choice)
        )
    if not groups:
        codes = sorted({each.reason for each in left})
        raise Refused("effects.none_estimable", reasons=[Refused(code, name="") for code in codes])
    return Plan(tuple(groups), known, tuple(left), arrivals, tuple(lots))


def arrival_month(rulebook: Rulebook, day: date, zone: str = DEFAULT_ZONE) -> str:
    """The month into which the day of arrival falls."""
    name = zone if rulebook.period_zone == SOURCE_ZONE else rulebook.zone()
    moment = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(name))
    return month_of(moment, rulebook.period_rule, name)


def _placed(panel: Panel, sent: Sequence[Sent]) -> tuple[dict[int, Sent], list[Left]]:
    """The first posting of each community; later ones cannot be told from the first's effect."""
    first: dict[int, Sent] = {}
    left: list[Left] = []
    for posting in sorted(sent, key=lambda each: (each.start, each.cohort, each.area)):
        place = panel.index.get(posting.area)
        if place is None:
            left.append(Left(posting, "effects.area_unknown"))
        elif place in first:
            left.append(Left(posting, "effects.sent_before"))
        else:
            first[place] = posting
    return first, left


def _month(panel: Panel, day: date) -> int:
    """The number of the month of arrival; it may lie before the first or after the last."""
    name = arrival_month(panel.rulebook, day)
    if name in panel.number:
        return panel.number[name]
    if name < panel.months[0]:
        return 1 - len(months_of(f"{name}..{panel.months[0]}"))
    return len(months_of(f"{panel.months[0]}..{name}")) - 1


def _declared(panel: Panel, baseline: str | None) -> tuple[int, ...] | None:
    if baseline is None:
        return None
    wanted = months_of(baseline)
    missing = [month for month in wanted if month not in panel.number]
    if missing:
        raise Refused(
            "effects.baseline_outside",
            baseline=baseline,
            first=panel.months[0],
            last=panel.months[-1],
        )
    return tuple(panel.number[month] for month in wanted)


def _not_estimable(panel: Panel, arrival: int, declared: tuple[int, ...] | None) -> str:
    if arrival + 1 >= len(panel.months):
        return "effects.too_early"
    if declared is not None:
        return "effects.baseline_late" if max(declared) >= arrival else ""
    return "effects.no_months_before" if arrival < min(_SPANS) else ""


def _choice(
    panel: Panel,
    members: Sequence[int],
    compared: Sequence[int],
    arrival: int,
    declared: tuple[int, ...] | None,
) -> Choice:
    """What tells the sent from the others best: score or raw score, how many months, ending when.

    Among equals the first: the score itself, the longest span, the one nearest to arrival.
    """
    spans = [declared] if declared else _spans(arrival)
    best: Choice | None = None
    for months in spans:
        window = panel.window(months)
        for measure in ("score", "raw_score", "resolution", "satisfaction"):
            value = window.figure(measure).value
            if not np.isfinite(value[list(members)]).any():
                continue
            others = _eligible(panel, months, measure, members, compared)
            clear = _clearness(value[list(members)], value[others])
            if best is None or clear > best.clear + 1e-9:
                best = Choice(measure, months, clear, declared is not None)
    if best is None:
        raise Refused("effects.no_answers_before")
    return best


def _eligible(
    panel: Panel,
    months: Sequence[int],
    measure: str,
    members: Sequence[int],
    compared: Sequence[int],
) -> list[int]:
    """A list of candidates leaves out who has few answers; those nobody could have chosen."""
    base = panel.window(months).figure(measure).base
    fewest = base[list(members)].min()
    sent = set(members)
    return [place for place in compared if place not in sent and base[place] >= fewest]


def _spans(arrival: int) -> list[tuple[int, ...]]:
    """Where the facts begin less than the longest span before arrival, all of them are one too."""
    return [
        tuple(range(arrival - lag - length, arrival - lag))
        for length in dict.fromkeys((min(arrival, max(_SPANS)), *_SPANS))
        for lag in _LAGS
        if arrival - lag - length >= 0
    ]


def _clearness(
    sent: np.ndarray[tuple[int], np.dtype[np.float64]],
    others: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> float:
    sent, others = sent[np.isfinite(sent)], others[np.isfinite(others)]
    if not len(sent) or not len(others):
        return 0.5
    order = np.sort(others)
    below = np.searchsorted(order, sent, side="left") + np.searchsorted(order, sent, side="right")
    return float(1 - below.sum() / (2 * len(sent) * len(others)))
