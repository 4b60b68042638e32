"""Files: told by their content, streamed, or refused in a sentence."""

# ruff: noqa: DTZ001 - cells hold local times without a zone

import contextlib
import datetime
import io
import random
import re
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from exports import HEAD, ROWS, everything, write_csv, write_xls, write_xlsx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jieban.domain.errors import Refused
from jieban.tables import reading
from jieban.tables.reading import open_file
from jieban.tables.rows import read


def numbers(path: Path) -> list[str]:
    return [row.number for row in everything(path)[0]]


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_text_is_read_in_every_encoding(tmp_path: Path, encoding: str, told: str) -> None:
    path = write_csv(tmp_path / "导出.csv", [HEAD, *ROWS], encoding=encoding)
    rows, reading_ = everything(path)
    assert [row.number for row in rows] == [row[0] for row in ROWS]
    assert rows[1].private["content"] == "乙，丙"
    assert reading_.file.encoding == told


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_delimiters_and_line_ends_are_found_out(
    tmp_path: Path, delimiter: str, line_end: str
) -> None:
    rows = [["接诉即办工单，2024年3月"], HEAD, *ROWS]
    path = write_csv(tmp_path / "a.txt", rows, delimiter=delimiter, line_end=line_end)
    assert numbers(path) == [row[0] for row in ROWS]


def test_a_declared_delimiter_is_believed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = ["sep=;", ";".join(HEAD), ";".join(ROWS[0])]
    path.write_text("\r\n".join(lines), encoding="utf-8-sig", newline="")
    rows, _ = everything(path)
    assert [(row.number, row.line) for row in rows] == [(ROWS[0][0], 3)]


def test_line_breaks_in_quotes_and_zero_bytes_do_not_cost_a_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = [[*ROWS[0][:-1], '一行\r\n二行,"引"'], ROWS[1]]
    write_csv(path, [HEAD, *rows])
    path.write_bytes(path.read_bytes().replace("翠林".encode(), "翠\x00林".encode()))
    found, _ = everything(path)
    assert found[0].private["content"] == '一行\n二行,"引"'
    assert found[0].community == "翠林一里社区"
    assert [row.line for row in found] == [2, 3], "lines as a spreadsheet numbers them"


def test_a_quotation_mark_that_is_never_closed_costs_no_other_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    bodies = [
        "1,2024-03-05 10:00:00,甲,主办,,是,满意,好",
        '2,2024-03-05 11:00:00,甲,主办,,是,满意,"没有收尾',
        "3,2024-03-05 12:00:00,甲,主办,,是,满意,好",
        '4,2024-03-05 13:00:00,甲,主办,,是,满意,"好,好"',
        "5,2024-03-05 14:00:00,甲,主办,,是,满意,好",
    ]
    path.write_text("\n".join([",".join(HEAD), *bodies]), encoding="utf-8")
    assert numbers(path) == ["1", "2", "3", "4", "5"]


def test_a_text_of_several_lines_may_look_like_rows(tmp_path: Path) -> None:
    text = "附表如下\n3,2024-03-05 12:00:00,甲,主办,,是,满意,好\n以上"
    rows, _ = everything(write_csv(tmp_path / "a.csv", [HEAD, *ROWS, [*ROWS[0][:-1], text]]))
    assert [row.private["content"] for row in rows][2:] == [text]


def test_a_file_cut_inside_a_character_is_read_and_remarked(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [HEAD, *ROWS])
    path.write_bytes(path.read_bytes().rstrip()[:-1])
    rows, reading_ = everything(path)
    assert len(rows) == 2
    assert [remark.code for remark in reading_.warnings] == ["table.cut_short"]


def test_an_old_workbook_is_told_by_its_content(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "a.csv", [["标题"], HEAD, *ROWS])
    assert numbers(path) == [row[0] for row in ROWS]
    assert open_file(path).format == "xls"


def test_a_workbook_under_another_name_and_shifted_right(tmp_path: Path) -> None:
    rows = [["", "", *row] for row in [HEAD, *ROWS]]
    path = write_xlsx(tmp_path / "a.xls", [[], [], *rows])
    found, _ = everything(path)
    assert [row.line for row in found] == [4, 5]


def test_a_mac_workbooks_days_begin_in_1904(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path), {"date_1904": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEAD[:2])
    sheet.write_row(1, 0, ["1", 45356.625 - 1462])
    sheet.write_string(2, 0, "2")
    sheet.write_datetime(
        2,
        1,
        datetime.datetime(2024, 3, 5, 15),
        book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
    )
    book.close()
    rows, _ = everything(path)
    assert rows[0].received_at == rows[1].received_at


def zip_of(**entries: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/"), content)
    return packed.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"\xef\xbb\xbf", "file.empty"),
        (b" \r\n\r\n", "file.empty"),
        (b"%PDF-1.7\n\x00", "file.not_a_table"),
        (b"\x89PNG\r\n\x1a\n\x00", "file.not_a_table"),
        (zip_of(word__document="x"), "file.not_a_table"),
        (zip_of(readme="x"), "file.not_a_table"),
        (zip_of(**{"xl__workbook.xml": "<broken"}), "file.damaged"),
        (b"PK\x03\x04 and then nothing of use", "file.damaged"),
        (OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"), "file.password"),
        (OLE + b"\x00" * 600 + "WordDocument".encode("utf-16-le"), "file.not_a_table"),
        (OLE + b"\x00" * 600, "file.damaged"),
        (b"<html><table><tr><td>1</td></tr></table>", "file.web_page"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "file.web_page"),
        (b"one,two\n1,2\n", "file.no_profile"),
        ("工单,时间\n1,2\n".encode("gb18030") + b"\xff\xff\xff\n" * 9, "file.encoding"),
    ],
)
def test_what_is_no_table_is_refused_in_words(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "导出.xlsx"
    path.write_bytes(content)
    with pytest.raises(Refused) as refusal:
        read(path)
    assert refusal.value.code == code
    for language in ("zh", "en"):
        assert refusal.value.message(language)


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "no.xlsx", "file.missing"), (tmp_path, "file.folder")):
        with pytest.raises(Refused) as refusal:
            read(path)
        assert refusal.value.code == code


def test_an_unknown_encoding_names_the_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("工单编号,创建时间\n".encode() + b"1,\xff\xff\n" + b"2,2\n" * 5)
    with pytest.raises(Refused) as refusal:
        read(path)
    assert refusal.value.detail["offset"] == len("工单编号,创建时间\n".encode()) + 2
    assert refusal.value.detail["line"] == 2


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "UNPACKED_LIMIT_GIB", 0.000001)
    path = write_xlsx(tmp_path / "a.xlsx", [HEAD, *ROWS])
    with pytest.raises(Refused) as refusal:
        open_file(path)
    assert refusal.value.code == "file.too_big"


def test_a_stray_cell_in_the_last_corner_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEAD)
    sheet.write_row(1, 0, ROWS[0])
    sheet.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True}))
    book.close()
    assert numbers(path) == [ROWS[0][0]], "a formatted blank is no cell"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEAD)
    sheet.write_number(1_048_575, 16_383, 1)
    book.close()
    with pytest.raises(Refused) as refusal:
        open_file(path)
    assert refusal.value.detail["cell"] == "XFD1048576"


def test_a_stray_cell_is_refused_also_where_no_size_is_declared(tmp_path: Path) -> None:
    whole, bare = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    book = xlsxwriter.Workbook(str(whole))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEAD)
    sheet.write_number(1_048_575, 16_383, 1)
    book.close()
    with zipfile.ZipFile(whole) as archive, zipfile.ZipFile(bare, "w") as other:
        for name in archive.namelist():
            other.writestr(name, re.sub(rb"<dimension[^>]*/>", b"", archive.read(name)))
    with pytest.raises(Refused) as refusal:
        open_file(bare)
    assert refusal.value.detail["cell"] == "XFD1048576"


def test_changed_bytes_in_a_workbook_are_damage_said_in_words(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [HEAD, *ROWS * 500])
    content = bytearray(path.read_bytes())
    draw = random.Random(12)
    codes = set()
    for _ in range(60):
        spoilt = bytearray(content)
        start = draw.randrange(len(content) - 200)
        spoilt[start : start + 100] = draw.randbytes(100)
        path.write_bytes(spoilt)
        try:
            for _ in read(path).iterate():
                pass
        except Refused as refusal:
            codes.add(refusal.code)
    assert "file.damaged" in codes


def test_a_cell_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CELL_LIMIT", 1000)
    path = write_csv(tmp_path / "a.csv", [HEAD, [*ROWS[0][:-1], "长" * 2000]])
    with pytest.raises(Refused) as refusal:
        read(path)
    assert refusal.value.code == "file.cell_too_long"


def test_data_without_line_breaks_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LINE_LIMIT", 1024 * 1024)
    path = tmp_path / "a.csv"
    path.write_bytes(b"1," * (2 * 1024 * 1024))
    with pytest.raises(Refused) as refusal:
        read(path)
    assert refusal.value.code == "file.not_a_table"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(content=st.binary(max_size=2000))
def test_random_bytes_are_refused_and_nothing_else(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "random.xlsx"
    path.write_bytes(content)
    with pytest.raises(Refused):
        everything(path)


@pytest.mark.parametrize("write", [write_xlsx, write_xls])
def test_a_broken_workbook_is_read_or_refused(tmp_path: Path, write: object) -> None:
    whole = write(tmp_path / "whole.bin", [HEAD, *ROWS * 20]).read_bytes()  # type: ignore[operator]
    chance = random.Random(5)
    path = tmp_path / "broken.bin"
    for _ in range(120):
        content = bytearray(whole[: chance.randrange(9, len(whole) + 1)])
        for _ in range(chance.randrange(0, 6)):
            content[chance.randrange(8, len(content))] = chance.randrange(256)
        path.write_bytes(content)
        with contextlib.suppress(Refused):
            everything(path)
