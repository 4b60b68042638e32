"""A term from the plan to the look-back: what each act needs, who may do it, what is refused."""

import random
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from inspect import signature

import pytest

from jieban.apps.ledger import selectors as ledger
from jieban.apps.ledger.models import Event
from jieban.apps.terms import selectors, services
from jieban.apps.terms.models import (
    Decision,
    Handover,
    LogEntry,
    LookBack,
    MonthlyReview,
    Term,
    TermProblem,
)
from jieban.apps.terms.selectors.folding import compare
from jieban.domain.errors import Refused
from jieban.domain.terms.lifecycle import State
from tests.apps import live, postings
from tests.apps.postings import (
    BEFORE,
    LAST_DAY,
    LEADER,
    ONLOOKER,
    ORGANISER,
    OTHER_SECRETARY,
    SECOND_ORGANISER,
    SECRETARY,
    START,
    days,
    noon,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def district(home):
    live.made_up_district()


@pytest.fixture
def planned(home, tmp_path) -> Term:
    return postings.planned(home, tmp_path)


@pytest.fixture
def term(home, tmp_path) -> Term:
    """On post since START, nothing logged."""
    return postings.arrived(home, tmp_path)


def refused(code, act, *arguments, **keywords):
    with pytest.raises(Refused) as refusal:
        act(*arguments, **keywords)
    assert refusal.value.code == code
    assert refusal.value.message("zh")
    assert refusal.value.message("en")


def kinds(term):
    return [event.kind for event in ledger.events_of("term", term.number)]


def whole(term):
    """The row says what its events say, and the chain holds."""
    events = list(ledger.events_of("term", term.number))
    assert compare(events) is None
    assert ledger.check_subject("term", term.number) == []


def solve_all(term, at):
    for serial in selectors.problem_numbers(term):
        services.solve_problem(SECRETARY, term.number, serial, at=at, proof="现场照片两张")


# --- before ------------------------------------------------------------------------------------


def test_nobody_arrives_without_a_frozen_baseline_and_a_problem(home, tmp_path):
    run = postings.published(home, tmp_path)
    sent = postings.official("甲样例")
    term = services.plan_term(ORGANISER, postings.cohort(), sent, "A11", START, at=BEFORE)
    refused("term.baseline_missing", services.arrive, ORGANISER, term.number, at=noon(START))
    services.freeze_baseline(ORGANISER, term.number, run, at=BEFORE, home=home)
    refused("term.problems_missing", services.arrive, ORGANISER, term.number, at=noon(START))
    services.enter_problem(ORGANISER, term.number, "路灯不亮", at=BEFORE)
    tomorrow = START + timedelta(days=1)
    refused(
        "term.arrival_in_future",
        services.arrive,
        ORGANISER,
        term.number,
        at=noon(START),
        arrived_on=tomorrow,
    )
    done = services.arrive(ORGANISER, term.number, at=noon(START))
    assert (done.state, done.arrived_on, done.ends_on) == ("arrived", START, LAST_DAY)
    assert done.baseline["figures"]["base"] == 24
    assert done.baseline["figures"]["rates"]["resolution"]["part"] == "18"
    whole(done)


def test_the_baseline_and_the_index_cannot_be_changed_once_somebody_has_arrived(term, home):
    run = term.baseline["run"]
    refused(
        "term.baseline_frozen",
        services.freeze_baseline,
        ORGANISER,
        term.number,
        run,
        at=noon(START),
        home=home,
    )
    refused("term.index_fixed", services.fix_index, ORGANISER, term.number, at=noon(START))
    assert term.index["measures"] == ["own_share", "own_people", "return_rate", "reopen_rate"]


def test_a_run_nobody_published_or_without_the_place_is_no_baseline(planned, home, tmp_path):
    from jieban.apps.assessments.models import Run

    run = planned.baseline["run"]
    elsewhere = services.plan_term(
        ORGANISER, planned.cohort, postings.official("乙样例"), "A12", START, at=BEFORE
    )
    refused(
        "term.baseline_without_line",
        services.freeze_baseline,
        ORGANISER,
        elsewhere.number,
        run,
        at=BEFORE,
        home=home,
    )
    Run.objects.filter(run_id=run).update(state="reviewed")
    for name, code in ((run, "term.run_not_published"), ("no-such", "run.not_recorded")):
        refused(
            code,
            services.freeze_baseline,
            ORGANISER,
            planned.number,
            name,
            at=BEFORE,
            home=home,
        )


def test_neither_a_person_nor_a_place_has_two_terms_at_one_time(planned):
    cohort = planned.cohort
    other = postings.official("乙样例")
    later = START + timedelta(days=100)
    refused(
        "term.area_taken", services.plan_term, ORGANISER, cohort, other, "A11", later, at=BEFORE
    )
    refused(
        "term.official_taken",
        services.plan_term,
        ORGANISER,
        cohort,
        planned.official,
        "A21",
        later,
        at=BEFORE,
    )
    after = LAST_DAY + timedelta(days=1)
    services.plan_term(ORGANISER, cohort, planned.official, "A21", after, at=BEFORE)
    services.call_off(ORGANISER, planned.number, at=BEFORE, reason="另有任用")
    made = services.plan_term(ORGANISER, cohort, other, "A11", later, at=BEFORE)
    assert made.number == "zl-1-003"


def test_five_are_sent_to_one_street_at_once(home):
    from jieban.apps.directory.models import Area

    street, cohort = Area.objects.get(code="A1"), postings.cohort()
    for number in range(3, 6):
        live._area(f"A1{number}", f"松涛{number}社区", "community", street)
    for number in range(1, 6):
        sent = postings.official(f"样例{number}")
        services.plan_term(ORGANISER, cohort, sent, f"A1{number}", START, at=BEFORE)
    found = selectors.listed(ORGANISER, {"street": "A1"}, START)
    assert len(found) == 5
    assert {row.term.street_name for row in found} == {"松涛街道"}


def test_nobody_is_sent_to_a_street(home):
    sent = postings.official("甲样例")
    refused(
        "term.not_a_community",
        services.plan_term,
        ORGANISER,
        postings.cohort(),
        sent,
        "A1",
        START,
        at=BEFORE,
    )


# --- the week, the month, the problems ---------------------------------------------------------


def test_the_first_week_that_is_logged_begins_the_service(term):
    at = days(START, 6)
    entry = services.log_week(
        SECRETARY,
        term.number,
        at=at,
        counts={"done": 3, "persuaded": 1, "talked": 5},
        note="走访三户，电话13800001111已记",
        problems=[1],
    )
    term.refresh_from_db()
    assert term.state == State.SERVING
    assert entry.week == date(2023, 12, 4)
    assert "13800001111" not in entry.note
    assert kinds(term)[-2:] == ["term.began", "term.week_logged"]
    whole(term)


def test_a_week_logged_twice_is_one_entry_that_was_corrected(term):
    at = days(START, 6)
    services.log_week(SECRETARY, term.number, at=at, counts={"done": 3})
    services.log_week(SECRETARY, term.number, at=at, counts={"done": 4})
    assert [entry.done for entry in LogEntry.objects.all()] == [4]
    assert kinds(term)[-1] == "term.week_corrected"
    body = ledger.events_of("term", term.number).last().body
    assert "note" not in body
    assert body["done"] == 4


@pytest.mark.parametrize(
    ("week", "code"),
    [
        (date(2023, 11, 20), "term.week_outside"),
        (date(2023, 12, 25), "term.week_outside"),
    ],
)
def test_weeks_outside_the_term_or_to_come_are_refused(term, week, code):
    refused(code, services.log_week, SECRETARY, term.number, at=days(START, 6), week=week)


def test_the_week_of_the_arrival_can_be_logged(term):
    assert services.log_week(SECRETARY, term.number, at=noon(START)).week == date(2023, 11, 27)


def test_odd_counts_and_problems_that_are_not_on_the_list_are_refused(term):
    at = days(START, 6)
    for value in (-1, 1000):
        refused(
            "term.count_wrong",
            services.log_week,
            SECRETARY,
            term.number,
            at=at,
            counts={"done": value},
        )
    refused(
        "term.problem_not_found", services.log_week, SECRETARY, term.number, at=at, problems=[9]
    )
    assert not LogEntry.objects.exists()


def test_a_month_is_reviewed_once_it_has_begun(term):
    at = days(START, 40)
    services.review_month(SECRETARY, term.number, "2023-12", at=at, progress="积水点已勘察")
    services.review_month(ORGANISER, term.number, "2023-12", at=at, progress="积水点已改造")
    assert [review.progress for review in MonthlyReview.objects.all()] == ["积水点已改造"]
    for month in ("2023-11", "2024-02", "2024-13", "x"):
        refused(
            "term.month_outside",
            services.review_month,
            SECRETARY,
            term.number,
            month,
            at=at,
            progress="进展",
        )
    refused(
        "term.progress_missing",
        services.review_month,
        SECRETARY,
        term.number,
        "2024-01",
        at=at,
        progress=" ",
    )


def test_a_problem_is_solved_with_proof_comes_back_and_is_handed_on(term):
    at = days(START, 20)
    refused(
        "term.proof_missing", services.solve_problem, SECRETARY, term.number, 1, at=at, proof=""
    )
    services.solve_problem(SECRETARY, term.number, 1, at=at, proof="验收单")
    assert selectors.problem_numbers(term) == [2]
    refused(
        "term.problem_state", services.solve_problem, SECRETARY, term.number, 1, at=at, proof="x"
    )
    services.reopen_problem(SECRETARY, term.number, 1, at=at, reason="雨后又积水")
    services.hand_on_problem(SECRETARY, term.number, 1, at=at, to="区水务局")
    problem = TermProblem.objects.get(serial=1)
    assert (problem.state, problem.handed_to, problem.solved_on) == ("handed_on", "区水务局", None)
    whole(Term.objects.get())


def test_a_problem_is_linked_to_cases_one_may_see_and_to_no_others(term):
    at = live.AT
    here, elsewhere = live.received(), live.received(area="A21")
    day = noon(START)
    made = services.enter_problem(
        SECRETARY, term.number, "暖气不热", at=day, linked=[here.number, here.number, " "]
    )
    assert made.cases == [here.number]
    assert at
    for number in (elsewhere.number, "JB-NONE"):
        refused(
            "case.not_found",
            services.enter_problem,
            SECRETARY,
            term.number,
            "暖气不热",
            at=day,
            linked=[number],
        )
    assert TermProblem.objects.count() == 3


# --- the end of six months -----------------------------------------------------------------------


def test_a_term_ends_when_its_problems_are_done(term, home):
    at = days(LAST_DAY, -3)
    refused(
        "term.review_too_early",
        services.open_review,
        ORGANISER,
        term.number,
        at=days(LAST_DAY, -31),
    )
    services.open_review(ORGANISER, term.number, at=at)
    refused(
        "term.problems_open",
        services.end_term,
        ORGANISER,
        term.number,
        at=at,
        reason="期满",
        home=home,
    )
    solve_all(term, at)
    decision = services.end_term(ORGANISER, term.number, at=at, reason="问题清单已清零", home=home)
    term.refresh_from_db()
    assert (term.state, term.ended_on) == ("ended", LAST_DAY - timedelta(days=3))
    assert decision.state == "filed"
    assert [(each.months, each.due_on) for each in LookBack.objects.all()] == [
        (6, date(2024, 11, 29)),
        (12, date(2025, 5, 29)),
    ]
    whole(term)


def test_the_memo_is_filled_in_from_rows(term, home, tmp_path):
    services.log_week(SECRETARY, term.number, at=days(START, 6), counts={"done": 3, "talked": 2})
    services.log_week(SECRETARY, term.number, at=days(START, 20), counts={"done": 4})
    services.review_month(SECRETARY, term.number, "2024-01", at=days(START, 70), progress="进展")
    services.solve_problem(SECRETARY, term.number, 1, at=days(START, 90), proof="验收单")
    memo = selectors.memo_of(Term.objects.get(), LAST_DAY, home)
    assert memo["counts"] == {"open": 1, "solved": 1, "handed_on": 0}
    assert memo["weeks"] == {"logged": 2, "passed": 27}
    assert memo["months"] == {"reviewed": 1, "passed": 7}
    assert memo["visits"]["done"] == 7
    assert memo["before"]["figures"]["base"] == 24
    assert memo["now"] is None, "no month since the arrival was published, and none is made up"
    later = postings.published(home, tmp_path, "2024-02", "2024-02-05", unsolved=12)
    now = selectors.memo_of(Term.objects.get(), LAST_DAY, home)["now"]
    assert now["run"] == later
    assert now["figures"]["rates"]["resolution"]["part"] == "22"
    assert now["figures"]["rates"]["resolution"]["low"] is not None


def test_an_extension_names_open_problems_and_is_granted_once(term, home):
    at = noon(LAST_DAY)

    def extend(problems, at=at, reason="停车位还没有建成"):
        return services.extend_term(
            ORGANISER, term.number, problems, at=at, reason=reason, home=home
        )

    services.solve_problem(SECRETARY, term.number, 1, at=at, proof="验收单")
    refused("term.extension_without_problems", extend, [])
    refused("term.problem_not_open", extend, [1, 2])
    refused("term.reason_missing", extend, [2], reason="")
    decision = extend([2])
    term.refresh_from_db()
    assert (term.state, term.extended_until) == ("extended", date(2024, 9, 1))
    assert (decision.problems, decision.until) == ([2], date(2024, 9, 1))
    refused("term.extensions_used", extend, [2], at=noon(date(2024, 8, 30)))
    solve_all(term, noon(date(2024, 8, 31)))
    services.end_term(
        ORGANISER, term.number, at=noon(date(2024, 8, 31)), reason="已完成", home=home
    )
    term.refresh_from_db()
    assert term.state == "ended"
    assert "term.final_review_opened" in kinds(term)
    whole(term)


def test_an_extension_without_open_problems_is_refused(term, home):
    solve_all(term, noon(LAST_DAY))
    for problems in ([], [1], [2]):
        with pytest.raises(Refused) as refusal:
            services.extend_term(
                ORGANISER, term.number, problems, at=noon(LAST_DAY), reason="再看看", home=home
            )
        assert refusal.value.code in ("term.extension_without_problems", "term.problem_not_open")
    assert not Decision.objects.exists()


def test_a_programme_may_allow_a_second_extension(home, tmp_path):
    term = postings.arrived(home, tmp_path, max_extensions=2)
    for until, day in ((date(2024, 9, 1), LAST_DAY), (date(2024, 12, 1), date(2024, 9, 1))):
        services.extend_term(ORGANISER, term.number, [1], at=noon(day), reason="未完", home=home)
        term.refresh_from_db()
        assert term.extended_until == until
    whole(term)


def test_an_exception_waits_for_a_second_person(term, home):
    at = noon(LAST_DAY)

    def end(exception):
        return services.end_term(
            ORGANISER, term.number, at=at, reason="期满", exception=exception, home=home
        )

    decision = end("社区整体搬迁")
    term.refresh_from_db()
    assert (decision.state, term.state) == ("waiting", "under_review")
    refused("term.decision_waits", end, "社区整体搬迁")
    refused("term.same_person", services.approve_exception, ORGANISER, term.number, at=at)
    refused("actor.not_permitted", services.approve_exception, ONLOOKER, term.number, at=at)
    services.refuse_exception(LEADER, term.number, at=at, reason="先移交再走")
    assert Decision.objects.get().state == "refused"
    refused("term.nothing_waits", services.approve_exception, LEADER, term.number, at=at)
    end("已与街道商定")
    done = services.approve_exception(LEADER, term.number, at=at, reason="同意")
    term.refresh_from_db()
    assert (term.state, done.problems, done.approved_by) == ("ended", [1, 2], "区领导")
    assert ledger.events_of("term", term.number).last().actor_name == "区领导"
    whole(term)


# --- past six months -------------------------------------------------------------------------


def every_act(number, home, at):
    """Each service that takes a term's number, as a person would call it."""
    reason = {"reason": "因故"}
    return {
        "call_off": lambda: services.call_off(ORGANISER, number, at=at, **reason),
        "freeze_baseline": lambda: services.freeze_baseline(
            ORGANISER, number, "r", at=at, home=home
        ),
        "fix_index": lambda: services.fix_index(ORGANISER, number, at=at),
        "arrive": lambda: services.arrive(ORGANISER, number, at=at),
        "begin": lambda: services.begin(SECRETARY, number, at=at),
        "log_week": lambda: services.log_week(SECRETARY, number, at=at),
        "review_month": lambda: services.review_month(
            SECRETARY, number, "2024-05", at=at, progress="进展"
        ),
        "enter_problem": lambda: services.enter_problem(SECRETARY, number, "新问题", at=at),
        "change_problem": lambda: services.change_problem(SECRETARY, number, 1, at=at, text="改"),
        "solve_problem": lambda: services.solve_problem(SECRETARY, number, 1, at=at, proof="照片"),
        "hand_on_problem": lambda: services.hand_on_problem(SECRETARY, number, 1, at=at, to="局"),
        "reopen_problem": lambda: services.reopen_problem(SECRETARY, number, 1, at=at, **reason),
        "open_review": lambda: services.open_review(ORGANISER, number, at=at),
        "hand_over": lambda: services.hand_over(
            ORGANISER, number, "G0002", ["钥匙"], at=at, **reason
        ),
        "look_back": lambda: services.look_back(ORGANISER, number, 6, "看过", at=at, home=home),
    }


DECIDING = {"extend_term", "end_term", "approve_exception", "refuse_exception"}
NOT_ON_ONE_TERM = {
    "settle_problem",
    "plan_term",
    "plan_cohort",
    "import_terms",
    "ring_clocks",
    "make_move",
}


def test_past_six_months_every_act_but_the_decision_is_refused(term, home):
    postings.official("乙样例")
    late = days(LAST_DAY, 1)
    acts = every_act(term.number, home, late)
    named = {
        name
        for name, act in vars(services).items()
        if callable(act)
        and name in services.__all__
        and not isinstance(act, type)
        and "at" in signature(act).parameters
    }
    assert named == acts.keys() | DECIDING | NOT_ON_ONE_TERM, "a new act must be tried here too"
    before = ledger.newest_number()
    for name, act in acts.items():
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "term.overdue_undecided", name
    for move in ("call_off", "arrive", "begin", "open_review", "open_final_review"):
        refused(
            "term.overdue_undecided",
            services.make_move,
            ORGANISER if move != "begin" else SECRETARY,
            term.number,
            move,
            at=late,
            home=home,
            told={"reason": "因故"},
        )
    assert ledger.newest_number() == before
    assert selectors.allowed_moves(ORGANISER, term, LAST_DAY + timedelta(days=1)) == (
        "extend",
        "end",
    )
    services.extend_term(ORGANISER, term.number, [1], at=late, reason="未完", home=home)
    services.log_week(SECRETARY, term.number, at=late)
    whole(Term.objects.get())


def test_the_last_day_ends_at_midnight_of_the_place_and_not_of_greenwich(term, home):
    """23:59 in Shanghai is still the last day, two minutes later it is over."""
    before = datetime(2024, 6, 1, 15, 59, tzinfo=UTC)
    after = before + timedelta(minutes=2)
    services.log_week(SECRETARY, term.number, at=before)
    refused("term.overdue_undecided", services.log_week, SECRETARY, term.number, at=after)
    assert selectors.today_at(after) == LAST_DAY + timedelta(days=1)
    services.ring_clocks(after)
    assert kinds(term)[-1] == "term.overdue"
    made = services.end_term(
        ORGANISER, term.number, at=after, reason="期满", exception="搬迁", home=home
    )
    services.approve_exception(LEADER, term.number, at=after)
    assert Term.objects.get().ended_on == LAST_DAY + timedelta(days=1)
    assert made.memo["made_on"] == "2024-06-02"
    whole(Term.objects.get())


def test_a_new_term_is_no_way_round_the_decision(term, home):
    """Neither the place nor the person begins anew while nobody has decided on the old term."""
    late = days(LAST_DAY, 3)
    today, later = LAST_DAY + timedelta(days=3), LAST_DAY + timedelta(days=40)
    cohort, same, other = term.cohort, term.official, postings.official("乙样例")
    plan = partial(services.plan_term, ORGANISER, cohort, at=late)
    refused("term.area_undecided", plan, other, "A11", today)
    refused("term.official_undecided", plan, same, "A12", today)
    elsewhere = plan(postings.official("丙样例"), "A21", later)
    run = term.baseline["run"]
    services.freeze_baseline(ORGANISER, elsewhere.number, run, at=late, home=home)
    services.enter_problem(ORGANISER, elsewhere.number, "停车难", at=late)
    arrived = services.arrive(ORGANISER, elsewhere.number, at=late)
    to_same = partial(services.hand_over, ORGANISER, arrived.number, same.code, ["钥匙"], at=late)
    refused("term.official_undecided", to_same, reason="调动")
    # A plan for a day to come may be made; nobody arrives before the decision.
    soon = plan(other, "A11", later)
    services.call_off(ORGANISER, soon.number, at=late, reason="改期")
    services.end_term(ORGANISER, term.number, at=late, reason="期满", exception="搬迁", home=home)
    refused("term.area_undecided", plan, postings.official("丁样例"), "A11", today)
    services.approve_exception(LEADER, term.number, at=late)
    assert plan(other, "A11", LAST_DAY + timedelta(days=4)).state == "planned"


def test_an_exception_is_still_decided_when_the_day_has_passed(term, home):
    late = days(LAST_DAY, 5)
    services.end_term(ORGANISER, term.number, at=late, reason="期满", exception="搬迁", home=home)
    refused("term.overdue_undecided", services.log_week, SECRETARY, term.number, at=late)
    services.refuse_exception(LEADER, term.number, at=late, reason="不行")
    services.end_term(ORGANISER, term.number, at=late, reason="期满", exception="搬迁", home=home)
    services.approve_exception(SECOND_ORGANISER, term.number, at=late)
    assert Term.objects.get().state == "ended"


def test_the_clock_reminds_in_stages_opens_the_review_and_escalates_daily(term):
    rung = []
    for number in range(-40, 4):
        for _twice in range(2):
            if services.ring_clocks(days(LAST_DAY, number)):
                rung.append(number)
    assert rung == [-30, -7, -1, 0, 1, 2, 3]
    said = [kind for kind in kinds(term) if kind in ("term.reminded", "term.overdue")]
    assert said == ["term.reminded"] * 4 + ["term.overdue"] * 3
    term.refresh_from_db()
    assert term.state == "under_review"
    assert ledger.events_of("term", term.number).last().body["days"] == 3
    whole(term)


def test_a_clock_that_stood_still_does_not_ring_for_every_day_it_missed(term):
    assert services.ring_clocks(days(LAST_DAY, 30)) == 1
    assert services.ring_clocks(days(LAST_DAY, 30)) == 0
    assert Event.objects.filter(kind="term.overdue").get().body["days"] == 30


def test_of_an_undecided_term_nothing_but_the_decision_is_asked_for(term):
    found = selectors.due_of([term], LAST_DAY + timedelta(days=1))
    assert [each.what for each in found] == ["overdue"]


def test_what_is_due_is_said(term):
    today = LAST_DAY + timedelta(days=2)
    due = selectors.due_for(ORGANISER, LAST_DAY)
    assert [(each.what, each.left) for each in due] == [
        ("week", -6),
        ("month", -1),
        ("decision", 0),
    ]
    assert selectors.listed(ORGANISER, {"due": "overdue"}, today)[0].clock.left == -2
    assert selectors.listed(ORGANISER, {"due": "overdue"}, LAST_DAY) == []
    assert len(selectors.listed(ORGANISER, {"due": "soon"}, LAST_DAY)) == 1


# --- who -----------------------------------------------------------------------------------------


def test_a_secretary_keeps_their_own_term_and_no_other(term, home):
    at = days(START, 6)
    refused("term.not_found", services.log_week, OTHER_SECRETARY, term.number, at=at)
    neighbour = live.actor("治理书记丙", postings.SERVING, "area:A11")
    refused("actor.not_permitted", services.log_week, neighbour, term.number, at=at)
    refused("actor.not_permitted", services.log_week, ORGANISER, term.number, at=at)
    services.log_week(SECRETARY, term.number, at=at)
    refused("actor.not_permitted", services.open_review, SECRETARY, term.number, at=at)
    refused(
        "actor.not_permitted",
        services.end_term,
        SECRETARY,
        term.number,
        at=at,
        reason="期满",
        home=home,
    )
    assert list(selectors.own_terms(SECRETARY)) == [term]
    assert not selectors.own_terms(OTHER_SECRETARY)


def test_ones_own_term_is_seen_wherever_it_is(term):
    elsewhere = live.actor(SECRETARY.id, postings.SERVING, "area:A21")
    assert selectors.term_by_number(elsewhere, term.number) == term
    assert not selectors.visible_to(OTHER_SECRETARY).exists()


def test_who_manages_one_street_manages_no_other(term):
    there = live.actor("街道组织员", postings.MANAGING, "area:A2")
    refused("term.not_found", services.open_review, there, term.number, at=noon(LAST_DAY))
    here = live.actor("街道组织员", postings.MANAGING, "area:A1")
    services.open_review(here, term.number, at=noon(LAST_DAY))
    sent = postings.official("乙样例")
    refused(
        "actor.not_permitted",
        services.plan_term,
        there,
        term.cohort,
        sent,
        "A12",
        START,
        at=BEFORE,
    )


def test_whoever_only_looks_may_do_nothing(term, home):
    for name, act in every_act(term.number, home, days(START, 3)).items():
        del act
        service = getattr(services, name)
        told = {"at": days(START, 3)}
        names = signature(service).parameters
        told |= {key: home for key in names if key == "home"}
        told |= {
            key: "x"
            for key in ("reason", "proof", "progress", "text", "month", "findings", "run_id")
            if key in names
        }
        told |= {key: "G0009" for key in ("to",) if key in names}
        told |= {key: ["x"] for key in ("items",) if key in names}
        told |= {key: 1 for key in ("serial", "months") if key in names}
        refused("actor.not_permitted", service, ONLOOKER, term.number, **told)


def test_two_who_looked_at_the_same_term_do_not_both_act(planned):
    seen = planned.version
    services.arrive(ORGANISER, planned.number, at=noon(START), version=seen)
    refused(
        "term.changed_meanwhile",
        services.begin,
        ORGANISER,
        planned.number,
        at=noon(START),
        version=seen,
    )


# --- changes of hands, looking back ------------------------------------------------------------


def test_a_hand_over_keeps_the_clock_and_names_both_with_their_days(term):
    after = postings.official("乙样例", OTHER_SECRETARY.id)
    on = START + timedelta(days=60)
    act = {"at": noon(on), "reason": "另有任用"}
    refused(
        "term.hand_over_empty", services.hand_over, ORGANISER, term.number, after.code, [], **act
    )
    refused("official.not_found", services.hand_over, ORGANISER, term.number, "X", ["钥匙"], **act)
    refused(
        "term.same_official",
        services.hand_over,
        ORGANISER,
        term.number,
        term.official.code,
        ["钥匙"],
        **act,
    )
    made = services.hand_over(ORGANISER, term.number, after.code, ["钥匙", "居民骨干名单"], **act)
    term.refresh_from_db()
    assert (term.ends_on, made.problems) == (LAST_DAY, [1, 2])
    assert [(name, first, until) for _, name, first, until in selectors.officials_of(term)] == [
        ("甲样例", START, on),
        ("乙样例", on, None),
    ]
    refused("actor.not_permitted", services.log_week, SECRETARY, term.number, at=noon(on))
    services.log_week(OTHER_SECRETARY, term.number, at=noon(on))
    assert [sent.official for sent in selectors.sent("zl")] == [made.before.code]
    whole(term)


def test_somebody_who_serves_elsewhere_takes_over_no_post(term):
    busy = postings.official("乙样例")
    services.plan_term(ORGANISER, term.cohort, busy, "A21", LAST_DAY, at=BEFORE)
    refused(
        "term.official_taken",
        services.hand_over,
        ORGANISER,
        term.number,
        busy.code,
        ["钥匙"],
        at=days(START, 10),
        reason="另有任用",
    )


def test_one_looks_back_on_the_day_and_not_before(term, home, tmp_path):
    solve_all(term, noon(LAST_DAY))
    services.end_term(ORGANISER, term.number, at=noon(LAST_DAY), reason="完成", home=home)
    due = date(2024, 12, 1)

    def look(day, months=6, **said):
        return services.look_back(
            ORGANISER, term.number, months, "道路未再积水", at=noon(day), home=home, **said
        )

    refused("term.look_back_too_early", look, due - timedelta(days=1))
    refused("term.look_back_unknown", look, due, months=9)
    refused("term.problem_not_found", look, due, returned=[7])
    run = postings.published(home, tmp_path, "2024-11", "2024-11-01", unsolved=6)
    made = look(due, run_id=run, returned=[2])
    assert made.figures["figures"]["rates"]["resolution"]["part"] == "20"
    refused("term.look_back_done", look, due)
    assert [each.what for each in selectors.due_for(ORGANISER, date(2025, 5, 20))] == ["look_back"]
    whole(Term.objects.get())


def test_sent_says_where_and_when(term):
    (sent,) = selectors.sent("zl")
    assert (sent.area, sent.cohort, sent.start, sent.end) == ("A11", 1, START, LAST_DAY)
    assert selectors.sent("other") == []


# --- self-reliance -----------------------------------------------------------------------------


def test_self_reliance_counts_own_staff_and_says_what_is_unknown(home, tmp_path):
    from jieban.apps.cases import services as cases
    from jieban.domain.actors import Actor, Grant
    from tests.people import person

    term = postings.arrived(home, tmp_path)
    Term.objects.update(arrived_on=date(2026, 10, 1), ends_on=date(2027, 4, 1))
    own = person("社区书记样例", "community_secretary", scope="area:A11")
    sent = person("治理书记样例", "governance_secretary", scope="area:A11")
    street = person("街道样例", "street_coordinator", scope="area:A1")
    answered = [*[own] * 3, sent, street, None]
    for each in answered:
        case = live.accepted()
        name = each.name if each else "机上的人"
        who = Actor(
            id=f"person:{each.pk}" if each else name,
            name=name,
            grants=(Grant("*", live.HANDLING),),
        )
        at = live.AT + timedelta(hours=2)
        cases.record_contact(who, case.number, at=at)
        cases.answer_case(who, case.number, at=at, text="已修好")
    months = selectors.self_reliance_of(Term.objects.get(), date(2026, 11, 30), home).months
    assert [month.month for month in months] == [
        "2026-04",
        "2026-05",
        "2026-06",
        "2026-07",
        "2026-08",
        "2026-09",
        "2026-10",
        "2026-11",
    ]
    assert [month.phase for month in months] == ["before"] * 6 + ["during"] * 2
    last = months[-1]
    assert (last.own.answered, last.own.known, last.own.own, last.own.people) == (6, 5, 3, 1)
    assert str(last.share) == "60.00"
    assert (months[0].share, months[0].run, months[0].returned) == (None, None, None)
    assert term


def test_without_a_definition_nothing_is_followed(home, tmp_path):
    run = postings.published(home, tmp_path)
    term = services.plan_term(
        ORGANISER, postings.cohort(), postings.official("甲"), "A11", START, at=BEFORE
    )
    services.freeze_baseline(ORGANISER, term.number, run, at=BEFORE, home=home)
    found = selectors.self_reliance_of(Term.objects.get(), START, home)
    assert (found.definition, found.months) == (None, ())


# --- whatever is pressed ---------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_pressed_in_whatever_order_the_row_is_what_the_events_say(home, tmp_path, seed):
    term, draw = postings.planned(home, tmp_path), random.Random(seed)
    spare = postings.official("乙样例")
    number, day = term.number, START - timedelta(days=3)
    for _step in range(40):
        day += timedelta(days=draw.choice((0, 0, 1, 9, 40)))
        at, serial = noon(day), draw.randint(1, 4)
        acts = [
            *every_act(number, home, at).values(),
            lambda at=at, serial=serial: services.solve_problem(
                SECRETARY, number, serial, at=at, proof="照片"
            ),
            lambda at=at, serial=serial: services.reopen_problem(
                ORGANISER, number, serial, at=at, reason="又来了"
            ),
            lambda at=at, serial=serial: services.extend_term(
                ORGANISER, number, [serial], at=at, reason="未完", home=home
            ),
            lambda at=at: services.end_term(
                ORGANISER,
                number,
                at=at,
                reason="期满",
                home=home,
                exception=draw.choice(("", "搬")),
            ),
            lambda at=at: services.approve_exception(
                draw.choice((LEADER, ORGANISER)), number, at=at
            ),
            lambda at=at: services.hand_over(
                ORGANISER, number, spare.code, ["钥匙"], at=at, reason="调动"
            ),
            lambda at=at: services.ring_clocks(at),
        ]
        with suppress(Refused):
            draw.choice(acts)()
        held = Term.objects.get()
        clock = selectors.clock_on(held, day)
        assert (clock is None) == (held.state in ("planned", "called_off", "ended"))
    whole(Term.objects.get())


@pytest.fixture
def lived(term, home):
    """A term on which everything was done that is kept in a table."""
    after = postings.official("乙样例")
    at, number = days(START, 40), term.number
    services.log_week(SECRETARY, number, at=at, counts={"done": 3}, problems=[1])
    services.review_month(ORGANISER, number, "2023-12", at=at, progress="方案已定")
    services.hand_over(ORGANISER, number, after.code, ["钥匙"], at=at, reason="调动")
    services.hand_on_problem(ORGANISER, number, 2, at=at, to="区交通局")
    services.reopen_problem(ORGANISER, number, 2, at=at, reason="退回")
    late = days(LAST_DAY, -3)
    services.extend_term(ORGANISER, number, [1, 2], at=late, reason="未完", home=home)
    services.solve_problem(ORGANISER, number, 1, at=late, proof="照片")
    last = days(LAST_DAY, 90)
    for answer in (services.refuse_exception, services.approve_exception):
        services.end_term(ORGANISER, number, at=last, reason="期满", exception="搬迁", home=home)
        answer(LEADER, number, at=last, reason="见上")
    back = days(LAST_DAY, 300)
    services.look_back(ORGANISER, number, 6, "未再积水", at=back, home=home, returned=[1])
    return Term.objects.get()


@pytest.mark.parametrize(
    ("model", "wrong"),
    [
        (Term, {"ends_on": date(2030, 1, 1)}),
        (Term, {"ended_on": date(2024, 1, 1)}),
        (Term, {"extensions": 0}),
        (Term, {"index": {"measures": [], "months_before": 1, "months_after": 1}}),
        (Term, {"baseline": {"run": "x", "period": "2023-10", "digest": "x"}}),
        (TermProblem, {"category": "别的"}),
        (TermProblem, {"state": "open"}),
        (TermProblem, {"solved_on": date(2024, 1, 1)}),
        (TermProblem, {"cases": ["JB-1"]}),
        (LogEntry, {"done": 300}),
        (LogEntry, {"week": date(2023, 12, 11)}),
        (MonthlyReview, {"month": "2024-01"}),
        (Decision, {"problems": []}),
        (Decision, {"state": "filed"}),
        (Handover, {"on": date(2024, 5, 1)}),
        (LookBack, {"returned": [2]}),
        (LookBack, {"done_on": None}),
    ],
    ids=str,
)
def test_verify_rows_finds_a_row_of_any_table_somebody_changed_by_hand(lived, model, wrong):
    assert dict(ledger.differing("term")) == {lived.number: None}
    model.objects.update(**wrong)
    assert dict(ledger.differing("term"))[lived.number]


@pytest.mark.parametrize(
    "model", [TermProblem, LogEntry, MonthlyReview, Decision, Handover, LookBack]
)
def test_verify_rows_finds_a_row_that_is_gone(lived, model):
    model.objects.all().delete()
    assert dict(ledger.differing("term"))[lived.number]


def test_verify_rows_finds_a_row_somebody_changed_by_hand(term):
    assert dict(ledger.differing("term")) == {term.number: None}
    Term.objects.update(ends_on=date(2030, 1, 1))
    assert "ends_on" in dict(ledger.differing("term"))[term.number]
