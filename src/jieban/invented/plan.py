"""Which row stands in which month's file, in what shape, and what dirt is planted there.

A file holds the cases received in its period, as they stood when it was drawn, and the rows
of earlier periods that were still open then and have been called back since. Dirt is planted
on further rows or on rows of its own, never on the only good row of an assignment, so that
after importing all files in order every assignment is there once, in its last state.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jieban.invented.cases import DUAL, JOINT, LEAD, NEVER, Assignments, Cases
from jieban.invented.timeline import Timeline

XLSX, GB18030, UTF8_BOM, UTF8 = "xlsx", "gb18030", "utf-8-sig", "utf-8"
CORRECTED_LATER_SHARE, CORRECTED_HERE_SHARE, TWICE_SHARE = 0.003, 0.0006, 0.004
REJECTED_SHARE = 0.001
DEFECTS = ("number blank", "date unreadable", "role unknown")

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Planted:
    """A row that has to be rejected: a copy of assignment `like` with one `defect`.

    `number` is the number it bears, blank for the defect that is about it.
    """

    like: int
    defect: str
    number: str


@dataclass(frozen=True)
class FilePlan:
    """One export. `rows` are assignments in order of the file.

    `wrong[i]` says that row i states the opposite of what the call-back brought. `twice`,
    `corrected_here`, `corrects_earlier` and `exported_again` name the assignments that stand
    twice alike, stand first wrong and then right, right what the last file had wrong, and come
    again since they were open then. Dates are "cells", "numbers" (Excel serial), "iso" or
    "slashes"; `headings` is 0, 1 or 2.
    """

    period: int
    name: str
    encoding: str
    headings: int
    dates: str
    title_rows: int
    total_row: bool
    phones_masked: bool
    phones_as_numbers: bool
    rows: Ints
    wrong: NDArray[np.bool_]
    twice: tuple[int, ...]
    corrected_here: tuple[int, ...]
    corrects_earlier: tuple[int, ...]
    exported_again: tuple[int, ...]
    rejected: tuple[Planted, ...]

    @property
    def is_workbook(self) -> bool:
        return self.encoding == XLSX


def _encoding(place: int, last: int) -> str:
    """Mostly workbooks; the newest is one always."""
    if place == last:
        return XLSX
    return {2: GB18030, 5: UTF8_BOM, 7: UTF8}.get(place % 10, XLSX)


def plan_files(
    rng: np.random.Generator,
    line: Timeline,
    cases: Cases,
    assignments: Assignments,
    stem: str,
) -> tuple[FilePlan, ...]:
    """The exports in order of their periods."""
    last = len(line.names) - 1
    received = cases.received[assignments.case]
    settled_at = cases.called_back[assignments.case]
    assessed = assignments.role <= JOINT
    first = np.searchsorted(line.starts, received, side="right") - 1
    settled = (settled_at != NEVER) & (settled_at <= line.exports[-1])
    final = np.where(
        assessed & settled, np.maximum(first, np.searchsorted(line.exports, settled_at)), first
    )
    spoken = (assignments.role <= DUAL) & cases.valid[assignments.case] & settled

    plans = []
    wrong_before: Ints = np.zeros(0, dtype=np.int64)
    for period, name in enumerate(line.names):
        again = np.flatnonzero((final == period) & (first < period))
        here = np.flatnonzero(first == period)
        finished = np.concatenate([again, here[final[here] == period]])
        can_be_wrong = finished[spoken[finished] & (assignments.role[finished] == LEAD)]
        can_be_wrong = np.setdiff1d(can_be_wrong, wrong_before)
        later = _some(rng, can_be_wrong, CORRECTED_LATER_SHARE) if period < last else here[:0]
        now = _some(rng, np.setdiff1d(can_be_wrong, later), CORRECTED_HERE_SHARE)
        twice = _some(rng, np.setdiff1d(here, np.concatenate([later, now])), TWICE_SHARE)
        body = np.sort(np.concatenate([wrong_before, again, here, twice]))
        # A row that is put right in this file stands wrong first; its right version comes last.
        body = body[~np.isin(body, now)]
        rows = np.concatenate([now, body, now])
        wrong = np.concatenate(
            [
                np.ones(len(now), dtype=bool),
                np.isin(body, later),
                np.zeros(len(now), dtype=bool),
            ]
        )
        number = max(1, round(len(here) * REJECTED_SHARE))
        defective = rng.choice(here, number) if len(here) else here
        encoding = _encoding(period, last)
        workbook = encoding == XLSX
        plans.append(
            FilePlan(
                period=period,
                name=f"{stem}_{name}.{'xlsx' if workbook else 'csv'}",
                encoding=encoding,
                headings=period % 3,
                dates=("cells", "iso", "numbers")[period % 3]
                if workbook
                else ("iso", "slashes")[period % 2],
                title_rows=2 + (period % 4 == 3) if workbook else int(encoding == UTF8_BOM),
                total_row=period % 3 == 1,
                phones_masked=encoding == UTF8,
                phones_as_numbers=workbook and period % 4 == 1,
                rows=rows,
                wrong=wrong,
                twice=_as_tuple(twice),
                corrected_here=_as_tuple(now),
                corrects_earlier=_as_tuple(wrong_before),
                exported_again=_as_tuple(again),
                rejected=tuple(
                    _planted(period, place, int(like)) for place, like in enumerate(defective)
                ),
            )
        )
        wrong_before = later
    return tuple(plans)


def _planted(period: int, place: int, like: int) -> Planted:
    defect = DEFECTS[(period + place) % len(DEFECTS)]
    number = "" if defect == DEFECTS[0] else f"热线-99{period:02d}00-{place + 1:06d}"
    return Planted(like, defect, number)


def _some(rng: np.random.Generator, among: Ints, share: float) -> Ints:
    """A `share` of `among`, at least one where there is any."""
    if not len(among):
        return among
    return np.sort(rng.choice(among, max(1, round(len(among) * share)), replace=False))


def _as_tuple(rows: Ints) -> tuple[int, ...]:
    return tuple(int(row) for row in rows)
