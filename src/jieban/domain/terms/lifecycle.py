"""Which steps may a term take, from where, and who may take them?

One table, `MOVES`; buttons, the API's `allowed` list and the permission matrix are read from it.

    plan       arrive      begin      open_review           end
    ───► planned ──► arrived ──► serving ──► under_review ──────────► ended
            │           └───────────────────────►│  ▲                   ▲
            │ call_off                           │  │ (extend again,    │ end
            ▼                             extend ▼  │  if allowed)      │
        called_off                          extended ──► final_review ──┘
                                                  open_final_review

`arrive` needs a frozen baseline and a problem list; `end` needs that nothing is open, or an
exception that a second person approved; `extend` needs the open problems by name (see `rules`).
Both decisions are made by the last day (see `calendar`).

Source: 治理书记 six months, three more where problems remain; 任务不完结、蹲点工作不脱钩.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from jieban.domain.errors import Refused


class State(StrEnum):
    """Where a term stands."""

    PLANNED = "planned"
    ARRIVED = "arrived"
    SERVING = "serving"
    UNDER_REVIEW = "under_review"
    EXTENDED = "extended"
    FINAL_REVIEW = "final_review"
    ENDED = "ended"
    CALLED_OFF = "called_off"


RUNNING = frozenset(
    (State.ARRIVED, State.SERVING, State.UNDER_REVIEW, State.EXTENDED, State.FINAL_REVIEW)
)
"""States in which somebody is on post and the clock runs."""
STANDING = RUNNING | {State.PLANNED}
"""States of a term that is, or will be, on post: it keeps others from its place and its person."""
REVIEWED = frozenset((State.UNDER_REVIEW, State.FINAL_REVIEW))
"""States in which a decision is asked for."""


@dataclass(frozen=True)
class Move:
    """One permitted step.

    `permission` is what the actor must hold on the term; `reason` says whether a written reason is
    demanded; `past` names the event. Empty `from_` means the move opens a term.
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
        _move("plan", "planned", (), S.PLANNED, "term.manage"),
        _move("call_off", "called_off", (S.PLANNED,), S.CALLED_OFF, "term.manage", reason=True),
        _move("arrive", "arrived", (S.PLANNED,), S.ARRIVED, "term.manage"),
        _move("begin", "began", (S.ARRIVED,), S.SERVING, "term.serve"),
        _move(
            "open_review",
            "review_opened",
            (S.ARRIVED, S.SERVING),
            S.UNDER_REVIEW,
            "term.manage",
        ),
        _move("extend", "extended", REVIEWED, S.EXTENDED, "term.manage", reason=True),
        _move(
            "open_final_review",
            "final_review_opened",
            (S.EXTENDED,),
            S.FINAL_REVIEW,
            "term.manage",
        ),
        _move("end", "ended", REVIEWED, S.ENDED, "term.manage", reason=True),
    )
}
PAST = {move.past: move for move in MOVES.values()}
"""Moves by the event they make."""
DECISIONS = ("extend", "end")
"""The moves that are the decision itself; they alone are open once the last day has passed."""


def moves_from(state: State | None) -> tuple[str, ...]:
    """Names of the moves that the table has from `state`, in the order of the table."""
    return tuple(
        move.name for move in MOVES.values() if (state in move.from_ if state else not move.from_)
    )


def review_of(state: State) -> str:
    """The move that opens the review a decision is made in; "" where it is open already, or where
    nothing is to be reviewed."""
    return next(
        (name for name in ("open_review", "open_final_review") if name in moves_from(state)), ""
    )


def decide(state: State | None, name: str, *, reason: str = "") -> Move:
    """The move that may be made from `state`.

    Raises:
        Refused "term.unknown_move": the table has no move of this name.
        Refused "term.move_not_allowed": the table has no such step from `state`.
        Refused "term.reason_missing": the step demands a written reason and none was given.
    """
    move = MOVES.get(name)
    if move is None:
        raise Refused("term.unknown_move", move=name, known=list(MOVES))
    allowed = moves_from(state)
    if name not in allowed:
        raise Refused(
            "term.move_not_allowed", state=str(state or ""), move=name, allowed=list(allowed)
        )
    if move.reason and not reason.strip():
        raise Refused("term.reason_missing")
    return move


def replay(pasts: Iterable[str]) -> State | None:
    """Fold the moves a term made, by their past names, into its state; each step is checked.

    Names that are no move (a week logged, a problem solved) leave the state as it is. A `State`
    in their place is where a list from outside put the term when it came in.

    Raises:
        Refused "term.move_not_allowed": the events were not made by this table.
    """
    state: State | None = None
    for past in pasts:
        if isinstance(past, State):
            state = past
            continue
        move = PAST.get(past)
        if move is not None:
            state = decide(state, move.name, reason="-").to
    return state
