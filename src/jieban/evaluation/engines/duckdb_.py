"""The same counting as one SQL statement an auditor can read and run elsewhere.

The relation `facts` has the columns of the contract; times are compared as microseconds
since 1970 so that no session time zone can matter. The statement is kept with every run.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from jieban.domain.rulebook.grounds import GROUND_DIGITS, OTHER_GROUND
from jieban.evaluation import cube
from jieban.evaluation.cube import CUBE_KEYS, Cubes, Window
from jieban.evaluation.facts import COUNTED_COLUMNS, COUNTING_ROLES, FactsFolder
from jieban.evaluation.outcome import SATISFACTION_DIGITS, weights

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def count(facts: FactsFolder, windows: Sequence[Window], *, enquiries: bool) -> Cubes:
    """The five cubes of the facts inside the windows."""
    counted: dict[str, list[pa.Table]] = {name: [] for name in CUBE_KEYS}
    with duckdb.connect() as connection:
        for part in facts.parts:
            near = [w for w in windows if part.may_hold(w.moment, w.start, w.end)]
            if not near:
                continue
            connection.register("facts", _plain_text(facts.read(part, COUNTED_COLUMNS)))
            query = statement(near, enquiries=enquiries)
            found: pa.Table = connection.sql(query).to_arrow_table()
            for name in CUBE_KEYS:
                mine = found.filter(pc.equal(found["cube"], name))
                counted[name].append(mine.select(cube.schema(name).names))
    return cube.sealed(dict(counted))


def _plain_text(table: pa.Table) -> pa.Table:
    """Dictionaries as plain text, which every SQL engine compares alike."""
    fields = [
        pa.field(field.name, pa.string()) if pa.types.is_dictionary(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def statement(windows: Sequence[Window], *, enquiries: bool) -> str:
    """The SQL that counts `windows`, whole: it can be run as it stands."""
    values = ",\n    ".join(
        f"('{w.count}', '{w.period}', '{w.moment}', {_micro(w.start)}, {_micro(w.end)}, "
        f"{_literal(w.source)})"
        for w in windows
    )
    roles = ", ".join(f"'{role}'" for role in COUNTING_ROLES)
    kinds = "" if enquiries else "\n    AND (kind IS NULL OR kind <> 'enquiry')"
    return _STATEMENT.format(values=values, outcome=_outcome(), roles=roles, kinds=kinds)


_STATEMENT = """\
-- Which rows each count of each month takes: [starts, ends) in microseconds since 1970, UTC.
WITH windows (counted, period, moment, starts, ends, only_source) AS (
  VALUES
    {values}
),
-- Every row that counts, with its outcome code (digits: evaluation/outcome.py).
coded AS (
  SELECT
    area_id, unit_id, category_id, source,
    counts_for_area IS TRUE AS for_area,
    epoch_us(received_at) AS received,
    epoch_us(closed_at) AS closed,
    {outcome} AS outcome
  FROM facts
  WHERE role IN ({roles}){kinds}
),
taken AS (
  SELECT counted, period, area_id, unit_id, category_id, for_area, outcome
  FROM coded
  JOIN windows
    ON CASE moment WHEN 'received_at' THEN received ELSE closed END >= starts
   AND CASE moment WHEN 'received_at' THEN received ELSE closed END < ends
   AND (only_source IS NULL OR only_source = source)
)
SELECT counted || '_by_unit' AS cube, period, NULL AS area, unit_id AS unit, NULL AS category,
       outcome, count(*) AS count
FROM taken
GROUP BY ALL
UNION ALL
SELECT counted || '_by_area', period, area_id, NULL, NULL, outcome, count(*)
FROM taken
WHERE for_area
GROUP BY ALL
UNION ALL
SELECT 'received_by_area_category', period, area_id, NULL, category_id, outcome, count(*)
FROM taken
WHERE for_area AND counted = 'received'
GROUP BY ALL
"""


def _outcome() -> str:
    """The outcome code as a sum of its digits, each times its weight."""
    digits = {
        "ground": _case("excluded_ground", GROUND_DIGITS, OTHER_GROUND),
        "valid": "(valid IS TRUE)::INTEGER",
        "contacted": "(contacted IS TRUE)::INTEGER",
        "resolved": "(resolved IS TRUE)::INTEGER",
        "satisfaction": _case("satisfaction", SATISFACTION_DIGITS, 0),
        "timing": (
            "CASE WHEN on_time IS NULL THEN CASE WHEN closed_at IS NULL THEN 0 ELSE 4 END\n"
            "         WHEN on_time THEN CASE WHEN closed_at IS NULL THEN 5 ELSE 1 END\n"
            "         ELSE CASE WHEN closed_at IS NULL THEN 3 ELSE 2 END END"
        ),
        "returned": "(coalesce(returns, 0) > 0)::INTEGER",
        "reopened": "(coalesce(passes, 1) > 1)::INTEGER",
        "held": "(held IS TRUE)::INTEGER",
    }
    return "\n    + ".join(f"{worth} * {digits[name]}" for name, worth in weights().items())


def _case(column: str, known: dict[str, int], other: int) -> str:
    listed = " ".join(f"WHEN '{word}' THEN {digit}" for word, digit in known.items())
    return f"CASE WHEN {column} IS NULL THEN 0 ELSE CASE {column} {listed} ELSE {other} END END"


def _literal(text: str | None) -> str:
    """A text in SQL's own quotes; null means every source."""
    return "NULL" if text is None else "'" + text.replace("'", "''") + "'"


def _micro(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
