"""Cases handled here become facts like imported ones."""

from datetime import timedelta

import pytest

from jieban.apps.assessments import facts
from jieban.apps.cases import services
from jieban.apps.followups import services as followups
from jieban.domain.followup.answers import Answers, Result
from jieban.evaluation.facts import COLUMNS
from tests.apps import live
from tests.apps.live import AT, CLERK, REVIEWER, STREET

pytestmark = pytest.mark.django_db
NAMES = [column.name for column in COLUMNS]
CALLER = live.actor("回访员", frozenset(("case.see", "follow_up.record")))
GOOD = Answers(Result.REACHED, contacted=True, resolved=True, satisfaction="satisfied")
BAD = Answers(Result.REACHED, contacted=True, resolved=False, satisfaction="dissatisfied")


@pytest.fixture(autouse=True)
def district(home):
    live.made_up_district()


def rows_of(home) -> list[dict]:
    built = facts.build_facts(home)
    return sorted(
        (row for part in built.parts for row in built.read(part, NAMES).to_pylist()),
        key=lambda row: (row["case_number"], row["received_at"], row["unit_id"] or ""),
    )


def test_a_share_that_was_answered_and_called_back_is_a_fact(home):
    case = live.answered()
    followups.record_follow_up(CALLER, case.number, GOOD, at=AT + timedelta(days=1))
    (row,) = rows_of(home)
    assert row["case_number"] == case.number
    assert (row["area_id"], row["unit_id"], row["role"]) == ("A11", "U1", "lead")
    assert (row["valid"], row["resolved"], row["satisfaction"]) == (True, True, "satisfied")
    assert row["closed_at"] == AT + timedelta(hours=5)
    assert row["on_time"] is True
    assert row["counts_for_area"] is True


def test_both_dual_units_are_facts_and_a_joint_one_is_none(home):
    live.dispatched(dual=("U9",), joint=("U8",))
    rows = rows_of(home)
    assert [(row["unit_id"], row["counts_for_area"]) for row in rows] == [
        ("U1", True),
        ("U9", False),
    ]


def test_who_sent_a_case_back_is_not_assessed_for_it(home):
    case = live.dispatched()
    services.return_case(STREET, case.number, at=AT, reason="应由供热中心办理")
    (row,) = rows_of(home)
    assert (row["unit_id"], row["returns"]) == (None, 1)
    services.dispatch_case(CLERK, case.number, "U9", at=AT)
    (row,) = rows_of(home)
    assert row["unit_id"] == "U9"


def test_an_excluded_a_held_and_a_merged_case_say_so(home):
    first, second = live.accepted(), live.dispatched()
    asked = services.ask_request(
        STREET, first.number, "exclusion", at=AT, reason="x", terms={"ground": "force_majeure"}
    )
    services.decide_request(REVIEWER, asked.pk, granted=True, at=AT)
    services.merge_case(CLERK, second.number, first.number, at=AT, reason="同一件事")
    assert [row["excluded_ground"] for row in rows_of(home)] == ["force_majeure", "duplicate"]


def reopened(days: int) -> str:
    case = live.answered()
    followups.record_follow_up(CALLER, case.number, BAD, at=AT + timedelta(days=days))
    later = AT + timedelta(days=days, hours=1)
    services.accept_case(STREET, case.number, at=later)
    services.answer_case(STREET, case.number, at=later, text="修好了")
    followups.record_follow_up(CALLER, case.number, GOOD, at=later + timedelta(hours=1))
    return case.number


def test_reopened_in_the_same_period_is_one_fact_and_the_last_call_back_counts(home):
    reopened(2)
    (row,) = rows_of(home)
    assert (row["resolved"], row["passes"], row["counts_for_area"]) == (True, 2, True)


def test_reopened_in_a_later_period_is_a_second_fact_that_the_area_does_not_count(home):
    reopened(30)
    first, second = rows_of(home)
    assert (first["resolved"], first["passes"], first["counts_for_area"]) == (False, 1, True)
    assert (second["resolved"], second["passes"], second["counts_for_area"]) == (True, 2, False)
    assert second["received_at"] == AT + timedelta(days=30)


def test_facts_are_no_longer_current_after_a_move(home):
    case = live.dispatched()
    facts.build_facts(home)
    assert facts.is_current(home)
    services.accept_case(STREET, case.number, at=AT)
    assert not facts.is_current(home)


def test_an_enquiry_is_a_fact_without_a_unit(home):
    case = live.received(kind="enquiry")
    services.reply_enquiry(CLERK, case.number, at=AT + timedelta(minutes=3), text="可以")
    (row,) = rows_of(home)
    assert (row["kind"], row["unit_id"], row["closed_at"]) == (
        "enquiry",
        None,
        AT + timedelta(minutes=3),
    )
