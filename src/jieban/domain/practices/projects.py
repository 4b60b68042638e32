"""How a problem project 攻坚项目 moves: planned, under way, said to be done, accepted, given up.

    planned ──start──► under_way ──claim──► done_claimed ──accept──► accepted
       │                  ▲  │  ▲               │                       │
       │                  │  │  └──send_back────┤                       │
       └────give_up───────┼──┴──────────────────┴──► given_up ──reopen──┤
                          └───────────────────reopen────────────────────┘

Who says that it is done does not say that it is accepted: the residents do, and their count is
on file. What they did not accept is closed only by giving up, with a reason, by somebody other
than the owner.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from jieban.domain.errors import Refused

MOST_STEPS = 200


class State(StrEnum):
    """Where a project stands."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"
    DONE_CLAIMED = "done_claimed"
    ACCEPTED = "accepted"
    GIVEN_UP = "given_up"


OPEN = frozenset((State.PLANNED, State.UNDER_WAY, State.DONE_CLAIMED))
"""States in which something is still to be done."""


@dataclass(frozen=True)
class Move:
    """One permitted step; `past` ends the name of its event."""

    name: str
    past: str
    from_: frozenset[State]
    to: State
    reason: bool = False


def _move(name: str, past: str, from_: Iterable[State], to: State, reason: bool = False) -> Move:
    return Move(name, past, frozenset(from_), to, reason)


S = State
MOVES = {
    move.name: move
    for move in (
        _move("start", "started", (S.PLANNED,), S.UNDER_WAY),
        _move("claim", "claimed", (S.UNDER_WAY,), S.DONE_CLAIMED),
        _move("accept", "accepted", (S.DONE_CLAIMED,), S.ACCEPTED),
        _move("send_back", "sent_back", (S.DONE_CLAIMED,), S.UNDER_WAY, reason=True),
        _move("give_up", "given_up", OPEN, S.GIVEN_UP, reason=True),
        _move("reopen", "reopened", (S.ACCEPTED, S.GIVEN_UP), S.UNDER_WAY, reason=True),
    )
}
PAST = {move.past: move for move in MOVES.values()}


@dataclass(frozen=True)
class Votes:
    """What was counted: in favour, against, abstained. Never who said which."""

    in_favour: int
    against: int
    abstained: int = 0

    @property
    def counted(self) -> int:
        return self.in_favour + self.against + self.abstained

    @property
    def carried(self) -> bool:
        """More in favour than against; equal numbers carry nothing."""
        return self.in_favour > self.against


MOST_VOTES = 1_000_000


def votes(in_favour: int, against: int, abstained: int = 0) -> Votes:
    """
    Raises:
        Refused "project.votes_wrong": a negative or absurd number, or nobody at all.
    """
    said = Votes(in_favour, against, abstained)
    parts = (in_favour, against, abstained)
    if any(not 0 <= number <= MOST_VOTES for number in parts) or not said.counted:
        raise Refused("project.votes_wrong", limit=MOST_VOTES)
    return said


@dataclass(frozen=True)
class Acceptance:
    """What residents said about the finished work, and on which day."""

    held_on: date
    votes: Votes


@dataclass(frozen=True)
class Standing:
    """What a move is decided on. `acceptance` is the latest one on file."""

    state: State
    owner_id: str
    open_steps: int = 0
    claimed_on: date | None = None
    acceptance: Acceptance | None = None

    @property
    def accepted_by_residents(self) -> bool:
        """Whether the latest count, held since the work was said to be done, carried."""
        if self.acceptance is None or self.claimed_on is None:
            return False
        return self.acceptance.held_on >= self.claimed_on and self.acceptance.votes.carried


def moves_from(state: State) -> tuple[str, ...]:
    """Names of the moves the table has from a state, in its order."""
    return tuple(name for name, move in MOVES.items() if state in move.from_)


def decide(standing: Standing, name: str, *, by: str, reason: str = "") -> Move:
    """The move that may be made.

    Raises:
        Refused "project.move_not_allowed": the table has no such step from here.
        Refused "project.reason_missing".
        Refused "project.steps_open": said to be done with steps that are not.
        Refused "project.not_accepted": no count of residents since, or it did not carry.
        Refused "project.own_giving_up": the owner gives up what is the owner's.
    """
    allowed = moves_from(standing.state)
    if name not in allowed:
        raise Refused(
            "project.move_not_allowed", state=standing.state.value, move=name, allowed=list(allowed)
        )
    move = MOVES[name]
    if move.reason and not reason.strip():
        raise Refused("project.reason_missing")
    if name == "claim" and standing.open_steps:
        raise Refused("project.steps_open", steps=standing.open_steps)
    if name == "accept" and not standing.accepted_by_residents:
        raise Refused("project.not_accepted")
    if name == "give_up" and by == standing.owner_id:
        raise Refused("project.own_giving_up")
    return move


def replay(pasts: Iterable[str]) -> State:
    """The state after these events; events that move nothing may stand between.

    Raises:
        Refused "project.move_not_allowed": a step the table does not have.
    """
    state = State.PLANNED
    for past in pasts:
        move = PAST.get(past)
        if move is None:
            continue
        if state not in move.from_:
            raise Refused("project.move_not_allowed", state=state.value, move=move.name, allowed=[])
        state = move.to
    return state


# --- the order of steps -------------------------------------------------------------------


def placed(order: list[int], step: int, after: int | None) -> list[int]:
    """The order with a new step after another one; None: before all.

    A step it should follow that is not there puts it at the end.
    """
    place = 0 if after is None else order.index(after) + 1 if after in order else len(order)
    return [*order[:place], step, *order[place:]]


def shifted(order: list[int], step: int, by: int) -> list[int]:
    """The order with one step moved by some places; at an end it stays there."""
    rest = [each for each in order if each != step]
    place = min(max(order.index(step) + by, 0), len(rest))
    return [*rest[:place], step, *rest[place:]]
