"""Pages by which rectification is steered: work, figures, board, sheet, calendar."""

import io
import re
from datetime import date, datetime, timedelta

import icalendar
import openpyxl
import pytest
from django.test import Client

from jieban import clock
from jieban.apps.accounts import services as accounts
from jieban.apps.accounts.models import ApiToken
from jieban.apps.rectification import services
from jieban.apps.rectification.models import Task
from jieban.domain.actors import SYSTEM
from tests.apps import rectifying
from tests.apps.rectifying import (
    AT,
    CHECKER,
    KEEPER,
    STREET,
    claimed,
    entered,
    issued,
    later,
    on_notice,
    signed,
)
from tests.pdf_text import text_of
from tests.people import person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _district(home, monkeypatch):
    rectifying.district()
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def office():
    return signed_in("环境办样例", "environment_office")


def text(answer):
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return answer.content.decode()


# --- today's work -------------------------------------------------------------------------


def test_the_first_page_says_what_is_to_be_moved_today(office):
    entered(due="2026年10月底前", title="河道清淤")
    claimed(title="油烟净化", due="2026年12月底前")
    page = text(office.get("/rectification/"))
    for words in ("已过时限", "待现场核查", "河道清淤", "油烟净化", "逾期 2 天"):
        assert words in page, words
    assert "/rectification/rounds/yx-2/tasks/1/" in page
    assert "token=***" in page


def test_all_of_a_group_are_a_page_away_and_an_unknown_one_is_the_work(office):
    entered(due="2026年10月底前", title="河道清淤")
    assert "河道清淤" in text(office.get("/rectification/?group=overdue"))
    assert "没有待办" in text(office.get("/rectification/?group=to_sign"))
    assert "河道清淤" in text(office.get("/rectification/?group=%00nichts"))


def test_before_the_first_round_the_page_says_how_one_begins(office):
    assert "还没有督察轮次" in text(office.get("/rectification/"))


# --- figures ------------------------------------------------------------------------------


def test_every_figure_leads_to_its_rows(office):
    for due in ("2026年10月底前", "2026年12月底前"):
        entered(due=due)
    signed(title="已销号的")
    page = text(office.get("/rectification/rounds/yx-2/figures/"))
    assert "共 3 项任务 = 已完成 1 项 + 正在推进 2 项" in page
    links = set(re.findall(r'href="(/rectification/rounds/yx-2/\?[^"]+)">(\d+)<', page))
    assert len(links) > 8
    for address, number in links:
        listed = office.get(address.replace("&amp;", "&"))
        assert listed.context["page"].paginator.count == int(number), address


def test_all_rounds_stand_together(office):
    entered()
    rectifying.opened("zy-2", name="中央第二轮督察")
    page = text(office.get("/rectification/figures/"))
    assert "市第二轮生态环境保护督察" in page
    assert "0 / 2" in page


# --- the board ----------------------------------------------------------------------------


def test_the_board_shows_months_states_and_who_is_late(office):
    entered(due="2026年10月底前", title="河道清淤")
    page = text(office.get("/rectification/rounds/yx-2/board/"))
    for words in ("逾期单位", "逾期 1 项", "河道清淤", "2026-05", "2027-04"):
        assert words in page, words
    assert "style=" not in page
    assert "2026-10 · " not in page or "逾期" in page
    moved = text(office.get("/rectification/rounds/yx-2/board/?month=2027-05"))
    assert "2026-11" in moved
    assert "2027-10" in moved


def test_the_board_is_narrowed_by_unit_state_and_lateness(office):
    entered(due="2026年10月底前", title="河道清淤")
    entered(due="2026年12月底前", title="油烟净化", lead="U2", responsible=("U8",))
    board = "/rectification/rounds/yx-2/board/"
    for query, shown, hidden in (
        ("?late=1", "河道清淤", "油烟净化"),
        ("?lead=U2", "油烟净化", "河道清淤"),
        ("?state=not_started", "河道清淤", "没有符合条件的任务"),
        ("?month=xx&state=yy", "河道清淤", "没有符合条件的任务"),
    ):
        page = text(office.get(board + query))
        assert shown in page, query
        assert hidden not in page, query
    assert "没有符合条件" in text(office.get(board + "?state=claimed"))


# --- the sheet of a month ------------------------------------------------------------------


def test_the_sheet_is_a_page_a_workbook_and_a_paper(office):
    entered(due="2026年10月底前", title="=河道清淤")
    entered(due="2026年12月底前", title="油烟净化")
    services.report(STREET, "yx-2", 1, at=AT, done="清退三处", hindered="夜间回潮")
    address = office.get("/rectification/rounds/yx-2/sheet/")["Location"]
    assert address.endswith("/sheet/2026-11/")
    page = text(office.get(address))
    for words in ("清退三处", "夜间回潮", "未报", "共 2 项任务"):
        assert words in page, words
    assert "油烟净化" not in text(office.get(address + "?late=1"))
    book = openpyxl.load_workbook(io.BytesIO(office.get(address + "xlsx/").content))
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row if cell.value]
    assert {"=河道清淤", "清退三处", "逾期", "未报"} <= set(cells)
    assert any("共 2 项" in cell for cell in cells)
    paper = text_of(office.get(address + "pdf/").content)
    assert "整改调度表" in paper
    assert "清退三处" in paper


@pytest.mark.parametrize(
    ("tail", "status"),
    [("2026-12/", 422), ("1/", 422), ("2026-13/", 422), ("2026-11/doc/", 422), ("2026-10/", 200)],
)
def test_a_month_or_a_form_that_is_none_is_refused_clearly(office, tail, status):
    entered()
    assert office.get(f"/rectification/rounds/yx-2/sheet/{tail}").status_code == status


@pytest.mark.parametrize("page", ["figures/", "board/", "sheet/2026-11/", "sheet/2026-11/xlsx/"])
def test_a_round_out_of_reach_is_not_there(page):
    entered()
    other = signed_in("邻街样例", "street_coordinator", scope="unit:U2")
    assert other.get(f"/rectification/rounds/yx-2/{page}").status_code == 404


def test_a_unit_s_pages_hold_nothing_of_other_units():
    entered(title="河道清淤", area="")
    entered(title="油烟净化", lead="U2", responsible=("U8",), area="")
    other = signed_in("邻街样例", "street_coordinator", scope="unit:U2")
    for page in ("", "rounds/yx-2/board/", "rounds/yx-2/sheet/2026-11/", "rounds/yx-2/figures/"):
        assert "河道清淤" not in text(other.get(f"/rectification/{page}")), page


# --- the calendar ---------------------------------------------------------------------------


def token(who="订阅样例", role="environment_office", permissions=("rectification.see",), **scope):
    return accounts.issue_token(SYSTEM, person(who, role, **scope), "日历", permissions, at=AT)


def calendar(secret, **more):
    return Client().get("/rectification/calendar.ics", {"token": secret, **more})


def events(secret, **more):
    answer = calendar(secret, **more)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    return {
        str(event["summary"]): event
        for event in icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    }


def test_a_calendar_program_reads_days_notices_and_look_backs():
    rectifying.opened(look_back_months=(6,))
    services.enter_problem(KEEPER, "yx-2", "局部区域露天烧烤问题仍然突出。", at=AT)
    entered(due="2026年12月底前", title="河道清淤")
    entered(due="长期坚持", title="没有日期")
    notice = on_notice(title="公示中的", due="2026年12月3日")
    done = signed(title="已销号的", due="2026年12月4日")
    _, secret = token()
    found = events(secret)
    due = found["时限：市第二轮生态环境保护督察 1 河道清淤（松涛街道）"]
    assert due["dtstart"].dt == date(2026, 12, 31)
    assert not isinstance(due["dtstart"].dt, datetime)
    [alarm] = due.walk("VALARM")
    assert alarm["trigger"].dt == timedelta(days=-7)
    ends = found["公示期满：市第二轮生态环境保护督察 3 公示中的（松涛街道）"]
    assert ends["dtstart"].dt == notice.notice_until
    look = found["6 个月回头看：市第二轮生态环境保护督察 4 已销号的（松涛街道）"]
    assert look["dtstart"].dt == done.look_backs.get().due_on
    assert len(found) == 4, "three days and the due day of what is on notice"
    assert len({str(event["uid"]) for event in found.values()}) == 4
    assert not any("没有日期" in words for words in found)


def test_the_calendar_is_of_one_round_where_its_code_is_given():
    entered(due="2026年12月底前", title="河道清淤")
    _, secret = token()
    assert len(events(secret, round="yx-2")) == 1
    assert events(secret, round="andere") == {}


def test_the_calendar_holds_what_its_owner_sees_and_nothing_else():
    entered(due="2026年12月底前", title="河道清淤", area="")
    entered(due="2026年12月底前", title="油烟净化", lead="U2", responsible=("U8",), area="")
    _, secret = token("邻街样例", "street_coordinator", scope="unit:U2")
    assert [words for words in events(secret) if "河道" in words] == []
    assert len(events(secret)) == 1


def test_without_a_token_with_a_wrong_or_a_revoked_one_there_is_no_calendar():
    entered(due="2026年12月底前")
    made, secret = token()
    assert calendar(secret).status_code == 200
    assert ApiToken.objects.get().used_on is not None
    accounts.revoke_token(SYSTEM, made.pk, at=AT)
    for wrong in (secret, "", "jb_falsch", "x" * 5000, "\x00"):
        assert calendar(wrong).status_code == 403, wrong[:10]
    assert (
        signed_in("环境办样例", "environment_office").get("/rectification/calendar.ics").status_code
        == 403
    ), "being signed in is no token"


def test_a_token_that_may_do_more_is_no_calendar_address():
    entered(due="2026年12月底前")
    for permissions in (("rectification.see", "rectification.manage"), ("case.see",)):
        _, secret = token(permissions=permissions)
        assert calendar(secret).status_code == 403


def test_odd_words_do_not_break_the_calendar():
    entered(due="2026年12月底前", title="一；二，三\\四：END:VEVENT")
    _, secret = token()
    [words] = events(secret)
    assert "END:VEVENT" in words


def test_steering_pages_change_nothing_in_the_plan(office):
    entered()
    issued()
    before = list(Task.objects.values())
    for page in ("", "figures/", "rounds/yx-2/board/", "rounds/yx-2/sheet/2026-11/"):
        office.get(f"/rectification/{page}")
        assert office.post(f"/rectification/{page}").status_code in (403, 405)
    assert list(Task.objects.values()) == before


def test_a_request_for_another_day_and_an_objection_wait_on_the_work_page(office):
    entered(title="河道清淤")
    services.ask_due(STREET, "yx-2", 1, date(2027, 3, 31), at=AT, reason="冬季无法施工")
    on_notice(title="油烟净化")
    services.enter_objection(KEEPER, "yx-2", 2, "夜间仍有摊点", at=AT)
    page = text(office.get("/rectification/"))
    assert "申请调整时限" in page
    assert "异议待答复" in page
    services.decide_due(CHECKER, "yx-2", 1, at=later(), granted=False, answer="按期完成")
    assert "申请调整时限" not in text(office.get("/rectification/"))
