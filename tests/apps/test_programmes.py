"""Programmes opened, officials entered, cohorts opened."""

from datetime import date

import pytest

from jieban.apps.ledger.models import Event
from jieban.apps.programmes import selectors, services
from jieban.domain.errors import Refused
from jieban.domain.programmes.criteria import PRESETS
from jieban.domain.programmes.officials import Profile
from jieban.tables.officials import written_roster
from tests.apps import live
from tests.conftest import AT, CLERK

pytestmark = pytest.mark.django_db


def refused(code, act, *arguments, **keywords):
    with pytest.raises(Refused) as refusal:
        act(*arguments, **keywords)
    assert refusal.value.code == code
    for language in ("zh", "en"):
        assert "{" not in refusal.value.message(language)
    return refusal.value


def opened(code="zlsj", **changes):
    return services.open_programme(CLERK, code, "治理书记", at=AT, **changes)


def test_a_programme_begins_with_the_criteria_of_the_worst():
    programme = opened()
    assert selectors.criteria_of(programme) == PRESETS["worst"]
    event = Event.objects.get(kind="programme.opened")
    assert (event.subject_id, event.body["criteria"]["choose"]) == ("zlsj", 51)


def test_a_programme_is_opened_once_and_with_criteria_that_make_sense():
    opened()
    refused("programme.exists", opened)
    refused("programme.code_wrong", opened, "治理 书记")
    refused("programme.months_wrong", opened, "b", term_months=0)
    fault = refused("criteria.invalid", opened, "b", criteria={"choose": 0, "chose": 3})
    assert [each.code for each in fault.detail["faults"]] == [
        "criteria.value_wrong",
        "criteria.key_unknown",
    ]
    assert selectors.programmes().count() == 1


def test_criteria_are_changed_with_a_reason():
    opened()
    other = PRESETS["one_per_street"]
    refused(
        "programme.reason_missing",
        services.change_criteria,
        CLERK,
        "zlsj",
        other,
        at=AT,
        reason=" ",
    )
    refused(
        "programme.same_criteria",
        services.change_criteria,
        CLERK,
        "zlsj",
        PRESETS["worst"],
        at=AT,
        reason="试",
    )
    changed = services.change_criteria(CLERK, "zlsj", other, at=AT, reason="首批一街一个")
    assert selectors.criteria_of(changed) == other
    event = Event.objects.get(kind="programme.criteria_changed")
    assert (event.body["before"]["choose"], event.body["after"]["choose"]) == (51, 26)


def test_cohorts_are_numbered_within_their_programme():
    programme = opened()
    assert services.open_cohort(CLERK, programme, at=AT).number == 1
    second = services.open_cohort(CLERK, programme, 2, at=AT, planned_start=date(2023, 3, 16))
    assert selectors.cohort_of(programme, 2) == second
    refused("cohort.exists", services.open_cohort, CLERK, programme, 2, at=AT)
    refused("cohort.not_found", selectors.cohort_of, programme, 3)
    assert selectors.confirmed_pairs(second) == []


def test_an_official_without_a_code_is_given_the_next_one(home):
    live.made_up_district()
    first = services.enter_official(
        CLERK, "", "程 样例", "区城管委", at=AT, skills=["物业", "物业"]
    )
    assert (first.code, first.name, first.home_code, first.skills) == (
        "G0001",
        "程 样例",
        "U8",
        ["物业"],
    )
    services.enter_official(CLERK, "G0007", "李样例", "区某局", at=AT)
    assert services.enter_official(CLERK, "", "王样例", "区某局", at=AT).code == "G0008"
    assert [each.code for each in selectors.officials_named("李样例", "区某局")] == ["G0007"]


def test_an_official_is_entered_once_and_avoids_only_what_there_is(home):
    live.made_up_district()
    enter = services.enter_official
    enter(CLERK, "D1", "程样例", "区城管委", at=AT, conflicts=["A11", "U1"])
    refused("official.exists", enter, CLERK, "D1", "李样例", "区城管委", at=AT)
    refused("official.name_missing", enter, CLERK, "D2", " ", "区城管委", at=AT)
    refused("official.code_wrong", enter, CLERK, "D 2", "李样例", "区城管委", at=AT)
    refused(
        "official.conflict_unknown",
        enter,
        CLERK,
        "D2",
        "李样例",
        "区城管委",
        at=AT,
        conflicts=["Z9"],
    )
    refused(
        "official.days_backwards",
        enter,
        CLERK,
        "D2",
        "李样例",
        "区城管委",
        at=AT,
        available_from=date(2023, 5, 1),
        available_until=date(2023, 4, 1),
    )
    assert selectors.officials().count() == 1


def test_a_change_of_the_roster_is_told_without_names(home):
    live.made_up_district()
    services.enter_official(CLERK, "D1", "程样例", "区城管委", at=AT)
    same = Profile("程样例", "区城管委")
    services.change_official(CLERK, "D1", same, at=AT)
    assert not Event.objects.filter(kind="official.changed").exists()
    services.change_official(CLERK, "D1", Profile("程新例", "区城管委", ("停车",)), at=AT)
    event = Event.objects.get(kind="official.changed")
    assert event.body["changed"] == ["name", "skills"]
    assert event.body["after"] == {"skills": ["停车"]}
    assert "程" not in str(event.body)


# --- a roster from a file -----------------------------------------------------------------

HEAD = "编号,姓名,派出单位,专长,带资源,回避,可派起始,可派截止\n"


def bring(tmp_path, *lines, head=HEAD):
    file = tmp_path / "名册.csv"
    file.write_text(head + "\n".join(lines), encoding="utf-8-sig")
    return services.import_officials(CLERK, file, at=AT)


def test_a_roster_is_brought_in_once_and_lines_that_cannot_be_taken_are_listed(home, tmp_path):
    live.made_up_district()
    lines = (
        "D1,程样例,区城管委,物业、停车,绿化队,松涛街道,2023-03-16,",
        ",李样例,区某局,,,,,",
        "D3,,区某局,,,,,",
        "D4,王样例,区某局,,,没有的街道,,",
        "D5,赵样例,区某局,,,,昨天,",
        "D6,钱样例,区某局,,,,2023-05-01,2023-04-01",
        "D1,程样例,区城管委,,,,,",
    )
    brought = bring(tmp_path, *lines)
    assert (brought.new, brought.changed, brought.same) == (2, 0, 0)
    assert [(each.line, each.because.code) for each in brought.turned] == [
        (4, "official.line_unnamed"),
        (5, "official.conflict_unknown"),
        (6, "directory.date_unreadable"),
        (7, "official.days_backwards"),
        (8, "official.line_twice"),
    ]
    first = selectors.official_by_code("D1")
    assert first.skills == ["物业", "停车"]
    assert set(first.conflicts) == {"A1", "U1"}, "the street and its office bear one name"
    again = bring(tmp_path, *lines[:2])
    assert (again.new, again.changed, again.same, again.turned) == (0, 0, 2, ())
    changed = bring(tmp_path, "D1,程样例,区城管委,养犬,,,,")
    assert (changed.changed, changed.same) == (1, 0)
    first.refresh_from_db()
    assert (first.skills, first.brings) == (["养犬"], ["绿化队"]), "a blank takes nothing away"
    refused("official.no_layout", bring, tmp_path, "1,2", head="甲,乙\n")


def test_a_roster_written_out_comes_back_the_same(home, tmp_path):
    live.made_up_district()
    bring(tmp_path, "D1,程样例,区城管委,物业、停车,绿化队,松涛街道,2023-03-16,")
    file = tmp_path / "名册.xlsx"
    file.write_bytes(written_roster(selectors.roster_rows(), "zh"))
    brought = services.import_officials(CLERK, file, at=AT)
    assert (brought.same, brought.turned) == (1, ())
