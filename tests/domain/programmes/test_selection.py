"""Who is chosen, who is next in line, what a lot decides; whatever the order of the rows."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jieban.domain.errors import Refused
from jieban.domain.programmes.criteria import Criteria, Picked
from jieban.domain.programmes.lot import draw_mark, drawn_order, tidy_statement
from jieban.domain.programmes.selection import (
    AT_THE_CUT,
    SENT,
    PublishedRow,
    Standing,
    rows_digest,
    select,
)

POINT = 1_000_000


def place(code, score, *, street="S1", received=100, valid=40, **changes):
    """A place with this score in points; rank and n are set by `ranked`."""
    points = None if score is None else int(Decimal(str(score)) * POINT)
    given = {
        "code": code,
        "name": f"{code}社区",
        "street_code": street,
        "street_name": f"{street}街道",
        "received": received,
        "valid": valid,
        "contacted": valid,
        "resolved": valid,
        "satisfied": valid,
        "mostly_satisfied": 0,
        "response": points,
        "resolution": points,
        "satisfaction": points,
        "score": points,
        "raw_score": points,
        "low": None if score is None else float(score) - 5,
        "high": None if score is None else float(score) + 5,
        "rank": None,
        "rank_of": None,
    }
    return PublishedRow(**(given | changes))


def ranked(*rows):
    scores = sorted((row.score for row in rows if row.score is not None), reverse=True)
    return [
        row
        if row.score is None
        else replace(row, rank=scores.index(row.score) + 1, rank_of=len(scores))
        for row in rows
    ]


def codes(listed, *standings):
    return [each.row.code for each in listed.of(*standings)]


def test_the_worst_are_chosen_and_the_next_kept_to_compare_with():
    rows = ranked(*(place(f"A{n}", 60 + n) for n in range(9)))
    listed = select(rows, Criteria(choose=3))
    assert codes(listed, Standing.CHOSEN) == ["A0", "A1", "A2"]
    assert codes(listed, Standing.NEXT) == ["A3", "A4", "A5"]
    assert [each.position for each in listed.candidates] == list(range(1, 10))


def test_every_criterion_is_told_with_value_border_and_whether_it_is_met():
    rows = ranked(
        place("A1", 70, received=150, history=(60 * POINT, None, 90 * POINT)),
        place("A2", 80, received=50, history=(60 * POINT, 59 * POINT, 90 * POINT)),
        place("A3", 90, history=(90 * POINT,) * 3),
        place("A4", None, valid=0),
    )
    criteria = Criteria(
        choose=1,
        meet=1,
        received_at_least=100,
        resolution_below=Decimal("70.5"),
        rank_worst=2,
        persistent_below=Decimal(61),
        persistent_months=2,
        persistent_of=3,
    )
    told = {each.row.code: each for each in select(rows, criteria).candidates}
    checks = {
        code: [(check.value, check.border, check.of, check.met) for check in each.checks]
        for code, each in told.items()
    }
    half = 70_500_000
    assert checks["A1"] == [
        (150, 100, None, True),
        (70 * POINT, half, None, True),
        (3, 2, 3, True),
        (1, 2, 3, False),
    ]
    assert checks["A2"] == [
        (50, 100, None, False),
        (80 * POINT, half, None, False),
        (2, 2, 3, True),
        (2, 2, 3, True),
    ]
    assert checks["A4"][1:3] == [(None, half, None, False), (None, None, None, False)]
    assert [told[code].judged for code in ("A1", "A4")] == [True, False]
    assert not told["A4"].qualifies


@pytest.mark.parametrize(
    ("criteria", "met"),
    [
        (Criteria(choose=1, rank_worst=1), ["A9"]),
        (Criteria(choose=1, rank_worst_percent=Decimal(20)), ["A8", "A9"]),
        (Criteria(choose=1, rank_worst_percent=Decimal(29)), ["A8", "A9"]),
        (Criteria(choose=1, rank_worst_percent=Decimal(1)), ["A9"]),
        (Criteria(choose=1, rank_worst=99), [f"A{n}" for n in range(10)]),
        (Criteria(choose=1, score_below=Decimal("81")), []),
        (Criteria(choose=1, score_below=Decimal("81.000001")), ["A9"]),
        (Criteria(choose=1, received_at_least=101), []),
        (Criteria(choose=1, minimum_valid=41), []),
    ],
)
def test_a_border_is_where_it_is_said_to_be(criteria, met):
    rows = ranked(*(place(f"A{n}", 90 - n) for n in range(10)))
    found = [each.row.code for each in select(rows, criteria).candidates if each.qualifies]
    assert sorted(found) == met


def test_ties_are_named_and_fall_to_the_larger_number_of_complaints():
    rows = ranked(
        place("A1", 70), place("A2", 70, received=300), place("A3", 60), place("A4", 70, valid=3)
    )
    listed = select(rows, Criteria(choose=2))
    assert codes(listed, Standing.CHOSEN) == ["A3", "A2"]
    tied = {each.row.code for each in listed.candidates if each.tied}
    assert tied == {"A1", "A2"}, "A4 has too few call-backs to be judged"


def test_fewer_than_wanted_are_chosen_where_fewer_meet_the_criteria():
    rows = ranked(*(place(f"A{n}", 60 + n) for n in range(5)))
    listed = select(rows, Criteria(choose=4, score_below=Decimal(62), compare=2))
    assert codes(listed, Standing.CHOSEN) == ["A0", "A1"]
    assert codes(listed, Standing.NEXT) == ["A2", "A3"], "also those that do not meet them"


def test_one_place_in_each_street():
    rows = ranked(
        *(
            place(f"A{street}{n}", 60 + 3 * street + n, street=f"S{street}")
            for street in range(4)
            for n in range(5)
        )
    )
    listed = select(rows, Criteria(choose=4, per_street="at_most_one"))
    assert codes(listed, Standing.CHOSEN) == ["A00", "A10", "A20", "A30"]
    assert listed.streets_without == ()
    fewer = select(rows, Criteria(choose=2, per_street="at_most_one"))
    assert codes(fewer, Standing.CHOSEN) == ["A00", "A10"]
    assert fewer.streets_without == ("S2", "S3")
    both = select(rows, Criteria(choose=6, per_street="at_least_one"))
    assert codes(both, Standing.CHOSEN) == ["A00", "A01", "A02", "A10", "A20", "A30"]


def test_a_place_picked_by_hand_takes_a_seat_and_covers_its_street():
    rows = ranked(
        place("A1", 60), place("A2", 61), place("B1", 70, street="S2"), place("B2", 95, street="S2")
    )
    picked = (Picked("B2", "市级督办"),)
    listed = select(rows, Criteria(choose=2, by_hand=picked))
    assert codes(listed, *SENT) == ["A1", "B2"]
    assert listed.of(Standing.BY_HAND)[0].reason == "市级督办"
    apart = select(rows, Criteria(choose=3, per_street="at_most_one", by_hand=picked))
    assert codes(apart, *SENT) == ["A1", "B2"]
    with pytest.raises(Refused) as refusal:
        select(rows, Criteria(choose=2, by_hand=(Picked("Z9", "试"),)))
    assert refusal.value.code == "selection.place_unknown"


def test_places_of_equal_need_wait_for_a_lot():
    rows = ranked(*(place(f"A{n}", 60 + Decimal(n) / 2) for n in range(10)))
    listed = select(rows, Criteria(choose=4, lot="points", lot_points=Decimal("0.5")))
    # The fourth has 61.5: those from 61 to 62 cannot be told from it.
    assert codes(listed, Standing.CHOSEN) == ["A0", "A1"]
    drawing = listed.of(Standing.IN_LOT)
    assert [(each.row.code, each.lot_seats, each.lot_places) for each in drawing] == [
        ("A2", 2, 3),
        ("A3", 2, 3),
        ("A4", 2, 3),
    ]
    assert {each.lot for each in drawing} == {AT_THE_CUT}
    assert codes(listed, Standing.NEXT) == ["A5", "A6", "A7"], "with the loser of the lot: four"
    overlapping = select(rows, Criteria(choose=4, lot="intervals"))
    assert len(overlapping.of(Standing.IN_LOT)) == 10


def test_no_lot_where_everybody_who_is_equal_is_chosen():
    rows = ranked(place("A1", 60), place("A2", 60), place("A3", 80))
    listed = select(rows, Criteria(choose=2, lot="points", lot_points=Decimal(1)))
    assert codes(listed, Standing.CHOSEN) == ["A1", "A2"]
    everybody = select(rows, Criteria(choose=9, lot="intervals"))
    assert codes(everybody, Standing.CHOSEN) == ["A1", "A2", "A3"]


def test_every_street_draws_for_itself_where_each_gets_one():
    rows = ranked(
        place("A1", 60),
        place("A2", 60.2),
        place("B1", 70, street="S2"),
        place("B2", 75, street="S2"),
    )
    criteria = Criteria(choose=2, per_street="at_most_one", lot="points", lot_points=Decimal(1))
    listed = select(rows, criteria)
    assert codes(listed, Standing.CHOSEN) == ["B1"]
    drawing = listed.of(Standing.IN_LOT)
    assert [(each.row.code, each.lot, each.lot_seats) for each in drawing] == [
        ("A1", "S1", 1),
        ("A2", "S1", 1),
    ]


def test_a_list_without_places_is_refused():
    with pytest.raises(Refused) as refusal:
        select([], Criteria(choose=2))
    assert refusal.value.code == "selection.no_places"


def test_the_lot_can_be_drawn_again_by_anybody():
    # printf '%s\n%s\n%s' '体彩第23105期 3 1 7' abc A1 | sha256sum
    assert draw_mark("体彩第23105期 3 1 7", "abc", "A1").startswith("f161b1c22ad3dcc4")
    order = drawn_order(["A3", "A1", "A2"], "体彩第23105期 3 1 7", "abc")
    assert order == drawn_order(["A1", "A2", "A3"], "体彩第23105期 3 1 7", "abc")
    assert tidy_statement("  体彩第23105期\n 3 1 7 ") == "体彩第23105期 3 1 7"
    with pytest.raises(Refused):
        tidy_statement(" 12 ")


def test_a_lot_favours_nobody():
    places = [f"A{n}" for n in range(10)]
    won = Counter()
    for number in range(2000):
        won.update(drawn_order(places, f"第{number}期", "abc")[:3])
    # 600 wins expected of each; five standard deviations are about 102.
    assert all(498 < won[code] < 702 for code in places)


# --- whatever the rows --------------------------------------------------------------------


@st.composite
def lists(draw):
    size = draw(st.integers(1, 24))
    scores = st.one_of(st.none(), st.integers(50, 60))
    rows = ranked(
        *(
            place(
                f"A{n:02}",
                draw(scores),
                street=draw(st.sampled_from(["", "S1", "S2", "S3"])),
                received=draw(st.integers(0, 3)),
                valid=draw(st.integers(18, 24)),
            )
            for n in range(size)
        )
    )
    by_hand = draw(st.lists(st.sampled_from([row.code for row in rows]), max_size=2, unique=True))
    lot = draw(st.sampled_from(["none", "points", "intervals"]))
    criteria = Criteria(
        choose=draw(st.integers(max(1, len(by_hand)), 12)),
        per_street=draw(st.sampled_from(["any", "at_most_one", "at_least_one"])),
        score_below=draw(st.one_of(st.none(), st.just(Decimal(57)))),
        lot=lot,
        lot_points=Decimal(1) if lot == "points" else None,
        by_hand=tuple(Picked(code, "试") for code in by_hand),
    )
    return rows, criteria, draw(st.permutations(rows))


@given(lists())
@settings(max_examples=300, deadline=None)
def test_the_same_rows_in_any_order_make_the_same_list(drawn):
    rows, criteria, shuffled = drawn
    assert select(rows, criteria) == select(shuffled, criteria)
    assert rows_digest(rows) == rows_digest(shuffled)


@given(lists())
@settings(max_examples=300, deadline=None)
def test_no_seat_is_given_twice_and_none_is_left_while_somebody_waits(drawn):
    rows, criteria, _ = drawn
    listed = select(rows, criteria)
    pools = {each.lot: each for each in listed.of(Standing.IN_LOT)}
    for lot, member in pools.items():
        size = len([each for each in listed.of(Standing.IN_LOT) if each.lot == lot])
        assert (member.lot_places, 0 < member.lot_seats < size) == (size, True)
    given_out = len(listed.of(*SENT)) + sum(each.lot_seats for each in pools.values())
    assert given_out <= criteria.choose
    qualified = [each for each in listed.candidates if each.qualifies]
    waiting = [each for each in qualified if each.standing in (Standing.NEXT, Standing.OTHER)]
    if criteria.per_street != "at_most_one" and waiting:
        assert given_out == criteria.choose
    streets = Counter(
        each.row.street_code for each in listed.of(Standing.CHOSEN) if each.row.street_code
    )
    if criteria.per_street == "at_most_one":
        assert all(number == 1 for number in streets.values())


@given(lists())
@settings(max_examples=200, deadline=None)
def test_a_chosen_place_is_never_better_off_than_one_that_waits_and_meets_the_same(drawn):
    rows, criteria, _ = drawn
    if criteria.per_street != "any":
        return
    listed = select(rows, criteria)
    chosen = [each.row.score for each in listed.of(Standing.CHOSEN)]
    waiting = [
        each.row.score for each in listed.of(Standing.NEXT, Standing.OTHER) if each.qualifies
    ]
    if chosen and waiting:
        assert max(chosen) <= min(waiting)
