"""What may be asked for beside the main line, what must be said, and who may decide?

Four requests have the same two or three steps and differ in what must be said:

    hold 挂账        asked → granted → ended        the clock stands still while granted
    extension 延期   asked → granted                more time
    exclusion 剔除   asked → granted                left out of scoring, not out of handling
    objection 派单异议 asked → granted (upheld)      the dispatch was wrong; the case comes back

Each may be refused, or withdrawn by who asked. A second person decides, always.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from jieban.domain.cases.lifecycle import OPEN, State
from jieban.domain.errors import Refused


class RequestState(StrEnum):
    """Where a request stands. Only `ASKED` waits for a decision."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


@dataclass(frozen=True)
class Kind:
    """One kind of request: `terms` must all be said; `states` of the case in which it makes
    sense; `ends` says that a granted one lasts until somebody ends it."""

    name: str
    terms: tuple[str, ...]
    states: frozenset[State]
    ends: bool = False


EVERY_STATE = frozenset(State)
KINDS = {
    kind.name: kind
    for kind in (
        Kind("hold", ("lead_unit", "plan", "review_on", "exit_test"), OPEN, ends=True),
        Kind("extension", ("days",), OPEN),
        Kind("exclusion", ("ground",), EVERY_STATE),
        Kind("objection", ("evidence",), frozenset((State.DISPATCHED, State.ACCEPTED))),
    )
}


def check_ask(
    name: str,
    terms: Mapping[str, str],
    *,
    state: State,
    reason: str,
    waiting: bool,
    held: bool = False,
    today: date,
) -> Kind:
    """May this be asked now? `waiting`: one of the same kind already waits for a decision.

    Raises:
        Refused "case_request.unknown_kind", "case_request.not_now",
            "case_request.already_asked", "case_request.already_held", "case.reason_missing",
            "case_request.terms_missing", "case_request.review_past", "case_request.days_wrong".
    """
    kind = KINDS.get(name)
    if kind is None:
        raise Refused("case_request.unknown_kind", kind=name, known=list(KINDS))
    if state not in kind.states:
        raise Refused("case_request.not_now", kind=name, state=state.value)
    if waiting:
        raise Refused("case_request.already_asked", kind=name)
    if name == "hold" and held:
        raise Refused("case_request.already_held")
    if not reason.strip():
        raise Refused("case.reason_missing")
    missing = [term for term in kind.terms if not str(terms.get(term, "")).strip()]
    if missing:
        raise Refused("case_request.terms_missing", kind=name, missing=missing)
    if name == "hold" and _day(terms["review_on"]) <= today:
        raise Refused("case_request.review_past", day=terms["review_on"])
    if name == "extension" and not (terms["days"].isdigit() and int(terms["days"]) > 0):
        raise Refused("case_request.days_wrong", days=terms["days"])
    return kind


def check_decide(
    state: RequestState, *, asked_by: str, by: str, reason: str, granted: bool
) -> None:
    """May this person decide? A refusal says why.

    Raises:
        Refused "case_request.decided", "case_request.same_person", "case.reason_missing".
    """
    if state is not RequestState.ASKED:
        raise Refused("case_request.decided", state=state.value)
    if asked_by == by:
        raise Refused("case_request.same_person")
    if not granted and not reason.strip():
        raise Refused("case.reason_missing")


def check_withdraw(state: RequestState, *, asked_by: str, by: str) -> None:
    """May this person take the request back?

    Raises:
        Refused "case_request.decided", "case_request.not_yours".
    """
    if state is not RequestState.ASKED:
        raise Refused("case_request.decided", state=state.value)
    if asked_by != by:
        raise Refused("case_request.not_yours")


def check_end(name: str, state: RequestState, *, reason: str) -> None:
    """May a granted request be ended? How its exit test was met is the reason.

    Raises:
        Refused "case_request.not_running", "case.reason_missing".
    """
    if not KINDS[name].ends or state is not RequestState.GRANTED:
        raise Refused("case_request.not_running", state=state.value)
    if not reason.strip():
        raise Refused("case.reason_missing")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("case_request.day_wrong", day=text) from None
