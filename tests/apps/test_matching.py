"""Officials matched with places: why, who else, what is never done, changed by hand, confirmed."""

from datetime import date

import pytest

from jieban.apps.directory.models import Area, Unit
from jieban.apps.ledger import selectors as ledger
from jieban.apps.ledger.models import Event
from jieban.apps.programmes import selectors, services
from jieban.apps.programmes.models import Cohort, Official, Programme, Selection
from jieban.domain.programmes.criteria import Criteria
from jieban.domain.programmes.officials import Profile
from tests.apps import chosen
from tests.apps.test_programmes import refused
from tests.conftest import AT, CLERK

pytestmark = pytest.mark.django_db
START = date(2023, 11, 15)


@pytest.fixture
def cohort(home, tmp_path):
    """Three places: two in 青禾 (estates), one in 松涛 (roads)."""
    chosen.imported_district(home, tmp_path)
    run = chosen.published(home)
    programme = services.open_programme(
        CLERK, "zlsj", "治理书记", at=AT, criteria=Criteria(choose=4, compare=0)
    )
    selection = services.make_selection(CLERK, "zlsj", run.run_id, at=AT, home=home)
    return services.open_cohort(CLERK, programme, at=AT, planned_start=START, selection=selection)


def enter(code, *skills, home="区某局", **said):
    return services.enter_official(CLERK, code, f"{code}样例", home, at=AT, skills=skills, **said)


def propose(**said):
    return services.propose_pairs(CLERK, "zlsj", 1, at=AT, **said)


def change(place, official, reason="到场考察后调整"):
    return services.change_pair(
        CLERK, "zlsj", 1, chosen.code_of(place), official, at=AT, reason=reason
    )


def confirm(reason=""):
    return services.confirm_pairs(CLERK, "zlsj", 1, at=AT, reason=reason)


def pairs(cohort):
    return {pair.candidate.area_name: pair.official.code for pair in selectors.pairs_of(cohort)}


def test_officials_go_where_complaints_are_about_what_they_know(cohort):
    enter("D1", "道路")
    for code in ("D2", "D3", "D4"):
        enter(code, "物业")
    propose()
    assert pairs(cohort) == {
        "青禾一社区": "D2",
        "青禾二社区": "D3",
        "青禾三社区": "D4",
        "松涛一社区": "D1",
    }
    pair = selectors.pairs_of(cohort).first()
    assert pair.parts == {
        "value": 1000,
        "skills": [{"category": "物业管理", "word": "物业", "count": 24}],
        "brings": [],
        "total": 24,
    }
    assert [(near["person"], near["behind"]) for near in pair.near] == [("D3", 0), ("D4", 0)]


def test_nobody_goes_where_they_come_from_or_must_not(cohort):
    enter("D1", "物业", home="青禾街道办事处")
    enter("D2", "物业", conflicts=[chosen.code_of("青禾街道")])
    enter("D3", available_from=date(2023, 11, 16))
    enter("D4", available_until=date(2024, 5, 14))
    enter("D5", available_from=START, available_until=date(2024, 5, 15))
    propose()
    assert pairs(cohort) == {"青禾一社区": "D5", "松涛一社区": "D1"}
    near = {each["person"]: each["barred"] for each in selectors.pairs_of(cohort).first().near}
    assert near == {"D1": "home"}
    refusal = refused("pairs.barred", change, "青禾二社区", "D2")
    assert [each.code for each in refusal.detail["faults"]] == ["pairs.barred_conflict"]
    refused("pairs.barred", change, "青禾二社区", "D3")


def test_a_unit_to_be_avoided_bars_the_place_it_answers_for(cohort):
    office = Unit.objects.get(name="青禾街道")
    office.area = Area.objects.get(name="青禾街道")
    office.save()
    enter("D1", "物业", conflicts=[office.code])
    enter("D2", "物业", home="青禾街道")
    propose()
    assert pairs(cohort) == {"松涛一社区": "D1"}


def test_with_too_few_officials_the_neediest_places_are_served(cohort):
    enter("D1", "道路")
    propose()
    assert pairs(cohort) == {"青禾一社区": "D1"}
    assert Event.objects.get(kind="cohort.pairs_proposed").body["open_places"] == [
        chosen.code_of(name) for name in ("青禾二社区", "青禾三社区", "松涛一社区")
    ]


def test_a_change_by_hand_has_a_reason_and_stays_when_matched_again(cohort):
    for code in ("D1", "D2"):
        enter(code, "物业")
    propose()
    refused("pairs.reason_missing", change, "青禾一社区", "D2", " ")
    refused("pairs.same", change, "青禾一社区", "D1")
    change("青禾一社区", "D2")
    assert pairs(cohort) == {"青禾一社区": "D2", "青禾二社区": "D1"}, "they change places"
    enter("D3", "物业")
    propose()
    assert pairs(cohort)["青禾一社区"] == "D2"
    assert pairs(cohort)["青禾三社区"] == "D3"
    change("青禾一社区", "")
    assert "青禾一社区" not in pairs(cohort)
    event = Event.objects.filter(kind="cohort.pair_changed").last()
    assert (event.body["official_before"], event.body["official_after"]) == ("D2", None)
    assert event.reason == "到场考察后调整"


def test_confirmed_pairs_carry_the_frozen_figures_and_are_not_changed(cohort):
    for code in ("D1", "D2", "D3"):
        enter(code, "物业")
    refused("pairs.none", confirm)
    propose()
    assert selectors.confirmed_pairs(cohort) == []
    refusal = refused("pairs.places_open", confirm)
    assert refusal.detail["places"] == ["松涛一社区"]
    confirm("下一批补派")
    cohort.refresh_from_db()
    found = selectors.confirmed_pairs(cohort)
    assert [(pair.official.code, pair.area_name) for pair in found] == [
        ("D1", "青禾一社区"),
        ("D2", "青禾二社区"),
        ("D3", "青禾三社区"),
    ]
    assert found[0].baseline["figures"]["score"] == 10_000_000
    assert found[0].baseline["digest"] == cohort.selection.run_digest
    refused("pairs.confirmed", confirm)
    refused("pairs.confirmed", propose)
    refused("pairs.confirmed", change, "青禾一社区", "D2")


def test_what_changed_on_the_roster_is_seen_when_confirming(cohort):
    enter("D1", "物业")
    propose()
    services.change_official(
        CLERK, "D1", Profile("D1样例", "区某局", available_until=date(2023, 12, 1)), at=AT
    )
    refused("pairs.barred", confirm, "先派一人")


def test_an_official_and_a_place_confirmed_in_one_cohort_are_not_sent_with_another(cohort):
    enter("D1", "物业")
    enter("D2", "物业")
    propose(officials=["D1"])
    later = services.open_cohort(
        CLERK,
        cohort.programme,
        at=AT,
        planned_start=date(2024, 5, 15),
        selection=cohort.selection,
    )
    confirm("下一批补派")
    services.propose_pairs(CLERK, "zlsj", 2, at=AT)
    assert pairs(later) == {"青禾二社区": "D2"}, "the first place is served, D1 is still there"
    after = services.open_cohort(
        CLERK,
        cohort.programme,
        at=AT,
        planned_start=date(2024, 5, 16),
        selection=cohort.selection,
    )
    services.propose_pairs(CLERK, "zlsj", 3, at=AT)
    assert set(pairs(after).values()) == {"D1", "D2"}


def test_a_cohort_without_list_or_start_cannot_be_matched(cohort):
    refused("pairs.nobody", propose)
    services.open_cohort(CLERK, cohort.programme, 5, at=AT)
    refused("pairs.no_selection", services.propose_pairs, CLERK, "zlsj", 5, at=AT)
    services.open_cohort(CLERK, cohort.programme, 6, at=AT, selection=cohort.selection)
    refused("pairs.no_start", services.propose_pairs, CLERK, "zlsj", 6, at=AT)
    refused("pairs.place_unknown", change, "柳岸三社区", "D1")


def test_rows_are_compared_with_what_their_events_say(cohort):
    enter("D1", "物业")
    services.change_official(CLERK, "D1", Profile("D1样例", "区某局", ("物业", "停车")), at=AT)
    services.change_criteria(CLERK, "zlsj", Criteria(choose=9), at=AT, reason="试")
    propose()
    confirm("先派一人")
    subjects = {
        "programme": "zlsj",
        "selection": "zlsj-1",
        "cohort": "zlsj-c1",
        "official": "D1",
    }
    for kind, name in subjects.items():
        assert dict(ledger.differing(kind)) == {name: None}
    programme = cohort.programme
    Programme.objects.update(term_months=12)
    Selection.objects.update(lot_statement="改过")
    Cohort.objects.update(planned_start=date(2024, 1, 1))
    Official.objects.update(skills=["供暖"])
    for kind, name in subjects.items():
        assert dict(ledger.differing(kind))[name], kind
    stray = Cohort.objects.create(programme=programme, number=7)
    assert dict(ledger.differing("cohort"))[selectors.name_of(stray)]
