"""Django's SQLite backend; who wants to write waits in a queue first (docs/adr/0023).

A transaction takes its turn before BEGIN IMMEDIATE and gives it back when it is over, however
it ends; a single statement outside a transaction takes it for itself.
"""

import sqlite3
import time
from collections.abc import Callable
from typing import Any

from django.db.backends.sqlite3 import base

from jieban.site.sqlite.queueing import queue_of

_WRITES = frozenset("IUDRCABV")  # INSERT UPDATE DELETE REPLACE CREATE ALTER BEGIN VACUUM …
_WAIT_SECONDS = 5.0  # as sqlite3 itself, where the settings say nothing
_LOOK_AGAIN_SECONDS = 0.0005


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection. `has_turn` says that it may write now."""

    has_turn = False

    def take_turn(self) -> None:
        """Wait until it is this connection's turn; nothing to do if it is.

        Raises:
            sqlite3.OperationalError "database is locked": it took too long.
        """
        if not self.has_turn:
            queue_of(str(self.settings_dict["NAME"])).take(self, self.patience)
            self.has_turn = True

    @property
    def patience(self) -> float:
        """Seconds somebody waits for the database."""
        return float(self.settings_dict["OPTIONS"].get("timeout", _WAIT_SECONDS))

    def get_new_connection(self, conn_params: Any) -> Any:
        made = super().get_new_connection(conn_params)
        # Left to itself SQLite sleeps longer from try to try, up to a tenth of a second, though
        # a writer of another process is done in a few milliseconds; see `_Cursor`.
        made.execute("PRAGMA busy_timeout = 0")
        return made

    def give_turn_back(self) -> None:
        """Unless a transaction is still open."""
        if self.has_turn and not (self.connection is not None and self.connection.in_transaction):
            self.has_turn = False
            queue_of(str(self.settings_dict["NAME"])).give_back(self)

    def abandon(self) -> None:
        """Its thread died in the middle of a transaction: undo that, the turn is gone."""
        self.has_turn = False
        if self.connection is not None:
            self.connection.rollback()

    def create_cursor(self, name: str | None = None) -> Any:
        cursor = self.connection.cursor(factory=_Cursor)
        cursor.wrapper = self
        return cursor

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            self.give_turn_back()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self.give_turn_back()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            if self.has_turn:
                self.has_turn = False
                queue_of(str(self.settings_dict["NAME"])).give_back(self)


class _Cursor(base.SQLiteCursorWrapper):
    wrapper: DatabaseWrapper

    def execute(self, query: str, params: Any = None) -> Any:
        run = super().execute
        if not _may_write(query):
            return self._patiently(lambda: run(query, params))
        self.wrapper.take_turn()
        try:
            return self._patiently(lambda: run(query, params))
        finally:
            self.wrapper.give_turn_back()

    def executemany(self, query: str, param_list: Any) -> Any:
        run = super().executemany
        self.wrapper.take_turn()
        try:
            return self._patiently(lambda: run(query, param_list))
        finally:
            self.wrapper.give_turn_back()

    def _patiently(self, run: Callable[[], Any]) -> Any:
        """Again while another process has the database; a statement that was busy did nothing."""
        until = 0.0
        while True:
            try:
                return run()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
                now = time.monotonic()
                until = until or now + self.wrapper.patience
                if now >= until:
                    raise
            time.sleep(_LOOK_AGAIN_SECONDS)


def _may_write(query: str) -> bool:
    return query[:1].upper() in _WRITES or query.lstrip()[:1].upper() in _WRITES
