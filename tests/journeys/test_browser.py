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
from datetime import UTC, datetime, timedelta
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
    pytest.mark.timeout(280),
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


@pytest.fixture(scope="module")
def postings(demonstration, tmp_path_factory) -> dict[str, str]:
    """Terms by what they are: the demonstration's secretary's own, and one nobody decided on."""
    entries = demonstration.json("directory", "list")["entries"]
    places = [entry for entry in entries if entry["kind"] == "community"]
    folder = tmp_path_factory.mktemp("lists")
    roster, listed = folder / "名册.csv", folder / "名单.csv"
    roster.write_text("姓名,派出单位,账号\n叶知秋,区样例局,zhili\n", encoding="utf-8-sig")
    today = datetime.now(UTC).date()  # noqa: TID251 - the server's own clock runs here too
    lines = [
        f"1,{name},区样例局,{place['parent']},{place['name']},{today - timedelta(days=days)}"
        for name, place, days in (("叶知秋", places[0], 100), ("甲样例", places[1], 250))
    ]
    listed.write_text(
        "批次,姓名,派出单位,街道,社区(村),到任日期\n" + "\n".join(lines) + "\n",
        encoding="utf-8-sig",
    )
    demonstration("programmes", "officials", roster)
    own, undecided = demonstration.json("programmes", "import", listed)["terms"]
    return {"own": own, "undecided": undecided}


def _small(page) -> list[str]:
    """Buttons a thumb would miss: lower than 44 pixels."""
    return list(
        page.eval_on_selector_all(
            "main button:not(.unseen), main a.button",
            "all => all.map(b => [b.innerText, b.getBoundingClientRect().height])"
            ".filter(b => b[1] > 0 && b[1] < 44).map(b => b[0])",
        )
    )


def test_a_secretary_s_week_on_a_phone_without_scripts(chromium, site, postings):
    width, height = SIZES["phone"]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=False
    )
    context.add_cookies([{"name": "jieban_language", "value": "zh", "url": site}])
    screenshots.sign_in(context, site, "zhili")
    page = context.new_page()
    wrong = []

    def looked_at():
        if _over(page) > 0:
            wrong.append(f"{page.url}: {_over(page)} px wider than the window")
        wrong.extend(f"{page.url}: {name} is too small" for name in _small(page))

    page.goto(f"{site}/terms/mine/")
    assert page.url.endswith(f"/terms/{postings['own']}/")
    looked_at()

    page.get_by_role("link", name="问题清单").first.click()
    page.get_by_label("问题", exact=True).fill("北门道路积水")
    page.get_by_role("button", name="登记").click()
    assert "问题已登记" in page.locator("main").inner_text()
    looked_at()

    page.goto(f"{site}/terms/mine/")
    page.get_by_role("link", name="填写本周周志").click()
    looked_at()
    for _ in range(3):
        page.get_by_role("button", name="上门办: 加一").click()
    page.get_by_role("button", name="上门办: 减一").click()
    page.get_by_label("上门聊", exact=True).fill("5")
    page.get_by_label("1. 北门道路积水").check()
    page.get_by_label("进展").fill("与水务现场勘察，定了方案。")
    page.get_by_role("button", name="上门劝: 加一").click()
    assert page.get_by_label("进展").input_value() == "与水务现场勘察，定了方案。"
    page.get_by_role("button", name="保存周志").last.click()
    assert "周志已保存" in page.locator("main").inner_text()
    row = page.locator("tbody tr").first.inner_text().split()
    assert row[1:4] == ["2", "1", "5"]

    page.get_by_role("link", name="填写本周周志").click()
    assert page.get_by_label("上门办", exact=True).input_value() == "2"

    page.goto(f"{site}/terms/{postings['own']}/month/")
    page.get_by_label("进展").fill("积水点方案已定，月底开工。")
    page.get_by_role("button", name="保存月小结").click()
    assert "积水点方案已定" in page.locator("main").inner_text()

    page.get_by_role("link", name="问题清单").first.click()
    page.locator("details.act summary").first.click()
    page.get_by_label("怎样看出已解决").fill("三场大雨未再积水，照片两组")
    page.get_by_role("button", name="已解决").click()
    assert "问题已解决" in page.locator("main").inner_text()
    looked_at()
    with page.expect_download() as download:
        page.goto(f"{site}/terms/{postings['own']}/")
        page.get_by_role("link", name="派驻通知").click()
    assert download.value.suggested_filename == f"{postings['own']}.pdf"
    assert page.goto(f"{site}/terms/{postings['undecided']}/").status == 404
    context.close()
    assert wrong == []


def test_a_term_nobody_decided_on_waits_for_the_decision_alone(chromium, site, postings):
    width, height = SIZES["desk"]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=False
    )
    context.add_cookies([{"name": "jieban_language", "value": "zh", "url": site}])
    screenshots.sign_in(context, site, "zuzhi")
    page = context.new_page()
    page.goto(f"{site}/terms/?due=overdue")
    page.locator("td.name a").first.click()
    assert "逾期未决" in page.locator(".notice.refused").inner_text()
    assert page.get_by_role("link", name="任内交接").count() == 0
    page.goto(f"{site}/terms/{postings['undecided']}/hand-over/")
    page.get_by_label("接任干部").select_option(index=0)
    page.get_by_label("交接事项").fill("钥匙")
    page.get_by_label("原因").fill("调动")
    page.get_by_role("button", name="登记交接").click()
    assert "其他事项暂停办理" in page.locator(".notice.refused").last.inner_text()
    page.goto(f"{site}/terms/{postings['undecided']}/")
    page.get_by_role("link", name="现在决定").click()
    page.get_by_label("期满撤点").check()
    page.get_by_label("原因").fill("期满，无未解决问题")
    page.get_by_role("button", name="签署决定").click()
    assert "已撤点" in page.locator("main").inner_text()
    context.close()
