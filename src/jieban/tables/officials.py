"""The roster of officials 干部名册: one line for each, read and written.

编号 · 姓名 · 派出单位 · 专长 · 带资源 · 回避 · 可派起始 · 可派截止 · 账号.
Name and home are needed; words in one cell are set apart by 、 or commas. 回避 holds codes or
names of places and units.
"""

import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import xlsxwriter

from jieban.domain.words import Language
from jieban.tables.lists import ListFile, Said, Unread, read_list

HEADINGS = {
    "code": ("编号", "干部编号", "工号", "code"),
    "name": ("姓名", "干部姓名", "name"),
    "home": ("派出单位", "所在单位", "工作单位", "单位", "home", "home organisation"),
    "skills": ("专长", "熟悉领域", "特长", "skills"),
    "brings": ("带资源", "资源", "可带资源", "brings"),
    "conflicts": ("回避", "回避地点或单位", "conflicts"),
    "available_from": ("可派起始", "可到任日期", "available_from", "available from"),
    "available_until": ("可派截止", "available_until", "available until"),
    "account": ("账号", "用户名", "account"),
}
WRITTEN = tuple(HEADINGS)
_WIDTHS = {"home": 24, "skills": 28, "brings": 28, "conflicts": 24}
_EXPLAINED: dict[Language, tuple[str, ...]] = {
    "zh": (
        "怎样填写干部名册",
        "一行一名干部，姓名和派出单位必填。编号空着的自动编号；再次导入时凭编号更新。",
        "专长、带资源：写问题分类里的词，如“物业、停车”；多个用顿号隔开。匹配时与各社区诉求的分类对照，"
        "别的写法照样保存，但不计入匹配。",
        "回避：不能派去的社区、街道，或要回避的单位，写名录里的名称或代码；多个用顿号隔开。派出单位所在的街道自动回避。",
        "可派起始、可派截止：写成 2023-03-16；空着表示不限。任期六个月要都在可派时间内。",
        "账号：干部在本系统的用户名，没有可以空着。",
        "空着的格子不会抹掉名册里已有的内容；同一份文件再导入不会有任何变化。",
    ),
    "en": (
        "How to fill in the roster",
        "One line per official; name and home organisation are required. A blank code is given "
        "by the system; a line with a known code changes that official.",
        "Skills 专长 and what they bring 带资源: words of categories such as 物业、停车, set "
        "apart by 、. They are compared with what complaints are about; other words are kept and "
        "not counted.",
        "To be avoided 回避: names or codes of places and units in the directory. The street of "
        "the home organisation is avoided by itself.",
        "Available from and until: 2023-03-16; blank is open. All six months must lie within.",
        "A blank cell never takes away what the roster knows; the same file again changes nothing.",
    ),
}


@dataclass(frozen=True)
class OfficialLine:
    """One official as a file gives them; blank says nothing."""

    sheet: str
    line: int
    code: str
    name: str
    home: str
    skills: tuple[str, ...]
    brings: tuple[str, ...]
    conflicts: tuple[str, ...]
    available_from: date | None
    available_until: date | None
    account: str
    row: tuple[str, ...]


OfficialFile = ListFile[OfficialLine]


def read_officials(path: Path) -> OfficialFile:
    """The officials of a roster.

    Raises:
        Refused "file.…", "official.no_layout".
    """
    return read_list(path, HEADINGS, _makes, _line, "official.no_layout")


def written_roster(rows: Iterable[Sequence[str]], language: Language) -> bytes:
    """A workbook that comes back by import, with how to fill it in; `rows` as in `WRITTEN`."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    head = book.add_format({"bold": True, "bg_color": "#E2EFF1", "bottom": 1})
    text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet("干部名册")
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(WRITTEN):
        sheet.set_column(column, column, _WIDTHS.get(name, 14), text)
        sheet.write_string(0, column, HEADINGS[name][0], head)
    for line, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            sheet.write_string(line, column, cell, text)
    notes = book.add_worksheet("说明" if language == "zh" else "How to")
    notes.set_column(0, 0, 100, book.add_format({"text_wrap": True, "valign": "top"}))
    for line, words in enumerate(_EXPLAINED[language]):
        notes.write_string(line, 0, words)
    book.close()
    return out.getvalue()


def _makes(columns: Collection[str]) -> bool:
    return {"name", "home"} <= set(columns)


def _line(said: Said) -> OfficialLine:
    name, home = said.text("name"), said.text("home")
    if not name or not home:
        raise Unread("official.line_unnamed")
    return OfficialLine(
        said.sheet,
        said.line,
        said["code"],
        name,
        home,
        said.several("skills"),
        said.several("brings"),
        said.several("conflicts"),
        said.day("available_from"),
        said.day("available_until"),
        said.text("account"),
        said.row,
    )
