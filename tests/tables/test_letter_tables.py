"""Tables of letters are read as offices publish them."""

import io
from datetime import date

import docx
import openpyxl
import pytest

from jieban.domain.errors import Refused
from jieban.tables.letters import (
    HEADINGS,
    PUBLIC,
    public_workbook,
    read_letters,
    title_of,
    written,
)
from jieban.tables.lists import written_csv

ONE, TWO = "X3ZZ209905280001", "D3ZZ209905280002"
HEAD = tuple(HEADINGS[name][0] for name in PUBLIC)
ROW = (
    "1",
    ONE,
    "油烟扰民。",
    "样例区",
    "大气",
    "属实。",
    "属实",
    "达标。",
    "已整改。",
    "已办结",
    "无",
)


@pytest.fixture
def read(tmp_path):
    def act(*rows, name="a.csv"):
        path = tmp_path / name
        width = max(map(len, rows))
        padded = [[*row, *[""] * (width - len(row))] for row in rows]
        path.write_bytes(written_csv(padded[0], padded[1:]))
        return read_letters(path)

    return act


@pytest.mark.parametrize("name", [name for name in HEADINGS if name not in ("number", "text")])
def test_every_heading_of_a_column_is_known(read, name):
    for word in HEADINGS[name]:
        file = read(("受理编号", "交办问题基本情况", f" {word} *"), (ONE, "油烟扰民。", ""))
        assert file.unknown == (), word


@pytest.mark.parametrize("number", HEADINGS["number"])
@pytest.mark.parametrize("text", HEADINGS["text"][:4])
def test_a_number_and_what_it_is_about_make_a_table(read, number, text):
    assert read((number, text), (ONE, "油烟")).lines[0].number == ONE


def test_without_these_two_it_is_no_table_of_letters(read):
    with pytest.raises(Refused) as refused:
        read(("序号", "受理编号"), ("1", ONE))
    assert refused.value.code == "letters.no_layout"


@pytest.mark.parametrize(
    ("title", "batch", "day"),
    [
        ("一览表（第二十三批）", "23", None),
        ("公开情况一览表（第12批 2099年3月25日）", "12", date(2099, 3, 25)),
        ("一览表（第32批 2099年8月22日更新）", "32", date(2099, 8, 22)),
        ("举报受理事项（第35-1批）情况通报", "35-1", None),
        ("举报情况", "", None),
    ],
)
def test_batch_and_day_are_read_off_the_title(read, title, batch, day):
    (line,) = read((title,), HEAD, ROW).lines
    assert (line.batch, line.day) == (batch, day)


def test_several_tables_below_each_other_have_their_own_titles(read):
    file = read(
        ("一览表（第12批 2099年3月25日）",), HEAD, ROW, ("合计", "1件"),
        ("一览表（第13批 2099年3月26日）",), HEAD, ("1", TWO, *ROW[2:]),
        ("注：标★的为重点关注件",),
    )  # fmt: skip
    assert [(each.number, each.batch) for each in file.lines] == [(ONE, "12"), (TWO, "13")]
    assert file.rejected == []


def test_a_column_of_batches_goes_before_the_title(read):
    file = read(("一览表（第12批）",), (*HEAD, "批次", "交办日期"), (*ROW, "14", "2099-05-01"))
    assert (file.lines[0].batch, file.lines[0].day) == ("14", date(2099, 5, 1))


def test_what_is_not_said_is_not_given(read):
    (line,) = read(HEAD, (*ROW[:4], "", "", "", "", "", "", "无")).lines
    assert line.given == {"position", "number", "text", "area", "accountability"}
    assert line.accountability == ""


def test_numbers_broken_over_lines_and_kept_as_figures_are_whole(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["受理编号", "交办问题基本情况"])
    book.active.append(["X3ZZ2099\n05280001", "油烟"])
    book.active.append([4711, "噪声"])
    book.save(tmp_path / "a.xlsx")
    assert [each.number for each in read_letters(tmp_path / "a.xlsx").lines] == [ONE, "4711"]


def test_a_word_file_is_read_with_the_titles_between_its_tables(tmp_path):
    paper = docx.Document()
    for title, number in (("（第一批 2099年5月1日）", ONE), ("（第二批 2099年5月2日）", TWO)):
        paper.add_paragraph(f"公开情况一览表{title}")
        table = paper.add_table(rows=2, cols=len(HEAD))
        for line, words in enumerate((HEAD, (ROW[0], number, *ROW[2:]))):
            for column, word in enumerate(words):
                table.cell(line, column).text = word
    paper.save(tmp_path / "a.docx")
    file = read_letters(tmp_path / "a.docx")
    assert [(e.number, e.batch, e.day.day) for e in file.lines] == [(ONE, "1", 1), (TWO, "2", 2)]
    assert file.lines[0].types == ("air",)


def test_units_focus_and_channel_are_read_and_unknown_columns_kept(read):
    head = (*HEAD[:3], "责任单位", "配合单位", "是否重点", "来件方式", "网格")
    (line,) = read(head, (*ROW[:3], "甲局、乙局", "丙街道", "是", "来电", "第3网格")).lines
    assert (line.lead, line.joint) == ("甲局", ("乙局", "丙街道"))
    assert (line.focus, line.channel, line.others) == (True, "phone", {"网格": "第3网格"})


def test_what_was_read_is_written_and_read_again(read, tmp_path):
    file = read(("（第12批 2099年3月25日）",), (*HEAD, "网格"), (*ROW, "甲\n乙"))
    path = tmp_path / "again.csv"
    path.write_bytes(written(file.lines, file.unknown))
    again = read_letters(path)
    for name in ("number", "text", "batch", "day", "types", "verdict", "state", "others"):
        assert getattr(again.lines[0], name) == getattr(file.lines[0], name), name


def test_cells_that_look_like_formulas_stay_words():
    row = (*ROW[:2], "=1+1", *ROW[3:])
    content = public_workbook([(title_of("12", date(2099, 3, 25)), [row])])
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.active["C3"].value == "=1+1"
    assert book.active["C3"].data_type == "s"
