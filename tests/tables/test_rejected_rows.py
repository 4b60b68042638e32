"""Rejected rows: a workbook to mend and import again."""

from pathlib import Path

import openpyxl
import pytest
from exports import HEAD, ROWS, everything, write_csv, write_xlsx

from jieban.domain.errors import Refused
from jieban.tables.profiles import REJECT_HEADINGS
from jieban.tables.rejects import write_rejects

BAD = ["20240305000003", "昨天", '=HYPERLINK("http://x")', "主办", "翠林", "是", "满意", "00123"]


def test_a_rejected_row_is_mended_and_imported_again(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["标题"], HEAD, ROWS[0], BAD])
    _, reading = everything(path)
    rejects = tmp_path / "退回.xlsx"
    assert write_rejects(rejects, reading) == 1
    assert rejects.stat().st_mode & 0o777 == 0o600

    book = openpyxl.load_workbook(rejects)
    sheet = book.active
    assert sheet is not None
    head, row = ([cell.value for cell in line] for line in sheet.iter_rows())
    assert head == [*REJECT_HEADINGS[:2], *HEAD, *REJECT_HEADINGS[2:]]
    assert row[:2] == [4, "a"]
    assert row[2:10] == BAD, "cells as they were, no formula, no number made of 00123"
    assert row[10:12] == ["创建时间", "昨天"]
    assert sheet.cell(2, 5).data_type == "s"
    assert sheet.cell(2, 4).fill.bgColor.rgb != sheet.cell(2, 3).fill.bgColor.rgb

    again, still = everything(rejects)
    assert not again
    assert [fault.code for fault in still.rejected[0].faults] == ["row.time_unreadable"]
    sheet.cell(2, 4).value = "2024-03-05 17:00:00"
    book.save(rejects)
    mended, now = everything(rejects)
    assert not now.rejected
    whole, _ = everything(
        write_csv(tmp_path / "b.csv", [HEAD, [BAD[0], "2024-03-05 17:00:00", *BAD[2:]]])
    )
    assert mended[0][2:-1] == whole[0][2:-1], "the mended row says what a good export would"


def test_sheets_with_other_headings_share_one_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, head in (("甲", ["工单编号", "创建时间"]), ("乙", ["来电时间", "工单编号", "备注"])):
        sheet = book.create_sheet(name)
        sheet.append(head)
        sheet.append(["坏", "坏", "坏"][: len(head)])
    book.save(tmp_path / "a.xlsx")
    _, reading = everything(tmp_path / "a.xlsx")
    write_rejects(tmp_path / "r.xlsx", reading, "en")
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx").active
    assert sheet is not None
    lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
    assert lines[0][2:6] == ["工单编号", "创建时间", "来电时间", "备注"]
    assert lines[2][1:6] == ["乙", "坏", None, "坏", "坏"]


def test_a_table_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    _, reading = everything(write_xlsx(tmp_path / "a.xlsx", [HEAD, BAD]))
    with pytest.raises(Refused) as refusal:
        write_rejects(tmp_path / "no folder" / "r.xlsx", reading)
    assert refusal.value.code == "file.cannot_write"
    (tmp_path / "r.xlsx").mkdir()
    with pytest.raises(Refused):
        write_rejects(tmp_path / "r.xlsx", reading)
    assert not list(tmp_path.glob(".*"))
