"""When the invented cases fall: assessment periods 19th to 18th, and the exports drawn from them.

Times are whole seconds since 1970-01-01 00:00 on the district's own clock (no zone, no summer
time), so that a text in a file is a plain calendar conversion away.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

DAY = 86_400
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  a wall clock, see above
DRAWN_AFTER = timedelta(days=11, hours=10)
"""An assessment export is drawn when most call-backs are in: the 30th at ten o'clock."""


@dataclass(frozen=True)
class Timeline:
    """`names[i]` is the period's month; it covers [starts[i], starts[i+1]); drawn at exports[i]."""

    names: tuple[str, ...]
    starts: NDArray[np.int64]
    exports: NDArray[np.int64]

    @property
    def first_day(self) -> date:
        return moment(int(self.starts[0])).date()

    @property
    def days(self) -> int:
        return int((self.starts[-1] - self.starts[0]) // DAY)


def moment(seconds: int) -> datetime:
    """The wall clock reading `seconds` stands for."""
    return EPOCH + timedelta(seconds=seconds)


def seconds(at: datetime) -> int:
    """Seconds of a wall clock reading."""
    return int((at - EPOCH).total_seconds())


def _back(year: int, month: int, months: int) -> tuple[int, int]:
    count = year * 12 + month - 1 - months
    return count // 12, count % 12 + 1


def timeline(periods: int, last_period: str) -> Timeline:
    """The `periods` assessment periods that end with `last_period` ("2023-10")."""
    year, month = (int(part) for part in last_period.split("-"))
    names, starts = [], []
    for months in range(periods - 1, -1, -1):
        here = _back(year, month, months)
        before = _back(year, month, months + 1)
        names.append(f"{here[0]}-{here[1]:02d}")
        starts.append(seconds(datetime(before[0], before[1], 19)))  # noqa: DTZ001
    starts.append(seconds(datetime(year, month, 19)))  # noqa: DTZ001
    edges = np.array(starts, dtype=np.int64)
    return Timeline(tuple(names), edges, edges[1:] + int(DRAWN_AFTER.total_seconds()))
