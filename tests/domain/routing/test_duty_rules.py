"""The duty list: which rule wins, what a tie is, who answers where no rule fits."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jieban.domain.routing.duties import LOCAL, DutyRule, beats, covers, prefixes, suggest
from jieban.domain.routing.review import gaps, overlaps

DAY = date(2023, 10, 30)
PATH = ("C1", "S1", "D")
LIFT = "住房城乡建设->物业管理->电梯故障"
UNITS = {"S1": "street", "S2": "other street", "D": "district"}


def asked(rules, *, category=LIFT, path=PATH, conditions=(), day=DAY):
    return suggest(
        rules,
        category=category,
        area_path=path,
        at_day=day,
        conditions=conditions,
        units=UNITS,
        district="D",
    )


@pytest.mark.parametrize(
    ("winner", "loser", "aspect"),
    [
        ({"category": LIFT}, {"category": "住房城乡建设->物业管理", "area": "C1"}, "category"),
        (
            {"category": "住房城乡建设", "area": "C1"},
            {"category": "住房城乡建设", "area": "S1"},
            "area",
        ),
        ({"area": "D"}, {"conditions": frozenset({"夜间"})}, "area"),
        ({"conditions": frozenset({"夜间"})}, {"valid_from": date(2023, 1, 1)}, "condition"),
        ({"valid_from": date(2023, 2, 1)}, {"valid_from": date(2023, 1, 1)}, "newest"),
        ({"valid_from": date(2023, 2, 1)}, {}, "newest"),
    ],
)
def test_the_more_specific_rule_wins_and_says_in_what(winner, loser, aspect):
    one, other = DutyRule(1, "a", **winner), DutyRule(2, "b", **loser)
    found = asked([other, one], conditions={"夜间"})
    assert (found.because, found.lead, found.rule) == ("rule", "a", one)
    assert [(each.rule, each.aspect) for each in found.alternatives] == [(other, aspect)]
    assert beats(one, other, {"D": 0, "S1": 1, "C1": 2}) == aspect
    assert beats(other, one, {"D": 0, "S1": 1, "C1": 2}) is None


@pytest.mark.parametrize(
    "misses",
    [
        {"category": "住房城乡建设->物业管理->电梯"},
        {"area": "S2"},
        {"conditions": frozenset({"夜间", "工地"})},
        {"valid_from": date(2023, 10, 31)},
        {"valid_to": DAY},
    ],
)
def test_a_rule_that_is_not_for_this_case_changes_nothing(misses):
    found = asked([DutyRule(1, "a", **misses)], conditions={"夜间"})
    assert (found.because, found.lead, found.area) == ("street", "street", "S1")


def test_two_equal_rules_with_different_leads_are_nobodys_choice_but_a_persons():
    rules = [DutyRule(1, "a", category=LIFT), DutyRule(2, "b", category=LIFT), DutyRule(3, "c")]
    found = asked(rules)
    assert (found.because, found.lead) == ("tie", None)
    assert [rule.number for rule in found.tied] == [1, 2]
    assert [each.rule.number for each in found.alternatives] == [3]


def test_two_equal_rules_with_one_lead_are_no_tie_and_their_joint_units_add_up():
    rules = [
        DutyRule(1, "a", ("b", "c"), category=LIFT),
        DutyRule(2, "a", ("c", "d"), category=LIFT),
    ]
    found = asked(rules)
    assert (found.because, found.lead, found.joints) == ("rule", "a", ("b", "c", "d"))
    assert [each.aspect for each in found.alternatives] == ["none"]


@pytest.mark.parametrize(
    ("path", "because", "lead", "area"),
    [
        (PATH, "street", "street", "S1"),
        (("S2", "D"), "street", "other street", "S2"),
        (("C9", "S9", "D"), "district", "district", "D"),
        (("D",), "district", "district", "D"),
        ((), "district", "district", "D"),
    ],
)
def test_without_a_rule_the_case_is_the_streets_and_else_the_districts(path, because, lead, area):
    found = asked([], path=path)
    assert (found.because, found.lead, found.area, found.rule) == (because, lead, area, None)


@pytest.mark.parametrize(
    ("path", "district", "because", "lead"),
    [
        (("S1",), "", "street", "street"),
        (("C1", "S1"), "", "street", "street"),
        (("D", "T"), "D", "district", "district"),
        (("T",), "D", "district", "district"),
    ],
)
def test_a_street_under_no_known_district_is_still_a_street(path, district, because, lead):
    found = suggest(
        [], category=LIFT, area_path=path, at_day=DAY, conditions=(), units=UNITS, district=district
    )
    assert (found.because, found.lead) == (because, lead)


def test_without_a_rule_and_without_a_unit_of_the_place_a_person_chooses():
    found = suggest([], category=LIFT, area_path=(), at_day=DAY)
    assert (found.because, found.lead) == ("nobody", None)


@pytest.mark.parametrize(
    ("path", "because", "lead", "area", "joints"),
    [
        (PATH, "rule", "street", "S1", ("a",)),
        (("C9", "S9", "D"), "district", "district", "D", ("a",)),
        ((), "district", "district", "D", ("a",)),
    ],
)
def test_a_rule_may_name_the_unit_of_the_place(path, because, lead, area, joints):
    found = asked([DutyRule(1, LOCAL, ("a", LOCAL), category=LIFT)], path=path)
    assert (found.because, found.lead, found.area, found.joints) == (because, lead, area, joints)
    assert found.rule.number == 1


def test_the_district_stands_in_for_a_street_that_leads_and_not_for_one_that_helps():
    assert asked([DutyRule(1, "a", (LOCAL,))]).joints == ("street",)
    assert asked([DutyRule(1, "a", (LOCAL,))], path=()).joints == ()


def test_a_rule_that_names_the_unit_of_the_place_ties_only_with_another_unit():
    rules = [DutyRule(1, LOCAL), DutyRule(2, "street")]
    assert (asked(rules).because, asked(rules).lead) == ("rule", "street")
    found = asked([DutyRule(1, LOCAL), DutyRule(2, "a")])
    assert (found.because, found.leads) == ("tie", ("street", "a"))


def test_conditions_that_would_change_the_answer_are_named():
    rules = [
        DutyRule(1, "a", category="住房城乡建设"),
        DutyRule(2, "b", category=LIFT, conditions=frozenset({"无物业"})),
        DutyRule(3, "c", conditions=frozenset({"夜间"})),
    ]
    found = asked(rules)
    assert (found.lead, found.conditions) == ("a", ("无物业",))
    found = asked(rules, conditions={"无物业"})
    assert (found.lead, found.conditions) == ("b", ())


def test_paths_cover_what_lies_below_them_and_nothing_that_only_begins_alike():
    assert prefixes(LIFT) == ["", "住房城乡建设", "住房城乡建设->物业管理", LIFT]
    assert all(covers(upper, LIFT) for upper in prefixes(LIFT))
    assert not covers("住房", LIFT)
    assert not covers(LIFT, "住房城乡建设")


RULES = st.lists(
    st.builds(
        DutyRule,
        number=st.integers(1, 10_000),
        lead=st.sampled_from(["a", "b", "c", LOCAL]),
        joints=st.lists(st.sampled_from("abcd"), max_size=2).map(tuple),
        category=st.sampled_from(["", "住房城乡建设", "住房城乡建设->物业管理", LIFT, "教育"]),
        area=st.sampled_from(["", "C1", "S1", "D", "S2"]),
        conditions=st.frozensets(st.sampled_from(["夜间", "工地"])),
        valid_from=st.none() | st.dates(date(2023, 1, 1), date(2024, 1, 1)),
        valid_to=st.none() | st.dates(date(2023, 6, 1), date(2024, 6, 1)),
    ),
    max_size=12,
    unique_by=lambda rule: rule.number,
)


@given(RULES, st.randoms(), st.frozensets(st.sampled_from(["夜间", "工地"])))
def test_the_order_of_the_rules_never_matters(rules, random, held):
    expected = asked(rules, conditions=held)
    shuffled = list(rules)
    random.shuffle(shuffled)
    assert asked(shuffled, conditions=held) == expected


@given(RULES, st.frozensets(st.sampled_from(["夜间", "工地"])))
def test_no_rule_that_fits_is_more_specific_than_the_one_that_wins(rules, held):
    found = asked(rules, conditions=held)
    levels = {"D": 0, "S1": 1, "S2": 1, "C1": 2}
    fitting = [
        rule
        for rule in rules
        if rule.valid_on(DAY)
        and covers(rule.category, LIFT)
        and rule.area in ("", *PATH)
        and rule.conditions <= held
    ]
    if not fitting:
        assert (found.because, found.rule) == ("street", None)
        return
    winners = found.tied if found.because == "tie" else (found.rule,)
    for winner in winners:
        assert all(beats(rule, winner, levels) is None for rule in fitting)
    seen = {rule.number for rule in winners} | {each.rule.number for each in found.alternatives}
    assert seen == {rule.number for rule in fitting}


def test_contradictions_are_found_where_both_rules_are_valid():
    old = DutyRule(1, "a", category=LIFT, valid_to=date(2023, 6, 1))
    new = DutyRule(2, "b", category=LIFT, valid_from=date(2023, 6, 1))
    newer = DutyRule(3, "c", category=LIFT, valid_from=date(2023, 7, 1))
    twin = DutyRule(4, "d", category=LIFT, valid_from=date(2023, 7, 1))
    found = [(each.one.number, each.other.number, each.settled) for each in overlaps(
        [twin, new, old, newer])]  # fmt: skip
    assert found == [(2, 3, newer), (2, 4, twin), (3, 4, None)]


def test_gaps_are_as_short_as_they_can_be():
    paths = ["教育", "教育->入学", "教育->培训", "民政", "民政->养老", "民政->救助", "控烟"]
    rules = [
        DutyRule(1, "a", category="民政->养老"),
        DutyRule(2, "a", category="控烟", area="S1"),
        DutyRule(3, "a", category="教育", valid_to=DAY),
    ]
    assert gaps(rules, paths, DAY) == ["教育", "民政->救助", "控烟"]
    assert gaps([DutyRule(1, "a")], paths, DAY) == []
