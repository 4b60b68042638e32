"""From a row as it was read to what is stored of it: its digest and its sealed half.

No Django here: a large file is prepared in a process of its own (see `tables.ahead`).
"""

from pathlib import Path
from typing import NamedTuple

import orjson

from jieban.sealing import Sealer
from jieban.tables.rows import ParsedRow

# What a row says, without where in the file it stands and how its cells were written.
_CONTENT = slice(ParsedRow._fields.index("number"), ParsedRow._fields.index("raw"))


class Prepared(NamedTuple):
    """One row ready to be stored. The fields from `number` to `passes` stand in the order of
    the table's columns; times are written as the database keeps them. `digest` is over all
    the row says, `sealed` is its personal part.
    """

    number: str
    unit: str
    role: str
    kind: str
    street: str
    community: str
    category: str
    channel: str
    status: str
    received_at: str
    closed_at: str | None
    due_at: str | None
    excluded_ground: str
    contacted: bool | None
    valid: bool | None
    resolved: bool | None
    satisfaction: str
    held: bool
    returns: int
    passes: int
    digest: bytes
    sealed: bytes
    sheet: str
    line: int


class Preparer:
    """Prepares rows with the keys of one folder; survives pickling.

    `zone_kept` says whether this database's moments keep their zone (PostgreSQL) or are
    written without one, in UTC (SQLite, as Django writes them).
    """

    def __init__(self, keys: Path, *, zone_kept: bool) -> None:
        self.keys = keys
        self.zone_kept = zone_kept

    def __call__(self, rows: list[ParsedRow]) -> list[tuple[object, ...]]:
        """The rows as plain tuples in the order of `Prepared`, which travel lighter."""
        sealer = Sealer(self.keys)
        digest_of = sealer.digest
        sorted_keys = orjson.OPT_SORT_KEYS
        halves = sealer.seal_all([orjson.dumps(row.private, option=sorted_keys) for row in rows])
        end = None if self.zone_kept else -len("+00:00")
        return [
            (
                row.number,
                row.unit,
                row.role,
                row.kind,
                row.street,
                row.community,
                row.category,
                row.channel,
                row.status,
                str(row.received_at)[:end],
                None if row.closed_at is None else str(row.closed_at)[:end],
                None if row.due_at is None else str(row.due_at)[:end],
                row.excluded_ground,
                row.contacted,
                row.valid,
                row.resolved,
                row.satisfaction,
                row.held,
                row.returns,
                row.passes,
                digest_of(orjson.dumps(row[_CONTENT], option=sorted_keys)),
                half,
                row.sheet,
                row.line,
            )
            for row, half in zip(rows, halves, strict=True)
        ]
