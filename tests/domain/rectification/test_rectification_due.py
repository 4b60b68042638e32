"""Due dates as plans write them: a kind, a day and a flag out of many spellings."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jieban.domain.errors import Refused
from jieban.domain.rectification.due import Due, Kind, possible, read_due


def day(*when: int, lasting: bool = False) -> tuple[Kind, date, bool]:
    return Kind.DATE, date(*when), lasting


AT_ONCE, LASTING = (Kind.AT_ONCE, None, False), (Kind.LASTING, None, True)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("2017年9月底前", day(2017, 9, 30)),
        ("2017年9月底前，长期坚持", day(2017, 9, 30, lasting=True)),
        ("2017年9月底前完成并长期坚持", day(2017, 9, 30, lasting=True)),
        ("2024年2月底前", day(2024, 2, 29)),
        ("2023年2月底", day(2023, 2, 28)),
        ("2024年6月30日前", day(2024, 6, 30)),
        ("2024年6月30日", day(2024, 6, 30)),
        ("２０２４年６月３０日前", day(2024, 6, 30)),
        ("2024-06-30", day(2024, 6, 30)),
        ("2024/6/30", day(2024, 6, 30)),
        ("2024.6.30", day(2024, 6, 30)),
        ("2024.6", day(2024, 6, 30)),
        ("2024 年 12 月 底 前", day(2024, 12, 31)),
        ("2025年底前", day(2025, 12, 31)),
        ("2025年年底前", day(2025, 12, 31)),
        ("2025年末", day(2025, 12, 31)),
        ("2025年", day(2025, 12, 31)),
        ("2025年一季度前", day(2025, 3, 31)),
        ("2025年第二季度", day(2025, 6, 30)),
        ("2025年3季度", day(2025, 9, 30)),
        ("2025年四季度末", day(2025, 12, 31)),
        ("2025年上半年", day(2025, 6, 30)),
        ("2025年下半年", day(2025, 12, 31)),
        ("2025年5月上旬", day(2025, 5, 10)),
        ("2025年5月中旬前", day(2025, 5, 20)),
        ("2025年5月下旬", day(2025, 5, 31)),
        ("2024年3月底前制定方案，2025年底前完成", day(2025, 12, 31)),
        ("2025年底前完成，其中一期2024年6月30日前", day(2025, 12, 31)),
        ("20241231", day(2024, 12, 31)),
        ("2024-12-31 00:00:00", day(2024, 12, 31)),
        ("2025", day(2025, 12, 31)),
        ("2024年3月至6月", day(2024, 6, 30)),
        ("2024年3月1日-5月15日", day(2024, 5, 15)),
        ("改造2050户，2024年底前完成", day(2024, 12, 31)),
        ("1998年建成的泵站2024年6月底前拆除", day(2024, 6, 30)),
        ("立行立改", AT_ONCE),
        ("立即整改", AT_ONCE),
        ("已完成", AT_ONCE),
        ("长期坚持", LASTING),
        ("持续推进", LASTING),
        ("立行立改，长期坚持", (Kind.AT_ONCE, None, True)),
        ("立行立改、并坚持", (Kind.AT_ONCE, None, True)),
        ("立行立改，2024年12月底前完成", day(2024, 12, 31)),
    ],
)
def test_a_due_date_means(words, wanted):
    due = read_due(words)
    assert due is not None
    assert (due.kind, due.on, due.lasting) == wanted


def test_the_plans_own_words_stay_beside_it():
    assert read_due(" 2017年9月底前，\n长期坚持 ").words == "2017年9月底前， 长期坚持"


@pytest.mark.parametrize("words", ["", " ", "\n\t", "　"])
def test_a_blank_is_no_due_date(words):
    assert read_due(words) is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("尽快", "due_unreadable"),
        ("按计划推进", "due_unreadable"),
        ("6月底前", "due_unreadable"),
        ("45657", "due_unreadable"),
        ("1875年", "due_unreadable"),
        ("改造2000套", "due_unreadable"),
        ("2012户", "due_unreadable"),
        ("12025年", "due_unreadable"),
        ("1950年底前", "day_impossible"),
        ("20241331", "day_impossible"),
        ("2024年13月", "day_impossible"),
        ("2024年0月", "day_impossible"),
        ("2024年2月30日", "day_impossible"),
        ("2023-02-29", "day_impossible"),
        ("<script>alert(1)</script>", "due_unreadable"),
        ("'; DROP TABLE task; --", "due_unreadable"),
    ],
)
def test_what_is_no_due_date_is_refused_and_never_guessed(words, code):
    with pytest.raises(Refused) as caught:
        read_due(words)
    assert caught.value.code == f"rectification.{code}"


PIECES = st.sampled_from(
    ["2024", "2025年", "13月", "2月", "30日", "底前", "，", "长期坚持", "立行立改", "季度", "至",
     "第一季度", "上旬", "-", "/", ".", "12", "0", "年", "半", "末", " ", "九", "\x00", "\ud800"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=10).map("".join)))
def test_no_text_whatever_breaks_the_reading(text):
    try:
        due = read_due(text)
    except Refused:
        return
    assert due is None or (due.on is not None) == (due.kind is Kind.DATE)
    assert due is None or due.on is None or 1990 <= due.on.year <= 2099


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)))
def test_every_day_is_read_as_itself(on):
    for words in (f"{on:%Y-%m-%d}", f"{on.year}年{on.month}月{on.day}日前", f"{on:%Y/%m/%d}"):
        assert read_due(words).on == on


@given(st.text(max_size=40))
def test_words_read_again_mean_the_same(text):
    try:
        due = read_due(text)
    except Refused:
        return
    assert due is None or read_due(due.words) == due


@pytest.mark.parametrize(
    "said",
    [
        {"kind": Kind.DATE},
        {"kind": Kind.AT_ONCE, "on": date(2024, 1, 1)},
        {"kind": Kind.LASTING, "on": date(2024, 1, 1), "lasting": True},
        {"kind": Kind.LASTING},
    ],
)
def test_a_day_belongs_to_a_due_date_that_is_a_day_and_to_no_other(said):
    with pytest.raises(ValueError, match=r"day|lasting"):
        Due(**said)


def test_days_left_fall_below_nought_after_the_day():
    due = Due(Kind.DATE, date(2024, 6, 30))
    assert [due.days_left(date(2024, 6, each)) for each in (29, 30)] == [1, 0]
    assert due.days_left(date(2024, 7, 2)) == -2
    assert Due(Kind.AT_ONCE).days_left(date(2024, 7, 2)) is None


@pytest.mark.parametrize(
    ("on", "code"),
    [
        (date(1989, 12, 31), "day_impossible"),
        (date(2100, 1, 1), "day_impossible"),
        (date(2024, 6, 2), "day_in_future"),
    ],
)
def test_a_day_that_cannot_be_is_refused(on, code):
    with pytest.raises(Refused) as caught:
        possible(on, today=date(2024, 6, 1))
    assert caught.value.code == f"rectification.{code}"


def test_a_day_that_can_be_is_itself():
    assert possible(None) is None
    assert possible(date(2030, 1, 1)) == date(2030, 1, 1)
    assert possible(date(2024, 6, 1), today=date(2024, 6, 1)) == date(2024, 6, 1)
