"""Tables of letters as they are published: 群众信访举报转办和边督边改公开情况一览表.

Workbooks, text files and Word files; several tables in one, each under its own title, from which
the batch and its day are read. Columns are known by many headings, in traditional signs too; what
nobody knows is kept with its line. Cells merged over several lines stand in each of them.
"""

import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from jieban.domain.directory.names import UNKNOWN_WORDS
from jieban.domain.errors import Refused
from jieban.domain.rectification.letters import (
    NOTHING,
    batch_of,
    read_batch,
    simplified,
    state_of,
    types_of,
    verdict_of,
)
from jieban.tables.calendars import day_of
from jieban.tables.lists import NO, YES, RejectedLine, Unread, written_csv
from jieban.tables.plans.grid import Line, lines_of
from jieban.tables.plans.word_files import is_word, open_word
from jieban.tables.plans.words import split_units
from jieban.tables.profiles import plain_heading
from jieban.tables.reading import Sheet, open_file
from jieban.tables.values import read_number, text_of

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "position": ("序号", "序 号", "no", "no."),
    "number": (
        "受理编号",
        "信访编号",
        "受理号",
        "举报编号",
        "交办编号",
        "信访件编号",
        "案件编号",
        "举报件编号",
        "转办编号",
        "编号",
        "number",
    ),
    "text": (
        "交办问题基本情况",
        "交办问题",
        "问题基本情况",
        "信访问题基本情况",
        "信访问题",
        "信访内容",
        "举报内容",
        "反映问题",
        "反映的问题",
        "群众反映问题",
        "举报问题",
        "问题描述",
        "主要问题",
        "转办问题基本情况",
        "text",
    ),
    "area": (
        "行政区域",
        "所属区县",
        "所属区域",
        "行政区划",
        "所在区域",
        "所属县区",
        "所属县市区",
        "县市区",
        "区县",
        "区(县)",
        "县(市、区)",
        "辖区",
        "属地",
        "地区",
        "area",
    ),
    "types": ("污染类型", "问题类型", "污染类别", "问题类别", "类型", "types"),
    "finding": (
        "调查核实情况",
        "调查核实",
        "调查情况",
        "核实情况",
        "核查情况",
        "调查处理情况",
        "finding",
    ),
    "verdict": ("是否属实", "属实情况", "是否属实情况", "verdict"),
    "goal": ("办结目标", "整改目标", "goal"),
    "action": (
        "处理和整改情况",
        "处理整改情况",
        "处理及整改情况",
        "处理与整改情况",
        "处理情况和整改情况",
        "整改情况",
        "处理情况",
        "办理情况",
        "action",
    ),
    "state": ("是否办结", "办结情况", "办结状态", "办理状态", "办理进度", "state"),
    "accountability": (
        "责任人被处理情况",
        "责任人处理情况",
        "责任人被问责情况",
        "问责情况",
        "追责问责情况",
        "责任追究情况",
        "accountability",
    ),
    "lead": ("主办单位", "牵头单位", "责任单位", "承办单位", "办理单位", "lead unit"),
    "joint": ("协办单位", "配合单位", "会办单位", "joint units"),
    "focus": ("重点关注", "重点关注件", "是否重点", "是否重点关注", "重点件", "focus"),
    "channel": ("来件方式", "举报方式", "信访方式", "举报形式", "channel"),
    "batch": ("批次", "交办批次", "转办批次", "batch"),
    "day": ("交办日期", "转办日期", "交办时间", "转办时间", "handed over on"),
}
WRITTEN = tuple(HEADINGS)
PUBLIC = (
    "position",
    "number",
    "text",
    "area",
    "types",
    "finding",
    "verdict",
    "goal",
    "action",
    "state",
    "accountability",
)
"""Columns of the public table, in its order."""
MOST_LINES = 50_000
LONGEST_TEXT = 8000
_NEEDED = ("number", "text")
_IGNORED = ("退回原因", "reason")
_SEARCHED = 20
_CHANNELS = {"来电": "phone", "电话": "phone", "来信": "letter", "信件": "letter"}
_CHANNELS |= {"phone": "phone", "letter": "letter"}
_DAY = re.compile(r"(?:19|20)\d\d\s*(?:年|-|/|\.)\s*\d{1,2}\s*(?:月|-|/|\.)\s*\d{1,2}\s*日?")
_NOTE = re.compile(r"^(?:合计|总计|小计|共计|备注|注)(?:[:：]|$|\s)?")


def _key(heading: str) -> str:
    return plain_heading(re.sub(r"\s+", "", simplified(heading)))


_FIELDS = {_key(word): name for name, words in HEADINGS.items() for word in words}


@dataclass(frozen=True)
class LetterLine:
    """One letter as a file gives it. `given` are the fields that it says something in; `number`
    as written. `batch` "" and `day` None where neither line nor title says."""

    sheet: str
    line: int
    number: str
    text: str
    batch: str = ""
    day: date | None = None
    position: int = 0
    area: str = ""
    types: tuple[str, ...] = ()
    finding: str = ""
    verdict: str = ""
    goal: str = ""
    action: str = ""
    state: str = ""
    accountability: str = ""
    lead: str = ""
    joint: tuple[str, ...] = ()
    focus: bool | None = None
    channel: str = ""
    others: Mapping[str, str] = field(default_factory=dict)
    given: frozenset[str] = frozenset()
    row: tuple[str, ...] = ()


@dataclass
class LetterFile:
    """What a file holds. `unknown` are the headings that mean nothing here."""

    name: str
    lines: list[LetterLine] = field(default_factory=list)
    rejected: list[RejectedLine] = field(default_factory=list)
    headings: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass
class _Title:
    """What stands above a table."""

    batch: str = ""
    day: date | None = None

    def read(self, text: str) -> None:
        self.batch = batch_of(text) or self.batch
        found = _DAY.search(unicodedata.normalize("NFKC", text))
        if found:
            self.day = day_of(_iso(found[0])) or self.day


def read_letters(path: Path) -> LetterFile:
    """Every letter of every table of the file that is one of letters.

    Raises:
        Refused "file.…", "letters.no_layout", "letters.too_many_lines".
    """
    found = LetterFile(path.name)
    seen: list[str] = []
    title = _Title()
    if is_word(path):
        for part in open_word(path):
            if isinstance(part, Sheet):
                _read_sheet(part, found, seen, title)
            elif part.text.strip():
                title.read(part.text)
    else:
        for sheet in open_file(path).sheets:
            above = _Title()
            above.read(sheet.name)
            _read_sheet(sheet, found, seen, above)
    if not found.headings:
        raise Refused("letters.no_layout", seen=seen[:20])
    return found


def written(lines: Sequence[LetterLine], others: Sequence[str] = ()) -> bytes:
    """The lines as a CSV file that comes back by import, with the columns nobody knows."""
    heads = [*(HEADINGS[name][0] for name in WRITTEN), *others]
    rows = ([*map(str, _cells(line)), *(line.others.get(h, "") for h in others)] for line in lines)
    return written_csv(heads, rows, to_open=False)


def _cells(line: LetterLine) -> Iterator[str]:
    for name in WRITTEN:
        value = getattr(line, name)
        if name in ("types", "joint"):
            yield "、".join(value)
        elif name == "focus":
            yield "" if value is None else ("是" if value else "否")
        elif name in ("verdict", "state"):
            yield value and _WORDS[value]
        elif name == "channel":
            yield {"phone": "来电", "letter": "来信"}.get(value, "")
        elif name in ("position", "day"):
            yield str(value or "")
        else:
            yield value


_WORDS = {
    "true": "属实",
    "mostly_true": "基本属实",
    "partly_true": "部分属实",
    "untrue": "不属实",
    "done": "已办结",
    "partly_done": "阶段性办结",
    "in_progress": "正在办理",
}


def _read_sheet(sheet: Sheet, found: LetterFile, seen: list[str], title: _Title) -> None:
    columns: dict[str, int] = {}
    unknown: dict[int, str] = {}
    for place, line in enumerate(lines_of(sheet)):
        heads = _columns(line.texts)
        if heads:
            columns, unknown = heads, _unknown(line.texts, heads)
            found.headings = found.headings or line.texts
            found.unknown = tuple(dict.fromkeys((*found.unknown, *unknown.values())))
            continue
        filled = [text for text in line.texts if text]
        if not columns or (len(filled) == 1 and batch_of(filled[0])):
            title.read(" ".join(filled))
            seen += filled if not columns else []
            if not columns and place >= _SEARCHED:
                return
            continue
        if line.texts[0].startswith("#") or _NOTE.match(filled[0].replace(" ", "")):
            continue
        if len(found.lines) + len(found.rejected) >= MOST_LINES:
            raise Refused("letters.too_many_lines", limit=MOST_LINES)
        try:
            found.lines.append(_line(sheet.name, line, columns, unknown, title))
        except Unread as unread:
            found.rejected.append(
                RejectedLine(sheet.name, line.number, unread.reason, unread.value, line.texts)
            )
        except Refused as refused:
            found.rejected.append(
                RejectedLine(
                    sheet.name, line.number, "letters.refused", refused.message(), line.texts
                )
            )


def _columns(texts: Sequence[str]) -> dict[str, int]:
    """Field → column, where this line heads a table of letters; else nothing."""
    columns: dict[str, int] = {}
    for index, text in enumerate(texts):
        name = _FIELDS.get(_key(text))
        if name is not None:
            columns.setdefault(name, index)
    return columns if all(name in columns for name in _NEEDED) else {}


def _unknown(head: Sequence[str], columns: Mapping[str, int]) -> dict[int, str]:
    known = set(columns.values())
    return {
        index: " ".join(text.split())[:60]
        for index, text in enumerate(head)
        if text and index not in known and _key(text) not in _IGNORED
    }


def _line(
    sheet: str, line: Line, columns: Mapping[str, int], unknown: Mapping[int, str], title: _Title
) -> LetterLine:
    said = {name: _said(line, index) for name, index in columns.items()}
    number = _number(line, columns["number"])
    if not number:
        raise Unread("letters.number_missing", " ".join(filter(None, line.texts))[:60])
    if not said["text"]:
        raise Unread("letters.text_missing", number)
    for name in ("text", "finding", "goal", "action", "accountability"):
        if len(said.get(name, "")) > LONGEST_TEXT:
            raise Unread("letters.text_too_long", f"{number} {HEADINGS[name][0]}")
    values: dict[str, Any] = {
        name: said.get(name, "") for name in ("text", "area", "finding", "goal", "action")
    }
    values["area"] = " ".join(values["area"].split())[:100]
    accountability = said.get("accountability", "")
    values["accountability"] = "" if accountability.strip("。. ") == NOTHING else accountability
    values["types"] = types_of(said.get("types", ""))
    values["verdict"] = verdict_of(said.get("verdict", ""))
    values["state"] = state_of(said.get("state", ""))
    lead, *joint = split_units(said.get("lead", "")) or ("",)
    values |= {"lead": lead, "joint": (*joint, *split_units(said.get("joint", "")))}
    values["channel"] = _channel(said.get("channel", ""))
    values["focus"] = _focus(said.get("focus", ""))
    given = {name for name in columns if said[name] and said[name] not in UNKNOWN_WORDS - {NOTHING}}
    return LetterLine(
        sheet,
        line.number,
        number,
        batch=read_batch(said["batch"]) if said.get("batch") else title.batch,
        day=_day(line, columns) or title.day,
        position=_position(said.get("position", "")),
        others={head: text for i, head in unknown.items() if (text := _said(line, i))},
        given=frozenset(given),
        row=line.texts,
        **values,
    )


def _said(line: Line, index: int) -> str:
    own = line.texts[index] if index < len(line.texts) else ""
    text = own or line.covered.get(index, "")
    return "\n".join(each.rstrip() for each in text.replace("\r\n", "\n").split("\n")).strip()


def _number(line: Line, index: int) -> str:
    cell = line.raw[index] if index < len(line.raw) else None
    if isinstance(cell, int | float):
        whole = read_number(cell)
        return whole if isinstance(whole, str) else text_of(cell)
    # A cell breaks a long number over lines: blanks within it are no part of it.
    return "".join(_said(line, index).split())


def _position(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


def _channel(text: str) -> str:
    plain = simplified("".join(text.split())).casefold()
    return next((code for word, code in _CHANNELS.items() if word in plain), "")


def _focus(text: str) -> bool | None:
    plain = text.strip().casefold()
    if not plain:
        return None
    return plain in YES or (plain not in NO and "重点" in plain)


def _day(line: Line, columns: Mapping[str, int]) -> date | None:
    index = columns.get("day")
    if index is None or not _said(line, index):
        return None
    cell = line.raw[index] if index < len(line.raw) else None
    found = day_of(cell) or day_of(_iso(_said(line, index)))
    if found is None:
        raise Unread("letters.day_unreadable", _said(line, index)[:30])
    return found


def _iso(text: str) -> str:
    digits = re.findall(r"\d+", unicodedata.normalize("NFKC", text))
    return f"{digits[0]}-{digits[1]}-{digits[2]}" if len(digits) >= 3 else ""


# --- the form as it is published -----------------------------------------------------------

TITLE = "群众信访举报转办和边督边改公开情况一览表"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDTHS = (5, 20, 44, 12, 12, 44, 10, 28, 44, 10, 24)


def title_of(batch: str, day: date, *, supplement: bool = False) -> str:
    """群众信访举报转办和边督边改公开情况一览表（第19批 2026年10月30日）."""
    more = " 补充公开" if supplement else ""
    return f"{TITLE}（第{batch}批 {day.year}年{day.month}月{day.day}日{more}）"


def public_workbook(tables: Sequence[tuple[str, Sequence[Sequence[str]]]]) -> bytes:
    """Public tables as a workbook, a sheet each: (title, rows of cells in the order of `PUBLIC`).

    It comes back by import.
    """
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    big = book.add_format({"bold": True, "font_size": 14, "align": "center", "valign": "vcenter"})
    look = {"text_wrap": True, "valign": "top", "border": 1, "num_format": "@"}
    head = book.add_format({**look, "bold": True, "bg_color": "#E2EFF1", "valign": "vcenter"})
    cell = book.add_format(look)
    for number, (title, rows) in enumerate(tables, start=1):
        sheet = book.add_worksheet(f"{number}")
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.merge_range(0, 0, 0, len(PUBLIC) - 1, title, big)
        sheet.set_row(0, 30)
        sheet.freeze_panes(2, 2)
        sheet.repeat_rows(1)
        for column, (name, width) in enumerate(zip(PUBLIC, _WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(1, column, HEADINGS[name][0], head)
        for line, row in enumerate(rows, start=2):
            for column, text in enumerate(row):
                sheet.write_string(line, column, text, cell)
    book.close()
    return out.getvalue()


def blank_workbook() -> bytes:
    """An empty workbook to fill in: every column an import knows."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("信访件")
    head = book.add_format({"bold": True, "bg_color": "#E2EFF1", "bottom": 1})
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(WRITTEN):
        sheet.set_column(column, column, 18, book.add_format({"num_format": "@"}))
        sheet.write_string(0, column, HEADINGS[name][0], head)
    book.close()
    return out.getvalue()
