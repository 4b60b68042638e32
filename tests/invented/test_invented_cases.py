"""Volumes, shares, answers and characters of the invented cases, and that a seed fixes them."""

import hashlib
from dataclasses import fields

import numpy as np
import pytest

from jieban import invented
from jieban.invented.cases import NEVER, REPEAT_WITHIN, ROLE_WORDS
from jieban.invented.exports import case_numbers
from jieban.invented.timeline import DAY, moment

ROWS, PERIODS = 30_000, 12


@pytest.fixture(scope="module")
def made() -> invented.Invented:
    return invented.invent(rows=ROWS, periods=PERIODS)


def digest(made: invented.Invented) -> str:
    found = hashlib.sha256()
    for table in (made.cases, made.assignments):
        for column in fields(table):
            found.update(np.ascontiguousarray(getattr(table, column.name)).tobytes())
    for plan in made.files:
        found.update(plan.rows.tobytes())
        found.update(repr((plan.name, plan.rejected, plan.twice)).encode())
    return found.hexdigest()


def test_a_seed_gives_the_same_cases_again_and_another_seed_others() -> None:
    one, again, other = (invented.invent(seed, 3, 2000) for seed in (1, 1, 2))
    assert digest(one) == digest(again)
    assert digest(one) != digest(other)
    assert one.district == other.district


@pytest.mark.parametrize(("rows", "periods"), [(1000, 2), (2500, 3), (ROWS, PERIODS)])
def test_there_are_exactly_as_many_assignments_as_asked_for(rows: int, periods: int) -> None:
    made = invented.invent(rows=rows, periods=periods)
    assert len(made.assignments.case) == rows
    keys = np.stack([made.assignments.case, made.assignments.unit])
    assert np.unique(keys, axis=1).shape[1] == rows
    assert len(made.files) == periods


def test_cases_fall_into_the_periods_and_have_numbers_of_their_own(
    made: invented.Invented,
) -> None:
    received = made.cases.received
    assert moment(int(made.line.starts[0])).isoformat() == "2022-10-19T00:00:00"
    assert moment(int(made.line.starts[-1])).isoformat() == "2023-10-19T00:00:00"
    assert received.min() >= made.line.starts[0]
    assert received.max() < made.line.starts[-1]
    numbers = case_numbers(made, np.arange(len(received)))
    assert len(set(numbers)) == len(numbers)


def test_roles_have_their_shares(made: invented.Invented) -> None:
    shares = np.bincount(made.assignments.role) / ROWS
    expected = dict(zip(ROLE_WORDS, (0.88, 0.05, 0.04, 0.03), strict=True))
    assert dict(zip(ROLE_WORDS, shares.round(3).tolist(), strict=True)) == expected


def test_three_rates_look_like_a_real_district_and_rise(made: invented.Invented) -> None:
    cases = made.cases
    valid = cases.valid & (cases.ground == NEVER)
    period = np.searchsorted(made.line.starts, cases.received, side="right") - 1
    pleased = (cases.satisfaction == 0) + 0.9 * (cases.satisfaction == 1)
    solved = [cases.resolved[valid & (period == p)].mean() for p in range(PERIODS)]
    assert all(0.83 < rate < 0.945 for rate in solved)
    assert np.mean(solved[-3:]) > np.mean(solved[:3]) + 0.02
    assert 0.87 < pleased[valid].mean() < 0.95
    assert 0.97 < cases.contacted[valid].mean() < 0.99
    assert 0.03 < (cases.satisfaction[valid] == 1).mean() < 0.12
    assert np.corrcoef(cases.resolved[valid], pleased[valid])[0, 1] > 0.4


def test_shares_of_what_happens_to_cases(made: invented.Invented) -> None:
    cases = made.cases
    closed = cases.closed != NEVER
    assert 0.30 < 1 - cases.valid[closed].mean() < 0.40
    assert 0.005 < cases.held.mean() < 0.012
    assert 0.008 < (cases.ground != NEVER).mean() < 0.02
    assert 0.04 < (cases.returns > 0).mean() < 0.06
    assert 0.03 < (cases.closed > cases.due).mean() < 0.06
    assert 0.05 < 1 - (cases.community_known & cases.street_known).mean() < 0.07
    assert not (cases.held & (cases.valid | closed)).any()


def test_days_have_peaks_and_places_are_uneven(made: invented.Invented) -> None:
    per_day = np.bincount((made.cases.received - made.line.starts[0]) // DAY)
    assert per_day.max() > 3 * per_day.mean()
    month = made.cases.received.astype("datetime64[s]").astype("datetime64[M]")
    months, counts = np.unique(month, return_counts=True)
    assert months[counts.argmax()] == np.datetime64("2022-11")
    per_place = np.sort(np.bincount(made.cases.community, minlength=440))[::-1]
    assert per_place[:44].sum() > 0.25 * per_place.sum()


def test_repeats_are_of_one_person_place_and_matter_within_thirty_days(
    made: invented.Invented,
) -> None:
    cases = made.cases
    again = np.flatnonzero(cases.parent != NEVER)
    before = cases.parent[again]
    assert abs(len(again) / len(cases.parent) - 0.08) < 0.001
    for name in ("person", "community", "category"):
        assert (getattr(cases, name)[again] == getattr(cases, name)[before]).all()
    gap = cases.received[again] - cases.closed[before]
    assert (gap > 0).all()
    assert (gap <= REPEAT_WITHIN).all()
    repeated = np.zeros(len(cases.parent), dtype=bool)
    repeated[before] = True
    unsolved = ~cases.truly_resolved
    assert repeated[unsolved].mean() > 3 * repeated[~unsolved].mean()


def test_special_places_and_units_are_what_the_truth_says(made: invented.Invented) -> None:
    cases, special = made.cases, made.truth.special
    place = cases.community
    assert not np.isin(place, special.without_cases).any()
    full = np.isin(place, special.full_marks) & cases.valid
    assert full.any()
    assert cases.resolved[full].all()
    assert cases.contacted[full].all()
    assert (cases.satisfaction[full] == 0).all()
    false = np.isin(place, special.falsely_closed)
    assert cases.resolved[false].mean() > cases.truly_resolved[false].mean() + 0.3
    repeated = np.isin(np.arange(len(place)), cases.parent)
    assert repeated[false].mean() > 3 * repeated[~false].mean()
    unsolved = ~cases.resolved
    begging = np.isin(place, special.satisfied_unsolved)
    assert (cases.satisfaction[begging & unsolved] == 0).mean() > 0.7
    picks, rushes = cases.unit == special.picks_exclusions, cases.unit == special.rushes_deadlines
    assert (cases.ground[picks] != NEVER).mean() > 2 * (cases.ground[~picks] != NEVER).mean()
    last_hours = (cases.closed <= cases.due) & (cases.due - cases.closed < 7200)
    assert last_hours[rushes].mean() > 1.8 * last_hours[~rushes].mean()
