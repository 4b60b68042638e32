"""The oracle: a plain loop over rows. Slow, and short enough to be checked by reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from jieban.evaluation import cube
from jieban.evaluation.cube import CUBE_KEYS, Cubes, Window
from jieban.evaluation.facts import COUNTED_COLUMNS, COUNTING_ROLES, FactsFolder
from jieban.evaluation.outcome import encode_row

Counted = dict[str, Counter[tuple[Any, ...]]]


def count(facts: FactsFolder, windows: Sequence[Window], *, enquiries: bool) -> Cubes:
    """The five cubes of the facts inside the windows."""
    counted: Counted = {name: Counter() for name in CUBE_KEYS}
    for part in facts.parts:
        for row in facts.read(part, COUNTED_COLUMNS).to_pylist():
            if row["role"] in COUNTING_ROLES and (enquiries or row["kind"] != "enquiry"):
                _count_row(row, windows, counted)
    return cube.sealed({name: [_table(name, counts)] for name, counts in counted.items()})


def _count_row(row: Mapping[str, Any], windows: Sequence[Window], counted: Counted) -> None:
    outcome = encode_row(row)
    for window in windows:
        moment = row[window.moment]
        if moment is None or not window.start <= moment < window.end:
            continue
        if window.source is not None and row["source"] != window.source:
            continue
        period, area, category = window.period, row["area_id"], row["category_id"]
        counted[f"{window.count}_by_unit"][period, row["unit_id"], outcome] += 1
        if row["counts_for_area"]:
            counted[f"{window.count}_by_area"][period, area, outcome] += 1
            if window.count == "received":
                counted["received_by_area_category"][period, area, category, outcome] += 1


def _table(name: str, counts: Counter[tuple[Any, ...]]) -> pa.Table:
    schema = cube.schema(name)
    rows = [(*key, number) for key, number in counts.items()]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    return pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)],
        schema=schema,
    )
