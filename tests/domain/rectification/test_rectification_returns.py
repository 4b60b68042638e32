"""Whether complaints come back: quiet places give few alarms, a return is found in time.

False alarms, of 20,000 looks at simulated places that stay calm since the sign-off (complaints one
by one, twelve months before, three to twelve after), in 100 looks:

    former rate a month                0.5    1    2    5   20   60
    at a quarter of the former rate    0.6  1.8  1.9  2.2  0.3  0.0
    at a tenth                         0.0  0.1  0.1  0.0  0.0  0.0

Where complaints come in bunches of one or two alike, at a quarter of 1, 2, 5 and 20 a month: 5.2,
4.8, 5.4 and 1.7; that they may is said beside every alarm. A place that was never better than a
quarter of its former rate alarms by design. Of places at 5 a month that fall to a tenth for three
to nine months and come back to 5, 95.6 of 100 are found within three months of the return.
"""

import random
from fractions import Fraction

import pytest

from jieban.domain.practices.before_after import moved
from jieban.domain.rectification.returns import LEVEL, RISE, Finding, chance, look

FIRST, SIGNED = "2024-07", "2025-01"
BEFORE = [moved(FIRST, -number) for number in range(12, 0, -1)]


def after(number: int) -> list[str]:
    return [moved(SIGNED, month) for month in range(1, number + 1)]


def look_at(before: list[int], since: list[int], until: str = ""):
    months = BEFORE[12 - len(before) :]
    work = [moved(FIRST, number) for number in range(7)]
    later = after(len(since))
    counts = dict(zip(months, before, strict=True)) | dict(zip(later, since, strict=True))
    # What came while the work went on is nobody's sign.
    counts |= dict.fromkeys(work, 999)
    return look(counts, [*months, *work, *later], FIRST, SIGNED, until)


@pytest.mark.parametrize(
    ("before", "since", "finding"),
    [
        ([5] * 12, [], Finding.TOO_EARLY),
        ([5] * 12, [9, 9], Finding.TOO_EARLY),
        ([5] * 12, [0, 0, 0], Finding.CALM),
        ([5] * 12, [1, 1, 1], Finding.CALM),
        ([5] * 12, [5, 5, 5], Finding.LEVEL),
        ([5] * 12, [0, 0, 0, 0, 5, 5, 5], Finding.LEVEL),
        ([0] * 12, [0, 1, 1], Finding.CALM),
        ([0] * 12, [0] * 6 + [2, 2, 2], Finding.LEVEL),
        ([20] * 12, [1] * 9 + [4, 5, 4], Finding.CALM),
        ([9] * 12, [0] * 9 + [2, 3, 2], Finding.CALM),
        ([], [1] * 9 + [4, 4, 4], Finding.RISE),
        ([], [3] * 9 + [4, 4, 4], Finding.CALM),
        ([], [8, 8, 8], Finding.CALM),
    ],
)
def test_a_look_says(before, since, finding):
    assert look_at(before, since).finding is finding


def test_a_look_gives_the_numbers_it_was_made_from():
    found = look_at([5] * 12, [1, 0, 0, 1, 4, 5, 6])
    assert found.months == tuple(after(7)[-3:])
    assert (found.now, found.since, found.since_months) == (15, 2, 4)
    assert (found.before, found.before_months, found.season) == (60, 12, 15)
    assert [str(found.rate_now), str(found.rate_since), str(found.rate_before)] == [
        "5.00",
        "0.50",
        "5.00",
    ]
    assert found.returned


def test_a_winter_is_held_against_a_winter():
    # BEFORE begins in July 2023; the months looked at are February to April.
    yearly = [2] * 7 + [10] * 3 + [2] * 2
    assert [month[5:] for month in BEFORE[7:10]] == ["02", "03", "04"]
    assert look_at(yearly, [5, 5, 5]).finding is Finding.CALM
    assert look_at(yearly, [9, 8, 10]).finding is Finding.LEVEL


def test_a_look_back_at_an_earlier_month_sees_nothing_later():
    since = [0, 0, 0, 5, 5, 5]
    assert look_at([5] * 12, since, until=after(3)[-1]).finding is Finding.CALM
    assert look_at([5] * 12, since, until=after(2)[-1]).finding is Finding.TOO_EARLY
    assert look_at([5] * 12, since).finding is Finding.LEVEL


def test_months_without_a_run_are_not_counted_as_nought():
    counts = {"2024-06": 5, "2025-03": 5, "2025-06": 5, "2025-08": 5}
    found = look(counts, ["2024-06", "2025-03", "2025-06", "2025-08"], FIRST, SIGNED)
    assert (found.now, found.before_months, found.since_months) == (15, 1, 0)


@pytest.mark.parametrize(
    ("now", "other", "weight", "other_weight", "wanted"),
    [
        (0, 0, 3, 9, Fraction(1)),
        (0, 4, 3, 9, Fraction(1)),
        (1, 0, 1, 1, Fraction(1, 2)),
        (2, 0, 1, 1, Fraction(1, 4)),
        (1, 1, 1, 1, Fraction(3, 4)),
        (2, 1, 1, 2, Fraction(7, 27)),
    ],
)
def test_chance_is_the_exact_end_of_a_binomial(now, other, weight, other_weight, wanted):
    assert chance(now, other, weight, other_weight) == wanted


def test_chance_of_very_many_joins_the_exact_one_without_a_step():
    exact = float(chance(330, 1170, 3, 12))
    bell = float(chance(331, 1171, 3, 12))
    assert abs(exact - bell) < 0.005


def poisson(draw: random.Random, mean: float) -> int:
    """Complaints that come one by one."""
    count, time = 0, draw.expovariate(1)
    while time < mean:
        count, time = count + 1, time + draw.expovariate(1)
    return count


def alarms(rate: float, calm: float, looks: int, seed: int = 7) -> float:
    draw = random.Random(seed)
    found = 0
    for _ in range(looks):
        before = [poisson(draw, rate) for _ in range(12)]
        since = [poisson(draw, rate * calm) for _ in range(draw.randint(3, 12))]
        found += look_at(before, since).returned
    return found / looks


@pytest.mark.parametrize("rate", [0.5, 1, 2, 5, 20])
@pytest.mark.parametrize("calm", [0.25, 0.1])
def test_a_place_that_stays_calm_gives_a_false_alarm_in_at_most_one_of_twenty_looks(rate, calm):
    assert alarms(rate, calm, 1500) <= float(LEVEL + RISE)


def test_a_return_to_five_a_month_is_found_within_three_months():
    draw = random.Random(8)
    found = 0
    for _ in range(1000):
        before = [poisson(draw, 5) for _ in range(12)]
        calm = [poisson(draw, 0.5) for _ in range(draw.randint(3, 9))]
        back = [poisson(draw, 5) for _ in range(3)]
        found += any(
            look_at(before, calm + back[:months]).returned for months in range(1, len(back) + 1)
        )
    assert found >= 900
