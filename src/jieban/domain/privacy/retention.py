"""How long is what a resident said or left kept, and is it due to be erased?

A closed case keeps its personal half for a time, so that the resident can come back to it and
an appeal can be decided; after that only the case, its figures and its chain remain. How long is
a setting of the installation (JIEBAN_KEEP_PRIVATE_DAYS).
"""

from __future__ import annotations

from datetime import datetime, timedelta

KEEP_PRIVATE_DAYS = 3 * 365


def due_for_erasure(
    closed_at: datetime | None, *, at: datetime, keep_days: int = KEEP_PRIVATE_DAYS
) -> bool:
    """Whether the personal half of a case closed at `closed_at` is to be erased at `at`.

    Never for a case that is open (None). The last day is kept whole: due from the moment on.
    A time of less than one day is a ValueError, so that no slip of the pen erases everything.
    """
    return closed_at is not None and erase_from(closed_at, keep_days=keep_days) <= at


def erase_from(closed_at: datetime, *, keep_days: int = KEEP_PRIVATE_DAYS) -> datetime:
    """The moment from which the personal half of a case is to be erased."""
    return closed_at + _kept(keep_days)


def closed_before(at: datetime, *, keep_days: int = KEEP_PRIVATE_DAYS) -> datetime:
    """Cases closed at this moment or earlier are due at `at`: the bound of a query."""
    return at - _kept(keep_days)


def _kept(days: int) -> timedelta:
    if days < 1:
        raise ValueError("personal data is kept for one day at least")
    return timedelta(days=days)
