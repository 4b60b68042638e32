"""A made-up district whose rows give the figures a newspaper page once printed of a real one.

51 communities sent to in March 2023 after the year 2022: 21 raw scores rise by more than 10
points, 4 of them by more than 20; ranks climb 5,603 places together, 109.86 on average, 30 by
more than 50 and 15 of them by more than 200. And 26 sent to before, so that both make 77.
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import xlsxwriter

from jieban.evaluation.facts import AREA_COLUMNS, COLUMNS, UNIT_COLUMNS, Source, write_facts

PLACES, SENT, ROWS = 440, 51, 200
FIRST_SENT = 26
BEFORE = [(2022, month) for month in range(1, 13)]
AFTER = [(2023, month) for month in range(4, 11)]
START = date(2023, 3, 16)


def ranks_after() -> list[int]:
    """The rank after of the community that stood at 390, 391, … 440 before."""
    climbs = (
        [375, 373, 371, 369]  # and by more than 20 points
        + [215] * 11  # by more than 200 places
        + [190] * 6  # by more than 10 points, not 200 places
        + [60] * 9  # by more than 50 places
        + [3] * 21
    )
    climbs[-21] += 5603 - sum(climbs)
    return [390 + number - climb for number, climb in enumerate(climbs)]


def scores() -> tuple[list[int], list[int]]:
    """Twentieths of a point before and after, by place; the last 51 places were sent to."""
    after_of_sent = ranks_after()
    assert len(set(after_of_sent)) == SENT
    free = iter(sorted(set(range(1, PLACES + 1)) - set(after_of_sent)))
    ranks = [next(free) for _ in range(PLACES - SENT)] + after_of_sent
    before = [20 * 95 - rank for rank in range(1, PLACES - SENT + 1)]
    before += [20 * 75 - 2 * number for number in range(SENT)]
    return before, [20 * 96 - rank for rank in ranks]


def _answers(twentieths: int) -> np.ndarray:
    """Contacted, resolved, satisfied of 200 rows that score so many twentieths of a point."""
    both = min(ROWS, -(-(twentieths - ROWS) // 9))
    contacted = twentieths - 9 * both
    assert 0 <= contacted <= ROWS
    rows = np.arange(ROWS)
    return np.stack([rows < contacted, rows < both, rows < both], axis=1)


def area(place: int) -> str:
    return f"98{place % 26 + 1:02d}{place:04d}"


def name(place: int) -> str:
    return f"样本{place:03d}社区"


def write(folder: Path) -> tuple[Path, Path]:
    """The facts and the list of postings, in `folder`."""
    before, after = scores()
    parts: dict[tuple[int, int], list[tuple[int, np.ndarray]]] = {}
    for place in range(PLACES):
        for months, twentieths in ((BEFORE, before[place]), (AFTER, after[place])):
            answers = _answers(twentieths)
            order = np.random.default_rng(place).permutation(ROWS)
            for number, month in enumerate(months):
                parts.setdefault(month, []).append((place, answers[order[number :: len(months)]]))
    for month in ((2023, 1), (2023, 2), (2023, 3)):
        parts[month] = [(place, np.ones((3, 3), dtype=bool)) for place in range(PLACES)]
    facts = folder / "facts"
    write_facts(
        facts,
        [(f"{y}-{m:02d}", _table(y, m, rows)) for (y, m), rows in sorted(parts.items())],
        _places(AREA_COLUMNS, _areas()),
        _places(UNIT_COLUMNS, [{"id": "U", "name": "样本单位", "kind": "department"}]),
        {"page": Source("Asia/Shanghai", generated=True)},
        None,
    )
    terms = folder / "terms.xlsx"
    with xlsxwriter.Workbook(str(terms)) as book:
        sheet = book.add_worksheet()
        heads = ["批次", "姓名", "派出单位", "社区(村)", "到任日期", "期满日期", "延长至"]
        sheet.write_row(0, 0, heads)
        line = 1
        for number in range(FIRST_SENT):
            row = ["第一批", f"首批{number}", "样本单位", name(number), "2022-01-10", "2022-07-10"]
            sheet.write_row(line, 0, row)
            line += 1
        for number in range(SENT):
            place = PLACES - SENT + number
            row = ["第二批", f"二批{number}", "样本单位", name(place), "2023-03-16", "2023-09-16"]
            sheet.write_row(line, 0, row)
            line += 1
    return facts, terms


def _table(year: int, month: int, rows: list[tuple[int, np.ndarray]]) -> pa.Table:
    # Midway through the assessment month that runs from the 19th to the 18th.
    first = datetime(year, month, 1, tzinfo=UTC) - timedelta(days=12)
    answers = np.concatenate([each for _, each in rows])
    places = [area(place) for place, each in rows for _ in each]
    count = len(answers)
    seconds = np.linspace(0, 29 * 24 * 3600, count).astype(np.int64)
    received = (int(first.timestamp()) + seconds) * 1_000_000
    yes = pa.array(np.ones(count, dtype=bool))
    columns = {
        "fact_id": pa.array([f"{year}{month:02d}-{number}" for number in range(count)]),
        "received_at": pa.array(received, pa.timestamp("us", tz="UTC")),
        "area_id": pa.array(places),
        "unit_id": pa.array(["U"] * count),
        "role": pa.array(["lead"] * count),
        "valid": yes,
        "contacted": pa.array(answers[:, 0]),
        "resolved": pa.array(answers[:, 1]),
        "satisfaction": pa.array(np.where(answers[:, 2], "satisfied", "dissatisfied")),
        "counts_for_area": yes,
        "source": pa.array(["page"] * count),
    }
    none = pa.nulls(count)
    return pa.table({each.name: columns.get(each.name, none).cast(each.type) for each in COLUMNS})


def _areas() -> list[dict[str, str]]:
    rows = [{"id": "98", "name": "样本区", "kind": "district"}]
    rows += [
        {"id": f"98{n:02d}", "name": f"样本{n:02d}街道", "kind": "street", "parent": "98"}
        for n in range(1, 27)
    ]
    rows += [
        {"id": area(place), "name": name(place), "kind": "community", "parent": area(place)[:4]}
        for place in range(PLACES)
    ]
    return rows


def _places(columns, rows) -> pa.Table:
    return pa.table(
        {each.name: pa.array([row.get(each.name) for row in rows], each.type) for each in columns}
    )
