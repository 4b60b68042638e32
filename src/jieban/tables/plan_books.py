"""The forms of a plan as workbooks: 整改任务清单, which comes back by import, and 调度表.

Official forms, so their words are Chinese whatever language a page is read in. Text stays text,
also where it looks like a formula.
"""

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from jieban.domain.errors import Refused
from jieban.domain.rectification.sheets import (
    DispatchRow,
    PlanRow,
    dispatch_sums,
    same_problem,
)
from jieban.tables.plans.words import joined_measures

PLAN_HEADINGS = (
    *("序号", "反馈问题", "整改任务", "整改目标", "整改措施", "牵头单位", "责任单位"),
    *("完成时限", "整改进展", "状态"),
)
DISPATCH_HEADINGS = (
    *("序号", "任务", "牵头单位", "责任单位", "时限", "月末状态", "本月进展", "存在问题"),
    *("下步安排", "是否逾期", "上报日期"),
)
LATE, UNREPORTED = "逾期", "未报"
MOST_SIGNS = 32_767
"""What a cell of a workbook holds."""
_PLAN_WIDTHS = (6, 34, 22, 30, 56, 16, 20, 16, 34, 12)
_DISPATCH_WIDTHS = (6, 30, 16, 20, 16, 12, 40, 28, 28, 10, 14)
_PROBLEM = PLAN_HEADINGS.index("反馈问题")
_A3 = 8


def plan_workbook(rows: Sequence[PlanRow], notes: Sequence[str] = (), *, title: str = "") -> bytes:
    """整改任务清单: a line for each task, its measures numbered in their cell, a problem with
    several tasks merged over their lines. Read again it gives the same plan.

    Raises:
        Refused "plans.cell_too_long": a cell has more text than a workbook can hold.
    """
    book = _Book("整改任务清单", PLAN_HEADINGS, _PLAN_WIDTHS, title)
    for run in same_problem(rows):
        first = book.line
        for row in run:
            book.write(
                row.serial,
                (
                    row.problem if row is run[0] else "",
                    row.title,
                    row.goal,
                    joined_measures(row.items),
                    row.lead,
                    "、".join(row.responsible),
                    row.due,
                    row.progress,
                    row.state,
                ),
            )
        book.merge(first, _PROBLEM, run[0].problem)
    return book.finish(notes)


def dispatch_workbook(
    rows: Sequence[DispatchRow], month: str, notes: Sequence[str] = (), *, title: str = ""
) -> bytes:
    """调度表 of a month ("2024-03"): a line for each task, sums at the foot.

    Raises:
        Refused "plans.cell_too_long".
    """
    year, number = month.split("-")
    said = f"{title}{year}年{int(number)}月整改调度表"
    book = _Book("调度表", DISPATCH_HEADINGS, _DISPATCH_WIDTHS, said)
    for row in rows:
        book.write(
            row.serial,
            (
                row.title,
                row.lead,
                "、".join(row.responsible),
                row.due,
                row.state,
                row.progress,
                row.hindered,
                row.next,
                LATE if row.late and not row.done else "",
                row.reported_on.isoformat()
                if row.reported_on
                else (UNREPORTED if row.unreported else ""),
            ),
        )
    book.foot(dispatch_sums(rows).words)
    return book.finish(notes)


class _Book:
    """One sheet of a form under its title and head, and a page of notes."""

    def __init__(
        self, name: str, headings: Sequence[str], widths: Sequence[int], title: str
    ) -> None:
        self._out = io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        }
        self._book: Any = xlsxwriter.Workbook(self._out, options)
        add = self._book.add_format
        framed = {"border": 1, "border_color": "#8A9499", "text_wrap": True}
        self._text = add({**framed, "num_format": "@", "valign": "top"})
        self._number = add({**framed, "align": "center", "valign": "top"})
        self._head = add(
            {**framed, "bold": True, "bg_color": "#E2EFF1", "align": "center", "valign": "vcenter"}
        )
        self._foot = add({**framed, "bold": True, "valign": "top"})
        self._width = len(headings)
        sheet = self._sheet = self._book.add_worksheet(name)
        self.line = 0
        if title:
            large = add({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"})
            sheet.merge_range(0, 0, 0, self._width - 1, "", large)
            sheet.write_string(0, 0, title, large)
            self.line = 1
        for column, (heading, width) in enumerate(zip(headings, widths, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(self.line, column, heading, self._head)
        sheet.set_landscape()
        sheet.set_paper(_A3)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.repeat_rows(self.line)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&C第 &P 页 共 &N 页")
        self.line += 1
        sheet.freeze_panes(self.line, 0)

    def write(self, serial: int, cells: Sequence[str]) -> None:
        """One line: its number, then text."""
        self._sheet.write_number(self.line, 0, serial, self._number)
        for column, cell in enumerate(cells, start=1):
            if len(cell) > MOST_SIGNS:
                raise Refused("plans.cell_too_long", serial=serial, limit=MOST_SIGNS)
            self._sheet.write_string(self.line, column, cell, self._text)
        self.line += 1

    def merge(self, first: int, column: int, words: str) -> None:
        """Merges a column from `first` down to the last line written."""
        if self.line - 1 > first:
            self._sheet.merge_range(first, column, self.line - 1, column, "", self._text)
            self._sheet.write_string(first, column, words, self._text)

    def foot(self, words: str) -> None:
        """The sums, over the whole width."""
        self._sheet.write_string(self.line, 0, "合计", self._foot)
        self._sheet.merge_range(self.line, 1, self.line, self._width - 1, "", self._foot)
        self._sheet.write_string(self.line, 1, words, self._foot)
        self.line += 1

    def finish(self, notes: Sequence[str]) -> bytes:
        if notes:
            page = self._book.add_worksheet("说明")
            page.set_column(0, 0, 100, self._book.add_format({"text_wrap": True, "valign": "top"}))
            for line, words in enumerate(notes):
                page.write_string(line, 0, words[:MOST_SIGNS])
        self._book.close()
        return self._out.getvalue()
