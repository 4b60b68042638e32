"""Which community a line of a list means: codes, names, the street beside or before the name."""

from datetime import date

import pytest

from jieban.evaluation.effects.postings import Named, placed
from jieban.evaluation.places import Place

AREAS = (
    Place("11", "星河区", "district"),
    Place("1101", "云岭街道", "street", "11"),
    Place("1102", "松涛街道", "street", "11"),
    Place("1103", "河口镇", "street", "11"),
    Place("110101", "新华社区", "community", "1101"),
    Place("110201", "新华社区", "community", "1102"),
    Place("110202", "新华村", "village", "1102"),
    Place("110301", "河口村", "village", "1103"),
    Place("110302", "河口社区", "community", "1103"),
)


def named(community, street=""):
    return Named("1", "甲样例", street, community, date(2023, 3, 16), None)


@pytest.mark.parametrize(
    ("street", "community", "meant"),
    [
        ("", "110101", "110101"),
        ("", "110101.0", "110101"),
        ("云岭街道", "新华社区", "110101"),
        ("松涛", "新华社区", "110201"),
        ("松涛街道办事处", "新华社区居委会", "110201"),
        ("星河区", "河口村", "110301"),
        ("", "新华村", "110202"),
        ("", "新华村委会", "110202"),
        ("", "云岭街道新华社区", "110101"),
        ("", "云岭新华", "110101"),
        ("", "松涛街道新华村", "110202"),
        ("", "星河区松涛街道新华社区", "110201"),
        ("云岭街道", "云岭街道新华社区", "110101"),
        ("", "云岭街道-新华社区", "110101"),
        ("", "新华社区（云岭街道）", "110101"),
        ("", "河口镇河口村", "110301"),
        ("不知名街道", "河口村", "110301"),
    ],
)
def test_a_community_is_found_as_lists_write_it(street, community, meant):
    (sent,), unplaced = placed([named(community, street)], AREAS)
    assert (sent.area, unplaced) == (meant, [])


@pytest.mark.parametrize(
    ("street", "community", "reason"),
    [
        ("", "新华社区", "effects.area_several"),
        ("不知名街道", "新华社区", "effects.area_several"),
        ("", "河口", "effects.area_several"),
        ("云岭街道", "河口村", "effects.area_elsewhere"),
        ("", "河口镇新华社区", "effects.area_unknown"),
        ("", "没有的社区", "effects.area_unknown"),
        ("", "云岭街道", "effects.area_unknown"),
        ("", "1101", "effects.area_unknown"),
        ("", "社区", "effects.area_unknown"),
    ],
)
def test_what_means_none_or_several_is_not_guessed(street, community, reason):
    sent, (unplaced,) = placed([named(community, street)], AREAS)
    assert (sent, unplaced.reason) == ([], reason)
    assert unplaced.message("zh") != unplaced.message("en")
