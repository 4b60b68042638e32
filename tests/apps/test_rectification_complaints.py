"""Complaints at a task's place out of the runs, and the alarm when they come back."""

import time
from datetime import date

import pytest

from jieban.apps.assessments import facts
from jieban.apps.assessments import services as assessments
from jieban.apps.cases import services as cases
from jieban.apps.directory.models import Area
from jieban.apps.rectification import services
from jieban.apps.rectification.models import Task
from jieban.apps.rectification.selectors import complaints
from jieban.domain.practices.before_after import moved
from jieban.domain.rectification.returns import Finding
from jieban.domain.rulebook import schema
from jieban.evaluation import runs
from tests.apps import live
from tests.apps import rectifying as r
from tests.apps.exports import row, write_export
from tests.conftest import CLERK
from tests.people import signed_in

pytestmark = pytest.mark.django_db
SMOKE, NOISE = "生态环境->大气->露天烧烤", "生态环境->噪声->施工噪声"
MONTHS = [moved("2025-07", number) for number in range(16)]
"""July 2025 to October 2026; begun in February, signed off in May 2026."""
STARTED, SIGNED = date(2026, 2, 5), date(2026, 5, 5)
PLACES = {"A11": "松涛1社区", "A12": "松涛2社区", "A21": "柳岸1社区"}


def smoke(place: str, month: int) -> int:
    """Complaints of smoke: A11 falls quiet for two months and comes back, A12 stays quiet."""
    if month <= MONTHS.index("2026-05"):
        return {"A11": 6, "A12": 6, "A21": 4}[place]
    back = month > MONTHS.index("2026-07")
    return {"A11": 6 if back else 0, "A12": 0, "A21": 4}[place]


@pytest.fixture
def computed(home, tmp_path):
    """Sixteen months in which three communities have complaints, each computed."""
    r.district()
    rows = []
    for place, name in PLACES.items():
        street = "松涛街道" if place.startswith("A1") else "柳岸街道"
        for number, month in enumerate(MONTHS):
            kinds = [SMOKE] * smoke(place, number) + [NOISE] * 3
            rows += [
                row(
                    f"{place}{number}-{each}",
                    问题分类=kind,
                    被反映街乡镇=street,
                    所在村社区=name,
                    主办单位=street,
                    创建时间=f"{month}-10 09:00:00",
                    办结时间=f"{month}-12 17:00:00",
                )
                for each, kind in enumerate(kinds)
            ]
    cases.import_file(CLERK, write_export(tmp_path / "a.csv", rows), at=r.AT, home=home)
    for month in MONTHS:
        folder = facts.current_facts(home)
        made = runs.run(folder, schema.load("beijing-district"), month, home.runs, at=r.AT)
        assessments.record_run(CLERK, made, at=r.AT)
    return home


def task_at(place: str, category: str = SMOKE, **said) -> Task:
    task = r.entered(area=place, category=category)
    usual = {"state": "signed_off", "started_on": STARTED, "signed_on": SIGNED}
    Task.objects.filter(pk=task.pk).update(**usual | said)
    return Task.objects.select_related("round", "area").get(pk=task.pk)


def test_complaints_at_the_place_before_and_after_and_elsewhere_meanwhile(computed):
    found = complaints.of_task(computed, task_at("A11"))
    assert (found.missing, found.month_from, found.month_to) == ("", "2026-02", "2026-05")
    six, twelve = found.windows
    assert six.own.months_before == tuple(MONTHS[1:7])
    assert six.own.months_after == tuple(MONTHS[11:])
    assert (six.own.before.kind, six.own.after.kind) == (36, 18)
    assert (twelve.own.before.kind, twelve.own.before.place_months) == (42, 7)
    assert found.other_places == 2
    assert (six.others.before.kind, six.others.after.kind) == (6 * (6 + 4), 5 * 4)
    assert not found.official


def test_a_kind_holds_what_lies_below_it(computed):
    found = complaints.of_task(computed, task_at("A11", "生态环境"))
    assert found.windows[0].own.before.kind == 6 * (6 + 3)


def test_complaints_that_came_back_are_an_alarm_with_its_numbers(computed):
    back, quiet = task_at("A11"), task_at("A12")
    watch = complaints.of_task(computed, back).watch
    assert watch.finding is Finding.LEVEL
    assert (watch.now, watch.since, watch.since_months) == (18, 0, 2)
    assert (watch.before, watch.before_months) == (42, 7)
    assert complaints.of_task(computed, quiet).watch.finding is Finding.CALM
    (alarm,) = complaints.alarms(computed, r.READER)
    assert (alarm.task, alarm.watch) == (back, watch)
    assert [each.task for each in complaints.alarms(computed, r.STREET)] == [back]
    assert complaints.alarms(computed, r.OTHER) == []
    blind = live.actor("无权看成绩", frozenset(("rectification.see",)))
    assert complaints.alarms(computed, blind) == []


def test_soon_after_a_sign_off_it_is_too_early(computed):
    late = task_at("A11", signed_on=date(2026, 8, 5))
    watch = complaints.of_task(computed, late).watch
    assert (watch.finding, watch.months) == (Finding.TOO_EARLY, ("2026-09", "2026-10"))
    assert complaints.alarms(computed, r.READER) == []


def test_an_alarm_is_of_tasks_as_they_stand_now(computed):
    task = r.signed(area="A11", category=SMOKE)
    assert complaints.alarms(computed, r.READER) == []
    Task.objects.filter(pk=task.pk).update(started_on=STARTED, signed_on=SIGNED)
    # Rows that are changed past the program are seen with the next event that counts.
    services.change_round(r.KEEPER, "yx-2", r.round_plan(team="督察三组"), at=r.later(11))
    assert len(complaints.alarms(computed, r.READER)) == 1
    services.reopen(r.CHECKER, "yx-2", task.serial, at=r.later(12), reason="回潮")
    assert complaints.alarms(computed, r.READER) == []


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ({"area": ""}, "area"),
        ({"area": "A"}, "area"),
        ({"category": ""}, "category"),
        ({}, "run"),
    ],
)
def test_what_is_missing_is_named(home, said, missing):
    r.district()
    task = r.entered(**{"area": "A11", "category": SMOKE} | said)
    assert complaints.of_task(home, task).missing == missing
    assert complaints.printed(home, task) == []


def test_a_task_nobody_began_is_counted_from_the_feedback_and_without_it_not_at_all(computed):
    task = task_at("A11", state="not_started", started_on=None, signed_on=None)
    assert complaints.of_task(computed, task).month_from == "2026-03"
    task.round.feedback_on = None
    assert complaints.of_task(computed, task).missing == "start"


def test_before_the_sign_off_only_what_came_before_is_counted(computed):
    task = task_at("A11", state="under_way", signed_on=None)
    found = complaints.of_task(computed, task)
    assert (found.month_to, found.watch) == ("", None)
    assert (found.windows[0].own.before.kind, found.windows[0].own.after.kind) == (36, 0)
    assert next(label for label, _ in complaints.printed(computed, task)) == "整改前6个月"


def test_the_pack_says_each_figure_with_its_months(computed):
    lines = dict(complaints.printed(computed, task_at("A11")))
    assert lines["整改前6个月"] == "36件／6个月"
    assert lines["销号后6个月"] == "18件／5个月"
    assert lines["销号后是否反弹"].endswith("诉求回升，应回头看")


@pytest.mark.slow
def test_ten_thousand_tasks_are_looked_at_within_a_second(computed):
    task = task_at("A11")
    areas = list(Area.objects.filter(kind="community"))
    fields = {
        "round": task.round,
        "problem": task.problem,
        "state": "signed_off",
        "made_at": r.AT,
    }
    Task.objects.bulk_create(
        Task(
            serial=100 + number,
            title="x",
            area=areas[number % len(areas)],
            category=(SMOKE, NOISE, "生态环境")[number % 3],
            started_on=STARTED,
            signed_on=date(2026, 5 + number % 4, 1 + number % 28),
            **fields,
        )
        for number in range(10_000)
    )
    complaints.returned(computed)
    complaints._watches.cache_clear()
    began = time.perf_counter()
    found = complaints.returned(computed)
    first = time.perf_counter() - began
    assert found
    assert first < 3, first
    began = time.perf_counter()
    assert complaints.returned(computed) == found
    assert time.perf_counter() - began < 0.3


def test_the_page_of_the_task_and_the_work_page_show_the_alarm(computed):
    back = task_at("A11")
    task_at("A12")
    client = signed_in("审计", "auditor")
    shown = client.get(f"/rectification/rounds/yx-2/tasks/{back.serial}/").content.decode()
    assert "诉求回升。" in shown
    assert "18 件，月均 6.00 件" in shown
    assert "整改前：7 个月 42 件，月均 6.00 件" in shown
    assert "同组其他 2 个社区（街道），同期" in shown
    quiet = client.get(f"/rectification/rounds/yx-2/tasks/{back.serial + 1}/").content.decode()
    assert "未见回升" in quiet
    work = client.get("/rectification/").content.decode()
    listed = work[work.index('id="returned"') :]
    assert f"/rectification/rounds/yx-2/tasks/{back.serial}/#complaints" in listed
    assert f"/tasks/{back.serial + 1}/" not in listed
