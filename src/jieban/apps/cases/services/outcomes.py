"""What a call-back 回访 said, written on the case by the follow-up's services.

The follow-up lies above the cases: it decides what an answer means and calls these.
"""

from datetime import datetime

from jieban.apps.cases.models import Case
from jieban.apps.cases.services.keeping import decide_move, hold_row, record, set_clocks, set_reach
from jieban.domain.actors import Actor


def hold_for_follow_up(actor: Actor, number: str, version: int | None = None) -> Case:
    """The case to be called back, its row locked, in the caller's transaction.

    Raises:
        Refused "case.not_found", "case.changed_meanwhile", "case.merged".
    """
    return hold_row(actor, number, "follow_up.record", version)


def record_outcome(
    actor: Actor,
    case: Case,
    *,
    at: datetime,
    valid: bool,
    contacted: bool | None,
    resolved: bool | None,
    satisfaction: str,
    follow_up: int,
) -> None:
    """Write the outcome of the last call-back on the held row; the last one counts."""
    case.valid, case.contacted = valid, contacted
    case.resolved, case.satisfaction = resolved, satisfaction
    record(
        case,
        "case.followed_up",
        actor=actor,
        at=at,
        body={
            "follow_up": follow_up,
            "valid": valid,
            "contacted": contacted,
            "resolved": resolved,
            "satisfaction": satisfaction,
            "pass": case.passes,
        },
    )


def close_after_follow_up(actor: Actor, case: Case, *, at: datetime) -> None:
    """Close the held row after its call-back."""
    case.state, case.closed_at = decide_move(case, "close").to.value, at
    set_clocks(case, at=at)
    record(case, "case.closed", actor=actor, at=at)
    set_reach(case)
