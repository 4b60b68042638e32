"""From confirmed pairs to terms: who is on post already is not matched, and costs no other pair."""

from datetime import date

import pytest

from jieban.apps.directory.models import Area
from jieban.apps.programmes import selectors, services
from jieban.apps.programmes.models import Cohort
from jieban.apps.terms import services as terms
from jieban.apps.terms.models import Term
from jieban.domain.errors import Refused
from jieban.domain.programmes.criteria import Criteria
from tests.apps import chosen
from tests.conftest import AT, CLERK
from tests.people import signed_in

pytestmark = pytest.mark.django_db
START = date(2023, 12, 1)


@pytest.fixture
def cohort(home, tmp_path) -> Cohort:
    """Three places to be matched, and five officials."""
    chosen.imported_district(home, tmp_path)
    Area.objects.update(provisional=False)
    run = chosen.published(home)
    programme = services.open_programme(
        CLERK, "zl", "治理书记", at=AT, criteria=Criteria(choose=3, compare=0)
    )
    selection = services.make_selection(CLERK, "zl", run.run_id, at=AT, home=home)
    for number in range(1, 6):
        services.enter_official(CLERK, f"D{number}", f"第{number}样例", "区某局", at=AT)
    return services.open_cohort(CLERK, programme, at=AT, planned_start=START, selection=selection)


def sent(code, place, day=START):
    """A term that stands beside the cohort."""
    other = services.open_programme(CLERK, f"qt{code.lower()}", "其他", at=AT)
    beside = services.open_cohort(CLERK, other, 1, at=AT)
    official = selectors.official_by_code(code)
    return terms.plan_term(CLERK, beside, official, chosen.code_of(place), day, at=AT)


def confirmed(cohort):
    services.propose_pairs(CLERK, "zl", 1, at=AT)
    services.confirm_pairs(CLERK, "zl", 1, at=AT, reason="有人在任")
    cohort.refresh_from_db()
    return {pair.area_name: pair.official.code for pair in selectors.confirmed_pairs(cohort)}


def test_every_confirmed_pair_gets_a_term_with_the_baseline_it_was_chosen_on(cohort, home):
    pairs = confirmed(cohort)
    plan = terms.plan_cohort(CLERK, cohort, START, at=AT, home=home)
    assert not plan.left
    made = {term.area_name: term.official.code for term in Term.objects.all()}
    assert made == pairs
    assert len(pairs) == 3
    assert {term.baseline["run"] for term in plan.made} == {cohort.selection.run.run_id}
    with pytest.raises(Refused) as refusal:
        terms.plan_cohort(CLERK, cohort, START, at=AT, home=home)
    assert refusal.value.code == "term.nothing_to_plan"


def test_whoever_is_on_post_is_not_matched_and_where_somebody_is_nobody_is_sent(cohort):
    sent("D1", "柳岸三社区")
    sent("D2", "青禾一社区", date(2023, 8, 1))
    sent("D3", "柳岸二社区", date(2025, 1, 1))
    called_off = sent("D4", "青禾二社区")
    terms.call_off(CLERK, called_off.number, at=AT, reason="改派")
    pairs = confirmed(cohort)
    assert set(pairs) == {"青禾二社区", "青禾三社区"}
    assert not {"D1", "D2"} & set(pairs.values())


def test_somebody_on_post_is_not_sent_by_hand_either_and_the_page_says_who_is_left_out(cohort):
    sent("D1", "柳岸三社区")
    sent("D2", "青禾一社区")
    services.propose_pairs(CLERK, "zl", 1, at=AT)
    with pytest.raises(Refused) as refusal:
        services.change_pair(
            CLERK, "zl", 1, chosen.code_of("青禾二社区"), "D1", at=AT, reason="熟悉"
        )
    assert "pairs.barred_sent" in {each.code for each in refusal.value.detail["faults"]}
    page = signed_in("组织部样例", "organisation_department").get("/programmes/zl/cohorts/1/")
    said = page.content.decode()
    assert "已有人在任" in said
    assert said.count("青禾一社区") == 1


def test_a_pair_that_cannot_go_costs_no_other(cohort, home):
    """Somebody was sent elsewhere after the pairs were confirmed, which cannot be undone."""
    pairs = confirmed(cohort)
    place, code = next(iter(pairs.items()))
    sent(code, "柳岸三社区")
    plan = terms.plan_cohort(CLERK, cohort, START, at=AT, home=home)
    assert [(name, why.code) for name, why in plan.left] == [(place, "term.official_taken")]
    assert {term.area_name for term in plan.made} == set(pairs) - {place}
    free = next(f"D{number}" for number in range(1, 6) if f"D{number}" not in pairs.values())
    official = selectors.official_by_code(free)
    by_hand = terms.plan_term(CLERK, cohort, official, chosen.code_of(place), START, at=AT)
    assert by_hand.number == "zl-1-003"
    with pytest.raises(Refused) as refusal:
        terms.plan_cohort(CLERK, cohort, START, at=AT, home=home)
    assert refusal.value.code == "term.nothing_to_plan"


def test_the_page_says_which_places_are_left(cohort):
    pairs = confirmed(cohort)
    place, code = next(iter(pairs.items()))
    sent(code, "柳岸三社区")
    organiser = signed_in("组织部样例", "organisation_department")
    page = organiser.get("/programmes/zl/cohorts/1/").content.decode()
    way = "/terms/new/?cohort=zl+1&amp;planned_start=2023-12-01"
    assert f'href="{way}"' in page
    form = organiser.get(way.replace("&amp;", "&")).context["cohort_form"]
    assert (form["cohort"].value(), form["planned_start"].value()) == ("zl 1", "2023-12-01")
    said = {"act": "cohort", "cohort": "zl 1", "planned_start": "2023-12-01"}
    answer = organiser.post("/terms/new/", said, follow=True)
    text = answer.content.decode()
    assert "已安排 2 条派驻。" in text
    assert f"{place}还没有安排" in text
    assert "单独安排" in text
