"""The table of moves: what is in it is allowed, everything else is refused, replay agrees."""

import random
from datetime import date

import pytest

from jieban.domain.cases.lifecycle import (
    ENQUIRY_ONLY,
    MOVES,
    State,
    decide,
    moves_from,
    replay,
)
from jieban.domain.cases.numbers import case_number, is_case_number
from jieban.domain.errors import Refused
from jieban.domain.permissions import PERMISSIONS

SEQUENCES = 50_000


@pytest.mark.parametrize("state", [None, *State])
@pytest.mark.parametrize("kind", ["request", "enquiry"])
def test_every_move_outside_the_table_is_refused(state, kind):
    for name in MOVES.keys() - set(moves_from(state, kind)):
        with pytest.raises(Refused) as caught:
            decide(state, name, kind=kind, reason="原因")
        assert caught.value.code == "case.move_not_allowed"
        assert caught.value.detail["allowed"] == list(moves_from(state, kind))


@pytest.mark.parametrize("name", [name for name, move in MOVES.items() if move.reason])
def test_a_move_that_demands_a_reason_is_refused_without(name):
    state = next(iter(MOVES[name].from_))
    with pytest.raises(Refused) as caught:
        decide(state, name, reason="  ")
    assert caught.value.code == "case.reason_missing"


def test_every_move_names_a_permission_that_exists_and_an_event_of_its_own():
    assert {move.permission for move in MOVES.values()} <= PERMISSIONS.keys()
    assert len({move.past for move in MOVES.values()}) == len(MOVES)


def test_only_an_enquiry_is_answered_by_who_took_it():
    assert ENQUIRY_ONLY & set(moves_from(State.RECEIVED, "enquiry"))
    assert not ENQUIRY_ONLY & set(moves_from(State.RECEIVED, "request"))


def test_random_sequences_never_leave_the_table_and_replay_to_where_they_stand():
    draw = random.Random(20231030)
    names = list(MOVES)
    for _ in range(SEQUENCES):
        kind = draw.choice(("request", "request", "enquiry"))
        state, pasts = None, []
        for name in draw.choices(names, k=6):
            try:
                move = decide(state, name, kind=kind, reason=draw.choice(("", "原因")))
            except Refused:
                continue
            assert state in move.from_ if state else not move.from_
            state = move.to
            pasts.append(move.past)
            if draw.random() < 0.2:
                pasts.append("urged")
        assert replay(pasts, kind) == state


def test_events_that_the_table_did_not_make_are_found_by_replay():
    with pytest.raises(Refused):
        replay(["received", "answered"])


@pytest.mark.parametrize("serial", [1, 17, 999_999, 1_000_000, 98_765_432])
def test_a_number_is_known_again_and_every_wrong_digit_is_found(serial):
    number = case_number(date(2023, 10, 30), serial)
    assert is_case_number(number)
    for place, sign in enumerate(number):
        if sign.isdigit():
            for other in set("0123456789") - {sign}:
                assert not is_case_number(number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize(
    "text", ["", "JB", "JB20231030-1-2", "12345", "JB２０231030-000017-4", "x" * 99]
)
def test_what_is_no_number_is_none(text):
    assert not is_case_number(text)
