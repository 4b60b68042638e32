"""Facts for tests: a small district, rows by hand, and strategies that draw random ones."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st

from jieban.evaluation.facts import (
    AREA_COLUMNS,
    COLUMNS,
    UNIT_COLUMNS,
    FactsFolder,
    Source,
    write_facts,
)

BEIJING = ZoneInfo("Asia/Shanghai")
# The window of 2023-10 by the rule 19th to 18th.
START = datetime(2023, 9, 19, tzinfo=BEIJING).astimezone(UTC)
END = datetime(2023, 10, 19, tzinfo=BEIJING).astimezone(UTC)
INSIDE = datetime(2023, 10, 2, 9, 30, tzinfo=BEIJING).astimezone(UTC)

AREAS: list[dict[str, Any]] = [
    {"id": "d", "name": "清和区", "kind": "district"},
    {"id": "s1", "name": "柳荫街道", "kind": "street", "parent": "d", "population": 50_000},
    {"id": "s2", "name": "石桥街道", "kind": "street", "parent": "d", "population": 30_001},
    {"id": "s3", "name": "空街道", "kind": "street", "parent": "d"},
    {"id": "c1", "name": "一社区", "kind": "community", "parent": "s1", "population": 4_000},
    {"id": "c2", "name": "二社区", "kind": "community", "parent": "s1"},
    {"id": "v3", "name": "三村", "kind": "village", "parent": "s2"},
    {"id": "lost", "name": "无上级社区", "kind": "community"},
    {"id": "p1", "name": "跨街片", "kind": "part", "parent": "s2", "also_parent": "c1"},
]
UNITS: list[dict[str, Any]] = [
    {"id": "u1", "name": "柳荫街道办", "kind": "street_office"},
    {"id": "u2", "name": "石桥街道办", "kind": "street_office"},
    {"id": "u3", "name": "住建委", "kind": "department"},
    {"id": "u4", "name": "供热企业", "kind": "enterprise", "provisional": True},
]


def fact(number: int, **values: Any) -> dict[str, Any]:
    """One fact: a received, reached, resolved and satisfied case unless `values` say otherwise."""
    base = {
        "fact_id": str(number),
        "case_number": f"N{number}",
        "received_at": INSIDE,
        "closed_at": INSIDE + timedelta(days=2),
        "due_at": None,
        "area_id": "c1",
        "unit_id": "u1",
        "role": "lead",
        "category_id": "停车管理",
        "channel": "电话",
        "excluded_ground": None,
        "contacted": True,
        "valid": True,
        "resolved": True,
        "satisfaction": "satisfied",
        "on_time": None,
        "returns": 0,
        "passes": 1,
        "held": False,
        "counts_for_area": True,
        "source": "12345",
        "kind": "request",
    }
    return base | values


def facts_table(rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows in the types of the contract."""
    return pa.Table.from_pylist(list(rows), schema=pa.schema([(c.name, c.type) for c in COLUMNS]))


def area_table(areas: Iterable[Mapping[str, Any]] = AREAS) -> pa.Table:
    """Areas in the types of the contract."""
    columns = [(c.name, c.type) for c in AREA_COLUMNS]
    return pa.Table.from_pylist(list(areas), schema=pa.schema(columns))


def unit_table(units: Iterable[Mapping[str, Any]] = UNITS) -> pa.Table:
    """Units in the types of the contract."""
    columns = [(c.name, c.type) for c in UNIT_COLUMNS]
    return pa.Table.from_pylist(list(units), schema=pa.schema(columns))


def sealed(
    folder: Path,
    rows: list[dict[str, Any]],
    areas: list[dict[str, Any]] = AREAS,
    units: list[dict[str, Any]] = UNITS,
    zones: Mapping[str, str] | None = None,
) -> FactsFolder:
    """A sealed folder with these rows, cut by calendar month in UTC."""
    months: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        months.setdefault(f"{row['received_at'].astimezone(UTC):%Y-%m}", []).append(row)
    parts = [(month, facts_table(months[month])) for month in sorted(months)]
    names = {"12345", *(row["source"] for row in rows)}
    sources = {name: Source((zones or {}).get(name, "Asia/Shanghai")) for name in names}
    return write_facts(folder, parts, area_table(areas), unit_table(units), sources, 7)


def plain(folder: Path, rows: list[dict[str, Any]]) -> FactsFolder:
    """A folder without a manifest with these rows in one file."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(facts_table(rows), folder / "facts.parquet")
    pq.write_table(area_table(), folder / "areas.parquet")
    pq.write_table(unit_table(), folder / "units.parquet")
    return FactsFolder.open(folder)


_MICROSECOND = timedelta(microseconds=1)
_EDGES = [START - _MICROSECOND, START, START + _MICROSECOND, END - _MICROSECOND, END, INSIDE]
_moments = st.one_of(
    st.sampled_from(_EDGES),
    # Hypothesis wants its bounds without a zone and adds it.
    st.datetimes(datetime(2023, 8, 1), datetime(2023, 11, 30), timezones=st.just(UTC)),  # noqa: DTZ001
)
_yes_no = st.sampled_from([True, True, True, False, None])

_drawn_row = st.fixed_dictionaries(
    {
        "received_at": _moments,
        "closed_at": st.one_of(st.none(), _moments),
        "area_id": st.sampled_from([None, *(area["id"] for area in AREAS), "c1", "c1", "c2"]),
        "unit_id": st.sampled_from([None, "u1", "u1", "u2", "u3"]),
        "role": st.sampled_from(["lead", "lead", "dual", "joint", "transfer"]),
        "category_id": st.sampled_from([None, "停车管理", "供暖->不热"]),
        "excluded_ground": st.sampled_from([None] * 6 + ["duplicate", "other", "自定情形"]),
        "contacted": _yes_no,
        "valid": _yes_no,
        "resolved": _yes_no,
        "satisfaction": st.sampled_from(
            [None, "satisfied", "satisfied", "mostly_satisfied", "neutral", "dissatisfied", "other"]
        ),
        "on_time": _yes_no,
        "returns": st.sampled_from([None, 0, 2]),
        "passes": st.sampled_from([None, 1, 3]),
        "held": st.sampled_from([None, False, True]),
        "counts_for_area": st.sampled_from([True, True, False, None]),
        "source": st.sampled_from(["12345", "311"]),
        "kind": st.sampled_from(["request", "request", None, "enquiry"]),
    }
)
drawn_rows = st.lists(_drawn_row, min_size=1, max_size=60).map(
    lambda rows: [fact(number, **row) for number, row in enumerate(rows)]
)
