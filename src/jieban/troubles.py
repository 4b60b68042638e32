"""Troubles of the machine, in the words of a refusal: disk full, database busy, no permission.

Commands and pages say the same sentence for the same trouble. What a person cannot put right
is a bug and stays one.
"""

import errno
import sqlite3
from collections.abc import Iterator

from jieban.domain.errors import Refused


def as_refusal(error: BaseException) -> Refused | None:
    """The refusal that an error, or what caused it, amounts to; None for a bug."""
    for cause in _causes(error):
        text = str(cause).lower()
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
            return Refused("storage.full")
        if isinstance(cause, sqlite3.Error) and "full" in text:
            return Refused("storage.full")
        if "no space left on device" in text or "disk i/o error" in text:
            return Refused("storage.full")
        if isinstance(cause, sqlite3.OperationalError) and "locked" in text:
            return Refused("storage.busy")
        if isinstance(cause, PermissionError):
            return Refused("storage.not_allowed", path=str(cause.filename or ""))
        if type(cause).__module__.startswith("psycopg") and "connect" in text:
            return Refused("storage.no_database", reason=str(cause).splitlines()[0])
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, then what it came from, down to the first."""
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__
