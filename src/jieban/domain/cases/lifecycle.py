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
from enum import StrEnum

from jieban.domain import moves
from jieban.domain.moves import Table, move


class State(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    CLOSED = "closed"


OPEN = frozenset((State.RECEIVED, State.DISPATCHED, State.ACCEPTED))
"""States in which somebody still owes the resident an answer."""


Move = moves.Move[State]
S = State
_TABLE = Table(
    "case",
    State,
    move("receive", "received", (), S.RECEIVED, "case.receive"),
    move("dispatch", "dispatched", (S.RECEIVED,), S.DISPATCHED, "case.dispatch"),
    move("decline", "declined", (S.RECEIVED,), S.CLOSED, "case.close", reason=True),
    move(
        "return",
        "returned",
        (S.DISPATCHED, S.ACCEPTED),
        S.RECEIVED,
        "case.handle",
        reason=True,
    ),
    move("accept", "accepted", (S.DISPATCHED,), S.ACCEPTED, "case.handle"),
    move("answer", "answered", (S.ACCEPTED,), S.ANSWERED, "case.handle"),
    move("reply", "replied", (S.RECEIVED,), S.ANSWERED, "case.receive"),
    move("close", "closed", (S.ANSWERED,), S.CLOSED, "case.close"),
    move(
        "reopen",
        "reopened",
        (S.ANSWERED, S.CLOSED),
        S.DISPATCHED,
        "case.reopen",
        reason=True,
    ),
)
MOVES, PAST = _TABLE.moves, _TABLE.past
"""Moves by name, and by the event they make."""
ENQUIRY_ONLY = frozenset(("reply",))
"""Only an enquiry 咨询 is answered by who took it in."""


def moves_from(state: State | None, kind: str = "request") -> tuple[str, ...]:
    """Names of the moves that the table has from `state`, in the order of the table."""
    return _TABLE.moves_from(state, _not_for(kind))


def decide(state: State | None, name: str, *, kind: str = "request", reason: str = "") -> Move:
    """The move that may be made from `state`.

    Raises:
        Refused "case.unknown_move", "case.move_not_allowed", "case.reason_missing".
    """
    return _TABLE.decide(state, name, reason=reason, but=_not_for(kind))


def replay(pasts: Iterable[str], kind: str = "request") -> State | None:
    """Fold the moves a case made, by their past names, into its state; each step is checked.

    Names that are no move (a hold granted, an urge) leave the state as it is. A `State` in
    their place is where a recorded change of lead put the case: the state follows the lead.

    Raises:
        Refused "case.move_not_allowed": the events were not made by this table.
    """
    return _TABLE.replay(pasts, _not_for(kind))


def _not_for(kind: str) -> frozenset[str]:
    return frozenset() if kind == "enquiry" else ENQUIRY_ONLY
