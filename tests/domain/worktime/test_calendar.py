"""Calendars: deadlines at their edges, and equality with counting minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from minute_by_minute import deadline as plain_deadline
from minute_by_minute import elapsed as plain_elapsed

from jieban.domain.errors import Refused
from jieban.domain.worktime.calendar import Closed, ContinuousTime, DayKind, WorkCalendar

BEIJING = ZoneInfo("Asia/Shanghai")
NATIONAL_DAY_2023 = {
    **{date(2023, 9, 29 + day): DayKind.HOLIDAY for day in range(2)},
    **{date(2023, 10, day): DayKind.HOLIDAY for day in range(1, 7)},
    date(2023, 10, 7): DayKind.WORKDAY,
    date(2023, 10, 8): DayKind.WORKDAY,
}
OFFICE = WorkCalendar("Asia/Shanghai", frozenset((2023,)), NATIONAL_DAY_2023)


def at(text, zone=BEIJING, year=2023):
    return datetime.strptime(f"{year}-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=zone)


def h(hours):
    return timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "allowance", "due", "why"),
    [
        ("10-30 09:00", h(2), "10-30 11:00", "inside one shift"),
        ("10-30 11:00", h(2), "10-30 14:30", "lunch does not count"),
        ("10-28 10:00", h(1), "10-30 10:00", "Saturday call starts on Monday"),
        ("10-30 09:00", h(3), "10-30 12:00", "runs out as the shift ends"),
        ("10-30 13:30", h(4), "10-30 17:30", "runs out as the day ends"),
        ("10-30 12:30", h(1), "10-30 14:30", "a start at lunch counts from the afternoon"),
        ("10-30 12:00", h(1), "10-30 14:30", "the end of a shift is outside it"),
        ("10-30 03:00", h(7), "10-30 17:30", "one whole day"),
        ("10-27 17:30", h(1), "10-30 10:00", "after work on Friday is Monday"),
        ("09-28 17:00", h(2), "10-07 10:30", "holiday skipped, made-up Saturday worked"),
        ("09-29 12:00", h(14), "10-08 17:30", "both made-up days worked"),
    ],
)
def test_deadline(start, allowance, due, why):
    assert OFFICE.deadline(at(start), allowance) == at(due), why


@pytest.mark.parametrize(
    ("start", "allowance", "due", "why"),
    [
        ("10-30 09:00", h(2), "10-30 11:00", "inside one shift"),
        ("10-30 11:00", h(2), "10-30 14:30", "lunch does not count"),
        ("10-28 10:00", h(1), "10-30 10:00", "Saturday call starts on Monday"),
        ("10-30 09:00", h(3), "10-30 12:00", "runs out as the shift ends"),
        ("09-28 17:00", h(2), "10-07 10:00", "holiday skipped, made-up Saturday worked"),
    ],
)
def test_deadline_of_an_office_that_works_until_six(start, allowance, due, why):
    shifts = (OFFICE.shifts[0], (time(13, 30), time(18)))
    office = WorkCalendar(OFFICE.zone, OFFICE.years, OFFICE.days, shifts)
    assert office.deadline(at(start), allowance) == at(due), why


def test_a_deadline_is_in_the_zone_of_the_calendar():
    due = OFFICE.deadline(datetime(2023, 10, 30, 1, 0, tzinfo=UTC), h(2))
    assert (due.isoformat(), due.tzinfo) == ("2023-10-30T11:00:00+08:00", BEIJING)


@pytest.mark.parametrize("calendar", [OFFICE, ContinuousTime("Asia/Shanghai")])
@pytest.mark.parametrize("allowance", [timedelta(), h(-1)])
def test_an_allowance_is_more_than_nothing(calendar, allowance):
    with pytest.raises(ValueError, match="more than nothing"):
        calendar.deadline(at("10-30 09:00"), allowance)


def test_a_moment_without_a_zone_is_a_bug():
    with pytest.raises(TypeError):
        OFFICE.deadline(datetime(2023, 10, 30, 9), h(1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("closed", "start", "allowance", "due"),
    [
        (("10-30 00:00", "10-31 00:00"), "10-30 09:00", h(1), "10-31 10:00"),
        (("10-30 10:00", "10-30 11:00"), "10-30 09:30", h(1), "10-30 11:30"),
        (("10-30 09:00", "10-30 12:00"), "10-30 09:00", h(1), "10-30 14:30"),
        (("10-30 11:00", "10-30 15:00"), "10-30 10:30", h(1), "10-30 15:30"),
    ],
)
def test_a_one_off_closing_does_not_count(closed, start, allowance, due):
    closing = Closed(at(closed[0]), at(closed[1]))
    office = WorkCalendar(OFFICE.zone, OFFICE.years, OFFICE.days, closings=(closing, closing))
    assert office.deadline(at(start), allowance) == at(due)


@pytest.mark.parametrize(
    ("ask", "year"),
    [
        (lambda: OFFICE.deadline(at("12-29 16:00"), h(3)), 2024),
        (lambda: OFFICE.deadline(at("06-01 09:00", year=2022), h(3)), 2022),
        (lambda: OFFICE.deadline(at("01-01 00:00", year=2024), h(3)), 2024),
        (lambda: OFFICE.elapsed(at("12-29 16:00"), at("01-01 00:01", year=2024)), 2024),
        (lambda: OFFICE.elapsed(at("12-31 23:59", year=2022), at("02-01 00:00")), 2022),
        (lambda: OFFICE.is_workday(date(2027, 1, 4)), 2027),
    ],
)
def test_a_year_without_a_notice_is_refused_by_name(ask, year):
    with pytest.raises(Refused) as refused:
        ask()
    assert refused.value.code == "calendar.year_missing"
    assert refused.value.detail == {"year": year, "file": f"calendar-{year}.csv"}
    assert str(year) in refused.value.message("zh")


def test_the_last_moment_of_the_last_known_year_needs_no_other():
    assert OFFICE.deadline(at("12-29 16:30"), h(1)) == at("12-29 17:30")
    assert OFFICE.elapsed(at("12-29 16:30"), at("01-01 00:00", year=2024)) == h(1)


def test_years_apart_are_known_each_for_itself():
    office = WorkCalendar("Asia/Shanghai", frozenset((2021, 2023)))
    assert office.deadline(at("10-29 09:00", year=2021), h(1)) == at("10-29 10:00", year=2021)
    with pytest.raises(Refused):
        office.elapsed(at("12-01 09:00", year=2021), at("02-01 09:00"))


def test_calendar_time_counts_every_hour_also_over_a_change_of_the_clocks():
    always = ContinuousTime("America/Chicago")
    start = datetime(2023, 3, 11, 12, tzinfo=ZoneInfo("America/Chicago"))
    assert always.deadline(start, h(24)).isoformat() == "2023-03-12T13:00:00-05:00"
    assert always.elapsed(start, always.deadline(start, h(24))) == h(24)


def test_office_hours_are_local_over_a_change_of_the_clocks():
    office = WorkCalendar("America/Chicago", frozenset((2023,)))
    start = datetime(2023, 3, 10, 17, tzinfo=ZoneInfo("America/Chicago"))
    assert office.deadline(start, h(1)).isoformat() == "2023-03-13T09:30:00-05:00"


@pytest.mark.parametrize(
    "shifts",
    [
        (),
        ((time(12), time(9)),),
        ((time(9), time(9)),),
        ((time(13), time(17)), (time(9), time(12))),
        ((time(9), time(13)), (time(12), time(17))),
    ],
)
def test_shifts_that_are_none_are_refused(shifts):
    with pytest.raises(ValueError, match="shift"):
        WorkCalendar("Asia/Shanghai", frozenset((2023,)), shifts=shifts)


def test_a_day_is_as_long_as_its_shifts():
    assert OFFICE.day_length == h(7)


# --- properties ---------------------------------------------------------------------------

KINDS = st.sampled_from(list(DayKind))
DAYS = st.dictionaries(st.dates(date(2023, 1, 1), date(2024, 12, 31)), KINDS, max_size=30)
MINUTES = st.integers(0, 60 * 24 * 10)
FIRST = datetime(2023, 9, 25, tzinfo=BEIJING)
SHIFTS = st.sampled_from(
    [
        OFFICE.shifts,
        ((time(8), time(20)),),
        ((time(0), time(6)), (time(6), time(14)), (time(22, 30), time(23, 59))),
    ]
)


@st.composite
def calendars(draw, zones=("Asia/Shanghai", "America/Chicago")):
    closings = []
    for _ in range(draw(st.integers(0, 3))):
        since = FIRST + timedelta(minutes=draw(MINUTES))
        closings.append(Closed(since, since + timedelta(minutes=draw(st.integers(1, 3000)))))
    return WorkCalendar(
        draw(st.sampled_from(zones)),
        frozenset((2023, 2024)),
        draw(DAYS),
        draw(SHIFTS),
        tuple(closings),
    )


@settings(max_examples=60, deadline=None)
@given(calendars(), MINUTES, st.integers(0, 60 * 24 * 5))
def test_elapsed_equals_counting_minute_by_minute(calendar, first, length):
    start = FIRST + timedelta(minutes=first)
    end = start + timedelta(minutes=length)
    assert calendar.elapsed(start, end) == plain_elapsed(calendar, start, end)


@settings(max_examples=60, deadline=None)
@given(calendars(), MINUTES, st.integers(1, 60 * 20))
def test_deadline_equals_counting_minute_by_minute(calendar, first, length):
    start, allowance = FIRST + timedelta(minutes=first), timedelta(minutes=length)
    assert calendar.deadline(start, allowance) == plain_deadline(calendar, start, allowance)


SECONDS = st.integers(0, 60 * 60 * 24 * 300)
ALLOWANCES = st.timedeltas(timedelta(microseconds=1), timedelta(hours=100))


@settings(max_examples=200, deadline=None)
@given(calendars(), SECONDS, ALLOWANCES, ALLOWANCES)
def test_deadlines_are_monotone_exact_and_add_up(calendar, second, one, other):
    start = FIRST + timedelta(seconds=second)
    due = calendar.deadline(start, one)
    assert calendar.elapsed(start, due) == one
    assert calendar.deadline(due, other) == calendar.deadline(start, one + other)
    assert (calendar.deadline(start, other) < due) == (other < one)
    assert calendar.deadline(start + other, one) >= due


@settings(max_examples=200, deadline=None)
@given(calendars(), st.tuples(SECONDS, SECONDS, SECONDS))
def test_elapsed_time_adds_up_and_is_never_more_than_there_was(calendar, seconds):
    a, b, c = (FIRST + timedelta(seconds=second) for second in sorted(seconds))
    whole = calendar.elapsed(a, c)
    assert calendar.elapsed(a, b) + calendar.elapsed(b, c) == whole
    assert timedelta() <= whole <= c - a
    assert calendar.elapsed(c, a) == timedelta()
