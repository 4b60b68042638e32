"""The posting file: what it says, and that it says it as it was typed, the same each time."""

from datetime import UTC, date, datetime

import pytest

from jieban.apps.terms import services
from jieban.apps.terms.models import Term
from jieban.apps.terms.papers import posting_file
from jieban.documents.posting import Posting, Problem, posting_pdf
from tests.apps import live, postings
from tests.apps.postings import LAST_DAY, ORGANISER, START, noon
from tests.pdf_text import text_of

AT = datetime(2023, 3, 1, 4, tzinfo=UTC)


def paper(**changes):
    told = {
        "number": "zl-2-001",
        "programme": "治理书记",
        "cohort": 2,
        "official": "甲样例",
        "home": "区样例局",
        "area": "松涛1社区",
        "street": "松涛街道",
        "months": 6,
        "planned_start": date(2023, 3, 16),
    }
    return posting_pdf(Posting(**(told | changes)), at=AT, day=date(2023, 3, 1))


def squeezed(pdf):
    return "".join(text_of(pdf).replace("\u200b", "").split())


def test_it_says_who_goes_where_from_when():
    text = squeezed(paper())
    assert text.startswith("派驻通知zl-2-001松涛街道、松涛1社区：")
    assert "选派区样例局甲样例同志到松涛街道松涛1社区担任治理书记（第2批）" in text
    assert "任期6个月，自2023年3月16日起。" in text
    assert "2023年3月1日" in text
    assert "没有冻结基线" in text
    assert "还没有登记问题" in text


HOSTILE = (
    '#eval("1+1")',
    '#read("/etc/passwd")',
    '#import "@preview/x:1.0.0"',
    "*粗* _斜_ $x^2$ `raw` <label> @ref",
    "]]] }}} ))) \\ // /* */ #[",
    "{{ 7*7 }} {% load x %} <script>alert(1)</script>",
    "\"引号\" '单' \\u{41} \\n",
    "无断行" * 150,
    "a" * 400,
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_whatever_is_typed_stands_there_as_it_was_typed(text):
    said = squeezed(
        paper(official=text, area=text, problems=[Problem(1, text, "complaints", "open")])
    )
    assert said.count("".join(text.split())) >= 3


def test_signs_without_a_letter_do_not_spoil_the_paper():
    text = squeezed(paper(official="甲\x00乙\ud800\x07丙", brings=["\x1b[31m红"]))
    assert "甲乙" in text
    assert "丙" in text


def test_the_same_values_at_the_same_moment_are_the_same_bytes():
    assert paper() == paper()
    assert paper().startswith(b"%PDF-")


@pytest.mark.django_db
def test_it_is_filled_in_from_the_rows_of_a_term(home, tmp_path):
    live.made_up_district()
    term = postings.arrived(home, tmp_path)
    services.extend_term(ORGANISER, term.number, [2], at=noon(LAST_DAY), reason="未完", home=home)
    text = squeezed(posting_file(Term.objects.get(), at=noon(START)))
    for words in (
        "zl-1-001",
        "自2023年12月1日起，至2024年6月1日止。",
        "任期延长至2024年9月1日",
        "北门道路积水",
        "停车位不足",
        "解决率75.00%（18/24）",
        "本社区人员办件占比",
    ):
        assert words in text, words
