"""Moves, clocks, words, links and sums of letters; what may be printed of them."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jieban.domain.errors import Refused
from jieban.domain.rectification import letters as rules
from jieban.domain.rectification.letters import (
    Accountability,
    Line,
    Standing,
    State,
    cross,
    decide,
    public,
    sum_of,
)
from jieban.domain.rectification.tasks import Person

S = State
STATES = st.sampled_from(list(State))
TYPES = st.lists(st.sampled_from(["water", "air", "noise", "光污染"]), max_size=3).map(tuple)
LINES = st.lists(st.builds(Line, st.sampled_from(["甲", "乙", ""]), TYPES, STATES.map(str)))


# --- moves --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "moves"),
    [
        (S.IN_PROGRESS, ("part", "close")),
        (S.PARTLY_DONE, ("close", "go_on")),
        (S.DONE, ("reopen",)),
    ],
)
def test_the_moves_there_are(state, moves):
    assert rules.moves_of(Standing(state), Person("甲")) == moves


def test_nobody_decides_for_their_own_unit_or_on_their_own_answer():
    standing = Standing(S.IN_PROGRESS, frozenset(("U1", "U2")), frozenset(("乙",)))
    for person, code in (
        (Person("甲", frozenset(("U2", "U9"))), "letter.own_work"),
        (Person("乙", frozenset(("U9",))), "letter.answered_it"),
    ):
        for name in ("part", "close"):
            with pytest.raises(Refused) as refused:
                decide(standing, name, by=person)
            assert refused.value.code == code
        assert rules.moves_of(standing, person) == ()
    assert decide(standing, "close", by=Person("丙", frozenset(("U9",)))).to is S.DONE


def test_the_reply_is_due_so_many_days_after_the_hand_over_and_no_longer_once_done():
    handed = date(2099, 5, 1)
    due = rules.due_on(handed, 10)
    assert due == date(2099, 5, 11)
    for day, light, left in ((7, "green", 4), (8, "amber", 3), (11, "amber", 0), (12, "red", -1)):
        clock = rules.clock_on(due, "in_progress", date(2099, 5, day))
        assert (clock.light, clock.left) == (light, left)
    assert rules.clock_on(due, "done", due + timedelta(days=9)) is None


# --- words --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "verdict"),
    [("属实", "true"), ("是", "true"), ("基本屬實", "mostly_true"), ("部分属实。", "partly_true"),
     ("不属实", "untrue"), ("否", "untrue"), ("", ""), (" / ", "")],
)  # fmt: skip
def test_verdicts_are_read(said, verdict):
    assert rules.verdict_of(said) == verdict


@pytest.mark.parametrize(
    ("said", "state"),
    [("已办结", "done"), ("已辦結", "done"), ("是", "done"), ("阶段性办结", "partly_done"),
     ("阶段办结", "partly_done"), ("正在办理", "in_progress"), ("未办结", "in_progress"), ("", "")],
)  # fmt: skip
def test_states_are_read(said, state):
    assert rules.state_of(said) == state


@pytest.mark.parametrize(
    ("read", "word"),
    [(rules.verdict_of, "大概"), (rules.state_of, "快了"), (rules.read_batch, "x")],
)
def test_a_word_that_says_none_of_them_is_refused(read, word):
    with pytest.raises(Refused):
        read(word)


def test_types_are_read_each_once_and_unknown_ones_kept_as_told():
    assert rules.types_of("大气,噪音，噪声 光污染/水、无") == ("air", "noise", "光污染", "water")
    assert rules.types_said(("air", "光污染")) == "大气、光污染"


@pytest.mark.parametrize(
    ("title", "batch"),
    [("（第十九批 2099年）", "19"), ("（第35-1批）", "35-1"), ("第一百零三批次", "103"),
     ("第 12 批", "12"), ("第二轮督察", ""), ("", "")],
)  # fmt: skip
def test_the_batch_is_read_off_a_title(title, batch):
    assert rules.batch_of(title) == batch


def test_parts_of_a_batch_stand_between_it_and_the_next():
    numbers = ["36", "35-1", "35", "35-2", "4"]
    assert sorted(numbers, key=rules.batch_order) == ["4", "35", "35-1", "35-2", "36"]


def test_those_dealt_with_are_printed_in_words():
    rows = [Accountability("talk", 2, "样例街道", date(2099, 6, 3)), Accountability("other")]
    assert rules.accountability_said(rows) == "2099年6月3日，样例街道约谈2人。其他。"
    assert rules.accountability_said((), "") == "无"
    assert rules.accountability_said((), "已约谈。") == "已约谈。"


# --- links --------------------------------------------------------------------------------


def test_other_letters_are_found_by_their_numbers_and_by_what_is_said_of_them():
    text = "与X2ZZ209903250005反映问题重复；与第三批受理编号3438号属同一案件。见D2ZZ209903250006。"
    assert rules.mentions(text, "X2ZZ209903250001") == [
        ("X2ZZ209903250005", "repeat"),
        ("3438", "same_matter"),
        ("D2ZZ209903250006", "same_matter"),
    ]
    assert rules.mentions("本件X2ZZ209903250001", "X2ZZ209903250001") == []
    assert rules.mentions("安装净化设备3438台，电话12345", "x") == []


def test_alike_texts_have_most_pairs_of_signs_in_common():
    one, other, far = map(
        rules.pairs_of_signs, ("楼下饭店夜间排放油烟扰民", "楼下饭店排放油烟扰民", "道路井盖损坏")
    )
    assert rules.likeness(one, other) > rules.LIKE > rules.likeness(one, far)
    assert rules.likeness(one, frozenset()) == 0


# --- what may be printed ------------------------------------------------------------------


def test_numbers_of_letters_are_no_phones():
    text = "与X2ZZ209903250005、ZCD2099092002重复，编号D990000209911010028"
    assert public(text) == text


@pytest.mark.parametrize("seed", range(60))
def test_nothing_printed_holds_a_phone_an_identity_number_or_a_flat(seed):
    drawn = random.Random(seed)
    phone = f"1{drawn.choice('3578')}{drawn.randrange(10**9):09d}"
    born = f"{drawn.randrange(1950, 2010)}{drawn.randrange(1, 13):02d}{drawn.randrange(1, 29):02d}"
    card = f"110105{born}{drawn.randrange(1000):03d}{drawn.choice('0123456789X')}"
    room = f"{drawn.randrange(1, 30)}{drawn.randrange(1, 5):02d}"
    home = f"{drawn.randrange(1, 40)}号楼{drawn.randrange(1, 6)}单元{room}室"
    number = f"X3ZZ20990528{drawn.randrange(1, 9999):04d}"
    parts = [f"电话{phone}", f"身份证{card}", f"家住{home}", f"与{number}重复", "油烟扰民"]
    drawn.shuffle(parts)
    text = drawn.choice("，。； ").join(parts)
    shown = public(text)
    assert phone not in shown
    assert card not in shown
    assert f"{room}室" not in shown
    assert number in shown
    assert public(shown) == shown
    with pytest.raises(Refused) as refused:
        rules.printed("letter_finding", text)
    assert refused.value.code == "letter.personal_data"
    assert rules.printed("letter_finding", shown) == shown


def test_a_sign_that_stands_for_a_kept_number_brings_nothing_back():
    text = "\ue000电话13900001234与X2ZZ209903250005重复"
    assert public(text) == "电话[电话]与X2ZZ209903250005重复"


# --- sums ---------------------------------------------------------------------------------


@given(LINES)
def test_done_partly_and_in_progress_are_the_total_at_every_level(lines):
    table = cross(lines)
    for row in (*table.rows, table.total):
        assert row.sum.done + row.sum.partly_done + row.sum.in_progress == row.sum.total
    for name in ("total", "done", "partly_done", "in_progress"):
        assert sum(getattr(row.sum, name) for row in table.rows) == getattr(table.total.sum, name)
    for place in range(len(table.types)):
        assert sum(row.counts[place] for row in table.rows) == table.total.counts[place]


@given(LINES)
def test_types_add_up_to_no_less_than_letters_and_the_table_says_if_to_more(lines):
    table = cross(lines)
    assert table.mentions >= table.total.sum.total
    assert table.exceeds is any(len(set(line.types)) > 1 for line in lines)
    for row in table.rows:
        assert sum(row.counts) >= row.sum.total


@pytest.mark.parametrize(
    ("total", "done", "partly", "going"),
    [(117, 116, 0, 1), (248, 248, 0, 0), (2226, 2115, 111, 0), (97, 75, 19, 3)],
)
def test_published_figures_come_out_of_rows(total, done, partly, going):
    states = ["done"] * done + ["partly_done"] * partly + ["in_progress"] * going
    random.Random(1).shuffle(states)
    counted = sum_of(Counter(states))
    assert (counted.total, counted.done, counted.partly_done, counted.in_progress) == (
        total,
        done,
        partly,
        going,
    )
    assert cross(Line("甲", ("air", "noise"), state) for state in states).mentions == 2 * total


def test_a_state_nobody_knows_is_counted_nowhere_silently():
    with pytest.raises(ValueError, match="odd"):
        sum_of({"odd": 1})
