"""Up to which number the ledger is settled: nothing lower can still appear.

Numbers are given out when an event is written and seen when its transaction ends. On
SQLite one transaction writes at a time, so the order is the same. On PostgreSQL event 6
can be there while event 5 is still under way. Whoever writes an event holds a row lock on
the table until the end; so what was the newest number is settled once everybody who held
that lock then has let go. Nobody is made to wait by this but the one who asks.
"""

import time
from collections.abc import Sequence

from django.db import connection

from jieban.apps.ledger.selectors.events import head, newest_number
from jieban.domain.errors import Refused

PATIENCE_SECONDS = 20.0
_PAUSE_SECONDS = 0.02
_WRITERS = """
    SELECT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND relation = 'ledger_event'::regclass
      AND mode = 'RowExclusiveLock' AND granted AND pid <> pg_backend_pid()
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def settled(patience: float = PATIENCE_SECONDS) -> int:
    """The newest number below which no event can appear any more; 0 if there is none.

    Raises:
        Refused "ledger.busy": somebody has been writing for longer than `patience` seconds.
    """
    number = newest_number()
    _wait_for_writers(patience)
    return number


def settled_head(kinds: Sequence[str], patience: float = PATIENCE_SECONDS) -> int:
    """As `head`, settled: what is read after this holds every event of these kinds up to it.

    Raises:
        Refused "ledger.busy".
    """
    number = head(kinds)
    _wait_for_writers(patience)
    return number


def _wait_for_writers(patience: float) -> None:
    if connection.vendor != "postgresql":
        return
    until = time.monotonic() + patience
    waiting = _writers()
    while waiting:
        if time.monotonic() > until:
            raise Refused("ledger.busy", seconds=int(patience))
        time.sleep(_PAUSE_SECONDS)
        waiting &= _writers()


def _writers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_WRITERS)
        return {row[0] for row in cursor.fetchall()}
