"""What does one call-back mean, and what follows from it?

A call-back is valid when the resident was reached and answered; unreached, refused and a wrong
number are not, and say nothing of the handling. Resolved and satisfied are the resident's
words, never the unit's. What is not resolved is reopened by rule as often as the rulebook
allows; a case nobody could reach is tried again, and closed without an outcome after
`ATTEMPTS` tries in one pass.

Source: domain rules of the three rates (有效回访, 联系, 解决, 满意); a second call centre rule of
three tries is this project's default.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jieban.domain.errors import Refused


class Result(StrEnum):
    """How the call ended."""

    REACHED = "reached"
    UNREACHED = "unreached"
    REFUSED = "refused"
    WRONG_NUMBER = "wrong_number"


class Consequence(StrEnum):
    """What becomes of the case."""

    CLOSED = "closed"
    REOPENED = "reopened"
    AGAIN = "again"


SATISFACTIONS = ("satisfied", "mostly_satisfied", "neutral", "dissatisfied")
ATTEMPTS = 3


@dataclass(frozen=True)
class Answers:
    """What the clerk entered. Of a call that reached nobody only `result` is said."""

    result: Result
    contacted: bool | None = None
    resolved: bool | None = None
    satisfaction: str = ""

    @property
    def valid(self) -> bool:
        return self.result is Result.REACHED


def check_answers(answers: Answers) -> None:
    """Is everything said that must be, and nothing that cannot be?

    Raises:
        Refused "follow_up.answers_missing": a valid call-back lacks one of its answers.
        Refused "follow_up.answers_unasked": answers of somebody who was not reached.
        Refused "follow_up.satisfaction_unknown".
    """
    said = {
        "contacted": answers.contacted is not None,
        "resolved": answers.resolved is not None,
        "satisfaction": bool(answers.satisfaction),
    }
    if answers.satisfaction and answers.satisfaction not in SATISFACTIONS:
        raise Refused(
            "follow_up.satisfaction_unknown",
            satisfaction=answers.satisfaction,
            known=list(SATISFACTIONS),
        )
    if answers.valid and not all(said.values()):
        raise Refused(
            "follow_up.answers_missing", missing=[name for name, given in said.items() if not given]
        )
    if not answers.valid and any(said.values()):
        raise Refused("follow_up.answers_unasked")


def consequence(answers: Answers, *, attempts: int, may_reopen: bool) -> Consequence:
    """What becomes of the case. `attempts` counts the calls of this pass, this one included;
    `may_reopen` is the rulebook's word."""
    if not answers.valid:
        return Consequence.AGAIN if attempts < ATTEMPTS else Consequence.CLOSED
    if not answers.resolved and may_reopen:
        return Consequence.REOPENED
    return Consequence.CLOSED
