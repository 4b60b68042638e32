"""The only reader of the time.

Everything else takes `at` as an argument, so that a test, a replay and a
restored backup all see the moment they mean. Doors (pages, commands, jobs)
call `now()` once and hand it down.
"""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)
