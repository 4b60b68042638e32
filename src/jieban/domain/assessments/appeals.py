"""申诉（复核）: a unit contests one fact, a second person decides.

raise ──► raised ──grant──► granted      (the assignment is excluded)
                ──refuse──► refused
                ──withdraw──► withdrawn  (by whoever raised it)
"""

from datetime import datetime
from enum import StrEnum

from jieban.domain.assessments.publication import Window
from jieban.domain.errors import Refused


class State(StrEnum):
    """Where an appeal stands."""

    RAISED = "raised"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


def check_raise(
    window: Window, at: datetime, *, evidence: str, ground: str, grounds: list[str]
) -> None:
    """May an appeal be raised now, on these grounds?

    Raises:
        Refused "appeal.window_not_open", "appeal.ground_unknown", "appeal.evidence_missing".
    """
    if not window.is_open(at):
        raise Refused("appeal.window_not_open")
    if ground not in grounds:
        raise Refused("appeal.ground_unknown", ground=ground, grounds=grounds)
    if not evidence.strip():
        raise Refused("appeal.evidence_missing")


def check_decide(state: State, *, raised_by: str, decided_by: str, reason: str) -> None:
    """May this person decide this appeal?

    Raises:
        Refused "appeal.decided", "appeal.same_person", "appeal.reason_missing".
    """
    if state is not State.RAISED:
        raise Refused("appeal.decided", state=state.value)
    if raised_by == decided_by:
        raise Refused("appeal.same_person")
    if not reason.strip():
        raise Refused("appeal.reason_missing")


def check_withdraw(state: State, *, raised_by: str, by: str) -> None:
    """Only who raised an undecided appeal may take it back.

    Raises:
        Refused "appeal.decided", "appeal.not_yours".
    """
    if state is not State.RAISED:
        raise Refused("appeal.decided", state=state.value)
    if raised_by != by:
        raise Refused("appeal.not_yours")
