"""Writes the workbooks of the invented exports: streamed, several times faster than xlsxwriter.

A demonstration has to be on the screen within ninety seconds, and most of it is cells. Like
the streaming writers of the platforms that real exports come from, it writes texts into
the cells themselves, one sheet after another, and keeps no row. The bytes depend on the
contents alone: times inside the container are given or fixed.
"""

import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FIXED = (1980, 1, 1, 0, 0, 0)
PLAIN, BOLD, MOMENT, TITLE = range(4)
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="3"><font><sz val="11"/><name val="宋体"/></font>'
    '<font><b/><sz val="11"/><name val="宋体"/></font>'
    '<font><b/><sz val="16"/><name val="宋体"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="2" fillId="0" borderId="0" xfId="0" applyFont="1"'
    ' applyAlignment="1"><alignment horizontal="center"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)


@dataclass(frozen=True)
class Sheet:
    """`titles` stand above the heading, each merged over all columns; a blank title is a blank row.

    `rows` gives texts, numbers and "" for an empty cell; a number in one of `moments`
    (positions of columns) is shown as a date with time.
    """

    name: str
    titles: Sequence[str]
    heading: Sequence[str]
    rows: Iterable[Sequence[str | float]]
    moments: frozenset[int] = frozenset()
    widths: Sequence[int] = ()


def column_letters(position: int) -> str:
    """A for 0, Z for 25, AA for 26."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def write_workbook(path: Path, sheets: Sequence[Sheet], created: datetime) -> None:
    """Writes `sheets` to `path`; `created` goes into the file's properties."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, text in _parts(sheets, created):
            archive.writestr(_entry(name), _HEAD + text)
        for number, sheet in enumerate(sheets, start=1):
            with archive.open(_entry(f"xl/worksheets/sheet{number}.xml"), "w") as file:
                for block in _sheet(sheet):
                    file.write(block.encode())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _FIXED)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    entry.create_system = 3
    return entry


def _parts(sheets: Sequence[Sheet], created: datetime) -> Iterable[tuple[str, str]]:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbers = range(1, len(sheets) + 1)
    yield (
        "[Content_Types].xml",
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>'
        '<Override PartName="/docProps/core.xml"'
        ' ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{number}.xml"'
            f' ContentType="{kind}.worksheet+xml"/>'
            for number in numbers
        )
        + "</Types>",
    )
    yield (
        "_rels/.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
        f'<Relationship Id="rId2" Type="{_PACKAGE}/relationships/metadata/core-properties"'
        ' Target="docProps/core.xml"/></Relationships>',
    )
    stamp = f"{created:%Y-%m-%dT%H:%M:%SZ}"
    yield (
        "docProps/core.xml",
        f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        ' xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{stamp}</dcterms:created>'
        "</cp:coreProperties>",
    )
    yield (
        "xl/workbook.xml",
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        + "".join(
            f'<sheet name="{escape(sheet.name)}" sheetId="{number}" r:id="rId{number}"/>'
            for number, sheet in zip(numbers, sheets, strict=True)
        )
        + "</sheets></workbook>",
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet"'
            f' Target="worksheets/sheet{number}.xml"/>'
            for number in numbers
        )
        + f'<Relationship Id="rId{len(sheets) + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        "</Relationships>",
    )
    yield "xl/styles.xml", _STYLES


def _sheet(sheet: Sheet) -> Iterable[str]:
    """The sheet's XML in blocks of some hundred rows."""
    letters = [column_letters(place) for place in range(len(sheet.heading))]
    yield f'{_HEAD}<worksheet xmlns="{_MAIN}">'
    if sheet.widths:
        columns = "".join(
            f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>'
            for place, width in enumerate(sheet.widths, start=1)
        )
        yield f"<cols>{columns}</cols>"
    yield "<sheetData>"
    line = 0
    merged = []
    for title in sheet.titles:
        line += 1
        if title:
            yield f'<row r="{line}">{_text("A", line, title, TITLE)}</row>'
            merged.append(f'<mergeCell ref="A{line}:{letters[-1]}{line}"/>')
    line += 1
    heads = "".join(_text(a, line, b, BOLD) for a, b in zip(letters, sheet.heading, strict=True))
    yield f'<row r="{line}">{heads}</row>'
    styles = [f' s="{MOMENT}"' if place in sheet.moments else "" for place in range(len(letters))]
    columns_and_styles = list(zip(letters, styles, strict=True))
    block: list[str] = []
    for row in sheet.rows:
        line += 1
        block.append(f'<row r="{line}">')
        for (letter, style), value in zip(columns_and_styles, row, strict=True):
            if value == "":
                continue
            if value.__class__ is str:
                if "<" in value or "&" in value:
                    value = escape(value)
                block.append(f'<c r="{letter}{line}" t="inlineStr"><is><t>{value}</t></is></c>')
            else:
                block.append(f'<c r="{letter}{line}"{style}><v>{value!r}</v></c>')
        block.append("</row>")
        if line % 256 == 0:
            yield "".join(block)
            block.clear()
    yield "".join(block)
    yield "</sheetData>"
    if merged:
        yield f'<mergeCells count="{len(merged)}">{"".join(merged)}</mergeCells>'
    yield "</worksheet>"


def _text(letter: str, line: int, text: str, style: int) -> str:
    return f'<c r="{letter}{line}" s="{style}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'
