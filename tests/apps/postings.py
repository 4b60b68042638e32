"""Terms for tests: a made-up district, a published month, officials, people with rights."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from jieban.apps.assessments import facts
from jieban.apps.assessments import services as assessments
from jieban.apps.cases import services as cases
from jieban.apps.programmes import services as programmes
from jieban.apps.programmes.models import Cohort, Official
from jieban.apps.terms import services
from jieban.apps.terms.models import Term
from jieban.domain.actors import Actor
from jieban.domain.rulebook import schema
from jieban.evaluation import runs
from jieban.home import Home
from tests.apps import live
from tests.apps.exports import row, write_export
from tests.conftest import CLERK

MANAGING = frozenset(("term.see", "term.manage", "term.approve", "case.see"))
ORGANISER = live.actor("组织部甲", MANAGING)
SECOND_ORGANISER = live.actor("组织部乙", MANAGING)
LEADER = live.actor("区领导", frozenset(("term.see", "term.approve")))
ONLOOKER = live.actor("看的人", frozenset(("term.see",)))
SERVING = frozenset(("term.see", "term.serve", "case.see"))
SECRETARY = live.actor("治理书记甲", SERVING, "area:A11")
OTHER_SECRETARY = live.actor("治理书记乙", SERVING, "area:A21")

BEFORE = datetime(2023, 11, 20, 2, 0, tzinfo=UTC)
START = date(2023, 12, 1)
LAST_DAY = date(2024, 6, 1)


def noon(day: date) -> datetime:
    """A moment in the middle of a day, at the place."""
    return datetime(day.year, day.month, day.day, 4, 0, tzinfo=UTC)


def days(before: date, number: int) -> datetime:
    return noon(before + timedelta(days=number))


def published(
    home: Home, folder: Path, period: str = "2023-10", day: str = "2023-10-01", unsolved: int = 4
) -> str:
    """The id of a published run of one month, with cases in communities A11 and A21."""
    rows = []
    for street, place in (("松涛街道", "松涛1社区"), ("柳岸街道", "柳岸1社区")):
        rows += [
            row(
                f"{period}-{place}-{number}",
                被反映街乡镇=street,
                所在村社区=place,
                主办单位=street,
                创建时间=f"{day} 09:00:00",
                办结时间=f"{day} 17:00:00",
                是否解决="否" if number % unsolved == 0 else "是",
            )
            for number in range(24)
        ]
    at = BEFORE - timedelta(days=15)
    cases.import_file(CLERK, write_export(folder / f"{period}.csv", rows), at=at, home=home)
    rulebook = schema.load("beijing-district")
    made = runs.run(facts.current_facts(home), rulebook, period, home.runs, at=at)
    run = assessments.record_run(CLERK, made, at=at)
    assessments.review_run(CLERK, run.run_id, at=at)
    assessments.open_appeals(CLERK, run.run_id, at=at, home=home)
    later = at + timedelta(days=14)
    assessments.publish_run(CLERK, run.run_id, at=later, home=home)
    return run.run_id


def cohort(number: int = 1, *, code: str = "zl", **said: int) -> Cohort:
    programme = programmes.open_programme(ORGANISER, code, "治理书记", at=BEFORE, **said)
    return programmes.open_cohort(ORGANISER, programme, number, at=BEFORE)


def official(name: str, account: str = "") -> Official:
    home = "区样例局"
    return programmes.enter_official(ORGANISER, "", name, home, at=BEFORE, account=account)


def planned(home: Home, folder: Path, **said: int) -> Term:
    """A term in A11 that has everything it needs to begin."""
    run = published(home, folder)
    sent = official("甲样例", SECRETARY.id)
    term = services.plan_term(ORGANISER, cohort(**said), sent, "A11", START, at=BEFORE)
    services.freeze_baseline(ORGANISER, term.number, run, at=BEFORE, home=home)
    services.fix_index(ORGANISER, term.number, at=BEFORE)
    for text in ("北门道路积水", "停车位不足"):
        services.enter_problem(ORGANISER, term.number, text, at=BEFORE, category="市政")
    term.refresh_from_db()
    return term


def arrived(home: Home, folder: Path, **said: int) -> Term:
    term = planned(home, folder, **said)
    return services.arrive(ORGANISER, term.number, at=noon(START))


def machine() -> Actor:
    return Actor.named("机上的人")
