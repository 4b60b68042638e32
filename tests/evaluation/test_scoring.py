"""Scores, ranks and tiers worked out by hand."""

from decimal import Decimal
from fractions import Fraction

import pytest

from jieban.domain.rulebook.schema import Part, load
from jieban.evaluation.measures import COUNTS
from jieban.evaluation.scoring import (
    Contender,
    half_up,
    part_points,
    percent,
    points,
    printed,
    ranks,
    score,
    tier,
)

BEIJING = load("beijing-district")
PRINTED = load("beijing-district-as-printed")
PIECEWISE = load("example-piecewise")


def counts(**given):
    return dict.fromkeys(COUNTS, 0) | given


HAND = counts(received=30, valid=21, contacted=20, resolved=18, satisfied=15, mostly_satisfied=2)


def test_a_score_by_hand():
    # 10×20/21 + 50×18/21 + 40×(15 + 0.9×2)/21 = (200 + 900 + 672)/21 = 1772/21
    assert score(HAND, BEIJING) == half_up(Fraction(1772, 21) * 10**6) == 84_380_952
    assert points(84_380_952, 2) == Decimal("84.38")
    assert printed(percent(HAND, "satisfaction", BEIJING), 2) == Decimal("80.00")


def test_raw_score_looks_at_every_valid_call_back():
    with_raw = HAND | counts(raw_valid=1, raw_contacted=1) | {"valid": 21}
    assert score(with_raw, BEIJING, raw=True) == 10_000_000


def test_without_call_backs_there_is_no_score_but_the_platform_prints_nought():
    empty = counts(received=5)
    assert score(empty, BEIJING) is None
    assert score(empty, PRINTED) == 0
    assert score(counts(), PRINTED) is None, "nothing received: nothing to print"


@pytest.mark.parametrize(
    ("rate", "expected"),
    [(95, 25), (99, 25), (93, 24), (70, "12.5"), (10, "12.5"), ("94.5", "24.75")],
)
def test_satisfaction_points_fall_by_half_a_point_and_stop_at_the_floor(rate, expected):
    assert part_points(PIECEWISE.parts[0], Fraction(rate)) == Fraction(expected)


@pytest.mark.parametrize(("rate", "expected"), [(100, 25), (98, 23), (75, 0), (20, 0)])
def test_on_time_points_fall_by_one_a_percent_down_to_nought(rate, expected):
    assert part_points(PIECEWISE.parts[1], Fraction(rate)) == expected


def test_a_weight_is_worth_its_share_of_the_rate():
    assert part_points(Part("response", weight=Decimal("0.1")), Fraction(50)) == 5


def contenders(*pairs):
    return [Contender(name, points, received) for name, points, received in pairs]


def test_ties_share_a_place_and_the_next_is_left_out():
    group = contenders(("a", 90, 1), ("b", 95, 1), ("c", 90, 9), ("d", 80, 1))
    assert ranks(group, BEIJING) == {"b": 1, "a": 2, "c": 2, "d": 4}


def test_the_platform_ranks_on_one_decimal_then_on_volume_then_shares():
    group = contenders(
        ("a", 95_040_000, 10), ("b", 94_960_000, 30), ("c", 95_049_999, 10), ("d", 95_050_000, 1)
    )
    assert ranks(group, PRINTED) == {"d": 1, "b": 2, "a": 3, "c": 3}


@pytest.mark.parametrize(
    ("millionths", "letter"),
    [(95_000_000, "A"), (94_999_999, "B"), (80_000_000, "C"), (79_999_999, "D"), (0, "D")],
)
def test_a_border_belongs_to_the_better_tier(millionths, letter):
    assert tier(millionths, BEIJING) == letter


@pytest.mark.parametrize(
    ("value", "rounded"), [("1/2", 1), ("49/100", 0), ("3/2", 2), ("-1/2", 0), ("5/2", 3)]
)
def test_a_half_goes_up(value, rounded):
    assert half_up(Fraction(value)) == rounded
