"""An operator brings a year's holidays, enters a closing, sets office hours: pages, commands."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jieban.apps.directory import selectors
from jieban.apps.ledger import selectors as ledger
from tests.people import signed_in

pytestmark = pytest.mark.django_db
NOTICE = """日期,类型,节日
2026-01-01,放假,元旦
2026-01-04,补班,元旦
2026-05-01,放假,劳动节
2026-10-01,放假,国庆节
2026-10-10,补班,国庆节
"""


@pytest.fixture
def operator(home) -> Client:
    browser = signed_in("系统员甲")
    browser.cookies["jieban_language"] = "zh"
    return browser


def text_of(response) -> str:
    return response.content.decode()


def send(browser, text=NOTICE, name="calendar-2026.csv"):
    file = SimpleUploadedFile(name, text.encode())
    return browser.post("/directory/calendar/import/", {"file": file, "notice": "国办〔2025〕0号"})


def confirm(browser, page):
    fields = dict(re.findall(r'<input type="hidden" name="(name|notice)" value="([^"]*)"', page))
    fields["text"] = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1].lstrip("\n")
    return browser.post("/directory/calendar/import/confirm/", fields)


@pytest.fixture
def known(operator):
    confirm(operator, text_of(send(operator)))


def test_a_year_nobody_brought_says_what_is_missing_and_how_to_bring_it(operator):
    page = text_of(operator.get("/directory/calendar/2027/"))
    assert "2027 年的节假日安排尚未导入" in page
    assert "calendar-2027.csv" in page
    empty = operator.get("/directory/calendar/import/calendar-2027.csv")
    assert "2027" in empty.content.decode("utf-8-sig")
    assert send(operator, empty.content.decode("utf-8-sig")).status_code == 422


def test_a_file_is_looked_at_before_it_is_taken_in(operator):
    preview = text_of(send(operator))
    assert "放假 3 天，补班 2 天" in preview
    assert not selectors.work_calendar().years
    done = confirm(operator, preview)
    assert done.url == "/directory/calendar/2026/"
    page = text_of(operator.get(done.url))
    assert page.count('class="day holiday"') == 1 + 3
    assert page.count('class="day made_up"') == 1 + 2
    assert "国办〔2025〕0号" in page
    event = ledger.events_of("calendar", "calendar").get()
    assert (event.actor_name, event.body["file"]) == ("系统员甲", "calendar-2026.csv")
    assert "都已在日历中" in text_of(send(operator))


def test_a_wrong_file_is_told_line_by_line_and_nothing_is_stored(operator):
    answer = send(operator, NOTICE + "2026-06-19,端午,端午节\n2026-06-20,调休,端午节\n")
    assert answer.status_code == 422
    assert "第 7 行" in text_of(answer)
    assert "第 8 行" in text_of(answer)
    assert operator.post("/directory/calendar/import/", {}).status_code == 422


def test_a_closing_is_entered_shown_and_removed(operator, known):
    said = {"since": "2026-11-30T13:30", "until": "2026-12-01T00:00", "reason": "系统升级"}
    operator.post("/directory/calendar/2026/closings/", said)
    page = text_of(operator.get("/directory/calendar/2026/"))
    assert "2026-11-30 13:30 – 2026-12-01 00:00" in page
    assert 'class="day partly"' in page
    number = selectors.closings().get().pk
    operator.post(f"/directory/calendar/2026/closings/{number}/remove/")
    assert not selectors.closings().exists()
    again = operator.post(f"/directory/calendar/2026/closings/{number}/remove/")
    assert again.status_code == 422


def test_a_closing_that_is_wrong_keeps_what_was_typed(operator, known):
    said = {"since": "2026-11-30T13:30", "until": "2026-11-30T13:30", "reason": "系统升级"}
    answer = operator.post("/directory/calendar/2026/closings/", said)
    assert answer.status_code == 422
    assert "须晚于开始时间" in text_of(answer)
    assert "系统升级" in text_of(answer)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("08:30-12:00 14:00-18:00", 302),
        ("8:30–12:00、14:00–18:00", 302),
        ("上午 08:30-12:00", 422),
        ("25:00-26:00", 422),
        ("12:00-09:00", 422),
    ],
)
def test_office_hours_are_set_as_people_write_them(operator, known, text, status):
    answer = operator.post("/directory/calendar/2026/office-hours/", {"shifts": text})
    assert answer.status_code == status
    assert len(selectors.office_shifts()) == 2


@pytest.mark.parametrize("year", [0, 99999])
def test_a_year_that_is_none_is_not_found(operator, year):
    assert operator.get(f"/directory/calendar/{year}/").status_code == 404
    assert operator.get(f"/directory/calendar/import/calendar-{year}.csv").status_code == 404


def test_who_does_not_say_who_they_are_changes_nothing(home):
    nobody = Client()
    nobody.post("/directory/calendar/2026/office-hours/", {"shifts": "08:30-12:00"})
    send(nobody)
    assert ledger.events_of("calendar", "calendar").count() == 0


def test_by_commands_from_the_empty_file_to_a_deadline(jieban, tmp_path):
    file = tmp_path / "calendar-2026.csv"
    jieban("calendar", "template", 2026, "--out", file)
    assert "已经存在" in jieban("calendar", "template", 2026, "--out", file, code=1)
    file.write_text(file.read_text(encoding="utf-8-sig") + NOTICE.partition("\n")[2], "utf-8")
    taken = jieban.json("calendar", "import", file, "--notice", "国办〔2025〕0号")
    assert (taken["years"], taken["holidays"], taken["workdays"]) == ([2026], 3, 2)
    assert len(jieban.json("calendar", "show", 2026)["days"]) == 5

    due = jieban.json("calendar", "deadline", "2026-10-09 16:00", "1d")
    assert due["due_at"].startswith("2026-10-10 16:00")
    over = jieban.json("calendar", "deadline", "2026-12-30 16:00", "7d")
    assert over["due_at"].startswith("2027-01-06 16:00")
    assert over["warning"]["detail"] == {"year": 2027, "file": "calendar-2027.csv"}
    missing = jieban.json("calendar", "show", 2027, code=1)
    assert missing["error"]["code"] == "calendar.year_missing"

    closing = jieban.json("calendar", "close", "2026-10-10", "2026-10-11", "--reason", "停电")
    later = jieban.json("calendar", "deadline", "2026-10-09 16:00", "1d")
    assert later["due_at"].startswith("2026-10-12 16:00")
    assert len(jieban.json("calendar", "closings")["closings"]) == 1
    jieban("calendar", "open", closing["number"])
    assert jieban.json("calendar", "shifts", "08:00-12:00")["shifts"] == ["08:00-12:00"]
    for words, code in (
        (("deadline", "明天", "1d"), "calendar.moment_unreadable"),
        (("deadline", "2026-10-09", "一天"), "calendar.allowance_unreadable"),
        (("shifts", "08:00"), "calendar.shifts_wrong"),
        (("open", 99), "calendar.unknown_closing"),
    ):
        assert jieban.json("calendar", *words, code=1)["error"]["code"] == code
