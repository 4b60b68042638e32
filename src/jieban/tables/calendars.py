"""Calendar files: a day and what it is in each line, as people keep or publish them.

Any workbook or CSV that `reading` can open; a heading names the columns 日期 · 类型 · 节日, or
there is no heading and the first cells of a line are a day, its kind and perhaps its name.
Lines that begin with # are explanations.
"""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jieban.domain.errors import Refused
from jieban.domain.worktime.notices import Line
from jieban.tables.profiles import plain_heading
from jieban.tables.reading import Row, open_file
from jieban.tables.values import text_of

HEADINGS = {
    "day": ("日期", "日子", "date", "day"),
    "kind": ("类型", "类别", "安排", "性质", "kind", "type"),
    "name": ("节日", "名称", "节假日名称", "说明", "holiday", "name"),
}
_FIELDS = {plain_heading(word): name for name, words in HEADINGS.items() for word in words}
_PATTERNS = ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y.%m.%d", "%Y%m%d")
_MOST_PROBLEMS = 20


def read_calendar(path: Path) -> list[Line]:
    """Every line that speaks of a day, of all sheets.

    Raises:
        Refused "file.…": see `reading.open_file`.
        Refused "calendar.no_layout": no sheet has columns for a day and its kind.
        Refused "calendar.lines_wrong": days that cannot be read; each is named.
    """
    lines: list[Line] = []
    problems: list[Refused] = []
    seen: list[str] = []
    understood = False
    for sheet in open_file(path).sheets:
        rows = enumerate(sheet.rows(), start=1)
        columns: dict[str, int] | None = None
        for number, row in rows:
            texts = [text_of(cell) for cell in row]
            if not any(texts) or texts[0].startswith("#"):
                continue
            if columns is None:
                columns = _columns(texts)
                if columns is not None:
                    understood = True
                    continue
                if len(row) > 1 and day_of(row[0]) is not None:
                    understood, columns = True, {"day": 0, "kind": 1, "name": 2}
                else:
                    seen += [text for text in texts if text]
                    continue
            _add(lines, problems, number, row, columns)
    if not understood:
        raise Refused("calendar.no_layout", seen=seen[:20])
    if problems:
        raise Refused(
            "calendar.lines_wrong", count=len(problems), problems=problems[:_MOST_PROBLEMS]
        )
    return lines


def day_of(cell: Any) -> date | None:
    """The day in a cell; None where it cannot be read as one."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = text_of(cell).removesuffix(" 00:00:00")
    for pattern in _PATTERNS:
        try:
            return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None


def _columns(texts: list[str]) -> dict[str, int] | None:
    found: dict[str, int] = {}
    for index, text in enumerate(texts):
        name = _FIELDS.get(plain_heading(text))
        if name is not None:
            found.setdefault(name, index)
    return found if {"day", "kind"} <= found.keys() else None


def _add(
    lines: list[Line], problems: list[Refused], number: int, row: Row, columns: dict[str, int]
) -> None:
    cells = dict(_cells(row, columns))
    kind = text_of(cells["kind"])
    if not kind and not text_of(cells["day"]):
        return
    day = day_of(cells["day"])
    if day is None:
        problems.append(Refused("calendar.day_unreadable", line=number, day=text_of(cells["day"])))
    else:
        lines.append(Line(number, day, kind, text_of(cells.get("name"))))


def _cells(row: Row, columns: dict[str, int]) -> Iterator[tuple[str, Any]]:
    for name, index in columns.items():
        yield name, row[index] if index < len(row) else None
