"""A round is rebuilt from the ledger alone, and the rows say nothing else."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from jieban.apps.ledger import selectors as ledger
from jieban.apps.rectification import services
from jieban.apps.rectification.models import (
    ActionItem,
    Approval,
    Check,
    Evidence,
    LookBack,
    PlanVersion,
    Problem,
    Report,
    Round,
    Step,
    Task,
    TaskUnit,
)
from jieban.apps.rectification.selectors import folding
from jieban.apps.rectification.services import ItemPlan, Measured, Meeting
from jieban.domain.errors import Refused
from jieban.domain.rectification.plan import STEPS
from tests.apps import rectifying as r
from tests.apps.rectifying import AT, CHECKER, DISTRICT, KEEPER, SIGNER, STREET

pytestmark = pytest.mark.django_db
ATTEMPTS = 700
PEOPLE = (
    KEEPER,
    CHECKER,
    SIGNER,
    DISTRICT,
    STREET,
    r.BUREAU,
    r.OTHER,
    r.ALL_POWERS_OF_STREET,
    r.ALL_POWERS_OF_OFFICE,
)
WORKING = ("move", "report", "finish_item", "finish_item", "add_evidence", "ask_due", "decide_due")
FITTING = {
    "not_started": WORKING,
    "under_way": (*WORKING, "strike_report", "strike_evidence", "unfinish_item"),
    "partly_done": WORKING,
    "claimed": ("check", "check", "send_back", "move"),
    "checked": ("announce", "announce", "reopen"),
    "on_notice": (
        *("answer_objection", "sign_later") * 3,
        "enter_objection",
        "sign_off",
    ),
    "signed_off": ("look_back", "enter_record", "reopen"),
}
PLANNING = ("hand_up", "pass_step", "pass_step", "pass_step", "send_plan_back", "revise_plan")
DUES = ("2026年12月底前，长期坚持", "2027-03-31", "立行立改", "长期坚持")


@pytest.fixture(autouse=True)
def _district():
    r.district()


def differing() -> dict[str, str]:
    return {
        f"{kind}/{name}": wrong
        for kind in ("round", "problem", "task")
        for name, wrong in ledger.differing(kind)
        if wrong is not None
    }


def test_a_round_with_a_signed_task_is_rebuilt_whole():
    r.signed()
    r.issued()
    found = folding.rebuilt("yx-2")
    assert found.unlike == ()
    task = found.round.tasks[1]
    assert (task.row["state"], task.row["signed_by"]) == ("signed_off", SIGNER.name)
    assert [each["months"] for each in task.look_backs] == [6, 12]
    assert [each["digest"] for each in task.evidence.values()] == [Evidence.objects.get().digest]
    assert found.round.plans[1]["state"] == "in_force"
    assert found.round.plans[1]["content"] == PlanVersion.objects.get().content
    assert differing() == {}


def _acts(draw: random.Random, at, on_task: int, problem: int):
    """Everything that may be done, by somebody, with something said."""
    who = draw.choice((*PEOPLE, *[STREET] * 24, r.BUREAU))
    other = draw.choice((*PEOPLE, *[CHECKER] * 5, *[DISTRICT] * 5))
    task = Task.objects.filter(serial=on_task).first()
    report = draw.choice([*Report.objects.values_list("pk", flat=True), 0])
    proof = draw.choice([*Evidence.objects.values_list("pk", flat=True), 0])
    objection = task.objections.filter(upheld=None).first() if task else None
    day = (at - timedelta(days=draw.randint(0, 3))).date()
    said = r.task_said(
        problem=problem,
        title=draw.choice(("露天烧烤整治", "扬尘管控")),
        due=draw.choice(DUES),
        goal=draw.choice(("点位销账", "达标排放")),
        responsible=draw.choice((("U9",), ("U9", "U2"))),
        area=draw.choice(("A11", "")),
    )
    open_items = task.items.filter(done_on=None, dropped=False) if task else []
    item = next((each.serial for each in open_items), draw.randint(1, 3))
    passed = Approval.objects.filter(plan__state="in_approval").count()
    step = draw.choice((STEPS[passed % len(STEPS)], draw.choice(STEPS)))
    answers = dict(r.YES) | {"source_cured": draw.choice(("yes", "not_applicable"))}
    moves = ("start", "part", "go_on", "claim", "claim", "withdraw")
    return {
        "enter_problem": lambda: services.enter_problem(KEEPER, "yx-2", "问题原文", at=at),
        "change_problem": lambda: services.change_problem(
            KEEPER, "yx-2", problem, "改后的问题原文", at=at
        ),
        "enter_task": lambda: services.enter_task(KEEPER, "yx-2", said, at=at),
        "change_task": lambda: services.change_task(KEEPER, "yx-2", on_task, said, at=at),
        "drop_task": lambda: services.drop_task(
            KEEPER, "yx-2", on_task, at=at, reason="与他项合并"
        ),
        "restore_task": lambda: services.restore_task(KEEPER, "yx-2", on_task, at=at),
        "add_item": lambda: services.add_item(
            KEEPER, "yx-2", on_task, ItemPlan("巡查", DUES[1]), at=at
        ),
        "change_item": lambda: services.change_item(
            KEEPER, "yx-2", on_task, item, ItemPlan("夜查"), at=at
        ),
        "drop_item": lambda: services.drop_item(
            KEEPER, "yx-2", on_task, item, at=at, reason="重复"
        ),
        "change_round": lambda: services.change_round(
            KEEPER, "yx-2", r.round_plan(notice_days=draw.choice((3, 5)), team="督察二组"), at=at
        ),
        "hand_up": lambda: services.hand_up(KEEPER, "yx-2", at=at, note="送审"),
        "pass_step": lambda: services.pass_step(
            KEEPER, "yx-2", Meeting(step, paper="云发〔2026〕9号"), at=at
        ),
        "send_plan_back": lambda: services.send_plan_back(
            KEEPER, "yx-2", Meeting(step, remark="目标再具体些"), at=at
        ),
        "revise_plan": lambda: services.revise_plan(KEEPER, "yx-2", at=at, reason="加码"),
        "move": lambda: services.move_on(
            who, "yx-2", on_task, draw.choice(moves), at=at, on=day, reason="情况有变"
        ),
        "report": lambda: services.report(
            who, "yx-2", on_task, at=at, done="清退三处", hindered="夜间回潮", on=day
        ),
        "strike_report": lambda: services.strike_report(
            who, "yx-2", on_task, report, at=at, reason=" 写错\r\n重报 "
        ),
        "finish_item": lambda: services.finish_item(who, "yx-2", on_task, item, at=at, on=day),
        "unfinish_item": lambda: services.unfinish_item(
            who, "yx-2", on_task, item, at=at, reason="又有回潮"
        ),
        "add_evidence": lambda: services.add_evidence(
            who,
            "yx-2",
            on_task,
            "油烟浓度",
            at=at,
            item=draw.choice((None, item)),
            measured=Measured(draw.choice(("0.450", "12", "-3.1")), "mg/m³", "≤1.0"),
        ),
        "strike_evidence": lambda: services.strike_evidence(
            who, "yx-2", on_task, proof, at=at, reason="不是本点位"
        ),
        "ask_due": lambda: services.ask_due(
            who, "yx-2", on_task, date(2027, 6, 30), at=at, reason="冬季不能施工"
        ),
        "decide_due": lambda: services.decide_due(
            other,
            "yx-2",
            on_task,
            at=at,
            granted=draw.random() < 0.5,
            answer="已研究",
            paper="云环〔2026〕7号",
        ),
        "check": lambda: services.check(other, "yx-2", on_task, answers, at=at, remark="现场看过"),
        "send_back": lambda: services.send_back(other, "yx-2", on_task, at=at, reason="仍有烧烤"),
        "announce": lambda: services.announce(KEEPER, "yx-2", on_task, at=at, where="区政府网站"),
        "enter_objection": lambda: services.enter_objection(
            KEEPER, "yx-2", on_task, "夜里还有烟", at=at
        ),
        "answer_objection": lambda: services.answer_objection(
            other,
            "yx-2",
            on_task,
            objection.pk if objection else 0,
            "查过了",
            at=at,
            upheld=draw.random() < 0.3,
        ),
        "sign_off": lambda: services.sign_off(
            other, "yx-2", on_task, at=at, paper="云整〔2026〕1号", record_number="备1"
        ),
        "sign_later": lambda: services.sign_off(
            SIGNER, "yx-2", on_task, at=at + timedelta(days=12)
        ),
        "enter_record": lambda: services.enter_record(KEEPER, "yx-2", on_task, "备2", at=at),
        "reopen": lambda: services.reopen(
            other,
            "yx-2",
            on_task,
            at=at,
            reason="回头看发现回潮",
            falsity=draw.choice(("", "false", "superficial")),
        ),
        "look_back": lambda: services.look_back(
            other, "yx-2", on_task, draw.choice((6, 12)), at=at, held=True, text="未见反弹"
        ),
    }


@pytest.mark.slow
def test_hundreds_of_acts_in_any_order_are_rebuilt_from_the_ledger_alone():
    draw = random.Random(2026)
    r.claimed()
    r.checked()
    r.on_notice()
    at, tried, done = r.later(2), Counter(), Counter()
    for _ in range(ATTEMPTS):
        at += timedelta(minutes=draw.randint(1, 600))
        number = draw.randint(1, Task.objects.count())
        acts = _acts(draw, at, number, draw.randint(1, 2))
        task = Task.objects.filter(serial=number).first()
        fitting = FITTING[task.state] if task else ("enter_task",)
        offered = [draw.choice(fitting)]
        if draw.random() < 0.3:
            offered = [draw.choice(PLANNING), draw.choice(list(acts))]
        # What was tried least comes first, so that every act has its turn.
        name = min(offered, key=lambda each: tried[each])
        tried[name] += 1
        try:
            acts[name]()
        except Refused:
            continue
        done[name] += 1
    assert done.total() > 200
    assert len(done) > 24, tried - done
    found = folding.rebuilt("yx-2")
    assert [str(each) for each in found.unlike] == []
    assert differing() == {}


TAMPERED = {
    "row.office": lambda: Round.objects.update(
        office=Task.objects.select_related("lead").first().lead
    ),
    "row.plan_open": lambda: Round.objects.update(plan_open=True),
    "plans.1.state": lambda: PlanVersion.objects.update(state="replaced"),
    "plans.1.content.problems.1.text": lambda: _other_words(),
    "plans.1.approvals.1.paper": lambda: Approval.objects.update(paper="另一文号"),
    "problems.1.text": lambda: Problem.objects.update(text="没有问题"),
    "tasks.1.row.due_on": lambda: Task.objects.update(due_on=date(2030, 1, 1)),
    "tasks.1.row.signed_by": lambda: Task.objects.update(signed_by="别人"),
    "tasks.1.row.responsible": lambda: TaskUnit.objects.all().delete(),
    "tasks.1.row.falsity": lambda: Task.objects.update(falsity="false"),
    "tasks.1.items.1.done_on": lambda: ActionItem.objects.filter(serial=1).update(done_on=None),
    "tasks.1.checks.1.by_id": lambda: Check.objects.update(by_id="somebody"),
    "tasks.1.look_backs.1.due_on": lambda: LookBack.objects.filter(months=6).update(
        due_on=date(2027, 1, 1)
    ),
    "tasks.1.steps": lambda: Step.objects.filter(move="check").delete(),
}


def _other_words() -> None:
    plan = PlanVersion.objects.get()
    plan.content["problems"][0]["text"] = "没有问题"
    plan.save()


@pytest.mark.parametrize("path", TAMPERED)
def test_a_row_that_was_changed_behind_the_programs_back_is_found_by_its_column(path):
    r.signed()
    r.issued()
    TAMPERED[path]()
    assert path in [each.path for each in folding.rebuilt("yx-2").unlike]
    assert differing()


def test_a_row_that_no_event_began_and_an_event_without_its_row_are_found():
    r.entered()
    made = Task.objects.get()
    Task.objects.create(round=made.round, problem=made.problem, serial=9, title="x", made_at=AT)
    assert differing() == {"task/yx-2/9": "a row that no event began"}
    Task.objects.filter(serial=9).delete()
    for rows in (TaskUnit, ActionItem, Step, Task):
        rows.objects.all().delete()
    assert differing() == {"task/yx-2/1": "row missing"}


def test_a_round_that_the_ledger_does_not_know_is_not_found():
    with pytest.raises(Refused) as caught:
        folding.rebuilt("nowhere")
    assert caught.value.code == "round.not_found"
