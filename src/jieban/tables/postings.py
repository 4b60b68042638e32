"""Lists of postings 派驻名单: who was sent where and when, one line for each term.

批次 · 姓名 · 派出单位 · 街道 · 社区(村) · 到任日期 · 期满日期 · 延长至 · 撤点日期.
批次, 姓名, 社区 and 到任日期 are always needed. Cells that were merged down a column count for
every line they cover. Columns nobody knows are kept with their line, under their own heading.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jieban.domain.errors import Refused
from jieban.tables.calendars import day_of
from jieban.tables.lists import RejectedLine, Said, Unread, written_csv
from jieban.tables.profiles import get_profile, plain_heading
from jieban.tables.reading import Row, Sheet, open_file
from jieban.tables.values import Times, text_of

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "cohort": ("批次", "第几批", "派驻批次", "期次", "cohort", "batch"),
    "official": (
        "姓名",
        "干部",
        "干部姓名",
        "治理书记",
        "书记姓名",
        "治理书记姓名",
        "official",
        "name",
    ),
    "home": (
        "派出单位",
        "选派单位",
        "原单位",
        "原工作单位",
        "工作单位",
        "单位",
        "home organisation",
        "home organization",
        "home_organisation",
        "home",
    ),
    "street": (
        "街道",
        "街镇",
        "街乡镇",
        "街道(镇)",
        "街道(乡镇)",
        "乡镇",
        "所属街道",
        "street",
        "town",
    ),
    "community": (
        "社区(村)",
        "社区",
        "社区村",
        "社区/村",
        "村",
        "村(社区)",
        "派驻社区",
        "派驻社区(村)",
        "派驻地",
        "蹲点社区",
        "蹲点社区(村)",
        "community",
        "community/village",
        "village",
        "place",
    ),
    "start": (
        "到任日期",
        "到任时间",
        "到任",
        "到岗日期",
        "开始日期",
        "起始日期",
        "start",
        "start date",
        "arrived",
        "arrived on",
    ),
    "end": (
        "期满日期",
        "期满时间",
        "期满",
        "到期日期",
        "结束日期",
        "任期至",
        "end",
        "end date",
    ),
    "extended": (
        "延长至",
        "延期至",
        "延长到",
        "延长期满日期",
        "extended until",
        "extended_until",
        "extended",
    ),
    "ended": (
        "撤点日期",
        "撤点时间",
        "撤点",
        "离任日期",
        "离任时间",
        "ended",
        "ended on",
        "left on",
    ),
}
WRITTEN = tuple(HEADINGS)
NEEDED = ("official", "community", "start")
_NEEDED_OF_ARRIVALS = ("community", "start")
LONGEST_NAME = 64
LONGEST_HOME = 128
_IGNORED = ("序号", "退回原因", "no", "no.")
_LINES_SEARCHED = 20
_SIGNS = "[0-9〇零一二两三四五六七八九十]{1,4}"
_ORDINAL = re.compile(rf"(?:第)?({_SIGNS})(?:批次|批|期|号)?(?:\(.*\))?")
# In other words around it a number counts where it is marked as one of a row.
_MARKED = re.compile(
    rf"第({_SIGNS})(?:批次|批|期)"
    r"|(?<![a-z])(?:cohort|batch|group|no\.?)[\s#_-]*([0-9]{1,3})(?![0-9])"
    r"|(?<![0-9])([0-9]{1,3})(?:st|nd|rd|th)\b"
    r"|\b(first|second|third|fourth|fifth|sixth)\b",
    re.IGNORECASE,
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_DIGITS = {sign: digit for digit, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_FIELDS = {plain_heading(word): name for name, words in HEADINGS.items() for word in words}


@dataclass(frozen=True)
class PostingLine:
    """One term as a file gives it. Days are None where nothing is said; `others` holds what stands
    in columns nobody knows, by their heading."""

    sheet: str
    line: int
    cohort: int
    official: str
    home: str
    street: str
    community: str
    start: date
    end: date | None = None
    extended: date | None = None
    ended: date | None = None
    others: Mapping[str, str] = field(default_factory=dict)
    row: tuple[str, ...] = ()
    written_cohort: str = ""

    @property
    def label(self) -> str:
        """The cohort by its number, else as it is written; lines without one are one cohort."""
        return str(self.cohort) if self.cohort else self.written_cohort or "1"


@dataclass
class PostingFile:
    """What a list holds. `unknown` are the headings that mean nothing here."""

    name: str
    lines: list[PostingLine] = field(default_factory=list)
    rejected: list[RejectedLine] = field(default_factory=list)
    headings: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def written(lines: Sequence[PostingLine], others: Sequence[str] = ()) -> bytes:
    """The lines as a CSV file that comes back by import, with the columns nobody knows."""

    def row(line: PostingLine) -> list[str]:
        days = (line.start, line.end, line.extended, line.ended)
        return [
            str(line.cohort),
            line.official,
            line.home,
            line.street,
            line.community,
            *(day.isoformat() if day else "" for day in days),
            *(line.others.get(name, "") for name in others),
        ]

    heads = [*(HEADINGS[name][0] for name in WRITTEN), *others]
    return written_csv(heads, map(row, lines), to_open=False)


def read_postings(path: Path, *, strict: bool = True) -> PostingFile:
    """Every line of all sheets whose headings make a list of postings.

    `strict` is what becomes terms: every cohort has a number, every line an official, and its
    days are in order. Where only places and arrivals are asked for, a line needs no more than
    these; its cohort is then what `label` says.

    Raises:
        Refused "file.…", "postings.no_layout".
    """
    found = PostingFile(path.name)
    seen: list[str] = []
    for sheet in open_file(path).sheets:
        _read_sheet(sheet, found, seen, strict)
    if not found.headings:
        raise Refused("postings.no_layout", seen=seen[:20])
    return found


def _read_sheet(sheet: Sheet, found: PostingFile, seen: list[str], strict: bool) -> None:
    rows = _filled_down(sheet)
    head: tuple[str, ...] = ()
    columns: dict[str, int] = {}
    for number, row in rows:
        texts = tuple(text_of(cell) for cell in row)
        if not head:
            columns = _columns(texts, NEEDED if strict else _NEEDED_OF_ARRIVALS)
            if columns:
                head = texts
                found.headings = found.headings or head
                new = _unknown(head, columns).values()
                found.unknown = tuple(dict.fromkeys((*found.unknown, *new)))
                continue
            seen += [text for text in texts if text and not text.startswith("#")]
            if number >= _LINES_SEARCHED:
                return
            continue
        if not any(texts) or texts[0].startswith("#"):
            continue
        cells = {name: row[index] for name, index in columns.items() if index < len(row)}
        said = Said(sheet.name, number, cells, texts)
        if not any(said[name] for name in columns if name not in ("cohort", "street")):
            continue
        try:
            found.lines.append(_line(said, _others(texts, _unknown(head, columns)), strict))
        except Unread as unread:
            found.rejected.append(
                RejectedLine(sheet.name, number, unread.reason, unread.value, texts)
            )


def _filled_down(sheet: Sheet) -> Iterator[tuple[int, Row]]:
    """The rows with their line; a cell merged over several lines stands in each of them."""
    covers: dict[int, list[tuple[int, int]]] = {}
    for top, left, bottom, right in sheet.merges:
        if left == right and bottom > top:
            for line in range(top + 1, bottom + 1):
                covers.setdefault(line, []).append((top, left - sheet.first_column))
    kept: dict[tuple[int, int], Any] = {}
    tops = {(top, left - sheet.first_column) for top, left, _, _ in sheet.merges}
    # Merges count lines of the sheet; rows may begin lower, where the first lines are empty.
    for index, row in enumerate(sheet.rows()):
        filled = list(row)
        for top, column in covers.get(index, ()):
            if 0 <= column < len(filled) and not text_of(filled[column]):
                filled[column] = kept.get((top, column))
        for top, column in tops:
            if top == index and 0 <= column < len(filled):
                kept[(top, column)] = filled[column]
        yield index + 1, filled


def _columns(texts: Sequence[str], needed: Sequence[str]) -> dict[str, int]:
    """Field -> column, where this line heads a list of postings; else nothing."""
    columns: dict[str, int] = {}
    for index, text in enumerate(texts):
        name = _FIELDS.get(plain_heading(text))
        if name is not None:
            columns.setdefault(name, index)
    return columns if all(name in columns for name in needed) else {}


def _unknown(head: Sequence[str], columns: Mapping[str, int]) -> dict[int, str]:
    known = set(columns.values())
    return {
        index: text
        for index, text in enumerate(head)
        if text and index not in known and plain_heading(text) not in _IGNORED
    }


def _others(texts: Sequence[str], unknown: Mapping[int, str]) -> dict[str, str]:
    return {
        heading: texts[index]
        for index, heading in unknown.items()
        if index < len(texts) and texts[index]
    }


def _line(said: Said, others: Mapping[str, str], strict: bool) -> PostingLine:
    for name in NEEDED if strict else _NEEDED_OF_ARRIVALS:
        if not said[name]:
            raise Unread("postings.cell_missing", HEADINGS[name][0])
    if len(said["official"]) > LONGEST_NAME or len(said.text("home")) > LONGEST_HOME:
        raise Unread("postings.too_long", said["official"][:32] + "…")
    start, end = _day(said, "start"), _day(said, "end")
    extended, ended = _day(said, "extended"), _day(said, "ended")
    if start is None:
        raise Unread("postings.cell_missing", HEADINGS["start"][0])
    spans = [start, *(day for day in (end, extended) if day is not None)]
    disordered = spans != sorted(set(spans)) if strict else min(spans) < start
    if disordered or (ended is not None and ended < start):
        raise Unread("postings.days_disordered", " – ".join(day.isoformat() for day in spans))
    return PostingLine(
        said.sheet,
        said.line,
        cohort_of(said["cohort"]) if strict else _cohort_or_nought(said["cohort"]),
        said["official"],
        said.text("home"),
        said["street"],
        said["community"],
        start,
        end,
        extended,
        ended,
        others,
        said.row,
        said["cohort"],
    )


def _cohort_or_nought(text: str) -> int:
    try:
        return cohort_of(text)
    except Unread:
        return 0


def cohort_of(text: str) -> int:
    """The number of a cohort: 2, 第二批, 二, 首批, cohort 2, 2nd batch, 治理书记第二批.

    Raises:
        Unread "postings.cohort_unreadable".
    """
    if text in ("首批", "首批次"):
        return 1
    text = _WHOLE.sub("", text)
    found = _ORDINAL.fullmatch(text)
    number = _number(found[1]) if found else _marked(text)
    if not 0 < number < 1000:
        raise Unread("postings.cohort_unreadable", text)
    return number


# A spreadsheet that had blanks among its numbers writes 1.0.
_WHOLE = re.compile(r"(?<=[0-9])\.0+$")


def _marked(text: str) -> int:
    """The one number marked as a cohort's; 0 where there is none, or a year or another beside it.

    The first of 2021 and the first of 2022 are not one cohort.
    """
    found = list(_MARKED.finditer(text))
    if len(found) != 1:
        return 0
    one = found[0]
    if any(sign.isdigit() for sign in text[: one.start()] + text[one.end() :]):
        return 0
    signs, plain, ordinal, spelled = one.groups()
    if spelled:
        return _ORDINALS.index(spelled.casefold()) + 1
    return _number(signs or plain or ordinal)


def _number(signs: str) -> int:
    if signs.isascii():
        return int(signs)
    if "十" in signs:
        tens, _, ones = signs.partition("十")
        if len(tens) > 1 or len(ones) > 1 or "十" in ones:
            return 0
        return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
    return int("".join(str(_DIGITS.get(sign, sign)) for sign in signs))


def _day(said: Said, name: str) -> date | None:
    """
    Raises:
        Unread "postings.day_unreadable": there is something, and it is no day.
    """
    cell = said.cells.get(name)
    text = said[name]
    if not text or text.casefold() in _NOTHING:
        return None
    found = day_of(cell)
    if found is None:
        moment = _times().read(cell)
        found = moment.astimezone(_ZONE).date() if isinstance(moment, datetime) else None
    if found is None or not 1990 <= found.year <= 2100:
        raise Unread("postings.day_unreadable", f"{HEADINGS[name][0]} {text}")
    return found


_NOTHING = frozenset(
    (
        *("-", "--", "—", "——", "/", "无", "否"),
        *("未延长", "不延长", "未延期", "不延期", "无延期"),
        *("no", "none", "n/a", "na", "nan", "nat", "null"),
    )
)


@lru_cache(maxsize=1)
def _times() -> Times:
    """Reads every way a day is written that exports of cases know."""
    return Times(get_profile("beijing-district"))


_ZONE = ZoneInfo("Asia/Shanghai")
