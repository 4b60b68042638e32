"""Complaints out of runs: before and after a project, among adopters, where alike cases gather."""

from collections import Counter
from datetime import date

import pytest

from jieban.apps.assessments import facts
from jieban.apps.assessments import services as assessments
from jieban.apps.cases import services as cases
from jieban.apps.ledger import selectors as ledger
from jieban.apps.practices import services
from jieban.apps.practices.models import ClusterAnswer, Practice, Project
from jieban.apps.practices.selectors import clusters, figures, projects
from jieban.apps.practices.services import Chosen
from jieban.domain.errors import Refused
from jieban.domain.practices.before_after import moved
from jieban.domain.rulebook import schema
from jieban.evaluation import runs
from tests.apps import live, practising
from tests.apps.exports import row, write_export
from tests.conftest import CLERK

pytestmark = pytest.mark.django_db
AT = practising.AT
ROADS, NOISE = "城市管理->市政设施->道路破损", "生态环境->噪声->施工噪声"
MONTHS = [moved("2025-11", number) for number in range(12)]
PLACES = {"A11": "松涛1社区", "A12": "松涛2社区", "A21": "柳岸1社区", "A22": "柳岸2社区"}
OFFICE = practising.actor("全区", practising.RUNNING)


def complaints(place: str, month: int) -> int:
    """How many complaints of roads a place has in a month: A11 halves after the sixth."""
    usual = {"A11": 8, "A12": 5, "A21": 3, "A22": 2}[place]
    return usual // 2 if place == "A11" and month > 5 else usual + month % 2


@pytest.fixture
def computed(home, tmp_path):
    """Twelve months in which every community has complaints, each computed."""
    live.made_up_district()
    rows = []
    for place, name in PLACES.items():
        street = "松涛街道" if place.startswith("A1") else "柳岸街道"
        for number, month in enumerate(MONTHS):
            for each in range(complaints(place, number)):
                rows.append(_row(f"R{place}{number}-{each}", ROADS, street, name, month))
            for each in range(4):
                rows.append(_row(f"N{place}{number}-{each}", NOISE, street, name, month))
    export = write_export(tmp_path / "a.csv", rows)
    cases.import_file(CLERK, export, at=AT, home=home)
    for month in MONTHS:
        folder = facts.current_facts(home)
        made = runs.run(folder, schema.load("beijing-district"), month, home.runs, at=AT)
        assessments.record_run(CLERK, made, at=AT)
    return home


def _row(number, category, street, community, month):
    # The 10th lies within the period that bears the month's name.
    return row(
        number,
        问题分类=category,
        被反映街乡镇=street,
        所在村社区=community,
        主办单位=street,
        创建时间=f"{month}-10 09:00:00",
        办结时间=f"{month}-12 17:00:00",
    )


def test_months_and_places_are_those_of_the_runs(computed):
    it = figures.known(computed)
    assert it.months == tuple(MONTHS)
    found = figures.series(computed, it, ROADS)
    for place in PLACES:
        for number, month in enumerate(MONTHS):
            held = found.places[place][month]
            assert (held.kind, held.received) == (
                complaints(place, number),
                complaints(place, number) + 4,
            )
    streets = figures.series(computed, it, "城市管理", "street")
    assert streets.places["A1"][MONTHS[0]].kind == complaints("A11", 0) + complaints("A12", 0)


def test_complaints_at_a_project_before_and_after(computed):
    project = practising.opened(category=ROADS)
    Project.objects.update(
        started_on=date(2026, 4, 5), claimed_on=date(2026, 6, 25), state="done_claimed"
    )
    found = figures.of_project(computed, Project.objects.get(pk=project.pk))
    # 25 June lies in the period of July.
    assert (found.month_from, found.month_to) == ("2026-04", "2026-07")
    half = found.windows[0]
    before = [month for month in MONTHS if month < "2026-04"][-6:]
    after = [month for month in MONTHS if month > "2026-07"][:6]
    assert half.months_before == tuple(before)
    assert half.before.kind == sum(complaints("A11", MONTHS.index(month)) for month in before)
    assert half.after.kind == sum(complaints("A11", MONTHS.index(month)) for month in after)
    assert (half.before.place_months, half.after.place_months) == (len(before), len(after))
    assert not found.official


def test_a_project_without_a_run_or_a_day_has_no_figures(home):
    live.made_up_district()
    project = practising.opened()
    assert figures.of_project(home, project) is None


def test_adopters_and_others_are_counted_in_the_same_months(computed):
    practice = practising.published(category=ROADS)
    Practice.objects.update(category=ROADS)
    services.adopt(OFFICE, practice.pk, "A11", at=AT, on=date(2026, 4, 10))
    services.adopt(OFFICE, practice.pk, "A21", at=AT, on=date(2026, 5, 10))
    practice.refresh_from_db()
    window = figures.of_practice(computed, practice).windows[0]
    own, others = Counter(), Counter()
    for place, month in (("A11", "2026-04"), ("A21", "2026-05")):
        at = MONTHS.index(month)
        spans = {"before": MONTHS[max(0, at - 6) : at], "after": MONTHS[at + 1 : at + 7]}
        for half, months in spans.items():
            for each in months:
                own[half] += complaints(place, MONTHS.index(each))
                others[half] += sum(
                    complaints(other, MONTHS.index(each)) for other in ("A12", "A22")
                )
    assert (window.own.before.kind, window.own.after.kind) == (own["before"], own["after"])
    assert (window.others.before.kind, window.others.after.kind) == (
        others["before"],
        others["after"],
    )
    assert {line.other_places for line in window.lines} == {2}


def test_who_gave_it_up_again_stays_in_the_figures(computed):
    practice = practising.published(category=ROADS)
    Practice.objects.update(category=ROADS)
    made = services.adopt(OFFICE, practice.pk, "A11", at=AT, on=date(2026, 4, 10))
    practice.refresh_from_db()
    before = figures.of_practice(computed, practice)
    services.end_adoption(OFFICE, practice.pk, made.pk, at=AT, reason="不合适")
    assert figures.of_practice(computed, practice) == before


# --- clusters -----------------------------------------------------------------------------


def chosen(**said):
    return Chosen(**{"area": "A11", "category": ROADS, "threshold": 12, **said})


def test_alike_cases_gather_where_there_are_many(computed):
    found = clusters.suggested(OFFICE, computed, threshold=12)
    told = {(each.area.code, each.cluster.category): each.cluster for each in found.found}
    last = MONTHS[-3:]
    for place in PLACES:
        count = sum(complaints(place, MONTHS.index(month)) for month in last)
        assert ((place, ROADS) in told) is (count >= 12)
    it = told["A12", ROADS]
    assert it.by_month == tuple(complaints("A12", MONTHS.index(month)) for month in last)
    assert it.earlier == sum(complaints("A12", number) for number in range(6, 9))
    streets = clusters.suggested(OFFICE, computed, level="street", threshold=12)
    assert {each.area.code for each in streets.found} == {"A1", "A2"}


def test_one_sees_the_gathering_within_ones_reach(computed):
    found = clusters.suggested(practising.OTHER_STREET, computed, threshold=6)
    assert {each.area.code for each in found.found} == {"A21", "A22"}
    assert not clusters.suggested(practising.READER, computed, threshold=1).found


def test_one_press_makes_a_project_with_its_cases(computed):
    project = services.project_from_cluster(OFFICE, chosen(), at=AT, home=computed)
    numbers = projects.linked_cases(OFFICE, project).numbers
    last = range(len(MONTHS) - 3, len(MONTHS))
    assert set(numbers) == {
        f"RA11{number}-{each}" for number in last for each in range(complaints("A11", number))
    }
    assert (project.category, project.area.code) == (ROADS, "A11")
    told = clusters.suggested(OFFICE, computed, threshold=12).found
    assert ("A11", ROADS) not in {(each.area.code, each.cluster.category) for each in told}
    with pytest.raises(Refused) as caught:
        services.project_from_cluster(OFFICE, chosen(), at=AT, home=computed)
    assert caught.value.code == "cluster.answered"
    assert all(wrong is None for _, wrong in ledger.differing("project"))


def test_one_press_begins_the_draft_of_a_practice(computed):
    practice = services.practice_from_cluster(OFFICE, chosen(), at=AT, home=computed)
    draft = practice.versions.get()
    count = sum(complaints("A11", number) for number in range(9, 12))
    assert (draft.state, draft.evidence) == ("draft", f"2026-08 至 2026-10 共 {count} 件")
    with pytest.raises(Refused) as caught:
        services.move_practice(OFFICE, practice.pk, "submit", at=AT)
    assert caught.value.code == "practice.words_missing"
    assert ClusterAnswer.objects.get().practice == practice


def test_a_no_needs_a_reason_and_is_remembered(computed):
    dismiss = services.dismiss_cluster
    with pytest.raises(Refused) as caught:
        dismiss(OFFICE, chosen(), at=AT, home=computed, reason=" ")
    assert caught.value.code == "project.reason_missing"
    made = dismiss(OFFICE, chosen(), at=AT, home=computed, reason="道路大修已列入计划")
    event = ledger.events_of("cluster", str(made.pk)).get()
    assert (event.reason, event.body["answer"]) == ("道路大修已列入计划", "dismissed")
    lower = clusters.suggested(OFFICE, computed, threshold=2).found
    assert ("A11", ROADS) not in {(each.area.code, each.cluster.category) for each in lower}


@pytest.mark.parametrize(
    ("one", "code"),
    [
        (practising.OTHER_STREET, "practice.area_not_found"),
        (practising.READER, "actor.not_permitted"),
    ],
)
def test_nobody_answers_for_a_place_that_is_not_theirs(computed, one, code):
    for act, more in (
        (services.project_from_cluster, {}),
        (services.practice_from_cluster, {}),
        (services.dismiss_cluster, {"reason": "不"}),
    ):
        with pytest.raises(Refused) as caught:
            act(one, chosen(), at=AT, home=computed, **more)
        assert caught.value.code == code
    assert not ClusterAnswer.objects.exists()


def test_what_is_no_cluster_is_not_taken_up(computed):
    for wrong in (chosen(threshold=9999), chosen(category="没有->这类"), chosen(area="A1")):
        with pytest.raises(Refused) as caught:
            services.project_from_cluster(OFFICE, wrong, at=AT, home=computed)
        assert caught.value.code == "cluster.not_found"


def test_only_cases_one_may_see_come_with_a_project(computed):
    blind = practising.actor("不看工单", practising.RUNNING - {"case.see"})
    project = services.project_from_cluster(blind, chosen(), at=AT, home=computed)
    assert projects.linked_cases(OFFICE, project).numbers == []
