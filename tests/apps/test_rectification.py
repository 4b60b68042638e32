"""Inspection rectification: a task on its way to a sign-off that means something."""

from datetime import date, timedelta

import pytest

from jieban.apps.ledger import selectors as ledger
from jieban.apps.rectification import services
from jieban.apps.rectification.models import PlanVersion, Round, Task
from jieban.apps.rectification.selectors import plans, seeing
from jieban.apps.rectification.services import ItemPlan, Measured, Meeting
from jieban.domain.errors import Refused
from jieban.domain.rectification.plan import STEPS
from tests.apps import rectifying as r
from tests.apps.rectifying import AT, CHECKER, KEEPER, SIGNER, STREET

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _district():
    r.district()


def refused(code: str, act, *args, **kwargs) -> Refused:
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    assert caught.value.code == code
    return caught.value


# --- plans ---------------------------------------------------------------------------------


def test_a_plan_with_blanks_is_not_handed_up_and_every_blank_is_named():
    r.entered()
    r.entered(goal="", due="")
    r.entered(lead="", responsible=())
    said = refused("plan.blanks", services.hand_up, KEEPER, "yx-2", at=AT)
    assert said.detail["blanks"] == ["2 goal", "2 due", "3 lead", "3 responsible"]
    assert not PlanVersion.objects.exists()


def test_a_plan_goes_through_five_steps_in_order_with_papers_and_days():
    r.entered()
    version = services.hand_up(KEEPER, "yx-2", at=AT)
    refused("plan.step_out_of_order", services.pass_step, KEEPER, "yx-2", Meeting("issued"), at=AT)
    for step in STEPS[:-1]:
        services.pass_step(KEEPER, "yx-2", Meeting(step, held_on=date(2026, 11, 1)), at=AT)
    refused("plan.paper_missing", services.pass_step, KEEPER, "yx-2", Meeting("issued"), at=AT)
    services.pass_step(KEEPER, "yx-2", Meeting("issued", paper="云办发〔2026〕3号"), at=AT)
    version.refresh_from_db()
    assert version.state == "in_force"
    assert [each.step for each in version.approvals.all()] == list(STEPS)
    refused("plan.not_handed_up", services.pass_step, KEEPER, "yx-2", Meeting("issued"), at=AT)


def test_a_plan_on_its_way_is_edited_only_after_it_was_sent_back():
    task = r.entered()
    services.hand_up(KEEPER, "yx-2", at=AT)
    said = r.task_said(goal="另一目标")
    refused("plan.in_approval", services.change_task, KEEPER, "yx-2", task.serial, said, at=AT)
    services.send_plan_back(KEEPER, "yx-2", Meeting("leading_group", remark="目标再具体些"), at=AT)
    services.change_task(KEEPER, "yx-2", task.serial, said, at=AT)
    second = services.hand_up(KEEPER, "yx-2", at=AT)
    assert second.number == 2
    (change,) = plans.differences_between(Round.objects.get(), 1, 2)
    assert (change.what, change.path, change.field) == ("task", "1", "goal")
    assert (change.before, change.after) == ("集中点位全部销账", "另一目标")


def test_an_issued_plan_is_changed_by_a_revision_that_goes_the_whole_way_again():
    task = r.entered()
    r.issued()
    said = r.task_said(goal="加码目标")
    refused("plan.closed", services.change_task, KEEPER, "yx-2", task.serial, said, at=AT)
    services.revise_plan(KEEPER, "yx-2", at=AT, reason="市里要求提高目标")
    refused("plan.nothing_changed", services.hand_up, KEEPER, "yx-2", at=AT)
    services.change_task(KEEPER, "yx-2", task.serial, said, at=AT)
    services.add_item(KEEPER, "yx-2", task.serial, ItemPlan("夜间巡查", "2026-12-01"), at=AT)
    r.issued()
    states = {each.number: each.state for each in PlanVersion.objects.all()}
    assert states == {1: "replaced", 2: "in_force"}


def test_only_the_office_of_the_round_keeps_its_plan():
    r.opened()
    for actor in (r.STREET, r.READER, r.ALL_POWERS_OF_STREET):
        with pytest.raises(Refused):
            services.enter_problem(actor, "yx-2", "问题", at=AT)
    with pytest.raises(Refused):
        services.open_round(r.ALL_POWERS_OF_STREET, "own", r.round_plan(), at=AT)


def test_nobody_takes_their_own_unit_off_an_issued_task():
    task = r.entered(responsible=("U9", "UE"))
    without = r.task_said()
    services.change_task(KEEPER, "yx-2", task.serial, without, at=AT)
    services.change_task(KEEPER, "yx-2", task.serial, r.task_said(responsible=("UE",)), at=AT)
    r.issued()
    services.revise_plan(KEEPER, "yx-2", at=AT, reason="调整分工")
    refused("task.own_unit", services.change_task, KEEPER, "yx-2", task.serial, without, at=AT)
    other = r.live.actor("市派干部", r.OFFICE)
    services.change_task(other, "yx-2", task.serial, without, at=AT)


# --- the whole way --------------------------------------------------------------------------


def test_a_task_goes_from_its_report_to_its_sign_off_and_the_chain_says_so():
    task = r.signed()
    assert task.state == "signed_off"
    assert (task.signed_by, task.signed_unit) == (SIGNER.name, "UE")
    assert [each.months for each in task.look_backs.all()] == [6, 12]
    kinds = [event.kind for event in ledger.events_of("task", "yx-2/1")]
    assert kinds == [
        "task.entered",
        "task.reported",
        "task.started",
        "task.item_done",
        "task.item_done",
        "task.evidence_added",
        "task.claimed",
        "task.checked",
        "task.announced",
        "task.signed_off",
    ]
    assert task.version == len(kinds)


def test_a_claim_needs_every_item_done_and_a_proof():
    task = r.entered()
    services.move_on(STREET, "yx-2", 1, "start", at=AT)
    refused("task.items_open", services.move_on, STREET, "yx-2", 1, "claim", at=AT)
    for item in task.items.all():
        services.finish_item(STREET, "yx-2", 1, item.serial, at=AT)
    refused("task.evidence_missing", services.move_on, STREET, "yx-2", 1, "claim", at=AT)
    measured = Measured("0.45", "mg/m³", "≤1.0 mg/m³")
    services.add_evidence(r.BUREAU, "yx-2", 1, "油烟浓度", at=AT, measured=measured)
    services.move_on(STREET, "yx-2", 1, "claim", at=AT)
    assert Task.objects.get().state == "claimed"


@pytest.mark.parametrize(
    "measured", [Measured("", ""), Measured("很多", "mg"), Measured("1", ""), Measured("", "mg")]
)
def test_a_measurement_has_a_number_and_a_unit(measured):
    r.entered()
    with pytest.raises(Refused):
        services.add_evidence(STREET, "yx-2", 1, "浓度", at=AT, measured=measured)


def test_the_notice_runs_its_working_days():
    task = r.on_notice()
    # 2 November 2026 is a Monday: five working days end on the Monday after.
    assert task.notice_until == date(2026, 11, 9)
    refused("task.notice_runs", services.sign_off, SIGNER, "yx-2", 1, at=r.later(7))
    services.sign_off(SIGNER, "yx-2", 1, at=r.later(8))
    assert Task.objects.get().signed_on == date(2026, 11, 10)


def test_without_a_notice_nothing_is_signed_where_the_round_asks_for_one():
    r.checked()
    refused("task.notice_missing", services.sign_off, SIGNER, "yx-2", 1, at=r.later(30))


def test_where_the_round_asks_for_no_notice_a_checked_task_is_signed():
    r.opened(notice_days=0)
    services.enter_problem(KEEPER, "yx-2", "问题", at=AT)
    r.checked()
    refused("task.no_notice_here", services.announce, KEEPER, "yx-2", 1, at=AT, where="网站")
    services.sign_off(SIGNER, "yx-2", 1, at=AT)


def test_an_open_objection_holds_the_sign_off_and_one_that_holds_sends_it_back():
    r.on_notice()
    objection = services.enter_objection(KEEPER, "yx-2", 1, "夜里还有摊点", at=r.later(1))
    refused("task.objections_open", services.sign_off, SIGNER, "yx-2", 1, at=r.later(10))
    services.answer_objection(
        CHECKER, "yx-2", 1, objection.pk, "夜查属实", at=r.later(2), upheld=True
    )
    task = Task.objects.get()
    assert (task.state, task.notice_until, task.claimed_on) == ("under_way", None, None)


def test_an_objection_that_does_not_hold_lets_the_notice_go_on():
    r.on_notice()
    objection = services.enter_objection(KEEPER, "yx-2", 1, "没看见公示牌", at=r.later(1))
    services.answer_objection(
        CHECKER, "yx-2", 1, objection.pk, "公示牌在路口", at=r.later(2), upheld=False
    )
    assert services.sign_off(SIGNER, "yx-2", 1, at=r.later(10)).state == "signed_off"


def test_a_check_answers_all_five_points_and_passes_only_without_a_no():
    r.claimed()
    answers = {**r.YES, "source_cured": ""}
    refused("task.answer_missing", services.check, CHECKER, "yx-2", 1, answers, at=AT)
    answers["source_cured"] = "no"
    refused("task.check_not_passed", services.check, CHECKER, "yx-2", 1, answers, at=AT)
    services.send_back(CHECKER, "yx-2", 1, at=AT, reason="长效机制未建立", answers=answers)
    assert Task.objects.get().state == "under_way"


# --- who signs ------------------------------------------------------------------------------


def test_a_unit_neither_checks_nor_signs_its_own_work_whatever_its_post_may_do():
    r.claimed()
    refused("task.own_work", services.check, r.ALL_POWERS_OF_STREET, "yx-2", 1, r.YES, at=AT)
    services.check(CHECKER, "yx-2", 1, r.YES, at=AT)
    services.announce(KEEPER, "yx-2", 1, at=AT, where="网站")
    refused("task.own_work", services.sign_off, r.ALL_POWERS_OF_STREET, "yx-2", 1, at=r.later(10))
    responsible = r.live.actor("供热全权", r.EVERYTHING, "unit:U9")
    refused("task.own_work", services.sign_off, responsible, "yx-2", 1, at=r.later(10))
    community = r.live.actor("社区全权", r.EVERYTHING, "area:A11")
    refused("task.own_work", services.sign_off, community, "yx-2", 1, at=r.later(10))


def test_a_post_for_the_whole_district_beside_one_of_the_unit_does_not_help():
    r.on_notice()
    both = r.live.Actor(
        id="两岗",
        name="两岗",
        grants=(r.live.Grant("*", r.SIGNING), r.live.Grant("unit:U1", r.HANDLING)),
    )
    refused("task.own_work", services.sign_off, both, "yx-2", 1, at=r.later(10))


def test_whoever_checked_does_not_sign_and_whoever_worked_does_neither():
    r.claimed(by=r.live.actor("借调", r.EVERYTHING, "unit:U1"))
    borrowed = r.live.actor("借调", r.EVERYTHING, "unit:UE")
    refused("task.worked_on_it", services.check, borrowed, "yx-2", 1, r.YES, at=AT)
    services.check(r.ALL_POWERS_OF_OFFICE, "yx-2", 1, r.YES, at=AT)
    services.announce(KEEPER, "yx-2", 1, at=AT, where="网站")
    refused(
        "task.same_person", services.sign_off, r.ALL_POWERS_OF_OFFICE, "yx-2", 1, at=r.later(10)
    )
    services.sign_off(SIGNER, "yx-2", 1, at=r.later(10))


def test_where_the_office_itself_is_the_lead_its_superior_signs():
    both = r.live.actor("环境办经办", r.EVERYTHING, "unit:UE")
    r.claimed(by=both, lead="UE")
    refused("task.own_work", services.check, CHECKER, "yx-2", 1, r.YES, at=AT)
    services.check(r.DISTRICT, "yx-2", 1, r.YES, at=AT)
    services.announce(KEEPER, "yx-2", 1, at=AT, where="网站")
    refused("task.own_work", services.sign_off, SIGNER, "yx-2", 1, at=r.later(10))
    other = r.live.actor("另一位区领导", r.SIGNING)
    task = services.sign_off(other, "yx-2", 1, at=r.later(10))
    assert task.signed_unit == ""


def test_another_units_signer_reaches_nothing_here():
    r.on_notice()
    stranger = r.live.actor("邻街全权", r.EVERYTHING, "unit:U2")
    refused("task.not_found", services.sign_off, stranger, "yx-2", 1, at=r.later(10))
    looks = r.live.Actor(
        id="x", name="x", grants=(r.live.Grant("*", r.SEEING), r.live.Grant("unit:U2", r.SIGNING))
    )
    refused("task.not_the_signer", services.sign_off, looks, "yx-2", 1, at=r.later(10))


def test_a_sign_off_made_before_is_taken_over_only_where_the_plan_said_so():
    r.entered()
    said = {"at": AT, "on": date(2026, 6, 1), "paper": "验收〔2026〕1号", "reason": "此前已验收"}
    refused("task.not_said_done", services.take_over, SIGNER, "yx-2", 1, **said)
    Task.objects.update(said_state="已完成", said_done=True, brought_by=SIGNER.id)
    refused("task.brought_it_in", services.take_over, SIGNER, "yx-2", 1, **said)
    Task.objects.update(brought_by=KEEPER.id)
    refused("task.paper_missing", services.take_over, SIGNER, "yx-2", 1, **{**said, "paper": ""})
    refused("task.own_work", services.take_over, r.ALL_POWERS_OF_STREET, "yx-2", 1, **said)
    assert services.take_over(SIGNER, "yx-2", 1, **said).state == "signed_off"


# --- afterwards -----------------------------------------------------------------------------


def test_a_false_rectification_is_flagged_and_reopens():
    r.signed()
    refused("task.own_work", services.reopen, r.ALL_POWERS_OF_STREET, "yx-2", 1, at=AT, reason="x")
    task = services.reopen(
        CHECKER, "yx-2", 1, at=r.later(40), reason="雨天检查露馅", falsity="superficial"
    )
    assert (task.state, task.falsity, task.signed_on) == ("under_way", "superficial", None)
    assert not task.look_backs.filter(dropped=False).exists()
    services.move_on(STREET, "yx-2", 1, "claim", at=r.later(50))
    refused("task.same_person", _sign_after_check, CHECKER, r.later(51))


def _sign_after_check(checker, at):
    powers = r.live.actor(checker.name, r.EVERYTHING, "unit:UE")
    services.check(powers, "yx-2", 1, r.YES, at=at)
    services.announce(KEEPER, "yx-2", 1, at=at, where="网站")
    services.sign_off(powers, "yx-2", 1, at=at + timedelta(days=20))


def test_a_look_back_says_whether_it_held():
    r.signed()
    services.look_back(CHECKER, "yx-2", 1, 6, at=r.later(200), held=True, text="无反弹")
    refused(
        "task.look_back_not_found",
        services.look_back,
        CHECKER,
        "yx-2",
        1,
        6,
        at=r.later(200),
        held=True,
        text="再看",
    )


def test_another_due_day_is_asked_for_and_decided_by_somebody_else():
    r.entered()
    wanted = date(2027, 3, 31)
    services.ask_due(STREET, "yx-2", 1, wanted, at=AT, reason="冬季无法施工")
    refused("task.due_request_open", services.ask_due, STREET, "yx-2", 1, wanted, at=AT, reason="x")
    refused(
        "task.own_request",
        services.decide_due,
        r.live.actor("两头", r.EVERYTHING, "unit:U1", "unit:UE"),
        "yx-2",
        1,
        at=AT,
        granted=True,
        paper="x",
    )
    refused("task.paper_missing", services.decide_due, CHECKER, "yx-2", 1, at=AT, granted=True)
    services.decide_due(CHECKER, "yx-2", 1, at=AT, granted=True, paper="市整改办函")
    task = Task.objects.get()
    assert (task.due_on, task.first_due_on) == (wanted, date(2026, 12, 31))
    services.change_task(KEEPER, "yx-2", 1, r.task_said(title="改个名"), at=AT)
    assert Task.objects.get().due_on == wanted


def test_material_is_added_while_it_is_the_units_turn():
    r.claimed()
    refused("task.closed", services.report, STREET, "yx-2", 1, at=AT, done="补一句")
    services.move_on(STREET, "yx-2", 1, "withdraw", at=AT, reason="还差一张照片")
    services.report(STREET, "yx-2", 1, at=AT, done="补一句")


def test_what_was_entered_wrongly_is_struck_out_by_whoever_entered_it():
    r.entered()
    made = services.report(STREET, "yx-2", 1, at=AT, done="写错了")
    strike = services.strike_report
    refused("task.not_yours_to_strike", strike, r.BUREAU, "yx-2", 1, made.pk, at=AT, reason="错")
    strike(STREET, "yx-2", 1, made.pk, at=AT, reason="错")
    assert Task.objects.get().last_told_on is None
    refused("task.entry_not_found", strike, STREET, "yx-2", 1, made.pk, at=AT, reason="错")


def test_residents_are_not_named_in_a_report():
    r.entered()
    refused(
        "practice.personal_data",
        services.report,
        STREET,
        "yx-2",
        1,
        at=AT,
        done="已联系居民 13900010000",
    )


def test_units_see_their_own_tasks_and_the_office_all_of_its_round():
    r.entered()
    r.entered(lead="U2", responsible=("U2",), area="A21")
    count = {
        actor.name: seeing.tasks_visible_to(actor).count()
        for actor in (KEEPER, STREET, r.BUREAU, r.OTHER, r.READER, r.DISTRICT)
    }
    assert count == {
        "环境办甲": 2,
        "街道戊": 1,
        "供热己": 1,
        "邻街庚": 1,
        "审计辛": 2,
        "区领导丁": 2,
    }
    assert seeing.rounds_visible_to(STREET).count() == 1
    assert not seeing.rounds_visible_to(STREET, "rectification.manage").exists()
    refused("task.not_found", services.report, r.OTHER, "yx-2", 1, at=AT, done="x")
    assert not seeing.tasks_visible_to(r.live.actor("无岗", frozenset())).exists()
