"""How a task moves: every state with every move, and who is kept from which."""

from dataclasses import replace
from datetime import date

import pytest

from jieban.domain.errors import Refused
from jieban.domain.rectification.tasks import (
    ANSWERS,
    CRITERIA,
    DONE,
    MOVES,
    UNDER_WAY,
    WAITING,
    WORKING,
    Person,
    Standing,
    State,
    check_answers,
    decide,
    moves_of,
    replay,
    signing_unit,
)

TODAY = date(2026, 11, 2)
ANYBODY = Person("p", frozenset(("UE",)))
REACHED = {
    "not_started": {"start": "under_way", "take_over": "signed_off"},
    "under_way": {"part": "partly_done", "claim": "claimed", "take_over": "signed_off"},
    "partly_done": {"go_on": "under_way", "claim": "claimed", "take_over": "signed_off"},
    "claimed": {
        "withdraw": "under_way",
        "check": "checked",
        "send_back": "under_way",
        "take_over": "signed_off",
        "reopen": "under_way",
    },
    "checked": {
        "send_back": "under_way",
        "announce": "on_notice",
        "sign": "signed_off",
        "reopen": "under_way",
    },
    "on_notice": {"uphold": "under_way", "sign": "signed_off", "reopen": "under_way"},
    "signed_off": {"reopen": "under_way"},
}
JUDGING = ("check", "send_back", "uphold", "sign", "take_over", "reopen")


def standing(state: str = "checked", **said) -> Standing:
    usual = {
        "state": State(state),
        "units": frozenset(("U1", "U9")),
        "signer": "UE",
        "worked": frozenset(("worker",)),
        "checked_by": frozenset(("checker",)),
        "brought_by": "importer",
        "evidence": 1,
        "needs_notice": state == "on_notice",
    }
    return Standing(**{**usual, **said})


def tried(held: Standing, name: str, by: Person = ANYBODY, **said):
    return decide(held, name, by=by, today=TODAY, **{"reason": "有据", "paper": "文号", **said})


def code_of(held: Standing, name: str, by: Person = ANYBODY, **said) -> str:
    with pytest.raises(Refused) as caught:
        tried(held, name, by, **said)
    return caught.value.code


@pytest.mark.parametrize("state", [state.value for state in State])
@pytest.mark.parametrize("name", MOVES)
def test_every_state_with_every_move(state, name):
    held = standing(state, needs_notice=name == "announce" or state == "on_notice")
    if name in REACHED[state]:
        assert tried(held, name).to.value == REACHED[state][name]
    else:
        assert code_of(held, name) == "task.move_not_allowed"
    assert (name in moves_of(held, ANYBODY)) == (name in REACHED[state])


def test_states_are_done_or_under_way_and_each_is_somebodys_turn():
    assert frozenset(State) == DONE | UNDER_WAY
    assert not DONE & UNDER_WAY
    assert frozenset(State) == WORKING | WAITING | DONE
    assert len(WORKING) + len(WAITING) + len(DONE) == len(State)


def test_a_move_nobody_knows_and_a_reason_nobody_gave():
    assert code_of(standing(), "levitate") == "task.unknown_move"
    for state, name in (
        ("claimed", "withdraw"),
        ("checked", "send_back"),
        ("on_notice", "uphold"),
        ("under_way", "take_over"),
        ("signed_off", "reopen"),
    ):
        assert code_of(standing(state), name, reason="  ") == "task.reason_missing"


def state_for(name: str) -> str:
    return next(state for state, moves in REACHED.items() if name in moves)


@pytest.mark.parametrize("name", JUDGING)
@pytest.mark.parametrize(
    ("by", "code"),
    [
        (Person("q", frozenset(("U1",))), "task.own_work"),
        (Person("q", frozenset(("U9", "U0"))), "task.own_work"),
        # A post of a part of the unit works for the unit too.
        (Person("q", frozenset(("U1-ENV", "U1"))), "task.own_work"),
        (Person("worker", frozenset(("UE",))), "task.worked_on_it"),
        (Person("worker"), "task.worked_on_it"),
    ],
)
def test_nobody_judges_a_task_of_their_own_unit_or_one_they_worked_on(name, by, code):
    held = standing(state_for(name))
    assert code_of(held, name, by) == code
    assert name not in moves_of(held, by)


@pytest.mark.parametrize("name", JUDGING)
@pytest.mark.parametrize("by", [Person("q"), Person("q", frozenset(("UE", "U2")))])
def test_a_post_of_the_district_or_of_another_unit_may_judge(name, by):
    tried(standing(state_for(name)), name, by)


@pytest.mark.parametrize("state", ["checked", "on_notice"])
def test_whoever_checked_does_not_sign(state):
    assert code_of(standing(state), "sign", Person("checker")) == "task.same_person"


def test_whoever_brought_a_task_in_as_done_does_not_take_its_sign_off_over():
    held = standing("under_way")
    assert code_of(held, "take_over", Person("importer")) == "task.brought_it_in"
    assert code_of(held, "take_over", paper="") == "task.paper_missing"
    tried(held, "take_over")


def test_a_claim_needs_its_items_done_and_a_proof():
    by = Person("worker", frozenset(("U1",)))
    assert code_of(standing("under_way", items_open=3), "claim", by) == "task.items_open"
    assert code_of(standing("under_way", evidence=0), "claim", by) == "task.evidence_missing"
    assert tried(standing("under_way"), "claim", by).to is State.CLAIMED


def test_a_sign_off_waits_for_its_notice_and_for_every_objection():
    assert code_of(standing("checked", needs_notice=True), "sign") == "task.notice_missing"
    running = standing("on_notice", notice_until=TODAY)
    assert code_of(running, "sign") == "task.notice_runs"
    past = replace(running, notice_until=date(2026, 11, 1))
    tried(past, "sign")
    assert code_of(replace(past, objections_open=1), "sign") == "task.objections_open"
    assert code_of(standing("checked", needs_notice=False), "announce") == "task.no_notice_here"


def test_what_an_office_outside_signs_off_cites_its_paper():
    held = standing("checked", outside=True)
    assert code_of(held, "sign", paper="") == "task.paper_missing"
    tried(held, "sign", paper="云整〔2026〕1号")


ABOVE = {"UE-1": "UE", "UE": "UG", "UG": ""}


@pytest.mark.parametrize(
    ("office", "units", "wanted"),
    [
        ("UE", {"U1"}, "UE"),
        ("UE", {"UE"}, "UG"),
        ("UE-1", {"UE-1", "UE"}, "UG"),
        ("UE", {"UE", "UG"}, ""),
        ("UG", {"UG"}, ""),
        ("UX", {"UX"}, ""),
    ],
)
def test_where_the_office_is_itself_among_the_units_its_superior_signs(office, units, wanted):
    assert signing_unit(office, units, ABOVE) == wanted


def test_units_that_are_above_each_other_end_with_the_district():
    assert signing_unit("A", {"A", "B"}, {"A": "B", "B": "A"}) == ""


def test_a_check_answers_each_point_and_passes_only_without_a_no():
    yes = dict.fromkeys(reversed(CRITERIA), "yes")
    assert list(check_answers(yes, passed=True)) == list(CRITERIA)
    check_answers(yes | {CRITERIA[3]: "not_applicable"}, passed=True)
    no = yes | {CRITERIA[2]: "no"}
    check_answers(no, passed=False)
    for answers, code in (
        (no, "check_not_passed"),
        (yes | {CRITERIA[0]: ""}, "answer_missing"),
        ({}, "answer_missing"),
        (yes | {CRITERIA[0]: "maybe"}, "answer_unknown"),
    ):
        with pytest.raises(Refused) as caught:
            check_answers(answers, passed=True)
        assert caught.value.code == f"task.{code}"
    assert "maybe" not in ANSWERS


def test_events_fold_into_the_state_and_those_outside_the_table_are_refused():
    way = ["entered", "started", "reported", "claimed", "checked", "announced", "signed_off"]
    assert replay(way) is State.SIGNED_OFF
    assert replay([*way, "looked_back", "reopened"]) is State.UNDER_WAY
    with pytest.raises(Refused):
        replay(["entered", "signed_off"])
