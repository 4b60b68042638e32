"""What must be true before a term begins, is extended, ends, changes hands?

任务不完结、蹲点工作不脱钩: the post is not left while a task is open. The one way round is an
exception with its reason, approved by a second person; it is on the term for good.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from jieban.domain.errors import Refused

CATEGORIES_OF_VISIT = ("done", "persuaded", "talked")
"""三上门: 合理诉求上门办, 不合理诉求上门劝, 建议上门聊."""
PROBLEM_STATES = ("open", "solved", "handed_on")
PROBLEM_SOURCES = ("complaints", "visits", "inspection", "assigned", "handed_over")


def check_arrival(*, has_baseline: bool, problems: int, arrived_on: date, today: date) -> None:
    """May the official be entered as arrived?

    Raises:
        Refused "term.baseline_missing", "term.problems_missing", "term.arrival_in_future".
    """
    if not has_baseline:
        raise Refused("term.baseline_missing")
    if problems < 1:
        raise Refused("term.problems_missing")
    if arrived_on > today:
        raise Refused("term.arrival_in_future", day=arrived_on.isoformat())


def check_extension(
    named: Collection[int], still_open: Collection[int], *, extensions: int, most: int
) -> None:
    """May the term be extended for these problems (their numbers on the list)?

    Raises:
        Refused "term.extensions_used": as often as the programme allows.
        Refused "term.extension_without_problems": none is named, or none is open.
        Refused "term.problem_not_open": a named one is not an open one of this term.
    """
    if extensions >= most:
        raise Refused("term.extensions_used", limit=most)
    if not named:
        raise Refused("term.extension_without_problems")
    wrong = sorted(set(named) - set(still_open))
    if wrong:
        raise Refused("term.problem_not_open", numbers=wrong)


def check_end(still_open: Collection[int], *, exception: str) -> bool:
    """Whether ending needs a second person: True where an exception is asked for.

    Raises:
        Refused "term.problems_open": open problems and no exception.
        Refused "term.exception_needless": nothing is open, so there is nothing to except.
    """
    if still_open and not exception.strip():
        raise Refused("term.problems_open", numbers=sorted(still_open))
    if exception.strip() and not still_open:
        raise Refused("term.exception_needless")
    return bool(still_open)


def check_approval(*, asked_by: str, approved_by: str) -> None:
    """
    Raises:
        Refused "term.same_person".
    """
    if asked_by == approved_by:
        raise Refused("term.same_person")


def check_hand_over(
    *, before: str, after: str, on: date, arrived_on: date, today: date, items: Collection[str]
) -> None:
    """May the post go from one official (by code) to another on this day?

    Raises:
        Refused "term.same_official", "term.hand_over_day", "term.hand_over_empty".
    """
    if before == after:
        raise Refused("term.same_official", official=before)
    if not arrived_on <= on <= today:
        raise Refused("term.hand_over_day", day=on.isoformat(), first=arrived_on.isoformat())
    if not any(item.strip() for item in items):
        raise Refused("term.hand_over_empty")


def check_problem(state: str, wanted: str, *, proof: str = "", to: str = "") -> None:
    """May a problem go from `state` to `wanted`?

    Raises:
        Refused "term.problem_state": it does not stand where this begins.
        Refused "term.proof_missing": solved, and nothing shows it.
        Refused "term.hand_on_to_missing": handed on, and to nobody.
    """
    begins = {"solved": ("open",), "handed_on": ("open",), "open": ("solved", "handed_on")}
    if state not in begins.get(wanted, ()):
        raise Refused("term.problem_state", state=state, wanted=wanted)
    if wanted == "solved" and not proof.strip():
        raise Refused("term.proof_missing")
    if wanted == "handed_on" and not to.strip():
        raise Refused("term.hand_on_to_missing")
