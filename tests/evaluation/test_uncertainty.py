"""Intervals against textbook figures and against simulation."""

import numpy as np
import pytest

from jieban.domain.rulebook.schema import load
from jieban.evaluation.outcome import Outcome
from jieban.evaluation.uncertainty import (
    Cells,
    draw_shares,
    interval,
    prior_of,
    rank_intervals,
    shrunken,
    wilson,
)

CELLS = Cells(load("beijing-district"))
GOOD = Outcome(0, 1, 1, 1, 1, 0, 0, 0, 0)
BAD = Outcome(0, 1, 1, 0, 4, 0, 0, 0, 0)


def histogram(good, bad):
    return np.array([good, bad]) @ CELLS.grouping([GOOD, BAD])


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(81, 263, 25.53, 36.62), (15, 148, 6.24, 16.05), (0, 20, 0, 16.11), (29, 29, 88.30, 100)],
)
def test_wilson_gives_newcombes_figures(part, whole, low, high):
    # Newcombe 1998, Statistics in Medicine 17, table I (method 3), and its mirror images.
    assert wilson(part, whole) == pytest.approx((low, high), abs=0.01)


def test_wilson_without_anything_is_nothing():
    assert wilson(0, 0) is None


def test_a_rulebook_of_three_rates_tells_twelve_answers_apart():
    assert CELLS.size == 12
    assert Cells(load("311-on-time")).size == 2


def test_excluded_and_invalid_rows_are_in_no_cell():
    outcomes = [GOOD._replace(valid=0), GOOD._replace(ground=8)]
    assert CELLS.grouping(outcomes).sum() == 0


def test_draws_depend_on_the_seed_alone():
    prior = prior_of(np.array([histogram(18, 2)]))
    one, same, other = (draw_shares(histogram(18, 2), prior, seed) for seed in "aab")
    assert (one == same).all()
    assert (one != other).any()


def test_the_analytic_variance_is_that_of_the_draws():
    prior = prior_of(np.array([histogram(70, 30)]))
    draws = CELLS.score(draw_shares(histogram(20, 10), prior, "seed"))
    assert CELLS.variance(histogram(20, 10), prior) == pytest.approx(draws.var(), rel=0.1)


def test_the_interval_holds_the_score_and_narrows_with_answers():
    prior = prior_of(np.array([histogram(700, 300)]))
    widths = []
    for size in (10, 100, 1000):
        shares = draw_shares(histogram(7 * size // 10, 3 * size // 10), prior, "seed")
        low, high = interval(CELLS.score(shares))
        assert low < 73 < high
        widths.append(high - low)
    assert widths == sorted(widths, reverse=True)


def test_shrinkage_needs_five_and_draws_the_uncertain_further():
    assert shrunken(np.array([90.0] * 4), np.ones(4)) is None
    scores = np.array([60.0, 70.0, 80.0, 90.0, 100.0, 100.0])
    drawn = shrunken(scores, np.array([1.0, 1, 1, 1, 1, 400]))
    assert drawn[5] < drawn[4] < 100
    assert drawn[0] > 60


def test_places_that_differ_by_chance_alone_all_get_the_mean():
    drawn = shrunken(np.array([89.0, 90.0, 91.0, 90.0, 90.0]), np.full(5, 25.0))
    assert np.ptp(drawn) < 1e-6


def test_rank_intervals_of_places_far_apart_are_points():
    generator = np.random.default_rng(1)
    draws = np.array([[90.0], [80.0], [70.0]]) + generator.normal(0, 0.1, (3, 500))
    assert rank_intervals(draws) == [(1, 1), (2, 2), (3, 3)]
