"""The forms of a plan as workbooks: what is written comes back, sums add up, text stays text."""

import io
from datetime import date
from itertools import pairwise

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jieban.domain.errors import Refused
from jieban.domain.rectification.sheets import (
    DispatchRow,
    PlanRow,
    dispatch_sums,
    measure_words,
    same_problem,
)
from jieban.invented.plans import ITEMS, TASKS, inspection_plan
from jieban.tables.duties import rejected_workbook
from jieban.tables.plan_books import (
    DISPATCH_HEADINGS,
    PLAN_HEADINGS,
    dispatch_workbook,
    plan_workbook,
)
from jieban.tables.plans import PlanItem, read_plan

PROPERTY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def sheet_of(content, name=None):
    book = openpyxl.load_workbook(io.BytesIO(content))
    return book[name] if name else book.worksheets[0]


def read_back(folder, content):
    path = folder / "清单.xlsx"
    path.write_bytes(content)
    return read_plan(path)


WORDS = st.text(
    st.sampled_from("砚湖松篱街道水气声（一）（二）①1.2、，。：；=+-@\"'<&甲乙丙 \n长"),
    min_size=1,
    max_size=24,
).map(lambda text: " ".join(text.split(" ")).strip())
SAID = WORDS.filter(lambda text: any("\u4e00" <= sign <= "\u9fff" for sign in text))
UNIT = st.text(st.sampled_from("砚湖松篱街道局办区"), min_size=2, max_size=8)
DUE = st.sampled_from(("2023年6月底前", "立行立改", "长期坚持", "2023年底前，长期坚持", "待定", ""))


@st.composite
def plans(draw):
    rows = []
    for problem in range(draw(st.integers(1, 3))):
        # A problem is known by its words; the number keeps two of them apart.
        text = f"问题{problem}甲{draw(SAID)}"
        for _ in range(draw(st.integers(1, 3))):
            items = draw(st.lists(SAID, max_size=4))
            rows.append(
                PlanRow(
                    len(rows) + 1,
                    text,
                    f"任务{len(rows)}" + draw(SAID).replace("\n", " "),
                    draw(st.one_of(st.just(""), SAID)),
                    tuple(items),
                    draw(st.one_of(st.just(""), UNIT)),
                    tuple(draw(st.lists(UNIT, max_size=3, unique=True))),
                    draw(DUE),
                    draw(st.one_of(st.just(""), SAID)),
                    draw(st.sampled_from(("已完成", "正在推进", ""))),
                    problem + 1,
                )
            )
    return rows


@PROPERTY
@given(rows=plans())
def test_a_plan_that_was_written_comes_back_the_same(tmp_path, rows):
    found = read_back(tmp_path, plan_workbook(rows, ["虚构"], title="云川区整改方案"))
    assert not found.rejected
    texts = {problem.serial: problem.text for problem in found.problems}
    assert [
        (
            task.serial,
            texts[task.problem_serial],
            task.title,
            task.goal,
            task.lead,
            task.responsible,
            task.due,
            task.progress,
            task.said_state,
        )
        for task in found.tasks
    ] == [
        (
            row.serial,
            row.problem,
            " ".join(row.title.split()),
            row.goal,
            row.lead,
            row.responsible,
            row.due,
            row.progress,
            row.state,
        )
        for row in rows
    ]
    # Words that themselves look like numbered lists in every style may come apart otherwise.
    for row, task in zip(rows, found.tasks, strict=True):
        assert "".join(item.text for item in task.items).replace("\n", "") or not row.items
    again = plan_workbook(
        [
            PlanRow(
                task.serial,
                texts[task.problem_serial],
                task.title,
                task.goal,
                tuple(measure_words(item.text, item.units, item.due) for item in task.items),
                task.lead,
                task.responsible,
                task.due,
                task.progress,
                task.said_state,
                task.problem_serial,
            )
            for task in found.tasks
        ],
        title="云川区整改方案",
    )
    second = read_back(tmp_path, again)
    assert [task.items for task in second.tasks] == [task.items for task in found.tasks]
    assert second.problems == found.problems


PLAIN = st.text(st.sampled_from("砚湖松篱水气声甲乙丙丁戊己长短"), min_size=2, max_size=8)
CELL = st.one_of(st.none(), st.none(), PLAIN)


@PROPERTY
@given(
    lines=st.lists(
        st.tuples(st.one_of(st.none(), st.integers(1, 9).map(str)), *[CELL] * 9), max_size=12
    ),
    heads=st.permutations(
        [
            "序号",
            "反馈问题",
            "整改任务",
            "整改目标",
            "整改措施",
            "牵头单位",
            "责任单位",
            "验收单位",
            "别的",
            "地点",
        ]
    ),
)
def test_no_word_of_a_table_is_lost(tmp_path, lines, heads):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(heads)
    number = heads.index("序号")
    for line in lines:
        cells = list(line[1:])
        cells.insert(number, line[0])
        sheet.append(cells)
    path = tmp_path / "方案.xlsx"
    book.save(path)
    try:
        found = read_plan(path)
    except Refused as refused:
        # Only notes and headings of parts stand in it: it is refused as a whole.
        if refused.code != "plans.no_layout":
            raise
        return
    told = "\n".join(
        [
            *(problem.text for problem in found.problems),
            *(str(task) for task in found.tasks),
            *("\n".join(line.cells) for line in found.rejected),
            *(remark.value for remark in found.remarks),
        ]
    )
    missing = [cell for line in lines for cell in line[1:] if cell and cell not in told]
    assert not missing, (heads, lines)


def test_the_invented_plan_comes_back_with_all_its_tasks_and_measures(tmp_path):
    plan = inspection_plan()
    found = read_back(tmp_path, plan_workbook(plan.rows(), title=plan.title))
    assert (len(found.tasks), sum(len(task.items) for task in found.tasks)) == (TASKS, ITEMS)
    assert {problem.serial: problem.text for problem in found.problems} == plan.problems
    assert [
        (task.serial, task.title, task.lead, task.responsible, task.due) for task in found.tasks
    ] == [(task.serial, task.title, task.lead, task.responsible, task.due) for task in plan.tasks]
    assert [task.items for task in found.tasks] == [
        tuple(PlanItem(item.text, item.due, item.units) for item in task.items)
        for task in plan.tasks
    ]
    assert sum(task.said == "done" for task in found.tasks) == 14
    assert not found.rejected
    assert not found.remarks


@pytest.mark.parametrize(("tasks", "items"), [(1, 1), (2, 3), (27, 102), (28, 106), (300, 1200)])
def test_an_invented_plan_has_as_many_tasks_and_measures_as_asked_for(tasks, items):
    plan = inspection_plan(tasks, items)
    assert len(plan.tasks) == tasks
    assert sum(len(task.items) for task in plan.tasks) == items
    assert min(len(task.items) for task in plan.tasks) > 0
    assert plan == inspection_plan(tasks, items)


def test_an_invented_plan_of_nothing_is_none():
    with pytest.raises(ValueError, match="cannot have"):
        inspection_plan(10, 9)


def test_lines_sent_back_are_mended_and_come_in_again(tmp_path):
    head = ["序号", "反馈问题", "整改任务", "整改目标", "整改措施", "牵头单位", "完成时限"]
    book = openpyxl.Workbook()
    for line in (
        head,
        ["1", "扬尘。", "扬尘管控", "达标。", "检查。", "区住房建设委", "长期坚持"],
        ["2", None, "裸地治理", "绿化。", "苫盖。", "区园林绿化局", "长期坚持"],
        [None, None, None, None, "绿化。", None, None],
    ):
        book.active.append(line)
    book.active.merge_cells("B2:B3")
    other = book.create_sheet("第二批")
    other.append(["任务", "序号", "督察反馈问题", "目标", "措施", "别的", "完成时限"])
    other.append(["噪声治理", "3", "噪声。", "下降。", "巡查。", "甲", "长" * 201])
    path = tmp_path / "方案.xlsx"
    book.save(path)
    found = read_plan(path)
    sent = [*found.tasks[1].sent_back("plans.line_empty", "x"), *found.rejected]
    assert [line.line for line in sent] == [3, 4, 2]
    path.write_bytes(rejected_workbook(found.headings, sent, "zh"))
    book = openpyxl.load_workbook(path)
    for row in book.active.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and len(cell.value) > 200:
                cell.value = "长期坚持"
    book.save(path)
    again = read_plan(path)
    assert (again.tasks[0].title, again.tasks[0].serial) == ("裸地治理", 2)
    assert [item.text for item in again.tasks[0].items] == ["苫盖。", "绿化。"]
    assert again.problems[0].text == "扬尘。"
    # Of a second table with other headings what the first one has stands under these.
    assert again.tasks[1].serial == 3
    assert again.tasks[1].due == "长期坚持"
    assert "退回原因" not in again.unknown


def test_the_form_of_a_plan_prints_on_a3_with_its_head_on_every_page():
    rows = inspection_plan().rows()
    sheet = sheet_of(plan_workbook(rows, ["说明文字"], title="云川区整改方案"))
    assert [cell.value for cell in sheet[2]] == list(PLAN_HEADINGS)
    assert sheet.freeze_panes == "A3"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 8)
    assert sheet.print_title_rows == "$2:$2"
    merged = {str(each) for each in sheet.merged_cells.ranges}
    expected, line = {"A1:J1"}, 3
    for run in same_problem(rows):
        if len(run) > 1:
            expected.add(f"B{line}:B{line + len(run) - 1}")
        line += len(run)
    assert merged == expected
    assert sheet_of(plan_workbook(rows, ["说明文字"]), "说明")["A1"].value == "说明文字"


@pytest.mark.parametrize(
    "hostile", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "https://x.cn"]
)
def test_what_looks_like_a_formula_is_written_as_text(hostile):
    row = PlanRow(1, hostile, hostile, hostile, (), hostile, (hostile,), hostile, hostile, hostile)
    for content in (
        plan_workbook([row, row], title=hostile),
        dispatch_workbook(
            [DispatchRow(1, hostile, hostile, (hostile,), hostile, hostile, False, hostile)],
            "2023-03",
        ),
    ):
        sheet = sheet_of(content)
        kinds = {
            (cell.data_type, cell.hyperlink)
            for line in sheet.iter_rows()
            for cell in line
            if cell.value == hostile
        }
        assert kinds == {("s", None)}


def test_a_text_that_no_cell_holds_is_refused_and_not_cut():
    with pytest.raises(Refused) as refused:
        plan_workbook([PlanRow(7, "问题", "任务", goal="长" * 32_768)])
    assert (refused.value.code, refused.value.detail["serial"]) == ("plans.cell_too_long", 7)


def dispatch_rows(done, under_way, late=0, unreported=0):
    return [
        DispatchRow(
            number + 1,
            f"任务{number}",
            "区水务局",
            ("松篱街道",),
            "2023年底前",
            "已完成" if number < done else "正在推进",
            number < done,
            late=number >= done and number - done < late,
            reported_on=None
            if number >= done and number - done < unreported
            else date(2023, 3, 25),
        )
        for number in range(done + under_way)
    ]


@pytest.mark.parametrize(("done", "under_way"), [(14, 13), (20, 0), (0, 5), (0, 0), (116, 1)])
def test_the_sums_at_the_foot_add_up(done, under_way):
    sums = dispatch_sums(dispatch_rows(done, under_way, late=1, unreported=1))
    assert sums.sum.done + sums.sum.under_way == sums.sum.total == done + under_way
    assert f"已完成 {done} 项，正在推进 {under_way} 项" in sums.words


def test_a_dispatch_sheet_says_who_is_late_and_who_reported_nothing():
    rows = dispatch_rows(14, 13, late=2, unreported=3)
    sheet = sheet_of(dispatch_workbook(rows, "2023-03", title="云川区"))
    lines = [[cell.value or "" for cell in line] for line in sheet.iter_rows()]
    assert lines[0][0] == "云川区2023年3月整改调度表"
    assert lines[1] == list(DISPATCH_HEADINGS)
    body = lines[2:-1]
    assert sum(line[9] == "逾期" for line in body) == 2
    assert sum(line[10] == "未报" for line in body) == 3
    assert body[0][10] == "2023-03-25"
    assert lines[-1][:2] == [
        "合计",
        "共 27 项：已完成 14 项，正在推进 13 项；其中逾期 2 项，本月未报 3 项",
    ]
    assert [line[0] for line in body] == list(range(1, 28))
    assert all(later[0] - earlier[0] == 1 for earlier, later in pairwise(body))
