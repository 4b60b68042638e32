"""整改方案 as offices keep them: workbooks, CSV and Word files, tables and running text.

`read_plan` says what a file holds. Every line of it is taken, remarked on or sent back.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from jieban.domain.errors import Refused
from jieban.tables.plans.drafts import Finishing
from jieban.tables.plans.grid import LINES_SEARCHED, GridReader, Line, head_of, lines_of
from jieban.tables.plans.shapes import (
    PlanFile,
    PlanItem,
    PlanProblem,
    PlanTask,
    Remark,
)
from jieban.tables.reading import Sheet, open_file

__all__ = ["PlanFile", "PlanItem", "PlanProblem", "PlanTask", "Remark", "read_plan"]

UNPACKED_LIMIT_MIB = 512


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
    for place, line in enumerate(lines[:LINES_SEARCHED]):
        below = lines[place + 1] if place + 1 < len(lines) else None
        head = head_of(line, below)
        if head is not None:
            _title(lines[:place], found)
            found.headings = found.headings or head[0].texts
            found.unknown = tuple(dict.fromkeys((*found.unknown, *head[0].unknown)))
            reader = GridReader(sheet.name, head[0], found, into)
            for after in lines[place + 1 + head[1] :]:
                reader.take(after)
            reader.finish()
            return
        seen += [text[:40] for text in line.texts if text]
    if lines:
        found.remarks.append(Remark(sheet.name, 0, "plans.sheet_without_plan", sheet.name))


def _title(above: list[Line], found: PlanFile) -> None:
    words = [text for line in above for text in line.texts if text]
    found.title = found.title or "\n".join(words)
