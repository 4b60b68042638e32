"""Counts before and after, at a place and among adopters; what chance alone would do."""

import random
from decimal import Decimal

import pytest

from jieban.domain.practices.before_after import (
    Adopter,
    Month,
    Series,
    among_adopters,
    at_place,
    chance_span,
    moved,
    spans,
)

YEAR = tuple(moved("2025-01", number) for number in range(24))


def flat(kinds, received=50, months=YEAR, groups=None, residents=None):
    """A series in which each place receives the same every month: place -> of the kind."""
    return Series(
        months,
        {
            place: {month: Month(kind, received) for month in months}
            for place, kind in kinds.items()
        },
        groups or dict.fromkeys(kinds, "main"),
        residents or {},
    )


@pytest.mark.parametrize(
    ("month", "by", "then"),
    [("2025-01", -1, "2024-12"), ("2025-12", 1, "2026-01"), ("2025-06", 0, "2025-06")],
)
def test_months_are_moved_over_years(month, by, then):
    assert moved(month, by) == then


def test_the_months_of_the_work_are_left_out():
    before, after = spans(YEAR, "2025-07", "2025-09", 6)
    assert (before[0], before[-1], len(before)) == ("2025-01", "2025-06", 6)
    assert (after[0], after[-1], len(after)) == ("2025-10", "2026-03", 6)


def test_a_month_without_a_run_is_not_nought():
    known = tuple(month for month in YEAR if month != "2025-05")
    counted = at_place(flat({"A": 4}, months=known), "A", "2025-07", "2025-07", 6)
    assert (counted.before.kind, counted.before.place_months) == (20, 5)
    assert counted.before.per_month == Decimal("4.00")
    assert not counted.complete


def test_a_place_that_received_nothing_in_a_known_month_counts_that_month():
    series = flat({"A": 4, "B": 0})
    counted = at_place(Series(YEAR, {}, series.groups, {}), "A", "2025-07", "2025-07", 6)
    assert (counted.before.kind, counted.before.place_months) == (0, 6)
    assert counted.before.per_month == 0
    assert counted.before.per_100 is None


@pytest.mark.parametrize(
    ("each_month", "first", "few"),
    [(1, "2025-07", False), (0, "2025-07", True), (9, "2025-03", True)],
)
def test_too_few_complaints_or_months_are_withheld(each_month, first, few):
    counted = at_place(flat({"A": each_month}), "A", first, first, 6)
    assert counted.too_few is few
    assert (counted.chance is None) is few


def test_others_are_of_the_same_group_and_had_not_adopted_by_then():
    groups = {"A": "main", "B": "main", "C": "small", "D": "main", "E": "main"}
    series = flat({"A": 5, "B": 3, "C": 90, "D": 7, "E": 2}, groups=groups)
    adopters = [Adopter("A", "2025-07"), Adopter("D", "2025-10"), Adopter("E", "2026-06")]
    line = among_adopters(series, adopters, 6).lines[0]
    # D adopted within the months compared; E only afterwards.
    assert line.other_places == 2
    assert line.others.after.kind == 6 * (3 + 2)


def test_a_place_that_adopts_twice_counts_from_the_first_time():
    series = flat({"A": 5, "B": 3})
    found = among_adopters(series, [Adopter("A", "2025-09"), Adopter("A", "2025-07")], 6)
    assert [line.adopter for line in found.lines] == [Adopter("A", "2025-07")]


def test_residents_count_only_where_they_are_known():
    series = flat({"A": 5, "B": 3, "C": 4}, residents={"B": 10_000})
    others = among_adopters(series, [Adopter("A", "2025-07")], 6).others
    assert others.before.per_10000 == Decimal("3.00")
    assert others.before.per_month == Decimal("3.50")


def test_figures_of_adopters_are_those_of_a_plain_loop():
    chance = random.Random(20261128)
    places = [f"P{number}" for number in range(30)]
    groups = {place: chance.choice(("main", "main", "small")) for place in places}
    residents = {place: chance.randrange(2000, 9000) for place in places if chance.random() < 0.7}
    counts = {
        place: {
            month: Month(chance.randrange(0, 9), chance.randrange(9, 60))
            for month in YEAR
            if chance.random() < 0.9
        }
        for place in places
    }
    adopters = [Adopter(place, chance.choice(YEAR[5:18])) for place in chance.sample(places, 8)]
    for wanted in (6, 12):
        found = among_adopters(Series(YEAR, counts, groups, residents), adopters, wanted)
        own = {"before": [0, 0, 0, 0, 0], "after": [0, 0, 0, 0, 0]}
        others = {"before": [0, 0, 0, 0, 0], "after": [0, 0, 0, 0, 0]}
        for adopter in adopters:
            place = YEAR.index(adopter.month)
            halves = {
                "before": YEAR[max(0, place - wanted) : place],
                "after": YEAR[place + 1 : place + 1 + wanted],
            }
            last = halves["after"][-1] if halves["after"] else adopter.month
            beside = [
                other
                for other in places
                if groups[other] == groups[adopter.place]
                and other != adopter.place
                and not any(each.place == other and each.month <= last for each in adopters)
            ]
            for half, months in halves.items():
                for month in months:
                    for total, group in ((own, [adopter.place]), (others, beside)):
                        for one in group:
                            it = counts[one].get(month, Month(0, 0))
                            total[half][0] += it.kind
                            total[half][1] += it.received
                            total[half][2] += 1
                            if one in residents:
                                total[half][3] += it.kind
                                total[half][4] += residents[one]
        for side, total in ((found.own, own), (found.others, others)):
            for half in ("before", "after"):
                got = getattr(side, half)
                assert [
                    got.kind,
                    got.received,
                    got.place_months,
                    got.kind_of_residents,
                    got.resident_months,
                ] == total[half]


@pytest.mark.parametrize(
    ("total", "before", "after", "span"),
    [
        (10, 6, 6, (2, 8)),
        (20, 6, 6, (6, 14)),
        (12, 12, 6, (1, 7)),
        (1, 6, 6, (0, 1)),
    ],
)
def test_chance_alone_puts_after_in_a_span(total, before, after, span):
    assert chance_span(total, before, after) == span


def test_the_span_holds_nineteen_in_twenty():
    chance = random.Random(7)
    inside = 0
    low, high = chance_span(60, 12, 6)
    for _ in range(4000):
        after = sum(chance.random() < 6 / 18 for _ in range(60))
        inside += low <= after <= high
    assert 0.945 <= inside / 4000 <= 0.99


def test_a_large_count_has_nearly_the_same_span_by_the_bell():
    low, high = chance_span(1000, 6, 6)
    wide_low, wide_high = chance_span(1001, 6, 6)
    assert abs(low - wide_low) <= 2
    assert abs(high - wide_high) <= 2
