"""Troubles of the machine, in the words of a refusal: disk full, database busy, no permission.

Commands and pages say the same sentence for the same trouble. What a person cannot put right
is a bug and stays one.
"""

import errno
import re
import sqlite3
from collections.abc import Iterator

from jieban.domain.errors import Refused

_CLOSED_TO_US = re.compile("unable to open database|readonly database")
_UNREACHED = re.compile("connect|resolve host")


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
        if isinstance(cause, PermissionError) or _is_read_only(cause):
            return Refused("storage.not_allowed", path=str(getattr(cause, "filename", None) or ""))
        if isinstance(cause, NotADirectoryError):
            return Refused("storage.no_folder", path=str(cause.filename))
        if isinstance(cause, sqlite3.OperationalError) and _CLOSED_TO_US.search(text):
            return Refused("storage.not_writable")
        if type(cause).__module__.startswith("psycopg") and _UNREACHED.search(text):
            return Refused("storage.no_database", reason=str(cause).splitlines()[0])
    return None


def _is_read_only(cause: BaseException) -> bool:
    return isinstance(cause, OSError) and cause.errno == errno.EROFS


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, then what it came from, down to the first."""
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__
