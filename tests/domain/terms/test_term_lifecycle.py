"""What a term may become, and what each step demands."""

from datetime import date

import pytest

from jieban.domain.errors import Refused
from jieban.domain.terms import rules
from jieban.domain.terms.lifecycle import (
    MOVES,
    PAST,
    State,
    decide,
    moves_from,
    replay,
    review_of,
)
from jieban.domain.terms.selfreliance import Answered, Who, by_month, check_definition, definition

TABLE = {
    None: ("plan",),
    State.PLANNED: ("call_off", "arrive"),
    State.ARRIVED: ("begin", "open_review"),
    State.SERVING: ("open_review",),
    State.UNDER_REVIEW: ("extend", "end"),
    State.EXTENDED: ("open_final_review",),
    State.FINAL_REVIEW: ("extend", "end"),
    State.ENDED: (),
    State.CALLED_OFF: (),
}
DAY = date(2023, 3, 16)


@pytest.mark.parametrize("state", [None, *State])
def test_the_table_is_what_it_is_and_every_other_move_is_refused(state):
    assert moves_from(state) == TABLE[state]
    for name in MOVES.keys() - set(TABLE[state]):
        with pytest.raises(Refused) as refusal:
            decide(state, name, reason="原因")
        assert refusal.value.code == "term.move_not_allowed"


def test_a_decision_and_taking_a_plan_back_need_a_reason():
    for name, move in MOVES.items():
        state = next(iter(move.from_), None)
        if move.reason:
            with pytest.raises(Refused) as refusal:
                decide(state, name, reason=" ")
            assert refusal.value.code == "term.reason_missing"
        else:
            assert decide(state, name) is move
    assert {name for name, move in MOVES.items() if move.reason} == {"call_off", "extend", "end"}


def test_a_whole_term_replays_and_one_that_skips_a_step_does_not():
    path = ["planned", "problem_entered", "arrived", "began", "week_logged", "review_opened"]
    assert replay([*path, "ended", "looked_back"]) is State.ENDED
    longer = [*path, "extended", "reminded", "final_review_opened", "ended"]
    assert replay(longer) is State.ENDED
    assert replay(["planned", State.SERVING, "review_opened"]) is State.UNDER_REVIEW
    with pytest.raises(Refused):
        replay(["planned", "began"])
    assert set(PAST) == {move.past for move in MOVES.values()}


def test_each_running_state_knows_the_review_that_follows():
    assert [review_of(state) for state in State] == [
        "",
        "open_review",
        "open_review",
        "",
        "open_final_review",
        "",
        "",
        "",
    ]


def arrival(**changes):
    told = {"has_baseline": True, "problems": 1, "arrived_on": DAY, "today": DAY}
    rules.check_arrival(**(told | changes))


def hand_over(**changes):
    told = {"before": "G1", "after": "G2", "on": DAY, "arrived_on": DAY, "today": DAY}
    rules.check_hand_over(**(told | {"items": ["钥匙"]} | changes))


@pytest.mark.parametrize(
    ("code", "act"),
    [
        ("term.baseline_missing", lambda: arrival(has_baseline=False)),
        ("term.problems_missing", lambda: arrival(problems=0)),
        ("term.arrival_in_future", lambda: arrival(today=date(2023, 3, 15))),
        (
            "term.extension_without_problems",
            lambda: rules.check_extension([], [1], extensions=0, most=1),
        ),
        (
            "term.extension_without_problems",
            lambda: rules.check_extension([], [], extensions=0, most=1),
        ),
        ("term.problem_not_open", lambda: rules.check_extension([2], [1], extensions=0, most=1)),
        ("term.extensions_used", lambda: rules.check_extension([1], [1], extensions=1, most=1)),
        ("term.extensions_used", lambda: rules.check_extension([1], [1], extensions=0, most=0)),
        ("term.problems_open", lambda: rules.check_end([1], exception=" ")),
        ("term.exception_needless", lambda: rules.check_end([], exception="因故")),
        ("term.same_person", lambda: rules.check_approval(asked_by="a", approved_by="a")),
        ("term.same_official", lambda: hand_over(after="G1")),
        ("term.hand_over_day", lambda: hand_over(on=date(2023, 3, 15))),
        ("term.hand_over_day", lambda: hand_over(on=date(2023, 3, 17))),
        ("term.hand_over_empty", lambda: hand_over(items=[" "])),
        ("term.problem_state", lambda: rules.check_problem("solved", "solved", proof="照片")),
        ("term.problem_state", lambda: rules.check_problem("open", "open")),
        ("term.problem_state", lambda: rules.check_problem("open", "gone")),
        ("term.proof_missing", lambda: rules.check_problem("open", "solved")),
        ("term.hand_on_to_missing", lambda: rules.check_problem("open", "handed_on", to=" ")),
        ("term.index_fixed", lambda: check_definition(arrived_on=DAY)),
        ("term.index_empty", lambda: definition([], 6, 12)),
        ("term.index_measure_unknown", lambda: definition(["happiness"], 6, 12)),
        ("term.index_months", lambda: definition(["own_share"], 0, 12)),
        ("term.index_months", lambda: definition(["own_share"], 6, 25)),
    ],
)
def test_what_is_refused_has_its_code_and_its_words(code, act):
    with pytest.raises(Refused) as refusal:
        act()
    assert refusal.value.code == code
    assert refusal.value.message("zh")
    assert refusal.value.message("en")


def test_what_is_allowed_passes():
    arrival()
    hand_over()
    rules.check_extension([1], [1, 2], extensions=0, most=1)
    rules.check_extension([1], [1], extensions=1, most=2)
    assert rules.check_end([], exception="") is False
    assert rules.check_end([3], exception="整体拆迁") is True
    rules.check_approval(asked_by="a", approved_by="b")
    rules.check_problem("solved", "open")
    check_definition(arrived_on=None)


def test_a_definition_keeps_the_usual_order():
    made = definition(["reopen_rate", "own_share"], 6, 12)
    assert made.measures == ("own_share", "reopen_rate")


def test_the_share_is_over_answers_whose_answerer_is_known():
    answers = [
        Answered("2023-03", Who.OWN, "a"),
        Answered("2023-03", Who.OWN, "a"),
        Answered("2023-03", Who.OWN, "b"),
        Answered("2023-03", Who.SENT, "s"),
        Answered("2023-03", Who.OTHER, "o"),
        Answered("2023-03", Who.UNKNOWN, "?"),
        Answered("2022-01", Who.OWN, "a"),
    ]
    march, april = by_month(answers, ["2023-03", "2023-04"])
    assert (march.answered, march.known, march.own, march.people) == (6, 5, 3, 2)
    assert (april.answered, april.known, april.own, april.people) == (0, 0, 0, 0)
