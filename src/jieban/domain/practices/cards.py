"""How a practice 工作法 becomes public: written, passed by a second person, used, taken back.

A card lives in versions. One that is published stays as it is; to change it a new version is
written beside it, which replaces it when it is published in its turn.

    draft ──submit──► in_review ──publish──► published ──withdraw──► withdrawn
      ▲                   │                      └─(a newer one)──► replaced
      └────send_back──────┘
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from jieban.domain.errors import Refused

KINDS = ("method", "script", "guide", "rule")
"""A way of working, what to say at the door, a guide to be followed, a rule on paper."""
VISITS = ("planting", "structures", "piling")
"""What a script is said about at the door: 种植, 违建, 堆物."""


class State(StrEnum):
    """Where one version of a card stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Move:
    """`review`: made by whoever may review, and by nobody who wrote or sent it in."""

    name: str
    past: str
    from_: State
    to: State
    review: bool = False
    reason: bool = False


S = State
MOVES = {
    move.name: move
    for move in (
        Move("submit", "submitted", S.DRAFT, S.IN_REVIEW),
        Move("publish", "published", S.IN_REVIEW, S.PUBLISHED, review=True),
        Move("send_back", "sent_back", S.IN_REVIEW, S.DRAFT, review=True, reason=True),
        Move("withdraw", "withdrawn", S.PUBLISHED, S.WITHDRAWN, review=True, reason=True),
    )
}
PAST = {move.past: move for move in MOVES.values()}


def moves_from(state: State) -> tuple[str, ...]:
    """Names of the moves the table has from a state, in its order."""
    return tuple(name for name, move in MOVES.items() if move.from_ is state)


def decide(
    state: State, name: str, *, by: str, wrote: Iterable[str] = (), reason: str = ""
) -> Move:
    """The move that may be made; `wrote` are who wrote the version and who sent it in.

    Raises:
        Refused "practice.move_not_allowed", "practice.reason_missing", "practice.same_person".
    """
    allowed = moves_from(state)
    if name not in allowed:
        raise Refused(
            "practice.move_not_allowed", state=state.value, move=name, allowed=list(allowed)
        )
    move = MOVES[name]
    if move.reason and not reason.strip():
        raise Refused("practice.reason_missing")
    # To take something back needs no second pair of eyes.
    if move.review and name != "withdraw" and by in set(wrote):
        raise Refused("practice.same_person")
    return move
