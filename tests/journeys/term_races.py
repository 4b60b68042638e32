"""Two plan, decide, approve, bring the same list at the same moment. See races.py.

Run by test_races.py: python -m tests.journeys.term_races
"""

import tempfile
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import django

django.setup()

from jieban.apps.ledger import selectors as ledger  # noqa: E402
from jieban.apps.programmes import services as programmes  # noqa: E402
from jieban.apps.terms import services  # noqa: E402
from jieban.apps.terms.models import Decision, LogEntry, LookBack, Term  # noqa: E402
from jieban.domain.actors import Actor  # noqa: E402
from jieban.domain.errors import Refused  # noqa: E402
from jieban.home import Home  # noqa: E402
from jieban.tables.lists import written_csv  # noqa: E402
from tests.apps import live  # noqa: E402
from tests.journeys.races import TURNS, one_won, together  # noqa: E402

AT = datetime(2023, 10, 30, 4, 0, tzinfo=UTC)
START = date(2023, 12, 1)
ONE, OTHER = Actor.named("组织部甲"), Actor.named("组织部乙")
HEAD = ("批次", "姓名", "派出单位", "社区(村)", "到任日期", "撤点日期")
numbers, years = count(1), count(2000)


def whole() -> None:
    assert list(ledger.faults()) == []
    for kind in ("term", "cohort", "programme", "official"):
        assert set(dict(ledger.differing(kind)).values()) <= {None}


def cohort():
    programme = programmes.open_programme(ONE, f"zl{next(numbers)}", "治理书记", at=AT)
    return programmes.open_cohort(ONE, programme, 1, at=AT)


def official():
    return programmes.enter_official(ONE, "", f"第{next(numbers)}样例", "区样例局", at=AT)


def called_off() -> None:
    for term in Term.objects.filter(state="planned"):
        services.call_off(ONE, term.number, at=AT, reason="改期")
    whole()


def two_send_to_one_place():
    places = [(cohort(), official()) for _ in range(2)]
    outcomes = together(
        *(lambda c=c, o=o: services.plan_term(ONE, c, o, "A11", START, at=AT) for c, o in places)
    )
    assert one_won(outcomes).code == "term.area_taken"
    called_off()


def two_send_one_official():
    who = official()
    places = [(cohort(), "A11"), (cohort(), "A21")]
    outcomes = together(
        *(
            lambda c=c, area=area: services.plan_term(ONE, c, who, area, START, at=AT)
            for c, area in places
        )
    )
    assert one_won(outcomes).code == "term.official_taken"
    called_off()


def two_enter_an_official_and_none_is_lost_without_a_word():
    outcomes = together(*([official] * 3))
    refused = [each for each in outcomes if isinstance(each, Refused)]
    made = [each for each in outcomes if not isinstance(each, BaseException)]
    assert len(refused) + len(made) == 3, outcomes
    assert {each.code for each in refused} <= {"official.exists"}
    assert len({each.code for each in made}) == len(made)
    whole()


def bring(code: str, place: str, start: str, ended: str = ""):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "名单.csv"
        line = ["1", f"{code}样例", "区样例局", place, start, ended]
        path.write_bytes(written_csv(HEAD, [line]))
        return services.import_terms(ONE, path, programme=code, at=AT)


def one_list_brought_twice_is_one_term():
    code = f"dr{next(numbers)}"
    year = next(years)
    days = f"{year}-03-16", f"{year}-09-16"
    outcomes = together(*([lambda: bring(code, "柳岸1社区", *days)] * 3))
    assert not any(
        isinstance(each, BaseException) and not isinstance(each, Refused) for each in outcomes
    ), outcomes
    assert sum(len(each.made) for each in outcomes if not isinstance(each, Refused)) == 1
    assert Term.objects.get(cohort__programme__code=code).state == "ended"
    whole()


def two_decide_on_one_overdue_term():
    code = f"dr{next(numbers)}"
    (number,) = bring(code, "松涛1社区", "2023-03-16").made
    outcomes = together(
        *(
            lambda who=who: services.end_term(who, number, at=AT, reason="期满", home=HOME)
            for who in (ONE, OTHER)
        )
    )
    one_won(outcomes)
    assert Decision.objects.filter(term__number=number).count() == 1
    assert LookBack.objects.filter(term__number=number).count() == 2
    whole()


def two_log_one_week():
    code = f"dr{next(numbers)}"
    (number,) = bring(code, "松涛2社区", "2023-09-01").made
    outcomes = together(
        *(
            lambda done=done: services.log_week(ONE, number, at=AT, counts={"done": done})
            for done in (1, 2, 3)
        )
    )
    assert not any(isinstance(each, BaseException) for each in outcomes), outcomes
    assert LogEntry.objects.filter(term__number=number).count() == 1
    whole()


AGAIN_AND_AGAIN = (
    two_send_to_one_place,
    two_send_one_official,
    two_enter_an_official_and_none_is_lost_without_a_word,
    one_list_brought_twice_is_one_term,
)
ONCE = (two_decide_on_one_overdue_term, two_log_one_week)
HOME = Home(Path(tempfile.mkdtemp()))

if __name__ == "__main__":
    live.made_up_district()
    for story in (*AGAIN_AND_AGAIN * TURNS, *ONCE):
        story()
    print(*(story.__name__ for story in (*AGAIN_AND_AGAIN, *ONCE)))
