"""How a project moves, who may close it, in which order its steps stand."""

from datetime import date
from itertools import product

import pytest

from jieban.domain.errors import Refused
from jieban.domain.practices.projects import (
    MOVES,
    Acceptance,
    Standing,
    State,
    Votes,
    decide,
    moves_from,
    placed,
    replay,
    shifted,
    votes,
)

DAY, EVE = date(2026, 10, 2), date(2026, 10, 1)
CARRIED, LOST, EVEN = Votes(40, 3, 2), Votes(3, 40), Votes(7, 7)


def standing(state, **said):
    return Standing(State(state), "owner", **said)


@pytest.mark.parametrize(
    ("state", "move", "to"),
    [
        ("planned", "start", "under_way"),
        ("under_way", "claim", "done_claimed"),
        ("done_claimed", "send_back", "under_way"),
        ("planned", "give_up", "given_up"),
        ("under_way", "give_up", "given_up"),
        ("done_claimed", "give_up", "given_up"),
        ("accepted", "reopen", "under_way"),
        ("given_up", "reopen", "under_way"),
    ],
)
def test_a_step_of_the_table_is_taken(state, move, to):
    assert decide(standing(state), move, by="other", reason="理由").to == to


def test_every_step_outside_the_table_is_refused():
    tried = 0
    for state, move in product(State, MOVES):
        if move in moves_from(state):
            continue
        with pytest.raises(Refused) as caught:
            decide(standing(state), move, by="other", reason="理由")
        assert caught.value.code == "project.move_not_allowed"
        tried += 1
    assert tried > 15


@pytest.mark.parametrize(
    ("held", "claimed", "counted", "closes"),
    [
        (DAY, DAY, CARRIED, True),
        (DAY, EVE, CARRIED, True),
        (EVE, DAY, CARRIED, False),
        (DAY, DAY, LOST, False),
        (DAY, DAY, EVEN, False),
    ],
)
def test_only_what_residents_accepted_since_it_was_done_is_closed(held, claimed, counted, closes):
    at = standing("done_claimed", claimed_on=claimed, acceptance=Acceptance(held, counted))
    if closes:
        assert decide(at, "accept", by="owner").to is State.ACCEPTED
        return
    with pytest.raises(Refused) as caught:
        decide(at, "accept", by="other", reason="领导要求")
    assert caught.value.code == "project.not_accepted"


def test_without_any_count_nothing_is_accepted():
    with pytest.raises(Refused) as caught:
        decide(standing("done_claimed", claimed_on=DAY), "accept", by="other")
    assert caught.value.code == "project.not_accepted"


@pytest.mark.parametrize("state", ["planned", "under_way", "done_claimed"])
def test_the_owner_does_not_give_up_the_owners_project(state):
    with pytest.raises(Refused) as caught:
        decide(standing(state), "give_up", by="owner", reason="做不成")
    assert caught.value.code == "project.own_giving_up"


@pytest.mark.parametrize("move", ["send_back", "give_up", "reopen"])
@pytest.mark.parametrize("reason", ["", "  "])
def test_what_undoes_something_needs_a_reason(move, reason):
    state = min(MOVES[move].from_)
    with pytest.raises(Refused) as caught:
        decide(standing(state), move, by="other", reason=reason)
    assert caught.value.code == "project.reason_missing"


def test_nothing_is_done_while_steps_are_open():
    with pytest.raises(Refused) as caught:
        decide(standing("under_way", open_steps=3), "claim", by="owner")
    assert (caught.value.code, caught.value.detail) == ("project.steps_open", {"steps": 3})


@pytest.mark.parametrize("counts", [(0, 0, 0), (-1, 5, 0), (1_000_001, 0, 0), (3, 0, -1)])
def test_counts_that_cannot_be_are_refused(counts):
    with pytest.raises(Refused) as caught:
        votes(*counts)
    assert caught.value.code == "project.votes_wrong"


def test_events_give_the_state_and_others_may_stand_between():
    told = ["opened", "started", "step_done", "claimed", "sent_back", "claimed", "accepted"]
    assert replay(told) is State.ACCEPTED
    with pytest.raises(Refused):
        replay(["opened", "accepted"])


@pytest.mark.parametrize(
    ("after", "order"),
    [
        (None, [9, 1, 2, 3]),
        (1, [1, 9, 2, 3]),
        (3, [1, 2, 3, 9]),
        (77, [1, 2, 3, 9]),
    ],
)
def test_a_step_is_added_between(after, order):
    assert placed([1, 2, 3], 9, after) == order


@pytest.mark.parametrize(
    ("step", "by", "order"),
    [
        (2, -1, [2, 1, 3]),
        (2, 1, [1, 3, 2]),
        (1, -1, [1, 2, 3]),
        (3, 1, [1, 2, 3]),
        (1, 99, [2, 3, 1]),
    ],
)
def test_a_step_is_moved_and_stays_at_an_end(step, by, order):
    assert shifted([1, 2, 3], step, by) == order
