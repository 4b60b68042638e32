"""The rows behind a figure: a printed number opens to the facts it counts, no more, no fewer.

Only the parts a run cites are read, and each page only materialises its own rows. As many
rows come out as the run's count says; a row inside two overlapping windows of a range comes
out twice, as it is counted twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from jieban.domain.errors import Refused
from jieban.evaluation.engines.numpy_ import PartRows
from jieban.evaluation.facts import COLUMNS, FactsFolder
from jieban.evaluation.levels import POOLED, UNATTRIBUTED, days_of
from jieban.evaluation.measures import COUNTS, RATES, holds
from jieban.evaluation.outcome import unpack
from jieban.evaluation.places import RollUp
from jieban.evaluation.runs import Run

Half = Literal["part", "whole"]
_ALL: Final = tuple(column.name for column in COLUMNS)


@dataclass(frozen=True)
class FactRows:
    """One page of rows as plain mappings (columns of the facts contract) and how many there are."""

    total: int
    rows: list[dict[str, Any]]


def fact_rows(
    run: Run,
    facts: FactsFolder,
    level: str,
    place_id: str,
    figure: str,
    half: Half = "part",
    *,
    offset: int = 0,
    limit: int | None = 100,
) -> FactRows:
    """The facts behind one figure of one line, by time of receipt.

    `facts` is the folder as the run cites it (`run.facts(path)`). `figure` is a count
    ("received", "excluded", …) or a rate ("resolution"), of which `half` says which side;
    `place_id` may be `<unattributed>` or `<pooled>`. `limit` None: all rows.

    Raises:
        Refused: `figure.unknown`, `level.unknown`.
    """
    tables = list(_matching(run, facts, level, place_id, _counts_of(figure, half)))
    if not tables:
        return FactRows(0, [])
    table = pa.concat_tables(tables)
    table = table.sort_by([("received_at", "ascending"), ("fact_id", "ascending")])
    page = table.slice(offset, limit) if limit is not None else table.slice(offset)
    return FactRows(table.num_rows, page.to_pylist())


def _counts_of(figure: str, half: Half) -> tuple[str, ...]:
    """The counts whose rows stand behind a figure; no row is in two of them."""
    if figure in COUNTS:
        # Where a name is both (on_time), the whole of a rate is asked for by `half`.
        if figure not in RATES or half == "part":
            return (figure,)
    elif figure not in RATES:
        raise Refused("figure.unknown", figure=figure, known=[*RATES, *COUNTS])
    rule = RATES[figure]
    if half == "whole":
        return (rule.whole,)
    return (rule.part,) if rule.mostly is None else (rule.part, rule.mostly)


def _matching(
    run: Run, facts: FactsFolder, level: str, place_id: str, counts: tuple[str, ...]
) -> Iterator[pa.Table]:
    run.summary(level)  # refuses an unknown level
    counted = "closed" if counts == ("closed",) else "received"
    windows = [window for window in run.windows if window.count == counted]
    for part in facts.parts:
        near = [w for w in windows if part.may_hold(w.moment, w.start, w.end)]
        if not near:
            continue
        table = facts.read(part, _ALL)
        rows = PartRows.of(table, enquiries=run.rulebook.count_enquiries)
        wanted = _at_place(run, facts, rows, level, place_id)
        if counted == "received":
            wanted &= _with_outcome(run, rows, counts)
        for window in near:
            chosen = np.flatnonzero(wanted & rows.inside(window))
            if chosen.size:
                yield _plain_text(table.take(pa.array(chosen)))


def _at_place(
    run: Run, facts: FactsFolder, rows: PartRows, level: str, place_id: str
) -> NDArray[np.bool_]:
    """Which rows of a part count for the place."""
    key = rows.unit if level == "unit" else rows.area
    places = facts.units if level == "unit" else facts.areas
    roll_up = RollUp(places, level, *days_of(run.rulebook, run.span))
    targets = [roll_up.target(name) for name in ("", *key.words)]
    if place_id == POOLED:
        mine = [True for _ in targets]
    else:
        meant = None if place_id == UNATTRIBUTED else place_id
        mine = [target == meant for target in targets]
    at_place: NDArray[np.bool_] = np.array(mine)[key.codes]
    return at_place if level == "unit" else at_place & rows.counts_for_area


def _with_outcome(run: Run, rows: PartRows, counts: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which rows have an outcome that one of the counts holds."""
    mine = [
        any(holds(unpack(int(code)), name, run.rulebook) for name in counts)
        for code in rows.alphabet
    ]
    with_outcome: NDArray[np.bool_] = np.array(mine, dtype=np.bool_)[rows.outcome]
    return with_outcome


def _plain_text(table: pa.Table) -> pa.Table:
    """Dictionaries of different parts as plain text, so that tables can be put together."""
    return table.cast(pa.schema([(column.name, column.type) for column in COLUMNS]))
