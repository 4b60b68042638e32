"""Who goes where: the best way for small cases found by trying all, and never a barred pair."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jieban.evaluation.matching import Part, Person, Place, fit_of, match

ESTATE = "住房城乡建设->物业管理->物业服务"
PARKING = "住房城乡建设->物业管理->停车管理"
ROADS = "城市管理->市政设施->道路破损"
DOGS = "城市管理->犬只管理"
MIXED = Place("A1", {ESTATE: 30, PARKING: 11, ROADS: 49, "": 10})


@pytest.mark.parametrize(
    ("skills", "brings", "value"),
    [
        (("物业",), (), 410),
        (("停车",), (), 110),
        (("物业", "停车"), (), 410),
        (("停车", "道路"), (), 600),
        ((), ("停车",), 55),
        (("物业",), ("停车",), 410),
        (("停车",), ("物业管理",), 260),
        (("养犬",), (), 0),
        (("市",), (), 0),
        ((), (), 0),
    ],
)
def test_a_fit_is_the_share_of_complaints_the_words_cover(skills, brings, value):
    assert fit_of(MIXED, Person("P", skills, brings)).value == value


def test_a_fit_says_which_complaints_and_which_word():
    fit = fit_of(MIXED, Person("P", ("停车", "物业"), ("道路",)))
    assert fit.skills == (Part("物业管理", "物业", 41),)
    assert fit.brings == (Part("道路破损", "道路", 49),)
    assert (fit.total, fit.value) == (100, 655)


def test_a_place_nobody_complained_of_fits_nobody():
    assert fit_of(Place("A1", {}), Person("P", ("物业",))).value == 0


def test_everybody_goes_where_they_are_of_most_use():
    places = [Place("A1", {ESTATE: 9, ROADS: 1}), Place("A2", {ROADS: 8, ESTATE: 2})]
    people = [Person("P1", ("道路",)), Person("P2", ("物业",))]
    found = match(places, people, {})
    assert [(each.place, each.person, each.fit.value) for each in found.pairs] == [
        ("A1", "P2", 900),
        ("A2", "P1", 800),
    ]
    near = found.pairs[0].near[0]
    assert (near.person, near.behind, near.costs, near.elsewhere) == ("P1", 800, 1400, "A2")


def test_who_fits_better_may_be_needed_more_elsewhere():
    places = [Place("A1", {ESTATE: 5, ROADS: 5}), Place("A2", {ESTATE: 9, DOGS: 1})]
    people = [Person("P1", ("物业",)), Person("P2", ("道路",))]
    first, second = match(places, people, {}).pairs
    assert (first.person, second.person) == ("P2", "P1")
    equal = match([places[0], Place("A3", {DOGS: 1})], people, {}).pairs[0]
    assert (equal.person, equal.near[0].behind, equal.near[0].costs) == ("P1", 0, 0)


def test_a_barred_pair_is_never_made_and_is_told_where_it_fits_better():
    places = [Place("A1", {ESTATE: 10})]
    people = [Person("P1", ("物业",)), Person("P2")]
    found = match(places, people, {("A1", "P1"): "home"})
    assert found.pairs[0].person == "P2"
    assert [(each.person, each.barred) for each in found.pairs[0].near] == [("P1", "home")]


def test_with_fewer_officials_the_places_in_greatest_need_are_served():
    places = [Place("A1", {DOGS: 5}), Place("A2", {ESTATE: 5}), Place("A3", {ESTATE: 5})]
    found = match(places, [Person("P1", ("物业",))], {})
    assert [(each.place, each.person) for each in found.pairs] == [("A1", "P1")]
    assert [(each.place, each.possible) for each in found.unserved] == [
        ("A2", ("P1",)),
        ("A3", ("P1",)),
    ]


def test_a_place_everybody_is_barred_from_is_told_apart():
    places = [Place("A1", {DOGS: 5}), Place("A2", {ESTATE: 5})]
    people = [Person("P1"), Person("P2")]
    barred = {("A1", "P1"): "conflict", ("A1", "P2"): "away"}
    found = match(places, people, barred)
    assert [each.place for each in found.pairs] == ["A2"]
    assert (found.unserved[0].possible, found.unserved[0].barred) == (
        (),
        {"P1": "conflict", "P2": "away"},
    )
    assert found.idle == ("P2",)


def test_a_pinned_pair_stays_and_the_others_are_matched_around_it():
    places = [Place("A1", {ESTATE: 9}), Place("A2", {ESTATE: 9})]
    people = [Person("P1", ("物业",)), Person("P2"), Person("P3", ("物业",))]
    found = match(places, people, {}, {"A1": "P2"})
    assert [(each.place, each.person, each.pinned) for each in found.pairs] == [
        ("A1", "P2", True),
        ("A2", "P1", False),
    ]
    assert found.idle == ("P3",)


def test_nobody_and_nothing_give_no_pairs():
    assert match([], [], {}).pairs == ()
    assert match([], [Person("P1")], {}).idle == ("P1",)
    assert match([Place("A1", {})], [], {}).unserved[0].possible == ()


# --- whatever the places and officials ----------------------------------------------------


@st.composite
def problems(draw):
    places = [
        Place(f"A{n}", {category: draw(st.integers(0, 3)) for category in (ESTATE, ROADS, DOGS)})
        for n in range(draw(st.integers(0, 4)))
    ]
    words = st.lists(st.sampled_from(["物业", "道路", "犬只"]), max_size=2, unique=True)
    people = [
        Person(f"P{n}", tuple(draw(words)), tuple(draw(words)))
        for n in range(draw(st.integers(0, 4)))
    ]
    pairs = [(place.code, person.code) for place in places for person in people]
    barred = draw(st.sets(st.sampled_from(pairs))) if pairs else set()
    return places, people, dict.fromkeys(barred, "conflict")


def every_way(places, people, barred):
    """(places served in order of need, sum of fits) of every way to send people."""
    seats = [*(person.code for person in people), *([None] * len(places))]
    known = {person.code: person for person in people}
    for order in set(permutations(seats, len(places))):
        sent = [(place, known[code]) for place, code in zip(places, order, strict=True) if code]
        if not any((place.code, person.code) in barred for place, person in sent):
            served = tuple(code is not None for code in order)
            yield served, sum(fit_of(place, person).value for place, person in sent)


@given(problems())
@settings(max_examples=200, deadline=None)
def test_the_best_of_all_ways_is_found_and_no_barred_pair_made(problem):
    places, people, barred = problem
    found = match(places, people, barred)
    made = {each.place: each.person for each in found.pairs}
    assert not any((place, person) in barred for place, person in made.items())
    assert len(set(made.values())) == len(made)
    served = tuple(place.code in made for place in places)
    assert (served, sum(each.fit.value for each in found.pairs)) == max(
        every_way(places, people, barred)
    )


@given(problems(), st.randoms())
@settings(max_examples=100, deadline=None)
def test_the_order_of_officials_does_not_matter(problem, chance):
    places, people, barred = problem
    shuffled = list(people)
    chance.shuffle(shuffled)
    assert match(places, people, barred) == match(places, shuffled, barred)


@given(problems())
@settings(max_examples=100, deadline=None)
def test_what_a_near_miss_costs_is_never_less_than_nothing(problem):
    places, people, barred = problem
    for pair in match(places, people, barred).pairs:
        assert all(near.costs is None or near.costs >= 0 for near in pair.near)
