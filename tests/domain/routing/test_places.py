"""Names of places in addresses: the longest counts, a street narrows, doubt is said."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jieban.domain.routing.places import Gazetteer, Place

PLACES = (
    Place("D", ("云川区",)),
    Place("S1", ("青禾街道",), ("D",)),
    Place("S2", ("砚湖街道", "砚湖地区"), ("D",)),
    Place("S3", ("雁汀镇",), ("D",)),
    Place("C1", ("麦荫里社区", "麦荫小区"), ("S1", "D")),
    Place("C2", ("北里社区",), ("S1", "D")),
    Place("C3", ("北里社区",), ("S2", "D")),
    Place("C4", ("麦荫里北社区",), ("S1", "D")),
    Place("V1", ("前汀村",), ("S3", "D")),
)
GAZETTEER = Gazetteer(PLACES)


@pytest.mark.parametrize(
    ("text", "codes", "sure"),
    [
        ("云川区青禾街道麦荫里社区3号楼", ["C1"], True),
        ("麦荫里3号楼2单元", ["C1"], True),
        ("麦荫小区门口", ["C1"], True),
        ("麦荫里北社区12号", ["C4"], True),
        ("北里社区5号楼", ["C2", "C3"], False),
        ("砚湖街道北里5号楼", ["C3"], True),
        ("砚湖街办北里居委会", ["C3"], True),
        ("砚湖地区 北里", ["C3"], True),
        ("青禾街道办事处大厅", ["S1"], True),
        ("雁汀镇前汀村委会", ["V1"], True),
        ("青禾街道前汀村", ["V1", "S1"], False),
        ("云川区某路口", ["D"], True),
        ("北里", ["C2", "C3"], False),
        ("不知道在哪里", [], False),
        ("", [], False),
    ],
)
def test_an_address_names_these_places(text, codes, sure):
    found = GAZETTEER.find(text)
    assert {each.code for each in found} == set(codes)
    assert all(each.sure == sure for each in found)


def test_the_words_that_were_found_are_said_the_place_before_those_above_it():
    assert GAZETTEER.find("云川区青禾街道麦荫里社区")[0].words == (
        "麦荫里社区",
        "青禾街道",
        "云川区",
    )


def test_width_and_blanks_do_not_hide_a_name():
    assert GAZETTEER.find("青禾 街道　麦荫里 社区")[0].code == "C1"


def test_a_short_form_of_two_signs_is_not_sure_by_itself():
    alone = Gazetteer([Place("S", ("新坡街道",), ("D",))])
    assert [(each.code, each.sure) for each in alone.find("新坡路口")] == [("S", False)]


@given(st.text(max_size=80))
def test_any_text_is_survived_and_finds_known_places_only(text):
    known = {place.code for place in PLACES}
    found = GAZETTEER.find(text)
    assert {each.code for each in found} <= known
    assert sum(each.sure for each in found) <= 1


@given(st.sampled_from(PLACES[4:]))
def test_the_full_name_with_its_street_is_always_sure(place):
    street = next(each for each in PLACES if each.code == place.above[0])
    found = GAZETTEER.find(street.names[0] + place.names[0] + "7号楼")
    assert [(each.code, each.sure) for each in found] == [(place.code, True)]


def test_five_hundred_names_are_looked_for_in_less_than_a_millisecond():
    places = [
        Place(f"C{street}-{number}", (f"第{street}组{number}号社区",), (f"S{street}", "D"))
        for street in range(25)
        for number in range(20)
    ]
    gazetteer = Gazetteer(places)
    text = "云川区第7组15号社区某小区12号楼3单元门前有垃圾堆放多日无人清理请尽快处理"
    gazetteer.find(text)
    began = time.perf_counter()
    for _ in range(50):
        gazetteer.find(text)
    assert (time.perf_counter() - began) / 50 < 0.001
