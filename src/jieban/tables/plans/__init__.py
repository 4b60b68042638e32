"""整改方案 as offices keep them: workbooks, CSV and Word files, tables and running text.

`read_plan` says what a file holds. Every line of it is taken, remarked on or sent back.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from jieban.domain.errors import Refused
from jieban.tables.plans.drafts import Finishing
from jieban.tables.plans.grid import LINES_SEARCHED, GridReader, Head, Line, head_of, lines_of
from jieban.tables.plans.running_text import Segment, TextReader, form_segments, segments_of
from jieban.tables.plans.shapes import (
    PlanFile,
    PlanItem,
    PlanProblem,
    PlanTask,
    Remark,
)
from jieban.tables.plans.word_files import Paragraph, is_word, open_word
from jieban.tables.reading import Sheet, open_file

__all__ = ["PlanFile", "PlanItem", "PlanProblem", "PlanTask", "Remark", "read_plan"]

UNPACKED_LIMIT_MIB = 512
TEXT = "正文"
"""What the text of a Word file is called where a sheet has its name."""


def read_plan(path: Path) -> PlanFile:
    """The plan that a file holds.

    Raises:
        Refused "file.…": see `reading.open_file`.
        Refused "plans.too_big", "plans.too_many_lines", "plans.old_word".
        Refused "plans.no_layout": nothing in it is a plan; `seen` is what its tables begin with.
    """
    path = Path(path)
    found = PlanFile(path.name)
    into = Finishing(found)
    seen: list[str] = []
    _check_size(path)
    if is_word(path):
        _read_word(path, found, into, seen)
    else:
        for sheet in _sheets(path):
            if sheet.hidden:
                found.remarks.append(Remark(sheet.name, 0, "plans.sheet_hidden", sheet.name))
            else:
                _read_sheet(sheet, found, into, seen)
    into.finish()
    if not found.tasks and not found.rejected:
        raise Refused("plans.no_layout", name=path.name, seen=seen[:20])
    return found


def _sheets(path: Path) -> list[Sheet]:
    try:
        return open_file(path).sheets
    except Refused as refused:
        if refused.detail.get("seen_en") == "a Word document":
            raise Refused("plans.old_word", name=path.name) from None
        raise


def _check_size(path: Path) -> None:
    if not path.is_file() or not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        # What is wrong with it is said when it is opened.
        return
    if unpacked > UNPACKED_LIMIT_MIB * 2**20:
        raise Refused(
            "plans.too_big", name=path.name, mib=unpacked // 2**20, limit=UNPACKED_LIMIT_MIB
        )


def _read_sheet(sheet: Sheet, found: PlanFile, into: Finishing, seen: list[str]) -> None:
    lines = list(lines_of(sheet))
    if _read_table(sheet.name, lines, found, into, None):
        return
    segments = form_segments((line.number, line.texts) for line in lines) or [
        each
        for line in lines
        for each in segments_of(line.number, "\n".join(filter(None, line.texts)))
    ]
    if TextReader(sheet.name, found, into).read(segments):
        return
    seen += [text[:40] for line in lines[:LINES_SEARCHED] for text in line.texts if text]
    if lines:
        found.remarks.append(Remark(sheet.name, 0, "plans.sheet_without_plan", sheet.name))


def _read_word(path: Path, found: PlanFile, into: Finishing, seen: list[str]) -> None:
    """Tables as tables, everything else as one text; a table that a page cut in two is one."""
    segments: list[Segment] = []
    head: Head | None = None
    for part in open_word(path):
        if isinstance(part, Paragraph):
            segments += segments_of(part.number, part.text)
            continue
        lines = list(lines_of(part))
        read = _read_table(part.name, lines, found, into, head)
        if read is not None:
            head = read
            continue
        form = form_segments((line.number, line.texts) for line in lines)
        segments += form
        if lines and not form:
            seen += [text[:40] for line in lines[:3] for text in line.texts if text]
            found.remarks.append(Remark(part.name, 0, "plans.sheet_without_plan", part.name))
    if TextReader(TEXT, found, into).read(segments):
        return
    seen += [each.words[:40] for each in segments[:10]]
    if segments:
        found.title = found.title or segments[0].words
    found.remarks += [
        Remark(TEXT, each.line, "plans.note", f"{each.label}：{each.words}".lstrip("："))
        for each in segments[1:]
    ]


def _read_table(
    name: str, lines: list[Line], found: PlanFile, into: Finishing, before: Head | None
) -> Head | None:
    """Reads a table that has the head of a plan, or goes on with the one `before`; its head."""
    for place, line in enumerate(lines[:LINES_SEARCHED]):
        below = lines[place + 1] if place + 1 < len(lines) else None
        here = head_of(line, below)
        if here is not None:
            head, two_lines = here
            _title(lines[:place], found)
            found.headings = found.headings or head.texts
            found.unknown = tuple(dict.fromkeys((*found.unknown, *head.unknown)))
            _take(GridReader(name, head, found, into), lines[place + 1 + two_lines :])
            return head
    if before is not None and lines and len(lines[0].texts) == len(before.texts):
        _take(GridReader(name, before, found, into), lines)
        return before
    return None


def _take(reader: GridReader, lines: list[Line]) -> None:
    for line in lines:
        reader.take(line)
    reader.finish()


def _title(above: list[Line], found: PlanFile) -> None:
    words = [text for line in above for text in line.texts if text]
    found.title = found.title or "\n".join(words)
