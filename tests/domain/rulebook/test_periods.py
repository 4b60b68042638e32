"""Periods: which moments a name means."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jieban.domain.errors import Refused
from jieban.domain.rulebook.periods import (
    closed_bounds,
    month_of,
    months_of,
    period,
    previous_period,
)

BEIJING = "Asia/Shanghai"


def local(text, zone=BEIJING):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("name", "rule", "start", "end"),
    [
        ("2023-10", "19th-to-18th", "2023-09-19", "2023-10-19"),
        ("2023-01", "19th-to-18th", "2022-12-19", "2023-01-19"),
        ("2023-10", "calendar-month", "2023-10-01", "2023-11-01"),
        ("2023-12", "calendar-month", "2023-12-01", "2024-01-01"),
        ("2022", "19th-to-18th", "2021-12-19", "2022-12-19"),
        ("2022-03..2022-05", "calendar-month", "2022-03-01", "2022-06-01"),
    ],
)
def test_a_name_means_a_span(name, rule, start, end):
    found = period(name, rule, BEIJING)
    assert (found.start, found.end) == (local(start), local(end))


def test_a_month_across_the_clock_change_follows_the_local_midnight():
    found = period("2023-11", "calendar-month", "America/Chicago")
    assert found.end - found.start == timedelta(days=30, hours=1)


@pytest.mark.parametrize(
    ("name", "before"),
    [
        ("2023-10", "2023-09"),
        ("2023-01", "2022-12"),
        ("2022", "2021"),
        ("2022-04..2022-06", "2022-01..2022-03"),
    ],
)
def test_the_period_before_is_as_long(name, before):
    assert previous_period(name) == before


@pytest.mark.parametrize(
    "name",
    ["", "2023-13", "2023-1", "23-10", "2023-10..", "..2023-10", "2023-10..2023-09", "十月",
     "2023-10-19", "２０２３-10", "0001-01", "9999", "1000-01..9000-01", "2022..2023"],
)  # fmt: skip
def test_other_names_are_refused(name):
    with pytest.raises(Refused) as refused:
        months_of(name)
    assert refused.value.code == "period.bad_name"


def test_the_printed_closing_window_reaches_back_to_the_tenth():
    found = closed_bounds("2023-10", "19th-to-18th", "from-10th-of-previous-month", BEIJING)
    assert found == (local("2023-09-10"), local("2023-10-19"))


@given(
    # Hypothesis wants its bounds without a zone and adds it.
    at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    rule=st.sampled_from(["19th-to-18th", "calendar-month"]),
    zone=st.sampled_from([BEIJING, "America/Chicago", "UTC"]),
)
def test_a_moment_lies_in_the_month_it_is_said_to(at, rule, zone):
    found = period(month_of(at, rule, zone), rule, zone)
    assert found.start <= at < found.end
