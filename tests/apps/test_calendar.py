"""The work calendar: notices taken in by an event, closings, clocks that fall back and say so."""

import csv
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter

from jieban.apps.directory import selectors, services
from jieban.apps.ledger import selectors as ledger
from jieban.domain.actors import Actor, Grant
from jieban.domain.errors import Refused
from jieban.domain.rulebook.limits import Limit
from jieban.domain.worktime.calendar import ContinuousTime
from jieban.domain.worktime.clocks import Pause
from tests.conftest import AT, CLERK

pytestmark = pytest.mark.django_db
BEIJING = ZoneInfo("Asia/Shanghai")
NOTICE_2026 = """日期,类型,节日
2026-01-01,放假,元旦
2026-01-04,补班,元旦
2026-05-01,放假,劳动节
2026-10-01,放假,国庆节
2026-10-02,放假,国庆节
2026-10-10,补班,国庆节
"""
WEEK = Limit(
    "week",
    "七个工作日",
    "seven days",
    timedelta(hours=49),
    "working",
    Decimal("0.75"),
    timedelta(7),
)


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.fixture
def notice(tmp_path):
    def write(text, name="calendar-2026.csv"):
        file = tmp_path / name
        file.write_text(text, encoding="utf-8-sig")
        return file

    return write


def kinds():
    return [event.kind for event in ledger.events_of("calendar", "calendar")]


def test_a_notice_makes_its_year_known_by_one_event(notice):
    with pytest.raises(Refused, match="2026"):
        selectors.work_calendar().is_workday(date(2026, 10, 1))
    change = services.import_calendar(
        CLERK, notice(NOTICE_2026), at=AT, notice="国办发明电〔2025〕0号"
    )
    assert (change.new_years, change.holidays, change.workdays) == ((2026,), 4, 2)
    calendar = selectors.work_calendar()
    days = {"2026-10-01": False, "2026-10-10": True, "2026-10-11": False, "2026-10-12": True}
    assert {day: calendar.is_workday(date.fromisoformat(day)) for day in days} == days
    event = ledger.events_of("calendar", "calendar").get()
    assert event.body["years"] == [2026]
    assert (event.body["notice"], event.body["file"]) == (
        "国办发明电〔2025〕0号",
        "calendar-2026.csv",
    )
    assert selectors.calendar_years().get().notice == "国办发明电〔2025〕0号"


def test_the_same_file_again_changes_nothing(notice):
    services.import_calendar(CLERK, notice(NOTICE_2026), at=AT)
    assert services.import_calendar(CLERK, notice(NOTICE_2026), at=AT).nothing
    assert kinds() == ["calendar.imported"]


def test_a_corrected_file_takes_the_place_of_the_former(notice):
    services.import_calendar(CLERK, notice(NOTICE_2026), at=AT)
    before = selectors.work_calendar()
    corrected = NOTICE_2026.replace("2026-10-10,补班", "2026-10-11,补班")
    change = services.import_calendar(CLERK, notice(corrected), at=AT)
    assert [(each.day.isoformat(), each.change) for each in change.days] == [
        ("2026-10-10", "gone"),
        ("2026-10-11", "new"),
    ]
    after = selectors.work_calendar()
    assert (before.is_workday(date(2026, 10, 10)), after.is_workday(date(2026, 10, 10))) == (
        True,
        False,
    )


def test_a_dry_run_says_what_would_change_and_stores_nothing(notice):
    change = services.import_calendar(CLERK, notice(NOTICE_2026), at=AT, dry_run=True)
    assert len(change.days) == 6
    assert kinds() == []
    assert not selectors.work_calendar().years


def test_a_wrong_file_stores_nothing(notice):
    wrong = NOTICE_2026 + "2026-06-19,端午,端午节\n二月三十,放假,\n"
    with pytest.raises(Refused) as refused:
        services.import_calendar(CLERK, notice(wrong), at=AT)
    assert refused.value.code == "calendar.lines_wrong"
    assert kinds() == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("街道,社区\n云溪街道,梅园社区\n", "calendar.no_layout"),
        ("日期,类型\n2026-05-01,放假\n", "calendar.no_year"),
        ("日期,类型\n2026-01-01,放假\n", "calendar.holidays_missing"),
    ],
)
def test_what_is_no_notice_is_refused_in_words(notice, text, code):
    with pytest.raises(Refused) as refused:
        services.import_calendar(CLERK, notice(text), at=AT)
    assert refused.value.code == code
    assert refused.value.message("en") != refused.value.message("zh")


def test_two_columns_without_a_heading_are_enough(notice):
    rows = [line.rsplit(",", 1)[0] for line in NOTICE_2026.splitlines()[1:]]
    change = services.import_calendar(CLERK, notice("\n".join(rows) + "\n"), at=AT)
    assert (change.holidays, change.workdays) == (4, 2)


def test_a_workbook_with_real_dates_is_read_too(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "2026.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["2026 年节假日安排"])
    sheet.write_row(2, 0, ["日期", "类型", "节日"])
    form = book.add_format({"num_format": "yyyy-mm-dd"})
    for row, line in enumerate(NOTICE_2026.splitlines()[1:], start=3):
        day, kind, name = line.split(",")
        sheet.write_datetime(row, 0, datetime.fromisoformat(day), form)
        sheet.write_row(row, 1, [kind, name])
    book.close()
    change = services.import_calendar(CLERK, tmp_path / "2026.xlsx", at=AT)
    assert (change.holidays, change.workdays) == (4, 2)


# --- closings and office hours ------------------------------------------------------------


def test_a_closing_stops_working_time_until_it_is_removed(notice):
    services.import_calendar(CLERK, notice(NOTICE_2026), at=AT)
    start, due = moment("2026-11-02 09:00"), moment("2026-11-02 10:00")
    hour = timedelta(hours=1)
    closing = services.add_closing(
        CLERK, moment("2026-11-02 00:00"), moment("2026-11-03 00:00"), "系统升级", at=AT
    )
    assert selectors.work_calendar().deadline(start, hour) == due + timedelta(days=1)
    assert list(selectors.closings(2026)) == [closing]
    assert list(selectors.closings(2027)) == []
    services.remove_closing(CLERK, closing.pk, at=AT)
    assert selectors.work_calendar().deadline(start, hour) == due
    assert kinds() == ["calendar.imported", "calendar.closed", "calendar.closing_removed"]
    with pytest.raises(Refused) as refused:
        services.remove_closing(CLERK, closing.pk or 0, at=AT)
    assert refused.value.code == "calendar.unknown_closing"


@pytest.mark.parametrize(
    ("until", "reason", "code"),
    [
        ("2026-11-02 09:00", "系统升级", "calendar.closing_wrong"),
        ("2026-11-02 10:00", " ", "calendar.reason_missing"),
    ],
)
def test_a_closing_that_is_none_is_refused(until, reason, code):
    with pytest.raises(Refused) as refused:
        services.add_closing(CLERK, moment("2026-11-02 09:00"), moment(until), reason, at=AT)
    assert refused.value.code == code


def test_office_hours_can_be_set(notice):
    services.import_calendar(CLERK, notice(NOTICE_2026), at=AT)
    summer = ((time(8, 30), time(12)), (time(14), time(18)))
    services.set_shifts(CLERK, summer, at=AT)
    services.set_shifts(CLERK, summer, at=AT)
    assert selectors.office_shifts() == summer
    due = selectors.work_calendar().deadline(moment("2026-11-02 08:00"), timedelta(hours=4))
    assert due == moment("2026-11-02 14:30")
    assert kinds() == ["calendar.imported", "calendar.shifts_set"]
    with pytest.raises(Refused, match="班次"):
        services.set_shifts(CLERK, (), at=AT)


def test_the_calendar_is_built_once_between_events(notice):
    services.import_calendar(CLERK, notice(NOTICE_2026), at=AT)
    assert selectors.work_calendar() is selectors.work_calendar()
    assert selectors.calendar_for("working") is selectors.work_calendar()
    assert selectors.calendar_for("calendar") == ContinuousTime("Asia/Shanghai")


def test_who_may_only_see_the_directory_changes_nothing(notice):
    reader = Actor("r1", "读者", grants=(Grant("*", frozenset(("directory.see",))),))
    morning = (time(9), time(12))
    for act in (
        lambda: services.import_calendar(reader, notice(NOTICE_2026), at=AT),
        lambda: services.import_calendar(reader, notice(NOTICE_2026), at=AT, dry_run=True),
        lambda: services.add_closing(reader, AT, AT + timedelta(hours=1), "停电", at=AT),
        lambda: services.remove_closing(reader, 1, at=AT),
        lambda: services.set_shifts(reader, (morning,), at=AT),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "actor.not_permitted"
    assert kinds() == []


# --- where a year is not known ------------------------------------------------------------


def test_working_time_is_used_where_the_year_is_known(notice):
    services.import_calendar(CLERK, notice(NOTICE_2026), at=AT)
    due = selectors.deadline_or_calendar_time(WEEK, moment("2026-11-02 09:00"))
    assert (due.due_at, due.counting, due.warning) == (moment("2026-11-10 17:30"), "working", None)


def test_a_year_that_is_not_published_falls_back_to_calendar_time_with_a_warning(notice):
    services.import_calendar(CLERK, notice(NOTICE_2026), at=AT)
    start = moment("2026-12-28 09:00")
    due = selectors.deadline_or_calendar_time(WEEK, start)
    assert (due.due_at, due.counting, due.allowance) == (
        moment("2027-01-04 09:00"),
        "calendar",
        timedelta(days=7),
    )
    assert due.warning.detail == {"year": 2027, "file": "calendar-2027.csv"}
    clocked = selectors.read_limit(WEEK, start, at=start + timedelta(days=6))
    assert (clocked.reading.light, clocked.counting) == ("amber", "calendar")
    assert clocked.warning.code == "calendar.year_missing"


def test_a_pause_moves_the_due_moment_in_either_counting(notice):
    services.import_calendar(CLERK, notice(NOTICE_2026), at=AT)
    start = moment("2026-11-02 09:00")
    held = [Pause(moment("2026-11-03 09:00"), moment("2026-11-04 09:00"))]
    assert selectors.deadline_or_calendar_time(WEEK, start, pauses=held).due_at == moment(
        "2026-11-11 17:30"
    )
    clocked = selectors.read_limit(WEEK, start, at=moment("2026-11-04 10:00"), pauses=held)
    assert clocked.reading.elapsed == timedelta(hours=8)


@pytest.mark.parametrize(
    ("at", "missing"),
    [
        ("2026-11-01 12:00", None),
        ("2026-11-01 23:59", None),
        ("2026-11-02 00:00", (2027, "calendar-2027.csv")),
        ("2027-03-01 00:00", (2027, "calendar-2027.csv")),
    ],
)
def test_the_next_years_notice_is_asked_for_sixty_days_before(notice, at, missing):
    services.import_calendar(CLERK, notice(NOTICE_2026), at=AT)
    assert selectors.missing_year(moment(at)) == missing


# --- the rulebook of handling -------------------------------------------------------------


def test_the_rulebook_in_force_is_found_by_date(settings, tmp_path):
    mine = tmp_path / "2027.toml"
    mine.write_text(
        '[rulebook]\nname = "next-year"\nlike = "beijing-district"\nvalid_from = 2027-01-01\n',
        encoding="utf-8",
    )
    settings.RULEBOOKS = ["beijing-district", str(mine)]
    assert selectors.rulebook_in_force(moment("2026-12-31 23:59")).name == "beijing-district"
    assert selectors.rulebook_in_force(datetime(2026, 12, 31, 16, tzinfo=UTC)).name == "next-year"
    with pytest.raises(Refused) as refused:
        selectors.rulebook_in_force(moment("2020-01-01 00:00"))
    assert refused.value.code == "rulebook.none_in_force"


# --- the real days ------------------------------------------------------------------------


def test_every_day_of_eight_real_years(real_files):
    file = real_files / "holidays" / "cn_days_2019_2026.csv"
    change = services.import_calendar(CLERK, file, at=AT)
    assert change.notice.years == tuple(range(2019, 2027))
    assert (change.holidays, change.workdays) == (238, 52)
    calendar = selectors.work_calendar()
    with file.open(encoding="utf-8") as rows:
        real = [
            (date.fromisoformat(row["date"]), row["is_workday"] == "1")
            for row in csv.DictReader(rows)
        ]
    assert len(real) == 2922
    wrong = [day for day, works in real if calendar.is_workday(day) is not works]
    assert wrong == []
    worked = sum(works for _, works in real)
    whole = calendar.elapsed(moment("2019-01-01 00:00"), moment("2027-01-01 00:00"))
    assert whole == worked * timedelta(hours=7)
    assert services.import_calendar(CLERK, file, at=AT).nothing
