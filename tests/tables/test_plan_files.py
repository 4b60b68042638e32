"""Plans of rectification as offices keep them: workbooks, lists and Word files, tidy or not."""

import json
import zipfile
from datetime import date, datetime
from time import perf_counter

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from exports import write_xls
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jieban.domain.errors import Refused
from jieban.domain.rectification.numerals import chinese_numeral, number_of
from jieban.tables.plans import PlanItem, read_plan
from jieban.tables.plans.words import (
    item_of,
    joined_measures,
    labelled_units,
    said_of,
    serial_of,
    split_measures,
    split_units,
    title_of,
)

HEAD = ["序号", "反馈问题", "整改任务", "整改目标", "整改措施", "牵头单位", "责任单位", "完成时限"]
FIRST = [
    "一",
    "砚湖街道露天烧烤反弹。",
    "烧烤整治",
    "点位清零。",
    "（一）建立台账。\n（二）夜间巡查。",
    "区城管执法局",
    "砚湖街道、区市场监管局",
    "2023年6月底前，长期坚持",
]
SECOND = [
    "二",
    "松篱街道工地扬尘。",
    "扬尘管控",
    "扬尘达标。",
    "逐一检查。",
    "区住房建设委",
    "松篱街道",
    "立行立改",
]


def workbook(folder, rows, head=HEAD, merges=(), above=("云川区整改方案（虚构）",), more=()):
    book = openpyxl.Workbook()
    sheet = book.active
    for line in (*([each] for each in above), head, *rows):
        sheet.append(list(line))
    for merge in merges:
        sheet.merge_cells(merge)
    for name, lines in more:
        other = book.create_sheet(name)
        for line in lines:
            other.append(line)
    path = folder / "方案.xlsx"
    book.save(path)
    return path


def reasons(found):
    return [each.reason for each in found]


# --- words ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("二十", (None, 20)),
        ("20", (None, 20)),
        ("（二十）", (None, 20)),
        ("２０", (None, 20)),
        ("任务20", (None, 20)),
        ("整改任务二十一", (None, 21)),
        ("第三项", (None, 3)),
        ("20、", (None, 20)),
        ("20.0", (None, 20)),
        ("一百零二", (None, 102)),
        ("2-3", (2, 3)),
        ("（二）-3", (2, 3)),
        ("甲", (None, None)),
        ("0", (None, None)),
        ("", (None, None)),
        ("十十", (None, None)),
    ],
)
def test_a_number_is_read_however_it_is_written(written, means):
    assert serial_of(written) == means


def test_a_number_in_signs_is_the_same_number_again():
    assert [number_of(chinese_numeral(each)) for each in range(1, 1200)] == list(range(1, 1200))
    assert [chinese_numeral(each) for each in (1, 10, 12, 20, 102, 110, 111)] == [
        *("一", "十", "十二", "二十", "一百零二", "一百一十", "一百一十一"),
    ]


@pytest.mark.parametrize(
    ("cell", "measures"),
    [
        ("（一）建台账。（二）巡查。", ["建台账。", "巡查。"]),
        ("(一)建台账\n(二)巡查", ["建台账", "巡查"]),
        ("1.建台账；2.巡查；3.回访", ["建台账；", "巡查；", "回访"]),
        ("1、建台账\n2、巡查", ["建台账", "巡查"]),
        ("1）建台账 2）巡查", ["建台账", "巡查"]),
        ("①建台账；②巡查", ["建台账；", "巡查"]),
        ("措施一：建台账。\n措施二：巡查。", ["建台账。", "巡查。"]),
        ("建台账。\r\n巡查。", ["建台账。", "巡查。"]),
        ("加强日常监管。", ["加强日常监管。"]),
        ("  ", []),
        ("（三）回访。", ["回访。"]),
        # Numbers inside a sentence part nothing.
        ("1.处理 2.5 吨。\n2.按照（二）执行。", ["处理 2.5 吨。", "按照（二）执行。"]),
        ("2024年完成 3.5 公里管网", ["2024年完成 3.5 公里管网"]),
        # Of two numberings the outer one parts.
        ("（一）排查：\n1.甲。\n2.乙。\n（二）改造。", ["排查：\n1.甲。\n2.乙。", "改造。"]),
        ("主要措施：\n1.建台账\n2.巡查", ["主要措施：建台账", "巡查"]),
        ("加强领导。\n1.建台账\n2.巡查", ["加强领导。", "建台账", "巡查"]),
        (
            "".join(f"{n}.第{n}件事。" for n in range(1, 13)),
            [f"第{n}件事。" for n in range(1, 13)],
        ),
    ],
)
def test_a_cell_of_measures_is_taken_apart(cell, measures):
    assert split_measures(cell) == measures


@pytest.mark.parametrize(
    "measures",
    [
        ["建台账。"],
        ["建台账。", "巡查。"],
        ["第一行\n第二行", "巡查。"],
        ["见（二）。", "见（三）。"],
        ["甲。（二）乙。", "丙。"],
        ["甲。\n（二）乙。", "丙。"],
        [f"第{n}件。" for n in range(1, 25)],
    ],
)
def test_measures_that_were_joined_come_apart_again(measures):
    assert split_measures(joined_measures(measures)) == measures


@pytest.mark.parametrize(
    ("cell", "units"),
    [
        ("区水务局、松篱街道", ("区水务局", "松篱街道")),
        ("区水务局，松篱街道；区环卫中心", ("区水务局", "松篱街道", "区环卫中心")),
        ("区水务局 松篱街道", ("区水务局", "松篱街道")),
        ("区水务局\n松篱街道", ("区水务局", "松篱街道")),
        ("各街道（园区、市场）、区水务局", ("各街道(园区、市场)", "区水务局")),
        ("区 水 务 局", ("区水务局",)),
        ("Water Bureau, Green Street", ("Water Bureau", "Green Street")),
        ("区水务局、区水务局", ("区水务局",)),
        ("区住房和城乡建设委", ("区住房和城乡建设委",)),
        ("—", ()),
        ("", ()),
    ],
)
def test_a_cell_of_units_is_taken_apart(cell, units):
    assert split_units(cell) == units


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (
            "牵头单位：甲局；责任单位：乙街道、丙街道",
            {"lead": "甲局", "responsible": "乙街道、丙街道"},
        ),
        ("牵头单位：甲局\n配合单位：乙街道", {"lead": "甲局", "responsible": "乙街道"}),
        ("甲局（牵头）、乙街道、丙街道（配合）", {"lead": "甲局", "responsible": "乙街道、丙街道"}),
        ("责任单位：甲局 督导单位：丁办", {"responsible": "甲局", "closer": "丁办"}),
        ("甲局、乙街道", {"responsible": "甲局、乙街道"}),
    ],
)
def test_units_that_a_cell_labels_are_told_apart(cell, said):
    assert dict(labelled_units(cell)) == said


@pytest.mark.parametrize(
    ("words", "means"),
    [
        *(
            (word, "done")
            for word in ("已完成", "完成", "是", "已销号", "已经完成，长期坚持", "Completed")
        ),
        *((word, "partly") for word in ("阶段性办结", "部分完成", "基本完成", "阶段性完成")),
        *((word, "under_way") for word in ("正在推进", "未完成", "否", "达到序时进度", "尚未完成")),
        *((word, "under_way") for word in ("持续推进", "整改中", "长期坚持", "ongoing")),
        *((word, "not_started") for word in ("未启动", "尚未开展", "未开始")),
        *((word, "") for word in ("", "见附件", "甲")),
    ],
)
def test_a_word_of_status_means_one_of_four_or_nothing(words, means):
    assert said_of(words) == means


def test_a_measure_bears_its_own_units_and_due_date():
    assert item_of("巡查（责任单位：砚湖街道、青禾街道；完成时限：2023年6月底前）") == PlanItem(
        "巡查", "2023年6月底前", ("砚湖街道", "青禾街道")
    )
    assert item_of("巡查（含夜间）") == PlanItem("巡查（含夜间）")


def test_a_title_is_the_first_sentence_and_short():
    assert title_of("", "一、点位清零。不再反弹。") == "点位清零"
    assert len(title_of("长" * 100)) == 60


# --- tables --------------------------------------------------------------------------------


def test_a_table_is_read_line_by_line(tmp_path):
    found = read_plan(workbook(tmp_path, [FIRST, SECOND]))
    assert found.title == "云川区整改方案（虚构）"
    assert [(each.serial, each.text) for each in found.problems] == [
        (1, "砚湖街道露天烧烤反弹。"),
        (2, "松篱街道工地扬尘。"),
    ]
    first, second = found.tasks
    assert (first.serial, first.problem_serial, first.title, first.goal) == (
        1,
        1,
        "烧烤整治",
        "点位清零。",
    )
    assert (first.lead, first.responsible) == ("区城管执法局", ("砚湖街道", "区市场监管局"))
    assert first.due == "2023年6月底前，长期坚持"
    assert [item.text for item in first.items] == ["建立台账。", "夜间巡查。"]
    assert [item.text for item in second.items] == ["逐一检查。"]
    assert (second.sheet, second.line) == ("Sheet", 4)
    assert not found.rejected
    assert not found.remarks


def test_cells_merged_or_left_blank_go_on_with_the_task_above(tmp_path):
    rows = [
        [
            "1",
            "露天烧烤反弹。",
            "烧烤整治",
            "清零。",
            "建台账。",
            "区城管执法局",
            "砚湖街道",
            "2023年6月底前",
        ],
        [None, None, None, None, "巡查。", None, None, None],
        [None, None, None, None, "回访。", None, "青禾街道", "2023年底前"],
        ["2", None, "油烟治理", "达标。", "检查。", None, "砚湖街道", "立行立改"],
    ]
    merges = ["B3:B6", "A3:A5", "C3:C5", "D3:D5", "F3:F6"]
    found = read_plan(workbook(tmp_path, rows, merges=merges))
    first, second = found.tasks
    assert len(found.problems) == 1
    assert first.problem_serial == second.problem_serial == 1
    assert [(item.text, item.due) for item in first.items] == [
        ("建台账。", "2023年6月底前"),
        ("巡查。", ""),
        ("回访。", "2023年底前"),
    ]
    assert first.items[2].units == ("青禾街道",)
    assert first.responsible == ("砚湖街道", "青禾街道")
    assert first.due == "2023年6月底前；2023年底前"
    # The lead unit was merged over both tasks.
    assert second.lead == "区城管执法局"
    assert second.due == "立行立改"


def test_a_number_that_covers_several_tasks_numbers_the_problem(tmp_path):
    rows = [
        [3, "雨污混接。", "混接改造", "改完。", "排查。", "区水务局", "松篱街道", "2023年底前"],
        [None, None, "管网养护", "清淤。", "清掏。", "区水务局", "松篱街道", "长期坚持"],
        [4, "扬尘。", "扬尘管控", "达标。", "检查。", "区住房建设委", "松篱街道", "2023年底前"],
    ]
    found = read_plan(workbook(tmp_path, rows, merges=["A3:A4", "B3:B4"]))
    assert [problem.serial for problem in found.problems] == [3, 4]
    assert [(task.serial, task.problem_serial) for task in found.tasks] == [
        (None, 3),
        (None, 3),
        (None, 4),
    ]


def test_a_line_for_each_measure_with_everything_repeated_is_one_task(tmp_path):
    rows = [
        ["1", "烧烤反弹。", "烧烤整治", "清零。", measure, "区城管执法局", "砚湖街道", "长期坚持"]
        for measure in ("建台账。", "巡查。", "回访。")
    ]
    (task,) = read_plan(workbook(tmp_path, rows)).tasks
    assert [item.text for item in task.items] == ["建台账。", "巡查。", "回访。"]
    assert task.due == "长期坚持"


def test_a_line_for_each_unit_is_one_task_with_its_measures_once(tmp_path):
    rows = [
        [
            "1",
            "烧烤反弹。",
            "烧烤整治",
            "清零。",
            "1.巡查。2.巡查。",
            "区城管执法局",
            unit,
            "长期坚持",
        ]
        for unit in ("砚湖街道", "青禾街道", "松篱街道")
    ]
    (task,) = read_plan(workbook(tmp_path, rows)).tasks
    assert task.responsible == ("砚湖街道", "青禾街道", "松篱街道")
    assert [item.text for item in task.items] == ["巡查。", "巡查。"]


@pytest.mark.parametrize(
    "cell",
    [
        "（" + " " * 30_000 + "x）",
        "（" * 15_000 + "）" * 15_000,
        "甲 " * 15_000,
        "项" * 30_000,
        "1.2." * 8_000,
        "责任单位：" * 6_000,
        "问题1：" + "\n1." * 9_000,
    ],
)
def test_no_cell_takes_long_to_read_whatever_it_says(tmp_path, cell):
    path = tmp_path / "方案.csv"
    lines = [HEAD, *([*FIRST[:place], cell, *FIRST[place + 1 :]] for place in range(len(HEAD)))]
    path.write_text("\n".join(",".join(f'"{text}"' for text in line) for line in lines))
    begun = perf_counter()
    read_plan(path)
    assert perf_counter() - begun < 10


@pytest.mark.parametrize("first", [",".join(HEAD), "整改目标：清零。\n整改措施："])
def test_a_task_of_very_many_lines_does_not_take_long(tmp_path, first):
    path = tmp_path / "方案.csv"
    lines = [f",,,,措施{n},,单位{n}," if "," in first else f"措施{n}" for n in range(10_000)]
    start = ",".join(["1", *["甲"] * 7]) if "," in first else "检查。"
    path.write_text("\n".join([first, start, *lines]), encoding="utf-8")
    begun = perf_counter()
    found = read_plan(path)
    assert perf_counter() - begun < 20
    assert len(found.tasks) + len(found.rejected) > 0


def test_numbers_that_count_measures_are_no_numbers_of_tasks(tmp_path):
    rows = [
        [1, "烧烤反弹。", "烧烤整治", "清零。", "建台账。", "区城管执法局", "砚湖街道", "长期坚持"],
        [2, None, None, None, "巡查。", None, None, None],
        [3, "扬尘。", "扬尘管控", "达标。", "检查。", "区住房建设委", "松篱街道", "长期坚持"],
    ]
    found = read_plan(workbook(tmp_path, rows, merges=["B3:B4", "C3:C4", "D3:D4"]))
    assert [task.serial for task in found.tasks] == [None, None]
    assert [len(task.items) for task in found.tasks] == [2, 1]


def test_a_head_of_two_lines_is_one_head(tmp_path):
    head = ["序号", "反馈问题", "整改目标", "整改措施", "责任单位", None, "完成时限"]
    second = [None, None, None, None, "牵头", "配合单位", None]
    second[4] = "牵头单位"
    row = ["1", "扬尘。", "达标。", "检查。", "区住房建设委", "松篱街道", "2023年底前"]
    found = read_plan(workbook(tmp_path, [second, row], head=head, merges=["E2:F2"]))
    (task,) = found.tasks
    assert (task.lead, task.responsible) == ("区住房建设委", ("松篱街道",))


def test_what_is_no_task_is_said_and_kept(tmp_path):
    rows = [
        ["一、大气污染防治方面"],
        FIRST,
        HEAD,
        SECOND,
        ["合计", "2项"],
        ["注：本表内容为虚构。"],
    ]
    found = read_plan(workbook(tmp_path, rows))
    assert [task.serial for task in found.tasks] == [1, 2]
    assert found.tasks[0].extra == {"所属部分": "一、大气污染防治方面"}
    assert [(each.reason, each.value) for each in found.remarks] == [
        ("plans.total_line", "合计 2项"),
        ("plans.note", "注：本表内容为虚构。"),
    ]
    assert not found.rejected


def test_lines_that_cannot_be_taken_come_back_with_their_reason(tmp_path):
    rows = [
        [None, None, None, None, "无主的措施。", None, None, None],
        ["1", None, None, None, None, "区水务局", None, None],
        [*FIRST[:4], "坏\x02字", "", "", ""],
        [None, None, None, None, "它的下一行。", None, None, None],
        ["9", "问题", "任务", "目标", "措施", "区水务局", "松篱街道", "长" * 201],
        SECOND,
    ]
    text = tmp_path / "方案.csv"
    lines = [HEAD, *rows]
    text.write_text(
        "\n".join(",".join(f'"{cell or ""}"' for cell in line) for line in lines), encoding="utf-8"
    )
    found = read_plan(text)
    assert reasons(found.rejected) == [
        "plans.nothing_above",
        "plans.control_signs",
        "plans.above_rejected",
        "plans.line_empty",
        "plans.text_too_long",
    ]
    assert [task.title for task in found.tasks] == ["扬尘管控"]
    assert all(each.message() for each in found.rejected)


def test_a_sole_column_of_units_names_no_lead_without_saying_so(tmp_path):
    head = ["序号", "问题", "整改目标", "整改措施", "责任单位", "完成时限"]
    rows = [
        [1, "烧烤。", "清零。", "巡查。", "区城管执法局、砚湖街道", "长期坚持"],
        [2, "扬尘。", "达标。", "检查。", "区住房建设委", "长期坚持"],
        [3, "噪声。", "下降。", "检查。", "牵头单位：区生态环境局；责任单位：砚湖街道", "长期坚持"],
    ]
    found = read_plan(workbook(tmp_path, rows, head=head))
    assert [task.lead for task in found.tasks] == ["", "区住房建设委", "区生态环境局"]
    assert found.tasks[0].responsible == ("区城管执法局", "砚湖街道")
    assert [(each.reason, each.line) for each in found.remarks] == [
        ("plans.lead_not_named", 3),
        ("plans.lead_is_the_only_unit", 4),
    ]


def test_of_several_leads_the_first_leads_and_it_is_said(tmp_path):
    row = [*FIRST]
    row[5] = "区城管执法局、区市场监管局"
    found = read_plan(workbook(tmp_path, [row]))
    assert found.tasks[0].lead == "区城管执法局"
    assert found.tasks[0].responsible == ("砚湖街道", "区市场监管局")
    assert reasons(found.remarks) == ["plans.leads_several"]


@pytest.mark.parametrize(
    ("cell", "due"),
    [
        (date(2023, 6, 30), "2023-06-30"),
        (datetime(2023, 6, 30), "2023-06-30"),  # noqa: DTZ001 - a cell has no zone
        (45107, "2023-06-30"),
        ("2023年6月底前", "2023年6月底前"),
        (2023, "2023"),
    ],
)
def test_a_due_date_stays_in_the_words_of_the_plan(tmp_path, cell, due):
    found = read_plan(workbook(tmp_path, [[*FIRST[:7], cell]]))
    assert found.tasks[0].due == due
    assert not found.remarks


def test_a_due_date_that_means_nothing_is_kept_and_said(tmp_path):
    found = read_plan(workbook(tmp_path, [[*FIRST[:7], "视情况而定"]]))
    assert found.tasks[0].due == "视情况而定"
    assert reasons(found.remarks) == ["plans.due_unread"]


def test_numbers_that_are_none_or_stand_twice_are_kept_aside(tmp_path):
    rows = [
        ["甲", *FIRST[1:]],
        ["5", *SECOND[1:]],
        ["5", "噪声。", *FIRST[2:]],
        ["2-3", "水。", *FIRST[2:]],
    ]
    found = read_plan(workbook(tmp_path, rows))
    assert [task.serial for task in found.tasks] == [None, 5, None, None]
    assert [task.extra.get("序号") for task in found.tasks] == ["甲", None, "5", "2-3"]
    assert [(each.reason, each.value) for each in found.remarks] == [
        ("plans.serial_unread", "甲"),
        ("plans.serial_twice", "5"),
    ]
    assert len({problem.serial for problem in found.problems}) == 4
    assert found.tasks[3].problem_serial == 2


def test_columns_beside_are_read_or_kept_under_their_heading(tmp_path):
    more = [
        "责任领导",
        "验收单位",
        "整改进展",
        "是否完成",
        "行政区域",
        "地点",
        "诉求分类",
        "经费（万元）",
        "牵头/协办",
    ]
    beside = [
        "甲样例",
        "市督察办",
        "已排查。",
        "阶段性办结",
        "松篱街道",
        "桥北路",
        "扬尘",
        12.5,
        "协办",
    ]
    found = read_plan(workbook(tmp_path, [[*FIRST, *beside]], head=[*HEAD, *more]))
    (task,) = found.tasks
    assert (task.closer, task.progress, task.said_state, task.said) == (
        "市督察办",
        "已排查。",
        "阶段性办结",
        "partly",
    )
    assert (task.area, task.place, task.category, task.role) == (
        "松篱街道",
        "桥北路",
        "扬尘",
        "assist",
    )
    assert task.extra == {"责任领导": "甲样例", "经费（万元）": "12.5"}
    assert found.unknown == ("经费（万元）",)


def test_measures_in_columns_beside_each_other_are_several(tmp_path):
    head = ["序号", "问题", "整改目标", "措施1", "措施2", "措施3", "牵头单位", "完成时限（年月）"]
    rows = [["1", "烧烤。", "清零。", "建台账。", "巡查。", None, "区城管执法局", "长期坚持"]]
    found = read_plan(workbook(tmp_path, rows, head=head))
    assert [item.text for item in found.tasks[0].items] == ["建台账。", "巡查。"]
    assert found.tasks[0].due == "长期坚持"
    assert not found.unknown


def test_english_headings_are_read(tmp_path):
    head = [
        "No.",
        "Problem",
        "Task",
        "Goal",
        "Measures",
        "Lead unit",
        "Responsible units",
        "Deadline",
    ]
    row = [
        "1",
        "Dust.",
        "Dust control",
        "None left.",
        "1. Look. 2. Mend.",
        "Housing Office",
        "A Street, B Street",
        "2023-06-30",
    ]
    (task,) = read_plan(workbook(tmp_path, [row], head=head)).tasks
    assert (task.lead, task.responsible) == ("Housing Office", ("A Street", "B Street"))
    assert [item.text for item in task.items] == ["Look.", "Mend."]


def test_without_a_column_of_tasks_the_goal_gives_the_title(tmp_path):
    head = ["序号", "问题", "整改目标", "整改措施", "牵头单位", "完成时限"]
    rows = [
        ["1", "烧烤反弹。", "点位清零，不再反弹。长期保持。", "巡查。", "区城管执法局", "长期坚持"]
    ]
    (task,) = read_plan(workbook(tmp_path, rows, head=head)).tasks
    assert task.title == "点位清零，不再反弹"


def test_a_problem_in_a_line_of_its_own_has_the_tasks_below_it(tmp_path):
    head = ["序号", "整改任务", "整改目标", "牵头单位", "完成时限"]
    rows = [
        ["问题一：烧烤反弹，群众反映强烈。"],
        ["1", "烧烤整治", "清零。", "区城管执法局", "长期坚持"],
        ["2", "油烟治理", "达标。", "区城管执法局", "长期坚持"],
        ["问题二：扬尘问题。"],
        ["3", "扬尘管控", "达标。", "区住房建设委", "长期坚持"],
    ]
    found = read_plan(workbook(tmp_path, rows, head=head))
    assert [problem.text for problem in found.problems] == [
        "烧烤反弹，群众反映强烈。",
        "扬尘问题。",
    ]
    assert [(task.serial, task.problem_serial) for task in found.tasks] == [(1, 1), (2, 1), (3, 2)]
    assert not found.remarks


def test_a_second_sheet_that_counts_from_one_again_is_numbered_on(tmp_path):
    found = read_plan(workbook(tmp_path, [FIRST], more=[("第二批", [HEAD, ["1", *SECOND[1:]]])]))
    assert [task.serial for task in found.tasks] == [1, None]
    assert [(each.reason, each.value) for each in found.remarks] == [
        ("plans.numbers_begin_again", "第二批")
    ]


def test_a_whole_text_as_a_task_gives_a_short_title_and_is_kept(tmp_path):
    row = [*FIRST]
    row[2] = "整治露天烧烤。" + "逐点销账，" * 60
    (task,) = read_plan(workbook(tmp_path, [row])).tasks
    assert task.title == "整治露天烧烤"
    assert task.extra["整改任务"] == row[2]


def test_sheets_without_a_plan_are_skipped_with_a_word(tmp_path):
    more = [("说明", [["填表说明", "请如实填写"]]), ("第二批", [HEAD, ["3", *SECOND[1:]]])]
    found = read_plan(workbook(tmp_path, [FIRST], more=more))
    assert [(task.serial, task.sheet) for task in found.tasks] == [(1, "Sheet"), (3, "第二批")]
    assert [(each.reason, each.value) for each in found.remarks] == [
        ("plans.sheet_without_plan", "说明")
    ]


def test_a_hidden_sheet_is_not_read_and_it_is_said(tmp_path):
    path = workbook(tmp_path, [FIRST], more=[("旧", [HEAD, SECOND])])
    book = openpyxl.load_workbook(path)
    book["旧"].sheet_state = "hidden"
    book.save(path)
    found = read_plan(path)
    assert len(found.tasks) == 1
    assert reasons(found.remarks) == ["plans.sheet_hidden"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_a_list_in_any_encoding_is_read(tmp_path, encoding):
    path = tmp_path / "方案.csv"
    lines = [HEAD, FIRST, SECOND]
    text = "\r\n".join(",".join(f'"{cell}"' for cell in line) for line in lines)
    path.write_bytes(text.encode(encoding))
    found = read_plan(path)
    assert [task.title for task in found.tasks] == ["烧烤整治", "扬尘管控"]
    assert len(found.tasks[0].items) == 2


def test_an_old_workbook_is_read(tmp_path):
    path = write_xls(tmp_path / "方案.xls", [HEAD, FIRST, SECOND])
    assert [task.serial for task in read_plan(path).tasks] == [1, 2]


def test_what_looks_like_a_formula_stays_text(tmp_path):
    row = [*FIRST]
    row[3] = "=HYPERLINK(1)"
    path = tmp_path / "方案.csv"
    path.write_text("\n".join(",".join(f'"{cell}"' for cell in line) for line in [HEAD, row]))
    assert read_plan(path).tasks[0].goal == "=HYPERLINK(1)"


# --- Word files ----------------------------------------------------------------------------


def word(folder, *paragraphs, tables=()):
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    for rows in tables:
        table = document.add_table(0, len(rows[0]))
        for row in rows:
            cells = table.add_row().cells
            for cell, text in zip(cells, row, strict=True):
                cell.text = text or ""
        document.add_paragraph("")
    path = folder / "方案.docx"
    document.save(path)
    return path


RUNNING = (
    "云川区整改方案（虚构）",
    "为落实整改，制定本方案。",
    "一、大气污染防治方面",
    "（一）砚湖街道露天烧烤反弹。",
    "整改目标：点位清零。",
    "整改措施：",
    "1.建立台账，2.5吨以上的另列。",
    "2.夜间巡查。",
    "牵头单位：区城管执法局",
    "责任单位：砚湖街道、各街道（园区、市场）",
    "完成时限：2023年6月底前，长期坚持",
    "（二）松篱街道工地扬尘。",
    "现场抽查三处，均未苫盖。",
    "整改目标：扬尘达标。整改措施：逐一检查。",
    "责任单位：区住房建设委、松篱街道    整改时限：立行立改",
    "二、水污染防治方面",
    "（三）梧岸街道雨污混接。",
    "【整改目标】",
    "完成改造。",
    "【整改措施】",
    "1.排查。2.改造。",
    "责任单位：区水务局",
    "完成时限：2023年底前",
    "附件：责任清单",
)


def test_running_text_is_read_as_it_is_published(tmp_path):
    found = read_plan(word(tmp_path, *RUNNING))
    assert [problem.text for problem in found.problems] == [
        "砚湖街道露天烧烤反弹。",
        "松篱街道工地扬尘。\n现场抽查三处，均未苫盖。",
        "梧岸街道雨污混接。",
    ]
    first, second, third = found.tasks
    assert [task.serial for task in found.tasks] == [1, 2, 3]
    assert (first.goal, first.lead) == ("点位清零。", "区城管执法局")
    assert first.responsible == ("砚湖街道", "各街道(园区、市场)")
    assert [item.text for item in first.items] == ["建立台账，2.5吨以上的另列。", "夜间巡查。"]
    assert (second.goal, second.due, second.lead) == ("扬尘达标。", "立行立改", "")
    assert (third.goal, [item.text for item in third.items]) == ("完成改造。", ["排查。", "改造。"])
    assert third.extra == {"所属部分": "二、水污染防治方面"}
    assert found.title == "云川区整改方案（虚构）"
    assert {each.value for each in found.remarks if each.reason == "plans.note"} == {
        "为落实整改，制定本方案。",
        "附件：责任清单",
    }
    assert not found.rejected


def test_running_text_counted_in_one_way_throughout_is_told_apart(tmp_path):
    found = read_plan(
        word(
            tmp_path,
            *("1.烧烤反弹。", "责任单位：区城管执法局", "整改时限：长期坚持", "整改目标：清零。"),
            *("整改措施：", "1.建台账。", "2.巡查。"),
            *("2.工地扬尘。", "责任单位：区住房建设委", "整改时限：长期坚持", "整改目标：达标。"),
            *("整改措施：", "1.检查。", "2.处罚。", "3.通报。"),
        )
    )
    assert [problem.text for problem in found.problems] == ["烧烤反弹。", "工地扬尘。"]
    assert [[item.text for item in task.items] for task in found.tasks] == [
        ["建台账。", "巡查。"],
        ["检查。", "处罚。", "通报。"],
    ]


def test_a_task_sent_back_from_a_running_text_is_a_line_that_can_be_mended(tmp_path):
    found = read_plan(
        word(
            tmp_path,
            *("一、烧烤反弹。", "整改目标：清零。", "整改措施：巡查。", "完成时限：" + "长" * 201),
        )
    )
    assert reasons(found.rejected) == ["plans.text_too_long"]
    (line,) = found.rejected
    mended = dict(zip(found.headings, line.cells, strict=True)) | {"完成时限": "长期坚持"}
    again = read_plan(workbook(tmp_path, [list(mended.values())], head=list(mended)))
    assert (again.tasks[0].goal, again.tasks[0].serial, again.tasks[0].due) == (
        *("清零。", 1, "长期坚持"),
    )


def test_several_tasks_of_one_problem_in_running_text(tmp_path):
    found = read_plan(
        word(
            tmp_path,
            *("一、雨污混接。", "整改任务1：混接改造", "整改目标：改完。", "整改措施：排查。"),
            *(
                "完成时限：2023年底前",
                "整改任务2：管网养护",
                "整改目标：清淤。",
                "整改措施：清掏。",
            ),
            *("完成时限：长期坚持",),
        )
    )
    assert [problem.text for problem in found.problems] == ["雨污混接。"]
    assert [(task.title, task.goal, task.due) for task in found.tasks] == [
        ("混接改造", "改完。", "2023年底前"),
        ("管网养护", "清淤。", "长期坚持"),
    ]


def test_problems_that_are_labelled_and_counted(tmp_path):
    found = read_plan(
        word(
            tmp_path,
            *("云川区整改方案（虚构）", "问题一：烧烤反弹。", "责任单位：区城管执法局，砚湖街道"),
            *(
                "整改时限：立行立改",
                "整改目标：清零。",
                "整改措施：",
                "（一）建台账。",
                "（二）巡查。",
            ),
            *("验收单位：区督察办", "整改完成情况：已完成", "问题二：扬尘。", "整改目标：达标。"),
            *("责任领导：甲样例  牵头单位：区住房建设委  配合单位：各街道  整改时限：2023年底前",),
            *("整改措施：1.检查。2.处罚。", "整改进展：已检查30家。", "又检查20家。"),
        )
    )
    assert [(each.serial, each.text) for each in found.problems] == [
        (1, "烧烤反弹。"),
        (2, "扬尘。"),
    ]
    first, second = found.tasks
    assert (first.closer, first.said_state, first.said) == ("区督察办", "已完成", "done")
    assert (second.lead, second.responsible) == ("区住房建设委", ("各街道",))
    assert second.extra == {"责任领导": "甲样例"}
    assert second.progress == "已检查30家。\n又检查20家。"
    assert found.title == "云川区整改方案（虚构）"


def test_labels_that_are_numbered_themselves(tmp_path):
    found = read_plan(
        word(
            tmp_path,
            *(
                text
                for number, problem in (("一", "烧烤"), ("二", "扬尘"))
                for text in (
                    f"{number}、关于{problem}问题",
                    f"（一）问题描述：{problem}反弹。",
                    "（二）整改目标：清零。",
                    "（三）整改措施：",
                    "1.检查；",
                    "2.处罚。",
                    "（四）责任单位：区城管执法局",
                    "（五）完成时限：立行立改",
                )
            ),
        )
    )
    assert [problem.text for problem in found.problems] == ["烧烤反弹。", "扬尘反弹。"]
    assert [(task.serial, task.goal, len(task.items), task.due) for task in found.tasks] == [
        (1, "清零。", 2, "立行立改"),
        (2, "清零。", 2, "立行立改"),
    ]


def test_numbers_that_begin_again_in_each_part_are_not_the_tasks_own(tmp_path):
    found = read_plan(
        word(
            tmp_path,
            *(
                text
                for part, problems in (("一、大气方面", "甲乙"), ("二、水方面", "丙"))
                for text in (
                    part,
                    *(
                        line
                        for number, problem in enumerate(problems)
                        for line in (
                            f"（{'一二'[number]}）{problem}问题。",
                            "整改目标：达标。",
                            "整改措施：检查。",
                            "完成时限：长期坚持",
                        )
                    ),
                )
            ),
        )
    )
    assert [problem.text for problem in found.problems] == ["甲问题。", "乙问题。", "丙问题。"]
    assert [(task.serial, task.problem_serial) for task in found.tasks] == [
        (None, 1),
        (None, 2),
        (None, 3),
    ]
    assert [task.extra["序号"] for task in found.tasks] == ["1", "2", "1"]
    assert [task.extra["所属部分"] for task in found.tasks] == [
        *("一、大气方面", "一、大气方面", "二、水方面"),
    ]
    assert reasons(found.remarks) == ["plans.numbers_begin_again"]


def test_numbers_that_word_itself_writes_are_seen(tmp_path):
    path = word(tmp_path)
    document = docx.Document(path)
    numbering = document.part.numbering_part.element
    numbering.insert(
        0,
        parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90"><w:lvl w:ilvl="0">'
            '<w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/>'
            '<w:lvlText w:val="（%1）"/></w:lvl></w:abstractNum>'
        ),
    )
    numbering.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>')
    )

    def counted(text):
        properties = document.add_paragraph(text)._p.get_or_add_pPr()
        properties.append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="90"/></w:numPr>')
        )

    for text in ("烧烤反弹。", "工地扬尘。"):
        counted(text)
        document.add_paragraph("整改目标：达标。")
        document.add_paragraph("整改措施：巡查。")
        document.add_paragraph("责任单位：区城管执法局")
    document.save(path)
    found = read_plan(path)
    assert [task.serial for task in found.tasks] == [1, 2]
    assert [problem.text for problem in found.problems] == ["烧烤反弹。", "工地扬尘。"]


def test_a_table_in_a_word_file_is_read_with_its_merged_cells(tmp_path):
    rows = [HEAD, FIRST, ["", "", "", "", "（三）回访。", "", "", ""], SECOND]
    path = word(tmp_path, "云川区整改方案（虚构）", tables=[rows])
    document = docx.Document(path)
    table = document.tables[0]
    for column in (0, 1, 2, 3, 5, 6, 7):
        table.cell(2, column).text = ""
        table.cell(1, column).merge(table.cell(2, column))
    document.save(path)
    found = read_plan(path)
    assert [task.serial for task in found.tasks] == [1, 2]
    assert [item.text for item in found.tasks[0].items] == ["建立台账。", "夜间巡查。", "回访。"]
    assert found.title == "云川区整改方案（虚构）"


def test_a_table_that_a_page_cut_in_two_is_one(tmp_path):
    found = read_plan(word(tmp_path, tables=[[HEAD, FIRST], [SECOND]]))
    assert [task.title for task in found.tasks] == ["烧烤整治", "扬尘管控"]


def test_a_form_for_each_task_is_read(tmp_path):
    forms = [
        [
            ["序号", str(number)],
            ["反馈问题", problem],
            ["整改目标", "达标。"],
            ["整改措施", "1.检查。\n2.处罚。"],
            ["牵头单位", "区住房建设委"],
            ["责任单位", "松篱街道"],
            ["完成时限", "长期坚持"],
        ]
        for number, problem in ((4, "扬尘。"), (5, "噪声。"))
    ]
    found = read_plan(word(tmp_path, tables=forms))
    assert [(task.serial, len(task.items), task.lead) for task in found.tasks] == [
        (4, 2, "区住房建设委"),
        (5, 2, "区住房建设委"),
    ]
    assert [problem.text for problem in found.problems] == ["扬尘。", "噪声。"]


def test_text_that_was_struck_out_is_not_read(tmp_path):
    path = word(tmp_path, *RUNNING[:6])
    document = docx.Document(path)
    for text in ("1.建台账。", "责任单位：区水务局"):
        document.add_paragraph(text)
    goal = next(each for each in document.paragraphs if each.text.startswith("整改目标"))
    goal._p.append(
        parse_xml(
            f'<w:del {nsdecls("w")} w:id="1" w:author="甲">'
            "<w:r><w:delText>旧话</w:delText></w:r></w:del>"
        )
    )
    document.save(path)
    assert read_plan(path).tasks[0].goal == "点位清零。"


def test_running_text_in_one_column_of_a_workbook_is_read(tmp_path):
    path = workbook(tmp_path, [[text] for text in RUNNING[1:]], head=[RUNNING[0]], above=())
    assert [task.serial for task in read_plan(path).tasks] == [1, 2, 3]


PARAGRAPH = st.sampled_from(
    (
        *(
            "{}",
            "一、{}方面",
            "（一）{}。",
            "（二）{}。",
            "1.{}。",
            "2.{}。",
            "3.{}；",
            "问题1：{}",
        ),
        *(
            "整改目标：{}。",
            "整改措施：{}",
            "整改措施：",
            "【整改目标】",
            "整改任务：{}",
            "责任单位：{}",
        ),
        *("牵头单位：{}", "完成时限：{}", "责任单位：{}  完成时限：长期坚持", "整改进展：{}"),
        *(
            "整改目标：{}。整改措施：（一）{}。（二）巡查。",
            "责任领导：{}",
            "备注：{}",
            "反馈问题：{}",
        ),
    )
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(forms=st.lists(PARAGRAPH, min_size=1, max_size=25))
def test_no_word_of_a_running_text_is_lost(tmp_path, forms):
    words = [f"甲{number}乙" for number in range(len(forms))]
    path = tmp_path / "方案.csv"
    # One column: a mark that is in no paragraph parts the columns.
    path.write_text(
        "\n".join(form.replace("{}", word) for form, word in zip(forms, words, strict=True)),
        encoding="utf-8",
    )
    try:
        found = read_plan(path)
    except Refused as refused:
        if refused.code != "plans.no_layout":
            raise
        return
    told = "\n".join(
        [
            found.title,
            *(str(each) for each in (*found.problems, *found.tasks)),
            *("\n".join(line.cells) for line in found.rejected),
            *(remark.value for remark in found.remarks),
        ]
    )
    said = [word for form, word in zip(forms, words, strict=True) if "{}" in form]
    assert not [word for word in said if word not in told], forms


# --- files that are none -------------------------------------------------------------------


def test_a_file_without_a_plan_is_refused_with_what_it_shows(tmp_path):
    with pytest.raises(Refused) as refused:
        read_plan(workbook(tmp_path, [["甲", 1]], head=["姓名", "数量"]))
    assert refused.value.code == "plans.no_layout"
    assert "姓名" in refused.value.message("zh")
    with pytest.raises(Refused) as refused:
        read_plan(word(tmp_path, "会议通知", "请准时参加。"))
    assert refused.value.code == "plans.no_layout"


def test_broken_files_are_refused_in_words(tmp_path):
    whole = word(tmp_path, *RUNNING).read_bytes()
    for name, content, code in (
        ("a.docx", whole[: len(whole) // 2], "file.damaged"),
        ("b.docx", b"", "file.empty"),
        ("c.docx", b"%PDF-1.7 \x00" * 10, "file.not_a_table"),
        ("d.xlsx", b"PK\x03\x04" + b"\x00" * 100, "file.damaged"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(Refused) as refused:
            read_plan(path)
        assert refused.value.code == code, name


def test_a_word_file_whose_text_is_broken_is_refused(tmp_path):
    path = tmp_path / "坏.docx"
    with zipfile.ZipFile(word(tmp_path, *RUNNING)) as whole, zipfile.ZipFile(path, "w") as broken:
        for entry in whole.infolist():
            content = whole.read(entry)
            broken.writestr(
                entry, content[:200] if entry.filename == "word/document.xml" else content
            )
    with pytest.raises(Refused) as refused:
        read_plan(path)
    assert refused.value.code == "file.damaged"


@pytest.mark.parametrize("name", ["word/document.xml", "xl/workbook.xml"])
def test_a_file_that_unpacks_to_far_too_much_is_refused_before_it_is_read(tmp_path, name):
    path = tmp_path / "炸弹"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w") as part,
    ):
        for _ in range(520):
            part.write(b" " * 2**20)
    with pytest.raises(Refused) as refused:
        read_plan(path)
    assert refused.value.code == "plans.too_big"


def test_an_entity_of_a_word_file_opens_nothing(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("不该看到")
    path = tmp_path / "实体.docx"
    with zipfile.ZipFile(word(tmp_path, *RUNNING)) as whole, zipfile.ZipFile(path, "w") as made:
        for entry in whole.infolist():
            content = whole.read(entry)
            if entry.filename == "word/document.xml":
                text = content.decode().replace("点位清零。", "点位清零。&x;")
                start = text.index("?>") + 2
                doctype = f'<!DOCTYPE w [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
                content = (text[:start] + doctype + text[start:]).encode()
            made.writestr(entry, content)
    try:
        goals = [task.goal for task in read_plan(path).tasks]
    except Refused:
        return
    assert not any("不该看到" in goal for goal in goals)


# --- real rows -----------------------------------------------------------------------------


def real_rows(real_files):
    path = real_files / "inspections" / "zhenggai_and_batches.jsonl"
    if not path.is_file():
        pytest.skip("no real inspection rows here")
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [each["row"] for each in rows if "整改目标" in each.get("row", {})]


def test_real_rows_written_into_a_workbook_are_read(tmp_path, real_files):
    rows = real_rows(real_files)
    heads = list(dict.fromkeys(name for row in rows for name in row))
    lines = [
        [
            "\n".join(f"（{'一二三四五六七八九'[n]}）{text}" for n, text in enumerate(cell))
            if name == "整改措施" and isinstance(cell, list)
            else "、".join(cell)
            if isinstance(cell, list)
            else cell
            for name, cell in ((name, row.get(name)) for name in heads)
        ]
        for row in rows
    ]
    found = read_plan(workbook(tmp_path, lines, head=heads))
    assert not found.rejected
    for row, task, problem in zip(rows, found.tasks, found.problems, strict=True):
        assert problem.text == row["问题"]
        assert task.goal == row["整改目标"]
        assert [item.text for item in task.items] == row.get("整改措施", [])
        assert task.responsible == tuple(row.get("责任单位", ()))
        assert task.due == row.get("完成时限", "")
        assert not task.lead
    assert found.tasks[0].serial == 20


def test_real_rows_written_as_running_text_are_read(tmp_path, real_files):
    rows = [row for row in real_rows(real_files) if "整改措施" in row]
    paragraphs = [
        text
        for row in rows
        for text in (
            f"{row['序号']}、{row['问题']}",
            f"整改目标：{row['整改目标']}",
            "整改措施：",
            *(f"（{'一二三四五六七八九'[n]}）{text}" for n, text in enumerate(row["整改措施"])),
            f"责任单位：{'、'.join(row['责任单位'])}",
            f"完成时限：{row['完成时限']}",
        )
    ]
    found = read_plan(word(tmp_path, *paragraphs))
    for row, task, problem in zip(rows, found.tasks, found.problems, strict=True):
        assert problem.text == row["问题"]
        assert [item.text for item in task.items] == row["整改措施"]
        assert task.responsible == tuple(row["责任单位"])
        assert task.due == row["完成时限"]


def test_a_problem_and_its_goal_alone_are_a_plan_in_a_table_and_in_running_text(tmp_path):
    table = read_plan(workbook(tmp_path, [["扬尘反弹。", "工地全部达标。"]], ["问题", "整改目标"]))
    text = read_plan(word(tmp_path, "一、扬尘反弹。", "整改目标：工地全部达标。"))
    for found in (table, text):
        assert [problem.text for problem in found.problems] == ["扬尘反弹。"]
        assert [task.goal for task in found.tasks] == ["工地全部达标。"]
