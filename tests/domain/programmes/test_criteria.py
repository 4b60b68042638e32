"""What criteria may say, and what is refused."""

from dataclasses import replace
from decimal import Decimal

import pytest

from jieban.domain.errors import Refused
from jieban.domain.programmes.criteria import (
    PRESETS,
    Criteria,
    Picked,
    read_criteria,
    read_criteria_file,
)


def faults(table):
    with pytest.raises(Refused) as refusal:
        read_criteria(table)
    assert refusal.value.code == "criteria.invalid"
    assert all(refusal.value.message(language) for language in ("zh", "en"))
    return [each.code for each in refusal.value.detail["faults"]]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_comes_back_from_its_table(name):
    assert read_criteria(PRESETS[name].as_table()) == PRESETS[name]


def test_what_is_not_asked_for_stands_in_no_table():
    assert Criteria(choose=3).as_table() == {
        "level": "community",
        "choose": 3,
        "order_by": "score",
        "per_street": "any",
        "minimum_valid": 20,
        "lot": "none",
    }


def test_equal_criteria_have_one_digest_however_a_number_is_written():
    written = [80, "80", "80.0", Decimal("80.00"), 80.0]
    digests = {read_criteria({"choose": 3, "score_below": each}).digest for each in written}
    assert len(digests) == 1
    assert read_criteria({"choose": 4, "score_below": 80}).digest not in digests


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ([], ["criteria.not_a_table"]),
        ({}, ["criteria.key_missing"]),
        ({"choose": 0}, ["criteria.value_wrong"]),
        ({"choose": True}, ["criteria.value_wrong"]),
        ({"choose": 3, "score_below": "NaN"}, ["criteria.value_wrong"]),
        ({"choose": 3, "score_below": float("inf")}, ["criteria.value_wrong"]),
        ({"choose": 3, "resolution_below": 101}, ["criteria.value_wrong"]),
        ({"choose": 3, "resolution_below": "八成"}, ["criteria.value_wrong"]),
        ({"choose": 3, "resolution_below": "0.0000001"}, ["criteria.value_wrong"]),
        ({"choose": 3, "resolved_below": 80}, ["criteria.key_unknown"]),
        ({"choose": 3, 7: 80}, ["criteria.key_unknown"]),
        ({"choose": 3, "per_street": ["any"]}, ["criteria.value_wrong"]),
        ({"choose": 3, "meet": 1}, ["criteria.meet_too_many"]),
        (
            {"choose": 3, "rank_worst": 5, "rank_worst_percent": 10},
            ["criteria.rank_twice"],
        ),
        ({"choose": 3, "persistent_below": 80}, ["criteria.persistence_incomplete"]),
        (
            {"choose": 3, "persistent_below": 80, "persistent_months": 4, "persistent_of": 3},
            ["criteria.persistence_impossible"],
        ),
        ({"choose": 3, "lot": "points"}, ["criteria.lot_points"]),
        ({"choose": 3, "lot_points": 1}, ["criteria.lot_points"]),
        (
            {"choose": 3, "lot": "intervals", "order_by": "raw_score"},
            ["criteria.lot_intervals"],
        ),
        ({"choose": 3, "by_hand": "A1"}, ["criteria.value_wrong"]),
        ({"choose": 3, "by_hand": [{"code": "A1"}]}, ["criteria.by_hand_reason"]),
        ({"choose": 3, "by_hand": [{"code": "A1", "why": "x"}]}, ["criteria.value_wrong"]),
        (
            {"choose": 3, "by_hand": [{"code": "A1", "reason": "试\x00"}]},
            ["criteria.value_wrong"],
        ),
        (
            {"choose": 3, "by_hand": [{"code": "\ud800", "reason": "试"}]},
            ["criteria.value_wrong"],
        ),
        (
            {"choose": 1, "by_hand": [{"code": c, "reason": "试"} for c in ("A1", "A2")]},
            ["criteria.by_hand_many"],
        ),
        (
            {"choose": 3, "by_hand": [{"code": "A1", "reason": "试"}] * 2},
            ["criteria.by_hand_twice"],
        ),
        ({"choose": 0, "lot": "dice"}, ["criteria.value_wrong"] * 2),
    ],
)
def test_criteria_that_make_no_sense_are_refused_with_every_fault(table, codes):
    assert faults(table) == codes


def test_a_file_says_the_same_in_toml_and_in_json():
    toml = """
    choose = 2
    resolution_below = 85.5
    [[by_hand]]
    code = "A11"
    reason = "两级督办"
    """
    json = (
        '{"choose": 2, "resolution_below": 85.5,'
        ' "by_hand": [{"code": "A11", "reason": "两级督办"}]}'
    )
    wanted = Criteria(
        choose=2, resolution_below=Decimal("85.5"), by_hand=(Picked("A11", "两级督办"),)
    )
    assert read_criteria_file(toml.encode()) == wanted
    assert read_criteria_file(b"\xef\xbb\xbf" + json.encode()) == wanted


@pytest.mark.parametrize("content", [b"choose = ", b"\xff\xfe", b"{", b"{" * 9000])
def test_a_file_that_cannot_be_read_is_refused(content):
    with pytest.raises(Refused) as refusal:
        read_criteria_file(content)
    assert refusal.value.code == "criteria.unreadable"


def test_as_many_are_kept_to_compare_with_as_are_chosen_unless_said():
    assert Criteria(choose=51).comparison == 51
    assert replace(Criteria(choose=51), compare=0).comparison == 0
