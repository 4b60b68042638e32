"""Clocks: lights, pauses, and that no time is lost or invented."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jieban.domain.worktime.calendar import ContinuousTime, DayKind, WorkCalendar
from jieban.domain.worktime.clocks import (
    Held,
    Pause,
    due_with_pauses,
    light_changes,
    read_clock,
    time_per_unit,
)

BEIJING = ZoneInfo("Asia/Shanghai")
ALWAYS = ContinuousTime("Asia/Shanghai")
OFFICE = WorkCalendar(
    "Asia/Shanghai",
    frozenset((2023, 2024)),
    {date(2023, 10, day): DayKind.HOLIDAY for day in range(1, 7)}
    | {date(2023, 10, 7): DayKind.WORKDAY},
)


def at(text):
    return datetime.strptime(f"2023-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=BEIJING)


def h(hours):
    return timedelta(hours=hours)


def read(moment, pauses=(), stopped=None, calendar=ALWAYS):
    return read_clock(
        start=at("10-09 09:00"),
        allowance=h(24),
        calendar=calendar,
        pauses=pauses,
        stopped_at=at(stopped) if stopped else None,
        at=at(moment),
    )


@pytest.mark.parametrize(
    ("moment", "light", "next_change", "share"),
    [
        ("10-09 08:00", "green", "10-10 03:00", "0"),
        ("10-09 09:00", "green", "10-10 03:00", "0"),
        ("10-10 02:59", "green", "10-10 03:00", "0.7493"),
        ("10-10 03:00", "amber", "10-10 09:00", "0.75"),
        ("10-10 08:59", "amber", "10-10 09:00", "0.9993"),
        ("10-10 09:00", "red", None, "1"),
        ("10-11 09:00", "red", None, "2"),
    ],
)
def test_lights_come_by_the_share_used(moment, light, next_change, share):
    reading = read(moment)
    assert reading.light == light
    assert reading.next_change_at == (at(next_change) if next_change else None)
    assert reading.share == Decimal(share)
    assert reading.due_at == at("10-10 09:00")
    assert reading.on_time is (False if light == "red" else None)


def test_past_the_due_moment_it_is_overdue_by_what_ran_since():
    reading = read("10-10 12:00")
    assert (reading.left, reading.overdue_by) == (h(0), h(3))


def test_while_it_stands_still_nobody_knows_when_it_is_due():
    reading = read("10-09 20:00", [Pause(at("10-09 11:00"))])
    assert (reading.light, reading.due_at, reading.next_change_at) == ("paused", None, None)
    assert (reading.elapsed, reading.left) == (h(2), h(22))


def test_after_a_pause_it_is_due_later_by_its_length():
    reading = read("10-10 12:00", [Pause(at("10-09 11:00"), at("10-10 11:00"))])
    assert (reading.light, reading.due_at, reading.elapsed) == ("green", at("10-11 09:00"), h(3))


def test_a_pause_that_ends_later_still_stands_at_the_moment_asked_about():
    reading = read("10-09 20:00", [Pause(at("10-09 11:00"), at("10-10 11:00"))])
    assert (reading.light, reading.due_at) == ("paused", None)


def test_a_pause_after_the_due_moment_leaves_it_overdue():
    reading = read("10-12 09:00", [Pause(at("10-10 10:00"))])
    assert (reading.light, reading.due_at) == ("paused", at("10-10 09:00"))
    assert (reading.overdue_by, reading.on_time) == (h(1), False)


@pytest.mark.parametrize(
    ("stopped", "on_time", "overdue_by"),
    [("10-10 08:00", True, 0), ("10-10 09:00", True, 0), ("10-10 09:01", False, 1)],
)
def test_once_stopped_it_says_for_good_whether_it_was_in_time(stopped, on_time, overdue_by):
    for moment in (stopped, "11-30 09:00"):
        reading = read(moment, stopped=stopped)
        assert (reading.light, reading.on_time) == ("stopped", on_time)
        assert reading.overdue_by == timedelta(minutes=overdue_by)
        assert reading.next_change_at is None


def test_stopped_during_a_pause_with_time_left_is_on_time():
    reading = read("10-20 09:00", [Pause(at("10-09 11:00"))], stopped="10-15 09:00")
    assert (reading.light, reading.on_time, reading.elapsed) == ("stopped", True, h(2))


def test_a_stop_that_is_yet_to_come_is_not_looked_at():
    assert read("10-09 10:00", stopped="10-09 11:00").light == "green"


def test_working_time_due_as_the_shift_ends_is_late_on_the_weekend():
    # 7 hours from Friday 09:00 end on Friday 17:30.
    said = {"start": at("10-13 09:00"), "allowance": h(7), "calendar": OFFICE}
    reading = read_clock(**said, stopped_at=at("10-14 10:00"), at=at("10-14 10:00"))
    assert (reading.due_at, reading.on_time) == (at("10-13 17:30"), False)
    assert reading.overdue_by == h(0)


def test_a_pause_in_the_night_takes_no_working_time():
    night = Pause(at("10-09 17:30"), at("10-10 09:00"))
    assert due_with_pauses(at("10-09 15:30"), h(3), OFFICE, [night]) == at("10-10 10:00")
    assert due_with_pauses(at("10-09 15:30"), h(3), OFFICE) == at("10-10 10:00")


def test_a_clock_that_runs_out_as_a_pause_begins_is_due_then():
    assert due_with_pauses(at("10-09 09:00"), h(2), ALWAYS, [Pause(at("10-09 11:00"))]) == at(
        "10-09 11:00"
    )


def test_a_pause_that_ends_before_it_begins_is_none():
    wrong = Pause(at("10-09 12:00"), at("10-09 11:00"))
    assert due_with_pauses(at("10-09 09:00"), h(24), ALWAYS, [wrong]) == at("10-10 09:00")


@pytest.mark.parametrize(("allowance", "amber"), [(h(0), "0.75"), (h(1), "0"), (h(1), "1.01")])
def test_what_is_no_clock_is_a_bug(allowance, amber):
    with pytest.raises(ValueError, match="allowance"):
        read_clock(
            start=at("10-09 09:00"),
            allowance=allowance,
            calendar=ALWAYS,
            at=at("10-09 09:00"),
            amber=Decimal(amber),
        )


def test_time_per_unit_counts_office_hours_and_overlaps_once():
    spans = [
        Held("street", at("10-09 09:00"), at("10-09 15:00")),
        Held("bureau", at("10-09 15:00"), at("10-10 10:00")),
        Held("street", at("10-09 11:00"), at("10-09 15:30")),
        Held("street", at("10-10 10:00")),
    ]
    asked = {"at": at("10-10 14:30"), "pauses": [Pause(at("10-10 11:00"), at("10-10 14:00"))]}
    assert time_per_unit(spans, OFFICE, **asked) == {
        "street": h(5) + h(1.5),
        "bureau": h(2.5) + h(1),
    }


# --- properties ---------------------------------------------------------------------------

START = at("09-27 10:00")
MINUTE = timedelta(minutes=1)
MINUTES = st.integers(0, 60 * 24 * 40)
CALENDARS = st.sampled_from([ALWAYS, OFFICE])
ALLOWANCES = st.integers(1, 60 * 100).map(lambda minutes: minutes * MINUTE)


@st.composite
def drawn_pauses(draw, open_end=True):
    pauses = []
    for _ in range(draw(st.integers(0, 5))):
        since = START + draw(MINUTES) * MINUTE
        length = draw(st.one_of(st.none(), st.integers(0, 60 * 24 * 10)))
        if length is None and not open_end:
            length = 60
        pauses.append(Pause(since, None if length is None else since + length * MINUTE))
    return pauses


def still(pauses, moment):
    return any(p.since <= moment and (p.until is None or moment < p.until) for p in pauses)


@settings(max_examples=200, deadline=None)
@given(CALENDARS, ALLOWANCES, drawn_pauses(), MINUTES)
def test_pausing_never_loses_or_invents_time(calendar, allowance, pauses, minutes):
    end = START + minutes * MINUTE
    reading = read_clock(start=START, allowance=allowance, calendar=calendar, pauses=pauses, at=end)
    # Cut at every pause's ends; each piece either counts whole or not at all.
    cuts = {START, end}
    cuts |= {p.since for p in pauses} | {p.until for p in pauses if p.until}
    ordered = sorted(cut for cut in cuts if START <= cut <= end)
    counted = sum(
        (calendar.elapsed(a, b) for a, b in pairwise(ordered) if not still(pauses, a)),
        timedelta(),
    )
    assert reading.elapsed == counted
    assert reading.elapsed - reading.overdue_by + reading.left == allowance


@settings(max_examples=200, deadline=None)
@given(CALENDARS, ALLOWANCES, drawn_pauses(), MINUTES)
def test_the_lights_come_exactly_when_they_were_foretold(calendar, allowance, pauses, minutes):
    said = {"start": START, "allowance": allowance, "calendar": calendar, "pauses": pauses}
    reading = read_clock(**said, at=START + minutes * MINUTE)
    if reading.light in ("green", "amber") and reading.next_change_at:
        known = [p for p in pauses if p.since <= START + minutes * MINUTE]
        then = reading.next_change_at
        later = read_clock(**{**said, "pauses": known}, at=then)
        before = read_clock(**{**said, "pauses": known}, at=then - timedelta(microseconds=1))
        assert before.light == reading.light
        assert later.light in ({"amber", "red"} if reading.light == "green" else {"red"})
        assert (
            light_changes(start=START, allowance=allowance, calendar=calendar, pauses=known)[
                reading.light == "amber"
            ]
            == then
        )


@settings(max_examples=200, deadline=None)
@given(CALENDARS, ALLOWANCES, drawn_pauses(open_end=False), st.data())
def test_due_with_pauses_has_the_whole_allowance_before_it(calendar, allowance, pauses, data):
    due = due_with_pauses(START, allowance, calendar, pauses)
    moment = due + data.draw(st.sampled_from([-1, 0, 1])) * MINUTE
    said = {"start": START, "allowance": allowance, "calendar": calendar, "pauses": pauses}
    reading = read_clock(**said, at=moment)
    assert (reading.elapsed >= allowance) == (moment >= due)
    if reading.due_at is not None:
        assert (reading.due_at == due) or moment < due


@settings(max_examples=200, deadline=None)
@given(CALENDARS, ALLOWANCES, drawn_pauses(), MINUTES, st.randoms(use_true_random=False))
def test_the_same_events_in_any_order_or_batch_read_the_same(
    calendar, allowance, pauses, minutes, chance
):
    moment = START + minutes * MINUTE
    pieces = []
    for pause in pauses:
        until = pause.until or moment
        middle = pause.since + (until - pause.since) / 2
        if chance.random() < 0.5 and pause.since < middle < until:
            pieces += [Pause(pause.since, middle), Pause(middle, pause.until)]
        else:
            pieces.append(pause)
    chance.shuffle(pieces)
    said = {"start": START, "allowance": allowance, "calendar": calendar, "at": moment}
    assert read_clock(**said, pauses=pieces) == read_clock(**said, pauses=pauses)


@settings(max_examples=100, deadline=None)
@given(CALENDARS, ALLOWANCES, ALLOWANCES, drawn_pauses(open_end=False))
def test_an_extension_moves_the_due_moment_by_itself(calendar, allowance, extra, pauses):
    due = due_with_pauses(START, allowance, calendar, pauses)
    later = due_with_pauses(START, allowance + extra, calendar, pauses)
    said = {"start": START, "allowance": allowance, "calendar": calendar, "pauses": pauses}
    assert due < later
    assert read_clock(**said, at=later).elapsed == allowance + extra
