"""An auditor reads what happened and checks that nobody changed it."""

import pytest
from django.db import connection
from django.test import Client

from jieban.apps.cases import services
from jieban.apps.directory import selectors as directory
from jieban.apps.directory import services as directory_services
from jieban.apps.ledger import selectors as ledger
from jieban.apps.ledger import web
from jieban.apps.ledger.kinds import KINDS
from jieban.domain import words
from tests.apps import live
from tests.apps.exports import row, write_export
from tests.conftest import AT, CLERK, SECOND
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor(home) -> Client:
    browser = signed_in()
    browser.cookies["jieban_language"] = "zh"
    return browser


@pytest.fixture
def happened(home, tmp_path) -> int:
    rows = [row(f"A{number}") for number in range(3)]
    path = write_export(tmp_path / "十月.csv", rows)
    outcome = services.import_file(CLERK, path, at=AT, home=home)
    entry = next(each for each in directory.areas() if each.kind == "street")
    directory_services.confirm_entry(SECOND, entry, at=AT)
    return outcome.number


def anchors() -> list[str]:
    """Where the two events stand on a page, oldest first."""
    return [f'id="event-{event.number}"' for event in reversed(ledger.newest(2))]


def text_of(response) -> str:
    return response.content.decode()


def test_events_are_read_in_words_newest_first(auditor, happened):
    page = text_of(auditor.get("/ledger/"))
    imported, confirmed = anchors()
    assert page.index(confirmed) < page.index(imported)
    assert "读取 3、新增 3" in page
    assert "十月.csv" in page
    assert f"/imports/{happened}/" in page


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("kind=cases.imported", ["imported"]),
        ("subject=area", ["confirmed"]),
        (f"actor={SECOND.id}", ["confirmed"]),
        ("kind=cases.imported&subject=area", []),
    ],
)
def test_the_list_is_narrowed_by_links(auditor, happened, asked, shown):
    page = text_of(auditor.get(f"/ledger/?{asked}"))
    said = dict(zip(("imported", "confirmed"), anchors(), strict=True))
    assert [name for name, anchor in said.items() if anchor in page] == shown
    assert 'aria-current="true"' in page


def test_a_chain_that_holds_is_said_to_hold(auditor, happened):
    page = text_of(auditor.get(f"/ledger/import/{happened}/"))
    assert "链条完整" in page


def test_an_event_changed_past_the_program_shows(auditor, happened):
    with connection.cursor() as cursor:
        drop_guards(cursor)
        cursor.execute("UPDATE ledger_event SET actor_name = '别人' WHERE kind = 'cases.imported'")
    page = text_of(auditor.get(f"/ledger/import/{happened}/"))
    assert "链条不完整" in page
    assert "写入后被改动" in page


def drop_guards(cursor) -> None:
    """What somebody with the database's password could do."""
    if connection.vendor == "sqlite":
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
    else:
        cursor.execute("ALTER TABLE ledger_event DISABLE TRIGGER ALL")


def test_a_subject_that_never_was_is_not_found(auditor, happened):
    assert auditor.get("/ledger/import/999/").status_code == 404


def test_every_key_of_every_event_has_a_name():
    nameless = {
        (kind.kind, key)
        for kind in KINDS.values()
        for key in kind.keys
        if key not in web.LABELS and key not in words.bodies()["keys"]
    }
    assert nameless == set()


def test_codes_in_a_body_are_said_in_words(home):
    live.made_up_district()
    case = live.received(urgency="urgent")
    browser = signed_in()
    browser.cookies["jieban_language"] = "zh"
    page = browser.get(f"/ledger/case/{case.number}/").content.decode()
    assert "紧急程度" in page
    assert "<dd>诉求" in page
    assert "urgency" not in page
    assert ">phone<" not in page
