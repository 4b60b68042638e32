"""吹哨报到: a street calls units in; who comes, what is agreed, how each judges the other.

    called ──► (each unit: arrived) ──► visited ──► finished
                                        tasks        ratings

The call is judged on both sides: the street on the case, the unit on coming and doing its
task. Ratings are whole numbers from 1 to 5 and each side gives one.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from jieban.domain.errors import Refused

RATINGS = range(1, 6)
LATEST = timedelta(days=366)
"""So far ahead units may be asked to come."""


def check_call(units: Collection[str], *, topic: str, report_in_by: datetime, at: datetime) -> None:
    """
    Raises:
        Refused "joint_call.no_units", "joint_call.no_topic", "joint_call.time_past",
            "joint_call.time_far".
    """
    if not units:
        raise Refused("joint_call.no_units")
    if not topic.strip():
        raise Refused("joint_call.no_topic")
    if report_in_by <= at:
        raise Refused("joint_call.time_past")
    if report_in_by > at + LATEST:
        raise Refused("joint_call.time_far", days=LATEST.days)


def check_open(finished: bool) -> None:
    """
    Raises:
        Refused "joint_call.finished".
    """
    if finished:
        raise Refused("joint_call.finished")


def check_finish(
    finished: bool, *, not_arrived: Collection[str], tasks_open: Collection[str], reason: str
) -> None:
    """May the call be finished? Where somebody never came or a task is open, say why.

    Raises:
        Refused "joint_call.finished", "joint_call.unfinished".
    """
    check_open(finished)
    waiting = sorted({*not_arrived, *tasks_open})
    if waiting and not reason.strip():
        raise Refused("joint_call.unfinished", units=waiting)


def check_rating(rating: int) -> None:
    """
    Raises:
        Refused "joint_call.rating_wrong".
    """
    if rating not in RATINGS:
        raise Refused("joint_call.rating_wrong", low=RATINGS[0], high=RATINGS[-1])
