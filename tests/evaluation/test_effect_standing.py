"""How much of where a place was seen is lasting: against districts whose lasting part is known."""

import numpy as np
import pytest

from jieban.evaluation.effects.standing import standing_of


def seen_of(rng, lasting, answers, variance):
    """Places as they are seen, with the variance their own answers show (off by luck)."""
    each = variance(lasting)
    seen = lasting + rng.normal(0, np.sqrt(each / answers))
    shown = each * rng.chisquare(answers - 1) / (answers - 1) / answers
    return seen, shown, each.mean() / answers


def worst_off_by(lasting_of, variance, places=4000, sent=400):
    """What the worst by what was seen were given too much, in mean, and by the plain rule."""
    rng = np.random.Generator(np.random.PCG64(7))
    lasting = lasting_of(rng, places)
    answers = np.maximum(rng.poisson(200 * rng.lognormal(-0.1, 0.5, places)), 20).astype(float)
    seen, shown, chance = seen_of(rng, lasting, answers, variance)
    standing = standing_of(seen, shown, answers, chance)
    worst = np.argsort(seen)[:sent]
    plain = standing.between / (standing.between + chance) * (seen - standing.mean)
    centre = lasting.mean()
    off = (standing.lasting + standing.mean - lasting)[worst].mean()
    off_plain = (plain + standing.mean - lasting)[worst].mean()
    assert abs(standing.mean - centre) < 0.5
    return off, off_plain, standing


def even(lasting):
    return np.full_like(lasting, 1500.0)


def less_at_the_top(lasting):
    share = np.clip(0.75 + lasting / 80, 0.02, 0.98)
    return 80**2 * share * (1 - share)


def test_where_places_and_chance_are_even_it_is_the_reliability():
    off, off_plain, standing = worst_off_by(lambda rng, n: rng.normal(0, 4, n), even)
    assert abs(standing.skewness) < 0.1
    assert abs(off) < 0.15
    assert abs(off - off_plain) < 0.1


@pytest.mark.parametrize(
    ("lasting_of", "variance"),
    [
        (lambda rng, n: rng.normal(0, 4, n), less_at_the_top),
        (lambda rng, n: -4 * (rng.gamma(2, 1, n) - 2) / np.sqrt(2), even),
        (lambda rng, n: -2 * (rng.gamma(1.5, 1, n) - 1.5) / np.sqrt(1.5), less_at_the_top),
    ],
    ids=["chance less at the top", "places trail downwards", "both"],
)
def test_uneven_chance_and_trailing_places_bend_it(lasting_of, variance):
    off, off_plain, _ = worst_off_by(lasting_of, variance)
    assert abs(off) < 0.3
    assert abs(off) < 0.6 * abs(off_plain)


def test_uneven_chance_alone_is_not_taken_for_trailing():
    _, _, standing = worst_off_by(lambda rng, n: rng.normal(0, 4, n), less_at_the_top)
    assert abs(standing.skewness) < 0.25


def test_it_does_not_turn_over():
    """Who was seen higher, with as many answers, is taken to be higher."""
    rng = np.random.Generator(np.random.PCG64(8))
    lasting = -4 * (rng.gamma(2, 1, 400) - 2) / np.sqrt(2)
    answers = np.full(400, 100.0)
    seen, shown, chance = seen_of(rng, lasting, answers, even)
    standing = standing_of(seen, shown, answers, chance)
    assert standing.skewness < -0.5
    assert (np.diff(standing.lasting[np.argsort(seen)]) >= -1e-9).all()


@pytest.mark.parametrize("places", [2, 12, 440])
def test_it_holds_in_the_odd_district(places):
    """Few places, places without answers, places all alike."""
    answers = np.full(places, 30.0)
    answers[0] = 0.0
    chance = np.where(answers > 0, 50.0, np.nan)
    for seen in (np.full(places, 90.0), np.linspace(60, 100, places)):
        seen = np.where(answers > 0, seen, np.nan)
        if np.isfinite(seen).sum() < 2:
            continue
        standing = standing_of(seen, chance / 30, answers, chance)
        assert np.isfinite(standing.lasting[1:]).all()
        assert np.isnan(standing.lasting[0])
