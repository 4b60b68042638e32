"""Bulk storage of imported rows: the one place that writes SQL of its own.

A file may hold a million rows; the ORM's objects would cost more than all else together.
Ids are given out here, under the import lock, so that a row and its sealed half can be
written side by side.
"""

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection

TABLE = "cases_imported"
PRIVATE = "cases_imported_private"
COLUMNS = (
    "id",
    "source",
    "number",
    "unit_written",
    "role",
    "kind",
    "street_written",
    "community_written",
    "area_id",
    "attributed_by",
    "unit_id",
    "category",
    "channel",
    "status",
    "received_at",
    "closed_at",
    "due_at",
    "excluded_ground",
    "contacted",
    "valid",
    "resolved",
    "satisfaction",
    "held",
    "returns",
    "passes",
    "version",
    "digest",
    "brought_by_id",
)
# Any number that no other part of the program uses; it names the import lock in PostgreSQL.
_LOCK = 0x6A696562


class Known(NamedTuple):
    """What is needed of a stored row to decide whether a new one says anything new."""

    id: int
    digest: bytes
    brought_by: int
    version: int


class Stored(NamedTuple):
    """A stored row by what a profile may use as its key; fields are called as in a parsed row."""

    number: str
    unit: str
    role: str
    known: Known


def take_import_lock() -> None:
    """One import at a time: SQLite's write lock is one, PostgreSQL gets an advisory lock."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # The index of a million numbers fits; with the usual 2 MB it is read again and again.
            cursor.execute("PRAGMA cache_size = -131072")
        else:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            # The planner knows nothing of rows this very transaction brought and would read
            # the whole table for every chunk; the index on the number is always right here.
            cursor.execute("SET LOCAL enable_seqscan = off")


def next_id() -> int:
    """The first id that is free; call under the import lock."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) + 1 FROM {TABLE}")
        return int(cursor.fetchone()[0])


def known(source: str, numbers: Iterable[str]) -> list[Stored]:
    """The stored rows of these case numbers."""
    wanted = sorted(set(numbers))
    columns = "number, unit_written, role, id, digest, brought_by_id, version"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"SELECT {columns} FROM {TABLE} WHERE source = %s AND number = ANY(%s)",
                [source, wanted],
            )
        else:
            cursor.execute(
                f"SELECT {columns} FROM {TABLE} WHERE source = %s"
                " AND number IN (SELECT value FROM json_each(%s))",
                [source, json.dumps(wanted)],
            )
        return [
            Stored(number, unit, role, Known(pk, bytes(digest), brought_by, version))
            for number, unit, role, pk, digest, brought_by, version in cursor.fetchall()
        ]


class Inserter:
    """Writes new rows beside the reading of the next ones, in the caller's transaction.

    One thread, one batch at a time. `put` and `wait` return when the batch before is
    written, and raise what went wrong with it. Nobody else may use the connection between
    `put` and `wait`.
    """

    def __init__(self) -> None:
        connection.ensure_connection()
        self._connection = connection.connection
        self._insert = _copy_rows if connection.vendor == "postgresql" else _insert_rows
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._running: Future[None] | None = None

    def __enter__(self) -> "Inserter":
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown()

    def put(self, rows: Sequence[tuple[Any, ...]], sealed: Sequence[bytes]) -> None:
        """Begin to write rows (in the order of COLUMNS, id first) and their sealed halves."""
        self.wait()
        if rows:
            self._running = self._thread.submit(self._insert, self._connection, rows, sealed)

    def wait(self) -> None:
        running, self._running = self._running, None
        if running is not None:
            running.result()


def _insert_rows(database: Any, rows: Sequence[tuple[Any, ...]], sealed: Sequence[bytes]) -> None:
    marks = ", ".join("?" * len(COLUMNS))
    database.executemany(f"INSERT INTO {TABLE} ({', '.join(COLUMNS)}) VALUES ({marks})", rows)
    database.executemany(
        f"INSERT INTO {PRIVATE} (row_id, sealed) VALUES (?, ?)",
        ((row[0], half) for row, half in zip(rows, sealed, strict=True)),
    )


def _copy_rows(database: Any, rows: Sequence[tuple[Any, ...]], sealed: Sequence[bytes]) -> None:
    with database.cursor() as cursor:
        with cursor.copy(f"COPY {TABLE} ({', '.join(COLUMNS)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        with cursor.copy(f"COPY {PRIVATE} (row_id, sealed) FROM STDIN") as copy:
            for row, half in zip(rows, sealed, strict=True):
                copy.write_row((row[0], half))


def update(rows: Sequence[tuple[Any, ...]], sealed: Sequence[tuple[int, bytes]]) -> None:
    """Overwrite rows by id (values in the order of COLUMNS) and their sealed halves."""
    if not rows:
        return
    sets = ", ".join(f"{column} = %s" for column in COLUMNS[1:])
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {TABLE} SET {sets} WHERE id = %s", [(*row[1:], row[0]) for row in rows]
        )
        # A row whose personal half had been erased gets a new one if the source sends it again.
        cursor.executemany(
            f"INSERT INTO {PRIVATE} (row_id, sealed) VALUES (%s, %s)"
            " ON CONFLICT (row_id) DO UPDATE SET sealed = excluded.sealed",
            sealed,
        )


def settle_ids() -> None:
    """After ids were given out here, let PostgreSQL's own counter go on behind them."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{TABLE}', 'id'),"
                f" (SELECT COALESCE(MAX(id), 1) FROM {TABLE}))"
            )


def keeps_zone() -> bool:
    """Whether moments keep their zone here; SQLite's are text in UTC, as Django writes them."""
    return connection.vendor == "postgresql"


def read_time(value: datetime | None) -> datetime | None:
    """A moment read past the ORM: SQLite's come without a zone."""
    if value is None or value.tzinfo is not None:
        return value
    return value.replace(tzinfo=UTC)
