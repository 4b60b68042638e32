"""Pages of terms: a secretary's week, a decision of the organisation department, a list."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from jieban import clock
from jieban.apps.programmes.models import Official
from jieban.apps.terms import services
from jieban.apps.terms.models import Decision, LogEntry, Term, TermProblem
from jieban.tables.lists import written_csv
from jieban.tables.postings import HEADINGS
from tests.apps import live, postings
from tests.apps.postings import LAST_DAY, ORGANISER, START, days, noon
from tests.pdf_text import text_of
from tests.people import person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def district(home):
    live.made_up_district()


@pytest.fixture
def on(monkeypatch):
    """Put the pages' clock on a day."""

    def put(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)

    return put


@pytest.fixture
def term(home, tmp_path, on) -> Term:
    made = postings.arrived(home, tmp_path)
    secretary = person("治理书记样例", "governance_secretary", scope="area:A11")
    Official.objects.update(account=secretary.username)
    on(days(START, 5))
    return made


@pytest.fixture
def secretary(term):
    return signed_in("治理书记样例", "governance_secretary", scope="area:A11")


@pytest.fixture
def organiser():
    return signed_in("组织部样例", "organisation_department")


def text(answer):
    return answer.content.decode()


# --- the secretary -------------------------------------------------------------------------


def test_my_term_is_one_press_away_and_shows_what_is_due(secretary, term):
    answer = secretary.get("/terms/mine/", follow=True)
    assert answer.redirect_chain == [(f"/terms/{term.number}/", 302)]
    page = text(answer)
    for words in ("松涛1社区", "已到任", "北门道路积水", "填写本周周志", "还有 178 天"):
        assert words in page, words
    assert f"/terms/{term.number}/decision/" not in page


def test_the_week_begins_from_the_last_one_and_is_saved(secretary, term, on):
    address = f"/terms/{term.number}/week/"
    services.log_week(
        postings.machine(),
        term.number,
        at=days(START, 5),
        counts={"done": 3, "persuaded": 1},
        note="上周的话",
        problems=[1],
    )
    on(days(START, 12))
    page = secretary.get(address)
    form = page.context["form"]
    assert (form["done"].value(), form["persuaded"].value(), form["problems"].value()) == (
        3,
        1,
        [1],
    )
    assert not form["note"].value()
    said = {"week": "2023-12-11", "done": "3", "persuaded": "1", "talked": "0"}
    said |= {"meetings": "1", "joint_calls": "0", "note": "北门积水点已定方案", "problems": ["1"]}
    plus = secretary.post(address, said | {"step": "talked:1"})
    assert plus.status_code == 200
    assert plus.context["form"]["talked"].value() == "1"
    assert plus.context["form"]["note"].value() == "北门积水点已定方案"
    minus = secretary.post(address, said | {"step": "talked:-1"})
    assert minus.context["form"]["talked"].value() == "0", "a count does not fall below nought"
    assert LogEntry.objects.count() == 1, "plus and minus save nothing"
    done = secretary.post(address, said, follow=True)
    assert "周志已保存" in text(done)
    assert "北门积水点已定方案" in text(done)
    assert LogEntry.objects.filter(week="2023-12-11").get().meetings == 1
    again = secretary.get(address)
    assert again.context["form"]["note"].value() == "北门积水点已定方案"


def test_what_was_typed_stays_when_a_week_is_refused(secretary, term):
    said = {"week": "2024-03-04", "done": "3", "persuaded": "1", "talked": "0"}
    said |= {"meetings": "1", "joint_calls": "x", "note": "一句话"}
    answer = secretary.post(f"/terms/{term.number}/week/", said)
    assert answer.status_code == 422
    assert "一句话" in text(answer)
    answer = secretary.post(f"/terms/{term.number}/week/", said | {"joint_calls": "0"})
    assert answer.status_code == 422
    assert "这一周不在任内" in text(answer)
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    "week", ["x", "2023-02-31", "9999-99-99", "9999-12-31", "0001-01-01", "", "2023-12-04"]
)
def test_odd_weeks_in_the_address_do_no_harm(secretary, term, week):
    address = f"/terms/{term.number}/week/"
    assert secretary.get(f"{address}?week={week}").status_code == 200
    counts = dict.fromkeys(services.COUNTED, "0")
    assert secretary.post(address, {"week": week, **counts}).status_code in (302, 422)
    assert secretary.get(f"/terms/{term.number}/month/?month={week}%00").status_code == 200


def test_the_problem_list_is_kept_on_the_phone(secretary, term):
    address = f"/terms/{term.number}/problems/"
    answer = secretary.post(
        address, {"act": "enter", "text": "楼道堆物", "source": "visits", "category": "环境"}
    )
    assert answer.status_code == 302
    assert TermProblem.objects.get(serial=3).source == "visits"
    answer = secretary.post(address, {"act": "solved", "problem": "3", "text": " "})
    assert answer.status_code == 422
    assert "怎样看出问题已经解决" in text(answer)
    secretary.post(address, {"act": "solved", "problem": "3", "text": "清理前后照片"})
    secretary.post(address, {"act": "handed_on", "problem": "1", "text": "区水务局"})
    secretary.post(address, {"act": "open", "problem": "3", "text": "又堆上了"})
    states = dict(TermProblem.objects.values_list("serial", "state"))
    assert states == {1: "handed_on", 2: "open", 3: "open"}
    for odd in ("", "x", "99999999", "-1"):
        assert (
            secretary.post(address, {"act": "solved", "problem": odd, "text": "x"}).status_code
            == 422
        )
    assert secretary.get("/terms/zl%00/").status_code == 404
    nul = {"act": "solved", "problem": "2", "text": "照片\x00两张"}
    assert secretary.post(address, nul).status_code == 302
    unknown = {"act": "enter", "text": "积水", "source": "complaints", "linked": "JB-0001，JB-2"}
    assert "没有" in text(secretary.post(address, unknown))
    assert "区水务局" in text(secretary.get(address))


def test_the_month_is_written_with_the_weeks_beside_it(secretary, term, on):
    services.log_week(postings.machine(), term.number, at=days(START, 12), note="方案已定")
    on(days(START, 40))
    address = f"/terms/{term.number}/month/"
    page = secretary.get(address)
    assert page.context["chosen"] == "2023-12"
    assert "方案已定" in text(page)
    answer = secretary.post(address, {"month": "2023-12", "progress": "积水点开工"}, follow=True)
    assert "月小结已保存" in text(answer)
    assert "积水点开工" in text(answer)
    assert secretary.post(address, {"month": "2023-12", "progress": ""}).status_code == 422
    assert secretary.post(address, {"month": "2029-01", "progress": "x"}).status_code == 422


def test_a_secretary_is_shown_no_other_term_and_no_decision(term):
    neighbour = signed_in("邻居样例", "governance_secretary", scope="area:A21")
    for tail in ("", "problems/", "month/", "self-reliance/", "posting.pdf", "week/"):
        assert neighbour.get(f"/terms/{term.number}/{tail}").status_code == 404, tail
    own = signed_in("治理书记样例", "governance_secretary")
    for tail in ("decision/", "prepare/", "hand-over/"):
        assert own.get(f"/terms/{term.number}/{tail}").status_code == 403, tail
    assert own.post(f"/terms/{term.number}/approval/", {"act": "approve"}).status_code == 403
    assert own.get("/terms/import/").status_code == 403


# --- the organisation department -----------------------------------------------------------


def test_a_term_is_planned_prepared_and_begun_on_pages(organiser, home, tmp_path, on):
    on(postings.BEFORE)
    run = postings.published(home, tmp_path)
    postings.cohort()
    sent = postings.official("甲样例")
    assert organiser.get("/terms/").status_code == 200
    answer = organiser.post(
        "/terms/new/",
        {
            "act": "one",
            "cohort": "zl 1",
            "official": sent.code,
            "area": "A11",
            "planned_start": "2023-12-01",
        },
    )
    prepare = "/terms/zl-1-001/prepare/"
    assert answer["Location"] == prepare
    early = organiser.post(prepare, {"act": "arrive", "arrived_on": "2023-11-20"})
    assert early.status_code == 422
    assert "还没有冻结基线" in text(early)
    assert organiser.post(prepare, {"act": "baseline", "run": run}).status_code == 302
    answer = organiser.post(
        prepare,
        {"act": "index", "measures": ["own_share"], "months_before": "6", "months_after": "12"},
    )
    assert answer.status_code == 302
    organiser.post(
        "/terms/zl-1-001/problems/", {"act": "enter", "text": "停车难", "source": "complaints"}
    )
    answer = organiser.post(prepare, {"act": "arrive", "arrived_on": "2023-11-20"}, follow=True)
    assert "到任已登记" in text(answer)
    assert "2024年5月20日" in text(answer)
    assert "不再改动" in text(organiser.get(prepare))


def test_the_memo_is_there_and_one_only_decides_and_signs(organiser, term, on, home):
    services.log_week(
        postings.machine(), term.number, at=days(START, 6), counts={"done": 3, "talked": 2}
    )
    on(days(LAST_DAY, -10))
    address = f"/terms/{term.number}/decision/"
    page = text(organiser.get(address))
    for words in (
        "由记录自动填写",
        "未解决 2 个",
        "上门办 3 次，上门劝 0 次，上门聊 2 次",
        "75.00% (18 / 24)",
        "区间",
        "到任以后的测算还没有公布",
    ):
        assert words in page, words
    refused = organiser.post(address, {"outcome": "end", "reason": "期满"})
    assert refused.status_code == 422
    assert "任务不完结、蹲点工作不脱钩" in text(refused)
    extended = organiser.post(
        address, {"outcome": "extend", "problems": ["2"], "reason": "停车位未完工"}, follow=True
    )
    assert "任期已延长至 2024-09-01" in text(extended)
    assert Decision.objects.get().memo["visits"]["done"] == 3


def test_an_exception_is_asked_for_and_approved_by_another(organiser, term, on):
    on(days(LAST_DAY, 2))
    page = text(organiser.get(f"/terms/{term.number}/"))
    assert "逾期未决 2 天" in page
    assert "现在决定" in page
    said = {"outcome": "end", "reason": "期满", "exception": "社区整体搬迁"}
    answer = organiser.post(f"/terms/{term.number}/decision/", said, follow=True)
    assert "等另一人批准" in text(answer)
    page = text(organiser.get(f"/terms/{term.number}/"))
    assert "须由另一名有批准权限的人答复" in page
    assert "批准撤点</button>" not in page
    assert "现在决定" not in page
    own = organiser.post(f"/terms/{term.number}/approval/", {"act": "approve"})
    assert own.status_code == 422
    assert "不能自己批准" in text(own)
    leader = signed_in("区领导样例", "district_leader")
    assert "社区整体搬迁" in text(leader.get(f"/terms/{term.number}/"))
    assert "批准撤点</button>" in text(leader.get(f"/terms/{term.number}/"))
    due = text(leader.get("/terms/due/"))
    assert "有一项例外等另一人批准" in due
    assert "填写周志" not in due
    done = leader.post(f"/terms/{term.number}/approval/", {"act": "approve"}, follow=True)
    assert "已撤点" in text(done)


def test_a_decision_on_a_term_that_changed_meanwhile_is_looked_at_again(organiser, term, on):
    on(days(LAST_DAY, -10))
    address = f"/terms/{term.number}/decision/"
    page = organiser.get(address).content.decode()
    assert f'name="version" value="{term.version}"' in page
    services.solve_problem(postings.machine(), term.number, 1, at=days(LAST_DAY, -10), proof="照片")
    said = {"outcome": "extend", "problems": ["2"], "reason": "停车位未完工"}
    answer = organiser.post(address, said | {"version": str(term.version)})
    assert answer.status_code == 422
    assert "刚刚有人改过" in text(answer)
    assert not Decision.objects.exists()
    assert organiser.post(address, said | {"version": str(term.version + 1)}).status_code == 302
    again = organiser.post(address, said | {"version": str(term.version + 1)})
    assert again.status_code == 422, "sent twice, decided once"
    assert Decision.objects.count() == 1


def test_a_problem_sent_twice_is_on_the_list_once(organiser, term):
    address, said = f"/terms/{term.number}/problems/", {"act": "enter", "source": "visits"}
    assert organiser.post(address, said | {"text": "楼道堆物"}).status_code == 302
    answer = organiser.post(address, said | {"text": " 楼道堆物 "})
    assert answer.status_code == 422
    assert "已有第 3 条" in text(answer)
    organiser.post(address, {"act": "solved", "problem": "3", "text": "照片"})
    assert organiser.post(address, said | {"text": "楼道堆物"}).status_code == 302


def test_rooms_lead_to_each_other(organiser, secretary, term, home):
    page = text(organiser.get(f"/terms/{term.number}/"))
    for way in (
        f"/runs/{term.baseline['run']}/community/A11/",
        "/programmes/zl/cohorts/1/",
        "/effects/zl/",
    ):
        assert f'href="{way}"' in page, way
        # Of a district with one month nothing is estimated; the page says so.
        assert organiser.get(way).status_code == (422 if "effects" in way else 200), way
    own = text(secretary.get(f"/terms/{term.number}/"))
    cases, project = "/cases/?scope=area:A11", f"/projects/new/?area=A11&amp;term={term.number}"
    for way in (cases, project):
        assert f'href="{way}"' in own, way
    opened = secretary.get(project.replace("&amp;", "&"))
    assert f'value="{term.number}"' in text(opened)
    plan = {"title": "北门积水", "area": "A11", "place": "北门", "term": term.number}
    made = secretary.post("/projects/new/", plan, follow=True)
    assert f'href="/terms/{term.number}/"' in text(made)
    assert "北门积水" in text(secretary.get(f"/terms/{term.number}/"))
    programme = text(organiser.get("/programmes/zl/"))
    assert 'href="/terms/?programme=zl"' in programme
    assert 'href="/effects/zl/"' in programme
    cohort = text(organiser.get("/programmes/zl/cohorts/1/"))
    assert 'href="/terms/?programme=zl&amp;cohort=1"' in cohort
    narrowed = text(organiser.get("/terms/?programme=zl&cohort=1"))
    assert 'name="programme" value="zl"' in narrowed


def test_overdue_terms_are_found_by_the_list_and_on_what_is_due(organiser, term, on):
    on(days(LAST_DAY, 1))
    assert "逾期未决 1 天" in text(organiser.get("/terms/?due=overdue"))
    assert "没有符合条件的任期" in text(organiser.get("/terms/?state=ended"))
    assert term.number in text(organiser.get("/terms/?cohort=1&street=A1&state=arrived"))
    for odd in ("cohort=x", "cohort=999999999999", "state=%00", "street='", "due=1", "page=99"):
        assert organiser.get(f"/terms/?{odd}").status_code == 200, odd
    due = text(organiser.get("/terms/due/"))
    assert "逾期未决" in due
    assert "逾期 1 天" in due


def test_the_secretary_cannot_log_an_overdue_term(secretary, term, on):
    on(days(LAST_DAY, 1))
    said = {"week": "2024-05-27", **dict.fromkeys(services.COUNTED, "0")}
    answer = secretary.post(f"/terms/{term.number}/week/", said)
    assert answer.status_code == 422
    assert "逾期未决" in text(answer)
    assert "填写本周周志" not in text(secretary.get(f"/terms/{term.number}/"))


def test_a_hand_over_and_a_look_back_on_pages(organiser, term, on, home):
    after = postings.official("乙样例")
    on(days(START, 60))
    address = f"/terms/{term.number}/hand-over/"
    assert "停车位不足" in text(organiser.get(address))
    answer = organiser.post(
        address,
        {"to": after.code, "on": "2024-01-30", "items": "钥匙\n\n骨干名单", "reason": "调动"},
        follow=True,
    )
    assert "甲样例 → 乙样例" in text(answer)
    for serial in (1, 2):
        services.solve_problem(ORGANISER, term.number, serial, at=noon(LAST_DAY), proof="照片")
    services.end_term(ORGANISER, term.number, at=noon(LAST_DAY), reason="完成", home=home)
    back = f"/terms/{term.number}/look-back/6/"
    assert "应在 2024年12月1日" in text(organiser.get(back))
    on(noon(LAST_DAY + timedelta(days=190)))
    organiser = signed_in("组织部样例", "organisation_department")
    assert organiser.get(f"/terms/{term.number}/look-back/7/").status_code == 404
    done = organiser.post(back, {"findings": "未再积水", "problems": ["2"]}, follow=True)
    assert "未再积水" in text(done)
    assert "没有取数字" in text(done)


def test_self_reliance_says_what_is_not_known(organiser, term, on):
    on(days(START, 40))
    page = text(organiser.get(f"/terms/{term.number}/self-reliance/"))
    assert "在到任前确定" in page
    assert "未公布" in page
    assert "人口" not in page, "how many people answered, not how many live there"
    assert "0.00%" in page, "nothing was sent back in the month that was published"
    assert "None" not in page


def test_the_posting_file_is_a_pdf(organiser, term):
    answer = organiser.get(f"/terms/{term.number}/posting.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert "甲样例" in "".join(text_of(answer.content).split())


# --- the list ------------------------------------------------------------------------------


def test_a_list_is_looked_at_then_taken_in(organiser, on):
    on(datetime(2023, 10, 30, 4, tzinfo=UTC))
    heads = [HEADINGS[name][0] for name in HEADINGS] + ["内部编号"]
    rows = [
        [
            "2",
            "甲",
            "区样例局",
            "",
            "松涛1社区",
            "2023-03-16",
            "2023-09-16",
            "2023-12-16",
            "",
            "甲1",
        ],
        ["2", "乙", "区样例局", "", "松涛2社区", "2023-03-16", "", "", "", ""],
        ["2", "丙", "区样例局", "", "没有的社区", "2023-03-16", "", "", "", ""],
    ]
    file = SimpleUploadedFile("名单.csv", written_csv(heads, rows))
    preview = organiser.post("/terms/import/", {"programme": "zl", "file": file})
    page = text(preview)
    for words in ("导入 2 条任期", "名录里没有“没有的社区”", "内部编号", "逾期未决"):
        assert words in page, words
    assert not Term.objects.exists()
    sent = {
        "programme": "zl",
        "name": "名单.csv",
        "text": preview.context["text"],
    }
    done = organiser.post("/terms/import/confirm/", sent, follow=True)
    assert "导入任期 2 条" in text(done)
    assert Term.objects.get(area_code="A11").extra == {"内部编号": "甲1"}
    again = organiser.post("/terms/import/confirm/", sent, follow=True)
    assert "原已有 2 条" in text(again)
    assert Term.objects.count() == 2
    assert organiser.get("/terms/import/template/").status_code == 200


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01", b"a,b\n1,2\n", "工单编号\n1\n".encode(), b"%PDF-1.4"]
)
def test_a_file_that_is_no_list_is_told_so(organiser, content):
    file = SimpleUploadedFile("x.csv", content)
    answer = organiser.post("/terms/import/", {"programme": "zl", "file": file})
    assert answer.status_code == 422


def test_english_pages_say_the_same(secretary, term):
    secretary.cookies["jieban_language"] = "en"
    page = text(secretary.get(f"/terms/{term.number}/"))
    assert "Log this week" in page
    assert "178 days left" in page
