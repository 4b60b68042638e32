"""From a row as it was read to what is stored of it.

No Django and no keys here: a large file is prepared in a process of its own (see
`tables.ahead`), which has no need of either.
"""

from typing import NamedTuple

import orjson

from jieban.tables.rows import ParsedRow

# What a row says openly, without where in the file it stands and how its cells were written.
_OPEN = slice(ParsedRow._fields.index("number"), ParsedRow._fields.index("private"))


class Prepared(NamedTuple):
    """One row ready to be stored. The fields from `number` to `passes` stand in the order of
    the table's columns; times are written as the database keeps them. `content` is what the
    row says openly, `private` its personal part to be sealed; both as bytes to be digested.
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
    content: bytes
    private: bytes
    sheet: str
    line: int


class Preparer:
    """Prepares rows; survives pickling.

    `zone_kept` says whether this database's moments keep their zone (PostgreSQL) or are
    written without one, in UTC (SQLite, as Django writes them).
    """

    def __init__(self, *, zone_kept: bool) -> None:
        self.zone_kept = zone_kept

    def __call__(self, rows: list[ParsedRow]) -> list[tuple[object, ...]]:
        """The rows as plain tuples in the order of `Prepared`, which travel lighter."""
        sorted_keys = orjson.OPT_SORT_KEYS
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
                orjson.dumps(row[_OPEN]),
                orjson.dumps(row.private, option=sorted_keys),
                row.sheet,
                row.line,
            )
            for row in rows
        ]
