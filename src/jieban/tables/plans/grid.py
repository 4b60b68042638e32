"""Plans as tables: a line for each task or for each measure, cells merged or left blank below.

A line goes on with the task above it where nothing of its own says that a task begins: no number,
no task, no goal, no other problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from jieban.domain.errors import Refused
from jieban.domain.rectification.numerals import number_of
from jieban.tables.lists import RejectedLine
from jieban.tables.plans.drafts import Draft, Finishing, Step, numbered
from jieban.tables.plans.headings import IGNORED, KEPT, columns_of, field_of
from jieban.tables.plans.shapes import PlanFile, Remark
from jieban.tables.plans.words import NUMERAL, mark_at, serial_of
from jieban.tables.profiles import plain_heading
from jieban.tables.reading import Sheet
from jieban.tables.values import text_of

LINES_SEARCHED = 30
MOST_LINES = 100_000
_NAMING = frozenset(("serial", "problem", "title", "goal"))
"""Fields of which a line has one of its own where a task begins."""
_TOTALS = ("合计", "总计", "小计", "共计", "总数", "total", "sum")
_CONTROL = re.compile("[\x00-\x08\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_PROBLEM = re.compile(rf"(?:反馈)?问题\s*({NUMERAL})\s*[：:、.．]\s*")
_FIRST_SERIAL, _LAST_SERIAL = 32_874, 73_050
"""Numbers of the days from 1990 to 2099 in a workbook."""
_EPOCH = date(1899, 12, 30).toordinal()


@dataclass
class Line:
    """One line of a sheet: its own cells, and those that a merged cell above covers."""

    number: int
    raw: Sequence[Any]
    texts: tuple[str, ...]
    covered: Mapping[int, str] = field(default_factory=dict)


def lines_of(sheet: Sheet) -> Iterator[Line]:
    """The lines of a sheet that say anything, with what merged cells above say in them.

    Raises:
        Refused "plans.too_many_lines".
    """
    tops: dict[int, list[int]] = {}
    covers: dict[int, list[tuple[int, int]]] = {}
    for top, left, bottom, _ in sheet.merges:
        column = left - sheet.first_column
        if bottom > top and column >= 0 and bottom - top < MOST_LINES:
            tops.setdefault(top, []).append(column)
            for below in range(top + 1, bottom + 1):
                covers.setdefault(below, []).append((top, column))
    kept: dict[tuple[int, int], str] = {}
    count = 0
    for index, row in enumerate(sheet.rows()):
        texts = tuple(map(text_of, row))
        for column in tops.get(index, ()):
            kept[index, column] = texts[column] if column < len(texts) else ""
        if not any(texts):
            continue
        count += 1
        if count > MOST_LINES:
            raise Refused("plans.too_many_lines", limit=MOST_LINES)
        covered = {column: kept.get((top, column), "") for top, column in covers.get(index, ())}
        yield Line(index + 1, row, texts, covered)


@dataclass
class Head:
    """The head of a plan: its lines, its columns, and columns nobody knows."""

    texts: tuple[str, ...]
    columns: dict[str, list[int]]

    @property
    def aside(self) -> dict[int, str]:
        """Columns kept under their heading."""
        known = {
            index for name, places in self.columns.items() if name not in KEPT for index in places
        }
        return {
            index: text
            for index, text in enumerate(self.texts)
            if text and index not in known and plain_heading(text) not in IGNORED
        }

    @property
    def unknown(self) -> list[str]:
        return [text for text in self.aside.values() if field_of(text) not in KEPT]

    def repeats(self, line: Line) -> bool:
        """Whether the line is the head once more, as on every printed page."""
        here = [text for text in line.texts if text]
        own = [text for text in self.texts if text]
        return len(here) > 1 and set(here) <= set(own)


def head_of(line: Line, below: Line | None) -> tuple[Head, bool] | None:
    """The head that begins in this line; True if the line below is its second.

    责任单位 over 牵头 and 配合 is one heading over two: the lower line says which column it is.
    """
    if below is not None and below.number == line.number + 1:
        under = [text for text in below.texts if text]
        known = [text for text in under if field_of(text)]
        if known and all(len(text) <= 16 for text in under) and not columns_of(below.texts):
            width = max(len(line.texts), len(below.texts))
            upper = [*line.texts, *[""] * (width - len(line.texts))]
            lower = [*below.texts, *[""] * (width - len(below.texts))]
            both = tuple(low or up for up, low in zip(upper, lower, strict=True))
            columns = columns_of(both)
            if columns and serial_of(next(iter(under)))[1] is None:
                return Head(both, columns), True
    columns = columns_of(line.texts)
    return (Head(line.texts, columns), False) if columns else None


class GridReader:
    """Reads the lines of one table after its head."""

    def __init__(self, sheet: str, head: Head, found: PlanFile, into: Finishing) -> None:
        self._sheet, self._head, self._found, self._into = sheet, head, found, into
        self._columns = head.columns
        self._aside = head.aside
        self._text_columns = {
            name: places for name, places in head.columns.items() if name not in KEPT
        }
        self._current: Draft | None = None
        self._lost = False
        self._drafts: list[Draft] = []
        self._problem, self._section = "", ""
        self._problem_serial: int | None = None
        self._heading: tuple[Line, str] | None = None
        self._numbers_problems = self._numbers_items = False

    def take(self, line: Line) -> None:
        """Takes one line."""
        if self._head.repeats(line):
            return
        signs = _control_signs(line.raw)
        if signs:
            self._reject(line, "plans.control_signs", signs)
            return
        filled = [(index, text) for index, text in enumerate(line.texts) if text]
        first = "".join(filled[0][1].split())
        if first.casefold().rstrip("：:").startswith(_TOTALS) and len(first) <= 12:
            self._remark(line, "plans.total_line", " ".join(text for _, text in filled))
            return
        if len(filled) == 1 and not line.covered and self._alone(line, *filled[0]):
            return
        own = {name: self._cell(line, name) for name in self._text_columns}
        own = {name: text for name, text in own.items() if text}
        if not own and not any(line.texts[i] for i in self._aside if i < len(line.texts)):
            self._remark(line, "plans.note", " ".join(text for _, text in filled))
        elif self._begins(line, own):
            self._begin(line, own)
        else:
            self._go_on(line, own)

    def finish(self) -> None:
        """Hands on every task of the table."""
        self._leave_heading()
        before: Draft | None = None
        for draft in self._drafts:
            if self._numbers_problems and draft.serial is not None:
                draft.problem_serial = draft.problem_serial or draft.serial
                draft.serial = None
            elif self._numbers_problems and before and before.problem == draft.problem:
                draft.problem_serial = before.problem_serial
            if self._numbers_items:
                draft.serial = None
            before = draft
        self._into.add_all(self._drafts)

    # --- one line --------------------------------------------------------------------------

    def _alone(self, line: Line, index: int, text: str) -> bool:
        """A line of one cell: a part of the plan, a problem over its tasks, a note below.

        False where it says something of a task, in a column that tasks have.
        """
        name = next((name for name, places in self._columns.items() if index in places), None)
        if name in ("serial", "problem_serial", None) and (index == 0 or name is not None):
            if serial_of(text) != (None, None):
                return False
        elif not (index == 0 and _is_note(text)):
            return False
        problem = "problem" not in self._columns and _tells_problem(text, first=not self._drafts)
        if _is_note(text) or (self._drafts and not problem and not _heads(text)):
            self._remark(line, "plans.note", text)
            return True
        self._leave_heading()
        self._heading = line, text
        self._current, self._lost = None, False
        if problem:
            numbered = _PROBLEM.match(text)
            self._problem = text[numbered.end() :] if numbered else text
            self._problem_serial = number_of(numbered[1]) if numbered else None
        else:
            self._section, self._problem, self._problem_serial = text, "", None
        return True

    def _leave_heading(self) -> None:
        """Says of a heading that no task came under it."""
        if self._heading is not None:
            self._remark(self._heading[0], "plans.note", self._heading[1])
            self._heading = None

    def _begins(self, line: Line, own: Mapping[str, str]) -> bool:
        if not _NAMING & self._columns.keys():
            return "items" in own
        cur = self._current
        if cur is None:
            under_problem = "items" in own and bool(self._problem) and not self._lost
            return bool(_NAMING & own.keys()) or under_problem
        other = self._says_otherwise(cur, own)
        if "serial" not in own:
            if other and "serial" in self._columns and "title" in own and "problem" not in own:
                self._numbers_problems = True
            return other
        same_number = cur.cells.get("serial") == own["serial"]
        if same_number and other and self._same_problem(cur, own):
            self._numbers_problems = True
        elif not same_number and not other and "items" in own and self._covered(line):
            self._numbers_items = True
            return False
        return other or not same_number

    def _says_otherwise(self, cur: Draft, own: Mapping[str, str]) -> bool:
        """Whether the line names a task, a goal or a problem other than the one above."""
        if own.get("title", cur.cells.get("title")) != cur.cells.get("title"):
            return True
        if "title" not in self._columns and own.get("goal", "") not in (
            "",
            cur.cells.get("goal", ""),
        ):
            return True
        return not self._same_problem(cur, own)

    def _same_problem(self, cur: Draft, own: Mapping[str, str]) -> bool:
        return own.get("problem", cur.problem) == cur.problem

    def _covered(self, line: Line) -> bool:
        """Whether a merged cell of a line above says here too which task or goal it is."""
        places = [index for name in ("title", "goal") for index in self._columns.get(name, ())]
        return bool(places) and all(index in line.covered for index in places)

    def _begin(self, line: Line, own: dict[str, str]) -> None:
        cells = dict(own)
        for name in self._text_columns:
            if name not in cells and name != "serial":
                merged = self._covering(line, name)
                if merged:
                    cells[name] = merged
        if "problem" in self._columns:
            self._problem = own.get("problem") or self._problem
        draft = Draft(
            self._sheet,
            line.number,
            cells,
            [
                Step(
                    cells.get("items", ""),
                    cells.get("lead", ""),
                    cells.get("responsible", ""),
                    cells.get("due", ""),
                )
            ],
            problem=self._problem,
            row=self._whole(line),
            has_lead="lead" in self._columns,
            problem_told="problem" in own or not {"title", "goal", "items"} & self._columns.keys(),
        )
        draft.problem_serial = self._problem_serial
        if self._section:
            draft.extra["所属部分"] = self._section
        self._keep_aside(draft, line)
        numbered(draft, cells.get("serial", ""), self._found)
        if cells.get("problem_serial"):
            pair = serial_of(cells["problem_serial"])
            draft.problem_serial = pair[1] or pair[0]
        self._current, self._lost, self._heading = draft, False, None
        self._drafts.append(draft)

    def _whole(self, line: Line) -> tuple[str, ...]:
        """The line with what merged cells and the problem above say in it, to stand alone."""
        texts = [text or line.covered.get(index, "") for index, text in enumerate(line.texts)]
        index = self._columns.get("problem", [len(texts)])[0]
        if index < len(texts):
            texts[index] = texts[index] or self._problem
        return self._as_first(texts)

    def _as_first(self, texts: Sequence[str]) -> tuple[str, ...]:
        """The cells under the headings of the file's first table, others behind them."""
        heads, own = self._found.headings, self._head.texts
        if own == heads:
            return tuple(texts)
        # Two headings of one field, 责任领导 and 责任人, are told apart by their names.
        places = {heading: place for place, heading in enumerate(heads) if heading}
        fields = {field_of(heading): place for heading, place in reversed(list(places.items()))}
        cells, rest = [""] * len(heads), []
        for heading, text in zip(own, texts, strict=False):
            place = places.get(heading, fields.get(field_of(heading) or heading))
            if place is not None and not cells[place]:
                cells[place] = text
            elif text:
                rest.append(text)
        return (*cells, *rest, *filter(None, texts[len(own) :]))

    def _go_on(self, line: Line, own: Mapping[str, str]) -> None:
        cur = self._current
        if cur is None:
            reason = "plans.above_rejected" if self._lost else "plans.nothing_above"
            self._found.rejected.append(
                RejectedLine(self._sheet, line.number, reason, "", self._as_first(line.texts))
            )
            return
        cur.below.append((line.number, self._as_first(line.texts)))
        step = Step(
            own.get("items", ""),
            own.get("lead", ""),
            own.get("responsible", ""),
            own.get("due", ""),
        )
        if step.items or (step.due and step.due != cur.cells.get("due")):
            cur.steps.append(step)
        cur.add("responsible", step.responsible)
        if step.lead and step.lead != cur.cells.get("lead"):
            if cur.cells.get("lead"):
                cur.add("assisting", step.lead)
            else:
                cur.cells["lead"] = step.lead
        for name in ("assisting", "progress", "said", "closer", "place", "area", "category"):
            cur.add(name, own.get(name, ""))
        if own.get("goal") and own["goal"] != cur.cells.get("goal"):
            cur.add("goal", own["goal"])
        self._keep_aside(cur, line)

    def _keep_aside(self, draft: Draft, line: Line) -> None:
        for index, heading in self._aside.items():
            text = line.texts[index] if index < len(line.texts) else ""
            text = text or line.covered.get(index, "")
            draft.keep(heading, text)

    # --- cells -----------------------------------------------------------------------------

    def _cell(self, line: Line, name: str) -> str:
        """What stands in the columns of a field, in its own line."""
        words = []
        for index in self._columns[name]:
            if index < len(line.texts) and line.texts[index]:
                cell, text = line.raw[index], line.texts[index]
                words.append(
                    text
                    if cell.__class__ is str
                    else _due_words(cell, text)
                    if name == "due"
                    else _number_words(cell, text)
                    if name == "serial"
                    else text
                )
        if len(words) == 1:
            return words[0]
        return ("\n" if name == "items" else "；").join(dict.fromkeys(words))

    def _covering(self, line: Line, name: str) -> str:
        words = [line.covered.get(index, "") for index in self._columns[name]]
        return "；".join(dict.fromkeys(filter(None, words)))

    def _reject(self, line: Line, reason: str, value: str) -> None:
        self._found.rejected.append(
            RejectedLine(self._sheet, line.number, reason, value, self._as_first(line.texts))
        )
        self._current, self._lost = None, True

    def _remark(self, line: Line, reason: str, value: str) -> None:
        self._found.remarks.append(Remark(self._sheet, line.number, reason, value))


def _is_note(text: str) -> bool:
    return text.startswith(("注", "备注", "说明", "填表", "制表", "审核", "联系人", "填报", "Note"))


def _tells_problem(text: str, *, first: bool) -> bool:
    """Whether words alone in their line are the problem that the tasks below belong to."""
    if _PROBLEM.match(text) or (mark_at(text) and "问题" in text):
        return True
    return first and ("问题" in text or "。" in text)


def _heads(text: str) -> bool:
    """Whether words alone in their line head what follows: a number before them, or short."""
    return len(text) <= 40 and not text.endswith(("。", "；", ";", "."))


def _control_signs(cells: Sequence[Any]) -> str:
    """The first cell with signs that no text holds, shown without them; "" where there is none."""
    for cell in cells:
        if cell.__class__ is str and _CONTROL.search(cell):
            return text_of(cell)[:32] or "?"
    return ""


def _due_words(cell: Any, text: str) -> str:
    """A day as a plan would write it, where the workbook has a day or the number of one."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, int | float) and _FIRST_SERIAL <= cell <= _LAST_SERIAL:
        return date.fromordinal(_EPOCH + int(cell)).isoformat()
    return text


def _number_words(cell: Any, text: str) -> str:
    """2-3 that a spreadsheet took for the third of February."""
    if isinstance(cell, date):
        return f"{cell.month}-{cell.day}"
    return text
