"""When terms end, and what a day without a decision means."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jieban.domain.errors import Refused
from jieban.domain.terms.calendar import (
    add_months,
    check_decided,
    check_no_overlap,
    check_review,
    clock_of,
    day_of_term,
    extended_until,
    months_between,
    week_of,
    weeks_between,
)
from jieban.domain.terms.lifecycle import RUNNING, State

D = date.fromisoformat


@pytest.mark.parametrize(
    ("start", "months", "end", "why"),
    [
        ("2023-03-16", 6, "2023-09-16", "an ordinary half-year"),
        ("2023-08-31", 6, "2024-02-29", "a leap year's February"),
        ("2022-08-31", 6, "2023-02-28", "another year's February"),
        ("2023-08-30", 6, "2024-02-29", "the 30th is cut too"),
        ("2023-08-29", 6, "2024-02-29", "the 29th is not"),
        ("2022-08-29", 6, "2023-02-28", "but in a short year it is"),
        ("2023-05-31", 6, "2023-11-30", "a month of thirty days"),
        ("2023-12-31", 6, "2024-06-30", "over the year's end"),
        ("2024-02-29", 12, "2025-02-28", "a leap day a year on"),
        ("2023-07-01", 6, "2024-01-01", "the first stays the first"),
        ("2023-03-31", -1, "2023-02-28", "and back"),
        ("2023-01-15", 0, "2023-01-15", "no month at all"),
    ],
)
def test_months_are_calendar_months_cut_to_the_last_day(start, months, end, why):
    assert add_months(D(start), months) == D(end), why


@pytest.mark.parametrize(
    ("arrived", "last", "served", "until", "why"),
    [
        ("2023-03-16", "2023-09-16", 6, "2023-12-16", "six and three are nine"),
        ("2022-08-31", "2023-02-28", 6, "2023-05-31", "February's cut is not carried on"),
        ("2023-03-16", "2023-09-30", 6, "2023-12-30", "an end set otherwise counts from itself"),
        ("2022-08-31", "2023-05-31", 9, "2023-08-31", "a second extension makes a year"),
    ],
)
def test_three_months_more_are_counted_from_the_arrival(arrived, last, served, until, why):
    assert extended_until(D(arrived), D(last), served, 3) == D(until), why


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 36), st.integers(0, 36))
def test_more_months_never_end_sooner_and_never_leave_their_month(day, first, more):
    one, two = add_months(day, first), add_months(day, first + more)
    assert one <= two
    assert (one.year * 12 + one.month) - (day.year * 12 + day.month) == first
    assert one.day == day.day or (one + timedelta(days=1)).day == 1


def test_a_date_beyond_every_calendar_is_refused():
    with pytest.raises(Refused) as refusal:
        add_months(date(9000, 12, 1), 6)
    assert refusal.value.code == "term.date_too_far"


def test_the_page_s_second_cohort_was_in_its_228th_day_and_past_six_months():
    arrived, printed = D("2023-03-16"), D("2023-10-30")
    assert day_of_term(arrived, printed) == 228
    assert add_months(arrived, 6) < printed < add_months(arrived, 9)


@pytest.mark.parametrize(
    ("today", "left", "stage"),
    [
        ("2023-08-16", 31, ""),
        ("2023-08-17", 30, "30"),
        ("2023-09-08", 8, "30"),
        ("2023-09-09", 7, "7"),
        ("2023-09-15", 1, "1"),
        ("2023-09-16", 0, "1"),
        ("2023-09-17", -1, "overdue"),
        ("2024-09-17", -367, "overdue"),
    ],
)
def test_one_is_reminded_in_stages_and_overdue_from_the_day_after(today, left, stage):
    clock = clock_of(State.SERVING, D("2023-09-16"), D(today))
    assert (clock.left, clock.stage) == (left, stage)


@pytest.mark.parametrize("state", State)
def test_only_terms_on_post_have_a_clock(state):
    clock = clock_of(state, D("2023-09-16"), D("2023-10-30"))
    assert (clock is not None) == (state in RUNNING)


@pytest.mark.parametrize("state", sorted(RUNNING))
def test_the_day_after_the_last_only_a_decision_is_let_through(state):
    check_decided(state, D("2023-09-16"), D("2023-09-16"))
    with pytest.raises(Refused) as refusal:
        check_decided(state, D("2023-09-16"), D("2023-09-17"))
    assert refusal.value.code == "term.overdue_undecided"
    assert refusal.value.detail["days"] == 1


def test_a_review_opens_thirty_days_before_and_not_sooner():
    check_review(D("2023-09-16"), D("2023-08-17"))
    with pytest.raises(Refused) as refusal:
        check_review(D("2023-09-16"), D("2023-08-16"))
    assert refusal.value.detail["first"] == "2023-08-17"


def test_weeks_begin_on_monday():
    assert week_of(D("2023-10-30")) == D("2023-10-30")
    assert week_of(D("2023-10-29")) == D("2023-10-23")
    assert weeks_between(D("2023-10-29"), D("2023-11-06")) == [
        D("2023-10-23"),
        D("2023-10-30"),
        D("2023-11-06"),
    ]
    assert months_between(D("2022-11-30"), D("2023-01-01")) == ["2022-11", "2022-12", "2023-01"]


@pytest.mark.parametrize(
    ("first", "last", "free"),
    [
        ("2023-01-01", "2023-03-15", True),
        ("2023-01-01", "2023-03-16", False),
        ("2023-09-16", "2024-01-01", False),
        ("2023-09-17", "2024-01-01", True),
        ("2023-05-01", "2023-06-01", False),
        ("2023-01-01", "2024-01-01", False),
    ],
)
def test_both_ends_of_a_term_belong_to_it(first, last, free):
    taken = [(D("2023-03-16"), D("2023-09-16"), "zl-2-001")]
    if free:
        check_no_overlap(D(first), D(last), taken, "term.area_taken")
    else:
        with pytest.raises(Refused) as refusal:
            check_no_overlap(D(first), D(last), taken, "term.area_taken")
        assert refusal.value.detail["other"] == "zl-2-001"
