"""Moves from state to state as a table: which steps there are, and who may take them.

What a case, a term or whatever else has a life may do stands in a table of its own; what a table
means stands here, once. Refusals carry the subject's own codes (`case.move_not_allowed`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from jieban.domain.errors import Refused

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True)
class Move(Generic[S]):
    """One permitted step.

    `permission` is what the actor must hold; `reason` says whether a written reason is demanded;
    `past` names the event. Empty `from_` means the move begins the life.
    """

    name: str
    past: str
    from_: frozenset[S]
    to: S
    permission: str
    reason: bool = False


def move(
    name: str, past: str, from_: Iterable[S], to: S, permission: str, reason: bool = False
) -> Move[S]:
    """A move as a line of a table writes it."""
    return Move(name, past, frozenset(from_), to, permission, reason)


class Table(Generic[S]):
    """The moves of one subject, in the order they are shown. `past` are they by their event."""

    def __init__(self, subject: str, states: type[S], *moves: Move[S]) -> None:
        self._subject = subject
        self._states = states
        self.moves = {move.name: move for move in moves}
        self.past = {move.past: move for move in moves}

    def moves_from(self, state: S | None, but: Collection[str] = ()) -> tuple[str, ...]:
        """Names of the moves there are from `state`, without those in `but`."""
        return tuple(
            move.name
            for move in self.moves.values()
            if (state in move.from_ if state else not move.from_) and move.name not in but
        )

    def decide(
        self, state: S | None, name: str, *, reason: str = "", but: Collection[str] = ()
    ) -> Move[S]:
        """The move that may be made from `state`.

        Raises:
            Refused "<subject>.unknown_move": the table has no move of this name.
            Refused "<subject>.move_not_allowed": the table has no such step from `state`.
            Refused "<subject>.reason_missing": a written reason is demanded and none was given.
        """
        move = self.moves.get(name)
        if move is None:
            raise Refused(f"{self._subject}.unknown_move", move=name, known=list(self.moves))
        allowed = self.moves_from(state, but)
        if name not in allowed:
            raise Refused(
                f"{self._subject}.move_not_allowed",
                state=str(state or ""),
                move=name,
                allowed=list(allowed),
            )
        if move.reason and not reason.strip():
            raise Refused(f"{self._subject}.reason_missing")
        return move

    def replay(self, pasts: Iterable[str], but: Collection[str] = ()) -> S | None:
        """Fold the moves that were made, by their past names, into a state; each is checked.

        Names that are no move leave the state as it is. A state in their place is where an act
        beside the table put the subject.

        Raises:
            Refused "<subject>.move_not_allowed": the events were not made by this table.
        """
        state: S | None = None
        for past in pasts:
            if isinstance(past, self._states):
                state = past
                continue
            move = self.past.get(past)
            if move is not None:
                state = self.decide(state, move.name, reason="-", but=but).to
        return state
