"""One move by its name: what pages and the API post."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from jieban.apps.cases.models import Case
from jieban.apps.cases.services import moves
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused

# What each move may be told beside its version; a move that needs one refuses when it is blank.
_TOLD: Mapping[str, tuple[Callable[..., Case], tuple[str, ...]]] = {
    "dispatch": (moves.dispatch_case, ("lead", "dual", "joint", "reason")),
    "decline": (moves.decline_case, ("reason", "instead")),
    "return": (moves.return_case, ("reason", "unit")),
    "accept": (moves.accept_case, ("unit",)),
    "answer": (moves.answer_case, ("text", "unit")),
    "reply": (moves.reply_enquiry, ("text",)),
    "close": (moves.close_case, ("reason",)),
    "reopen": (moves.reopen_case, ("reason",)),
}


def make_move(
    actor: Actor,
    number: str,
    move: str,
    *,
    at: datetime,
    version: int | None = None,
    told: Mapping[str, str | Sequence[str]] | None = None,
) -> Case:
    """Make the move of this name; `told` holds what it is to be told: reason, text, units.

    Raises:
        Refused "case.unknown_move", and those of the move's own service.
    """
    if move not in _TOLD:
        raise Refused("case.unknown_move", move=move, known=[*_TOLD])
    act, names = _TOLD[move]
    said: dict[str, Any] = {name: value for name, value in (told or {}).items() if name in names}
    for name in names:
        said.setdefault(name, () if name in ("dual", "joint") else "")
    return act(actor, number, at=at, version=version, **said)
