"""The default engine for files: bincount over the columns of one Parquet part at a time.

Only parts whose moments can fall into a window are read, and only the counted columns, so
memory holds one part. Within a part each text becomes a small number once; a count is then
one bincount over (outcome, key).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jieban.evaluation import cube
from jieban.evaluation.cube import CUBE_KEYS, Cubes, Window
from jieban.evaluation.facts import COUNTED_COLUMNS, COUNTING_ROLES, FactsFolder
from jieban.evaluation.outcome import dictionary_codes, encode_table

Ints = NDArray[np.int64]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def count(facts: FactsFolder, windows: Sequence[Window], *, enquiries: bool) -> Cubes:
    """The five cubes of the facts inside the windows."""
    counted: dict[str, list[pa.Table]] = {name: [] for name in CUBE_KEYS}
    for part in facts.parts:
        near = [w for w in windows if part.may_hold(w.moment, w.start, w.end)]
        if not near:
            continue
        rows = PartRows.of(facts.read(part, COUNTED_COLUMNS), enquiries=enquiries)
        for window in near:
            _count_window(rows, window, counted)
    return cube.sealed(dict(counted))


@dataclass(frozen=True)
class _Key:
    """A text column as numbers: 0 is "none", i + 1 is `words[i]`."""

    words: list[str]
    codes: Ints

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> _Key:
        words, codes = dictionary_codes(column)
        return cls(words, codes + 1)

    @property
    def size(self) -> int:
        return len(self.words) + 1

    def names(self, codes: Ints) -> pa.Array:
        """The words of some codes, "" for none."""
        return pa.array(["", *self.words], pa.string()).take(pa.array(codes))


@dataclass(frozen=True)
class PartRows:
    """One part as arrays. `outcome` counts through `alphabet`, the codes that occur in it."""

    alphabet: NDArray[np.uint16]
    outcome: Ints
    area: _Key
    unit: _Key
    category: _Key
    source: _Key
    counts: NDArray[np.bool_]
    counts_for_area: NDArray[np.bool_]
    moments: dict[str, Ints]

    @classmethod
    def of(cls, table: pa.Table, *, enquiries: bool) -> PartRows:
        codes = encode_table(table)
        occurs = np.bincount(codes) > 0
        alphabet = np.flatnonzero(occurs)
        counts = pc.is_in(table["role"], value_set=pa.array(COUNTING_ROLES)).to_numpy()
        if not enquiries:
            enquiry = pc.fill_null(pc.equal(table["kind"], "enquiry"), False).to_numpy()
            counts = counts & ~enquiry
        return cls(
            alphabet=alphabet.astype(np.uint16),
            outcome=(np.cumsum(occurs) - 1)[codes],
            area=_Key.of(table["area_id"]),
            unit=_Key.of(table["unit_id"]),
            category=_Key.of(table["category_id"]),
            source=_Key.of(table["source"]),
            counts=counts,
            counts_for_area=pc.fill_null(table["counts_for_area"], False).to_numpy(),
            moments={name: _microseconds(table[name]) for name in ("received_at", "closed_at")},
        )

    def inside(self, window: Window) -> NDArray[np.bool_]:
        """Which rows the window takes; an empty moment is in no window."""
        moment = self.moments[window.moment]
        taken = self.counts & (moment >= _micro(window.start)) & (moment < _micro(window.end))
        if window.source is not None:
            known = window.source in self.source.words
            code = self.source.words.index(window.source) + 1 if known else -1
            taken = taken & (self.source.codes == code)
        return taken


_NEVER = np.iinfo(np.int64).min


def _microseconds(column: pa.ChunkedArray) -> Ints:
    moments: Ints = pc.fill_null(column.cast(pa.int64()), _NEVER).to_numpy()
    return moments


def _micro(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _count_window(rows: PartRows, window: Window, counted: dict[str, list[pa.Table]]) -> None:
    taken = np.flatnonzero(rows.inside(window))
    if not taken.size:
        return
    for_area = taken[rows.counts_for_area[taken]]
    name = f"{window.count}_by_unit"
    counted[name].append(_tally(name, rows, window.period, taken, [rows.unit]))
    name = f"{window.count}_by_area"
    counted[name].append(_tally(name, rows, window.period, for_area, [rows.area]))
    if window.count == "received":
        name = "received_by_area_category"
        keys = [rows.area, rows.category]
        counted[name].append(_tally(name, rows, window.period, for_area, keys))


def _tally(name: str, rows: PartRows, period: str, taken: Ints, keys: list[_Key]) -> pa.Table:
    """Count the taken rows by keys and outcome, as a partial cube."""
    mixed = np.zeros(taken.size, dtype=np.int64)
    room = 1
    for key in keys:
        mixed = mixed * key.size + key.codes[taken]
        room *= key.size
    letters = len(rows.alphabet)
    mixed = mixed * letters + rows.outcome[taken]
    found, number = _counts(mixed, room * letters)
    columns = [pa.array(rows.alphabet[found % letters] if letters else found.astype(np.uint16))]
    found = found // max(letters, 1)
    for key in reversed(keys):
        columns.insert(0, key.names(found % key.size))
        found = found // key.size
    periods = pa.array([period] * len(number), pa.string())
    return pa.table([periods, *columns, pa.array(number)], schema=cube.schema(name))


def _counts(mixed: Ints, room: int) -> tuple[Ints, Ints]:
    """Distinct values and how often each occurs; a bincount where the room is affordable."""
    if room > max(1 << 22, 8 * mixed.size):
        found, number = np.unique(mixed, return_counts=True)
        return found, number.astype(np.int64)
    number = np.bincount(mixed, minlength=0)
    found = np.flatnonzero(number)
    return found, number[found].astype(np.int64)
