"""What sending did, as a leader, a statistician and a department see it."""

import csv
import io
import json

import pytest
from openpyxl import load_workbook

from jieban.apps.assessments import facts
from jieban.apps.cases import services as cases
from jieban.apps.effects.models import QuotedFigure
from jieban.apps.ledger import selectors as ledger
from jieban.apps.programmes import services
from jieban.apps.terms import services as terms
from jieban.domain.programmes.criteria import Criteria
from jieban.tables.lists import written_csv
from tests.apps.exports import row, write_export
from tests.apps.postings import ORGANISER
from tests.conftest import AT, CLERK
from tests.journeys.test_api import Program
from tests.people import signed_in

pytestmark = pytest.mark.django_db
PLACES, ROWS = 24, 12
MONTHS = [f"2023-{month:02d}" for month in range(1, 11)]
SENT = (0, 1, 2)
HEAD = ("批次", "姓名", "派出单位", "街道", "社区(村)", "到任日期", "期满日期", "延长至")


def name(place: int) -> str:
    return f"样{place:02d}社区"


@pytest.fixture
def district(home, tmp_path):
    """Ten months of 24 communities; the three worst solve more from June on."""
    rows = []
    for month in MONTHS:
        for place in range(PLACES):
            solved = 4 + place // 4
            if place in SENT and month > "2023-05":
                solved += 5
            for number in range(ROWS):
                good = (number * 7 + place) % ROWS < solved
                rows.append(
                    row(
                        f"E{month}P{place}N{number:02}",
                        创建时间=f"{month}-{2 + number % 15:02d} 09:00:00",
                        办结时间=f"{month}-18 09:00:00",
                        被反映街乡镇="青禾街道" if place % 2 else "柳岸街道",
                        所在村社区=name(place),
                        主办单位="青禾街道",
                        是否解决="是" if good else "否",
                        是否满意="满意" if good else "不满意",
                    )
                )
    cases.import_file(CLERK, write_export(tmp_path / "e.csv", rows), at=AT, home=home)
    facts.current_facts(home)
    lines = [
        ["2", f"派样{place}", "样例局", "", name(place), "2023-05-03", "2023-11-03", ""]
        for place in SENT
    ]
    path = tmp_path / "名单.csv"
    path.write_bytes(written_csv(HEAD, lines))
    terms.import_terms(ORGANISER, path, programme="zl", at=AT)


@pytest.fixture
def leader(db):
    return signed_in("领样例", "district_leader")


@pytest.fixture
def department(db):
    return signed_in("组样例", "organisation_department")


def text(answer) -> str:
    return answer.content.decode()


def test_without_a_programme_the_page_says_what_comes_first(home, leader):
    page = text(leader.get("/effects/"))
    assert "还没有下派计划" in page
    assert 'href="/programmes/"' in page


def test_before_anything_was_evaluated_the_page_says_what_to_do(home, leader):
    services.open_programme(CLERK, "zl", "治理书记", at=AT, criteria=Criteria(choose=2))
    answer = leader.get("/effects/zl/")
    assert answer.status_code == 422
    assert "jieban facts build" in text(answer)
    assert leader.get("/effects/nichts/").status_code == 404


def test_a_leader_reads_the_finding_and_what_would_have_come_anyway(district, leader):
    answer = leader.get("/effects/", follow=True)
    page = text(answer)
    assert answer.redirect_chain == [("/effects/zl/", 302)]
    assert "比不派人的预期高" in page
    assert "总体趋势" in page
    assert "均值回归" in page
    assert "只有 4 个月" in page
    for sentence in ("前后对比", "双重差分", "按选点调整", "n = 3 / 21"):
        assert sentence in page
    assert page.count('<svg class="chart effect"') == 3
    for place in SENT:
        assert name(place) in page


def test_every_percent_on_the_page_stands_with_its_n(district, leader):
    page = text(leader.get("/effects/zl/?measure=resolution"))
    assert "解决率" in page
    assert "3 / 21" in page


def test_a_statistician_finds_method_tests_and_what_would_undo_it(district, leader):
    page = text(leader.get("/effects/zl/method/"))
    for word in ("信度", "安慰剂", "随机化检验", "什么会推翻它", "曲线"):
        assert word in page


def test_in_english_nothing_is_left_in_chinese_but_names(district, leader):
    leader.get("/language/en/?next=/effects/zl/")
    page = text(leader.get("/effects/zl/"))
    assert "more than expected had nobody been sent" in page
    assert "By figure" in page


def test_the_files_say_the_same(district, leader):
    told = json.loads(leader.get("/effects/zl/effects.json").content)
    estimate = told["pooled"]["score"]["estimates"]["adjusted_for_selection"]
    assert estimate["n"] == {"sent": 3, "compared": 21}
    table = leader.get("/effects/zl/effects.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(table)))
    assert len(rows) == 4
    assert {row[1] for row in rows[1:]} == {name(place) for place in SENT}
    book = load_workbook(io.BytesIO(leader.get("/effects/zl/effects.xlsx").content))
    assert book.active.max_row == 4
    mean = sum(float(row[rows[0].index("估计差异(点)")]) for row in rows[1:]) / 3
    assert mean == pytest.approx(estimate["points"], abs=0.02)
    assert leader.get("/effects/zl/effects.pdf").status_code == 404


def test_a_program_reads_the_same(district):
    program = Program("领导程序", "district_leader")
    told = program("GET", "/programmes/zl/effects?measure=resolution")
    estimate = told["pooled"]["resolution"]["estimates"]["adjusted_for_selection"]
    assert estimate["n"] == {"sent": 3, "compared": 21}
    assert told["estimand"]["measure"] == "resolution"
    program("GET", "/programmes/zl/effects?cohort=9", code=422)
    program("GET", "/programmes/zl/effects?measure=charm", code=422)
    program("GET", "/programmes/nichts/effects", code=404)
    Program("派单程序", "dispatch_clerk")("GET", "/programmes/zl/effects", code=403)


def test_an_unknown_cohort_is_refused_in_words(district, leader):
    answer = leader.get("/effects/zl/?cohort=9")
    assert answer.status_code == 422
    assert "第 9 批" in text(answer)
    assert leader.get("/effects/zl/?cohort=2").status_code == 200


@pytest.mark.parametrize("cohort", ["x", "2x", "-1", "9" * 30])
def test_hostile_cohorts_end_in_words(district, leader, cohort):
    assert leader.get(f"/effects/zl/?cohort={cohort}").status_code == 422


def test_a_bad_baseline_is_refused_in_words(district, leader):
    answer = leader.get("/effects/zl/?baseline=2019-01..2019-12")
    assert answer.status_code == 422
    assert "基期" in text(answer)


def test_a_quoted_figure_stands_in_both_readings_beside_the_rows(district, department):
    form = {
        "cohort": 2,
        "measure": "resolution",
        "value": "28.76",
        "reading": "unclear",
        "source": "样例报第 1 期",
        "said_on": "2023-10-30",
    }
    assert department.post("/effects/zl/quoted/", form).status_code == 302
    page = text(department.get("/effects/zl/"))
    assert "+28.76%" in page
    assert "若指百分点" in page
    assert "若指相对增长" in page
    assert "出处没有说明是哪一种" in page
    (event,) = ledger.events_of("programme", "zl").filter(kind="effect.quoted")
    assert event.body["value"] == "28.76"


@pytest.mark.parametrize(
    ("field", "value"), [("source", "  "), ("value", "x"), ("cohort", "7"), ("reading", "maybe")]
)
def test_a_quoted_figure_without_sense_is_not_kept(district, department, field, value):
    form = {
        "cohort": 2,
        "measure": "resolution",
        "value": "28.76",
        "reading": "unclear",
        "source": "样例报第 1 期",
        "said_on": "2023-10-30",
    } | {field: value}
    answer = department.post("/effects/zl/quoted/", form)
    assert answer.status_code == 422
    assert not QuotedFigure.objects.exists()


def test_who_may_not_see_programmes_sees_no_effect(district):
    for role in ("call_taker", "department_handler"):
        browser = signed_in("旁样例", role)
        assert browser.get("/effects/zl/").status_code == 403
    leader = signed_in("领样例二", "district_leader")
    assert leader.get("/effects/zl/quoted/").status_code == 403
    assert "记下外部数字" not in text(leader.get("/effects/zl/"))
