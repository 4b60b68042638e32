"""Inspection rectification by the API: read, report, move; nobody signs off their own work."""

from datetime import date

import pytest

from jieban.apps.ledger import selectors as ledger
from jieban.apps.rectification import services
from jieban.apps.rectification.models import Round, Task
from jieban.apps.rectification.services import Meeting
from jieban.domain.rectification.tasks import CRITERIA, MOVES
from tests.apps import rectifying as r
from tests.conftest import REPOSITORY
from tests.journeys.test_practice_api import Program

pytestmark = pytest.mark.django_db
YES = dict.fromkeys(CRITERIA, "yes")
TASK = "/rounds/yx-2/tasks/1"


@pytest.fixture(autouse=True)
def _district(home):
    r.district()


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    """The day on which the made-up round stands."""
    stand(monkeypatch, 1)


def stand(monkeypatch, days: int) -> None:
    monkeypatch.setattr("jieban.clock.now", lambda: r.later(days))


def move(program: Program, name: str, code: int = 200, **told):
    return program("POST", f"{TASK}/moves", {"move": name, **told}, code)


def test_a_program_reads_rounds_tasks_and_everything_told_of_one():
    r.signed()
    r.entered(title="扬尘管控", lead="U2", due="2026-01-31", problem=1)
    reader = Program("审计程序", "auditor")
    (held,) = reader("GET", "/rounds")["rounds"]
    assert (held["code"], held["office"], held["look_back_months"]) == ("yx-2", "UE", [6, 12])
    told = reader("GET", "/rounds/yx-2")
    assert (told["tasks"]["total"], told["tasks"]["done"], told["tasks"]["under_way"]) == (2, 1, 1)
    assert told["items"] == {"total": 4, "done": 2, "under_way": 2}
    page = reader("GET", "/rounds/yx-2/tasks?limit=1")
    assert ([each["serial"] for each in page["tasks"]], page["next"]) == ([1], 1)
    page = reader("GET", "/rounds/yx-2/tasks?limit=1&after=1")
    assert ([each["serial"] for each in page["tasks"]], page["next"]) == ([2], None)
    late = reader("GET", "/rounds/yx-2/tasks?late=true")["tasks"]
    assert [(each["serial"], each["late"]) for each in late] == [(2, True)]
    for asked, serials in (
        ("state=signed_off", [1]),
        ("state=open", [2]),
        ("lead=U2", [2]),
        ("due_to=2026-06-30", [2]),
        ("due_from=2026-06-30", [1]),
        ("lead=U7", []),
    ):
        found = reader("GET", f"/rounds/yx-2/tasks?{asked}")["tasks"]
        assert [each["serial"] for each in found] == serials, asked
    task = reader("GET", TASK)
    assert (task["state"], task["lead"], task["responsible"]) == ("signed_off", "U1", ["U9"])
    assert (task["items_all"], task["items_done"], task["allowed"]) == (2, 2, [])
    assert [each["kind"] for each in task["evidence"]] == ["photo"]
    assert task["checks"][0]["answers"] == YES
    assert [each["move"] for each in task["steps"]][-1] == "sign"
    chain = reader("GET", f"{TASK}/events")["events"]
    assert len(chain) == task["version"]
    reader("GET", "/rounds/none", code=404)
    reader("GET", "/rounds/yx-2/tasks/99", code=404)
    reader("GET", "/rounds/yx-2/tasks?limit=0", code=422)


def test_a_program_reads_the_versions_of_a_plan_and_what_they_say_otherwise():
    r.entered()
    services.hand_up(r.KEEPER, "yx-2", at=r.AT)
    back = Meeting("leading_group", remark="目标再具体些")
    services.send_plan_back(r.KEEPER, "yx-2", back, at=r.AT)
    services.change_task(r.KEEPER, "yx-2", 1, r.task_said(goal="零新增"), at=r.AT)
    services.hand_up(r.KEEPER, "yx-2", at=r.AT)
    reader = Program("审计程序", "auditor")
    told = reader("GET", "/rounds/yx-2/plans")["plans"]
    assert [(each["number"], each["state"]) for each in told] == [
        (2, "in_approval"),
        (1, "sent_back"),
    ]
    assert told[1]["approvals"][0]["remark"] == "目标再具体些"
    content = reader("GET", "/rounds/yx-2/plans/1")["content"]
    assert content["problems"][0]["tasks"][0]["goal"] == "集中点位全部销账"
    for asked in ("?to=2", ""):
        (found,) = reader("GET", f"/rounds/yx-2/plans/1/differences{asked}")["differences"]
        assert (found["path"], found["field"], found["after"]) == ("1", "goal", "零新增")
    reader("GET", "/rounds/yx-2/plans/9", code=404)


def test_a_task_goes_its_whole_way_by_the_api(monkeypatch):
    r.entered()
    unit = Program("街道程序", "street_coordinator", scope="unit:U1")
    made = unit("POST", f"{TASK}/reports", {"done": "清退三处", "hindered": "夜间回潮"}, 201)
    assert made["done"] == "清退三处"
    for item in (1, 2):
        assert unit("POST", f"{TASK}/items/{item}/done", {})["done_on"]
    before = ledger.newest_number()
    unit("POST", f"{TASK}/items/1/done", {})
    assert ledger.newest_number() == before
    answer = move(unit, "claim", 422)
    assert answer["error"]["code"] == "task.evidence_missing"
    services.add_evidence(r.STREET, "yx-2", 1, "清退后", at=r.later(1), file=r.picture())
    assert move(unit, "claim")["state"] == "claimed"
    checker = Program("环境办核查程序", "environment_office", scope="unit:UE")
    assert "check" in checker("GET", TASK)["allowed"]
    answer = move(checker, "check", 422, answers={"items_done": "yes"})
    assert answer["error"]["code"] == "task.answer_missing"
    assert move(checker, "check", answers=YES, remark="现场无烧烤")["state"] == "checked"
    assert move(checker, "announce", where="区政府网站")["notice_until"]
    signer = Program("销号程序", "sign_off_officer", scope="unit:UE")
    assert move(signer, "sign", 422)["error"]["code"] == "task.notice_runs"
    stand(monkeypatch, 12)
    told = move(signer, "sign", paper="云整〔2026〕1号", record="备1")
    assert (told["state"], told["record_number"]) == ("signed_off", "备1")
    told = move(checker, "reopen", reason="回潮", falsity="superficial")
    assert (told["state"], told["falsity"], told["signed_on"]) == ("under_way", "superficial", None)
    stale = move(unit, "part", 409, version=1)
    assert stale["error"]["code"] == "task.changed_meanwhile"


ALL_TOLD = {
    "answers": YES,
    "where": "网站",
    "paper": "云整〔2026〕1号",
    "record": "备1",
    "reason": "已完成",
    "falsity": "",
}
POWERS = ("street_coordinator", "environment_office", "sign_off_officer")


@pytest.mark.parametrize("state", ["entered", "claimed", "checked", "on_notice", "signed"])
def test_a_unit_with_every_power_signs_off_none_of_its_own_work_by_any_move(monkeypatch, state):
    getattr(r, state)()
    stand(monkeypatch, 20)
    Task.objects.update(said_done=True)
    unit = Program("街道全权程序", *POWERS, scope="unit:U1")
    joint = Program("供热全权程序", *POWERS, scope="unit:U9")
    before = Task.objects.get().state
    for program in (unit, joint):
        for name in MOVES:
            if MOVES[name].permission == "rectification.handle":
                continue
            answer = program("POST", f"{TASK}/moves", {"move": name, **ALL_TOLD}, code=None)
            assert "error" in answer, (state, name)
            assert Task.objects.get().state == before
        assert not {"sign", "take_over", "check"} & set(program("GET", TASK)["allowed"])


def test_a_stranger_finds_nothing_and_a_reader_moves_nothing():
    r.claimed()
    stranger = Program("邻街程序", "street_coordinator", scope="unit:U2")
    stranger("GET", TASK, code=404)
    move(stranger, "withdraw", 404, reason="看看")
    assert stranger("GET", "/rounds")["rounds"] == []
    reader = Program("审计程序", "auditor")
    move(reader, "check", 403, answers=YES)
    move(reader, "levitate", 422)
    assert Round.objects.get().code == "yx-2"
    assert Task.objects.get().claimed_on == date(2026, 11, 2)


SEED = """
from datetime import datetime, UTC
from jieban.apps.directory.models import Unit
from jieban.apps.rectification import services
from jieban.domain.actors import Actor
at, who = datetime(2026, 1, 5, tzinfo=UTC), Actor.named("环境办")
office = Unit.objects.order_by("pk").first().code
services.open_round(who, "qj-1", services.RoundPlan("区级督察", "district", 1, office), at=at)
services.enter_problem(who, "qj-1", "餐饮油烟扰民问题突出。", at=at)
said = services.TaskSaid(1, "油烟治理", "达标排放", office, (office,), "2026年底前",
                         items=[services.ItemPlan("逐户检查")])
services.enter_task(who, "qj-1", said, at=at)
services.hand_up(who, "qj-1", at=at)
"""
TAMPER = """
from jieban.apps.rectification.models import Task
Task.objects.update(state="signed_off")
"""


def test_a_round_is_rebuilt_from_the_command_line_and_a_changed_row_ends_with_1(jieban):
    jieban("directory", "import", REPOSITORY / "docs/examples/directory.csv")
    jieban("manage", "shell", "-c", SEED)
    told = jieban("rectification", "rebuild", "qj-1")
    assert "区级督察：问题 1 个，任务 1 项，措施 1 条" in told
    assert "与库表完全一致" in told
    jieban("manage", "shell", "-c", TAMPER)
    told = jieban.json("rectification", "rebuild", "qj-1", code=1)
    assert told["rebuilt"]["tasks"]["1"]["row"]["state"] == "not_started"
    assert told["differences"] == [
        {"path": "tasks.1.row.state", "held": "signed_off", "told": "not_started"}
    ]
    rows = jieban.json("ledger", "verify", "--rows", code=1)["rows"]
    assert [each["subject"] for each in rows] == ["task/qj-1/1"]
    missing = jieban.json("rectification", "rebuild", "none", code=1)
    assert missing["error"]["code"] == "round.not_found"
