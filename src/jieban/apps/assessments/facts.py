"""From the database to the sealed facts folder.

Facts are a function of the cases and the directory; whether they are still true is asked of
the ledger: no event, no change.
"""

import fcntl
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pyarrow as pa

from jieban.apps.cases import selectors as cases
from jieban.apps.cases.storage import read_time
from jieban.apps.directory import selectors as directory
from jieban.apps.ledger import selectors as ledger
from jieban.evaluation.facts import FactsFolder, Source, write_facts
from jieban.home import Home

# Kinds of events that can change a fact; runs and publications cannot.
FACT_EVENTS = (
    "cases.imported",
    "case.attributed",
    "case.excluded",
    "directory.imported",
    "directory.confirmed",
    "directory.merged",
)
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
_RECEIVED, _CLOSED, _DUE, _SOURCE = 2, 3, 4, 19
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
    return FactsFolder.open(home.facts).ledger_number == ledger.head(FACT_EVENTS)


def current_facts(home: Home) -> FactsFolder:
    """The facts folder, built anew if anything happened that can change a fact."""
    with _one_at_a_time(home):
        if not is_current(home):
            build_facts(home)
    return FactsFolder.open(home.facts)


def build_facts(home: Home) -> FactsFolder:
    """Seal the facts of everything in the database; parts that did not change stay as they are."""
    number = ledger.head(FACT_EVENTS)
    spans = {span.source: span for span in cases.sources()}
    ends = {name: span.last_moment for name, span in spans.items()}
    return write_facts(
        home.facts,
        _parts(ends),
        _areas(),
        _units(),
        {name: Source(span.zone, span.generated) for name, span in spans.items()},
        number,
    )


def _parts(ends: dict[str, datetime | None]) -> Iterator[tuple[str, pa.Table]]:
    """One table per calendar month of receipt; rows arrive ordered by time."""
    month, gathered = "", defaultdict[str, list[Any]](list)
    for batch in cases.fact_rows():
        for row in batch:
            received = read_time(row[_RECEIVED])
            assert received is not None
            its_month = f"{received:%Y-%m}"
            if its_month != month and gathered:
                yield month, _table(gathered)
                gathered = defaultdict(list)
            month = its_month
            _gather(gathered, row, received, ends[row[_SOURCE]])
    if gathered:
        yield month, _table(gathered)


def _gather(
    gathered: dict[str, list[Any]],
    row: tuple[Any, ...],
    received: datetime,
    end: datetime | None,
) -> None:
    closed, due = read_time(row[_CLOSED]), read_time(row[_DUE])
    for name, value in zip(_ORDER, row, strict=True):
        gathered[name].append(value)
    gathered["received_at"][-1] = received
    gathered["closed_at"][-1] = closed
    gathered["due_at"][-1] = due
    gathered["on_time"].append(_on_time(closed, due, end))


def _on_time(closed: datetime | None, due: datetime | None, end: datetime | None) -> bool | None:
    """Closed by the due moment; open and past it at the source's last moment is late.

    None without a due moment, and for a case that may still be closed in time.
    """
    if due is None:
        return None
    if closed is not None:
        return closed <= due
    return False if end is not None and due < end else None


def _table(gathered: dict[str, list[Any]]) -> pa.Table:
    types = {**_TYPES, "on_time": pa.bool_()}
    arrays = {}
    for name, values in gathered.items():
        if pa.types.is_boolean(types.get(name, pa.null())):
            # SQLite has no booleans: 0 and 1 come back.
            values = [None if value is None else bool(value) for value in values]
        elif name == "fact_id":
            values = [str(value) for value in values]
        arrays[name] = pa.array(values, types.get(name, pa.string()))
    return pa.table(arrays)


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
