"""How far counting is from the floor: each engine against a bare `np.bincount` in the same run.

    python benchmarks/count_engines.py [ROWS]        default 600,000 rows, twelve months

The floor is one bincount over codes that are in memory already: no file, no text, no window.
Prints one line per engine: seconds and ratio to the floor; `reference` only up to 50,000 rows.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jieban.domain.rulebook.schema import load
from jieban.evaluation.cube import windows_of
from jieban.evaluation.engines import ENGINES, engine
from jieban.evaluation.facts import (
    AREA_COLUMNS,
    COLUMNS,
    UNIT_COLUMNS,
    Column,
    FactsFolder,
    Source,
    write_facts,
)
from jieban.evaluation.outcome import CODES

STREETS, COMMUNITIES, UNITS = 26, 440, 66
YEAR_MICROSECONDS = 365 * 24 * 3600 * 1_000_000
START = datetime(2022, 12, 19, tzinfo=UTC)


def made_up_facts(folder: Path, rows: int) -> FactsFolder:
    """A sealed folder of random facts: a year of one district, skewed towards few communities."""
    chance = np.random.default_rng(12345)
    begin = int(START.timestamp()) * 1_000_000
    received = begin + np.sort(chance.integers(0, YEAR_MICROSECONDS, rows))
    community = (COMMUNITIES * chance.random(rows) ** 2).astype(int)

    def said(share: float) -> pa.Array:
        return pa.array(chance.random(rows) < share)

    def picked(words: list[str | None], shares: list[float]) -> pa.Array:
        return pa.array(words).take(pa.array(chance.choice(len(words), rows, p=shares)))

    moments = pa.timestamp("us", tz="UTC")
    columns: dict[str, pa.Array] = {
        "fact_id": pa.array(np.arange(rows)).cast(pa.string()),
        "case_number": pa.array(np.arange(rows)).cast(pa.string()),
        "received_at": pa.array(received).cast(moments),
        "closed_at": pa.array(received + 3 * 86_400_000_000).cast(moments),
        "due_at": pa.array(received + 7 * 86_400_000_000).cast(moments),
        "area_id": pa.array([f"c{n}" for n in range(COMMUNITIES)]).take(pa.array(community)),
        "unit_id": pa.array([f"u{n}" for n in community % UNITS]),
        "role": picked(["lead", "dual", "joint"], [0.85, 0.1, 0.05]),
        "category_id": pa.array([f"类{n}->小类{n % 7}" for n in community % 90]),
        "channel": pa.nulls(rows, pa.string()),
        "excluded_ground": picked([None, "duplicate", "force_majeure"], [0.95, 0.03, 0.02]),
        "contacted": said(0.96),
        "valid": said(0.7),
        "resolved": said(0.85),
        "satisfaction": picked(["satisfied", "mostly_satisfied", "neutral"], [0.7, 0.2, 0.1]),
        "on_time": said(0.9),
        "returns": pa.array(chance.integers(0, 2, rows), pa.int32()),
        "passes": pa.array(np.ones(rows), pa.int32()),
        "held": said(0.02),
        "counts_for_area": said(1.0),
        "source": pa.array(["12345"] * rows),
        "kind": pa.array(["request"] * rows),
    }
    table = pa.table(columns, schema=pa.schema([(c.name, c.type) for c in COLUMNS]))
    months = pc.strftime(table["received_at"], format="%Y-%m")
    parts = [(name, table.filter(pc.equal(months, name))) for name in pc.unique(months).to_pylist()]
    areas = [{"id": f"s{n}", "name": f"街道{n}", "kind": "street"} for n in range(STREETS)]
    areas += [
        {"id": f"c{n}", "name": f"社区{n}", "kind": "community", "parent": f"s{n % STREETS}"}
        for n in range(COMMUNITIES)
    ]
    units = [{"id": f"u{n}", "name": f"单位{n}", "kind": "department"} for n in range(UNITS)]
    return write_facts(
        folder,
        parts,
        _directory(areas, AREA_COLUMNS),
        _directory(units, UNIT_COLUMNS),
        {"12345": Source(generated=True)},
        None,
    )


def _directory(entries: list[dict[str, str]], columns: tuple[Column, ...]) -> pa.Table:
    return pa.Table.from_pylist(entries, schema=pa.schema([(c.name, c.type) for c in columns]))


def best_of(times: int, act: Callable[[], object]) -> float:
    """Seconds of the quickest of several tries."""
    seconds = []
    for _ in range(times):
        begin = time.perf_counter()
        act()
        seconds.append(time.perf_counter() - begin)
    return min(seconds)


def main(rows: int) -> None:
    """Measure the floor and every engine on the same facts."""
    chance = np.random.default_rng(1)
    codes = chance.integers(0, CODES * 8, rows)
    floor = best_of(5, lambda: np.bincount(codes))
    print(f"{rows:,} rows; floor (np.bincount over one array): {floor * 1000:.1f} ms")
    with tempfile.TemporaryDirectory() as folder:
        made_up_facts(Path(folder), rows)
        windows = windows_of(load("beijing-district"), "2023", {"12345": "Asia/Shanghai"})
        for name in ENGINES:
            if name == "reference" and rows > 50_000:
                continue
            count = engine(name).count
            # Opened anew each time, so that the check of the seals is paid for.
            took = best_of(
                3,
                lambda: count(FactsFolder.open(Path(folder)), windows, enquiries=False),  # noqa: B023
            )
            print(f"{name:<10} {took * 1000:8.1f} ms  {took / floor:7.1f} x floor")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 600_000)
