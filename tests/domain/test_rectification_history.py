"""Where a task stood on a day, and by when it was due then."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jieban.domain.errors import Refused
from jieban.domain.rectification.history import (
    DueSince,
    Month,
    Stepped,
    due_as_of,
    late_on,
    months_around,
    read_month,
    state_on,
)
from jieban.domain.rectification.tasks import State

MARCH = date(2026, 3, 31)


def on(month, day):
    return date(2026, month, day)


STEPS = [
    Stepped(on(1, 10), "not_started", enters=True),
    Stepped(on(2, 1), "under_way"),
    Stepped(on(3, 20), "claimed"),
    Stepped(on(4, 2), "under_way"),
]


@pytest.mark.parametrize(
    ("day", "state", "why"),
    [
        (on(1, 9), "", "not entered yet"),
        (on(1, 10), "not_started", "entered that day"),
        (on(1, 31), "not_started", "nothing begun"),
        (on(2, 1), "under_way", "begun that day"),
        (on(3, 19), "under_way", "the day before the claim"),
        (MARCH, "claimed", "sent back only in April"),
        (on(12, 31), "under_way", "sent back"),
    ],
)
def test_the_state_at_the_end_of_a_day(day, state, why):
    assert state_on(STEPS, day) == state, why


def test_what_is_entered_later_with_an_earlier_day_changes_the_earlier_month():
    late = [Stepped(on(5, 1), "not_started", enters=True), Stepped(on(2, 1), "under_way")]
    assert state_on(late, on(2, 28)) == "under_way"
    assert state_on(late[:1], on(2, 28)) == ""


def test_nothing_is_undone_before_it_was_done():
    steps = [Stepped(on(1, 1), "not_started", enters=True), Stepped(on(3, 10), "claimed")]
    steps.append(Stepped(on(3, 5), "under_way"))
    assert state_on(steps, on(3, 9)) == "not_started"
    assert state_on(steps, on(3, 10)) == "under_way"


@given(
    st.lists(
        st.tuples(st.integers(0, 400), st.sampled_from([state.value for state in State])),
        max_size=12,
    ),
    st.integers(0, 400),
    st.tuples(st.integers(0, 400), st.sampled_from([state.value for state in State])),
)
def test_a_later_step_changes_no_day_before_its_own(moves, looked, after):
    begin = date(2025, 1, 1)
    steps = [Stepped(begin + timedelta(days=days), to) for days, to in moves]
    added = Stepped(begin + timedelta(days=after[0]), after[1])
    day = begin + timedelta(days=looked)
    if added.on > day:
        assert state_on([*steps, added], day) == state_on(steps, day)


@pytest.mark.parametrize(
    ("dues", "day", "due"),
    [
        ([], MARCH, None),
        ([DueSince(date.min, on(6, 30))], MARCH, on(6, 30)),
        ([DueSince(date.min, on(6, 30)), DueSince(on(4, 1), on(9, 30))], MARCH, on(6, 30)),
        ([DueSince(on(3, 1), on(9, 30)), DueSince(date.min, on(2, 28))], MARCH, on(9, 30)),
        ([DueSince(date.min, on(2, 28)), DueSince(on(3, 1), None)], MARCH, None),
        ([DueSince(on(5, 1), on(9, 30))], MARCH, on(9, 30)),
    ],
)
def test_the_due_day_that_counted_then(dues, day, due):
    assert due_as_of(dues, day) == due


@pytest.mark.parametrize(
    ("state", "due", "late"),
    [
        ("under_way", on(3, 30), True),
        ("under_way", MARCH, False),
        ("claimed", on(3, 1), True),
        ("signed_off", on(3, 1), False),
        ("under_way", None, False),
        ("", on(3, 1), False),
    ],
)
def test_late_is_past_its_day_and_not_signed_off(state, due, late):
    assert late_on(state, due, MARCH) is late


def test_months_are_read_and_counted():
    assert read_month("2024-02").last == date(2024, 2, 29)
    assert str(Month(2026, 1).plus(-1)) == "2025-12"
    assert str(Month(2026, 11).plus(14)) == "2028-01"
    shown = months_around(Month(2026, 11))
    assert (len(shown), str(shown[0]), str(shown[-1])) == (12, "2026-05", "2027-04")


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-1", "1989-12", "2026-11-01", "２０２６-11", "a"]
)
def test_a_month_that_is_none_is_refused(text):
    with pytest.raises(Refused) as refused:
        read_month(text)
    assert refused.value.code == "rectification.month_unreadable"
