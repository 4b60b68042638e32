"""From the database to the sealed facts folder.

Facts are a function of the cases and the directory; whether they are still true is asked of
the ledger: no event, no change.
"""

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.conf import settings

from jieban.apps.assessments.live_facts import reopened_fact_rows
from jieban.apps.cases import selectors as cases
from jieban.apps.directory import selectors as directory
from jieban.apps.ledger import selectors as ledger
from jieban.apps.ledger.kinds import FACT_KINDS
from jieban.evaluation.facts import FactsFolder, Source, write_facts
from jieban.home import Home

_ORDER = (
    "fact_id",
    "case_number",
    "received_at",
    "closed_at",
    "due_at",
    "area_id",
    "unit_id",
    "role",
    "category_id",
    "channel",
    "excluded_ground",
    "contacted",
    "valid",
    "resolved",
    "satisfaction",
    "returns",
    "passes",
    "held",
    "counts_for_area",
    "source",
    "kind",
)
_MOMENT = pa.timestamp("us", tz="UTC")
_TYPES = {
    "received_at": _MOMENT,
    "closed_at": _MOMENT,
    "due_at": _MOMENT,
    "contacted": pa.bool_(),
    "valid": pa.bool_(),
    "resolved": pa.bool_(),
    "held": pa.bool_(),
    "counts_for_area": pa.bool_(),
    "returns": pa.int32(),
    "passes": pa.int32(),
}


def is_current(home: Home) -> bool:
    """Whether the facts folder says what the database says now."""
    if not (home.facts / "manifest.json").exists():
        return False
    return FactsFolder.open(home.facts).ledger_number == ledger.head(FACT_KINDS)


def current_facts(home: Home) -> FactsFolder:
    """The facts folder, built anew if anything happened that can change a fact."""
    with _one_at_a_time(home):
        if not is_current(home):
            build_facts(home)
    return FactsFolder.open(home.facts)


def build_facts(home: Home) -> FactsFolder:
    """Seal the facts of everything in the database; parts that did not change stay as they are."""
    number = ledger.settled_head(FACT_KINDS)
    spans = cases.sources()
    ends = {span.source: span.last_moment for span in spans}
    sources = {span.source: Source(span.zone, span.generated) for span in spans}
    parts = [_parts(cases.fact_rows(), ends)]
    last = cases.last_live_moment()
    if last is not None:
        ends[cases.LIVE_SOURCE] = last
        sources[cases.LIVE_SOURCE] = Source(settings.TIME_ZONE, home.demo)
        parts += [_parts(cases.live_fact_rows(), ends), _reopened(ends)]
    return write_facts(home.facts, chain(*parts), _areas(), _units(), sources, number)


def _reopened(ends: dict[str, datetime | None]) -> Iterator[tuple[str, pa.Table]]:
    rows = sorted(reopened_fact_rows(), key=lambda row: (row[_ORDER.index("received_at")], row[0]))
    return _parts([rows] if rows else [], ends)


def _parts(
    batches: Iterable[list[tuple[Any, ...]]], ends: dict[str, datetime | None]
) -> Iterator[tuple[str, pa.Table]]:
    """One table per calendar month of receipt, in UTC; rows arrive ordered by time."""
    month, gathered = "", list[pa.Table]()
    for batch in batches:
        for its_month, table in _by_month(_table(batch, ends)):
            if its_month != month and gathered:
                yield month, pa.concat_tables(gathered)
                gathered = []
            month = its_month
            gathered.append(table)
    if gathered:
        yield month, pa.concat_tables(gathered)


def _by_month(table: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    """A table that is ordered by time, cut where a month begins."""
    received = table["received_at"].combine_chunks()
    months = pc.run_end_encode(pc.strftime(received, format="%Y-%m"))
    start = 0
    for month, end in zip(months.values.to_pylist(), months.run_ends.to_pylist(), strict=True):
        yield month, table.slice(start, end - start)
        start = end


def _table(batch: list[tuple[Any, ...]], ends: dict[str, datetime | None]) -> pa.Table:
    """Rows in the types of the fact table, with the verdict on time."""
    columns = dict(zip(_ORDER, zip(*batch, strict=True), strict=True))
    arrays = {
        name: _array(values, _TYPES.get(name, pa.string())) for name, values in columns.items()
    }
    last = pa.array([ends[source] for source in columns["source"]], _MOMENT)
    arrays["on_time"] = _on_time(arrays["closed_at"], arrays["due_at"], last)
    return pa.table(arrays)


def _array(values: tuple[Any, ...], wanted: pa.DataType) -> pa.Array:
    """One column; SQLite has no booleans and no moments, so 0 and 1 and text come back."""
    found = pa.array(values)
    if pa.types.is_timestamp(wanted) and pa.types.is_string(found.type):
        return pc.assume_timezone(found.cast(pa.timestamp("us")), "UTC")
    return found.cast(wanted)


def _on_time(closed: pa.Array, due: pa.Array, last: pa.Array) -> pa.Array:
    """Closed by the due moment; open and past it at the source's last moment is late.

    Null without a due moment, and for a case that may still be closed in time.
    """
    overdue = pc.fill_null(pc.less(due, last), False)
    undecided = pa.scalar(None, pa.bool_())
    open_case = pc.if_else(overdue, pa.scalar(False), undecided)
    closed_case = pc.less_equal(closed, due)
    return pc.if_else(pc.is_valid(closed), closed_case, open_case)


def _areas() -> pa.Table:
    return _places(directory.areas(), also_parent=True)


def _units() -> pa.Table:
    return _places(directory.units(), also_parent=False)


def _places(entries: Any, *, also_parent: bool) -> pa.Table:
    rows = [
        {
            "id": entry.code,
            "name": entry.name,
            "kind": entry.kind,
            "parent": entry.parent.code if entry.parent else None,
            "population": entry.population,
            "valid_from": entry.valid_from,
            "valid_to": entry.valid_to,
            "successor": entry.successor.code if entry.successor else None,
            "provisional": entry.provisional,
            **({"also_parent": _code(entry.also_parent)} if also_parent else {}),
        }
        for entry in entries
    ]
    fields = [
        ("id", pa.string()),
        ("name", pa.string()),
        ("kind", pa.string()),
        ("parent", pa.string()),
        ("population", pa.int64()),
        ("valid_from", pa.date32()),
        ("valid_to", pa.date32()),
        ("successor", pa.string()),
        ("provisional", pa.bool_()),
    ]
    if also_parent:
        fields.append(("also_parent", pa.string()))
    return pa.Table.from_pylist(rows, schema=pa.schema(fields))


def _code(entry: Any) -> str | None:
    return entry.code if entry else None


@contextmanager
def _one_at_a_time(home: Home) -> Iterator[None]:
    """Two builders would only do the same work twice; the second waits for the first."""
    with (home.facts / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
