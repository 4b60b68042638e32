"""Lists of postings as offices keep them: merged cells, dates of every kind, columns beside."""

from datetime import date, datetime

import openpyxl
import pytest

from jieban.domain.errors import Refused
from jieban.tables.lists import Unread
from jieban.tables.postings import cohort_of, read_postings

HEAD = [
    "序号",
    "批次",
    "姓名 ",
    "派出单位",
    "街道",
    "社区（村）",
    "到任日期",
    "期满日期*",
    "延长至",
]


def workbook(folder, rows, head=HEAD, merges=()):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["派驻名单（虚构）"])
    sheet.append([*head, "联系方式"])
    for row in rows:
        sheet.append(row)
    for merge in merges:
        sheet.merge_cells(merge)
    path = folder / "名单.xlsx"
    book.save(path)
    return path


def line(start, cohort="第一批", end=None, extended=None, more=None):
    return [1, cohort, "甲样例", "区样例局", "松涛街道", "松涛1社区", start, end, extended, more]


@pytest.mark.parametrize(
    "written",
    [
        date(2023, 3, 16),
        datetime(2023, 3, 16, 9, 30),  # noqa: DTZ001 - a cell has no zone
        "2023-03-16",
        "2023/3/16",
        "2023.3.16",
        "2023年3月16日",
        "2023年03月16日 周四",
        "2023-03-16 00:00:00",
        "20230316",
        20230316,
        45001,
        "２０２３－０３－１６",
        "二〇二三年三月十六日",
        " 2023 年 3 月 16 日 ",
    ],
)
def test_a_day_is_read_however_it_is_written(tmp_path, written):
    (found,) = read_postings(workbook(tmp_path, [line(written)])).lines
    assert found.start == date(2023, 3, 16)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (line("3月16日"), "postings.day_unreadable"),
        (line("2023-13-01"), "postings.day_unreadable"),
        (line(None), "postings.cell_missing"),
        (line("2023-03-16", end="2023-03-01"), "postings.days_disordered"),
        (line("2023-03-16", end="2023-09-16", extended="2023-09-16"), "postings.days_disordered"),
        (line("2023-03-16", cohort="丙"), "postings.cohort_unreadable"),
        (line("2023-03-16", cohort=None), "postings.cohort_unreadable"),
        (line("2023-03-16", cohort=0), "postings.cohort_unreadable"),
    ],
)
def test_a_line_that_cannot_be_read_comes_back_with_its_number_and_reason(tmp_path, row, reason):
    found = read_postings(workbook(tmp_path, [line("2023-03-16"), row]))
    assert len(found.lines) == 1
    assert [(each.line, each.reason) for each in found.rejected] == [(4, reason)]
    assert found.rejected[0].message("zh")


def test_a_merged_cell_counts_for_every_line_it_covers_and_a_blank_one_does_not(tmp_path):
    rows = [line("2023-03-16", cohort=None) for _ in range(4)]
    rows[0][1] = "第二批"
    found = read_postings(workbook(tmp_path, rows, merges=["B3:B5"]))
    assert [each.cohort for each in found.lines] == [2, 2, 2]
    assert [each.line for each in found.rejected] == [6]


def test_columns_nobody_knows_are_kept_with_the_line_and_named(tmp_path):
    found = read_postings(workbook(tmp_path, [line("2023-03-16", more="内线123")]))
    assert found.unknown == ("联系方式",)
    assert found.lines[0].others == {"联系方式": "内线123"}


def test_english_heads_and_a_csv_are_read_too(tmp_path):
    path = tmp_path / "postings.csv"
    path.write_text(
        "cohort,official,home organisation,community,start,end,extended until\n"
        "2,Jia Yangli,Office A,Songtao 1,2023-03-16,2023-09-16,2023-12-16\n",
        encoding="utf-8",
    )
    (found,) = read_postings(path).lines
    assert (found.cohort, found.home, found.extended) == (2, "Office A", date(2023, 12, 16))


@pytest.mark.parametrize(
    ("written", "number"),
    [("1", 1), ("第一批", 1), ("首批", 1), ("十二", 12), ("二十", 20), ("第26批次", 26), ("2", 2)],
)
def test_cohorts_are_numbered_in_every_way(written, number):
    assert cohort_of(written) == number


@pytest.mark.parametrize("written", ["", "甲", "十十", "一百", "1000", "-1", "第批"])
def test_what_is_no_number_of_a_cohort_is_not_guessed(written):
    with pytest.raises(Unread):
        cohort_of(written)


def test_a_file_that_is_no_list_of_postings_is_refused(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("工单编号,创建时间\n1,2023-01-01\n", encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read_postings(path)
    assert refusal.value.code == "postings.no_layout"


@pytest.mark.parametrize(
    ("written", "label"),
    [
        ("丙", "丙"),
        ("A", "A"),
        ("one", "one"),
        (None, "1"),
        ("cohort 2", "2"),
        ("第二批", "2"),
        ("治理书记第二批", "2"),
        (2.0, "2"),
        ("2021年第一批", "2021年第一批"),
    ],
)
def test_where_only_arrivals_are_asked_for_any_cohort_will_do(tmp_path, written, label):
    row = line("2023-03-16", cohort=written, end="2023-09-16", extended="2023-09-16")
    row[2] = None
    (found,) = read_postings(workbook(tmp_path, [row]), strict=False).lines
    assert (found.label, found.official) == (label, "")


@pytest.mark.parametrize(
    "written",
    [
        "cohort 2",
        "Batch 2",
        "batch-2",
        "COHORT #2",
        "No. 2",
        "2nd batch",
        "Second cohort",
        "officials, batch 2",
        "治理书记第二批",
        "第2批治理书记",
        "2.0",
    ],
)
def test_a_cohort_may_be_named_in_english_and_with_words_around(written):
    assert cohort_of(written) == 2


@pytest.mark.parametrize(
    "written", ["2021年第一批", "batch 1 of 2022", "第一批和第二批", "51 officials"]
)
def test_the_first_of_a_year_is_not_the_first(written):
    with pytest.raises(Unread):
        cohort_of(written)


def test_where_only_arrivals_are_asked_for_two_columns_are_enough(tmp_path):
    path = tmp_path / "arrivals.csv"
    path.write_text("community,start\n松涛1社区,2023-03-16\n", encoding="gb18030")
    (found,) = read_postings(path, strict=False).lines
    assert (found.community, found.start, found.label) == ("松涛1社区", date(2023, 3, 16), "1")
    with pytest.raises(Refused) as refused:
        read_postings(path)
    assert refused.value.code == "postings.no_layout"


@pytest.mark.parametrize("written", ["no", "nan", "NaT", "无延期", "否", "—"])
def test_a_word_for_nothing_is_no_day(tmp_path, written):
    row = line("2023-03-16", extended=written, end="2023-09-16")
    (found,) = read_postings(workbook(tmp_path, [row])).lines
    assert found.extended is None
