"""What is agreed between places, as dated notes: 跟班学习, 结对共建, rules on trial 制度系列.

One shape for all: who, from when to when, a list of what is to be done, when one looks again.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

from jieban.domain.errors import Refused

KINDS = ("placement", "pairing", "rule_series")
MOST_ITEMS = 100
SOON = timedelta(days=7)

Urgency = Literal["overdue", "soon", "later", ""]


def check_span(begins: date, ends: date | None) -> None:
    """
    Raises:
        Refused "note.ends_before_it_begins".
    """
    if ends is not None and ends < begins:
        raise Refused("note.ends_before_it_begins", begins=str(begins), ends=str(ends))


def urgency(due: date | None, today: date) -> Urgency:
    """How near a day is; "" without one. The day itself is not over yet."""
    if due is None:
        return ""
    if due < today:
        return "overdue"
    return "soon" if due <= today + SOON else "later"
