"""One act by its name: what the API posts."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from jieban.apps.terms.models import Term
from jieban.apps.terms.selectors.seeing import term_by_number
from jieban.apps.terms.services import deciding, planning, serving
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.home import Home

# What each move may be told; a move that needs one refuses when it is blank.
_TOLD: Mapping[str, tuple[Callable[..., object], tuple[str, ...]]] = {
    "call_off": (planning.call_off, ("reason",)),
    "arrive": (planning.arrive, ("arrived_on",)),
    "begin": (serving.begin, ()),
    "open_review": (deciding.open_review, ()),
    "open_final_review": (deciding.open_review, ()),
    "extend": (deciding.extend_term, ("problems", "reason", "home")),
    "end": (deciding.end_term, ("reason", "exception", "home")),
    "approve": (deciding.approve_exception, ("reason",)),
    "refuse": (deciding.refuse_exception, ("reason",)),
}
NAMES = tuple(_TOLD)


def make_move(
    actor: Actor,
    number: str,
    move: str,
    *,
    at: datetime,
    home: Home,
    version: int | None = None,
    told: Mapping[str, Any] | None = None,
) -> Term:
    """Make the move of this name; `told` holds what it is to be told: reason, problems, day.

    Raises:
        Refused "term.not_found", "term.unknown_move", and those of the move's own service.
    """
    term_by_number(actor, number)
    if move not in _TOLD:
        raise Refused("term.unknown_move", move=move, known=[*_TOLD])
    act, names = _TOLD[move]
    said = {name: value for name, value in (told or {}).items() if name in names}
    if "home" in names:
        said["home"] = home
    act(actor, number, at=at, version=version, **said)
    return term_by_number(actor, number)
