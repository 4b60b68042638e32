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

from enum import StrEnum

from jieban.domain import moves
from jieban.domain.moves import Table, move


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


Move = moves.Move[State]
S = State
_TABLE = Table(
    "term",
    State,
    move("plan", "planned", (), S.PLANNED, "term.manage"),
    move("call_off", "called_off", (S.PLANNED,), S.CALLED_OFF, "term.manage", reason=True),
    move("arrive", "arrived", (S.PLANNED,), S.ARRIVED, "term.manage"),
    move("begin", "began", (S.ARRIVED,), S.SERVING, "term.serve"),
    move(
        "open_review",
        "review_opened",
        (S.ARRIVED, S.SERVING),
        S.UNDER_REVIEW,
        "term.manage",
    ),
    move("extend", "extended", REVIEWED, S.EXTENDED, "term.manage", reason=True),
    move(
        "open_final_review",
        "final_review_opened",
        (S.EXTENDED,),
        S.FINAL_REVIEW,
        "term.manage",
    ),
    move("end", "ended", REVIEWED, S.ENDED, "term.manage", reason=True),
)
MOVES, PAST = _TABLE.moves, _TABLE.past
"""Moves by name, and by the event they make."""
DECISIONS = ("extend", "end")
"""The moves that are the decision itself; they alone are open once the last day has passed."""
moves_from, decide = _TABLE.moves_from, _TABLE.decide
replay = _TABLE.replay
"""A `State` among the events is where a list from outside put the term when it came in."""


def review_of(state: State) -> str:
    """The move that opens the review a decision is made in; "" where it is open already, or where
    nothing is to be reviewed."""
    return next(
        (name for name in ("open_review", "open_final_review") if name in moves_from(state)), ""
    )
