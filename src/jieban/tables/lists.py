"""Lists that people keep: one line for each thing, columns known by their headings.

What categories and duty lists have in common: the first line that has the columns that make a
list is its head, whatever stands above; lines that begin with # are explanations; a line that
cannot be read costs no other line and comes back whole, with its reason.
"""

import csv
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Generic, TypeVar

from jieban.domain.directory.names import tidy_name
from jieban.domain.errors import Refused
from jieban.domain.words import Language, refusal_text
from jieban.tables.calendars import day_of
from jieban.tables.profiles import plain_heading
from jieban.tables.reading import Row, open_file
from jieban.tables.values import text_of

Line = TypeVar("Line")
_LINES_SEARCHED = 20
_MARKS = ("、", ";", "；", ",", "，", "|", "/", "\r")
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
YES = ("是", "y", "yes", "true", "1", "√", "✓")
NO = ("否", "n", "no", "false", "0", "×")


@dataclass(frozen=True)
class RejectedLine:
    """A line that was not taken: `reason` is a refusal code, `cells` are what it says."""

    sheet: str
    line: int
    reason: str
    value: str
    cells: tuple[str, ...] = ()

    def message(self, language: Language | None = None) -> str:
        return refusal_text(self.reason, {"value": self.value}, language)


@dataclass(frozen=True)
class Said:
    """One line of a list: what it says in each known column, as text and as it stood."""

    sheet: str
    line: int
    cells: Mapping[str, Any]
    row: tuple[str, ...]

    def __getitem__(self, column: str) -> str:
        return tidy_name(_unquoted(text_of(self.cells.get(column))))

    def text(self, column: str) -> str:
        """What stands there as it stands, for what is read and not compared."""
        return " ".join(_unquoted(text_of(self.cells.get(column))).split())

    def several(self, column: str) -> tuple[str, ...]:
        """The words of a cell that holds several, each once."""
        text = text_of(self.cells.get(column))
        for mark in _MARKS:
            text = text.replace(mark, "\n")
        return tuple(dict.fromkeys(filter(None, map(tidy_name, text.split("\n")))))

    def day(self, column: str) -> date | None:
        """
        Raises:
            Unread: what stands there is no day.
        """
        if not self[column]:
            return None
        found = day_of(self.cells[column])
        if found is None:
            raise Unread("directory.date_unreadable", self[column])
        return found

    def yes(self, column: str) -> bool | None:
        """Yes or no, None where nothing is said.

        Raises:
            Unread: it is neither.
        """
        said = self[column].casefold()
        if said in (*YES, *NO):
            return said in YES
        if said:
            raise Unread("categories.flag_unreadable", self[column])
        return None


class Unread(Exception):
    """A line cannot be taken; `reason` is a refusal code that names `value`."""

    def __init__(self, reason: str, value: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.value = value


@dataclass
class ListFile(Generic[Line]):
    """What a list holds. `headings` are those of its first sheet that was understood."""

    name: str
    lines: list[Line] = field(default_factory=list)
    rejected: list[RejectedLine] = field(default_factory=list)
    headings: tuple[str, ...] = ()


def written_csv(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, to_open: bool = True
) -> bytes:
    """A list as a CSV file that comes back by import.

    `to_open` writes what looks like a formula so that no spreadsheet program runs it, and marks
    the file as UTF-8 for Excel.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headings)
    writer.writerows([_quoted(cell) if to_open else cell for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig" if to_open else "utf-8")


def _quoted(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell


def _unquoted(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA_SIGNS) else cell


def read_list(
    path: Path,
    headings: Mapping[str, Sequence[str]],
    makes: Callable[[Collection[str]], bool],
    read: Callable[[Said], Line],
    no_layout: str,
) -> ListFile[Line]:
    """Every line of all sheets whose headings make a list, each as `read` understands it.

    Raises:
        Refused "file.…": see `reading.open_file`; `no_layout` where no sheet is such a list.
    """
    known = {plain_heading(word): name for name, words in headings.items() for word in words}
    found: ListFile[Line] = ListFile(path.name)
    seen: list[str] = []
    for sheet in open_file(path).sheets:
        rows = enumerate(sheet.rows(), start=1)
        columns = _header(rows, known, makes, found, seen)
        for number, row in rows if columns is not None else ():
            said = _said(sheet.name, number, row, columns or {})
            if said is None:
                continue
            try:
                found.lines.append(read(said))
            except Unread as unread:
                found.rejected.append(
                    RejectedLine(sheet.name, number, unread.reason, unread.value, said.row)
                )
    if not found.headings:
        raise Refused(no_layout, seen=seen[:20])
    return found


def _header(
    rows: Iterator[tuple[int, Row]],
    known: Mapping[str, str],
    makes: Callable[[Collection[str]], bool],
    found: ListFile[Any],
    seen: list[str],
) -> dict[str, int] | None:
    """Field → column of the first line that heads such a list; leaves `rows` after it."""
    for number, row in rows:
        texts = [text_of(cell) for cell in row]
        columns: dict[str, int] = {}
        for index, text in enumerate(texts):
            name = known.get(plain_heading(text))
            if name is not None:
                columns.setdefault(name, index)
        if makes(columns):
            found.headings = found.headings or tuple(texts)
            return columns
        seen += [text for text in texts if text and not text.startswith("#")]
        if number >= _LINES_SEARCHED:
            return None
    return None


def _said(sheet: str, number: int, row: Row, columns: Mapping[str, int]) -> Said | None:
    """The line; None for a blank one or an explanation."""
    texts = tuple(text_of(cell) for cell in row)
    if not any(texts) or texts[0].startswith("#"):
        return None
    cells = {name: row[index] for name, index in columns.items() if index < len(row)}
    return Said(sheet, number, cells, texts)
