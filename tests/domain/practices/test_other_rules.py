"""Cards and reviewers, texts that may be kept, clusters, days of agreements."""

from datetime import date

import pytest

from jieban.domain.errors import Refused
from jieban.domain.practices import cards, notes
from jieban.domain.practices.clusters import Cluster, clusters, is_of_kind, kind_of
from jieban.domain.practices.wording import contact, tidy


@pytest.mark.parametrize(
    ("state", "move", "to"),
    [
        ("draft", "submit", "in_review"),
        ("in_review", "publish", "published"),
        ("in_review", "send_back", "draft"),
        ("published", "withdraw", "withdrawn"),
    ],
)
def test_a_card_goes_its_way(state, move, to):
    made = cards.decide(cards.State(state), move, by="reviewer", wrote=["writer"], reason="理由")
    assert made.to == to


@pytest.mark.parametrize("wrote", [("me", "x"), ("x", "me")])
@pytest.mark.parametrize("move", ["publish", "send_back"])
def test_who_wrote_or_sent_a_card_in_does_not_pass_it(wrote, move):
    with pytest.raises(Refused) as caught:
        cards.decide(cards.State.IN_REVIEW, move, by="me", wrote=wrote, reason="理由")
    assert caught.value.code == "practice.same_person"


def test_whoever_wrote_it_may_take_it_back():
    made = cards.decide(
        cards.State.PUBLISHED, "withdraw", by="me", wrote=("me", "me"), reason="已过时"
    )
    assert made.to is cards.State.WITHDRAWN


@pytest.mark.parametrize("state", cards.State)
def test_every_other_step_of_a_card_is_refused(state):
    for name in cards.MOVES.keys() - set(cards.moves_from(state)):
        with pytest.raises(Refused) as caught:
            cards.decide(state, name, by="other", reason="理由")
        assert caught.value.code == "practice.move_not_allowed"


@pytest.mark.parametrize(
    "text",
    [
        "请联系 19900010000",
        "身份证110101199003070000",
        "京A12345堵住出口",
        "3号楼2单元502室反对",
        "写信到 a.b@example.cn",
    ],
)
def test_a_text_that_names_a_resident_is_refused(text):
    with pytest.raises(Refused) as caught:
        tidy("outcome", text, limit=4000)
    assert caught.value.code == "practice.personal_data"
    assert caught.value.detail["redacted"] != text
    assert "结果" in caught.value.message("zh")
    assert "outcome" in caught.value.message("en")


@pytest.mark.parametrize(
    "text",
    [
        "11号楼东侧小路",
        "2026年5月1日前拆除违建500平方米",
        "依据《物业管理条例》第三十五条",
        "投入12万元，工期15天",
        "",
    ],
)
def test_a_text_about_a_place_is_kept(text):
    assert tidy("basis", text, limit=500) == text


def test_a_text_that_holds_a_mark_already_is_not_refused_for_it():
    assert tidy("outcome", "原文[电话]已隐去", limit=4000) == "原文[电话]已隐去"


@pytest.mark.parametrize("text", ["坏\x00字", "半个\ud83d", "退格\x08"])
def test_signs_that_cannot_be_kept_are_refused(text):
    with pytest.raises(Refused) as caught:
        tidy("title", text)
    assert caught.value.code == "practice.words_unreadable"


def test_a_line_is_one_line_and_a_text_keeps_its_lines():
    assert tidy("title", " 一\n二  三 ") == "一 二 三"
    assert tidy("steps", "一\r\n二", limit=4000) == "一\n二"


def test_an_office_may_leave_its_number():
    assert contact("contact", "社区工作站 010-63860000") == "社区工作站 010-63860000"


@pytest.mark.parametrize(("text", "code"), [("", "missing"), ("字" * 201, "too_long")])
def test_nothing_and_too_much_are_refused(text, code):
    with pytest.raises(Refused) as caught:
        tidy("title", text, required=True)
    assert caught.value.code == f"practice.words_{code}"


def test_a_kind_is_the_third_level():
    assert kind_of("城市管理->市容->占道经营->游商") == "城市管理->市容->占道经营"
    assert kind_of("城市管理->市容") == "城市管理->市容"
    assert is_of_kind("城市管理->市容->占道经营", "城市管理->市容")
    assert not is_of_kind("城市管理->市容环境", "城市管理->市容")


COUNTS = {
    ("A11", "甲->乙->丙->一"): {"2026-01": 3, "2026-02": 2, "2026-03": 2},
    ("A11", "甲->乙->丙->二"): {"2026-02": 1, "2026-03": 2},
    ("A11", "甲->乙->丁"): {"2026-03": 9},
    ("A12", "甲->乙->丙"): {"2026-03": 12, "2026-02": 1},
    ("A12", ""): {"2026-03": 99},
}
MONTHS = ("2026-01", "2026-02", "2026-03")


def test_alike_cases_of_one_place_are_a_cluster():
    found = clusters(COUNTS, MONTHS, periods=3, threshold=10)
    assert found == [
        Cluster("A12", "甲->乙->丙", 13, (0, 1, 12), None),
        Cluster("A11", "甲->乙->丙", 10, (3, 3, 4), None),
    ]


def test_only_the_latest_periods_count_and_those_before_stand_beside():
    months = ("2025-12", *MONTHS)
    found = clusters(COUNTS, months, periods=2, threshold=7)
    assert found[0] == Cluster("A12", "甲->乙->丙", 13, (1, 12), 0)
    assert Cluster("A11", "甲->乙->丙", 7, (3, 4), 3) in found


def test_what_was_answered_is_not_suggested_again():
    answered = [("A12", "甲->乙->丙")]
    found = clusters(COUNTS, MONTHS, periods=3, threshold=10, answered=answered)
    assert [each.place for each in found] == ["A11"]


@pytest.mark.parametrize(
    ("due", "urgency"),
    [
        (None, ""),
        (date(2026, 5, 3), "overdue"),
        (date(2026, 5, 4), "soon"),
        (date(2026, 5, 11), "soon"),
        (date(2026, 5, 12), "later"),
    ],
)
def test_a_day_is_near_or_far(due, urgency):
    assert notes.urgency(due, date(2026, 5, 4)) == urgency


def test_nothing_ends_before_it_begins():
    notes.check_span(date(2026, 5, 4), None)
    notes.check_span(date(2026, 5, 4), date(2026, 5, 4))
    with pytest.raises(Refused) as caught:
        notes.check_span(date(2026, 5, 4), date(2026, 5, 3))
    assert caught.value.code == "note.ends_before_it_begins"
