"""Where does the table begin, and which column is which?

Titles may stand above the header, the header may have two lines with merged group cells,
a heading may carry a form's marks, stand twice, or be missing. Looked for within the
first lines only; the line (or pair of lines) that names most of the profile's fields is it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from jieban.tables.profiles import Profile, plain_heading
from jieban.tables.reading import Merge, Row
from jieban.tables.values import text_of

LINES_SEARCHED = 30
FIELD, UNKNOWN, IGNORED = "field", "unknown", "ignored"


@dataclass(frozen=True)
class Column:
    """One column: its heading (made unique), what it is, and the field it fills if it is one."""

    index: int
    heading: str
    kind: str
    field: str = ""


@dataclass(frozen=True)
class Header:
    """The head of a table. `line` is its last line, from 1; `lines` how many it takes.

    `written` holds what each head line says, and the lines above it, for telling where
    the head is repeated further down.
    """

    line: int
    lines: int
    columns: tuple[Column, ...]
    written: tuple[tuple[str, ...], ...]
    above: frozenset[tuple[str, ...]]

    @property
    def fields(self) -> dict[str, int]:
        """Field -> index of its column."""
        return {column.field: column.index for column in self.columns if column.field}

    def of_kind(self, kind: str) -> list[Column]:
        return [column for column in self.columns if column.kind == kind]

    def widened(self, head: Sequence[Row]) -> Header:
        """With columns for the cells beyond the last heading, where most rows have such cells.

        A few rows that are wider than the header were torn by a stray delimiter; a table
        in which most are has a column nobody named.
        """
        body = [row for row in head[self.line :] if any(row)]
        width = len(self.columns)
        wider = [len(row) for row in body if len(row) > width]
        if 2 * len(wider) <= len(body):
            return self
        extra = (Column(at, f"第{at + 1}列", UNKNOWN) for at in range(width, min(wider)))
        return replace(self, columns=(*self.columns, *extra))

    def repeats(self, row: Row) -> bool:
        """True where a row of the body says nothing but what the head (or its title) says."""
        cells = tuple(plain_heading(text_of(cell)) for cell in row)
        said = tuple(cell for cell in cells if cell)
        if said in self.above:
            return True
        if len(said) < 2:
            return False
        return any(
            all(not cell or cell == head for cell, head in zip(cells, line, strict=False))
            and not any(cells[len(line) :])
            for line in self.written
        )


def head_rows(rows: Iterable[Row], merges: Sequence[Merge], first_column: int) -> list[Row]:
    """The lines in which a header may stand, with merged cells filled."""
    head = [list(row) for row, _ in zip(rows, range(LINES_SEARCHED + 1), strict=False)]
    for top, left, bottom, right in merges:
        left, right = left - first_column, right - first_column
        if top >= len(head) or left < 0 or left >= len(head[top]):
            continue
        value = head[top][left]
        for row in head[top : bottom + 1]:
            for index in range(left, min(right + 1, len(row))):
                if text_of(row[index]) == "":
                    row[index] = value
    return head


def find_header(head: Sequence[Row], profile: Profile) -> Header | None:
    """The header among the first lines; None if no line has all that the profile requires."""
    best: tuple[int, int, int, list[str]] | None = None
    for at in range(min(len(head), LINES_SEARCHED)):
        one = [text_of(cell) for cell in head[at]]
        for lines, headings in ((1, one), (2, _two_lines(head, at, profile))):
            found = profile.columns_of(headings)
            if not set(profile.required) <= found.keys():
                continue
            # A title above a header is not the upper line of a pair: one line wins a tie.
            if best is None or (len(found), -lines) > best[:2]:
                best = (len(found), -lines, at, headings)
    if best is None:
        return None
    lines, at, headings = -best[1], best[2], best[3]
    written = tuple(
        tuple(plain_heading(text_of(cell)) for cell in row) for row in head[at : at + lines]
    )
    above = (
        tuple(filter(None, (plain_heading(text_of(cell)) for cell in row))) for row in head[:at]
    )
    return Header(
        line=at + lines,
        lines=lines,
        columns=_columns(headings, profile),
        written=written,
        above=frozenset(line for line in above if line),
    )


def _two_lines(head: Sequence[Row], at: int, profile: Profile) -> list[str]:
    """Headings of a two-line head: the lower word, or group and word where that is known."""
    if at + 1 >= len(head):
        return []
    upper = [text_of(cell) for cell in head[at]]
    lower = [text_of(cell) for cell in head[at + 1]]
    if len({cell for cell in upper if cell}) < 2:
        return []  # a title, not a line of groups
    width = max(len(upper), len(lower))
    upper += [""] * (width - len(upper))
    lower += [""] * (width - len(lower))
    headings = []
    for group, word in zip(upper, lower, strict=True):
        spellings = (word, group + word) if word else (group,)
        known = [name for name in spellings if profile.field_of(name)]
        headings.append(known[0] if known else (word or group))
    return headings


def _columns(headings: Sequence[str], profile: Profile) -> tuple[Column, ...]:
    chosen = {index: field for field, index in profile.columns_of(headings).items()}
    seen: dict[str, int] = {}
    columns = []
    for index, written in enumerate(headings):
        heading = " ".join(written.split()) or f"第{index + 1}列"
        times = seen[heading] = seen.get(heading, 0) + 1
        if times > 1:
            heading = f"{heading} ({times})"
        field = chosen.get(index, "")
        other = IGNORED if profile.ignores(written) else UNKNOWN
        kind = FIELD if field else other
        columns.append(Column(index, heading, kind, field))
    return tuple(columns)


def seen_in(head: Sequence[Row]) -> str:
    """What a person sees at the top of a sheet, for the sentence that no header was found."""
    rows = ([text_of(cell) for cell in row] for row in head)
    words: list[Any] = [cell for row in rows for cell in row if cell]
    shown = " | ".join(word if len(word) <= 20 else word[:20] + "…" for word in words[:12])
    return shown or "—"
