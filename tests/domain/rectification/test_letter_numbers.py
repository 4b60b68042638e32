"""What a letter's number says, what is odd about it, and what was probably meant."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jieban.domain.errors import Refused
from jieban.domain.rectification import numbers
from jieban.domain.rectification.numbers import Bounds, accepted, check, parse, suggestion, tidied

DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))
CODES = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=3)


@pytest.mark.parametrize(
    ("number", "kind", "channel", "nth", "place", "day", "serial"),
    [
        ("D3YX209905280018", "standard", "phone", 3, "YX", date(2099, 5, 28), 18),
        ("X2QHS209906010011", "standard", "letter", 2, "QHS", date(2099, 6, 1), 11),
        ("ZCD2099092602", "city", "phone", 0, "ZC", date(2099, 9, 26), 2),
        ("ZCX20990926011", "city", "letter", 0, "ZC", date(2099, 9, 26), 11),
        ("D990000209911010028", "division", "phone", 0, "990000", date(2099, 11, 1), 28),
        ("4711", "plain", "", 0, "", None, 4711),
    ],
)
def test_the_parts_of_every_kind_are_read(number, kind, channel, nth, place, day, serial):
    parts = parse(number)
    assert parts == numbers.Parts(kind, serial, channel, nth, place, day)


@pytest.mark.parametrize(
    "number",
    ["", "X3YX209902300001", "X0YX209905280018", "A3YX209905280018", "X3S209905280018",
     "X3YX20990528018", "X3YX2099052800181", "x3YX209905280018", "1234567"],
)  # fmt: skip
def test_what_fits_no_kind_or_no_calendar_is_not_read(number):
    assert parse(number) is None


@given(st.sampled_from("DX"), st.integers(1, 9), CODES, DAYS, st.integers(1, 9999))
def test_every_number_of_the_usual_kind_is_read_back_and_right(channel, nth, place, day, serial):
    number = f"{channel}{nth}{place}{day:%Y%m%d}{serial:04d}"
    checked = check(number, Bounds(nth, (place,), day, day))
    assert checked.parts is not None
    assert (checked.parts.day, checked.parts.serial, checked.parts.place) == (day, serial, place)
    assert (checked.faults, checked.doubts, checked.suggestion) == ((), (), "")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ｘ３ｙｘ２０９９０５２８００１８", "X3YX209905280018"),
        ("x3yx-20990528-0018", "X3YX209905280018"),
        (" X3YX 20990528 0018 ", "X3YX209905280018"),
        ("X3YX2O99O528OO18", "X3YX209905280018"),
        ("X3YX2099052800I8", "X3YX209905280018"),
        ("X3YX209905280018★", "X3YX209905280018"),
        ("X3YX209905280018", ""),
        ("乱写", ""),
    ],
)
def test_what_was_probably_meant_is_offered_never_taken(typed, meant):
    assert suggestion(typed) == meant
    if meant and typed.strip() != meant:
        with pytest.raises(Refused) as refused:
            accepted(typed, Bounds())
        assert refused.value.code == "letter.number_suggested"


def test_tidying_changes_no_sign_that_means_something():
    assert tidied("ｘ3yx 2099-0528 0018★") == "X3YX209905280018"
    assert tidied("信2099-7号") == "信2099-7号"
    assert tidied("X3YX2O990528OO18") == "X3YX2O990528OO18"


@pytest.mark.parametrize(
    ("number", "bounds", "code"),
    [
        ("X3YX209905280000", Bounds(), "letter.number_serial"),
        ("X2YX209905280018", Bounds(nth=3), "letter.number_round"),
        ("X3BJ209905280018", Bounds(codes=("YX",)), "letter.number_place"),
        ("X3YX209902300018", Bounds(), "letter.number_day"),
        ("某号", Bounds(), "letter.number_unusual"),
    ],
)
def test_an_odd_number_is_taken_only_if_somebody_says_so(number, bounds, code):
    with pytest.raises(Refused) as refused:
        accepted(number, bounds)
    assert refused.value.code == code
    kept = accepted(number, bounds, unusual=True)
    assert kept.number == number
    assert [each.code for each in kept.faults] == [code]


def test_the_sign_of_the_number_agrees_with_how_it_came():
    with pytest.raises(Refused) as refused:
        accepted("X3YX209905280018", Bounds(), channel="phone")
    assert refused.value.code == "letter.number_channel"
    assert accepted("X3YX209905280018", Bounds(), channel="letter").faults == ()


@pytest.mark.parametrize(
    ("days", "odd"), [(-6, True), (-5, False), (0, False), (35, False), (36, True)]
)
def test_a_number_dated_outside_the_stay_is_told_and_taken(days, odd):
    begins = date(2099, 5, 1)
    bounds = Bounds(stationed_from=begins, stationed_to=begins + timedelta(days=30))
    day = begins + timedelta(days=days)
    checked = accepted(f"X3YX{day:%Y%m%d}0001", bounds)
    assert bool(checked.doubts) is odd


@pytest.mark.parametrize("number", ["X3/1", "a" * 33, "号 1", "<b>"])
def test_no_number_is_kept_with_signs_that_no_address_could_hold(number):
    with pytest.raises(Refused) as refused:
        accepted(number, Bounds(), unusual=True)
    assert refused.value.code == "letter.number_signs"
