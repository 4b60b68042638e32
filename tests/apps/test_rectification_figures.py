"""Sums of rectification: they add up at every level, and the page's figures come out of rows."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jieban.apps.directory.models import Unit
from jieban.apps.rectification import services
from jieban.apps.rectification.models import ActionItem, Problem, Round, Step, Task, TaskUnit
from jieban.apps.rectification.selectors import keeping
from jieban.apps.rectification.selectors.board import board_of, late_units
from jieban.apps.rectification.selectors.figures import (
    all_together,
    figures_of,
    figures_of_rounds,
    folded,
)
from jieban.apps.rectification.selectors.sheet import Line, Sheet, lines_of, sheet_of
from jieban.domain.errors import Refused
from jieban.domain.rectification.history import Month, read_month
from jieban.domain.rectification.tasks import DONE, State
from tests.apps import rectifying
from tests.apps.rectifying import (
    AT,
    CHECKER,
    KEEPER,
    READER,
    SIGNER,
    STREET,
    entered,
    issued,
    later,
    signed,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 2)
STATES = st.sampled_from([state.value for state in State])


@pytest.fixture
def district(home):
    rectifying.district()


@pytest.fixture(autouse=True)
def _nothing_kept():
    """Rows here are made without events, which nothing kept would notice."""
    keeping.forget()


def rows(count, done, *, code="yx-2", problems=1, items=0, **columns):
    """A round with so many tasks, the first ones signed off, and so many items over them all."""
    held = rectifying.opened(code)
    found = [
        Problem.objects.create(round=held, serial=serial, text=f"问题{serial}")
        for serial in range(1, problems + 1)
    ]
    unit = Unit.objects.get(code="U1")
    tasks = Task.objects.bulk_create(
        Task(
            round=held,
            problem=found[serial % problems],
            serial=serial,
            title=f"任务{serial}",
            lead=unit,
            state="signed_off" if serial <= done else "under_way",
            made_at=AT,
            **columns,
        )
        for serial in range(1, count + 1)
    )
    ActionItem.objects.bulk_create(
        ActionItem(task=tasks[number % count], serial=number // count + 1, text=f"措施{number}")
        for number in range(items)
    )
    return tasks


# --- the page's figures out of rows -----------------------------------------------------------


def test_twenty_of_twenty_are_done(district):
    rows(20, 20)
    total = figures_of(READER, "yx-2", TODAY).total
    assert (total.total, total.done, total.under_way) == (20, 20, 0)


def test_twenty_seven_are_fourteen_and_thirteen_with_a_hundred_and_two_items(district):
    rows(27, 14, items=102, problems=9)
    found = figures_of(READER, "yx-2", TODAY)
    assert (found.total.total, found.total.done, found.total.under_way) == (27, 14, 13)
    assert (found.items.total, found.items.tasks, found.items.mean) == (102, 27, "3.78")
    assert len(found.tables["problem"]) == 9
    assert sum(line.sum.total for line in found.tables["problem"]) == 27


def test_one_is_led_and_twenty_three_are_assisted_and_nineteen_done(district):
    tasks = rows(24, 19, role="assist")
    Task.objects.filter(pk=tasks[-1].pk).update(role="lead")
    found = figures_of(READER, "yx-2", TODAY)
    roles = {line.code: line.sum.total for line in found.tables["role"]}
    assert roles == {"lead": 1, "assist": 23}
    assert (found.total.total, found.total.done, found.total.under_way) == (24, 19, 5)


def test_rounds_stand_side_by_side_and_together(district):
    rows(20, 20, code="zy-2", items=40)
    rows(27, 14, code="yx-2", items=102)
    rectifying.opened("leer")
    found = figures_of_rounds(READER, TODAY)
    assert [(each.code, each.sum.total, each.items.total) for each in found] == [
        ("yx-2", 27, 102),
        ("zy-2", 20, 40),
    ]
    total, items = all_together(found)
    assert (total.total, total.done, total.under_way, items.total, items.tasks) == (
        47,
        34,
        13,
        142,
        47,
    )


# --- what is counted where ---------------------------------------------------------------------


def test_a_unit_sees_the_figures_of_its_own_tasks(district):
    entered(due="2026年10月底前")
    entered(lead="U2", responsible=("U8",), area="A21")
    assert figures_of(STREET, "yx-2", TODAY).total.total == 1
    assert figures_of(KEEPER, "yx-2", TODAY).total.total == 2


def test_late_is_past_its_day_and_not_signed_off(district):
    entered(due="2026年10月底前")
    entered(due="2026年11月2日")
    entered(due="立行立改")
    assert figures_of(KEEPER, "yx-2", TODAY).total.late == 1
    assert figures_of(KEEPER, "yx-2", TODAY + timedelta(days=1)).total.late == 2
    Task.objects.update(state="signed_off")
    keeping.forget()
    assert figures_of(KEEPER, "yx-2", TODAY).total.late == 0


def test_a_task_of_several_units_counts_for_each_of_them_once(district):
    entered(lead="U1", responsible=("U1", "U9"))
    entered(lead="U9", responsible=("U8",))
    found = figures_of(KEEPER, "yx-2", TODAY)
    assert {line.code: line.sum.total for line in found.tables["unit"]} == {
        "U1": 1,
        "U9": 2,
        "U8": 1,
    }
    assert {line.code: line.sum.total for line in found.tables["lead"]} == {"U1": 1, "U9": 1}
    assert found.several


def test_months_of_due_days_and_what_has_none(district):
    for due in ("2026年12月底前", "2026年12月3日", "立行立改", "2027年3月底前"):
        entered(due=due)
    months = figures_of(KEEPER, "yx-2", TODAY).tables["month"]
    assert [(line.code, line.sum.total) for line in months] == [
        ("2026-12", 2),
        ("2027-03", 1),
        ("", 1),
    ]
    assert months[0].asks == (("from", "2026-12-01"), ("to", "2026-12-31"))


def test_dropped_tasks_and_items_are_counted_nowhere(district):
    entered()
    entered()
    services.drop_item(KEEPER, "yx-2", 1, 2, at=AT, reason="并入")
    services.drop_task(KEEPER, "yx-2", 2, at=AT, reason="重复")
    found = figures_of(KEEPER, "yx-2", TODAY)
    assert (found.total.total, found.items.total, found.items.mean) == (1, 1, "1.00")


def test_sign_offs_on_a_paper_are_told_apart_until_they_are_undone(district):
    entered()
    signed(title="另一项")
    Task.objects.filter(serial=1).update(said_done=True, brought_by="某人")
    services.take_over(
        SIGNER, "yx-2", 1, at=AT, on=date(2026, 10, 1), paper="京环督〔2026〕1号", reason="补录"
    )
    assert figures_of(KEEPER, "yx-2", TODAY).taken_over == 1
    services.reopen(CHECKER, "yx-2", 1, at=later(3), reason="反弹")
    found = figures_of(KEEPER, "yx-2", later(3).date())
    assert (found.taken_over, found.total.done) == (0, 1)


def test_what_was_summed_up_is_right_again_after_the_next_event(district):
    entered()
    assert figures_of(KEEPER, "yx-2", TODAY).total.total == 1
    entered()
    assert figures_of(KEEPER, "yx-2", TODAY).total.total == 2
    assert figures_of(rectifying.OTHER, "yx-2", TODAY).total.total == 0, "who sees less"
    services.move_on(STREET, "yx-2", 1, "start", at=AT)
    assert figures_of(KEEPER, "yx-2", TODAY).total.not_started == 1
    assert [each.sum.total for each in figures_of_rounds(KEEPER, TODAY)] == [2]


# --- sums that always hold ----------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(0, 5), STATES, st.integers(1, 9)), max_size=40))
def test_done_and_under_way_make_the_total_of_every_line(counted):
    sums = folded((key, state, count, 0) for key, state, count in counted)
    for key, total in sums.items():
        assert total.done + total.under_way == total.total
        assert total.total == sum(count for each, _, count in counted if each == key)
        done = sum(c for each, state, c in counted if each == key and State(state) in DONE)
        assert total.done == done
        assert total.not_started <= total.under_way


@pytest.mark.parametrize("seed", range(4))
def test_every_table_of_a_random_round_adds_up(district, seed):
    import random

    draw = random.Random(seed)
    tasks = rows(60, 0, problems=7)
    units = list(Unit.objects.all())
    for task in tasks:
        task.state = draw.choice(list(State)).value
        task.lead = draw.choice([*units, None])
        task.lead_words = task.lead.name if task.lead else draw.choice(["某办", "某局", ""])
        task.role = draw.choice(["lead", "assist"])
        task.due_on = draw.choice([None, TODAY + timedelta(days=draw.randint(-400, 400))])
    Task.objects.bulk_update(tasks, ["state", "lead", "lead_words", "role", "due_on"])
    TaskUnit.objects.bulk_create(
        TaskUnit(task=task, unit=unit, position=position)
        for task in tasks
        for position, unit in enumerate(draw.sample(units, draw.randint(0, 3)))
    )
    found = figures_of(READER, "yx-2", TODAY)
    states = Counter(task.state for task in tasks)
    assert dict(found.states) == states
    assert found.total.done == states["signed_off"]
    late = sum(
        task.due_on is not None and task.due_on < TODAY and task.state != "signed_off"
        for task in tasks
    )
    for lines in (found.tables[name] for name in ("role", "lead", "problem", "month")):
        assert sum(line.sum.total for line in lines) == found.total.total == 60
        assert sum(line.sum.done for line in lines) == found.total.done
        assert sum(line.sum.under_way for line in lines) == found.total.under_way
        assert sum(line.sum.not_started for line in lines) == found.total.not_started
        assert sum(line.sum.late for line in lines) == found.total.late == late
    for line in found.tables["unit"]:
        own = [
            task
            for task in tasks
            if (task.lead and task.lead.code == line.code)
            or task.responsible.filter(unit__code=line.code).exists()
        ]
        assert (line.sum.total, line.sum.done) == (
            len(own),
            sum(task.state == "signed_off" for task in own),
        )


# --- the board ----------------------------------------------------------------------------------


def moved(task, move, to, on):
    Step.objects.create(task=task, move=move, to=to, on=on, at=AT, by="某", by_id="某")
    Task.objects.filter(pk=task.pk).update(state=to)


def test_the_board_shows_where_a_task_stood_at_each_month_s_end(district):
    task = entered(due="2026年9月底前")
    Step.objects.update(on=date(2026, 6, 10))
    moved(task, "start", "under_way", date(2026, 8, 3))
    moved(task, "claim", "claimed", date(2026, 10, 20))
    [line] = board_of(list(Task.objects.all()), Month(2026, 11), TODAY)
    seen = {str(cell.month): cell for cell in line.cells}
    assert list(seen)[:2] == ["2026-05", "2026-06"]
    assert [seen[month].state for month in ("2026-05", "2026-06", "2026-07", "2026-08")] == [
        "",
        "not_started",
        "not_started",
        "under_way",
    ]
    assert (seen["2026-09"].due, seen["2026-09"].late) == (True, False)
    assert (seen["2026-10"].state, seen["2026-10"].late) == ("claimed", True)
    assert (seen["2026-11"].state, seen["2026-11"].late) == ("claimed", True)
    assert seen["2026-12"].ahead
    assert not seen["2026-12"].state
    assert (line.light, line.left) == ("red", -33)


def test_a_day_that_was_granted_counts_from_then_on(district):
    entered(due="2026年9月底前")
    Step.objects.update(on=date(2026, 1, 10))
    services.ask_due(STREET, "yx-2", 1, date(2026, 12, 31), at=AT, reason="冬季无法施工")
    services.decide_due(CHECKER, "yx-2", 1, at=AT, granted=True, paper="云环函〔2026〕9号")
    [line] = board_of(list(Task.objects.all()), Month(2026, 11), TODAY)
    late = [str(cell.month) for cell in line.cells if cell.late]
    assert late == ["2026-10"], "in October the old day still counted"


def test_who_is_late_stands_at_the_head_with_most_first(district):
    for due in ("2026年10月底前", "2026年8月底前"):
        entered(due=due)
    entered(due="2026年1月底前", lead="U2", responsible=("U8",))
    entered(due="2026年12月底前", lead="U8", responsible=("U9",))
    found = late_units(KEEPER, "yx-2", TODAY)
    assert [(each.code, each.count, each.since) for each in found] == [
        ("U1", 2, date(2026, 8, 31)),
        ("U2", 1, date(2026, 1, 31)),
    ]


# --- the sheet of a month -------------------------------------------------------------------------


def sheet(month, today=TODAY):
    found = sheet_of(KEEPER, Round.objects.get(code="yx-2"), read_month(month), today)
    return Drawn(**vars(found), lines=lines_of(found, found.standings))


@dataclass(frozen=True)
class Drawn(Sheet):
    """A sheet with all its lines."""

    lines: list[Line]


def test_the_sheet_says_state_progress_and_what_was_not_reported(district):
    entered(due="2026年10月底前")
    entered(due="长期坚持", lead="U2", responsible=("U8",))
    services.report(
        STREET,
        "yx-2",
        1,
        at=AT,
        done="清退三处",
        hindered="夜间回潮",
        next_step="夜查",
        on=date(2026, 11, 1),
    )
    found = sheet("2026-11")
    assert [line.state for line in found.lines] == ["under_way", "not_started"]
    first, second = found.lines
    assert (first.told.done, first.told.hindered, first.told.next) == (
        "清退三处",
        "夜间回潮",
        "夜查",
    )
    assert (first.late, first.owing, second.owing) == (True, False, True)
    assert (found.sum.total, found.sum.done, found.sum.under_way, found.owing) == (2, 0, 2, 1)
    assert not found.over


def test_a_month_to_come_has_no_sheet(district):
    entered()
    with pytest.raises(Refused) as refused:
        sheet("2026-12")
    assert refused.value.code == "rectification.month_ahead"


def test_a_month_that_is_over_does_not_change_with_what_comes_after(district):
    entered(due="2026年10月底前")
    entered(due="2026年12月底前", title="另一项")
    issued()
    services.report(STREET, "yx-2", 1, at=AT, done="清退三处")
    december = datetime(2026, 12, 20, 2, tzinfo=UTC)
    before = sheet("2026-11", december.date())
    assert (before.version, before.over, len(before.lines)) == (1, True, 2)
    [report] = Task.objects.get(serial=1).reports.all()
    services.strike_report(STREET, "yx-2", 1, report.pk, at=december, reason="记错")
    services.report(STREET, "yx-2", 1, at=december, done="全部清退")
    services.ask_due(STREET, "yx-2", 1, date(2027, 3, 31), at=december, reason="冬季无法施工")
    services.decide_due(CHECKER, "yx-2", 1, at=december, granted=True, paper="云环函〔2026〕9号")
    services.revise_plan(KEEPER, "yx-2", at=december, reason="年度调整")
    services.drop_task(KEEPER, "yx-2", 2, at=december, reason="并入")
    services.change_task(
        KEEPER,
        "yx-2",
        1,
        rectifying.task_said(title="改了名", lead="U2", due="2027年6月底前"),
        at=december,
    )
    services.hand_up(KEEPER, "yx-2", at=december)
    for step in rectifying.STEPS:
        services.pass_step(KEEPER, "yx-2", rectifying.Meeting(step, paper="云办发9号"), at=december)
    after = sheet("2026-11", december.date())
    plain = [(each.title, each.lead, each.due, each.state, each.late) for each in before.lines]
    assert plain == [
        (each.title, each.lead, each.due, each.state, each.late) for each in after.lines
    ]
    assert before.sum == after.sum
    assert (after.lines[0].told.done, after.lines[0].told.struck) == ("清退三处", True)
    now = sheet("2026-12", december.date())
    assert [(each.title, each.told.done) for each in now.lines] == [("改了名", "全部清退")]
    over = sheet("2026-12", date(2027, 1, 5))
    assert (over.version, [each.title for each in over.lines]) == (2, ["改了名"])
    assert over.lines[0].due == date(2027, 6, 30)


def test_what_is_entered_later_with_an_earlier_day_stands_in_that_month(district):
    entered(due="2026年10月底前")
    Step.objects.update(on=date(2026, 9, 1))
    Task.objects.update(made_at=datetime(2026, 9, 1, tzinfo=UTC))
    assert sheet("2026-10").lines[0].state == "not_started"
    services.move_on(STREET, "yx-2", 1, "start", at=AT, on=date(2026, 10, 12))
    assert sheet("2026-10").lines[0].state == "under_way"
    assert sheet("2026-09").lines[0].state == "not_started"


def test_the_sheet_s_foot_adds_up_in_every_month(district):
    signed()
    entered(title="另一项")
    for month in ("2026-11", "2026-12", "2027-01"):
        found = sheet(month, date(2027, 1, 20))
        assert found.sum.done + found.sum.under_way == found.sum.total == 2
    assert [line.state for line in sheet("2026-11", date(2027, 1, 20)).lines] == [
        "signed_off",
        "not_started",
    ]
