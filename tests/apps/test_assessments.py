"""From facts to a published run: review, appeals, a second version."""

from datetime import timedelta

import pytest

from jieban.apps.assessments import facts, selectors, services
from jieban.apps.assessments.models import Run
from jieban.apps.cases import services as cases
from jieban.apps.ledger.models import Event
from jieban.domain.assessments.publication import State
from jieban.domain.errors import Refused
from jieban.domain.rulebook import schema
from jieban.evaluation import runs
from tests.apps.exports import row, write_export
from tests.conftest import AT, CLERK, SECOND

pytestmark = pytest.mark.django_db

PERIOD = "2023-10"


@pytest.fixture
def imported(home, tmp_path):
    rows = [row(f"A{number}", 是否解决="否" if number % 4 == 0 else "是") for number in range(24)]
    rows.append(row("B1", 主办单位="区城管执法局"))
    cases.import_file(CLERK, write_export(tmp_path / "a.csv", rows), at=AT, home=home)
    return home


def compute(home, at=AT) -> Run:
    folder = facts.current_facts(home)
    made = runs.run(folder, schema.load("beijing-district"), PERIOD, home.runs, at=at)
    return services.record_run(CLERK, made, at=at)


def refused(code, act, *arguments, **keywords):
    with pytest.raises(Refused) as refusal:
        act(*arguments, **keywords)
    assert refusal.value.code == code
    assert refusal.value.message("zh")
    assert refusal.value.message("en")


def appeal(home, run, number="A4", **changes):
    unit = selectors.figures(home, run.run_id).level("unit")
    codes = {each.name: each.id for each in unit}
    given = {
        "number": number,
        "unit": codes["青禾街道"],
        "ground": "unreasonable_demand",
        "evidence": "诉求超出规划，已两次上门说明，附记录。",
        "at": AT + timedelta(hours=1),
        "home": home,
    }
    return services.raise_appeal(SECOND, run.run_id, **(given | changes))


def test_facts_are_rebuilt_only_after_something_happened(imported, tmp_path):
    first = facts.current_facts(imported)
    assert facts.is_current(imported)
    compute(imported)
    assert facts.is_current(imported), "a run is no reason to rebuild"

    more = write_export(tmp_path / "b.csv", [row("C1")])
    cases.import_file(CLERK, more, at=AT, home=imported)
    assert not facts.is_current(imported)
    assert facts.current_facts(imported).digest != first.digest


def test_a_case_of_two_units_counts_once_for_its_place(home, tmp_path):
    rows = [
        row("A1", 主办单位="区城管执法局", 工单性质="双派"),
        row("A1"),
        row("A2", 工单性质="协办"),
    ]
    cases.import_file(CLERK, write_export(tmp_path / "a.csv", rows), at=AT, home=home)
    run = selectors.figures(home, compute(home).run_id)
    assert {each.name: each.counts["received"] for each in run.level("unit")} == {
        "青禾街道": 1,
        "区城管执法局": 1,
    }
    assert [each.counts["received"] for each in run.level("community")] == [1]


def test_the_same_facts_make_the_same_run(imported):
    assert compute(imported).pk == compute(imported).pk
    assert Event.objects.filter(kind="run.computed").count() == 1


def test_a_newer_run_discards_one_nobody_reviewed(imported, tmp_path):
    first = compute(imported)
    more = write_export(tmp_path / "b.csv", [row("C1")])
    cases.import_file(CLERK, more, at=AT, home=imported)
    second = compute(imported)
    first.refresh_from_db()
    assert (first.state, second.state) == (State.DISCARDED, State.COMPUTED)
    assert (first.version, second.version) == (1, 1)


def test_nothing_is_published_before_review_and_appeals(imported):
    run = compute(imported)
    late = AT + timedelta(days=30)
    refused("run.not_reviewed", services.publish_run, CLERK, run.run_id, at=late, home=imported)
    services.review_run(CLERK, run.run_id, at=AT)
    refused("run.no_appeal_window", services.publish_run, CLERK, run.run_id, at=AT, home=imported)
    services.open_appeals(CLERK, run.run_id, at=AT, home=imported)
    refused("run.window_still_open", services.publish_run, CLERK, run.run_id, at=AT, home=imported)
    done = services.publish_run(CLERK, run.run_id, at=late, home=imported)
    assert done.state == State.PUBLISHED
    event = Event.objects.get(kind="run.published")
    assert (event.subject_id, event.body["version"]) == (run.run_id, 1)
    assert len(event.body["manifest"]) == 64


def test_an_appeal_granted_by_a_second_person_makes_version_two(imported):
    first = compute(imported)
    services.review_run(CLERK, first.run_id, at=AT)
    services.open_appeals(CLERK, first.run_id, at=AT, home=imported)
    raised = appeal(imported, first)

    later = AT + timedelta(days=1)
    refused(
        "appeal.same_person",
        services.decide_appeal,
        SECOND,
        raised.pk,
        granted=True,
        reason="同意",
        at=later,
    )
    services.decide_appeal(CLERK, raised.pk, granted=True, reason="材料属实", at=later)
    services.close_appeals(CLERK, first.run_id, at=later, reason="各单位已确认无其他申诉")
    refused(
        "run.appeals_not_in_run",
        services.publish_run,
        CLERK,
        first.run_id,
        at=later + timedelta(days=1),
        home=imported,
    )

    second = compute(imported, at=later + timedelta(hours=1))
    assert second.version == 2
    refused("run.because_missing", services.review_run, CLERK, second.run_id, at=later)
    services.review_run(CLERK, second.run_id, at=later, because="申诉成立 1 件")
    services.publish_run(CLERK, second.run_id, at=later + timedelta(days=1), home=imported)

    afterwards = later + timedelta(days=2)
    refused(
        "run.newer_published",
        services.publish_run,
        CLERK,
        first.run_id,
        at=afterwards,
        home=imported,
    )

    before = {each.name: each for each in selectors.figures(imported, first.run_id).level("unit")}
    after = {each.name: each for each in selectors.figures(imported, second.run_id).level("unit")}
    was, now = before["青禾街道"], after["青禾街道"]
    assert now.counts["received"] == was.counts["received"]
    assert now.counts["valid"] == was.counts["valid"] - 1
    assert now.counts["excluded"] == was.counts["excluded"] + 1
    assert now.score > was.score
    assert now.raw_score == was.raw_score == was.score


def test_a_refused_appeal_changes_no_figure(imported):
    run = compute(imported)
    services.review_run(CLERK, run.run_id, at=AT)
    services.open_appeals(CLERK, run.run_id, at=AT, home=imported)
    raised = appeal(imported, run)
    refused("run.window_still_open", services.publish_run, CLERK, run.run_id, at=AT, home=imported)
    services.close_appeals(CLERK, run.run_id, at=AT + timedelta(hours=2), reason="提前截止")
    late = AT + timedelta(days=9)
    refused(
        "run.appeals_undecided", services.publish_run, CLERK, run.run_id, at=late, home=imported
    )
    services.decide_appeal(CLERK, raised.pk, granted=False, reason="未见依据", at=late)
    assert compute(imported).pk == run.pk
    services.publish_run(CLERK, run.run_id, at=late, home=imported)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ground": "bad_weather"}, "appeal.ground_unknown"),
        ({"evidence": "  "}, "appeal.evidence_missing"),
        ({"number": "nothing"}, "case.not_found"),
        ({"at": AT + timedelta(days=30)}, "appeal.window_not_open"),
        ({"file": ("big.pdf", b"0" * (10 * 2**20 + 1))}, "appeal.file_too_large"),
    ],
)
def test_an_appeal_that_may_not_be_raised_is_refused_in_words(imported, changes, code):
    run = compute(imported)
    services.review_run(CLERK, run.run_id, at=AT)
    services.open_appeals(CLERK, run.run_id, at=AT, home=imported)
    refused(code, appeal, imported, run, **changes)


def test_one_fact_is_appealed_once_and_only_its_raiser_withdraws(imported):
    run = compute(imported)
    services.review_run(CLERK, run.run_id, at=AT)
    services.open_appeals(CLERK, run.run_id, at=AT, home=imported)
    raised = appeal(imported, run)
    refused("appeal.already_raised", appeal, imported, run)
    refused("appeal.not_yours", services.withdraw_appeal, CLERK, raised.pk, at=AT)
    services.withdraw_appeal(SECOND, raised.pk, at=AT)
    assert appeal(imported, run).state == "raised"


def test_evidence_is_sealed(imported):
    run = compute(imported)
    services.review_run(CLERK, run.run_id, at=AT)
    services.open_appeals(CLERK, run.run_id, at=AT, home=imported)
    raised = appeal(imported, run, file=("记录.txt", "上门记录".encode()))
    raised.refresh_from_db()
    assert "上门".encode() not in bytes(raised.evidence) + bytes(raised.file)


def test_a_published_run_is_verified_against_its_facts(imported):
    run = compute(imported)
    kept = selectors.figures(imported, run.run_id)
    assert runs.verify(kept, kept.facts(imported.facts)) is None


def test_a_later_month_leaves_a_run_what_it_was(imported, tmp_path):
    run = compute(imported)
    later = [row("N1", 创建时间="2023-10-25 09:00:00", 办结时间="2023-10-26 09:00:00")]
    cases.import_file(CLERK, write_export(tmp_path / "b.csv", later), at=AT, home=imported)
    assert compute(imported).pk == run.pk
