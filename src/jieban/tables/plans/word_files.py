"""Word files as what they show: paragraphs with the numbers Word gives them, and tables."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE

from jieban.domain.errors import Refused
from jieban.domain.rectification.numerals import chinese_numeral
from jieban.tables.plans.words import CIRCLED
from jieban.tables.reading import Merge, Row, Sheet

TEXT_LIMIT_MIB = 64
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SIGNS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_UNSEEN = frozenset((f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", _FALLBACK))
_COUNTING = ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting")
_WIDEST = 200


@dataclass(frozen=True)
class Paragraph:
    """A paragraph outside tables; `number` counts paragraphs and tables of the file from one."""

    number: int
    text: str


def is_word(path: Path) -> bool:
    """Whether this is a Word file of today (.docx), whatever it is called."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith("word/") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def open_word(path: Path) -> Iterator[Paragraph | Sheet]:
    """The paragraphs and tables of the file, in their order.

    Raises:
        Refused "file.damaged", "plans.too_big".
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = max(
                (each.file_size for each in archive.infolist() if each.filename.endswith(".xml")),
                default=0,
            )
        if size > TEXT_LIMIT_MIB * 2**20:
            raise Refused("plans.too_big", name=path.name, mib=size // 2**20, limit=TEXT_LIMIT_MIB)
        document = docx.Document(str(path))
        numbering = _Numbering(document)
        parts = list(_parts(document.element.body, numbering))
    except (Refused, MemoryError):
        raise
    except Exception as problem:
        # The reader raises whatever a broken part makes it stumble over.
        said = (str(problem).replace(str(path), path.name).splitlines() or [""])[0]
        raise Refused("file.damaged", name=path.name, problem=said[:120]) from None
    tables = 0
    for number, part in enumerate(parts, start=1):
        if isinstance(part, str):
            yield Paragraph(number, part)
        else:
            tables += 1
            yield _sheet(f"表{tables}", *part)


def _sheet(name: str, rows: list[Row], merges: list[Merge]) -> Sheet:
    return Sheet(name, lambda: iter(rows), height=len(rows), merges=merges)


def _parts(body: Any, numbering: _Numbering) -> Iterator[str | tuple[list[Row], list[Merge]]]:
    for child in body.iterchildren():
        if child.tag == f"{_W}p":
            yield _text(child, numbering)
        elif child.tag == f"{_W}tbl":
            yield _table(child, numbering)
        elif child.tag == f"{_W}sdt":
            for content in child.iterchildren(f"{_W}sdtContent"):
                yield from _parts(content, numbering)


def _text(paragraph: Any, numbering: _Numbering) -> str:
    words = "".join(_shown(paragraph))
    return numbering.label(paragraph) + words if words.strip() else ""


def _shown(element: Any) -> Iterator[str]:
    """What is seen: without what was struck out in tracked changes."""
    for child in element.iterchildren():
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag not in _UNSEEN:
            yield from _shown(child)


def _table(table: Any, numbering: _Numbering) -> tuple[list[Row], list[Merge]]:
    rows: list[Row] = []
    merges: list[Merge] = []
    open_merges: dict[int, int] = {}
    for tr in table.iter(f"{_W}tr"):
        if next(tr.iterancestors(f"{_W}tbl"), None) is not table:
            continue
        row: Row = [None] * _number(tr.find(f"{_W}trPr/{_W}gridBefore"))
        line = len(rows)
        for tc in tr.iter(f"{_W}tc"):
            if next(tc.iterancestors(f"{_W}tr"), None) is not tr:
                continue
            column = len(row)
            merged = tc.find(f"{_W}tcPr/{_W}vMerge")
            below = merged is not None and merged.get(f"{_W}val") != "restart"
            if not below and column in open_merges:
                _close(merges, open_merges, column, line)
            if merged is not None and not below:
                open_merges[column] = line
            words = "" if below else _cell(tc, numbering)
            row += [words or None, *[None] * (_number(tc.find(f"{_W}tcPr/{_W}gridSpan"), 1) - 1)]
        rows.append(row)
    for column in list(open_merges):
        _close(merges, open_merges, column, len(rows))
    return rows, merges


def _close(merges: list[Merge], open_merges: dict[int, int], column: int, line: int) -> None:
    top = open_merges.pop(column)
    if line - 1 > top:
        merges.append((top, column, line - 1, column))


def _cell(tc: Any, numbering: _Numbering) -> str:
    return "\n".join(filter(None, (_text(p, numbering) for p in tc.iter(f"{_W}p"))))


def _number(element: Any, least: int = 0) -> int:
    value = element.get(f"{_W}val") if element is not None else None
    return min(max(int(value), least), _WIDEST) if value and value.isdecimal() else least


class _Numbering:
    """The numbers that Word writes before paragraphs; they stand in no text of the file."""

    def __init__(self, document: Any) -> None:
        self._levels: dict[tuple[str, int], tuple[str, str, int]] = {}
        self._abstract: dict[str, str] = {}
        self._counts: dict[tuple[str, int], int] = {}
        self._styles: dict[str, Any] = {}
        for style in document.styles.element.iterchildren(f"{_W}style"):
            numbered = style.find(f"{_W}pPr/{_W}numPr")
            if numbered is not None:
                self._styles[style.get(f"{_W}styleId")] = numbered
        for relation in document.part.rels.values():
            if relation.reltype == RELATIONSHIP_TYPE.NUMBERING and not relation.is_external:
                self._read(relation.target_part.element)

    def _read(self, root: Any) -> None:
        for abstract in root.iterchildren(f"{_W}abstractNum"):
            name = abstract.get(f"{_W}abstractNumId")
            for level in abstract.iterchildren(f"{_W}lvl"):
                form, text = level.find(f"{_W}numFmt"), level.find(f"{_W}lvlText")
                if form is not None and text is not None:
                    self._levels[name, int(level.get(f"{_W}ilvl"))] = (
                        form.get(f"{_W}val"),
                        text.get(f"{_W}val") or "",
                        _number(level.find(f"{_W}start"), 1),
                    )
        for num in root.iterchildren(f"{_W}num"):
            abstract = num.find(f"{_W}abstractNumId")
            if abstract is not None:
                self._abstract[num.get(f"{_W}numId")] = abstract.get(f"{_W}val")

    def label(self, paragraph: Any) -> str:
        """The number before this paragraph, as it is seen; "" for none and for a bullet."""
        numbered = paragraph.find(f"{_W}pPr/{_W}numPr")
        if numbered is None:
            style = paragraph.find(f"{_W}pPr/{_W}pStyle")
            numbered = self._styles.get(style.get(f"{_W}val")) if style is not None else None
        if numbered is None:
            return ""
        num = numbered.find(f"{_W}numId")
        depth = _number(numbered.find(f"{_W}ilvl"))
        name = self._abstract.get(num.get(f"{_W}val")) if num is not None else None
        if name is None or (name, depth) not in self._levels:
            return ""
        form, text, start = self._levels[name, depth]
        count = self._counts[name, depth] = self._counts.get((name, depth), start - 1) + 1
        for other in [key for key in self._counts if key[0] == name and key[1] > depth]:
            del self._counts[other]
        if form in ("bullet", "none"):
            return ""
        shown = text.replace(f"%{depth + 1}", _said(form, count))
        for above in range(depth):
            upper = self._levels.get((name, above))
            shown = shown.replace(
                f"%{above + 1}",
                _said(upper[0] if upper else "decimal", self._counts.get((name, above), 1)),
            )
        return shown


def _said(form: str, count: int) -> str:
    if form in _COUNTING:
        return chinese_numeral(count)
    if form.startswith("decimalEnclosedCircle") and count <= len(CIRCLED):
        return CIRCLED[count - 1]
    return str(count)
