"""The rows that could not be taken, as a workbook to mend and import again.

It keeps the original headings and cells, marks the cells that are wrong and says why in
columns of its own, which an import ignores. Everything is written as what it was: a text
stays a text, even one that looks like a number, an address or a formula.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from jieban.domain.errors import Refused
from jieban.domain.words import Language
from jieban.tables.profiles import REJECT_HEADINGS
from jieban.tables.rows import Reading, RejectedRow

SHEET = "退回"
_LINE, _SHEET, _COLUMN, _VALUE, _REASON = REJECT_HEADINGS
_BEFORE, _AFTER = (_LINE, _SHEET), (_COLUMN, _VALUE, _REASON)
_ROWS_A_SHEET = 1_000_000
_FORMULA_SIGNS = ("=", "+", "-", "@")


def write_rejects(path: Path, reading: Reading, language: Language | None = None) -> int:
    """Write every rejected row of `reading` to `path`; the number of rows written.

    Sheets whose headings differ share one table with the union of their headings. The
    file appears whole or not at all, readable by its owner alone.

    Raises:
        Refused "file.cannot_write": no room, no permission.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            _write(file, reading, language)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except (OSError, XlsxWriterException) as problem:
        with contextlib.suppress(OSError):
            part.unlink()
        said = getattr(problem, "strerror", None) or str(problem)
        raise Refused("file.cannot_write", name=path.name, problem=said) from None
    return len(reading.rejected)


def _write(file: Any, reading: Reading, language: Language | None) -> None:
    options = {
        # In memory: a resident's words must not lie about in a folder for temporary files.
        "in_memory": True,
        "strings_to_numbers": False,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "nan_inf_to_errors": True,
        "default_date_format": "yyyy-mm-dd hh:mm:ss",
    }
    headings, places = _union(reading)
    book = xlsxwriter.Workbook(file, options)
    pen = _Pen(book)
    rejected = reading.rejected
    for start in range(0, max(len(rejected), 1), _ROWS_A_SHEET):
        number = start // _ROWS_A_SHEET + 1
        sheet = book.add_worksheet(SHEET if number == 1 else f"{SHEET} {number}")
        sheet.freeze_panes(1, len(_BEFORE))
        for at, heading in enumerate((*_BEFORE, *headings, *_AFTER)):
            sheet.write_string(0, at, heading, pen.head)
        for at, row in enumerate(rejected[start : start + _ROWS_A_SHEET], start=1):
            _write_row(sheet, at, row, places[row.sheet], len(headings), pen, language)
    book.close()


def _union(reading: Reading) -> tuple[list[str], dict[str, list[int]]]:
    """All headings in the order met, and for each sheet where its columns stand among them.

    Two columns of one field under different headings (来电时间 here, 创建时间 there) stay two.
    """
    headings: list[str] = []
    places = {}
    for plan in reading.sheets:
        where = []
        for column in plan.columns:
            if column.heading in REJECT_HEADINGS:
                where.append(-1)
                continue
            if column.heading not in headings:
                headings.append(column.heading)
            where.append(headings.index(column.heading))
        places[plan.name] = where
    return headings, places


class _Pen:
    """The formats of one workbook."""

    def __init__(self, book: Any) -> None:
        self.head = book.add_format({"bold": True, "bg_color": "#EEF1F5", "text_wrap": True})
        wrong = {"bg_color": "#FCE4E4", "font_color": "#8A1C1C"}
        moment = {"num_format": "yyyy-mm-dd hh:mm:ss"}
        self.formats = {
            (False, "text"): book.add_format({"num_format": "@"}),
            (False, "formula"): book.add_format({"num_format": "@", "quote_prefix": True}),
            (False, "moment"): book.add_format(moment),
            (False, "other"): None,
            (True, "text"): book.add_format({"num_format": "@", **wrong}),
            (True, "formula"): book.add_format({"num_format": "@", "quote_prefix": True, **wrong}),
            (True, "moment"): book.add_format({**moment, **wrong}),
            (True, "other"): book.add_format(wrong),
        }

    def write(self, sheet: Any, row: int, column: int, cell: Any, wrong: bool = False) -> None:
        """One cell as what it is: text as text, a time as a time."""
        if isinstance(cell, str):
            kind = "formula" if cell.startswith(_FORMULA_SIGNS) else "text"
            if cell:
                sheet.write_string(row, column, cell, self.formats[wrong, kind])
            elif wrong:
                sheet.write_blank(row, column, None, self.formats[wrong, "text"])
        elif isinstance(cell, datetime | date | time | timedelta):
            sheet.write_datetime(row, column, cell, self.formats[wrong, "moment"])
        elif isinstance(cell, bool):
            sheet.write_boolean(row, column, cell, self.formats[wrong, "other"])
        elif cell is not None:
            sheet.write_number(row, column, cell, self.formats[wrong, "other"])


def _write_row(
    sheet: Any,
    at: int,
    row: RejectedRow,
    where: Sequence[int],
    width: int,
    pen: _Pen,
    language: Language | None,
) -> None:
    wrong = {fault.column for fault in row.faults}
    pen.write(sheet, at, 0, row.line)
    pen.write(sheet, at, 1, row.sheet)
    cells = [*row.raw, *[""] * (len(where) - len(row.raw))]
    for index, place in enumerate(where):
        if place >= 0:
            pen.write(sheet, at, len(_BEFORE) + place, cells[index], index in wrong)
    after = len(_BEFORE) + width
    for step, said in enumerate(
        (
            [fault.heading for fault in row.faults],
            [fault.value for fault in row.faults],
            [fault.words(language) for fault in row.faults],
        )
    ):
        pen.write(sheet, at, after + step, "\n".join(text for text in said if text))
