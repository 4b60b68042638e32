"""Import speed, beside floors measured in the same run.

    python benchmarks/import_cases.py [--xlsx 100000] [--csv 1000000]

- a workbook: `jieban cases import` as a whole process, beside python-calamine alone
  turning the same file into Python rows; and the import's peak memory;
- a CSV on the database of JIEBAN_DATABASE_URL, or SQLite: rows a second, beside the bare
  insert (executemany, or COPY) of rows of the same columns.

For PostgreSQL: python tools/with_postgres.py python benchmarks/import_cases.py
"""

import argparse
import csv
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

import python_calamine
import xlsxwriter

HEAD = [
    "工单编号",
    "工单类型",
    "问题分类",
    "标题",
    "主要内容",
    "工单状态",
    "来电人",
    "来电人电话",
    "被反映街乡镇",
    "所在村社区",
    "小区点位",
    "主办单位",
    "创建时间",
    "办结时间",
    "处理受理方式",
    "是否有效回访",
    "是否联系",
    "是否解决",
    "是否满意",
    "工单性质",
]
JIEBAN = str(Path(sys.executable).with_name("jieban"))
TEXT = "反映小区内路灯多日不亮，夜间出行不便，希望尽快维修，已多次联系物业未果。"


def rows(count: int) -> Iterator[list[str]]:
    """Invented rows of twenty columns, the same every time."""
    draw = random.Random(20231030)
    start = datetime(2023, 1, 1)  # noqa: DTZ001 - an export carries no zone
    for number in range(count):
        received = start + timedelta(seconds=number * 30)
        street = draw.randrange(26)
        yield [
            f"GD{received:%Y%m%d}{number:08d}",
            "诉求",
            f"城市管理->市政设施->路灯{draw.randrange(40)}",
            "路灯不亮",
            f"{TEXT}{number}号楼{draw.randrange(20)}单元",
            "回复完成",
            "王先生",
            f"1990000{draw.randrange(10_000):04d}",
            f"青{street}街道",
            f"青{street}第{draw.randrange(17)}社区",
            f"{draw.randrange(300)}号院",
            f"青{street}街道",
            f"{received:%Y-%m-%d %H:%M:%S}",
            f"{received + timedelta(hours=draw.randrange(200)):%Y-%m-%d %H:%M:%S}",
            "电话",
            draw.choice(("是", "是", "否")),
            "是",
            draw.choice(("是", "是", "否")),
            draw.choice(("满意", "满意", "基本满意", "不满意")),
            "主办",
        ]


def write_xlsx(path: Path, count: int) -> None:
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("区街道乡镇")
    for line, row in enumerate([HEAD, *rows(count)]):
        sheet.write_row(line, 0, row)
    book.close()


def write_csv(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        writer.writerows(rows(count))


def calamine_alone(path: Path) -> None:
    sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    for _ in sheet.iter_rows():
        pass


def bare_insert(path: Path, folder: Path) -> None:
    """Twenty text columns per row and an index on the number, nothing else."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))[1:]
    columns = ", ".join(f"c{place} text" for place in range(len(HEAD)))
    marks = ", ".join("?" * len(HEAD))
    started = time.perf_counter()
    if address := os.environ.get("JIEBAN_DATABASE_URL"):
        import psycopg

        with psycopg.connect(address) as database:
            database.execute(f"CREATE TABLE bare ({columns})")
            database.execute("CREATE UNIQUE INDEX ON bare (c0)")
            with database.cursor().copy("COPY bare FROM STDIN") as copy:
                for line in lines:
                    copy.write_row(line)
            database.execute("DROP TABLE bare")
    else:
        database = sqlite3.connect(folder / "bare.sqlite3")
        database.execute("PRAGMA journal_mode=WAL")
        database.execute(f"CREATE TABLE bare ({columns})")
        database.execute("CREATE UNIQUE INDEX bare_number ON bare (c0)")
        with database:
            database.executemany(f"INSERT INTO bare VALUES ({marks})", lines)
        database.close()
        (folder / "bare.sqlite3").unlink()
    bare_insert.seconds = time.perf_counter() - started  # type: ignore[attr-defined]


def empty_database(home: Path) -> None:
    """PostgreSQL keeps what an earlier round brought; a fresh home has an empty SQLite."""
    if "JIEBAN_DATABASE_URL" in os.environ:
        for words in (
            ("migrate", "assessments", "zero"),
            ("migrate", "cases", "zero"),
            ("migrate",),
        ):
            command = [JIEBAN, "--home", str(home), "manage", *words]
            subprocess.run(command, check=False, capture_output=True)


def jieban_import(path: Path, home: Path) -> int:
    """Import as a whole process; peak memory of that process in MiB."""
    command = [JIEBAN, "--home", str(home), "cases", "import", str(path), "--json"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--xlsx", type=int, default=100_000)
    asked.add_argument("--csv", type=int, default=1_000_000)
    asked.add_argument("--rounds", type=int, default=3)
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="jieban-bench-") as name:
        folder = Path(name)
        if wanted.xlsx:
            book = folder / "export.xlsx"
            write_xlsx(book, wanted.xlsx)
            floors, imports, peak = [], [], 0
            for turn in range(wanted.rounds):
                floors.append(timed(lambda: calamine_alone(book)))
                empty_database(folder / f"x{turn}")
                started = time.perf_counter()
                peak = jieban_import(book, folder / f"x{turn}")
                imports.append(time.perf_counter() - started)
            floor, whole = median(floors), median(imports)
            print(
                f"xlsx {wanted.xlsx:,} rows: calamine alone {floor:.2f} s, import {whole:.2f} s, "
                f"ratio {whole / floor:.2f}, peak {peak} MiB"
            )
        if wanted.csv:
            export = folder / "export.csv"
            write_csv(export, wanted.csv)
            bare_insert(export, folder)
            floor = bare_insert.seconds  # type: ignore[attr-defined]
            empty_database(folder / "c")
            whole = timed(lambda: jieban_import(export, folder / "c"))
            database = "PostgreSQL" if "JIEBAN_DATABASE_URL" in os.environ else "SQLite"
            print(
                f"csv {wanted.csv:,} rows on {database}: {wanted.csv / whole:,.0f} rows/s, "
                f"bare insert {wanted.csv / floor:,.0f} rows/s, ratio {whole / floor:.2f}"
            )


if __name__ == "__main__":
    main()
