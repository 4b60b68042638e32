"""Call-backs: never by the handler; unresolved reopens; the last one counts."""

from datetime import timedelta

import pytest

from jieban.apps.cases.models import Case
from jieban.apps.followups import selectors, services
from jieban.domain.errors import Refused
from jieban.domain.followup.answers import Answers, Result
from jieban.sealing import sealer_of
from tests.apps import live
from tests.apps.live import AT, STREET

pytestmark = pytest.mark.django_db
CALLER = live.actor("回访员", frozenset(("case.see", "case.unmask", "follow_up.record")))
LATER = AT + timedelta(days=1)
GOOD = Answers(Result.REACHED, contacted=True, resolved=True, satisfaction="satisfied")
BAD = Answers(Result.REACHED, contacted=True, resolved=False, satisfaction="dissatisfied")


@pytest.fixture(autouse=True)
def district(home):
    live.made_up_district()


def test_a_resolved_case_is_closed_with_its_outcome(home):
    case = live.answered()
    assert [each.number for each in selectors.waiting(CALLER)] == [case.number]
    made = services.record_follow_up(CALLER, case.number, GOOD, at=LATER, words="修得很快")
    done = Case.objects.get(number=case.number)
    assert (done.state, done.valid, done.resolved) == ("closed", True, True)
    assert selectors.words_of(made, sealer_of(home.keys)) == "修得很快"
    assert not selectors.waiting(CALLER)


def test_an_unresolved_case_is_reopened_as_often_as_the_rule_says_then_closed():
    case = live.answered()
    services.record_follow_up(CALLER, case.number, BAD, at=LATER)
    again = Case.objects.get(number=case.number)
    assert (again.state, again.passes, again.resolved) == ("dispatched", 2, False)
    while again.state == "dispatched":
        live.services.accept_case(STREET, case.number, at=LATER)
        live.services.answer_case(STREET, case.number, at=LATER, text="又修了")
        services.record_follow_up(CALLER, case.number, BAD, at=LATER)
        again.refresh_from_db()
    assert again.state == "closed"


def test_nobody_reached_is_tried_again_and_closed_without_a_valid_outcome():
    case = live.answered()
    for _ in range(3):
        services.record_follow_up(CALLER, case.number, Answers(Result.UNREACHED), at=LATER)
    done = Case.objects.get(number=case.number)
    assert (done.state, done.valid, done.resolved) == ("closed", False, None)


def test_who_handled_a_case_does_not_call_back():
    case = live.answered()
    both = live.actor(STREET.name, live.HANDLING | {"follow_up.record"})
    with pytest.raises(Refused) as caught:
        services.record_follow_up(both, case.number, GOOD, at=LATER)
    assert caught.value.code == "follow_up.handler"


def test_who_may_not_call_back_finds_no_case():
    case = live.answered()
    with pytest.raises(Refused) as caught:
        services.record_follow_up(STREET, case.number, GOOD, at=LATER)
    assert caught.value.code == "case.not_found"


def test_a_case_that_is_not_answered_has_no_call_back():
    case = live.accepted()
    with pytest.raises(Refused) as caught:
        services.record_follow_up(CALLER, case.number, GOOD, at=LATER)
    assert caught.value.code == "follow_up.not_answered"


def test_the_residents_own_words_are_erased_with_the_rest(home):
    case = live.answered()
    services.record_follow_up(CALLER, case.number, GOOD, at=LATER, words="家里老人怕冷")
    before = LATER + timedelta(days=29)
    erase = live.services.erase_due
    assert erase(live.PRIVACY, at=before, keep_days=30, reason="期满") == 0
    assert erase(live.PRIVACY, at=LATER + timedelta(days=30), keep_days=30, reason="期满") == 1
    assert erase(live.PRIVACY, at=LATER + timedelta(days=31), keep_days=30, reason="期满") == 0
    assert selectors.of_case(case).get().words is None
