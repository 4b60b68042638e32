"""The pages in a real browser: a small demonstration, no scripts, a phone and a desk, both tongues.

Slow things are done once: one demonstration is made and served for all of them.
"""

import http.client
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.conftest import REPOSITORY
from tests.journeys.command import Jieban

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    # In one process, so that the demonstration is made once.
    pytest.mark.xdist_group("browser"),
    pytest.mark.timeout(150),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed here"),
]
sys.path.insert(0, str(REPOSITORY / "tools"))
screenshots = pytest.importorskip("screenshots", reason="Playwright is not installed here")

SIZES = {"phone": (390, 844), "desk": (1440, 900)}
# What a template leaves behind when something is missing.
LEFT_BEHIND = re.compile(r"\bNone\b|\{\{|\{%|%\(\w+\)s|\bundefined\b|\bnan\b")
WAIT_SECONDS = 30


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory) -> Jieban:
    jieban = Jieban(tmp_path_factory.mktemp("demo") / "home")
    jieban("demo", "--no-serve", "--periods", "3", "--rows", "3000")
    return jieban


@pytest.fixture(scope="module")
def site(demonstration) -> Iterator[str]:
    """The address of the served demonstration."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("jieban")), "--home", str(demonstration.home)]
    server = subprocess.Popen(
        [*command, "serve", "--port", str(port)],
        env=demonstration.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=WAIT_SECONDS)


@pytest.fixture
def chromium() -> Iterator:
    """A browser for one test, so that one that hangs spoils no other."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=screenshots.ARGUMENTS)
        yield browser
        browser.close()


def _wait_for(port: int) -> None:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_SECONDS)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    pytest.fail("the server does not answer")


def _reader(chromium, site: str, *, size: str, language: str):
    width, height = SIZES[size]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=False
    )
    context.add_cookies([{"name": "jieban_language", "value": language, "url": site}])
    screenshots.sign_in(context, site)
    return context


def _main_pages(page, site: str) -> list[str]:
    """One address of every kind, found by following links as a reader would."""
    page.goto(f"{site}/")
    run = page.locator("a.mark").get_attribute("href")
    page.goto(f"{site}{run}community/")
    place = page.locator("td.name a").first.get_attribute("href")
    page.goto(f"{site}{place}received/")
    case = page.locator("td.name a").first.get_attribute("href")
    page.goto(f"{site}/imports/")
    imported = page.locator("td.name a").first.get_attribute("href")
    page.goto(f"{site}/appeals/")
    appeal = page.locator("td.name a").first.get_attribute("href")
    tables = [f"{run}{level}/" for level in ("street", "community", "unit")]
    figures = [f"{place}{name}/" for name in ("score", "resolution", "received")]
    return [
        "/", run, *tables, f"{tables[0]}?by=rank", f"{tables[1]}?view=public", place, *figures,
        "/runs/", "/runs/compute/", "/appeals/", appeal, f"{run}appeal/", "/imports/",
        "/imports/new/", imported, case, "/directory/", "/directory/provisional/", "/rulebooks/",
        "/rulebooks/beijing-district/", "/rulebooks/compare/", "/ledger/", "/sign-in/", "/me/",
        "/keys/",
    ]  # fmt: skip


def _over(page) -> int:
    """By how many pixels the page itself can be moved sideways."""
    return int(page.evaluate(screenshots.OVER))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_every_main_page_can_be_shown(chromium, site, size, language):
    context = _reader(chromium, site, size=size, language=language)
    page = context.new_page()
    wrong = []
    for path in _main_pages(page, site):
        answer = page.goto(f"{site}{path}")
        text = page.locator("body").inner_text()
        if answer.status != 200:
            wrong.append(f"{path}: status {answer.status}")
        if found := LEFT_BEHIND.search(text):
            around = text[max(0, found.start() - 30) : found.end() + 10]
            wrong.append(f"{path}: “{found[0]}” in “{around}”")
        if len(page.title().split("·")) < 2 or page.locator("h1").count() != 1:
            wrong.append(f"{path}: title “{page.title()}”, {page.locator('h1').count()} headings")
        unnamed = "svg:not([aria-hidden=true]):not([aria-label]):not(:has(> title)), img:not([alt])"
        if page.locator(unnamed).count():
            wrong.append(f"{path}: a picture without a name")
        if page.locator(".strip .invented").count() != 1:
            wrong.append(f"{path}: the mark of invented data is missing")
        if _over(page) > 0:
            wrong.append(f"{path}: {_over(page)} px wider than the window")
    context.close()
    assert wrong == []


EXPORT = """\
诉求明细（虚构）,,,,
受理编号,受理时间,所在街乡镇,责任单位,是否有效回访
虚构-0001,2023-11-03 10:00:00,新荷街道,新荷街道,是
虚构-0002,不知道,新荷街道,新荷街道,是
"""


def test_a_clerk_imports_an_export_without_scripts(chromium, site, tmp_path):
    export = tmp_path / "虚构导出.csv"
    export.write_text(EXPORT, encoding="utf-8-sig")
    context = _reader(chromium, site, size="phone", language="zh")
    page = context.new_page()
    page.goto(f"{site}/imports/new/")
    page.set_input_files("input[type=file]", export)
    page.click("main form button")
    assert urlsplit(page.url).path.startswith("/imports/files/")
    preview, announced = page.url, page.locator(".tally").inner_text()
    page.click("main form[method=post] button")
    done = page.url
    assert page.locator("h1").inner_text() == export.name
    assert page.locator(".tally").inner_text() == announced, "what was announced is what was done"
    with page.expect_download() as download:
        page.locator("main a[href*=rejects]").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    page.goto(preview)
    page.locator("main form[method=post] button").click()
    assert page.url == done, "confirmed twice, imported once"
    page.goto(f"{site}/directory/provisional/")
    assert "新荷街道" in page.locator("main").inner_text()
    context.close()
