"""A plan's workbook taken into a round: twice without harm, never as signed off."""

from pathlib import Path

import openpyxl
import pytest

from jieban.apps.directory.models import Unit
from jieban.apps.ledger import selectors as ledger
from jieban.apps.rectification import services
from jieban.apps.rectification.models import ActionItem, Problem, Round, Task
from jieban.apps.rectification.selectors import folding
from jieban.domain.errors import Refused
from tests.apps import rectifying as r
from tests.apps.rectifying import AT, KEEPER

pytestmark = pytest.mark.django_db

HEADS = (
    "序号", "反馈问题", "整改任务", "整改目标", "整改措施", "牵头单位", "责任单位", "完成时限",
    "行政区域", "完成情况", "整改进展", "包案领导",
)  # fmt: skip
ROWS = (
    (
        *(1, "露天烧烤问题突出。", "露天烧烤整治", "集中点位销账"),
        *("（一）建立联合执法组。\n（二）按月通报。", "松涛街道", "区供热中心、各街道（镇）"),
        *("2026年12月底前，长期坚持", "松涛1社区", "已完成", "已清退", "甲副区长"),
    ),
    (
        *(2, "锅炉房噪声扰民。", "锅炉降噪", "达标", "加装隔声罩", "区供热中心", "区供热中心"),
        *("立行立改", "", "正在推进", "", ""),
    ),
    (
        *(3, "锅炉房噪声扰民。", "噪声监测", "", "每季度监测", "市生态环境局", "区生态环境局"),
        *("说不清", "", "", "", ""),
    ),
)


@pytest.fixture(autouse=True)
def _round():
    r.district()
    r.opened()


def workbook(folder: Path, *rows: tuple[object, ...]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["云溪区整改任务清单"])
    sheet.append(list(HEADS))
    for row in rows or ROWS:
        sheet.append(list(row))
    path = folder / "方案.xlsx"
    book.save(path)
    return path


def brought(folder: Path, *rows: tuple[object, ...], **more: object) -> services.PlanOutcome:
    return services.import_plan(KEEPER, "yx-2", workbook(folder, *rows), at=AT, **more)


def test_a_plan_comes_in_with_its_problems_tasks_items_units_and_due_dates(tmp_path):
    outcome = brought(tmp_path)
    assert outcome.made == [1, 2, 3]
    assert outcome.counts["problems"] == 2
    first = Task.objects.get(serial=1)
    assert (first.lead.code, [each.unit.code for each in first.responsible.all()]) == ("U1", ["U9"])
    assert first.responsible_words == ["区供热中心", "各街道(镇)"]
    assert (str(first.due_on), first.due_lasting) == ("2026-12-31", True)
    assert [item.text for item in first.items.all()] == ["建立联合执法组。", "按月通报。"]
    assert first.extra == {"包案领导": "甲副区长"}
    assert Task.objects.get(serial=2).due_kind == "at_once"
    codes = {(note.task, note.code) for note in outcome.notes}
    assert {(1, "unit_unknown"), (3, "unit_unknown"), (3, "due_unreadable")} <= codes
    assert Task.objects.get(serial=3).extra == {"完成时限（原文）": "说不清"}
    assert list(ledger.faults()) == []


def test_a_file_that_says_done_signs_nothing_off(tmp_path):
    outcome = brought(tmp_path)
    task = Task.objects.get(serial=1)
    assert outcome.counts["said_done"] == 1
    assert (task.state, task.said_state, task.said_done) == ("not_started", "已完成", True)
    assert task.brought_by == KEEPER.id


def test_the_same_file_again_changes_nothing(tmp_path):
    brought(tmp_path)
    before = ledger.newest_number()
    again = brought(tmp_path)
    assert (again.made, again.changed, again.same) == ([], [], 3)
    assert ledger.newest_number() == before


def test_a_task_worded_otherwise_is_changed_and_blanks_take_nothing_away(tmp_path):
    brought(tmp_path)
    items = "（一）建立联合执法组。\n（二）夜查。"
    changed = (1, "", "露天烧烤整治", "全部销账", items, *[""] * 7)
    outcome = brought(tmp_path, changed)
    task = Task.objects.get(serial=1)
    assert outcome.changed == [1]
    assert (task.goal, task.lead.code, task.due_words) == (
        "全部销账",
        "U1",
        "2026年12月底前，长期坚持",
    )
    assert task.problem.text == "露天烧烤问题突出。"
    assert [item.text for item in task.items.all()] == ["建立联合执法组。", "按月通报。", "夜查。"]


def test_residents_are_taken_out_of_a_plan_and_the_outcome_says_so(tmp_path):
    row = (
        *(9, "居民13900010000反映油烟。", "治理", "达标", "安装净化器", "松涛街道", "松涛街道"),
        *("2026年底", "", "", "", ""),
    )
    outcome = brought(tmp_path, row)
    assert "13900010000" not in Problem.objects.get().text
    assert [note.code for note in outcome.notes] == ["redacted"]


def test_a_dry_run_stores_nothing(tmp_path):
    outcome = brought(tmp_path, dry_run=True)
    assert outcome.made == [1, 2, 3]
    assert not Task.objects.exists()
    assert not ActionItem.objects.exists()
    assert ledger.events_of("task", "yx-2/1").count() == 0


def test_a_plan_on_its_way_takes_no_file(tmp_path):
    brought(tmp_path, *ROWS[:2])
    services.hand_up(KEEPER, "yx-2", at=AT)
    with pytest.raises(Refused) as caught:
        brought(tmp_path)
    assert caught.value.code == "plan.in_approval"


def test_a_unit_brings_no_plan(tmp_path):
    for actor in (r.STREET, r.ALL_POWERS_OF_STREET, r.READER):
        with pytest.raises(Refused):
            services.import_plan(actor, "yx-2", workbook(tmp_path), at=AT)
    assert Round.objects.get().version == 1


def test_how_a_task_is_said_to_stand_names_no_resident_either(tmp_path):
    row = (
        *(9, "油烟扰民。", "治理", "达标", "安装净化器", "松涛街道", "松涛街道"),
        *("2026年底", "", "已完成，居民13900010000认可", "", ""),
    )
    brought(tmp_path, row)
    said = ledger.events_of("task", "yx-2/9").get().body["said_state"]
    assert "13900010000" not in said
    assert said == Task.objects.get().said_state


def test_what_came_in_is_rebuilt_from_the_ledger_alone(tmp_path):
    brought(tmp_path)
    brought(tmp_path, (*ROWS[1][:3], "全部达标", *ROWS[1][4:]))
    assert [str(each) for each in folding.rebuilt("yx-2").unlike] == []


def test_a_name_the_directory_has_come_to_know_is_linked_when_the_file_comes_again(tmp_path):
    row = (*(1, "问题。", "治理", "达标", "清理", "区水务处", "区水务处", "2026年底"), *[""] * 4)
    Unit.objects.create(
        code="P1",
        name="区水务处",
        name_key="区水务处",
        kind="unknown",
        provisional=True,
        position=95,
    )
    brought(tmp_path, row)
    task = Task.objects.get()
    assert (task.lead, task.lead_words) == (None, "区水务处"), "a provisional name is words"
    Unit.objects.filter(code="P1").update(provisional=False)
    assert brought(tmp_path, row).changed == [1]
    assert Task.objects.get().lead.code == "P1"
    assert brought(tmp_path, row).same == 1
