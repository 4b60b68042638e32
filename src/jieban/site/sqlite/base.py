"""Django's SQLite backend; who wants to write waits in a queue first (docs/adr/0023).

A transaction takes its turn before BEGIN IMMEDIATE and gives it back when it is over, however
it ends; a single statement outside a transaction takes it for itself.
"""

from typing import Any

from django.db.backends.sqlite3 import base

from jieban.site.sqlite.queueing import queue_of

_WRITES = frozenset("IUDRCABV")  # INSERT UPDATE DELETE REPLACE CREATE ALTER BEGIN VACUUM …
_WAIT_SECONDS = 5.0  # as sqlite3 itself, where the settings say nothing


class DatabaseWrapper(base.DatabaseWrapper):
    """One connection. `has_turn` says that it may write now."""

    has_turn = False

    def take_turn(self) -> None:
        """Wait until it is this connection's turn; nothing to do if it is.

        Raises:
            sqlite3.OperationalError "database is locked": it took too long.
        """
        if not self.has_turn:
            options = self.settings_dict["OPTIONS"]
            queue_of(str(self.settings_dict["NAME"])).take(
                self, float(options.get("timeout", _WAIT_SECONDS))
            )
            self.has_turn = True

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
        if not _may_write(query):
            return super().execute(query, params)
        self.wrapper.take_turn()
        try:
            return super().execute(query, params)
        finally:
            self.wrapper.give_turn_back()

    def executemany(self, query: str, param_list: Any) -> Any:
        self.wrapper.take_turn()
        try:
            return super().executemany(query, param_list)
        finally:
            self.wrapper.give_turn_back()


def _may_write(query: str) -> bool:
    return query[:1].upper() in _WRITES or query.lstrip()[:1].upper() in _WRITES
