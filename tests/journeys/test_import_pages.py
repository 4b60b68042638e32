"""A clerk sends an export through the page, looks, confirms, mends what came back."""

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from jieban import clock
from jieban.apps.cases import selectors, services
from jieban.apps.cases.services import uploads
from tests.apps.exports import row, write_export
from tests.conftest import AT, CLERK
from tests.people import signed_in

pytestmark = pytest.mark.django_db

ROWS = [row(f"A{number:03d}", 来电人="李小明") for number in range(1, 21)]
BAD = [row("", 来电人="李小明"), row("A099", 创建时间="上周三")]


@pytest.fixture
def clerk(home) -> Client:
    browser = signed_in()
    browser.cookies["jieban_language"] = "zh"
    return browser


def export(tmp_path, rows, name="十月.csv"):
    return SimpleUploadedFile(name, write_export(tmp_path / "export.csv", rows).read_bytes())


def send(browser, file):
    return browser.post("/imports/new/", {"file": file})


def text_of(response) -> str:
    return response.content.decode()


def test_the_list_says_what_to_do_when_nothing_was_imported(clerk):
    page = text_of(clerk.get("/imports/"))
    assert "还没有导入过工单" in page
    assert reverse("imports:new") in page


def test_a_file_is_looked_at_confirmed_and_mended(clerk, tmp_path, home):
    sent = send(clerk, export(tmp_path, ROWS + BAD))
    assert sent.status_code == 302
    assert selectors.count_rows() == 0

    preview = text_of(clerk.get(sent.url))
    assert selectors.count_rows() == 0, "looking stores nothing"
    assert "确认后将导入 20 行，退回 2 行" in preview
    assert "北京区级平台导出" in preview
    assert "李**" in preview
    assert "199****1234" in preview
    for private in ("李小明", "19900001234", "路面有坑"):
        assert private not in preview

    done = clerk.post(f"{sent.url}confirm/", {"profile": "beijing-district"})
    page = text_of(clerk.get(done.url))
    assert selectors.count_rows() == 20
    assert "已导入 20 行；2 行有误，已放入退回表，改好后再次导入即可。" in page
    assert "上周三" in page
    assert reverse("directory:provisional") in page
    assert "?period=2023-10&amp;rulebook=beijing-district" in page

    workbook = clerk.get(f"{sent.url}rejects.xlsx")
    assert workbook["Cache-Control"] == "no-store"
    book = openpyxl.load_workbook(io.BytesIO(workbook.content))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    sheet.cell(2, heads.index("工单编号") + 1).value = "A098"
    sheet.cell(3, heads.index("创建时间") + 1).value = "2023-10-02 10:00:00"
    mended = io.BytesIO()
    book.save(mended)
    again = send(clerk, SimpleUploadedFile("十月-退回.xlsx", mended.getvalue()))
    clerk.post(f"{again.url}confirm/", {"profile": "beijing-district"})
    assert selectors.count_rows() == 22


def test_a_button_pressed_twice_imports_once(clerk, tmp_path):
    sent = send(clerk, export(tmp_path, ROWS))
    first = clerk.post(f"{sent.url}confirm/", {"profile": "beijing-district"})
    second = clerk.post(f"{sent.url}confirm/", {"profile": "beijing-district"})
    assert first.url == second.url
    assert selectors.imports().count() == 1


def test_a_file_that_is_here_already_changes_nothing_and_says_so(clerk, tmp_path, home):
    path = write_export(tmp_path / "十月.csv", ROWS)
    services.import_file(CLERK, path, at=AT, home=home)
    sent = send(clerk, export(tmp_path, ROWS))
    assert "确认也不会有变化" in text_of(clerk.get(sent.url))
    done = clerk.post(f"{sent.url}confirm/", {"profile": "beijing-district"})
    page = clerk.get(done.url)
    assert page.status_code == 200
    assert "没有变化" in text_of(page)


def test_an_old_file_confirmed_after_a_newer_one_is_an_import_of_its_own(clerk, tmp_path):
    sent = send(clerk, export(tmp_path, ROWS + BAD))
    first = clerk.post(f"{sent.url}confirm/", {"profile": "beijing-district"})
    newer = send(clerk, export(tmp_path, [row("A020", 是否解决="否")], "更正.csv"))
    clerk.post(f"{newer.url}confirm/", {"profile": "beijing-district"})
    again = clerk.post(f"{sent.url}confirm/", {"profile": "beijing-district"})
    assert again.url != first.url
    for page in (first.url, again.url):
        assert "上周三" in text_of(clerk.get(page)), "each keeps the rows it sent back"


def test_a_corrected_row_is_listed_with_what_changed(clerk, tmp_path):
    sent = send(clerk, export(tmp_path, ROWS))
    clerk.post(f"{sent.url}confirm/", {"profile": "beijing-district"})
    changed = [*ROWS[:-1], row("A020", 来电人="李小明", 是否解决="否", 主要内容="已改写")]
    sent = send(clerk, export(tmp_path, changed, "更正.csv"))
    done = clerk.post(f"{sent.url}confirm/", {"profile": "beijing-district"})
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text_of(clerk.get(done.url))))
    assert "是否解决 是 否" in page
    assert "个人信息有变化，不显示内容" in page
    assert "已改写" not in page


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("空.csv", b"", "这是空文件"),
        ("通知.pdf", b"%PDF-1.4 x", "看起来是PDF 文档"),
        ("别的.csv", "一,二\n1,2\n".encode(), "没有一个映射方案适合"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_beside_the_field(clerk, home, name, content, words):
    response = send(clerk, SimpleUploadedFile(name, content))
    assert response.status_code == 422
    error = re.search(r'class="error"[^>]*>([^<]+)<', text_of(response))
    assert error is not None
    assert words in error[1]
    assert list(home.uploads.iterdir()) == []


def test_a_file_over_the_limit_is_told_another_way_in(clerk, settings, home):
    settings.MAX_UPLOAD_MB = 1
    response = send(clerk, SimpleUploadedFile("大.csv", b"a,b\n" * 300_000))
    assert response.status_code == 422
    assert "jieban cases import" in text_of(response)
    assert list(home.uploads.iterdir()) == []


def test_no_file_at_all_is_said_in_words(clerk):
    response = clerk.post("/imports/new/", {})
    assert response.status_code == 422
    assert "还没有选择文件" in text_of(response)


def test_a_form_without_its_token_is_not_taken(home, tmp_path):
    strict = signed_in(client=Client(enforce_csrf_checks=True))
    assert send(strict, export(tmp_path, ROWS)).status_code == 403
    assert list(home.uploads.iterdir()) == []


def test_who_is_not_signed_in_brings_nothing(home, tmp_path):
    answer = send(Client(), export(tmp_path, ROWS))
    assert answer.url.startswith("/sign-in/")
    assert list(home.uploads.iterdir()) == []


def test_when_the_file_is_gone_the_page_says_so(clerk, tmp_path, home):
    sent = send(clerk, export(tmp_path, ROWS + BAD))
    done = clerk.post(f"{sent.url}confirm/", {"profile": "beijing-district"})
    uploads.expire_uploads(home, at=clock.now(), keep_days=0)
    assert "已过保存期" in text_of(clerk.get(done.url))
    assert clerk.get(f"{sent.url}rejects.xlsx").status_code == 404
    assert "已过保存期或不存在" in text_of(clerk.get(sent.url))


def test_an_import_of_the_command_line_has_a_page_too(clerk, tmp_path, home):
    path = write_export(tmp_path / "十月.csv", ROWS + BAD)
    outcome = services.import_file(CLERK, path, at=AT, home=home)
    page = text_of(clerk.get(f"/imports/{outcome.number}/"))
    assert "已导入 20 行；2 行有误" in page
    assert "或是在服务器上导入的" in page


def test_a_case_shows_its_rows_masked_and_can_be_given_a_place(clerk, tmp_path, home):
    rows = [row("热线/1", 所在村社区="不详", 来电人="李小明"), row("B2")]
    services.import_file(CLERK, write_export(tmp_path / "a.csv", rows), at=AT, home=home)
    address = clerk.get("/cases/", {"number": " 热线/1 "}).url
    page = text_of(clerk.get(address))
    assert "李**" in page
    assert "李小明" not in page
    assert "19900001234" not in page
    code = re.search(r'<option value="(PA\d+)">青禾一社区', page)[1]

    wrong = clerk.post(address, {"area": code, "reason": ""})
    assert wrong.status_code == 422
    assert f'value="{code}" selected' in text_of(wrong)

    clerk.post(address, {"area": code, "reason": "现场核实"})
    page = text_of(clerk.get(address))
    assert "人工认定" in page
    assert "现场核实" in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_profile_has_a_page(home, language):
    browser = signed_in()
    browser.cookies["jieban_language"] = language
    listed = text_of(browser.get("/imports/profiles/"))
    names = set(re.findall(r"/imports/profiles/([a-z0-9-]+)/", listed))
    assert {"beijing-district", "stlouis-csb", "nyc-311"} <= names
    for name in names:
        assert browser.get(f"/imports/profiles/{name}/").status_code == 200
    assert browser.get("/imports/profiles/nothing/").status_code == 404


def test_pages_carry_no_style_of_their_own(clerk, tmp_path):
    sent = send(clerk, export(tmp_path, ROWS + BAD))
    done = clerk.post(f"{sent.url}confirm/", {"profile": "beijing-district"})
    for address in ("/imports/", "/imports/new/", sent.url, done.url, "/cases/A001/"):
        page = text_of(clerk.get(address))
        assert " style=" not in page, address
        assert "<script>" not in page, address
