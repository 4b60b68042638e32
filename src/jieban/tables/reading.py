"""What rows of cells does this file hold, whatever it is called?

The content decides, not the name: xlsx, xlsm, xlsb, xls (also from WPS) and ods are read
by calamine, text by the csv module after its encoding and delimiter were found out.
Anything else is refused in words. Text files are streamed, workbooks are read a sheet at
a time; a row is a list of cells and its position is the row's line in the file.
"""

from __future__ import annotations

import codecs
import csv
import io
import os
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import python_calamine as calamine

from jieban.domain.errors import Refused

Row = list[Any]
# top row, left column, bottom row, right column; counted from 0, all inclusive
Merge = tuple[int, int, int, int]

UNPACKED_LIMIT_GIB = 4
CELL_LIMIT = 16 * 1024 * 1024
# A sheet is unpacked as a full rectangle; one stray cell in the last corner would make it huge.
CELLS_LIMIT = 60_000_000
LINE_LIMIT = 64 * 1024 * 1024
_PEEK = 64 * 1024
_BLOCK = 1024 * 1024
_SHEET_ENTRY = re.compile(r"/?xl/worksheets/[^/]+\.xml")
_DIMENSION = re.compile(rb'<dimension ref="[A-Z]+[0-9]+:([A-Z]{1,3})([0-9]{1,7})"')
_FILLED_CELL = re.compile(
    rb'<c [^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>/]*>(?:<f[^>]*(?:/>|>[^<]*</f>))?<(?:v|is)>'
)
_SUFFIXES = {"xlsx": (".xlsx", ".xlsm"), "xls": (".xls",), "xlsb": (".xlsb",), "ods": (".ods",)}
_DELIMITERS = (",", "\t", ";", "|")
# What reading an archive may throw at a file whose bytes were cut off or changed.
_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    ValueError,
    LookupError,
    RuntimeError,
    EOFError,
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What else lies about on a clerk's desk: first bytes -> what it is (zh, en).
_STRANGERS = (
    (b"%PDF", "PDF 文档", "a PDF document"),
    (b"\x89PNG", "图片", "a picture"),
    (b"\xff\xd8\xff", "图片", "a picture"),
    (b"GIF8", "图片", "a picture"),
    (b"BM", "图片", "a picture"),
    (b"Rar!", "RAR 压缩包", "a RAR archive"),
    (b"7z\xbc\xaf", "7z 压缩包", "a 7z archive"),
    (b"\x1f\x8b", "gzip 压缩包", "a gzip archive"),
    (b"SQLite format 3", "数据库文件", "a database file"),
    (b"PAR1", "Parquet 文件", "a Parquet file"),
    (b"{\\rtf", "RTF 文档", "an RTF document"),
)
_WEB_PAGE = re.compile(
    rb"\s*(?:<!doctype\s+html|<html|<table|<head|<meta|<body|<style|<\?xml|<workbook|MIME-Version:)",
    re.IGNORECASE,
)


@dataclass
class Sheet:
    """One table of a file. `rows()` begins again at the first line each time it is called.

    `first_column` is the column (from 0) in which the rows' first cell stands; `merges`
    are in columns of the sheet. `height` is None where it is not known beforehand.
    """

    name: str
    rows: Callable[[], Iterator[Row]]
    height: int | None = None
    first_column: int = 0
    merges: list[Merge] = field(default_factory=list)
    hidden: bool = False


@dataclass
class OpenFile:
    """A file that turned out to be one or more tables; `encoding` and `delimiter` for text."""

    path: Path
    format: str
    sheets: list[Sheet]
    encoding: str = ""
    delimiter: str = ""
    mac_epoch: bool = False
    cut_short: bool = False


def open_file(path: Path) -> OpenFile:
    """The tables of the file.

    Raises:
        Refused "file.…": missing, a folder, unreadable, empty, protected by a password,
            damaged, too big to unpack, not a table, or text in an unknown encoding.
    """
    path = Path(path)
    if path.is_dir():
        raise Refused("file.folder", name=path.name)
    if not path.exists():
        raise Refused("file.missing", name=str(path))
    try:
        with path.open("rb") as file:
            start = file.read(_PEEK)
    except OSError as problem:
        raise Refused("file.unreadable", name=path.name, problem=problem.strerror) from None
    blank = not start.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe")
    if blank and path.stat().st_size <= len(start):
        raise Refused("file.empty", name=path.name)
    if start.startswith(b"PK\x03\x04") or start.startswith(b"PK\x05\x06"):
        return _open_zip(path)
    if start.startswith(_OLE):
        return _open_ole(path)
    _refuse_strangers(path, start)
    return _open_text(path, start)


# --- workbooks -----------------------------------------------------------------------------


def _refuse_strangers(path: Path, start: bytes) -> None:
    for begins, zh, en in _STRANGERS:
        if start.startswith(begins) and (len(begins) > 2 or b"\x00" in start[:64]):
            raise _not_a_table(path, zh, en)
    if _WEB_PAGE.match(start.removeprefix(codecs.BOM_UTF8)):
        raise Refused("file.web_page", name=path.name)


def _not_a_table(path: Path, zh: str, en: str) -> Refused:
    return Refused("file.not_a_table", name=path.name, seen_zh=zh, seen_en=en)


def _open_zip(path: Path) -> OpenFile:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            names = {entry.filename.lstrip("/") for entry in entries}
            unpacked = sum(entry.file_size for entry in entries)
            if unpacked > UNPACKED_LIMIT_GIB * 2**30:
                raise Refused(
                    "file.too_big",
                    name=path.name,
                    gib=round(unpacked / 2**30, 1),
                    limit=UNPACKED_LIMIT_GIB,
                )
            kind = _kind_of_zip(path, names)
            if any(entry.flag_bits & 1 for entry in entries):
                raise Refused("file.password", name=path.name)
            for entry in entries:
                if kind == "xlsx" and _SHEET_ENTRY.fullmatch(entry.filename):
                    _refuse_stray_cells(path, archive, entry)
            mac_epoch = kind == "xlsx" and _has_mac_epoch(archive)
    except _BROKEN_ZIP as problem:
        raise _damaged(path, problem) from None
    return OpenFile(path, kind, _sheets(path, kind), mac_epoch=mac_epoch)


def _kind_of_zip(path: Path, names: set[str]) -> str:
    if "xl/workbook.bin" in names:
        return "xlsb"
    if any(name.lower() == "xl/workbook.xml" for name in names):
        return "xlsx"
    if any(name.startswith("word/") for name in names):
        raise _not_a_table(path, "Word 文档", "a Word document")
    if any(name.startswith("ppt/") for name in names):
        raise _not_a_table(path, "演示文稿", "a presentation")
    if "content.xml" in names:
        return "ods"
    if "[Content_Types].xml" in names:
        return "xlsx"
    raise _not_a_table(path, "压缩包，请先解压", "an archive: unpack it first")


def _refuse_stray_cells(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Refuse a sheet whose filled cells span more than can be unpacked.

    The declared size is often too large (formatted blanks count), so where it is suspicious,
    or not declared, the cells themselves are looked at.
    """
    with archive.open(entry) as file:
        declared = _DIMENSION.search(file.read(_PEEK))
    if declared and _area(declared[1], int(declared[2])) <= CELLS_LIMIT:
        return
    widest, lowest, tail = b"A", 1, b""
    with archive.open(entry) as file:
        while block := file.read(_BLOCK):
            text = tail + block
            for column, line in _FILLED_CELL.findall(text):
                widest = max(widest, column, key=lambda letters: (len(letters), letters))
                lowest = max(lowest, int(line))
            tail = text[max(text.rfind(b"<c "), 0) :][-_PEEK:]
    if _area(widest, lowest) > CELLS_LIMIT:
        raise Refused("file.stray_cell", name=path.name, cell=f"{widest.decode()}{lowest}")


def _area(column: bytes, line: int) -> int:
    width = 0
    for letter in column:
        width = width * 26 + letter - 64
    return width * line


def _has_mac_epoch(archive: zipfile.ZipFile) -> bool:
    try:
        with archive.open("xl/workbook.xml") as file:
            head = file.read(_PEEK)
    except (KeyError, zipfile.BadZipFile, zlib.error):
        return False
    return bool(re.search(rb"""date1904\s*=\s*["'](?:1|true)["']""", head))


def _open_ole(path: Path) -> OpenFile:
    encrypted, word = "EncryptedPackage".encode("utf-16-le"), "WordDocument".encode("utf-16-le")
    tail = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            if encrypted in tail + block:
                raise Refused("file.password", name=path.name)
            if word in tail + block:
                raise _not_a_table(path, "Word 文档", "a Word document")
            tail = block[-len(encrypted) :]
    return OpenFile(path, "xls", _sheets(path, "xls"))


def _damaged(path: Path, problem: BaseException) -> Refused:
    # The reader's own words may name a path of ours; its kind of error is enough.
    said = str(problem).replace(str(path), path.name).splitlines()
    return Refused("file.damaged", name=path.name, problem=(said or [""])[0][:120])


def _guarded(path: Path, work: Callable[[], Any]) -> Any:
    """`work()`, with whatever the reader throws at a broken file turned into a refusal.

    The reader is a compiled library: its own errors, Python's, and its panics (which are
    not `Exception`s) all mean here that the file could not be read.
    """
    try:
        return work()
    except calamine.PasswordError:
        raise Refused("file.password", name=path.name) from None
    except MemoryError:
        raise
    except Exception as problem:
        raise _damaged(path, problem) from None
    except BaseException as problem:
        if type(problem).__name__ != "PanicException":
            raise
        raise _damaged(path, problem) from None


def _sheets(path: Path, kind: str) -> list[Sheet]:
    # The reader believes a name it knows; under any other it looks at the content.
    told_by_name = path.suffix.lower() in _SUFFIXES[kind]
    source = path if told_by_name else io.BytesIO(path.read_bytes())
    workbook = _guarded(path, lambda: calamine.load_workbook(source))
    sheets = []
    for index, meta in enumerate(workbook.sheets_metadata):
        if meta.typ not in (calamine.SheetTypeEnum.WorkSheet, calamine.SheetTypeEnum.MacroSheet):
            continue
        sheet = _guarded(path, partial(workbook.get_sheet_by_index, index))
        start = sheet.start or (0, 0)
        merges = [
            (top, left, bottom, right)
            for (top, left), (bottom, right) in (sheet.merged_cell_ranges or [])
        ]
        sheets.append(
            Sheet(
                name=meta.name,
                rows=_rows_of(path, sheet),
                height=sheet.total_height if sheet.start else 0,
                first_column=start[1],
                merges=merges,
                hidden=meta.visible != calamine.SheetVisibleEnum.Visible,
            )
        )
    return sheets


def _rows_of(path: Path, sheet: Any) -> Callable[[], Iterator[Row]]:
    def rows() -> Iterator[Row]:
        found: Iterator[Row] = _guarded(path, sheet.iter_rows)
        return found

    return rows


# --- text ----------------------------------------------------------------------------------


def _open_text(path: Path, start: bytes) -> OpenFile:
    encoding, cut_short = _encoding(path, start)
    begins = start.decode(encoding, errors="ignore")
    # The peek may end inside a line; its last one must not mislead the count of columns.
    if len(start) == _PEEK:
        begins = begins[: max(begins.rfind("\n"), begins.rfind("\r")) + 1] or begins
    declared = re.match(r"sep=(.)\r?\n", begins, re.IGNORECASE)
    delimiter = declared[1] if declared else _delimiter(begins)

    def rows() -> Iterator[Row]:
        return _text_rows(path, encoding, delimiter, declared is not None)

    sheet = Sheet(name=path.stem, rows=rows)
    return OpenFile(
        path,
        "tsv" if delimiter == "\t" else "csv",
        [sheet],
        encoding={"utf-8-sig": "utf-8"}.get(encoding, encoding),
        delimiter=delimiter,
        cut_short=cut_short,
    )


def _encoding(path: Path, start: bytes) -> tuple[str, bool]:
    """The encoding that decodes the whole file, and whether it ends inside a character."""
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            candidates = [encoding]
            break
    else:
        candidates = [_wide(start)] if _wide(start) else ["utf-8", "gb18030"]
    faults = []
    for encoding in candidates:
        fault = _first_undecodable(path, encoding)
        if fault is None or fault >= path.stat().st_size - 3:
            return ("utf-8-sig" if encoding == "utf-8" else encoding), fault is not None
        faults.append(fault)
    offset = max(faults)
    raise Refused("file.encoding", name=path.name, offset=offset, line=_line_at(path, offset))


def _wide(start: bytes) -> str:
    """UTF-16 without a mark shows as a zero in every other byte of its Latin signs."""
    sample = start[:4096]
    half = max(len(sample) // 2, 1)
    if sample[1::2].count(0) > 0.2 * half and sample[0::2].count(0) < 0.05 * half:
        return "utf-16-le"
    if sample[0::2].count(0) > 0.2 * half and sample[1::2].count(0) < 0.05 * half:
        return "utf-16-be"
    return ""


def _first_undecodable(path: Path, encoding: str) -> int | None:
    """The offset of the first byte that is not `encoding`; None if all are. Streams the file."""
    decoder = codecs.getincrementaldecoder(encoding)()
    done = line_begins = 0
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as problem:
                return done - pending + problem.start
            if not block:
                return None
            last_break = max(block.rfind(b"\n"), block.rfind(b"\r"))
            line_begins = done + last_break if last_break >= 0 else line_begins
            done += len(block)
            if done - line_begins > LINE_LIMIT:
                raise _not_a_table(path, "没有换行的数据", "data without line breaks")


def _line_at(path: Path, offset: int) -> int:
    lines, left = 1, offset
    with path.open("rb") as file:
        while left > 0 and (block := file.read(min(_BLOCK, left))):
            lines += block.count(b"\n")
            left -= len(block)
    return lines


def _delimiter(begins: str) -> str:
    """The sign that cuts most lines into the same number of columns."""

    def steadiness(delimiter: str) -> tuple[int, int]:
        widths = Counter(
            len(row) for row in islice(csv.reader(io.StringIO(begins, ""), delimiter=delimiter), 50)
        )
        widths.pop(0, None)
        widths.pop(1, None)
        if not widths:
            return (0, 0)
        width, times = max(widths.items(), key=lambda pair: pair[0] * pair[1])
        return (width * times, width)

    return max(_DELIMITERS, key=steadiness)


def _kept(file: Iterable[str], kept: list[str]) -> Iterator[str]:
    """The lines of `file`, each also put into `kept`: the lines of the current record."""
    for line in file:
        kept.append(line)
        yield line


def _text_rows(path: Path, encoding: str, delimiter: str, skip_first: bool) -> Iterator[Row]:
    """The records of a text file; a quotation mark that is never closed costs one row only."""
    csv.field_size_limit(CELL_LIMIT)
    width = 0
    try:
        # A last character that was cut off is shown as such; all others were checked.
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            lines: list[str] = []
            reader = csv.reader(_kept(file, lines), delimiter=delimiter)
            if skip_first:
                next(reader, None)
                lines.clear()
                yield []
            for row in reader:
                if len(lines) > 1 and _swallowed(lines, delimiter, width):
                    yield from _each_alone(lines, delimiter)
                else:
                    if len(row) > width:
                        width = len(row)
                    yield row
                lines.clear()
    except csv.Error:
        raise Refused(
            "file.cell_too_long", name=path.name, line=reader.line_num, limit=CELL_LIMIT
        ) from None
    except OSError as problem:
        raise Refused(
            "file.unreadable", name=path.name, problem=problem.strerror or os.strerror(5)
        ) from None


def _swallowed(lines: Sequence[str], delimiter: str, width: int) -> bool:
    """True where a record of several lines hides whole rows of the table in a cell.

    Such a record breaks the rules of quoting: its false end stands before a text, not
    before a delimiter. A text that was quoted properly may hold whatever it likes.
    """
    try:
        next(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return width > 3 and any(
            line.count(delimiter) >= width - 1
            and len(next(csv.reader([line], delimiter=delimiter), [])) == width
            for line in lines[1:]
        )
    return False


def _each_alone(lines: Sequence[str], delimiter: str) -> Iterator[Row]:
    yield next(csv.reader([lines[0]], delimiter=delimiter, quoting=csv.QUOTE_NONE))
    for line in lines[1:]:
        yield next(csv.reader([line], delimiter=delimiter), [])
