"""Duty lists 职责清单: one line for each rule, read and written.

问题分类 (or its levels side by side) · 区域 · 条件 · 主办单位 · 协办单位 · 依据 · 起始日期 ·
截止日期 · 备注.
Only the lead is always needed. 全部 and 全区 say that a rule holds for every category and
everywhere; a rule that names neither a category nor a place must say so, since a blank line
with a unit in it is more often a slip. 属地 as a unit is the office of the case's own street.
编号 is the rule's number where the list was exported.
"""

import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import xlsxwriter

from jieban.domain.rulebook.limits import LEVEL
from jieban.domain.words import Language
from jieban.tables.categories import HEADINGS as CATEGORY_HEADINGS
from jieban.tables.categories import LEVELS, path_said
from jieban.tables.lists import ListFile, RejectedLine, Said, Unread, read_list, written_csv

HEADINGS = {
    "number": ("编号", "规则编号", "number"),
    "path": CATEGORY_HEADINGS["path"],
    **{level: CATEGORY_HEADINGS[level] for level in LEVELS},
    "area": ("区域", "适用区域", "适用范围", "街道", "街乡镇", "area"),
    "conditions": ("条件", "适用条件", "情形", "适用情形", "conditions", "condition"),
    "lead": ("主办单位", "牵头单位", "主责单位", "责任单位", "承办单位", "lead", "lead_unit"),
    "joints": ("协办单位", "配合单位", "配合部门", "joints", "joint_units"),
    "basis": ("依据", "职责依据", "法规依据", "政策依据", "basis"),
    "valid_from": CATEGORY_HEADINGS["valid_from"],
    "valid_to": CATEGORY_HEADINGS["valid_to"],
    "note": ("备注", "说明", "note"),
}
WRITTEN = (
    "number",
    "path",
    "area",
    "conditions",
    "lead",
    "joints",
    "basis",
    "valid_from",
    "valid_to",
    "note",
)
EVERY_CATEGORY = ("全部", "全部分类", "所有", "所有分类", "all")
EVERYWHERE = ("全区", "全部", "全域", "everywhere", "all")
LOCAL = "属地街道"
"""How the unit of the case's own place is written."""
LOCAL_WORDS = (
    LOCAL,
    "属地",
    "属地街镇",
    "属地街乡镇",
    "属地街道办",
    "属地街道办事处",
    "属地街道(镇)",
    "属地街道(乡镇)",
    "属地乡镇",
    "local",
)
LONGEST = {"basis": 200, "note": 500}
LONGEST_CONDITION = 64
_WIDTHS = {"path": 34, "area": 16, "lead": 20, "joints": 28, "basis": 36, "note": 30}
_REASON = {"zh": "退回原因", "en": "why it came back"}


@dataclass(frozen=True)
class DutyLine:
    """One rule as a file gives it: names or codes as they stand there.

    A blank `category` is every category, a blank `area` everywhere; `LOCAL` among the units is
    the one of the case's place.
    """

    sheet: str
    line: int
    category: str
    area: str
    conditions: tuple[str, ...]
    lead: str
    joints: tuple[str, ...] = ()
    basis: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""
    number: int | None = None
    row: tuple[str, ...] = ()


DutyFile = ListFile[DutyLine]


def read_duties(path: Path) -> DutyFile:
    """The rules of a duty list.

    Raises:
        Refused "file.…", "duties.no_layout".
    """
    return read_list(path, HEADINGS, _makes, _line, "duties.no_layout")


def written(rows: Iterable[Sequence[str]], *, to_open: bool = True) -> bytes:
    """The list as a CSV file that comes back by import; `rows` in the order of `WRITTEN`."""
    return written_csv([HEADINGS[name][0] for name in WRITTEN], rows, to_open=to_open)


def row_of(line: DutyLine) -> list[str]:
    """A line of a file in the order of `WRITTEN`, as it would be read again."""
    cells: dict[str, str] = {
        "number": str(line.number or ""),
        "path": line.category or EVERY_CATEGORY[0],
        "area": line.area or EVERYWHERE[0],
        "conditions": "、".join(line.conditions),
        "lead": line.lead,
        "joints": "、".join(line.joints),
        "basis": line.basis,
        "valid_from": line.valid_from.isoformat() if line.valid_from else "",
        "valid_to": line.valid_to.isoformat() if line.valid_to else "",
        "note": line.note,
    }
    return [cells[name] for name in WRITTEN]


def written_workbook(
    rows: Iterable[Sequence[str]],
    notes: Sequence[str] = (),
    language: Language = "zh",
) -> bytes:
    """The same as a workbook, with a sheet of explanations where there are any."""
    headings = [HEADINGS[name][0] for name in WRITTEN]
    widths = [_WIDTHS.get(name, 12) for name in WRITTEN]
    return _workbook("职责清单", headings, widths, rows, notes, language)


def rejected_workbook(
    headings: Sequence[str], rejected: Sequence[RejectedLine], language: Language
) -> bytes:
    """Lines that were not taken, as they stood, with why; mended, the file comes back as it is."""
    width = max((len(line.cells) for line in rejected), default=len(headings))
    padded = [*headings, *[""] * (width - len(headings))]
    rows = [
        (*line.cells, *[""] * (width - len(line.cells)), line.message(language))
        for line in rejected
    ]
    return _workbook("退回", [*padded, _REASON[language]], [18] * width + [50], rows, (), language)


def _workbook(
    title: str,
    headings: Sequence[str],
    widths: Sequence[int],
    rows: Iterable[Sequence[str]],
    notes: Sequence[str],
    language: Language,
) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    head = book.add_format({"bold": True, "bg_color": "#E2EFF1", "bottom": 1})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(title)
    sheet.freeze_panes(1, 0)
    for column, (heading, width) in enumerate(zip(headings, widths, strict=True)):
        sheet.set_column(column, column, width, text)
        sheet.write_string(0, column, heading, head)
    for line, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            sheet.write_string(line, column, cell, text)
    if notes:
        page = book.add_worksheet("说明" if language == "zh" else "How to")
        page.set_column(0, 0, 100, book.add_format({"text_wrap": True, "valign": "top"}))
        for line, words in enumerate(notes):
            page.write_string(line, 0, words)
    book.close()
    return out.getvalue()


def _makes(columns: Collection[str]) -> bool:
    return "lead" in columns and bool({"path", "level_1", "area"} & set(columns))


def _line(said: Said) -> DutyLine:
    path, area = LEVEL.join(path_said(said)), said["area"]
    if not path and not area:
        raise Unread("duties.says_nothing")
    if not said["lead"]:
        raise Unread("duties.lead_missing")
    for name, limit in LONGEST.items():
        if len(said.text(name)) > limit:
            raise Unread("duties.too_long", said.text(name)[:32] + "…")
    conditions = tuple(sorted(said.several("conditions")))
    if any(len(word) > LONGEST_CONDITION for word in conditions):
        raise Unread("duties.too_long", conditions[0][:32] + "…")
    valid_from, valid_to = said.day("valid_from"), said.day("valid_to")
    if valid_from and valid_to and valid_to <= valid_from:
        raise Unread("duties.dates_wrong", f"{valid_from} – {valid_to}")
    number = said["number"]
    if number and not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise Unread("duties.number_unknown", number)
    return DutyLine(
        said.sheet,
        said.line,
        "" if path.casefold() in EVERY_CATEGORY else path,
        "" if area.casefold() in EVERYWHERE else area,
        conditions,
        _unit(said["lead"]),
        tuple(dict.fromkeys(map(_unit, said.several("joints")))),
        said.text("basis"),
        valid_from,
        valid_to,
        said.text("note"),
        int(number) if number else None,
        said.row,
    )


def _unit(said: str) -> str:
    return LOCAL if said.casefold() in LOCAL_WORDS else said
