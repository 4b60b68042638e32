"""Notices: what a list of days means, and that a list with a hole is refused."""

from datetime import date, timedelta

import pytest

from jieban.domain.errors import Refused
from jieban.domain.worktime.calendar import DayKind
from jieban.domain.worktime.notices import Line, understand

SHORT = [
    ("2022-12-31", "放假", "元旦"),
    ("2023-01-01", "holiday", "元旦"),
    ("2023-01-02", "休", "元旦"),
    ("2023-01-28", "补班", "春节"),
    ("2023-01-29", "makeup_workday", "春节"),
    ("2023-05-01", "放假", "劳动节"),
    ("2023-10-01", "放假", "国庆节"),
    ("2023-10-07", "上班", "国庆节"),
]


def lines(*days):
    return [
        Line(number, date.fromisoformat(day), kind, name)
        for number, (day, kind, name) in enumerate(days, start=2)
    ]


def every_day(year, skip=()):
    day, found = date(year, 1, 1), []
    while day.year == year:
        kind = "weekend" if day.weekday() >= 5 else "workday"
        if day.isoformat() not in skip:
            found.append(Line(len(found) + 2, day, kind))
        day += timedelta(days=1)
    return found


def refusal(*args, **options):
    with pytest.raises(Refused) as refused:
        understand(*args, **options)
    return refused.value


def test_a_short_list_is_for_the_year_whose_first_day_it_names():
    notice = understand(lines(*SHORT))
    assert notice.years == (2023,)
    assert notice.days[date(2022, 12, 31)].kind is DayKind.HOLIDAY
    assert notice.days[date(2023, 10, 7)].kind is DayKind.WORKDAY
    assert notice.days[date(2023, 1, 29)].name == "春节"
    assert len(notice.days) == len(SHORT)


def test_a_full_list_keeps_only_what_weekdays_do_not_say():
    found = [
        line
        for line in every_day(2023)
        if line.day.isoformat() not in dict.fromkeys(day for day, _, _ in SHORT[1:])
    ]
    notice = understand([*found, *lines(*SHORT[1:])])
    assert notice == understand(lines(*SHORT[1:]))


def test_a_full_list_with_a_hole_is_refused():
    refused = refusal(every_day(2023, skip=("2023-07-15", "2023-08-01")))
    assert refused.code == "calendar.days_missing"
    assert refused.detail == {"year": 2023, "count": 2, "first": "2023-07-15"}


def test_a_short_list_cut_off_is_refused():
    refused = refusal(lines(*SHORT[:5]))
    assert refused.code == "calendar.holidays_missing"
    assert refused.detail == {"year": 2023, "days": ["2023-05-01", "2023-10-01"]}


def test_another_country_has_other_holidays():
    notice = understand(lines(("2023-07-04", "holiday", "")), years=(2023,), legal=())
    assert notice.years == (2023,)
    assert refusal(lines(("2023-07-04", "holiday", ""))).code == "calendar.no_year"
    assert refusal([], years=(2023,), legal=()).code == "calendar.holidays_missing"


def test_a_day_of_a_year_that_is_not_whole_is_refused():
    refused = refusal(lines(*SHORT, ("2024-02-10", "放假", "春节")))
    assert (refused.code, refused.detail["day"]) == ("calendar.no_year_for_day", "2024-02-10")


def test_every_wrong_line_is_named_at_once():
    refused = refusal(
        lines(
            *SHORT,
            ("2023-06-22", "端午", ""),
            ("2023-06-23", "调休", ""),
            ("2023-06-21", "补班", ""),
            ("2023-06-20", "周末", ""),
            ("2023-10-01", "上班", ""),
        )
    )
    assert (refused.code, refused.detail["count"]) == ("calendar.lines_wrong", 5)
    assert [each.code for each in refused.detail["problems"]] == [
        "calendar.kind_unknown",
        "calendar.kind_two_senses",
        "calendar.made_up_on_weekday",
        "calendar.weekend_on_weekday",
        "calendar.day_twice",
    ]
    assert "第 11 行" in refused.message("zh")


def test_the_same_day_said_twice_alike_is_one_day():
    assert understand(lines(*SHORT, SHORT[1])) == understand(lines(*SHORT))
