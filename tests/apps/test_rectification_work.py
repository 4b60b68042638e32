"""What is to be moved today: the groups somebody sees, and whose turn it is."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jieban.apps.rectification import services
from jieban.apps.rectification.models import Task
from jieban.apps.rectification.selectors import keeping
from jieban.apps.rectification.selectors.work import SHOWN, group_of, work_of
from tests.apps import live, rectifying
from tests.apps.rectifying import (
    ALL_POWERS_OF_OFFICE,
    ALL_POWERS_OF_STREET,
    AT,
    CHECKER,
    KEEPER,
    OTHER,
    READER,
    SIGNER,
    STREET,
    checked,
    claimed,
    entered,
    issued,
    later,
    on_notice,
    signed,
)

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 2)


@pytest.fixture(autouse=True)
def _district(home):
    rectifying.district()
    keeping.forget()


def groups(actor, day=TODAY):
    """Group → numbers of its tasks."""
    return {group.code: [row.task.serial for row in group.rows] for group in work_of(actor, day)}


def test_nobody_has_anything_to_move_where_nothing_waits():
    entered(due="长期坚持")
    assert groups(KEEPER) == {}


def test_what_is_past_its_day_and_what_comes_near():
    for due in ("2026年10月底前", "2026年11月底前", "2026年12月3日", "2026年12月底前"):
        entered(due=due)
    assert groups(KEEPER) == {"overdue": [1], "soon": [2]}
    rows = work_of(KEEPER, TODAY)[0].rows
    assert (rows[0].on, rows[0].left) == (date(2026, 10, 31), -2)
    assert groups(KEEPER, date(2026, 12, 2)) == {"overdue": [1, 2], "soon": [3, 4]}


def test_a_unit_finds_its_own_tasks_and_no_others():
    entered(due="2026年10月底前")
    entered(due="2026年10月底前", lead="U2", responsible=("U8",))
    assert groups(STREET) == {"overdue": [1]}
    assert groups(OTHER) == {"overdue": [2]}
    assert groups(rectifying.BUREAU) == {"overdue": [1]}
    assert groups(READER) == {"overdue": [1, 2]}


def test_what_a_unit_has_claimed_is_no_longer_its_turn_but_late_for_the_office():
    claimed(due="2026年10月底前")
    assert groups(STREET) == {}
    assert groups(KEEPER)["overdue"] == [1]


def test_a_claim_waits_for_whoever_checks_and_for_nobody_of_its_unit():
    claimed()
    assert groups(CHECKER) == {"to_check": [1]}
    assert groups(SIGNER) == {}
    assert groups(STREET) == {}
    assert groups(ALL_POWERS_OF_STREET) == {}, "own work is not offered as one's turn"


def test_own_work_of_the_office_is_not_offered_to_the_office():
    claimed(by=ALL_POWERS_OF_OFFICE, lead="UE")
    assert groups(ALL_POWERS_OF_OFFICE) == {}
    assert groups(CHECKER) == {}
    assert groups(rectifying.DISTRICT) == {"to_check": [1]}


def test_whoever_worked_on_a_task_is_not_asked_to_check_it():
    everywhere = live.actor("区专班子", rectifying.EVERYTHING)
    claimed(by=everywhere)
    assert "to_check" not in groups(everywhere)
    assert groups(CHECKER) == {"to_check": [1]}


def test_what_is_checked_waits_for_its_notice_then_for_the_end_of_it():
    checked()
    assert groups(KEEPER) == {"to_announce": [1]}
    assert groups(SIGNER) == {}
    task = services.announce(KEEPER, "yx-2", 1, at=AT, where="区政府网站")
    assert groups(KEEPER, task.notice_until) == {}
    assert groups(SIGNER, task.notice_until) == {}
    after = later(10).date()
    assert groups(SIGNER, after) == {"to_sign": [1]}
    assert groups(KEEPER, after).get("to_sign") is None


def test_without_a_notice_what_is_checked_is_ready_to_be_signed():
    rectifying.opened(notice_days=0)
    services.enter_problem(KEEPER, "yx-2", "局部区域露天烧烤问题仍然突出。", at=AT)
    checked()
    assert groups(KEEPER) == {}
    assert groups(SIGNER) == {"to_sign": [1]}


def test_whoever_checked_is_not_asked_to_sign():
    both = live.actor("两手抓", rectifying.OFFICE | rectifying.SIGNING, "unit:UE")
    claimed()
    services.check(both, "yx-2", 1, rectifying.YES, at=AT)
    services.announce(KEEPER, "yx-2", 1, at=AT, where="区政府网站")
    assert "to_sign" not in groups(both, later(10).date())
    assert "to_sign" in groups(SIGNER, later(10).date())


def test_an_open_objection_is_answered_before_anybody_signs():
    on_notice()
    services.enter_objection(KEEPER, "yx-2", 1, "夜间仍有摊点", at=AT)
    after = later(10).date()
    assert groups(CHECKER, after) == {"objections": [1]}
    assert groups(SIGNER, after) == {}
    assert groups(ALL_POWERS_OF_STREET, after) == {}


def test_another_due_day_is_decided_by_the_office_and_not_by_the_unit():
    entered()
    services.ask_due(STREET, "yx-2", 1, date(2027, 3, 31), at=AT, reason="冬季无法施工")
    assert groups(CHECKER) == {"due_requests": [1]}
    assert groups(ALL_POWERS_OF_STREET) == {}
    services.decide_due(CHECKER, "yx-2", 1, at=AT, granted=False, answer="不同意")
    assert groups(CHECKER) == {}


def test_a_falsity_is_followed_until_it_is_made_good():
    signed()
    services.reopen(CHECKER, "yx-2", 1, at=later(20), reason="假整改", falsity="superficial")
    day = later(20).date()
    for actor in (KEEPER, STREET, READER):
        assert "falsities" in groups(actor, day), actor.name
    assert "falsities" not in groups(OTHER, day)


def test_a_look_back_is_due_a_month_before_its_day():
    rectifying.opened(look_back_months=(6,))
    services.enter_problem(KEEPER, "yx-2", "局部区域露天烧烤问题仍然突出。", at=AT)
    task = signed()
    due = task.look_backs.get().due_on
    assert groups(CHECKER, date(2027, 3, 1)) == {}
    [group] = work_of(CHECKER, date(2027, 5, 1))
    assert (group.code, group.rows[0].on) == ("look_backs", due)
    services.look_back(
        CHECKER, "yx-2", 1, 6, at=datetime(2027, 5, 20, tzinfo=UTC), held=True, text="未反弹"
    )
    assert groups(CHECKER, date(2027, 6, 1)) == {}


def test_what_nothing_was_told_of_is_stuck_once_the_plan_is_in_force():
    entered(due="长期坚持")
    assert groups(KEEPER, date(2026, 12, 31)) == {}, "nobody owes a report before the plan is"
    issued()
    assert "stuck" not in groups(KEEPER, date(2026, 12, 2))
    assert groups(KEEPER, date(2026, 12, 3))["stuck"] == [1]
    services.report(STREET, "yx-2", 1, at=later(31), done="已清退三处")
    assert "stuck" not in groups(KEEPER, date(2026, 12, 31))
    assert groups(STREET, date(2027, 1, 31))["stuck"] == [1]


def test_a_month_without_a_report_shows_after_the_reporting_day():
    entered(due="长期坚持")
    issued()
    assert "unreported" not in groups(STREET, date(2026, 11, 25))
    assert groups(STREET, date(2026, 11, 26))["unreported"] == [1]
    services.report(STREET, "yx-2", 1, at=later(24), done="已清退三处")
    assert "unreported" not in groups(STREET, date(2026, 11, 27))
    assert groups(KEEPER, date(2026, 12, 26))["unreported"] == [1]


def test_a_group_shows_its_first_rows_and_says_how_many_there_are():
    entered(due="2026年10月底前")
    first = Task.objects.get()
    copies = []
    for serial in range(2, SHOWN + 7):
        copies.append(
            Task(
                round=first.round,
                problem=first.problem,
                serial=serial,
                title=f"任务{serial}",
                lead=first.lead,
                due_on=first.due_on,
                made_at=AT,
            )
        )
    Task.objects.bulk_create(copies)
    [group] = work_of(KEEPER, TODAY)
    assert (group.count, len(group.rows)) == (SHOWN + 6, SHOWN)
    assert group_of(KEEPER, "overdue", TODAY).count() == SHOWN + 6
    assert group_of(KEEPER, "gibt es nicht", TODAY).count() == 0


def test_the_number_of_queries_does_not_grow_with_the_tasks(django_assert_num_queries):
    everybody = live.actor("全能", rectifying.EVERYTHING)
    entered(due="2026年10月底前")
    keeping.forget()
    with CaptureQueriesContext(connection) as few:
        assert len(work_of(everybody, TODAY)) == 1
    for each in range(5):
        entered(due=f"2026年11月{10 + each}日")
    with django_assert_num_queries(len(few)):
        assert [group.count for group in work_of(everybody, TODAY)] == [1, 5]
