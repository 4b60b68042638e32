"""The printed table of one level: heads, cells, order; as CSV, JSON, workbook or Parquet.

Heads and their order are the contract's. A rulebook without call-back rates prints the
block of due and on-time counts in place of the call-back block; one with both prints both.
Cells are whole numbers, `Decimal` with the printed decimals, text or empty. From and to of
both windows stand beside the table: in the sheet 说明, in the JSON, in the manifest.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from python_calamine import CalamineWorkbook

from jieban.domain.errors import Refused
from jieban.domain.rulebook.schema import CALLBACK_RATES, Rulebook
from jieban.evaluation import scoring
from jieban.evaluation.levels import MEAN, POOLED, SMALL, UNATTRIBUTED, Level, Row

Cell = int | Decimal | str | None

SUMMARY_NAMES: Final = {UNATTRIBUTED: "未归属", MEAN: "各单位平均", POOLED: "合并计算"}
SMALL_MARK: Final = "小样本"
FORMATS: Final = ("csv", "json", "xlsx", "parquet")

_CALLBACK_COUNTS: Final = {
    "有效回访": "valid",
    "联系数": "contacted",
    "解决数": "resolved",
    "满意数": "satisfied",
    "基本满意": "mostly_satisfied",
}
_CALLBACK_RATES: Final = {
    "响应率(%)": "response",
    "解决率(%)": "resolution",
    "满意率(%)": "satisfaction",
}
_TIME_COUNTS: Final = {"有时限数": "due", "按期数": "on_time"}
_TIME_RATES: Final = {"按期率(%)": "on_time", "办结率(%)": "closure"}
_WHOLE_HEADS: Final = {
    "序号", "受理量", "办结量", *_CALLBACK_COUNTS, *_TIME_COUNTS, "排名", "剔除数", "挂账数",
}  # fmt: skip
_TEXT_HEADS: Final = {"承办单位", "区域", "档次"}


@dataclass(frozen=True)
class Table:
    """What is printed. `notes` are pairs of Chinese label and text that go with it."""

    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    decimals: dict[str, int]
    notes: tuple[tuple[str, str], ...] = ()


def table_of(level: Level, rulebook: Rulebook, notes: Sequence[tuple[str, str]] = ()) -> Table:
    """The table of a level: its rows numbered, then 未归属 and the two summary lines."""
    heads = heads_of(level.level, rulebook)
    lines = [_cells(row, heads, rulebook, number) for number, row in enumerate(level.rows, 1)]
    for row in (level.unattributed, level.mean, level.pooled):
        if row is not None:
            lines.append(_cells(row, heads, rulebook, None))
    return Table(heads, tuple(lines), _decimals(heads, rulebook), tuple(notes))


def heads_of(level: str, rulebook: Rulebook) -> tuple[str, ...]:
    """The column heads of a level's table."""
    block: list[str] = []
    if any(rate in CALLBACK_RATES for rate in rulebook.rates):
        block += [*_CALLBACK_COUNTS, *_CALLBACK_RATES]
    if any(rate not in CALLBACK_RATES for rate in rulebook.rates):
        block += [*_TIME_COUNTS, *_TIME_RATES]
    return (
        "序号",
        "承办单位" if level == "unit" else "区域",
        "受理量",
        "办结量",
        *block,
        "综合成绩",
        "原始成绩",
        "排名",
        "档次",
        "区间下限",
        "区间上限",
        "剔除数",
        "挂账数",
        "万人诉求比",
    )


def _cells(
    row: Row, heads: Sequence[str], rulebook: Rulebook, number: int | None
) -> tuple[Cell, ...]:
    tier = row.tier
    if tier is not None and row.group == SMALL:
        tier = f"{tier} {SMALL_MARK}"
    found: dict[str, Cell] = {
        "序号": number,
        "承办单位": SUMMARY_NAMES.get(row.id, row.name),
        "区域": SUMMARY_NAMES.get(row.id, row.name),
        "受理量": row.counts.get("received"),
        "办结量": row.counts.get("closed"),
        "综合成绩": _points(row.score, rulebook),
        "原始成绩": _points(row.raw_score, rulebook),
        "排名": row.rank,
        "档次": tier,
        "区间下限": _bound(row.score_low, rulebook),
        "区间上限": _bound(row.score_high, rulebook),
        "剔除数": row.counts.get("excluded"),
        "挂账数": row.counts.get("held"),
        "万人诉求比": row.per_10000,
    }
    for head, name in (_CALLBACK_COUNTS | _TIME_COUNTS).items():
        found[head] = row.counts.get(name)
    for head, name in (_CALLBACK_RATES | _TIME_RATES).items():
        found[head] = row.rates[name].percent
    return tuple(found[head] for head in heads)


def _points(millionths: int | None, rulebook: Rulebook) -> Decimal | None:
    return None if millionths is None else scoring.points(millionths, rulebook.print_decimals)


def _bound(value: float | None, rulebook: Rulebook) -> Decimal | None:
    if value is None:
        return None
    return scoring.printed(Fraction(Decimal(str(value))), rulebook.print_decimals)


def _decimals(heads: Sequence[str], rulebook: Rulebook) -> dict[str, int]:
    """How many decimals each column of numbers with a point is printed with."""
    decimals = {head: rulebook.print_rate_decimals for head in heads if head.endswith("(%)")}
    decimals |= dict.fromkeys(
        ("综合成绩", "原始成绩", "区间下限", "区间上限"), rulebook.print_decimals
    )
    return decimals | {"万人诉求比": 2}


# --- writing ------------------------------------------------------------------------------


def render(table: Table, form: str) -> bytes:
    """The table as the content of a file.

    Raises:
        Refused: `format.unknown`.
    """
    writers = {"csv": _csv, "json": _json, "xlsx": _xlsx, "parquet": _parquet}
    if form not in writers:
        raise Refused("format.unknown", format=form, known=list(FORMATS))
    return writers[form](table)


def _csv(table: Table) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(table.heads)
    writer.writerows([_text(cell) for cell in row] for row in table.rows)
    return text.getvalue().encode("utf-8-sig")


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def _json(table: Table) -> bytes:
    """Notes, heads and one object per row; numbers as numbers."""
    rows = [
        {head: _number(cell) for head, cell in zip(table.heads, row, strict=True)}
        for row in table.rows
    ]
    content = {"notes": dict(table.notes), "heads": table.heads, "rows": rows}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _number(cell: Cell) -> int | float | str | None:
    return float(cell) if isinstance(cell, Decimal) else cell


def _xlsx(table: Table) -> bytes:
    content = io.BytesIO()
    # A name may begin with "=": it is text, never a formula or a link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        # The same table is the same file: no time of writing in it.
        book.set_properties({"created": datetime(2000, 1, 1)})  # noqa: DTZ001
        sheet = book.add_worksheet("考核表")
        bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        formats = {
            head: book.add_format({"num_format": "0." + "0" * places if places else "0"})
            for head, places in table.decimals.items()
        }
        for column, head in enumerate(table.heads):
            sheet.write(0, column, head, bold)
            for line, row in enumerate(table.rows, 1):
                cell = row[column]
                if cell is not None:
                    sheet.write(line, column, _number(cell), formats.get(head))
        sheet.freeze_panes(1, 2)
        sheet.set_column(1, 1, 24)
        notes = book.add_worksheet("说明")
        notes.set_column(0, 0, 16)
        notes.set_column(1, 1, 60)
        for line, (label, text) in enumerate(table.notes):
            notes.write_row(line, 0, [label, text])
    return content.getvalue()


def _parquet(table: Table) -> bytes:
    arrays = []
    for column, head in enumerate(table.heads):
        cells = [row[column] for row in table.rows]
        arrays.append(pa.array(cells, _arrow_type(head, table)))
    content = io.BytesIO()
    pq.write_table(pa.table(arrays, names=list(table.heads)), content)
    return content.getvalue()


def _arrow_type(head: str, table: Table) -> pa.DataType:
    if head in _TEXT_HEADS:
        return pa.string()
    return pa.int64() if head in _WHOLE_HEADS else pa.decimal128(20, table.decimals[head])


# --- reading back, to verify --------------------------------------------------------------


def read_cells(path: Path, form: str) -> list[list[str]]:
    """The heads and cells of a file `render` made, all as they are printed in CSV.

    Raises:
        OSError, ValueError: the file cannot be read as that format.
    """
    if form == "csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    if form == "json":
        content = json.loads(path.read_text(encoding="utf-8"))
        rows = [[row.get(head) for head in content["heads"]] for row in content["rows"]]
        return [content["heads"], *([_plain(cell) for cell in row] for row in rows)]
    if form == "parquet":
        table = pq.read_table(path)
        columns = [column.to_pylist() for column in table.columns]
        rows = [list(row) for row in zip(*columns, strict=True)]
        return [table.column_names, *([_plain(cell) for cell in row] for row in rows)]
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    return [[_plain(cell) for cell in row] for row in sheet]


def _plain(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float | Decimal):
        return f"{Decimal(str(cell)).normalize():f}"
    return str(cell)


def same_cell(stored: str, recomputed: Cell, *, tolerance: Decimal = Decimal(0)) -> bool:
    """Whether a stored cell says what the recomputed one does: numbers compare as numbers."""
    text = _text(recomputed)
    if stored == text:
        return True
    try:
        return abs(Decimal(stored) - Decimal(text)) <= tolerance
    except ArithmeticError:
        return False
