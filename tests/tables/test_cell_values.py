"""Cells: every way a time, a number or a word was seen written."""

# ruff: noqa: DTZ001 - cells hold local times without a zone

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jieban.tables.profiles import get_profile
from jieban.tables.values import (
    Fault,
    Times,
    Words,
    category_reader,
    name_reader,
    read_number,
    text_of,
)

BEIJING = get_profile("beijing-district")
CHINA = timedelta(hours=8)


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) - CHINA


@pytest.mark.parametrize(
    ("cell", "meant", "why"),
    [
        ("2024-03-05 15:00:00", "2024-03-05 15:00:00", "the platform's own way"),
        ("2024-03-05 15:00:00.123", "2024-03-05 15:00:00.123", "milliseconds"),
        ("2024-03-05 15:00", "2024-03-05 15:00", "no seconds"),
        ("2024/3/5 9:32:09", "2024-03-05 09:32:09", "a spreadsheet's short date"),
        ("2024/3/5", "2024-03-05", "a day alone is its first moment"),
        ("2024.3.5", "2024-03-05", "dots"),
        ("2024年3月5日", "2024-03-05", "Chinese day"),
        ("2024年3月5日 下午3点", "2024-03-05 15:00", "afternoon hour"),
        ("2024年3月5日下午3点20分", "2024-03-05 15:20", "no space, minutes"),
        ("2024年3月5日 下午3点20分05秒", "2024-03-05 15:20:05", "seconds"),
        ("2024年3月5日 下午12点", "2024-03-05 12:00", "noon is 12 in the afternoon"),
        ("2024年3月5日 上午12:20:00", "2024-03-05 00:20", "a 12-hour clock's midnight"),
        ("2024年3月5日 上午9时", "2024-03-05 09:00", "时 for 点"),
        ("2024年3月5日 中午12点", "2024-03-05 12:00", "midday"),
        ("2024年3月5日 中午1点半", "2024-03-05 13:30", "half past one"),
        ("2024年3月5日 凌晨0点", "2024-03-05 00:00", "small hours"),
        ("2024年3月5日 晚上8点一刻", "2024-03-05 20:15", "a quarter"),
        ("2024年3月5日 晚上12点", "2024-03-06 00:00", "the midnight that ends the day"),
        ("二〇二四年三月五日 下午三点", "2024-03-05 15:00", "Chinese numerals"),
        ("2024年3月5日 星期二 15:00", "2024-03-05 15:00", "weekday says nothing new"),
        ("2024-03-05 下午 3:20:00", "2024-03-05 15:20", "mixed"),
        ("2024-03-05 3:20 PM", "2024-03-05 15:20", "PM behind"),
        ("2024-3-5 24:00", "2024-03-06 00:00", "24:00 ends the day"),
        ("２０２４－０３－０５　１５：００", "2024-03-05 15:00", "full-width"),
        ("  2024-03-05\u00a015:00:00 ", "2024-03-05 15:00", "stray spaces"),
        ("2024-03-05T15:00:00", "2024-03-05 15:00", "ISO, local"),
        ("2024-03-05T07:00:00Z", "2024-03-05 15:00", "ISO, UTC"),
        ("2024-03-05T15:00:00+08:00", "2024-03-05 15:00", "ISO with offset"),
        ("2024-03-05T16:00:00.5+0900", "2024-03-05 15:00:00.5", "another offset"),
        ("20240305150000", "2024-03-05 15:00", "digits"),
        ("202403051500", "2024-03-05 15:00", "digits without seconds"),
        ("20240305", "2024-03-05", "digits of a day"),
        (20240305150000.0, "2024-03-05 15:00", "digits in a numeric cell"),
        ("02/17/2020 12:19:00 PM", "2020-02-17 12:19", "month first only with AM or PM"),
        ("2008-09-02 07:49:04.0", "2008-09-02 07:49:04", "a database's tail"),
        (45356.625, "2024-03-05 15:00", "serial day"),
        (45356, "2024-03-05", "whole serial day"),
        ("45356.625", "2024-03-05 15:00", "serial day as text"),
        (45356.39732638889, "2024-03-05 09:32:09", "a serial is exact to the millisecond"),
        (datetime(2024, 3, 5, 15), "2024-03-05 15:00", "date cell"),
        (datetime(2024, 3, 5, 9, 32, 8, 999999), "2024-03-05 09:32:09", "rounding of the cell"),
        (date(2024, 3, 5), "2024-03-05", "midnight comes as a day"),
    ],
)
def test_a_time_is_read(cell: Any, meant: str, why: str) -> None:
    times = Times(BEIJING)
    assert times.read(cell) == china(meant), why
    assert times.read(cell) == china(meant), "again, from memory"


@pytest.mark.parametrize(
    "cell",
    ["", "  ", None, "不详", "-", "/", "无", "NULL", 0, 0.0, "1900-01-01 00:00:00", "1900/1/1"],
)
def test_no_time_is_told_from_a_bad_one(cell: Any) -> None:
    assert Times(BEIJING).read(cell) is None


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2024-02-30", "row.time_unreadable"),
        ("2024-13-01 10:00:00", "row.time_unreadable"),
        ("2024-03-05 25:00:00", "row.time_unreadable"),
        ("昨天下午", "row.time_unreadable"),
        ("下午3点", "row.time_unreadable"),
        ("3/5/2024 15:00", "row.time_unreadable"),
        ("24/3/5", "row.time_unreadable"),
        ("2024年3月5日 晚上1点", "row.time_unreadable"),
        ("2024年3月5日 上午15点", "row.time_unreadable"),
        ("1", "row.time_unreadable"),
        (True, "row.time_unreadable"),
        (time(3, 4), "row.time_unreadable"),
        (timedelta(hours=30), "row.time_unreadable"),
        (float("nan"), "row.time_unreadable"),
        (1e300, "row.time_unreadable"),
        (-5.0, "row.time_unreadable"),
        ("1989-12-31 23:59:59", "row.time_out_of_range"),
        ("2101-01-01", "row.time_out_of_range"),
        (300.0, "row.time_out_of_range"),
    ],
)
def test_an_unreadable_time_is_a_fault(cell: Any, code: str) -> None:
    found = Times(BEIJING).read(cell)
    assert isinstance(found, Fault)
    assert found.code == code


def test_what_was_read_before_does_not_change_what_is_read_now() -> None:
    times = Times(get_profile("nyc-311"))
    for cell in ("02/17/2020 12:19:00 PM", "02/18/2020 01:00:00 AM", "02/17/2020 01:00:00 AM"):
        assert times.read(cell) == Times(get_profile("nyc-311")).read(cell)
    assert times.read("02/30/2020 01:00:00 AM").__class__ is Fault


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("2009-01-02 08:26:34.0", "2009-01-02 14:26:34"),
        ("2009-07-02 08:26:34.0", "2009-07-02 13:26:34"),
        ("2009-03-08 02:30:00.0", "2009-03-08 08:30:00"),  # skipped by the change of clocks
        ("2009-11-01 01:30:00.0", "2009-11-01 06:30:00"),  # happens twice: the first one
    ],
)
def test_clock_changes_of_a_311_source(cell: str, meant: str) -> None:
    times = Times(get_profile("stlouis-csb"))
    assert times.read(cell) == datetime.fromisoformat(meant).replace(tzinfo=UTC)
    assert times.read(cell) == datetime.fromisoformat(meant).replace(tzinfo=UTC)


def test_a_promised_day_lasts_until_its_end() -> None:
    times = Times(get_profile("stlouis-csb"))
    assert times.last_moment_of(["2009-01-06 00:00:00.0", ""]) == [
        datetime(2009, 1, 7, 5, 59, 59, 999999, tzinfo=UTC),
        None,
    ]


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 12, 31, 23)))
def test_every_time_comes_back_however_it_is_written(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    times = Times(BEIJING)
    half = "上午" if moment.hour < 12 else "下午"
    spoken = f"{moment.year}年{moment.month}月{moment.day}日 {half}"
    expected = times.read(moment.isoformat())
    assert isinstance(expected, datetime)
    for cell in (
        moment,
        f"{moment:%Y-%m-%d %H:%M:%S}",
        f"{moment:%Y%m%d%H%M%S}",
        f"{moment.year}/{moment.month}/{moment.day} {moment.hour}:{moment:%M:%S}",
        f"{spoken}{moment.hour % 12 or 12}点{moment.minute}分{moment.second}秒",
        (moment - datetime(1899, 12, 30)) / timedelta(days=1),
    ):
        assert times.read(cell) == expected
        assert times.read(cell) == expected


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("20231001000100", "20231001000100"),
        ("热线-240311-000123", "热线-240311-000123"),
        (" ２０２３ 1001\u200b", "20231001"),
        ("'00123", "00123"),
        (20231001000100.0, "20231001000100"),
        (12, "12"),
        ("20231001000100.0", "20231001000100"),
        ("JB－001", "JB-001"),
        ("", ""),
        (None, ""),
        (float(2**53 - 1), str(2**53 - 1)),
    ],
)
def test_a_case_number_is_read_as_text(cell: Any, number: str) -> None:
    assert read_number(cell) == number


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2.0231E+13", "row.number_rounded"),
        (float(2**53), "row.number_rounded"),
        (1.5, "row.number_rounded"),
        (float("nan"), "row.number_rounded"),
        (float("inf"), "row.number_rounded"),
        ("x" * 65, "row.number_too_long"),
        ("工" * 65, "row.number_too_long"),
    ],
)
def test_a_number_that_lost_digits_is_a_fault(cell: Any, code: str) -> None:
    found = read_number(cell)
    assert isinstance(found, Fault)
    assert found.code == code


@pytest.mark.parametrize(
    ("cell", "category"),
    [
        ("住房->物业管理->停车管理", "住房->物业管理->停车管理"),
        ("住房 > 物业管理 ＞ 停车管理", "住房->物业管理->停车管理"),
        ("住房/物业管理/停车管理", "住房->物业管理->停车管理"),
        ("住房－>物业管理", "住房->物业管理"),
        ("住房→供热/供暖", "住房->供热/供暖"),
        ("住房", "住房"),
        ("不详", ""),
        ("/", ""),
        ("", ""),
    ],
)
def test_a_category_has_levels(cell: str, category: str) -> None:
    assert category_reader(BEIJING)(cell) == category


def test_a_column_of_mixed_cells_keeps_true_and_one_apart() -> None:
    words = Words(lambda text: text)
    assert words.column(["1", True, 1, 1.0, None, " a "]) == ["1", "TRUE", "1", "1", "", "a"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (" 甲\r\n乙 ", "甲\n乙"),
        ("甲\x00乙\u202e", "甲乙"),
        ("\ud800", "\ufffd"),
        (13800138000.0, "13800138000"),
        (1.5, "1.5"),
        (datetime(2024, 3, 5, 1, 2, 3), "2024-03-05 01:02:03"),
    ],
)
def test_a_cell_is_the_text_a_person_sees(cell: Any, text: str) -> None:
    assert text_of(cell) == text


def test_new_yorks_unspecified_names_nothing() -> None:
    read = name_reader(get_profile("nyc-311"))
    assert [read(name) for name in ("Unspecified", "Unspecified QUEENS", "0 Unspecified")] == [
        ""
    ] * 3
    assert read("01 STATEN ISLAND") == "01 STATEN ISLAND"
