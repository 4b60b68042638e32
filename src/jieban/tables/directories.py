"""Directory files: areas and units as people keep them.

Two layouts are read, in any workbook or CSV that `reading` can open:

- one line per entry: 代码 · 名称 · 类型 · 上级 · 人口 · 起始日期 · 截止日期 · 继任 · 别名
  (only the name is needed; a sheet called 单位 holds units, which may have a 辖区);
- one line per community with its street, and perhaps its district, beside it, as the
  national division codes are published: the entries above are made from the columns.

Parents come before children in `lines`. A line that cannot be read costs no other line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jieban.domain.directory.names import is_unknown, same_name_key, tidy_name
from jieban.domain.errors import Refused
from jieban.domain.words import refusal_text
from jieban.tables.profiles import plain_heading
from jieban.tables.reading import Row, Sheet, open_file
from jieban.tables.values import text_of

HEADINGS = {
    "code": (
        *("代码", "编码", "编号", "统计用区划代码", "区划代码", "行政区划代码"),
        *("社区代码", "社区(村)代码", "单位代码", "code", "unit_code", "area_id"),
    ),
    "name": ("名称", "全称", "社区", "社区(村)", "村/社区", "单位名称", "name", "unit_name"),
    "kind": ("类型", "类别", "性质", "kind", "type"),
    "parent": ("上级", "上级名称", "上级代码", "所属", "parent"),
    "population": ("人口", "常住人口", "人口数", "population"),
    "valid_from": ("起始日期", "生效日期", "启用日期", "valid_from"),
    "valid_to": ("截止日期", "失效日期", "撤销日期", "valid_to"),
    "successor": ("继任", "并入", "继任者", "successor"),
    "serves": ("辖区", "管辖区域", "负责区域", "serves"),
    "aliases": ("别名", "曾用名", "简称", "aliases", "alias"),
    "street": ("街道", "街乡镇", "所属街道", "街道名称", "street", "street_name"),
    "street_code": ("街道代码", "street_code"),
    "district": ("区", "区县", "所属区", "area", "district"),
    "district_code": ("区代码", "区县代码", "area_code", "district_code"),
}
_FIELDS = {plain_heading(word): name for name, words in HEADINGS.items() for word in words}
KINDS = {
    "区": ("area", "district"),
    "市辖区": ("area", "district"),
    "县": ("area", "district"),
    "district": ("area", "district"),
    "街道": ("area", "street"),
    "镇": ("area", "street"),
    "乡": ("area", "street"),
    "街乡镇": ("area", "street"),
    "street": ("area", "street"),
    "社区": ("area", "community"),
    "community": ("area", "community"),
    "村": ("area", "village"),
    "行政村": ("area", "village"),
    "village": ("area", "village"),
    "街道办": ("unit", "street_office"),
    "街道办事处": ("unit", "street_office"),
    "镇政府": ("unit", "street_office"),
    "street_office": ("unit", "street_office"),
    "部门": ("unit", "department"),
    "委办局": ("unit", "department"),
    "department": ("unit", "department"),
    "企业": ("unit", "enterprise"),
    "公共服务企业": ("unit", "enterprise"),
    "enterprise": ("unit", "enterprise"),
    "单位": ("unit", "unit"),
    "承办单位": ("unit", "unit"),
    "unit": ("unit", "unit"),
}
_DEPTH = {"district": 0, "street": 1, "community": 2, "village": 2}
_LINES_SEARCHED = 20
_LONGEST_NAME, _LONGEST_CODE = 128, 32
_LONGEST = {
    **dict.fromkeys(("name", "street", "district"), _LONGEST_NAME),
    **dict.fromkeys(("code", "street_code", "district_code"), _LONGEST_CODE),
}
# A number with more is no population: a code or a telephone stands in the wrong column.
_MOST_DIGITS = 9


@dataclass(frozen=True)
class Line:
    """One entry as a file gives it. `what` is area or unit; `parent`, `successor` and `serves`
    (the place a unit answers for) are codes or names; blank text and None mean that the file
    says nothing."""

    sheet: str
    line: int
    what: str
    kind: str
    name: str
    code: str = ""
    parent: str = ""
    population: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""
    serves: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class RejectedLine:
    """A line that was not taken, or a part of it that was not: `reason` is a refusal code."""

    sheet: str
    line: int
    reason: str
    value: str

    def message(self) -> str:
        return refusal_text(self.reason, {"value": self.value})


@dataclass
class DirectoryFile:
    """What a directory file holds. `unread` counts lines that were rejected when read."""

    name: str
    lines: list[Line] = field(default_factory=list)
    rejected: list[RejectedLine] = field(default_factory=list)
    unread: int = 0

    def reject(self, line: Line, reason: str, value: str) -> None:
        self.rejected.append(RejectedLine(line.sheet, line.line, reason, value))


def read_directory(path: Path) -> DirectoryFile:
    """The entries of a directory file, parents first.

    Raises:
        Refused "file.…": see `reading.open_file`.
        Refused "directory.no_layout": no sheet has a heading of either layout.
    """
    opened = open_file(path)
    found = DirectoryFile(path.name)
    seen: list[str] = []
    understood = False
    for sheet in opened.sheets:
        rows = enumerate(sheet.rows(), start=1)
        columns = _header(rows, seen)
        if columns is not None:
            understood = True
            _Sheet(found, sheet, columns).read(rows)
    if not understood:
        raise Refused("directory.no_layout", seen=seen[:20])
    found.lines.sort(key=lambda line: _DEPTH.get(line.kind, 0))
    return found


def _header(rows: Iterator[tuple[int, Row]], seen: list[str]) -> dict[str, int] | None:
    """Field → column of the first line that names a layout; leaves `rows` after it."""
    for number, row in rows:
        texts = [text_of(cell) for cell in row]
        columns: dict[str, int] = {}
        for index, text in enumerate(texts):
            name = _FIELDS.get(plain_heading(text))
            if name is not None:
                columns.setdefault(name, index)
        if "name" in columns and len(columns) > 1:
            return columns
        if number == 1:
            seen += [text for text in texts if text]
        if number >= _LINES_SEARCHED:
            return None
    return None


class _Sheet:
    """Reads one sheet's lines into the file."""

    def __init__(self, found: DirectoryFile, sheet: Sheet, columns: dict[str, int]) -> None:
        self.found = found
        self.sheet = sheet
        self.columns = columns
        self.made: set[str] = set()
        self.holds_units = "单位" in sheet.name or sheet.name.lower().startswith("unit")

    def read(self, rows: Iterator[tuple[int, Row]]) -> None:
        for number, row in rows:
            cells = {
                name: row[index] if index < len(row) else None
                for name, index in self.columns.items()
            }
            if any(text_of(cell) for cell in cells.values()):
                self._line(number, cells)

    def _line(self, number: int, cells: dict[str, Any]) -> None:
        said = {name: tidy_name(text_of(cell)) for name, cell in cells.items()}
        if is_unknown(said["name"]):
            return self._reject(number, "directory.name_missing", "")
        for name, limit in _LONGEST.items():
            if len(said.get(name, "")) > limit:
                return self._reject(number, "directory.too_long", said[name][:_LONGEST_CODE] + "…")
        kind = self._kind(said)
        if kind is None:
            return self._reject(number, "directory.kind_unknown", said.get("kind", ""))
        what, sort = kind
        population = _population(cells.get("population"))
        if population is _UNREADABLE:
            return self._reject(number, "directory.population_unreadable", said["population"])
        days = {}
        for name in ("valid_from", "valid_to"):
            days[name] = _day(cells.get(name))
            if days[name] is _UNREADABLE:
                return self._reject(number, "directory.date_unreadable", said[name])
        self._add(
            Line(
                self.sheet.name,
                number,
                what,
                sort,
                said["name"],
                code=_code(cells.get("code")),
                parent=self._parent(number, said, cells),
                population=population,
                valid_from=days["valid_from"],
                valid_to=days["valid_to"],
                successor=said.get("successor", ""),
                serves=_code(cells.get("serves")) if what == "unit" else "",
                aliases=_aliases(said.get("aliases", "")),
            )
        )
        return None

    def _kind(self, said: dict[str, str]) -> tuple[str, str] | None:
        """From the kind column; without one, from the sheet and the name's ending."""
        if said.get("kind"):
            return KINDS.get(said["kind"].lower())
        if self.holds_units:
            return ("unit", "unit")
        key = same_name_key(said["name"])
        if "street" not in said:
            for ending, kind in (("街道", "street"), ("镇", "street"), ("乡", "street")):
                if key.endswith(ending):
                    return ("area", kind)
        return ("area", "village" if key.endswith("村") else "community")

    def _parent(self, number: int, said: dict[str, str], cells: dict[str, Any]) -> str:
        """The parent named in the line; of the second layout it is made from the columns."""
        if said.get("parent"):
            return _code(cells["parent"])
        street, district = said.get("street", ""), said.get("district", "")
        district_code = self._above(number, "district", district, cells.get("district_code"), "")
        if is_unknown(street):
            return district_code
        return self._above(number, "street", street, cells.get("street_code"), district_code)

    def _above(self, number: int, kind: str, name: str, code: Any, parent: str) -> str:
        """Add a street or district named beside a community, once; how to refer to it."""
        if is_unknown(name):
            return ""
        reference = _code(code) or name
        if f"{kind}{reference}" not in self.made:
            self.made.add(f"{kind}{reference}")
            self._add(
                Line(self.sheet.name, number, "area", kind, name, code=_code(code), parent=parent)
            )
        return reference

    def _add(self, line: Line) -> None:
        self.found.lines.append(line)

    def _reject(self, number: int, reason: str, value: str) -> None:
        self.found.unread += 1
        self.found.rejected.append(RejectedLine(self.sheet.name, number, reason, value))


_UNREADABLE: Any = object()


def _code(cell: Any) -> str:
    return tidy_name(text_of(cell))


def _population(cell: Any) -> Any:
    text = text_of(cell).replace(",", "").replace("，", "").removesuffix("人")
    if not text:
        return None
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else _UNREADABLE


def _day(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = text_of(cell)
    if not text:
        return None
    for pattern in ("%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y.%m.%d", "%Y%m%d"):
        try:
            return datetime.strptime(text[:11], pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return _UNREADABLE


def _aliases(text: str) -> tuple[str, ...]:
    for mark in ("、", ";", "；", ",", "，", "|", "/"):
        text = text.replace(mark, "\n")
    parts = (tidy_name(line) for line in text.split("\n"))
    return tuple(part for part in parts if part and len(part) <= _LONGEST_NAME)


__all__: Sequence[str] = ("DirectoryFile", "Line", "RejectedLine", "read_directory")
