"""Made-up exports for the tests: the same table written in every format a clerk may send."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import xlwt

from jieban.tables.rows import ParsedRow, Reading, read

HEAD = [
    "工单编号",
    "创建时间",
    "主办单位",
    "工单性质",
    "所在村社区",
    "是否解决",
    "是否满意",
    "主要内容",
]
ROWS = [
    [
        "20240305000001",
        "2024-03-05 15:00:00",
        "右安门街道",
        "主办",
        "翠林一里社区",
        "是",
        "满意",
        "甲",
    ],
    ["20240305000002", "2024-03-05 16:30:00", "大红门街道", "双派", "不详", "否", "一般", "乙，丙"],
]


def write_xlsx(path: Path, rows: Sequence[Sequence[Any]], merges: Sequence[str] = ()) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    for merge in merges:
        sheet.merge_cells(merge)
    book.save(path)
    return path


def write_xls(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("导出")
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(at, column, cell)
    book.save(str(path))
    return path


def write_csv(
    path: Path,
    rows: Sequence[Sequence[Any]],
    encoding: str = "utf-8",
    delimiter: str = ",",
    line_end: str = "\r\n",
) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return path


def everything(path: Path, profile: str | None = None) -> tuple[list[ParsedRow], Reading]:
    reading = read(path, profile)
    return [row for chunk in reading.iterate(3) for row in chunk], reading
