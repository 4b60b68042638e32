"""Counts by period, key and outcome: what an engine hands over and all that scoring reads.

A cube is a sparse Arrow table, one row per combination that occurs, sorted, so two engines
that counted the same are equal row for row. Cubes add up: a year is the sum of its months,
a street the sum of its communities.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jieban.domain.errors import Refused
from jieban.domain.rulebook.periods import closed_bounds, month_bounds, months_of
from jieban.domain.rulebook.schema import SOURCE_ZONE, Rulebook
from jieban.evaluation.outcome import ALPHABET

Count = Literal["received", "closed"]
Moment = Literal["received_at", "closed_at"]


@dataclass(frozen=True)
class Window:
    """The rows one count of one month takes: those whose `moment` is in [start, end).

    `source` limits the window to one source (sources with time zones of their own); None is
    every source. Windows of one count may overlap: a row then counts once in each.
    """

    count: Count
    period: str
    start: datetime
    end: datetime
    moment: Moment
    source: str | None = None


def windows_of(rulebook: Rulebook, period: str, zones: dict[str, str]) -> list[Window]:
    """The windows of every month of `period`; `zones` are the sources of the facts."""
    by_source: list[str | None] = [None]
    if rulebook.period_zone == SOURCE_ZONE:
        by_source = list(sorted(zones))
    assessed: Moment = "received_at" if rulebook.period_by == "received" else "closed_at"
    windows = []
    for month in months_of(period):
        for source in by_source:
            zone = rulebook.zone(zones.get(source) if source else None)
            start, end = month_bounds(month, rulebook.period_rule, zone)
            windows.append(Window("received", month, start, end, assessed, source))
            start, end = closed_bounds(month, rulebook.period_rule, rulebook.closed_window, zone)
            windows.append(Window("closed", month, start, end, "closed_at", source))
    return windows


# Keys of each cube beside period, outcome and count. An empty key means: the fact has none.
CUBE_KEYS: dict[str, tuple[str, ...]] = {
    "received_by_area": ("area",),
    "received_by_unit": ("unit",),
    "received_by_area_category": ("area", "category"),
    "closed_by_area": ("area",),
    "closed_by_unit": ("unit",),
}


@dataclass(frozen=True)
class Cubes:
    """The five cubes of one counting. Area cubes hold only facts that count for the area."""

    received_by_area: pa.Table
    received_by_unit: pa.Table
    received_by_area_category: pa.Table
    closed_by_area: pa.Table
    closed_by_unit: pa.Table

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Cubes) and all(
            getattr(self, name).equals(getattr(other, name)) for name in CUBE_KEYS
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def digest(self) -> str:
        """SHA-256 of the counts themselves, whichever engine made them."""
        seal = hashlib.sha256()
        for name in CUBE_KEYS:
            for row in zip(*(column.to_pylist() for column in self[name].columns), strict=True):
                seal.update("\x1f".join(map(str, row)).encode("utf-8"))
                seal.update(b"\n")
            seal.update(b"\n")
        return seal.hexdigest()

    def __getitem__(self, name: str) -> pa.Table:
        table: pa.Table = getattr(self, name)
        return table


def schema(name: str) -> pa.Schema:
    """The columns of the cube `name`."""
    texts = [(key, pa.string()) for key in ("period", *CUBE_KEYS[name])]
    return pa.schema([*texts, ("outcome", pa.uint16()), ("count", pa.int64())])


def sealed(counted: dict[str, Sequence[pa.Table]]) -> Cubes:
    """Cubes from the partial counts of an engine: added up, sorted, checked.

    Partial tables have the columns of `schema`; null keys are read as empty.

    Raises:
        Refused: `cube.too_many_outcomes`.
    """
    return Cubes(**{name: _sealed_one(name, counted.get(name, ())) for name in CUBE_KEYS})


def _sealed_one(name: str, partial: Sequence[pa.Table]) -> pa.Table:
    wanted = schema(name)
    table = pa.concat_tables([wanted.empty_table(), *(part.cast(wanted) for part in partial)])
    keys = [field.name for field in wanted if field.name != "count"]
    for place, key in enumerate(wanted.names[: 1 + len(CUBE_KEYS[name])]):
        table = table.set_column(place, key, pc.fill_null(table[key], ""))
    summed = table.group_by(keys).aggregate([("count", "sum")])
    summed = summed.rename_columns([*keys, "count"]).select(wanted.names).cast(wanted)
    summed = summed.filter(pc.greater(summed["count"], 0))
    different = pc.count_distinct(summed["outcome"]).as_py()
    if different > ALPHABET:
        raise Refused("cube.too_many_outcomes", found=different, limit=ALPHABET)
    return summed.sort_by([(key, "ascending") for key in keys]).combine_chunks()


def write_cubes(cubes: Cubes, path: Path) -> None:
    """Keep the cubes in one Parquet file, the cube's name in its first column."""
    wide = []
    for name in CUBE_KEYS:
        table = cubes[name]
        columns: dict[str, Any] = {"cube": pa.array([name] * table.num_rows, pa.string())}
        for key in ("period", "area", "unit", "category"):
            columns[key] = table[key] if key in table.column_names else _nulls(table.num_rows)
        columns["outcome"], columns["count"] = table["outcome"], table["count"]
        wide.append(pa.table(columns))
    pq.write_table(pa.concat_tables(wide), path)


def read_cubes(path: Path) -> Cubes:
    """The cubes that `write_cubes` kept."""
    wide = pq.read_table(path)
    return sealed(
        {
            name: [wide.filter(pc.equal(wide["cube"], name)).select(schema(name).names)]
            for name in CUBE_KEYS
        }
    )


def added(cubes: Iterable[Cubes]) -> Cubes:
    """The sum of several countings, for instance of the parts of a range."""
    listed = list(cubes)
    return sealed({name: [each[name] for each in listed] for name in CUBE_KEYS})


def _nulls(rows: int) -> pa.Array:
    return pa.nulls(rows, pa.string())
