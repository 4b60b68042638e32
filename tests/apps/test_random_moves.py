"""Whatever people press in whatever order: the row is what the events say, the chain holds."""

import random
from datetime import timedelta

import pytest

from jieban.apps.cases import services
from jieban.apps.cases.models import Case, CaseRequest, Reach
from jieban.apps.cases.selectors.folding import compare
from jieban.apps.followups import services as followups
from jieban.apps.ledger import selectors as ledger
from jieban.domain.cases.lifecycle import State
from jieban.domain.errors import Refused
from jieban.domain.followup.answers import Answers, Result
from tests.apps import live
from tests.apps.live import AT, CLERK, HEATING, REVIEWER, STREET

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
SEQUENCES = 500
STEPS = 9
CALLER = live.actor("回访员", frozenset(("case.see", "follow_up.record")))


@pytest.fixture(autouse=True)
def district(home):
    live.made_up_district()


def acts(draw: random.Random, case: Case, at):
    """Everything that may be pressed, by somebody, with something said."""
    number, unit = case.number, draw.choice(("U1", "U2", "U9"))
    handler = draw.choice((STREET, HEATING))
    terms = {
        "lead_unit": "U8",
        "plan": "改造",
        "review_on": (at + timedelta(days=9)).date().isoformat(),
        "exit_test": "验收",
        "days": "2",
        "ground": "force_majeure",
        "evidence": "权属证明",
    }
    answers = draw.choice(
        (
            Answers(Result.REACHED, contacted=True, resolved=True, satisfaction="satisfied"),
            Answers(Result.REACHED, contacted=True, resolved=False, satisfaction="neutral"),
            Answers(Result.UNREACHED),
        )
    )
    waiting = CaseRequest.objects.filter(case=case).order_by("-id").first()
    request = waiting.pk if waiting else 0
    return [
        lambda: services.dispatch_case(CLERK, number, unit, at=at, dual=["U8"]),
        lambda: services.dispatch_case(REVIEWER, number, unit, at=at, joint=["U8"]),
        lambda: services.accept_case(handler, number, at=at),
        lambda: services.accept_case(handler, number, at=at, version=case.version - 1),
        lambda: services.record_contact(handler, number, at=at),
        lambda: services.answer_case(handler, number, at=at, text="好了"),
        lambda: services.return_case(handler, number, at=at, reason="不属于本单位"),
        lambda: services.change_lead(CLERK, number, unit, at=at, reason="首接负责"),
        lambda: services.reopen_case(CLERK, number, at=at, reason="仍未解决"),
        lambda: services.close_case(CLERK, number, at=at),
        lambda: services.reply_enquiry(CLERK, number, at=at, text="可以"),
        lambda: services.decline_case(CLERK, number, at=at, reason="已诉讼", instead="法院"),
        lambda: services.urge_case(CLERK, number, at=at, reason="快些"),
        lambda: services.ask_request(
            handler,
            number,
            draw.choice(("hold", "extension", "exclusion", "objection")),
            at=at,
            reason="有据",
            terms=terms,
        ),
        lambda: services.decide_request(REVIEWER, request, granted=True, at=at),
        lambda: services.end_hold(REVIEWER, request, at=at, reason="已验收"),
        lambda: services.supervise_case(REVIEWER, number, at=at, source="创卫督办"),
        lambda: followups.record_follow_up(CALLER, number, answers, at=at),
        lambda: services.ring_alarms(at),
    ]


def test_random_sequences_of_acts_leave_row_events_and_reach_in_agreement():
    draw = random.Random(1230)
    done = 0
    for _ in range(SEQUENCES):
        case = live.received(kind=draw.choice(("request", "request", "request", "enquiry")))
        at = AT
        for _ in range(STEPS):
            at += timedelta(minutes=draw.randint(1, 3000))
            case.refresh_from_db()
            try:
                draw.choice(acts(draw, case, at))()
                done += 1
            except Refused:
                continue
        case.refresh_from_db()
        events = list(ledger.events_of("case", case.number))
        assert case.state in set(State)
        assert compare(events) is None
        assert ledger.faults_of("case", case.number) == []
        assert case.open == (case.state != "closed")
        reach = Reach.objects.filter(case=case)
        assert set(reach.values_list("open", flat=True)) <= {case.open}
        assert set(reach.values_list("next_at", flat=True)) <= {case.next_at}
    assert done > SEQUENCES


def test_a_row_that_was_changed_behind_the_programs_back_is_found():
    case = live.accepted()
    Case.objects.filter(pk=case.pk).update(state="closed")
    assert "state" in compare(list(ledger.events_of("case", case.number)))
