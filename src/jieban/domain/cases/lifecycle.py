"""Which steps may a case take, from where, and who may take them?

One table, `MOVES`; buttons, the API's `allowed` list, the docs' diagram and the permission
matrix are read from it. Five states, and nothing else is a state: hold, exclusion, extension,
joint call, supervision and merge stand beside it (see requests, joint_calls, links).

     receive       dispatch        accept        answer       close
    ───────► received ───► dispatched ───► accepted ───► answered ───► closed
                 ▲   return 退单 │              │  reopen 重办 │          │
                 └──────────────┴──────────────┘ dispatched ◄┴──────────┘

An enquiry is answered straight from received; a case that may not be taken is declined from
received, with its ground and where to go instead. The state follows the lead assignment.

Source: 北京市接诉即办工作条例 (accept everything, then sort; first receiver leads).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from jieban.domain.errors import Refused


class State(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    CLOSED = "closed"


OPEN = frozenset((State.RECEIVED, State.DISPATCHED, State.ACCEPTED))
"""States in which somebody still owes the resident an answer."""


@dataclass(frozen=True)
class Move:
    """One permitted step.

    `permission` is what the actor must hold on the case; `reason` says whether a written
    reason is demanded; `past` names the event. Empty `from_` means the move opens a case.
    """

    name: str
    past: str
    from_: frozenset[State]
    to: State
    permission: str
    reason: bool = False


def _move(
    name: str, past: str, from_: Iterable[State], to: State, permission: str, reason: bool = False
) -> Move:
    return Move(name, past, frozenset(from_), to, permission, reason)


S = State
MOVES = {
    move.name: move
    for move in (
        _move("receive", "received", (), S.RECEIVED, "case.receive"),
        _move("dispatch", "dispatched", (S.RECEIVED,), S.DISPATCHED, "case.dispatch"),
        _move("decline", "declined", (S.RECEIVED,), S.CLOSED, "case.close", reason=True),
        _move(
            "return",
            "returned",
            (S.DISPATCHED, S.ACCEPTED),
            S.RECEIVED,
            "case.handle",
            reason=True,
        ),
        _move("accept", "accepted", (S.DISPATCHED,), S.ACCEPTED, "case.handle"),
        _move("answer", "answered", (S.ACCEPTED,), S.ANSWERED, "case.handle"),
        _move("reply", "replied", (S.RECEIVED,), S.ANSWERED, "case.receive"),
        _move("close", "closed", (S.ANSWERED,), S.CLOSED, "case.close"),
        _move(
            "reopen",
            "reopened",
            (S.ANSWERED, S.CLOSED),
            S.DISPATCHED,
            "case.reopen",
            reason=True,
        ),
    )
}
PAST = {move.past: move for move in MOVES.values()}
"""Moves by the event they make."""
ENQUIRY_ONLY = frozenset(("reply",))
"""Only an enquiry 咨询 is answered by who took it in."""


def moves_from(state: State | None, kind: str = "request") -> tuple[str, ...]:
    """Names of the moves that the table has from `state`, in the order of the table."""
    return tuple(
        move.name
        for move in MOVES.values()
        if (state in move.from_ if state else not move.from_)
        and (kind == "enquiry" or move.name not in ENQUIRY_ONLY)
    )


def decide(state: State | None, name: str, *, kind: str = "request", reason: str = "") -> Move:
    """The move that may be made from `state`.

    Raises:
        Refused "case.unknown_move": the table has no move of this name.
        Refused "case.move_not_allowed": the table has no such step from `state`.
        Refused "case.reason_missing": the step demands a written reason and none was given.
    """
    move = MOVES.get(name)
    if move is None:
        raise Refused("case.unknown_move", move=name, known=list(MOVES))
    allowed = moves_from(state, kind)
    if name not in allowed:
        raise Refused(
            "case.move_not_allowed", state=str(state or ""), move=name, allowed=list(allowed)
        )
    if move.reason and not reason.strip():
        raise Refused("case.reason_missing")
    return move


def replay(pasts: Iterable[str], kind: str = "request") -> State | None:
    """Fold the moves a case made, by their past names, into its state; each step is checked.

    Names that are no move (a hold granted, an urge) leave the state as it is. A `State` in
    their place is where a recorded change of lead put the case: the state follows the lead.

    Raises:
        Refused "case.move_not_allowed": the events were not made by this table.
    """
    state: State | None = None
    for past in pasts:
        if isinstance(past, State):
            state = past
            continue
        move = PAST.get(past)
        if move is not None:
            state = decide(state, move.name, kind=kind, reason="-").to
    return state
