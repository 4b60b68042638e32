"""Category files 问题分类: one line for each category, by levels side by side or by its path.

一级分类 · 二级分类 · 三级分类 (· 四级分类), or one column 问题分类 with "一级->二级->三级". Beside
them, where somebody keeps them: 代码 · 别名 · 紧急 · 水电气热 · 国标代码 · 起始日期 · 截止日期.
What a line says beyond the names is said of the last name in it; those above it are made as
needed.
"""

import re
import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jieban.domain.directory.names import is_unknown, tidy_name
from jieban.domain.rulebook.limits import LEVEL
from jieban.tables.lists import NO, YES, ListFile, Said, Unread, read_list, written_csv

LEVELS = ("level_1", "level_2", "level_3", "level_4")
HEADINGS = {
    "path": ("问题分类", "分类", "分类路径", "诉求分类", "事项分类", "category", "path"),
    "level_1": ("一级分类", "一级", "一级类目", "大类", "level_1", "level1"),
    "level_2": ("二级分类", "二级", "二级类目", "中类", "level_2", "level2"),
    "level_3": ("三级分类", "三级", "三级类目", "小类", "level_3", "level3"),
    "level_4": ("四级分类", "四级", "四级类目", "细类", "level_4", "level4"),
    "code": ("代码", "分类代码", "编码", "code"),
    "aliases": ("别名", "同义词", "曾用名", "aliases", "alias"),
    "urgent": ("紧急", "是否紧急", "urgent"),
    "utilities": ("水电气热", "公用事业", "utilities"),
    "gb39666": ("国标代码", "国标", "GB/T 39666", "gb39666"),
    "valid_from": ("起始日期", "生效日期", "启用日期", "valid_from"),
    "valid_to": ("截止日期", "失效日期", "停用日期", "valid_to"),
}
WRITTEN = (
    "path",
    "code",
    "aliases",
    "urgent",
    "utilities",
    "gb39666",
    "valid_from",
    "valid_to",
)
_ARROW = re.compile(r"\s*(?:->|→|＞|>)\s*")
_GB = re.compile(r"\d{6}")
LONGEST_NAME, LONGEST_PATH, LONGEST_CODE = 128, 255, 32


@dataclass(frozen=True)
class CategoryLine:
    """One category as a file gives it. Blank and None mean that the file says nothing."""

    sheet: str
    line: int
    path: tuple[str, ...]
    code: str = ""
    aliases: tuple[str, ...] = ()
    urgent: bool | None = None
    utilities: bool | None = None
    gb39666: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    row: tuple[str, ...] = ()


CategoryFile = ListFile[CategoryLine]


def read_categories(path: Path) -> CategoryFile:
    """The categories of a file.

    Raises:
        Refused "file.…", "categories.no_layout".
    """
    return read_list(path, HEADINGS, _makes, _line, "categories.no_layout")


def read_start_set(path: Path) -> CategoryFile:
    """The categories of a start set: TOML, `[[category]]` with the keys of a line."""
    with path.open("rb") as file:
        entries = tomllib.load(file)["category"]
    lines = [
        CategoryLine(
            "",
            number,
            split_path(entry["path"]),
            code=entry["code"],
            aliases=tuple(entry.get("aliases", ())),
            urgent=entry.get("urgent"),
            utilities=entry.get("utilities"),
        )
        for number, entry in enumerate(entries, start=1)
    ]
    return ListFile(path.name, lines)


def written(lines: Iterable[CategoryLine], *, to_open: bool = True) -> bytes:
    """Categories as a CSV file that comes back by import."""
    return written_csv([HEADINGS[name][0] for name in WRITTEN], map(_row, lines), to_open=to_open)


def _row(line: CategoryLine) -> list[str]:
    said = {None: "", True: YES[0], False: NO[0]}
    cells: dict[str, str] = {
        "path": LEVEL.join(line.path),
        "code": line.code,
        "aliases": "、".join(line.aliases),
        "urgent": said[line.urgent],
        "utilities": said[line.utilities],
        "gb39666": line.gb39666,
        "valid_from": line.valid_from.isoformat() if line.valid_from else "",
        "valid_to": line.valid_to.isoformat() if line.valid_to else "",
    }
    return [cells[name] for name in WRITTEN]


def split_path(text: str) -> tuple[str, ...]:
    """The names of a path that people write with an arrow."""
    return tuple(filter(None, map(tidy_name, _ARROW.split(text.strip()))))


def _makes(columns: Collection[str]) -> bool:
    return "path" in columns or "level_1" in columns


def _line(said: Said) -> CategoryLine:
    path = path_said(said)
    if not path:
        raise Unread("categories.name_missing")
    longest = max(path, key=len)
    if len(longest) > LONGEST_NAME or len(LEVEL.join(path)) > LONGEST_PATH:
        raise Unread("categories.too_long", longest[:LONGEST_CODE] + "…")
    if len(path) > len(LEVELS):
        raise Unread("categories.too_deep", LEVEL.join(path))
    if len(said["code"]) > LONGEST_CODE:
        raise Unread("categories.too_long", said["code"][:LONGEST_CODE] + "…")
    if said["gb39666"] and not _GB.fullmatch(said["gb39666"]):
        raise Unread("categories.gb_unreadable", said["gb39666"])
    return CategoryLine(
        said.sheet,
        said.line,
        path,
        code=said["code"],
        aliases=tuple(alias for alias in said.several("aliases") if len(alias) <= LONGEST_NAME),
        urgent=said.yes("urgent"),
        utilities=said.yes("utilities"),
        gb39666=said["gb39666"],
        valid_from=said.day("valid_from"),
        valid_to=said.day("valid_to"),
        row=said.row,
    )


def path_said(said: Said) -> tuple[str, ...]:
    """The path of a line, from its one column or from the levels; () where it has none.

    Raises:
        Unread: a level is blank while one below it is not.
    """
    if said["path"]:
        return split_path(said["path"])
    levels = [said[level] for level in LEVELS]
    while levels and is_unknown(levels[-1]):
        levels.pop()
    if any(not level for level in levels):
        raise Unread("categories.level_missing", LEVEL.join(levels))
    return tuple(levels)
