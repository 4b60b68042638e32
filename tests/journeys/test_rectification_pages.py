"""An inspection's plan from its file to a sign-off, as each of its people presses it."""

import io
import re

import openpyxl
import pytest
from django.test import Client

from jieban.apps.rectification.models import Evidence, Objection, PlanVersion, Round, Task
from jieban.domain.rectification.plan import STEPS
from jieban.domain.rectification.tasks import CRITERIA
from jieban.site.context import VERSION
from tests.apps import rectifying as r
from tests.apps.test_plan_import import ROWS, workbook
from tests.pdf_text import text_of
from tests.people import signed_in

pytestmark = pytest.mark.django_db
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7*7 }}'
ROOM = "/rectification/rounds/yx-2/"


@pytest.fixture(autouse=True)
def _district(home):
    r.district()


def as_(name: str, role: str, scope: str = "*") -> Client:
    browser = signed_in(name, role, scope=scope)
    browser.cookies["jieban_language"] = "zh"
    return browser


def keeper() -> Client:
    return as_("环境办样例", "environment_office", "unit:UE")


def text(answer, code: int = 200) -> str:
    assert answer.status_code == code, answer.content.decode()[-2500:]
    return answer.content.decode()


def act(browser: Client, number: int, name: str, code: int = 302, **said) -> str:
    answer = browser.post(f"{ROOM}tasks/{number}/act/{name}/", said)
    assert answer.status_code == code, answer.content.decode()[:3000]
    return answer.get("Location", "") if code == 302 else answer.content.decode()


def opened(browser: Client) -> None:
    said = {
        "code": "yx-2",
        "name": "市第二轮生态环境保护督察",
        "level": "municipal",
        "nth": "2",
        "office": "区生态环境局",
        "team": "第二督察组",
        "feedback_on": "2026-02-22",
        "notice_days": "5",
        "stuck_days": "30",
        "report_day": "25",
        "look_back_months": "6 12",
        "letter_days": "10",
        "letter_codes": "yx",
    }
    answer = browser.post("/rectification/rounds/new/", said)
    assert answer.status_code == 302, answer.content.decode()[-3000:]


def brought(browser: Client, tmp_path) -> None:
    with workbook(tmp_path, *ROWS[:2]).open("rb") as file:
        page = text(browser.post(f"{ROOM}import/", {"file": file}))
    assert not Task.objects.exists(), "looking at a file stores nothing"
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page)[1]
    answer = browser.post(f"{ROOM}import/", {"digest": digest, "name": "方案.xlsx"})
    assert answer.status_code == 302
    again = browser.post(f"{ROOM}import/", {"digest": digest, "name": "方案.xlsx"})
    assert again.status_code == 422, "taken in once"


def test_a_rounds_pages_say_which_jieban_made_them(tmp_path):
    office = keeper()
    opened(office)
    brought(office, tmp_path)
    office.post(f"{ROOM}plan/act/hand-up/", {})
    for page in (ROOM, f"{ROOM}plan/1/"):
        assert f"Jieban {VERSION} " in text(office.get(page))


def test_a_problem_found_is_not_called_as_other_rooms_call_their_acts(tmp_path):
    office = keeper()
    opened(office)
    brought(office, tmp_path)
    assert "录入反馈问题" in text(office.get(f"{ROOM}plan/"))
    page = text(office.get(f"{ROOM}tasks/1/"))
    assert "措施内容" in page
    assert "撤销这条措施" in page


def test_the_door_to_letters_is_shown_to_those_who_may_open_it():
    office, secretary = keeper(), as_("书记样例", "community_secretary", "area:A1")
    opened(office)
    for page in ("/rectification/", ROOM):
        assert "/letters/" in text(office.get(page))
    page = text(secretary.get("/rectification/"))
    assert "/letters/" not in page
    assert "还没有需要整改的任务" in page, "nobody is told to do what their post cannot"


def test_from_the_plans_file_to_a_sign_off_by_another_post(tmp_path):
    office, street = keeper(), as_("街道样例", "street_coordinator", "area:A1")
    checker = as_("核查样例", "environment_office", "unit:UE")
    signer = as_("销号样例", "sign_off_officer", "unit:UE")
    opened(office)
    assert "还没有整改任务" in text(office.get(ROOM))
    brought(office, tmp_path)
    page = text(office.get(ROOM))
    assert "露天烧烤整治" in page
    assert "表中写已完成" in page
    # A blank is named, filled, and the plan goes its way.
    assert "没有空白" not in text(office.get(f"{ROOM}plan/"))
    answer = office.post(f"{ROOM}plan/act/hand-up/", {})
    assert answer.status_code == 302
    for step in STEPS:
        paper = {"step": step, "paper": "云办发〔2026〕3号", "reason": ""}
        assert office.post(f"{ROOM}plan/act/pass/", paper).status_code == 302
    assert PlanVersion.objects.get().state == "in_force"
    assert "现行" in text(office.get(f"{ROOM}plan/1/"))
    # The street does the work.
    act(street, 1, "report", done="点位清退完毕", next="夜查")
    for item in (1, 2):
        assert act(street, 1, "item-done", item=str(item)).endswith("#items")
    act(street, 1, "evidence", what="清退后", file=photo())
    act(street, 1, "evidence", what="油烟", value="0.5", unit="mg/m³", limit="≤1.0")
    act(street, 1, "claim")
    page = text(street.get(f"{ROOM}tasks/1/"))
    assert "待核查" in page
    # The office checks, announces; somebody else signs.
    page = text(checker.get(f"{ROOM}tasks/1/"))
    assert page.index("act/check/") < page.index("act/send_back/"), "on comes before back"
    assert re.search(r"<details class=\"act\">\s*<summary>退回继续整改", page), "back stays folded"
    answers = dict.fromkeys(CRITERIA, "yes")
    refused = act(checker, 1, "check", 409, **{**answers, "items_done": ""})
    assert "没有回答" in refused
    act(checker, 1, "check", remark="现场无摊点", **answers)
    act(office, 1, "announce", where="区政府网站")
    act(office, 1, "objection", text="夜里还有摊点")
    objection = Objection.objects.get()
    assert "待处理" not in text(signer.get(f"{ROOM}tasks/1/"))
    act(checker, 1, "objection-answer", objection=objection.pk, answer="夜查未见", upheld="no")
    page = text(signer.get(f"{ROOM}tasks/1/"))
    assert "期满次日起可以销号" in page
    assert "act/sign/" not in page, "no form that can only be refused"
    runs = act(signer, 1, "sign", 409)
    assert "公示到" in runs
    Task.objects.filter(serial=1).update(notice_until="2026-01-05")
    act(signer, 1, "sign", record="云整改备001")
    task = Task.objects.get(serial=1)
    assert (task.state, task.signed_by) == ("signed_off", "销号样例")
    for form, begins in (("pdf", b"%PDF"), ("zip", b"PK")):
        answer = office.get(f"{ROOM}tasks/1/pack/{form}/")
        assert answer.content.startswith(begins)
    file = Evidence.objects.exclude(digest="").get()
    answer = street.get(f"{ROOM}tasks/1/evidence/{file.pk}/")
    assert answer["Content-Type"] == "image/png"
    for form, begins in (("pdf", b"%PDF"), ("xlsx", b"PK")):
        assert office.get(f"{ROOM}plan/file/{form}/").content.startswith(begins)
    printed = "".join(text_of(office.get(f"{ROOM}plan/file/pdf/").content).split())
    assert "第1版" in printed
    assert "草案" not in printed, "a plan in force is no draft"


def photo() -> io.BytesIO:
    out = io.BytesIO(r.picture())
    out.name = "现场.png"
    return out


def test_a_unit_finds_no_button_and_no_address_to_sign_its_own_work_off(tmp_path):
    opened(keeper())
    office = keeper()
    brought(office, tmp_path)
    street = as_("街道样例", "street_coordinator", "area:A1")
    for item in (1, 2):
        act(street, 1, "item-done", item=str(item))
    act(street, 1, "report", done="完成")
    act(street, 1, "evidence", what="照片", file=photo())
    act(street, 1, "claim")
    page = text(street.get(f"{ROOM}tasks/1/"))
    for name in ("check", "sign", "take_over", "announce", "reopen"):
        assert f"act/{name}/" not in page
        answers = dict.fromkeys(CRITERIA, "yes")
        said = {**answers, "reason": "x", "where": "x", "paper": "x", "on": "2026-01-01"}
        answer = street.post(f"{ROOM}tasks/1/act/{name}/", said)
        assert answer.status_code in (404, 409, 422), name
    assert Task.objects.get(serial=1).state == "claimed"
    # Nor with a second post of the office itself.
    both = as_("兼岗样例", "environment_office", "unit:UE")
    from jieban.apps.accounts.models import Person
    from jieban.apps.accounts.services import give_post
    from jieban.domain.actors import SYSTEM
    from tests.conftest import AT

    person = Person.objects.get(name="兼岗样例")
    give_post(SYSTEM, person, "street_coordinator", "area:A1", at=AT, valid_from=AT.date())
    page = text(both.get(f"{ROOM}tasks/1/"))
    assert "责任单位，核查、销号由别的单位来做" in page
    assert "act/check/" not in page
    act(both, 1, "check", 409, **dict.fromkeys(CRITERIA, "yes"))


def test_blanks_are_listed_where_the_plan_is_handed_up(tmp_path):
    office = keeper()
    opened(office)
    assert office.post(f"{ROOM}problems/new/", {"text": "问题一"}).status_code == 302
    said = {"problem": "1", "title": "任务一", "role": "lead", "lead": "松涛街道"}
    assert office.post(f"{ROOM}tasks/new/", said).status_code == 302
    page = text(office.get(f"{ROOM}plan/"))
    assert "整改目标" in page
    answer = office.post(f"{ROOM}plan/act/hand-up/", {})
    refused = text(answer, 409)
    assert "有 3 处空白" in refused
    assert not PlanVersion.objects.exists()


def test_hostile_words_stand_as_words(tmp_path):
    office = keeper()
    opened(office)
    assert office.post(f"{ROOM}problems/new/", {"text": HOSTILE}).status_code == 302
    said = {"problem": "1", "title": HOSTILE[:100], "role": "lead", "due": "2026-13-45"}
    page = text(office.post(f"{ROOM}tasks/new/", said), 422)
    assert "不对" in page
    said["due"] = "立行立改，长期坚持"
    assert office.post(f"{ROOM}tasks/new/", said).status_code == 302
    for page in (ROOM, f"{ROOM}plan/", f"{ROOM}tasks/1/"):
        assert "<script>alert" not in text(office.get(page))


def test_what_is_not_a_plan_is_refused_in_words(tmp_path):
    office = keeper()
    opened(office)
    for name, content in (("a.xlsx", b"PK\x03\x04nonsense"), ("b.csv", b"a,b\n1,2\n"), ("c", b"")):
        file = io.BytesIO(content)
        file.name = name
        assert office.post(f"{ROOM}import/", {"file": file}).status_code == 422
    empty = openpyxl.Workbook()
    out = io.BytesIO()
    empty.save(out)
    out.seek(0)
    out.name = "空.xlsx"
    text(office.post(f"{ROOM}import/", {"file": out}), 422)
    assert office.post(f"{ROOM}import/", {"digest": "../../x", "name": "x"}).status_code == 422


def test_a_round_that_is_not_ones_own_is_not_there(tmp_path):
    office = keeper()
    opened(office)
    brought(office, tmp_path)
    stranger = as_("邻街样例", "street_coordinator", "area:A2")
    for address in (ROOM, f"{ROOM}plan/", f"{ROOM}tasks/1/", f"{ROOM}plan/file/pdf/"):
        assert stranger.get(address).status_code == 404
    assert stranger.post(f"{ROOM}tasks/1/act/report/", {"done": "x"}).status_code == 404
    assert stranger.get("/rectification/rounds/new/").status_code == 403


def test_pages_are_complete_in_english(tmp_path):
    office = keeper()
    opened(office)
    brought(office, tmp_path)
    office.cookies["jieban_language"] = "en"
    for address in ("/rectification/rounds/", ROOM, f"{ROOM}plan/", f"{ROOM}tasks/1/"):
        page = text(office.get(address))
        assert "整改目标" not in page.replace(str(ROWS), "")
    assert Round.objects.get().letter_codes == ["YX"]
