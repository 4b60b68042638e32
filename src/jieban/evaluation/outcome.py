"""What one fact is worth to any rule, as one number: the outcome code.

The code is a uint16 in mixed radix. `DIGITS` is its only declaration; the plain and the
vectorised encoder and the SQL of the engines follow it digit by digit, first digit most
significant. 26,880 values are possible, and at most `ALPHABET` different ones may occur in
one counting: every cube stays small whatever the number of rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jieban.domain.rulebook.grounds import GROUND_DIGITS, NO_GROUND, OTHER_GROUND

ALPHABET: Final = 4096
SATISFACTION_DIGITS: Final = {
    "satisfied": 1,
    "mostly_satisfied": 2,
    "neutral": 3,
    "dissatisfied": 4,
}
OPEN, ON_TIME, LATE, OVERDUE, CLOSED_NO_VERDICT, ON_TIME_NOT_CLOSED = range(6)


@dataclass(frozen=True)
class Digit:
    """One place of the code: its name, how many values it has, what they mean."""

    name: str
    size: int
    meaning: str


DIGITS: Final = (
    Digit("ground", 14, "0 not excluded, else the ground's digit (rulebook/grounds.py), 13 other"),
    Digit("valid", 2, "1 valid call-back 有效回访"),
    Digit("contacted", 2, "1 contacted 联系"),
    Digit("resolved", 2, "1 resolved 解决"),
    Digit("satisfaction", 5, "0 blank or other, 1 satisfied, 2 mostly, 3 neutral, 4 dissatisfied"),
    Digit(
        "timing",
        6,
        "0 open no verdict, 1 closed on time, 2 closed late, 3 open overdue, "
        "4 closed no verdict, 5 said on time but no closing time given",
    ),
    Digit("returned", 2, "1 returned 退单 at least once"),
    Digit("reopened", 2, "1 handled more than once 重办"),
    Digit("held", 2, "1 on hold 挂账"),
)


class Outcome(NamedTuple):
    """A decoded code, one field per digit."""

    ground: int
    valid: int
    contacted: int
    resolved: int
    satisfaction: int
    timing: int
    returned: int
    reopened: int
    held: int


def weights() -> dict[str, int]:
    """What one step of each digit adds to the code."""
    worth: dict[str, int] = {}
    step = 1
    for digit in reversed(DIGITS):
        worth[digit.name] = step
        step *= digit.size
    return worth


_WEIGHTS = weights()
CODES: Final = _WEIGHTS[DIGITS[0].name] * DIGITS[0].size
# The columns a code is made of, in the order of the facts contract.
OUTCOME_COLUMNS: Final = (
    "closed_at",
    "excluded_ground",
    "contacted",
    "valid",
    "resolved",
    "satisfaction",
    "on_time",
    "returns",
    "passes",
    "held",
)


def pack(outcome: Outcome) -> int:
    """The code of an outcome."""
    return sum(_WEIGHTS[name] * value for name, value in outcome._asdict().items())


@cache
def unpack(code: int) -> Outcome:
    """The outcome of a code."""
    values = (code // _WEIGHTS[digit.name] % digit.size for digit in DIGITS)
    return Outcome(*values)


def encode_row(row: Mapping[str, Any]) -> int:
    """The code of one fact given as a mapping; null answers count as not said."""
    ground = row["excluded_ground"]
    return pack(
        Outcome(
            ground=NO_GROUND if ground is None else GROUND_DIGITS.get(ground, OTHER_GROUND),
            valid=int(row["valid"] is True),
            contacted=int(row["contacted"] is True),
            resolved=int(row["resolved"] is True),
            satisfaction=SATISFACTION_DIGITS.get(row["satisfaction"], 0),
            timing=_timing(row["on_time"], row["closed_at"] is not None),
            returned=int((row["returns"] or 0) > 0),
            reopened=int((row["passes"] or 1) > 1),
            held=int(row["held"] is True),
        )
    )


def _timing(on_time: bool | None, closed: bool) -> int:
    if on_time is None:
        return CLOSED_NO_VERDICT if closed else OPEN
    if on_time:
        return ON_TIME if closed else ON_TIME_NOT_CLOSED
    return LATE if closed else OVERDUE


def encode_table(table: pa.Table) -> NDArray[np.uint16]:
    """The codes of all rows of a table of facts, in order."""
    digits = {
        "ground": lookup(table["excluded_ground"], GROUND_DIGITS, OTHER_GROUND),
        "valid": _said(table["valid"]),
        "contacted": _said(table["contacted"]),
        "resolved": _said(table["resolved"]),
        "satisfaction": lookup(table["satisfaction"], SATISFACTION_DIGITS, 0),
        "timing": _timings(table),
        "returned": _over(table["returns"], 0),
        "reopened": _over(table["passes"], 1),
        "held": _said(table["held"]),
    }
    codes = np.zeros(table.num_rows, dtype=np.uint16)
    for name, values in digits.items():
        codes += values.astype(np.uint16) * np.uint16(_WEIGHTS[name])
    return codes


def lookup(column: pa.ChunkedArray, known: Mapping[str, int], other: int) -> NDArray[np.int64]:
    """The number of each word of a text column: null is 0, an unknown word is `other`."""
    words, codes = dictionary_codes(column)
    numbers = np.array([0, *(known.get(word, other) for word in words)], dtype=np.int64)
    return numbers[codes + 1]


def dictionary_codes(column: pa.ChunkedArray) -> tuple[list[str], NDArray[np.int64]]:
    """The distinct words of a text column and, per row, the index of its word; null is -1."""
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], column.type)
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    codes = pc.fill_null(array.indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
    return array.dictionary.to_pylist(), codes


def _said(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    said: NDArray[np.bool_] = pc.fill_null(column, False).to_numpy()
    return said


def _over(column: pa.ChunkedArray, limit: int) -> NDArray[np.bool_]:
    return _said(pc.greater(column, limit))


def _timings(table: pa.Table) -> NDArray[np.int64]:
    on_time = pc.fill_null(table["on_time"].cast(pa.int8()), -1).to_numpy()
    closed = pc.is_valid(table["closed_at"]).to_numpy()
    # Rows: nothing said, not on time, on time; columns: open, closed.
    table_of = np.array(
        [[OPEN, CLOSED_NO_VERDICT], [OVERDUE, LATE], [ON_TIME_NOT_CLOSED, ON_TIME]],
        dtype=np.int64,
    )
    timings: NDArray[np.int64] = table_of[on_time.astype(np.int64) + 1, closed.astype(np.int64)]
    return timings


def outcomes_of(codes: Iterable[int]) -> list[Outcome]:
    """Decode many codes, in order."""
    return [unpack(int(code)) for code in codes]
