"""What stands around every page: the language, the operator, refusals, and no need for scripts."""

import errno
import sys

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import path

from jieban.domain.errors import Refused
from jieban.site import gate
from jieban.site import urls as site_urls
from tests.conftest import REPOSITORY
from tests.people import signed_in

sys.path.insert(0, str(REPOSITORY / "tools"))


def _break(request):
    raise ZeroDivisionError


def _refuse(request):
    raise Refused("storage.full")


def _fill(request):
    try:
        raise OSError(errno.ENOSPC, "No space left on device")
    except OSError as full:
        raise OperationalError from full


# The site's addresses with three that go wrong.
urlpatterns = [
    *site_urls.urlpatterns,
    path("fills/", _fill, name="fills"),
    path("breaks/", _break, name="breaks"),
    path("refuses/", _refuse, name="refuses"),
]
for name in ("fills", "breaks", "refuses"):
    gate.SIGNED_IN[name] = "made for these tests"
handler404, handler500 = site_urls.handler404, site_urls.handler500


@pytest.mark.django_db
@pytest.mark.urls(__name__)
@pytest.mark.parametrize(("language", "said"), [("zh", "程序出错了"), ("en", "failed")])
def test_a_bug_is_told_with_a_number_and_logged_with_it(home, caplog, language, said):
    browser = signed_in(client=Client(raise_request_exception=False))
    browser.cookies["jieban_language"] = language
    answer = browser.get("/breaks/")
    assert answer.status_code == 500
    assert said in answer.content.decode()
    numbers = [record.args[0] for record in caplog.records if record.name == "jieban.site.web"]
    assert numbers[0] in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_refusal_without_a_form_is_a_page_with_a_way_back(home):
    browser = signed_in()
    answer = browser.get("/refuses/", headers={"Referer": "http://testserver/runs/"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert Refused("storage.full").message("zh") in text
    assert 'href="http://testserver/runs/"' in text
    away = browser.get("/refuses/", headers={"Referer": "https://elsewhere.example/"})
    assert "elsewhere" not in away.content.decode()


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_trouble_of_the_machine_is_told_as_the_commands_tell_it(home):
    answer = signed_in().get("/fills/")
    assert answer.status_code == 503
    assert Refused("storage.full").message("zh") in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ("en-GB,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"),
        ("fr", "zh-hans"),
        ("", "zh-hans"),
    ],
)
def test_the_browser_is_asked_for_the_language_first(home, wishes, language):
    text = Client().get("/sign-in/", headers={"Accept-Language": wishes}).content.decode()
    assert f'<html lang="{language}">' in text


def test_every_sentence_of_the_pages_has_chinese():
    import messages

    lacking = [f"{each.used_in.name}: {each.msgid}" for each in messages.missing()]
    assert lacking == []


def test_the_compiled_catalogues_are_those_of_the_sources():
    import polib

    import messages

    for po in messages.catalogues().values():
        assert po.with_suffix(".mo").read_bytes() == polib.pofile(str(po)).to_binary()
