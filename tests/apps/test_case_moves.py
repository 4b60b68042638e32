"""A case taken, dispatched, signed, contacted, answered, closed, reopened; and what is refused."""

from datetime import timedelta

import pytest

from jieban.apps.cases import selectors, services
from jieban.apps.cases.models import Assignment, Case, CasePrivate, Reach
from jieban.apps.cases.services import Intake
from jieban.apps.directory.models import Area, Unit
from jieban.apps.ledger import selectors as ledger
from jieban.domain.cases.lifecycle import State, replay
from jieban.domain.errors import Refused
from tests.apps import live
from tests.apps.live import AT, CLERK, HEATING, OTHER_STREET, REVIEWER, SECRETARY, STREET

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def district(home):
    live.made_up_district()


def refusal(code: str, act, *args, **kwargs) -> Refused:
    with pytest.raises(Refused) as caught:
        act(*args, **kwargs)
    assert caught.value.code == code
    assert caught.value.message("zh") != caught.value.message("en")
    return caught.value


def state_of(number: str) -> str:
    case = Case.objects.get(number=number)
    events = list(ledger.events_of("case", number))
    pasts = [event.kind.partition(".")[2] for event in events]
    assert replay(pasts, case.kind) == case.state
    assert [event.seq for event in events] == list(range(1, case.version + 1))
    return case.state


def test_a_case_goes_the_whole_way():
    case = live.answered()
    services.close_case(CLERK, case.number, at=AT + timedelta(days=1))
    assert state_of(case.number) == State.CLOSED
    assert ledger.faults_of("case", case.number) == []
    closed = Case.objects.get(number=case.number)
    assert not closed.open
    assert not Reach.objects.filter(case=closed, open=True).exists()


def test_what_a_resident_said_is_sealed_and_lists_show_it_redacted():
    case = live.received()
    kept = CasePrivate.objects.get(case=case)
    assert "19900010000" not in case.text + case.title + case.address
    assert "502" not in case.address
    assert b"19900010000" not in bytes(kept.sealed)
    told = str([event.body for event in ledger.events_of("case", case.number)])
    assert "19900010000" not in told
    assert "王小明" not in told


def test_a_returned_case_is_dispatched_again():
    case = live.dispatched()
    services.return_case(STREET, case.number, at=AT, reason="应由供热中心办理")
    assert state_of(case.number) == State.RECEIVED
    again = services.dispatch_case(CLERK, case.number, "U9", at=AT)
    assert (again.returns, again.lead_unit.code) == (1, "U9")
    assert selectors.visible_to(STREET, "case.see").filter(number=case.number).count() == 0
    assert selectors.visible_to(HEATING, "case.see").filter(number=case.number).count() == 1


def test_a_return_without_a_reason_is_refused():
    case = live.dispatched()
    refusal("case.reason_missing", services.return_case, STREET, case.number, at=AT, reason=" ")


def test_past_the_limit_of_returns_the_case_goes_up_to_the_district():
    case = live.received()
    for _ in range(3):
        services.dispatch_case(CLERK, case.number, "U1", at=AT)
        services.return_case(STREET, case.number, at=AT, reason="不属于本单位")
    gone = Case.objects.get(number=case.number)
    assert gone.gone_up
    assert gone.returns == 3
    refusal("case.went_up", services.dispatch_case, CLERK, case.number, "U1", at=AT)
    services.dispatch_case(REVIEWER, case.number, "U1", at=AT)
    assert state_of(case.number) == State.DISPATCHED


def test_the_second_of_two_people_is_told_who_did_what():
    case = live.dispatched()
    services.accept_case(STREET, case.number, at=AT, version=case.version)
    told = refusal(
        "case.changed_meanwhile",
        services.accept_case,
        SECRETARY,
        case.number,
        at=AT,
        version=case.version,
    )
    assert told.detail["who"] == "街道协调员"
    assert told.detail["did"] == "accepted"
    told = refusal("case.share_accepted", services.accept_case, SECRETARY, case.number, at=AT)
    assert told.detail["who"] == "街道协调员"


def test_a_case_out_of_scope_is_not_found_by_any_act():
    case = live.dispatched()
    acts = [
        (services.accept_case, {}),
        (services.return_case, {"reason": "x"}),
        (services.answer_case, {"text": "x"}),
        (services.record_contact, {}),
        (services.ask_request, {"kind": "hold", "reason": "x"}),
    ]
    for act, said in acts:
        refusal("case.not_found", act, OTHER_STREET, case.number, at=AT, **said)
    assert not selectors.visible_to(OTHER_STREET, "case.see").exists()


def test_a_department_does_not_answer_for_the_street():
    case = live.dispatched(joint=("U9",))
    services.accept_case(STREET, case.number, at=AT)
    services.accept_case(HEATING, case.number, at=AT)
    services.answer_case(HEATING, case.number, at=AT, text="阀门已换")
    assert state_of(case.number) == State.ACCEPTED
    services.answer_case(STREET, case.number, at=AT, text="都好了")
    assert state_of(case.number) == State.ANSWERED


def test_the_first_to_accept_leads_until_a_recorded_change():
    case = live.dispatched(dual=("U9",))
    services.accept_case(HEATING, case.number, at=AT)
    assert Case.objects.get(number=case.number).lead_unit.code == "U9"
    services.change_lead(CLERK, case.number, "U1", at=AT, reason="首接单位为街道")
    assert state_of_lead(case.number) == ("U1", "dispatched")
    roles = dict(Assignment.objects.filter(case=case).values_list("unit__code", "role"))
    assert roles == {"U1": "lead", "U9": "dual"}


def state_of_lead(number: str) -> tuple[str, str]:
    case = Case.objects.get(number=number)
    return case.lead_unit.code, case.state


def test_a_reopened_case_goes_back_to_the_same_unit_with_its_count():
    case = live.answered()
    again = services.reopen_case(
        CLERK, case.number, at=AT + timedelta(days=2), reason="诉求人称仍未解决"
    )
    assert (again.passes, again.state, again.lead_unit.code) == (2, "dispatched", "U1")
    assert again.clock_started_at == AT + timedelta(days=2)
    assert again.contacted_at is None


def test_contact_stops_the_first_clock_and_the_answer_the_second():
    case = live.accepted()
    assert case.next_at == AT + timedelta(hours=24)
    contacted = services.record_contact(STREET, case.number, at=AT + timedelta(hours=2))
    assert contacted.next_at == contacted.due_at > AT + timedelta(hours=24)
    done = services.answer_case(STREET, case.number, at=AT + timedelta(hours=3), text="好了")
    assert done.alarm_at is None


def test_an_urgent_case_has_two_hours():
    case = live.received(urgency="urgent")
    assert case.due_at == AT + timedelta(hours=2)


def test_an_enquiry_is_answered_by_who_took_it():
    case = live.received(kind="enquiry")
    services.reply_enquiry(CLERK, case.number, at=AT, text="周一至周五可以办理")
    assert state_of(case.number) == State.ANSWERED
    other = live.received()
    refusal("case.move_not_allowed", services.reply_enquiry, CLERK, other.number, at=AT, text="x")


def test_a_declined_case_says_where_to_go_instead():
    case = live.received()
    refusal(
        "case.instead_missing",
        services.decline_case,
        CLERK,
        case.number,
        at=AT,
        reason="已进入诉讼",
        instead="",
    )
    services.decline_case(CLERK, case.number, at=AT, reason="已进入诉讼", instead="向受理法院反映")
    assert state_of(case.number) == State.CLOSED
    refusal("case.never_dispatched", services.reopen_case, CLERK, case.number, at=AT, reason="x")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"text": " "}, "case.text_missing"),
        ({"text": "长" * 5001}, "case.too_long"),
        ({"channel": "鸽子"}, "case.word_unknown"),
        ({"urgency": "very"}, "case.word_unknown"),
        ({"area": "nowhere"}, "directory.unknown_area"),
        ({"name": "a\x00b"}, "case.word_unknown"),
    ],
)
def test_a_case_that_cannot_be_taken_leaves_nothing(said, code):
    refusal(code, live.received, **said)
    assert not Case.objects.exists()
    assert ledger.newest(1).count() == 0


def test_who_may_not_receive_cannot():
    refusal("actor.not_permitted", services.receive_case, STREET, Intake(text="x"), at=AT)


def test_a_merged_case_leaves_the_lists_and_comes_back():
    first, second = live.dispatched(), live.dispatched()
    services.merge_case(CLERK, second.number, first.number, at=AT, reason="同一事项")
    merged = Case.objects.get(number=second.number)
    assert not merged.open
    refusal("case.merged", services.accept_case, STREET, second.number, at=AT)
    services.undo_merge(CLERK, second.number, at=AT, reason="并错了")
    back = Case.objects.get(number=second.number)
    assert back.open
    assert back.due_at == merged.due_at
    services.accept_case(STREET, second.number, at=AT)
    assert state_of(second.number) == State.ACCEPTED


def test_a_child_case_starts_as_received():
    case = live.accepted()
    child = services.split_case(
        CLERK, case.number, Intake(text="另有路灯不亮", area="A11"), at=AT, reason="两件事"
    )
    assert child.parent == case
    assert state_of(child.number) == State.RECEIVED


def test_a_hold_stops_the_clock_until_it_ends():
    case = live.accepted()
    due = case.due_at
    asked = services.ask_request(
        STREET,
        case.number,
        "hold",
        at=AT + timedelta(hours=1),
        reason="需列入改造计划",
        terms={
            "lead_unit": "U8",
            "plan": "明年改造管网",
            "review_on": "2026-11-20",
            "exit_test": "改造验收",
        },
    )
    refusal("case_request.same_person", decide_own, asked.pk)
    services.decide_request(REVIEWER, asked.pk, granted=True, at=AT + timedelta(hours=2))
    held = Case.objects.get(number=case.number)
    assert held.held
    assert held.due_at is None
    refusal("case.held", services.answer_case, STREET, case.number, at=AT, text="x")
    services.end_hold(REVIEWER, asked.pk, at=AT + timedelta(hours=12), reason="已验收")
    assert Case.objects.get(number=case.number).due_at == due + timedelta(hours=10)


def decide_own(request: int) -> None:
    both = live.actor(STREET.name, live.REVIEWING | live.HANDLING)
    services.decide_request(both, request, granted=True, at=AT)


def test_an_objection_upheld_brings_the_case_back():
    case = live.dispatched()
    asked = services.ask_request(
        STREET, case.number, "objection", at=AT, reason="权属在区里", terms={"evidence": "产权证明"}
    )
    services.decide_request(REVIEWER, asked.pk, granted=True, at=AT, reason="属实")
    back = Case.objects.get(number=case.number)
    assert (back.state, back.returns, back.waiting) == ("received", 1, False)


def test_an_extension_lengthens_the_clock():
    case = live.accepted()
    asked = services.ask_request(
        STREET, case.number, "extension", at=AT, reason="等待配件", terms={"days": "2"}
    )
    services.decide_request(REVIEWER, asked.pk, granted=True, at=AT + timedelta(hours=1))
    assert Case.objects.get(number=case.number).due_at > case.due_at


def test_an_exclusion_leaves_the_handling_as_it_is():
    case = live.accepted()
    asked = services.ask_request(
        STREET, case.number, "exclusion", at=AT, reason="x", terms={"ground": "force_majeure"}
    )
    services.decide_request(REVIEWER, asked.pk, granted=True, at=AT)
    out = Case.objects.get(number=case.number)
    assert (out.excluded_ground, out.state) == ("force_majeure", "accepted")


def test_units_called_in_see_the_case_report_in_and_are_rated():
    case = live.accepted()
    call = services.call_units(
        STREET,
        case.number,
        ["U9"],
        at=AT,
        topic="共同查看管线",
        report_in_by=AT + timedelta(hours=2),
    )
    assert selectors.visible_to(HEATING, "case.see").filter(number=case.number).exists()
    services.report_in(HEATING, call.pk, "U9", at=AT + timedelta(hours=1))
    services.record_joint_visit(
        STREET, call.pk, at=AT, findings="阀门损坏", tasks={"U9": ("更换阀门", None)}
    )
    refusal("joint_call.unfinished", services.finish_call, STREET, call.pk, at=AT, ratings={})
    services.finish_task(HEATING, call.pk, "U9", at=AT)
    services.finish_call(STREET, call.pk, at=AT, ratings={"U9": 5})
    services.rate_caller(HEATING, call.pk, "U9", 4, at=AT)


def test_alarms_ring_once_each():
    case = live.dispatched(urgency="urgent")
    assert services.ring_alarms(at=AT + timedelta(minutes=95)) == 1
    assert services.ring_alarms(at=AT + timedelta(minutes=95)) == 0
    assert services.ring_alarms(at=AT + timedelta(hours=2)) == 1
    services.ring_alarms(at=AT + timedelta(days=9))
    lights = [
        event.body["light"]
        for event in ledger.events_of("case", case.number)
        if event.kind == "case.reminded"
    ]
    assert lights[:2] == ["amber", "red"]
    assert len(lights) == len(set(lights))


def test_seeing_in_clear_asks_why_and_is_an_event():
    case = live.received()
    refusal(
        "case.reason_missing", services.unmask_case, live.PRIVACY, case.number, at=AT, reason=""
    )
    refusal("case.not_found", services.unmask_case, STREET, case.number, at=AT, reason="x")
    shown = services.unmask_case(live.PRIVACY, case.number, at=AT, reason="核对回电号码")
    assert shown["phone"] == "19900010000"
    assert ledger.events_of("case", case.number).last().kind == "case.unmasked"


def test_erasing_keeps_the_case_and_its_chain():
    case = live.answered()
    services.close_case(CLERK, case.number, at=AT)
    services.erase_private(live.PRIVACY, case.number, at=AT, reason="保存期满")
    assert not CasePrivate.objects.filter(case=case).exists()
    assert ledger.faults_of("case", case.number) == []


def test_a_merged_case_is_erased_when_the_one_it_went_into_is_over():
    case, other = live.received(), live.answered()
    services.merge_case(CLERK, case.number, other.number, at=AT, reason="同一件事")
    refusal(
        "case.erase_open",
        services.erase_private,
        live.PRIVACY,
        case.number,
        at=AT,
        reason="保存期满",
    )
    services.close_case(CLERK, other.number, at=AT)
    later = AT + timedelta(days=30)
    assert services.erase_due(live.PRIVACY, at=later, keep_days=31, reason="保存期满") == 0
    assert services.erase_due(live.PRIVACY, at=later, keep_days=30, reason="保存期满") == 2
    assert not CasePrivate.objects.exists()
    assert Case.objects.get(number=case.number).text == "—"
    assert ledger.faults_of("case", case.number) == []


def test_a_merged_unit_and_place_hand_their_cases_over():
    case = live.dispatched(joint=("U9",))
    for model, code in ((Unit, "U1"), (Area, "A11")):
        model.objects.filter(code=code).update(provisional=True)
    services.merge_name(CLERK, "unit", "U1", "U2", at=AT)
    services.merge_name(CLERK, "area", "A11", "A12", at=AT)
    moved = Case.objects.get(number=case.number)
    assert (moved.lead_unit.code, moved.area.code) == ("U2", "A12")
    other = live.actor("柳岸", live.HANDLING, "unit:U2")
    services.accept_case(other, case.number, at=AT)
    assert state_of(case.number) == State.ACCEPTED
