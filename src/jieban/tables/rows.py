"""What does each row of an export say?

`read(path)` finds the sheets, their headers and the mapping; `iterate()` then gives the
rows, a chunk at a time, and fills `rejected`, `skipped` and `remarks` as it goes. One bad
row never costs a good one, and no row is dropped in silence: it is parsed, rejected with
every reason, or counted among the skipped (blank lines, repeated heads, totals, notes).
A chunk is turned column by column, since an export has few columns and many rows.
The rules in words: docs/zh/guide/import.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import compress, islice, repeat, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from jieban.domain.errors import Refused
from jieban.tables.findings import CellFault, RejectedRow, Remark
from jieban.tables.headers import (
    FIELD,
    IGNORED,
    UNKNOWN,
    Column,
    Header,
    find_header,
    head_rows,
    seen_in,
)
from jieban.tables.profiles import (
    HELD,
    PRIVATE_FIELDS,
    Profile,
    candidates,
    get_profile,
    no_profile,
)
from jieban.tables.profiles import plain as plain_word
from jieban.tables.reading import OpenFile, Row, Sheet, open_file
from jieban.tables.values import (
    Fault,
    Times,
    Words,
    category_reader,
    code_reader,
    count_reader,
    join_levels,
    name_reader,
    read_number,
    text_of,
)

ROW_LIMITS = (65_536, 1_048_576)
SAMPLE_ROWS = 5
SAMPLE_LINES = 20
TOTAL_WORDS = ("合计", "总计", "汇总", "小计")
# A line below the table that holds one cell beginning so is a footnote, not a case.
NOTE_WORDS = ("注:", "备注", "说明", "制表", "填表", "审核", "数据来源", "导出", "打印", "统计时间")


class ParsedRow(NamedTuple):
    """One row as read; times are aware UTC, blank text is "", "not said" is None.

    `unit`, `street`, `community` are tidied names; `category` has its levels joined by
    "->". `private` holds what must be sealed (personal fields by field name, unknown
    columns by heading), blanks and dropped fields left out; `raw` the cells as they were.
    """

    sheet: str
    line: int
    number: str
    kind: str
    role: str
    unit: str
    street: str
    community: str
    category: str
    channel: str
    received_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    excluded_ground: str
    contacted: bool | None
    valid: bool | None
    resolved: bool | None
    satisfaction: str
    held: bool
    returns: int
    passes: int
    status: str
    private: dict[str, str]
    raw: Row


# The columns of values begin with `number`; where some of them stand among them.
_FIRST = ParsedRow._fields.index("number")
_NUMBER, _ROLE, _RECEIVED, _CLOSED, _DUE = (
    ParsedRow._fields.index(name) - _FIRST
    for name in ("number", "role", "received_at", "closed_at", "due_at")
)
# Characters a text may have and still be what its column says. Where one has more, cells have
# moved; a database that counts characters would refuse the whole file for that one row.
LENGTH_LIMITS = {
    "unit": 128,
    "street": 128,
    "community": 128,
    "category": 255,
    "channel": 64,
    "status": 64,
}
_LIMITED = {
    name: (ParsedRow._fields.index(name) - _FIRST, limit) for name, limit in LENGTH_LIMITS.items()
}


@dataclass(frozen=True)
class SheetPlan:
    """How one sheet will be read, for a preview; `header` is None where it will be skipped."""

    sheet: Sheet
    header: Header | None
    seen: str
    samples: tuple[tuple[str, ...], ...] = ()

    @property
    def name(self) -> str:
        return self.sheet.name

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.header.columns if self.header else ()


class Reading:
    """A file about to be read, or just read. See `read`."""

    def __init__(self, file: OpenFile, profile: Profile, sheets: Sequence[SheetPlan]) -> None:
        self.file = file
        self.profile = profile
        self.sheets = tuple(sheets)
        self._forget()

    def _forget(self) -> None:
        self.rejected: list[RejectedRow] = []
        self.skipped: Counter[str] = Counter()
        self.remarks: dict[str, Remark] = {}
        self.lines_read = 0

    def findings(
        self,
    ) -> tuple[list[RejectedRow], Counter[str], dict[str, Remark], int]:
        """What iterating found besides good rows, for another process to take over."""
        return self.rejected, self.skipped, self.remarks, self.lines_read

    def take_over(
        self,
        rejected: list[RejectedRow],
        skipped: Counter[str],
        remarks: dict[str, Remark],
        lines_read: int,
    ) -> None:
        """Put what another reading of the same file found in place of one's own."""
        self.rejected, self.skipped = rejected, skipped
        self.remarks, self.lines_read = remarks, lines_read

    @property
    def warnings(self) -> list[Remark]:
        """What is worth a look, most frequent first."""
        return sorted(self.remarks.values(), key=lambda remark: -remark.count)

    @property
    def skipped_sheets(self) -> dict[str, str]:
        """Sheets without a header the profile can use -> what stands at their top."""
        return {plan.name: plan.seen for plan in self.sheets if plan.header is None}

    @property
    def height(self) -> int | None:
        """Lines of all sheets, header and blanks included; None where only reading will tell."""
        heights = [plan.sheet.height for plan in self.sheets if plan.header]
        return None if None in heights else sum(height or 0 for height in heights)

    @property
    def rejected_by_reason(self) -> dict[str, int]:
        """Reason code -> rejected rows, each row under its first reason."""
        return dict(Counter(row.reason for row in self.rejected))

    def iterate(self, chunk: int = 5000) -> Iterator[list[ParsedRow]]:
        """Every good row, in the order of the file, at most `chunk` at a time.

        Begins from the first row each time it is called.
        """
        self._forget()
        if self.file.cut_short:
            self.remark("table.cut_short", 1)
        readers = _Readers(self.profile, mac_epoch=self.file.mac_epoch)
        for plan in self.sheets:
            if plan.header is not None:
                yield from _Body(self, plan.sheet, plan.header, readers).chunks(chunk)
        for name, words in readers.unread.items():
            if words:
                self.remark("table.word_not_counted", len(words), column=name, words=sorted(words))

    def remark(
        self, code: str, count: int, lines: Sequence[tuple[str, int]] = (), **detail: object
    ) -> None:
        """Count `count` more of a remark; remarks with a column are kept apart by column."""
        key = f"{code} {detail.get('column', '')}"
        remark = self.remarks.setdefault(key, Remark(code, detail=detail))
        remark.count += count
        remark.lines += list(lines)[: SAMPLE_LINES - len(remark.lines)]


def read(
    path: Path, profile: str | Profile | None = None, extra_profiles: Path | None = None
) -> Reading:
    """The file, ready to be previewed (`sheets`) and read (`iterate()`).

    `profile` is a name or a path; without it the profile that knows most headings is taken.

    Raises:
        Refused "file.…": see `open_file`; "file.no_header": no sheet has the columns the
            profile requires; "file.no_profile": no profile fits; "profile.…".
    """
    path = Path(path)
    given = get_profile(profile, extra_profiles) if isinstance(profile, str) else profile
    file = open_file(path)
    heads = [head_rows(sheet.rows(), sheet.merges, sheet.first_column) for sheet in file.sheets]
    chosen = given or _best_profile(path, heads, extra_profiles)
    plans = []
    for sheet, head in zip(file.sheets, heads, strict=True):
        header = find_header(head, chosen)
        if header and file.encoding:
            header = header.widened(head)
        samples = (
            tuple(
                tuple(text_of(cell) for cell in row)
                for row in head[header.line : header.line + SAMPLE_ROWS]
            )
            if header
            else ()
        )
        plans.append(SheetPlan(sheet, header, seen_in(head), samples))
    if not any(plan.header for plan in plans):
        raise Refused(
            "file.no_header",
            name=path.name,
            profile=chosen.name,
            wanted=chosen.wanted,
            seen=[f"{plan.name}: {plan.seen}" for plan in plans],
        )
    return Reading(file, chosen, plans)


def _best_profile(path: Path, heads: Sequence[Sequence[Row]], extra: Path | None) -> Profile:
    profiles = candidates(extra)
    fits: list[tuple[int, Profile]] = []
    for profile in profiles:
        found = [header for head in heads if (header := find_header(head, profile))]
        if found:
            fits.append((sum(len(header.fields) for header in found), profile))
    if not fits:
        raise no_profile(path.name, profiles, [seen_in(head) for head in heads])
    return max(fits, key=lambda pair: pair[0])[1]


class _Readers:
    """What turns cells into values, with all that was already seen; one for a whole file."""

    def __init__(self, profile: Profile, *, mac_epoch: bool) -> None:
        self.profile = profile
        self.times = Times(profile, mac_epoch=mac_epoch)
        self.unread: dict[str, set[str]] = {}
        read_name, unknown = name_reader(profile), profile.unknown
        self.name = Words(read_name)
        self.category = Words(category_reader(profile))
        self.text = Words(lambda text: text)
        yes_no = {"yes": True, "no": False}
        said = {word: yes_no[code] for word, code in profile.codes("yes_no").items()}
        self.yes_no = {
            name: Words(
                self._noticing(name, code_reader(said, None, None)), {True: True, False: False}
            )
            for name in ("contacted", "valid", "resolved", "held", "excluded")
        }
        self.satisfaction = Words(
            self._noticing(
                "satisfaction", code_reader(profile.codes("satisfaction"), "", "other", unknown)
            )
        )
        self.role = Words(self._role_reader())
        self.kind = Words(code_reader(profile.codes("kind"), "request", "request"))
        self.ground = Words(code_reader(profile.codes("ground"), "", "other", unknown))
        self.effect = Words(code_reader(profile.codes("status"), "", ""))
        self.returns = Words(count_reader(0))
        self.passes = Words(count_reader(1))

    def _noticing(self, name: str, read: Callable[[str], Any]) -> Callable[[str], Any]:
        """`read`, remembering the words that say something but count as nothing."""
        unread = self.unread.setdefault(name, set())
        unknown = self.profile.unknown

        def noticing(text: str) -> Any:
            value = read(text)
            if value in (None, "other") and len(unread) < SAMPLE_LINES:
                key = plain_word(text)
                if key and key not in unknown:
                    unread.add(text[:40])
            return value

        return noticing

    def _role_reader(self) -> Callable[[str], str | Fault]:
        codes = self.profile.codes("role")
        unknown = self.profile.unknown
        allowed = [word for words in self.profile.words.get("role", {}).values() for word in words]

        def read(text: str) -> str | Fault:
            key = plain_word(text)
            if not key or key in unknown:
                return "lead"
            return codes.get(key) or Fault("row.role_unknown", {"allowed": allowed})

        return read


class _Body:
    """The rows of one sheet below its header."""

    def __init__(self, reading: Reading, sheet: Sheet, header: Header, readers: _Readers) -> None:
        self.reading = reading
        self.sheet = sheet
        self.header = header
        self.readers = readers
        self.profile = reading.profile
        self.fields = header.fields
        self.width = len(header.columns)
        self.is_text = bool(reading.file.encoding)
        unknown = self.profile.unknown
        self.no_number = unknown | {word.upper() for word in unknown}
        self.private = self._private_columns()
        self.fills = self._fills()
        self.above: dict[int, Any] = {}

    def chunks(self, size: int) -> Iterator[list[ParsedRow]]:
        rows = self.sheet.rows()
        line = self.header.line
        for _ in islice(rows, line):
            pass
        while chunk := list(islice(rows, size)):
            if self.fills:
                chunk = self._filled(chunk, line)
            good = self._parsed(chunk, line + 1)
            line += len(chunk)
            self.reading.lines_read += len(chunk)
            if good:
                yield good
        if line in ROW_LIMITS:
            self.reading.remark("table.row_limit", 1, [(self.sheet.name, line)], rows=line)

    # merged cells: what stands in the top cell holds for every row the merge covers

    def _fills(self) -> dict[int, list[tuple[int, bool]]]:
        """Row (from 0) -> columns merged with the row above, and whether it is the top one."""
        fills: dict[int, list[tuple[int, bool]]] = {}
        for top, left, bottom, _ in self.sheet.merges:
            column = left - self.sheet.first_column
            if bottom == top or bottom < self.header.line or column < 0:
                continue
            # A merge that comes down from the head says nothing about rows.
            if top < self.header.line:
                continue
            for at in range(top, bottom + 1):
                fills.setdefault(at, []).append((column, at == top))
        return fills

    def _filled(self, chunk: list[Row], line: int) -> list[Row]:
        for at, row in enumerate(chunk, start=line):
            for column, is_top in self.fills.get(at, ()):
                if column >= len(row):
                    continue
                if is_top:
                    self.above[column] = row[column]
                elif row[column] is None or row[column] == "":
                    row[column] = self.above.get(column, "")
        return chunk

    # what is personal

    def _private_columns(self) -> list[tuple[str, int]]:
        """(name in `private`, column) of all that must be sealed."""
        named = [
            (name, self.fields[name])
            for name in PRIVATE_FIELDS
            if name in self.fields and name not in self.profile.dropped
        ]
        if self.profile.drop_unknown_columns:
            return named
        taken = {name for name, _ in named}
        for column in self.header.of_kind(UNKNOWN):
            heading = column.heading
            while heading in taken:
                heading += " (2)"
            taken.add(heading)
            named.append((heading, column.index))
        return named

    # one chunk, column by column

    def _parsed(self, chunk: list[Row], first_line: int) -> list[ParsedRow]:
        widths = set(map(len, chunk))
        if len(widths) == 1:
            columns: list[tuple[Any, ...]] = list(zip(*chunk, strict=True))
        else:
            columns = list(zip_longest(*chunk, fillvalue=""))
        if not columns:
            self.reading.skipped["blank"] += len(chunk)
            return []
        overfull = self._overfull(columns, len(chunk)) if len(columns) > self.width else set()
        values = self._values(columns, len(chunk))
        faulty = overfull | self._faulty(values)
        lines: Sequence[int] = range(first_line, first_line + len(chunk))
        private = self._private(columns, len(chunk))
        parts: list[Any] = [
            repeat(self.sheet.name, len(chunk)),
            lines,
            *values,
            private,
            chunk,
        ]
        if faulty:
            for at in sorted(faulty):
                self._refuse(
                    chunk[at], lines[at], [column[at] for column in values], at in overfull
                )
            keep = [at not in faulty for at in range(len(chunk))]
            parts = [list(compress(part, keep)) for part in parts]
        self._remark_on(parts[1], parts[_FIRST + _RECEIVED], parts[_FIRST + _CLOSED])
        return list(map(ParsedRow._make, zip(*parts, strict=True)))

    def _values(self, columns: list[tuple[Any, ...]], count: int) -> list[list[Any]]:
        """The columns of `ParsedRow` from `number` to `status`, in its order."""
        readers = self.readers

        def of(name: str, words: Words, absent: Any) -> list[Any]:
            at = self.fields.get(name)
            if at is None or at >= len(columns):
                return [absent] * count
            return words.column(columns[at])

        def times(name: str) -> list[Any]:
            at = self.fields.get(name)
            if at is None or at >= len(columns):
                return [None] * count
            if name == "due_at" and self.profile.due_is_a_day:
                return readers.times.last_moment_of(columns[at])
            return readers.times.column(columns[at])

        status = of("status", readers.text, "")
        effects = of("status", readers.effect, "") if self.profile.words.get("status") else []
        held = [said is True for said in of("held", readers.yes_no["held"], None)]
        effects = effects if any(effects) else []
        if HELD in effects:
            held = [said or effect == HELD for said, effect in zip(held, effects, strict=True)]
        return [
            self._numbers(columns[self.fields["number"]]),
            of("kind", readers.kind, "request"),
            of("role", readers.role, "lead"),
            of("unit", readers.name, ""),
            of("street", readers.name, ""),
            of("community", readers.name, ""),
            self._categories(columns, count),
            of("channel", readers.name, ""),
            times("received_at"),
            times("closed_at"),
            times("due_at"),
            self._grounds(effects, times("cancelled_at"), of, count),
            of("contacted", readers.yes_no["contacted"], None),
            of("valid", readers.yes_no["valid"], None),
            of("resolved", readers.yes_no["resolved"], None),
            of("satisfaction", readers.satisfaction, ""),
            held,
            of("returns", readers.returns, 0),
            of("passes", readers.passes, 1),
            status,
        ]

    def _numbers(self, cells: Sequence[Any]) -> list[str | Fault]:
        numbers = list(map(read_number, cells))
        if self.no_number.isdisjoint(numbers):
            return numbers
        return ["" if number in self.no_number else number for number in numbers]

    def _categories(self, columns: list[tuple[Any, ...]], count: int) -> list[str]:
        """问题分类 where it is filled, else the three levels from their own columns."""
        readers = self.readers
        at = self.fields.get("category")
        whole = readers.category.column(columns[at]) if at is not None else None
        levels = [
            readers.name.column(columns[self.fields[name]])
            for name in ("category_1", "category_2", "category_3")
            if name in self.fields
        ]
        if not levels:
            return whole or [""] * count
        if whole is None:
            return list(map(join_levels, zip(*levels, strict=True)))
        return [said or join_levels(parts) for said, *parts in zip(whole, *levels, strict=True)]

    def _grounds(
        self,
        effects: list[str],
        cancelled: list[Any],
        of: Callable[[str, Words, Any], list[Any]],
        count: int,
    ) -> list[str]:
        """Ground of exclusion: the one written, else what the status or a cancellation says."""
        fields = self.fields
        if not (effects or {"ground", "excluded", "cancelled_at"} & fields.keys()):
            return [""] * count
        written = of("ground", self.readers.ground, "")
        said = of("excluded", self.readers.yes_no["excluded"], None)
        grounds = [
            "" if is_excluded is False else ground or ("other" if is_excluded else "")
            for ground, is_excluded in zip(written, said, strict=True)
        ]
        if effects:
            grounds = [
                ground or ("" if effect == HELD else effect)
                for ground, effect in zip(grounds, effects, strict=True)
            ]
        if "cancelled_at" in fields:
            grounds = [
                ground or ("cancelled" if moment is not None else "")
                for ground, moment in zip(grounds, cancelled, strict=True)
            ]
        return grounds

    def _private(self, columns: list[tuple[Any, ...]], count: int) -> list[dict[str, str]]:
        wanted = [(name, at) for name, at in self.private if at < len(columns)]
        if not wanted:
            return [{} for _ in range(count)]
        names = [name for name, _ in wanted]
        texts = [
            [
                # The common case of `text_of`, without the cost of a call.
                cell.strip() if cell.__class__ is str and cell.isprintable() else text_of(cell)
                for cell in columns[at]
            ]
            for _, at in wanted
        ]
        return [
            {name: text for name, text in zip(names, said, strict=True) if text}
            if "" in said
            else dict(zip(names, said, strict=True))
            for said in zip(*texts, strict=True)
        ]

    # rows that are not rows, and rows that cannot be taken

    def _overfull(self, columns: list[tuple[Any, ...]], count: int) -> set[int]:
        """Rows of a text file with more cells than the header: a stray delimiter moved them."""
        if not self.is_text:
            return set()
        extra = zip(*columns[self.width :], strict=True)
        return {at for at, cells in enumerate(extra) if any(text_of(cell) for cell in cells)}

    def _faulty(self, values: list[list[Any]]) -> set[int]:
        number, role, received = values[_NUMBER], values[_ROLE], values[_RECEIVED]
        faulty: set[int] = set()
        if not all(number):
            faulty |= {at for at, value in enumerate(number) if not value}
        if set(map(type, received)) != {datetime}:
            faulty |= {at for at, value in enumerate(received) if value.__class__ is not datetime}
        for column in (number, role, values[_CLOSED], values[_DUE]):
            if Fault in set(map(type, column)):
                faulty |= {at for at, value in enumerate(column) if value.__class__ is Fault}
        for index, limit in _LIMITED.values():
            if max(map(len, values[index])) > limit:
                faulty |= {at for at, text in enumerate(values[index]) if len(text) > limit}
        return faulty

    def _refuse(self, row: Row, line: int, values: list[Any], overfull: bool) -> None:
        """Skip a row that is none (blank, repeated head, total), reject one that is faulty."""
        reading = self.reading
        if not any(text_of(cell) for cell in row):
            reading.skipped["blank"] += 1
        elif self.header.repeats(row):
            reading.skipped["repeated_header"] += 1
        elif self._is_total(row, values):
            reading.skipped["total"] += 1
        elif self._is_note(row):
            reading.skipped["note"] += 1
        else:
            faults = tuple(self._faults(row, values, overfull))
            reading.rejected.append(RejectedRow(self.sheet.name, line, row, faults))

    def _is_total(self, row: Row, values: list[Any]) -> bool:
        """合计 and the like stand first, and there is neither a number nor a time."""
        first = next((text for cell in row if (text := plain_word(text_of(cell)))), "")
        has_number = values[_NUMBER] and values[_NUMBER] != first
        return (
            first.startswith(TOTAL_WORDS)
            and not has_number
            and values[_RECEIVED].__class__ is not datetime
        )

    def _is_note(self, row: Row) -> bool:
        said = [text for cell in row if (text := plain_word(text_of(cell)))]
        return len(said) == 1 and said[0].startswith(NOTE_WORDS)

    def _faults(self, row: Row, values: list[Any], overfull: bool) -> Iterator[CellFault]:
        number, role, received, closed, due = (
            values[at] for at in (_NUMBER, _ROLE, _RECEIVED, _CLOSED, _DUE)
        )
        if overfull:
            yield CellFault(
                "",
                text_of(row[self.width]),
                "row.too_many_cells",
                {"width": self.width},
                self.width,
            )
        for name, value in (
            ("number", number or Fault("row.number_missing")),
            ("received_at", received or Fault("row.received_missing")),
            ("role", role),
            ("closed_at", closed),
            ("due_at", due),
            *self._too_long(values),
        ):
            if value.__class__ is Fault:
                at = self.fields[name]
                heading = self.header.columns[at].heading
                cell = text_of(row[at]) if at < len(row) else ""
                detail = {"heading": heading, "value": cell[:200], **value.detail}
                yield CellFault(heading, cell, value.code, detail, at)

    def _too_long(self, values: list[Any]) -> Iterator[tuple[str, Fault]]:
        """Texts over their limit, each by the first column that it was read from."""
        for name, (index, limit) in _LIMITED.items():
            if len(values[index]) > limit:
                sources = (name, *(f"{name}_{level}" for level in (1, 2, 3)))
                first = next(source for source in sources if source in self.fields)
                yield first, Fault("row.text_too_long", {"limit": limit})

    def _remark_on(
        self, lines: Sequence[int], received: Sequence[datetime], closed: Sequence[Any]
    ) -> None:
        odd = [
            (self.sheet.name, line)
            for line, start, end in zip(lines, received, closed, strict=True)
            if end is not None and end < start
        ]
        if odd:
            self.reading.remark("table.closed_before_received", len(odd), odd)


__all__ = [
    "FIELD",
    "IGNORED",
    "UNKNOWN",
    "CellFault",
    "ParsedRow",
    "Reading",
    "RejectedRow",
    "Remark",
    "SheetPlan",
    "read",
]
