"""Rows: what an export says after its titles, merges, repeated heads and dirt."""

# ruff: noqa: DTZ001 - cells hold local times without a zone

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from exports import HEAD, ROWS, everything, write_csv, write_xls, write_xlsx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jieban.domain.errors import Refused
from jieban.tables.rows import ParsedRow, read


def one(tmp_path: Path, **cells: Any) -> ParsedRow:
    """The single row of an export with these columns beside number and time."""
    rows, reading = everything(table(tmp_path, **cells))
    assert not reading.rejected
    return rows[0]


def table(tmp_path: Path, **cells: Any) -> Path:
    full = {"工单编号": "1", "创建时间": "2024-03-05 15:00:00", **cells}
    return write_xlsx(tmp_path / "a.xlsx", [list(full), list(full.values())])


def test_a_row_says_everything(tmp_path: Path) -> None:
    row = one(
        tmp_path,
        工单类型="咨询",
        工单性质="双派",
        承办单位="右安门 街道",
        被反映街乡镇="右安门街道",
        **{"村/社区": "翠林一里社区", "问题分类": "住房->物业->停车"},
        受理方式="电话",
        办结时间="2024/3/8 9:05",
        办理时限="2024-03-12",
        是否有效回访="是",
        是否联系="是 ",
        是否解决="否",
        是否满意="基本满意",
        退单次数=2,
        工单状态="挂账",
    )
    assert row[:22] == (
        "Sheet",
        2,
        "1",
        "enquiry",
        "dual",
        "右安门街道",
        "右安门街道",
        "翠林一里社区",
        "住房->物业->停车",
        "电话",
        datetime(2024, 3, 5, 7, tzinfo=UTC),
        datetime(2024, 3, 8, 1, 5, tzinfo=UTC),
        datetime(2024, 3, 11, 16, tzinfo=UTC),
        "",
        True,
        True,
        False,
        "mostly_satisfied",
        True,
        2,
        1,
        "挂账",
    )


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("是", True),
        (" 是\u3000", True),
        (True, True),
        ("否", False),
        (False, False),
        ("", None),
        ("不详", None),
        ("是的", None),
        ("已解决", None),
        ("Y", None),
        (1, None),
    ],
)
def test_only_yes_is_yes(tmp_path: Path, cell: Any, said: bool | None) -> None:
    assert one(tmp_path, 是否解决=cell).resolved is said


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("满意", "satisfied"),
        ("基本 满意", "mostly_satisfied"),
        ("一般", "neutral"),
        ("不满意", "dissatisfied"),
        ("非常满意", "other"),
        ("是", "other"),
        ("", ""),
        ("-", ""),
    ],
)
def test_satisfaction_is_the_word_itself(tmp_path: Path, cell: str, code: str) -> None:
    assert one(tmp_path, 是否满意=cell).satisfaction == code


@pytest.mark.parametrize(
    ("cells", "ground"),
    [
        ({"工单状态": "已剔除"}, "other"),
        ({"工单状态": "办理中"}, ""),
        ({"是否剔除": "是"}, "other"),
        ({"是否剔除": "是", "剔除原因": "不可抗力"}, "force_majeure"),
        ({"是否剔除": "否", "剔除原因": "不可抗力"}, ""),
        ({"剔除原因": "恶意重复反映"}, "malicious_repeat"),
        ({"剔除原因": "别的说法"}, "other"),
        ({"剔除原因": "无"}, ""),
        ({"剔除原因": "重复", "工单状态": "已剔除"}, "duplicate"),
    ],
)
def test_grounds_of_exclusion(tmp_path: Path, cells: dict[str, str], ground: str) -> None:
    assert one(tmp_path, **cells).excluded_ground == ground


def test_a_blank_role_is_the_lead_and_an_unknown_one_is_rejected(tmp_path: Path) -> None:
    assert one(tmp_path, 工单性质="").role == "lead"
    _, reading = everything(table(tmp_path, 工单性质="督办"))
    [row] = reading.rejected
    assert row.reason == "row.role_unknown"
    assert "主办、双派、协办、转办" in row.faults[0].words("zh")


def test_a_category_too_long_over_its_levels_is_named_by_the_first_of_them(tmp_path: Path) -> None:
    levels = {"一级分类": "住" * 90, "二级分类": "物" * 90, "三级分类": "停" * 90}
    _, reading = everything(table(tmp_path, **levels, 工单状态="办" * 65))
    [row] = reading.rejected
    assert [fault.heading for fault in row.faults] == ["一级分类", "工单状态"]
    assert "255" in row.faults[0].words("en")


@pytest.mark.parametrize(("written", "read"), [("2次", 2), ("9999", 9999), ("40000", 0), ("-1", 0)])
def test_a_number_of_returns_that_cannot_be_one_is_none(
    tmp_path: Path, written: str, read: int
) -> None:
    assert one(tmp_path, 退单次数=written).returns == read


def test_of_several_times_the_first_alias_is_the_one_received(tmp_path: Path) -> None:
    head = ["工单编号", "派单时间", "来电时间", "创建时间"]
    body = ["1", "2024-03-07", "2024-03-06", "2024-03-05"]
    rows, _ = everything(write_xlsx(tmp_path / "a.xlsx", [head, body]))
    assert rows[0].received_at == datetime(2024, 3, 4, 16, tzinfo=UTC)
    assert rows[0].private == {"派单时间": "2024-03-07", "来电时间": "2024-03-06"}


def test_unknown_columns_are_kept_under_their_own_heading(tmp_path: Path) -> None:
    head = ["序号", "工单编号*", "创建时间（必填）", "备注", "备注", "", "来电人电话/账号"]
    body = [1, "1", "2024-03-05", "甲", "乙", "丙", 13800138000]
    rows, reading = everything(write_xlsx(tmp_path / "a.xlsx", [head, body]))
    assert rows[0].private == {
        "phone": "13800138000",
        "备注": "甲",
        "备注 (2)": "乙",
        "第6列": "丙",
    }
    assert [column.kind for column in reading.sheets[0].columns] == [
        "ignored",
        "field",
        "field",
        "unknown",
        "unknown",
        "unknown",
        "field",
    ]


def test_dropped_fields_never_appear(tmp_path: Path) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text(
        'name = "mine"\nlike = "beijing-district"\ndropped = ["phone", "name"]\n'
        "drop_unknown_columns = true\n",
        encoding="utf-8",
    )
    path = table(tmp_path, 来电人="张", 联系电话="138", 备注="甲", 标题="乙")
    rows, _ = everything(path, str(profile))
    assert rows[0].private == {"title": "乙"}


def test_titles_merges_and_a_head_of_two_lines(tmp_path: Path) -> None:
    rows = [
        ["某区接诉即办工单明细表", *[None] * 6],
        ["统计时间：2024年3月", *[None] * 6],
        ["工单编号", "创建时间", "承办情况", None, "回访情况", None, "备注"],
        [None, None, "主办单位", "所在村社区", "是否解决", "是否满意", None],
        ["1", "2024-03-05", "甲街道", "一社区", "是", "满意", None],
        ["2", "2024-03-06", None, "二社区", "否", "一般", "x"],
        ["3", "2024-03-07", "乙街道", "三社区", "是", "满意", None],
    ]
    merges = ["A1:G1", "A2:G2", "A3:A4", "B3:B4", "C3:D3", "E3:F3", "G3:G4", "C5:C6"]
    found, reading = everything(write_xlsx(tmp_path / "a.xlsx", rows, merges))
    assert [(row.line, row.unit, row.community, row.resolved) for row in found] == [
        (5, "甲街道", "一社区", True),
        (6, "甲街道", "二社区", False),
        (7, "乙街道", "三社区", True),
    ]
    assert found[1].private == {"备注": "x"}
    assert not reading.rejected


def test_group_and_word_together_name_a_column(tmp_path: Path) -> None:
    rows = [
        ["工单", None, "是否", None],
        ["编号", "创建时间", "联系", "解决"],
        ["1", "2024-03-05", "是", "否"],
    ]
    found, _ = everything(write_xlsx(tmp_path / "a.xlsx", rows, ["A1:B1", "C1:D1"]))
    assert (found[0].number, found[0].contacted, found[0].resolved) == ("1", True, False)


def test_blank_lines_repeated_heads_and_totals_are_counted_not_rejected(tmp_path: Path) -> None:
    title = ["三月工单"]
    body = [
        title,
        HEAD,
        ROWS[0],
        [],
        ["  "],
        title,
        HEAD,
        ROWS[1],
        ["小计", "", "", "", "", "2"],
        ["", "合 计：", "2"],
        ["制表人：张三 审核：李四"],
    ]
    for path in (
        write_xlsx(tmp_path / "a.xlsx", body),
        write_csv(tmp_path / "a.csv", body),
        write_xls(tmp_path / "a.xls", body),
    ):
        rows, reading = everything(path)
        assert [row.number for row in rows] == [row[0] for row in ROWS]
        assert not reading.rejected
        assert reading.skipped == {"blank": 2, "repeated_header": 2, "total": 2, "note": 1}


def test_a_row_with_several_faults_lists_them_all(tmp_path: Path) -> None:
    head = ["工单编号", "创建时间", "工单性质", "办结时间"]
    bad = ["", "昨天", "督办", "1980-01-01"]
    good = ["2", "2024-03-05", "", ""]
    rows, reading = everything(write_xlsx(tmp_path / "a.xlsx", [head, bad, good]))
    assert [row.number for row in rows] == ["2"]
    [rejected] = reading.rejected
    assert (rejected.line, [fault.code for fault in rejected.faults]) == (
        2,
        [
            "row.number_missing",
            "row.time_unreadable",
            "row.role_unknown",
            "row.time_out_of_range",
        ],
    )
    assert [fault.heading for fault in rejected.faults] == head
    assert reading.rejected_by_reason == {"row.number_missing": 1}


def test_a_torn_row_of_text_is_rejected_not_misread(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [",".join(HEAD), ",".join(ROWS[0]), ",".join([*ROWS[0][:2], "甲,乙", *ROWS[0][3:]])]
    path.write_text("\n".join(lines), encoding="utf-8")
    rows, reading = everything(path)
    assert len(rows) == 1
    assert [row.reason for row in reading.rejected] == ["row.too_many_cells"]


def test_a_column_nobody_named_is_no_torn_row(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [HEAD, *([*row, "多"] for row in ROWS)])
    rows, reading = everything(path)
    assert not reading.rejected
    assert rows[0].private["第9列"] == "多"


def test_every_sheet_is_read_and_others_are_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, rows in (
        ("区街道乡镇", [HEAD, ROWS[0]]),
        ("说明", [["本表由平台导出"]]),
        ("直派行业", [["标题"], HEAD, ROWS[1]]),
    ):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    rows, reading = everything(tmp_path / "a.xlsx")
    assert [(row.sheet, row.line) for row in rows] == [("区街道乡镇", 2), ("直派行业", 3)]
    assert reading.skipped_sheets == {"Sheet": "—", "说明": "本表由平台导出"}


def test_only_a_header_is_no_error(tmp_path: Path) -> None:
    for path in (write_xlsx(tmp_path / "a.xlsx", [HEAD]), write_csv(tmp_path / "a.csv", [HEAD])):
        assert everything(path)[0] == []


def test_a_file_without_the_columns_says_what_was_looked_for(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", [["姓名", "成绩"], ["甲", "1"]])
    with pytest.raises(Refused) as refusal:
        read(path)
    assert refusal.value.code == "file.no_profile"
    assert "创建时间" in refusal.value.message("zh")
    assert "姓名 | 成绩" in refusal.value.message("en")
    with pytest.raises(Refused) as refusal:
        read(path, "beijing-district")
    assert refusal.value.code == "file.no_header"


def test_what_is_odd_but_true_is_remarked(tmp_path: Path) -> None:
    rows = [
        ["工单编号", "创建时间", "办结时间", "是否解决"],
        ["1", "2024-03-05", "2024-03-04", "解决了"],
        ["2", "2024-03-05", "2024-03-05", "是"],
    ]
    _, reading = everything(write_xlsx(tmp_path / "a.xlsx", rows))
    assert {remark.code: remark.count for remark in reading.warnings} == {
        "table.closed_before_received": 1,
        "table.word_not_counted": 1,
    }
    assert all(remark.words(language) for remark in reading.warnings for language in ("zh", "en"))


def test_a_sheet_at_a_row_limit_may_be_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jieban.tables.rows.ROW_LIMITS", (3,))
    _, reading = everything(write_xlsx(tmp_path / "a.xlsx", [HEAD, *ROWS]))
    assert [remark.code for remark in reading.warnings] == ["table.row_limit"]


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    reading = read(write_csv(tmp_path / "a.csv", [HEAD, *ROWS, ["", "x"]]))
    first = [row for chunk in reading.iterate() for row in chunk]
    assert [row for chunk in reading.iterate(1) for row in chunk] == first
    assert len(reading.rejected) == 1


MOMENTS = st.datetimes(datetime(1995, 1, 1), datetime(2099, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)
PLAIN_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Co")),
    max_size=12,
)
RECORDS = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.from_regex(r"[A-Z]?[1-9][0-9]{0,14}", fullmatch=True),
            "received": MOMENTS,
            "closed": st.none() | MOMENTS,
            "role": st.sampled_from(["主办", "双派", "协办", "转办", ""]),
            "resolved": st.sampled_from(["是", "否", "", "不清楚"]),
            "satisfied": st.sampled_from(["满意", "基本满意", "不满意", ""]),
            "community": st.sampled_from(["翠林一里社区", "不详", "", "王庄村"]),
            "content": PLAIN_TEXT,
        }
    ),
    min_size=1,
    max_size=12,
)


def messy_time(moment: datetime | None, chance: random.Random) -> Any:
    if moment is None:
        return chance.choice(["", " ", "-"])
    half = "上午" if moment.hour < 12 else "下午"
    return chance.choice(
        [
            f"{moment:%Y-%m-%d %H:%M:%S}",
            f"{moment.year}/{moment.month}/{moment.day} {moment.hour}:{moment:%M:%S}",
            f"{moment.year}年{moment.month}月{moment.day}日 {half}{moment.hour % 12 or 12}点"
            f"{moment.minute}分{moment.second}秒",
            f"{moment:%Y%m%d%H%M%S}",
        ]
    )


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    records=RECORDS, seed=st.integers(0, 2**32), form=st.sampled_from(["xlsx", "utf-8", "gb18030"])
)
def test_a_messy_table_says_what_its_rows_said(
    tmp_path: Path, records: list[dict[str, Any]], seed: int, form: str
) -> None:
    chance = random.Random(seed)
    head = [
        "工单编号",
        "创建时间",
        "办结时间",
        "工单性质",
        "是否解决",
        "是否满意",
        "所在村社区",
        "内容",
    ]
    order = chance.sample(range(len(head)), len(head))
    body: list[list[Any]] = [[head[at] for at in order]]
    body[:0] = [["标题"]] * chance.randrange(3)
    for record in records:
        pad = chance.choice(["", " ", "\u3000"])
        cells = [
            record["number"] + pad,
            messy_time(record["received"], chance),
            messy_time(record["closed"], chance),
            pad + record["role"],
            record["resolved"] + pad,
            record["satisfied"] + pad,
            record["community"] + pad,
            "文" + record["content"],
        ]
        body.append([cells[at] for at in order])
        if chance.random() < 0.2:
            body.append([""] * len(head))
    path = tmp_path / f"a.{form}"
    if form == "xlsx":
        write_xlsx(path, body)
    else:
        write_csv(path, body, encoding=form)
    rows, reading = everything(path)
    assert not reading.rejected
    assert len(rows) == len(records)
    hours = timedelta(hours=8)
    for row, record in zip(rows, records, strict=True):
        closed = record["closed"]
        assert row.number == record["number"]
        assert row.received_at == record["received"].replace(tzinfo=UTC) - hours
        assert row.closed_at == (closed and closed.replace(tzinfo=UTC) - hours)
        assert row.role == {"双派": "dual", "协办": "joint", "转办": "transfer"}.get(
            record["role"], "lead"
        )
        assert row.resolved is {"是": True, "否": False}.get(record["resolved"])
        assert (row.satisfaction == "satisfied") == (record["satisfied"] == "满意")
        assert row.community == {"不详": ""}.get(record["community"], record["community"])
        assert row.private["内容"] == "文" + record["content"]
