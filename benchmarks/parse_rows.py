"""What does it cost to turn cells into rows, measured against reading the cells alone?

Writes a workbook and a CSV file of 20 columns from a fixed seed, then times, in the same
run, the bare reader (calamine into Python lists; csv.reader) and the whole way to parsed
rows. Prints the medians, the ratio of the two and the cost of parsing per row.

    python benchmarks/parse_rows.py [ROWS] [REPEATS]
"""

from __future__ import annotations

import csv
import random
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

import python_calamine as calamine
import xlsxwriter

from jieban.tables.rows import read

HEADINGS = [
    "工单编号",
    "工单类型",
    "问题分类",
    "标题",
    "主要内容",
    "工单状态",
    "来电人",
    "来电人电话/账号",
    "被反映街乡镇",
    "所在村社区",
    "小区点位",
    "主办单位",
    "创建时间",
    "办结时间",
    "是否有效回访",
    "是否联系",
    "是否解决",
    "是否满意",
    "工单性质",
    "标签",
]
TEXT = "反映本小区夜间停车位被占用，多次联系物业未解决，希望有关部门尽快协调处理并答复。"


def made_up_rows(count: int) -> list[list[str]]:
    """`count` rows of made-up cells, the same for the same count."""
    chance = random.Random(7)
    start = datetime(2023, 1, 1, tzinfo=UTC)
    rows = []
    for at in range(count):
        opened = start + timedelta(seconds=chance.randrange(86_400 * 700))
        closed = opened + timedelta(seconds=chance.randrange(86_400 * 14))
        street = chance.randrange(26)
        rows.append(
            [
                f"{opened:%Y%m%d}{at:06d}",
                chance.choice(("投诉", "求助", "咨询")),
                f"住房->物业管理->问题{chance.randrange(300)}",
                f"停车问题{chance.randrange(5000)}",
                TEXT * chance.randrange(1, 4) + str(at),
                chance.choice(("回复完成", "办理中", "已转派")),
                chance.choice("张李王赵") + "先生",
                f"13{chance.randrange(10**9):09d}",
                f"第{street}街道",
                f"第{street}街道第{chance.randrange(20)}社区",
                f"{chance.randrange(2000)}号院",
                f"第{street}街道办事处",
                f"{opened:%Y-%m-%d %H:%M:%S}",
                f"{closed:%Y-%m-%d %H:%M:%S}",
                chance.choice(("是", "是", "否", "")),
                chance.choice(("是", "否", "")),
                chance.choice(("是", "否", "")),
                chance.choice(("满意", "基本满意", "不满意", "")),
                chance.choice(("主办", "主办", "双派", "协办")),
                chance.choice(("七有五性", "")),
            ]
        )
    return rows


def write_files(folder: Path, count: int) -> tuple[Path, Path]:
    """The same rows as a workbook and as a CSV file."""
    rows = made_up_rows(count)
    workbook, text = folder / "rows.xlsx", folder / "rows.csv"
    book = xlsxwriter.Workbook(str(workbook), {"strings_to_urls": False})
    sheet = book.add_worksheet()
    for at, row in enumerate([list(HEADINGS), *rows]):
        sheet.write_row(at, 0, row)
    book.close()
    with text.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([HEADINGS, *rows])
    return workbook, text


def bare_workbook(path: Path) -> None:
    """The floor: every cell as a Python value, nothing else."""
    calamine.load_workbook(path).get_sheet_by_index(0).to_python()


def bare_csv(path: Path) -> None:
    """The floor of a text file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for _ in csv.reader(file):
            pass


def parsed(path: Path) -> None:
    """The whole way, a chunk at a time as an import does it."""
    reading = read(path)
    for _ in reading.iterate():
        pass
    assert not reading.rejected


def seconds(work: Callable[[Path], None], path: Path) -> float:
    start = perf_counter()
    work(path)
    return perf_counter() - start


def main() -> None:
    """Write the files, take turns, print medians."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        workbook, text = write_files(Path(folder), count)
        for name, path, floor in (("xlsx", workbook, bare_workbook), ("csv", text, bare_csv)):
            # In turns, so that a slow spell of the machine hits both.
            pairs = [(seconds(floor, path), seconds(parsed, path)) for _ in range(repeats)]
            bare = median(pair[0] for pair in pairs)
            whole = median(pair[1] for pair in pairs)
            ratio = median(pair[1] / pair[0] for pair in pairs)
            print(
                f"{name}: {count:,} rows · bare {bare:.2f} s · parsed {whole:.2f} s · "
                f"ratio {ratio:.2f} · over the floor {(whole - bare) / count * 1e6:.1f} µs a row"
            )


if __name__ == "__main__":
    main()
