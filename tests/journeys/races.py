"""Two people press the same button at the same moment: one wins, the other is told who did what.

Run by test_races.py in a process of its own on a fresh database, because what the ledger holds
cannot be taken back between tests: python -m tests.journeys.races
"""

import threading
from datetime import timedelta

import django

django.setup()

from django.db import connection  # noqa: E402

from jieban.apps.cases import services  # noqa: E402
from jieban.apps.cases.models import Case, CaseRequest  # noqa: E402
from jieban.apps.cases.selectors.folding import compare  # noqa: E402
from jieban.apps.cases.services import Intake  # noqa: E402
from jieban.apps.cases.services.idempotency import new_key, once  # noqa: E402
from jieban.apps.ledger import selectors as ledger  # noqa: E402
from jieban.domain.actors import Actor  # noqa: E402
from jieban.domain.errors import Refused  # noqa: E402
from tests.apps import live  # noqa: E402

LATER = live.AT + timedelta(hours=2)
TURNS = 5


def together(*acts):
    """What each act gave or how it was refused; all begin at one moment, each in its thread."""
    ready = threading.Barrier(len(acts))
    outcomes = [None] * len(acts)

    def run(place, act):
        try:
            ready.wait(20)
            outcomes[place] = act()
        except Refused as refused:
            outcomes[place] = refused
        except BaseException as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return outcomes


def one_won(outcomes) -> Refused:
    """The refusal of those who came second; anything else than one winner fails."""
    refused = [each for each in outcomes if isinstance(each, Refused)]
    wrong = [each for each in outcomes if isinstance(each, BaseException) and each not in refused]
    assert wrong == []
    assert len(refused) == len(outcomes) - 1, outcomes
    return refused[0]


def whole(*numbers: str) -> None:
    assert list(ledger.faults()) == []
    for number in numbers:
        assert compare(list(ledger.events_of("case", number))) is None


def named(name: str, like: Actor) -> Actor:
    return Actor(id=name, name=name, grants=like.grants)


def two_accept():
    case = live.dispatched()
    first, second = named("甲", live.STREET), named("乙", live.STREET)
    outcomes = together(
        *(
            lambda who=who: services.accept_case(who, case.number, at=LATER)
            for who in (first, second)
        )
    )
    refused = one_won(outcomes)
    winner = Case.objects.get(pk=case.pk).assignments.get().accepted_by
    assert winner in refused.message("zh")
    assert refused.detail["who"] == winner
    whole(case.number)


def two_dispatch_to_different_units():
    case = live.received()
    outcomes = together(
        *(
            lambda unit=unit: services.dispatch_case(live.CLERK, case.number, unit, at=LATER)
            for unit in ("U1", "U2", "U9")
        )
    )
    one_won(outcomes)
    assert Case.objects.get(pk=case.pk).assignments.count() == 1
    whole(case.number)


def two_units_accept_a_dual_case_and_the_first_leads():
    case = live.dispatched(dual=("U9",))
    outcomes = together(
        lambda: services.accept_case(live.STREET, case.number, at=LATER),
        lambda: services.accept_case(live.HEATING, case.number, at=LATER),
    )
    assert not any(isinstance(each, BaseException) for each in outcomes), outcomes
    roles = sorted(Case.objects.get(pk=case.pk).assignments.values_list("role", flat=True))
    assert roles == ["dual", "lead"]
    whole(case.number)


def two_decide_one_request():
    case = live.accepted()
    asked = services.ask_request(
        live.STREET, case.number, "extension", at=LATER, reason="配件未到", terms={"days": "3"}
    )
    outcomes = together(
        lambda: services.decide_request(
            live.REVIEWER, asked.pk, granted=True, at=LATER, reason="同意"
        ),
        lambda: services.decide_request(
            named("另一位", live.REVIEWER), asked.pk, granted=False, at=LATER, reason="不同意"
        ),
    )
    one_won(outcomes)
    kept = CaseRequest.objects.get(pk=asked.pk)
    assert kept.state in ("granted", "refused")
    assert Case.objects.get(pk=case.pk).extended_days == (3 if kept.state == "granted" else 0)
    whole(case.number)


def two_cases_merged_into_each_other():
    one, other = live.received(), live.received(text="3号楼暖气还是不热")
    outcomes = together(
        lambda: services.merge_case(
            live.CLERK, one.number, other.number, at=LATER, reason="同一件"
        ),
        lambda: services.merge_case(
            live.CLERK, other.number, one.number, at=LATER, reason="同一件"
        ),
    )
    one_won(outcomes)
    merged = list(Case.objects.filter(pk__in=(one.pk, other.pk), merged_into__isnull=False))
    assert len(merged) == 1
    whole(one.number, other.number)


def one_key_sent_by_four_at_once_makes_one_case():
    intake, key = Intake(text="路灯不亮", area="A11"), new_key()
    before = Case.objects.count()

    def send():
        return once(
            live.CLERK,
            key,
            "POST /cases",
            "body",
            lambda at: services.receive_case(live.CLERK, intake, at=at),
            at=LATER,
        ).number

    outcomes = together(*([send] * 4))
    assert len(set(outcomes)) == 1, outcomes
    assert Case.objects.count() == before + 1
    whole(outcomes[0])


def eight_take_in_at_once_and_every_number_is_its_own():
    outcomes = together(*([lambda: live.received().number] * 8))
    assert len(set(outcomes)) == 8, outcomes
    whole(*outcomes)


STORIES = (
    two_accept,
    two_dispatch_to_different_units,
    two_units_accept_a_dual_case_and_the_first_leads,
    two_decide_one_request,
    two_cases_merged_into_each_other,
    one_key_sent_by_four_at_once_makes_one_case,
    eight_take_in_at_once_and_every_number_is_its_own,
)

if __name__ == "__main__":
    live.made_up_district()
    for story in STORIES:
        for _ in range(TURNS):
            story()
        print(story.__name__)
