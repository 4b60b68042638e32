"""Ways somebody might try to have the work of their own unit signed off."""

import pytest

from jieban.apps.accounts import selectors as accounts
from jieban.apps.accounts import services as people
from jieban.apps.directory.models import Unit
from jieban.apps.rectification import services
from jieban.apps.rectification.models import Task
from jieban.apps.rectification.selectors import folding
from jieban.apps.rectification.services import ItemPlan
from jieban.domain.actors import SYSTEM
from jieban.domain.errors import Refused
from tests.apps import live
from tests.apps import rectifying as r
from tests.apps.rectifying import AT, CHECKER, KEEPER, STREET

pytestmark = pytest.mark.django_db
PAPER = {"at": AT, "on": AT.date(), "paper": "云环〔2026〕7号", "reason": "此前已销号"}


@pytest.fixture(autouse=True)
def _district():
    r.district()


def code_of(act, *args, **kwargs) -> str:
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    assert caught.value.message("zh") != caught.value.message("en")
    return caught.value.code


def over(task: Task) -> tuple[str, int]:
    return task.round.code, task.serial


def test_a_post_that_counts_only_on_duty_is_of_its_unit_off_duty_too():
    person = people.create_person(SYSTEM, "lin", "林样例", None, at=AT)
    for role, scope in (("duty_officer", "unit:U1"), ("sign_off_officer", "unit:UE")):
        people.give_post(SYSTEM, person, role, scope, at=AT, valid_from=AT.date())
    by = accounts.held_by(accounts.person_by_id(person.pk), AT).actor
    assert not by.may("case.dispatch")
    task = r.on_notice()
    assert code_of(services.sign_off, by, "yx-2", task.serial, at=r.later(10)) == "task.own_work"


def test_what_a_unit_was_made_into_does_not_sign_the_work_of_that_unit():
    task = r.on_notice()
    made = Unit.objects.create(code="U1N", name="松涛新街道", name_key="松涛新街道", position=99)
    Unit.objects.filter(code="U1").update(successor=made, valid_to=AT.date())
    by = live.actor("新街道子", r.EVERYTHING, "unit:U1N", "unit:UE")
    assert code_of(services.sign_off, by, "yx-2", task.serial, at=r.later(10)) == "task.own_work"


def test_neither_a_post_at_a_place_of_the_unit_nor_one_in_a_part_of_it_lets_anybody_sign():
    Unit.objects.create(
        code="U1P",
        name="松涛城建科",
        name_key="松涛城建科",
        position=99,
        parent=Unit.objects.get(code="U1"),
    )
    task = r.on_notice()
    for scopes in (("area:A11", "unit:UE"), ("area:A1", "*"), ("unit:U1P", "*")):
        by = live.actor("丑", r.EVERYTHING, *scopes)
        told = code_of(services.sign_off, by, "yx-2", task.serial, at=r.later(10))
        assert told == "task.own_work"


def test_a_round_given_to_a_part_of_the_office_does_not_let_the_office_sign_its_own():
    parent = Unit.objects.get(code="UE")
    Unit.objects.create(
        code="UEP", name="环境执法队", name_key="环境执法队", position=99, parent=parent
    )
    task = r.entered(lead="UE", responsible=("U1",))
    Task.objects.update(said_done=True)
    services.change_round(KEEPER, "yx-2", r.round_plan(office="UEP"), at=AT)
    for scope in ("unit:UEP", "unit:UE"):
        by = live.actor("寅", r.EVERYTHING, scope)
        assert code_of(services.take_over, by, *over(task), **PAPER) == "task.own_work"


def test_whoever_enters_that_an_outside_office_signs_does_not_take_that_sign_off_over():
    by = r.ALL_POWERS_OF_OFFICE
    changed = r.entered()
    said = r.task_said(closer="市生态环境局")
    services.change_task(by, "yx-2", changed.serial, said, at=AT)
    fresh = services.enter_task(by, "yx-2", said, at=AT)
    for task in (changed, fresh):
        assert code_of(services.take_over, by, *over(task), **PAPER) == "task.brought_it_in"
    assert folding.rebuilt("yx-2").unlike == ()
    assert services.take_over(r.SIGNER, *over(fresh), **PAPER).state == "signed_off"


def test_nobody_takes_their_own_unit_off_a_task_it_has_begun():
    task = r.entered(lead="UE", responsible=("U1",))
    services.report(r.ALL_POWERS_OF_OFFICE, *over(task), at=AT, done="清退三处")
    said = r.task_said(lead="U1", responsible=())
    assert code_of(services.change_task, KEEPER, *over(task), said, at=AT) == "task.own_unit"


def test_a_task_is_measured_by_the_plan_that_was_approved_not_by_a_revision_on_its_way():
    task = r.entered()
    r.issued()
    services.report(STREET, *over(task), at=AT, done="清退三处")
    services.finish_item(STREET, *over(task), 1, at=AT)
    services.add_evidence(STREET, *over(task), "清退后照片", at=AT, file=r.picture())
    services.revise_plan(KEEPER, "yx-2", at=AT, reason="删去难点")
    services.drop_item(KEEPER, *over(task), 2, at=AT, reason="做不到")
    assert code_of(services.move_on, STREET, *over(task), "claim", at=AT) == "task.under_revision"
    r.issued()
    assert services.move_on(STREET, *over(task), "claim", at=AT).state == "claimed"


def test_whose_tick_was_taken_back_and_set_by_another_has_worked_on_it_all_the_same():
    task = r.entered(items=(ItemPlan("清退"),))
    wide = live.actor("全区卯", r.EVERYTHING, "*")
    services.finish_item(wide, *over(task), 1, at=AT)
    services.unfinish_item(STREET, *over(task), 1, at=AT, reason="勾错了")
    services.report(STREET, *over(task), at=AT, done="清退三处")
    services.finish_item(STREET, *over(task), 1, at=AT)
    services.add_evidence(STREET, *over(task), "清退后照片", at=AT, file=r.picture())
    services.move_on(STREET, *over(task), "claim", at=AT)
    services.check(CHECKER, *over(task), r.YES, at=AT)
    services.announce(KEEPER, *over(task), at=AT, where="区政府网站")
    assert code_of(services.sign_off, wide, *over(task), at=r.later(10)) == "task.worked_on_it"
