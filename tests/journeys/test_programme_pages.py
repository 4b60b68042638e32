"""The organisation department opens a programme, chooses, draws, matches, confirms, by pages."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from jieban.apps.programmes import selectors
from tests.apps import chosen
from tests.people import signed_in

pytestmark = pytest.mark.django_db
CRITERIA = {
    "choose": 3,
    "order_by": "score",
    "per_street": "any",
    "minimum_valid": 20,
    "lot": "none",
    "by_hand": "",
}
PROGRAMME = CRITERIA | {
    "code": "zlsj",
    "name": "治理书记",
    "term_months": 6,
    "extension_months": 3,
    "max_extensions": 1,
}


@pytest.fixture
def run(home, tmp_path):
    chosen.imported_district(home, tmp_path)
    return chosen.published(home)


@pytest.fixture
def browser(db):
    return signed_in("组样例", "organisation_department")


def text(answer):
    return answer.content.decode()


def opened(browser, **changes):
    answer = browser.post("/programmes/new/", PROGRAMME | changes)
    assert (answer.status_code, answer["Location"]) == (302, "/programmes/zlsj/"), text(answer)


def selected(browser, run):
    answer = browser.post("/programmes/zlsj/select/", {"run": run.run_id})
    assert answer.status_code == 302
    return answer["Location"]


def test_the_first_look_says_what_comes_next(home, browser):
    page = text(browser.get("/programmes/"))
    assert "还没有开设下派计划" in page
    page = text(browser.get("/programmes/new/?preset=one_per_street"))
    assert 'value="26"' in page
    assert browser.get("/programmes/new/?preset=other").status_code == 404
    opened(browser)
    assert "还没有已公布的测算" in text(browser.get("/programmes/zlsj/"))
    assert "还没有名单" in text(browser.get("/programmes/zlsj/cohorts/new/"))
    assert "名册里还没有人" in text(browser.get("/officials/"))


def test_a_form_with_something_wrong_keeps_what_was_typed(home, browser):
    wrong = PROGRAMME | {"persistent_below": "60", "by_hand": "A1", "name": "试点计划"}
    answer = browser.post("/programmes/new/", wrong)
    assert answer.status_code == 422
    page = text(answer)
    assert "要三项一起填" in page
    assert "指定地点 A1 要写代码和理由" in page
    assert 'value="试点计划"' in page
    assert not selectors.programmes().exists()


def test_a_list_says_why_each_place_is_chosen_and_what_it_was_made_on(run, browser):
    opened(browser, rank_worst=4, received_at_least=20, meet=1)
    address = selected(browser, run)
    page = text(browser.get(address))
    assert "9 个地点选出 3 个" in page
    for words in ("青禾一社区", "青禾街道", "10.00", "0 / 24", "≥ 20", "名单摘要"):
        assert words in page
    assert "柳岸三社区" not in page
    assert "柳岸三社区" in text(browser.get(f"{address}?show=all"))
    assert "基线只有 1 个月" in page
    selection = selectors.selection_by_number(selectors.programme_by_code("zlsj"), 1)
    assert selection.digest in page
    assert "已按冻结的数字重算" in page
    last = selection.candidates.last()
    last.standing = "chosen"
    last.save()
    assert "对不上" in text(browser.get(address))


def test_the_list_can_be_taken_along_whole(run, browser):
    opened(browser, rank_worst=4)
    address = selected(browser, run)
    rows = list(
        csv.reader(io.StringIO(browser.get(f"{address}list.csv").content.decode("utf-8-sig")))
    )
    assert len(rows) == 10
    first = dict(zip(rows[0], rows[1], strict=True))
    assert (first["社区（村）"], first["综合成绩"], first["名次"], first["参排数"]) == (
        "青禾一社区",
        "10",
        "9",
        "9",
    )
    book = load_workbook(io.BytesIO(browser.get(f"{address}list.xlsx").content))
    assert book.worksheets[0].max_row == 10
    notes = {line[0].value: line[1].value for line in book.worksheets[1].rows}
    assert notes["测算"] == run.run_id
    assert browser.get(f"{address}list.pdf").status_code == 404


def test_a_lot_is_drawn_before_everybodys_eyes(run, browser):
    opened(browser, lot="points", lot_points="8")
    address = selected(browser, run)
    page = text(browser.get(address))
    assert "3 个地点需要相同，等着抽签" in page
    assert "2/3" in page
    page = text(browser.get(f"{address}lot/"))
    assert "3 个地点抽 2 个" in page
    assert browser.post(f"{address}lot/", {"statement": "12"}).status_code == 422
    answer = browser.post(
        f"{address}lot/", {"statement": "体彩第23105期 3 1 7", "source": "公开报道"}
    )
    assert answer.status_code == 302
    page = text(browser.get(f"{address}lot/"))
    assert "体彩第23105期 3 1 7" in page
    assert "sha256sum" in page


def test_officials_are_brought_matched_changed_and_confirmed(run, browser):
    opened(browser, choose=4)
    selected(browser, run)
    lines = (
        "姓名,派出单位,专长\n程样例,区住建委,物业\n李样例,区城管委,道路\n"
        "王样例,青禾街道办事处,物业\n赵样例,,\n"
    )
    sent = SimpleUploadedFile("名册.csv", lines.encode("utf-8-sig"))
    page = text(browser.post("/officials/import/", {"file": sent}))
    assert "登记 3 人" in page
    assert "缺姓名或派出单位" in page
    answer = browser.post(
        "/officials/new/", {"name": "钱样例", "home": "区某局", "skills": "物业", "brings": "停车"}
    )
    assert answer.status_code == 302
    answer = browser.post(
        "/programmes/zlsj/cohorts/new/", {"selection": "1", "planned_start": "2023-11-15"}
    )
    assert answer["Location"] == "/programmes/zlsj/cohorts/1/"
    cohort = answer["Location"]
    browser.post(f"{cohort}propose/")
    page = text(browser.get(cohort))
    assert "物业管理占诉求 100.0%（24/24），擅长“物业”" in page
    assert "王样例" in page
    assert "派出单位就在当地" in page
    assert "青禾三社区" in page, "three of four places are served"
    place = chosen.code_of("青禾一社区")
    wrong = browser.post(f"{cohort}change/", {"place": place, "official": "G0003", "reason": "试"})
    assert wrong.status_code == 422
    assert "应当回避" in text(wrong)
    done = browser.post(
        f"{cohort}change/", {"place": place, "official": "G0004", "reason": "党组推荐"}
    )
    assert done.status_code == 302
    page = text(browser.get(cohort))
    assert "党组推荐" in page
    assert browser.post(f"{cohort}confirm/").status_code == 302
    page = text(browser.get(cohort))
    assert "已于" in page
    assert "换人" not in page
    assert browser.post(f"{cohort}propose/").status_code == 422


def test_who_only_looks_sees_no_buttons_and_nothing_officials_avoid(run, browser):
    opened(browser)
    selected(browser, run)
    browser.post("/officials/new/", {"name": "钱样例", "home": "区某局", "conflicts": "松涛一社区"})
    assert "松涛一社区" in text(browser.get("/officials/"))
    leader = signed_in("领导样例", "district_leader")
    page = text(leader.get("/officials/"))
    assert "钱样例" in page
    assert "松涛一社区" not in page
    for address in ("/programmes/", "/programmes/zlsj/", "/programmes/zlsj/lists/1/"):
        page = text(leader.get(address))
        assert "<form" not in page
    for address in ("/programmes/new/", "/officials/G0001/", "/officials/roster.xlsx"):
        assert leader.get(address).status_code == 403
    assert leader.post("/programmes/zlsj/select/", {"run": run.run_id}).status_code == 403
    clerk = signed_in("派单样例", "dispatch_clerk")
    assert clerk.get("/programmes/").status_code == 403


def test_the_pages_speak_english(run, browser):
    opened(browser, rank_worst=4)
    address = selected(browser, run)
    browser.cookies["jieban_language"] = "en"
    page = text(browser.get(address))
    assert "3 of 9 places are chosen" in page
    assert "Not chosen" in page


def test_odd_input_is_refused_and_breaks_nothing(run, browser):
    opened(browser, choose=1, by_hand="青禾二社区 两级督办")
    programme = selectors.programme_by_code("zlsj")
    picked = selectors.criteria_of(programme).by_hand[0]
    assert picked.code == chosen.code_of("青禾二社区"), "a name stands for its code"
    for odd in ("", "\x00", "../..", run.run_id + "x"):
        assert browser.post("/programmes/zlsj/select/", {"run": odd}).status_code == 422
    selected(browser, run)
    cohort = {"selection": "1", "planned_start": "9999-12-31"}
    answer = browser.post("/programmes/zlsj/cohorts/new/", cohort)
    assert answer.status_code == 422
    assert (
        browser.post(
            "/programmes/zlsj/cohorts/new/", cohort | {"planned_start": "2023-11-15"}
        ).status_code
        == 302
    )
    for said in (
        {},
        {"place": "\x00", "official": "\x00", "reason": "试"},
        {"place": picked.code, "official": "没有", "reason": "试"},
    ):
        answer = browser.post("/programmes/zlsj/cohorts/1/change/", said)
        assert answer.status_code in (404, 422)
    assert browser.post("/programmes/zlsj/cohorts/1/other/").status_code == 404
    assert (
        browser.post("/officials/new/", {"name": "钱\x00样例", "home": "区某局"}).status_code == 422
    )
    empty = SimpleUploadedFile("名册.xlsx", b"not a workbook")
    assert browser.post("/officials/import/", {"file": empty}).status_code == 422
