"""The files open in other programs, hold what the plan says, and are the same bytes again."""

import csv
import io
import re
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine as calamine

from jieban import invented
from jieban.invented.duties import LOCAL
from jieban.invented.exports import FULL_WIDTH, HEADINGS, case_numbers, spoken_hour
from jieban.invented.plan import GB18030, UTF8, UTF8_BOM, XLSX, FilePlan
from jieban.invented.words import CATEGORY_NAMES, SATISFACTION

ROWS, PERIODS = 12_000, 12
NARROW = {wide: narrow for narrow, wide in FULL_WIDTH.items()}
Line = dict[str, Any]


@pytest.fixture(scope="module")
def made() -> invented.Invented:
    return invented.invent(rows=ROWS, periods=PERIODS)


@pytest.fixture(scope="module")
def written(made: invented.Invented, tmp_path_factory: pytest.TempPathFactory) -> invented.Written:
    return invented.write(tmp_path_factory.mktemp("exports"), made=made)


def tables(path: Path, plan: FilePlan) -> list[list[list[Any]]]:
    """The sheets of a file as they stand, read by a library of others."""
    if plan.is_workbook:
        book = calamine.CalamineWorkbook.from_path(str(path))
        return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    text = path.read_bytes().decode(plan.encoding)
    return [list(csv.reader(io.StringIO(text, newline="")))]


def lines(path: Path, plan: FilePlan) -> list[Line]:
    """Every row below the heading by the names of exports.HEADINGS, without totals."""
    named = {heads[plan.headings]: name for name, heads in HEADINGS.items() if heads[plan.headings]}
    found = []
    for table in tables(path, plan):
        head, *rows = table[plan.title_rows :]
        assert set(head) == set(named)
        if plan.total_row:
            total = rows.pop()
            assert total[0] == "合计"
            assert f"共{len(rows)}件" in total
        found += [dict(zip((named[h] for h in head), row, strict=True)) for row in rows]
    return found


def every_line(made: invented.Invented, written: invented.Written) -> list[list[Line]]:
    return [lines(path, plan) for path, plan in zip(written.exports, made.files, strict=True)]


def key(line: Line) -> tuple[str, str]:
    return (str(line["number"]).translate(NARROW), line["role"])


def test_the_same_bytes_are_written_again(
    made: invented.Invented, written: invented.Written, tmp_path: Path
) -> None:
    again = invented.write(tmp_path, made=invented.invent(rows=ROWS, periods=PERIODS))
    for one, other in zip(written.paths, again.paths, strict=True):
        assert one.read_bytes() == other.read_bytes(), one.name


def test_progress_ends_with_all_rows(tmp_path: Path) -> None:
    seen: list[int] = []
    invented.write(tmp_path / "new", rows=1000, periods=3, on_progress=seen.append)
    assert seen == sorted(seen)
    assert len(seen) == 3
    assert seen[-1] == 1000


def test_files_are_mixed_as_in_real_life(made: invented.Invented) -> None:
    kinds = Counter(plan.encoding for plan in made.files)
    assert kinds[UTF8] == 1
    assert kinds[GB18030] >= 1
    assert kinds[UTF8_BOM] >= 1
    assert kinds[XLSX] > PERIODS / 2
    assert {plan.headings for plan in made.files} == {0, 1, 2}
    assert {plan.dates for plan in made.files} == {"cells", "iso", "numbers", "slashes"}
    for flag in ("total_row", "phones_masked", "phones_as_numbers"):
        assert {getattr(plan, flag) for plan in made.files} == {True, False}


def test_encodings_are_as_claimed(made: invented.Invented, written: invented.Written) -> None:
    for path, plan in zip(written.exports, made.files, strict=True):
        start = path.read_bytes()
        if plan.is_workbook:
            assert start[:2] == b"PK"
        elif plan.encoding == GB18030:
            with pytest.raises(UnicodeDecodeError):
                start.decode()
        else:
            start.decode()
            assert start.startswith(b"\xef\xbb\xbf") is (plan.encoding == UTF8_BOM)


def test_workbooks_open_in_openpyxl_with_two_sheets_and_merged_titles(
    made: invented.Invented, written: invented.Written
) -> None:
    for path, plan in zip(written.exports, made.files, strict=True):
        if not plan.is_workbook:
            continue
        book = openpyxl.load_workbook(path)
        assert book.sheetnames == ["区街道乡镇", "直派行业"]
        for sheet in book:
            assert "生成数据" in sheet["A1"].value
            assert len(sheet.merged_cells.ranges) == 2
        column = [cell.value for cell in book.worksheets[0][plan.title_rows + 1]].index(
            HEADINGS["received"][plan.headings]
        )
        value = book.worksheets[0].cell(plan.title_rows + 3, column + 1).value
        expected = {"cells": datetime, "numbers": float, "iso": str}[plan.dates]
        assert isinstance(value, expected), plan.name


def test_the_directory_has_every_area_and_unit(
    made: invented.Invented, written: invented.Written
) -> None:
    book = openpyxl.load_workbook(written.directory)
    assert book.sheetnames == ["区域", "单位"]
    for sheet, entries in zip(book, (made.district.areas, made.district.units), strict=True):
        rows = list(sheet.iter_rows(values_only=True))
        assert rows[0] == (
            "代码",
            "名称",
            "类型",
            "上级",
            "人口",
            "起始日期",
            "截止日期",
            "继任",
            "别名",
            "辖区",
        )
        assert [row[:2] for row in rows[1:]] == [(entry.code, entry.name) for entry in entries]


def test_every_assignment_is_there_and_ends_in_its_last_state(
    made: invented.Invented, written: invented.Written
) -> None:
    """Last row wins, within a file and from file to file: what an import must arrive at."""
    bad = {planted.number for plan in made.files for planted in plan.rejected}
    final: dict[tuple[str, str], Line] = {}
    for found in every_line(made, written):
        final.update({key(line): line for line in found if key(line)[0] not in bad})
    cases, assignments = made.cases, made.assignments
    numbers = case_numbers(made, assignments.case)
    assert len(final) == ROWS
    for number, case, role in zip(
        numbers, assignments.case.tolist(), assignments.role.tolist(), strict=True
    ):
        line = final[(number, ("主办", "双派", "协办", "转办")[role])]
        called = cases.called_back[case]
        told = role < 3 and cases.valid[case] and 0 <= called <= made.line.exports[-1]
        assert line["resolved"] == (("否", "是")[int(cases.resolved[case])] if told else ""), number
        expected = SATISFACTION[cases.satisfaction[case]] if told else ""
        assert line["satisfaction"] == expected, number


def test_planted_rows_are_all_there_and_no_others(
    made: invented.Invented, written: invented.Written
) -> None:
    for plan, found in zip(made.files, every_line(made, written), strict=True):
        assert len(found) == len(plan.rows) + len(plan.rejected)
        assert sum(line["number"] == "" for line in found) == sum(
            planted.defect == "number blank" for planted in plan.rejected
        )
        assert sum(line["role"] == "待定" for line in found) == sum(
            planted.defect == "role unknown" for planted in plan.rejected
        )
        times = Counter(key(line) for line in found if line["number"])
        twice = {pair for pair, count in times.items() if count > 1}
        numbers = case_numbers(made, made.assignments.case[[*plan.twice, *plan.corrected_here]])
        assert {number for number, _ in twice} == set(numbers)
        contents: dict[tuple[str, str], set[str]] = {}
        for line in found:
            text = repr({name: value for name, value in line.items() if name != "position"})
            contents.setdefault(key(line), set()).add(text)
        differing = {number for (number, _), seen in contents.items() if number and len(seen) > 1}
        here = case_numbers(made, made.assignments.case[list(plan.corrected_here)])
        assert differing == set(here)
    rejected = sum(len(plan.rejected) for plan in made.files)
    assert 0.0005 * ROWS < rejected < 0.002 * ROWS + PERIODS
    assert sum(len(plan.corrects_earlier) for plan in made.files) > 0
    assert sum(len(plan.exported_again) for plan in made.files) > 0


def test_dirt_is_where_it_is_said_to_be(made: invented.Invented, written: invented.Written) -> None:
    everything = [line for found in every_line(made, written) for line in found]
    community = [line["community"] for line in everything]
    unknown = sum(name in ("", "不详", "未知", "无", "-") for name in community)
    assert 0.05 < unknown / len(community) < 0.07
    spoken = [str(line["received"]) for line in everything if "点" in str(line["received"])]
    assert spoken
    assert all(re.fullmatch(r"\d{4}年\d+月\d+日 [上下]午\d+点", text) for text in spoken)
    assert any(re.search("[０-９]", str(line["number"])) for line in everything)
    assert any("０" in str(line["phone"]) for line in everything)
    assert any("****" in str(line["phone"]) for line in everything)


def test_people_are_invented(made: invented.Invented, written: invented.Written) -> None:
    for found in every_line(made, written):
        for line in found:
            phone = str(line["phone"]).removesuffix(".0").translate(NARROW)
            assert re.fullmatch(r"15400\d{6}|154\*{4}\d{4}", phone), phone
            assert re.fullmatch(r".(先生|女士)", line["name"])


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime.fromisoformat("2024-03-05 15:00"), "2024年3月5日 下午3点"),
        (datetime.fromisoformat("2024-03-05 09:00"), "2024年3月5日 上午9点"),
    ],
)
def test_an_hour_is_written_as_it_is_spoken(at: datetime, text: str) -> None:
    assert spoken_hour(at) == text


def test_the_duty_list_and_the_categories_agree_with_the_cases(
    made: invented.Invented, written: invented.Written
) -> None:
    def read(path: Path) -> list[dict[str, str]]:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    paths = {
        "->".join(row[f"{level}级分类"] for level in "一二三") for row in read(written.categories)
    }
    assert paths == set(CATEGORY_NAMES)
    names = {unit.name for unit in made.district.units} | {LOCAL}
    places = {area.name for area in made.district.areas} | {"全区"}
    for row in read(written.duties):
        assert any(path.startswith(row["问题分类"]) for path in paths)
        assert row["区域"] in places
        assert {row["主办单位"], *filter(None, row["协办单位"].split("、"))} <= names
