"""The database of a backup: written out at one moment, counted, and read in again.

SQLite by its own backup call. PostgreSQL by `pg_dump` within a snapshot that this program
holds open, so that what is counted is what is written.
"""

import sqlite3
import subprocess
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from jieban.domain.errors import Refused

SQLITE, POSTGRESQL = "jieban.sqlite3", "jieban.pgdump"

_Ask = Callable[[str], Iterable[tuple[Any, ...]]]


@dataclass(frozen=True)
class Held:
    """What a database held. `events`: the newest number of the ledger; `rows`: by table."""

    events: int
    migrations: list[str]
    rows: dict[str, int]

    def differs(self, other: "Held") -> dict[str, tuple[int, int]]:
        """Tables with other counts, and the two counts; a table that is not there has none."""
        return {
            table: (self.rows.get(table, 0), other.rows.get(table, 0))
            for table in sorted(self.rows.keys() | other.rows.keys())
            if self.rows.get(table, 0) != other.rows.get(table, 0)
        }


def dump_sqlite(database: Path, dump: Path) -> Held:
    """A copy of the database while others write to it."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(dump)) as out:
        source.backup(out)
        out.execute("PRAGMA journal_mode=DELETE")
    return held_sqlite(dump)


def held_sqlite(database: Path) -> Held:
    with closing(sqlite3.connect(database)) as connection:
        tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        return _held(lambda question: connection.execute(question), tables)


def dump_postgresql(url: str, dump: Path) -> Held:
    """
    Raises:
        Refused "backup.no_tool", "backup.tool_failed": also where the client is too old.
    """
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        found = connection.execute("SELECT pg_export_snapshot()").fetchone()
        snapshot = "" if found is None else str(found[0])
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges",
             f"--snapshot={snapshot}", f"--file={dump}", f"--dbname={url}")  # fmt: skip
        return _held_postgresql(connection)


def held_postgresql(url: str) -> Held:
    with psycopg.connect(url) as connection:
        return _held_postgresql(connection)


def load_postgresql(url: str, dump: Path) -> None:
    """All of it or nothing.

    Raises:
        Refused "backup.no_tool", "backup.tool_failed".
    """
    _run("pg_restore", "--no-owner", "--no-privileges", "--single-transaction",
         "--exit-on-error", f"--dbname={url}", str(dump))  # fmt: skip


def check_empty(url: str) -> None:
    """
    Raises:
        Refused "backup.database_not_empty".
    """
    with psycopg.connect(url) as connection:
        found = connection.execute(_TABLES).fetchone()
    if found is not None:
        raise Refused("backup.database_not_empty", table=found[0])


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"


def _held_postgresql(connection: psycopg.Connection[Any]) -> Held:
    return _held(lambda question: connection.execute(question.encode()), _TABLES)


def _held(ask: _Ask, tables: str) -> Held:
    rows: dict[str, int] = {}
    for name in sorted(name for (name,) in ask(tables)):
        ((rows[name],),) = ask(f'SELECT count(*) FROM "{name}"')
    migrations = ask("SELECT app, name FROM django_migrations ORDER BY app, name")
    ((events,),) = ask("SELECT coalesce(max(number), 0) FROM ledger_event")
    return Held(events, [f"{app}.{name}" for app, name in migrations], rows)


def _run(tool: str, *arguments: str) -> None:
    try:
        done = subprocess.run((tool, *arguments), capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Refused("backup.no_tool", tool=tool) from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise Refused("backup.tool_failed", tool=tool, reason=said[0] if said else "")
