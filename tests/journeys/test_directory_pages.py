"""A clerk confirms names, merges others, and takes in a directory file."""

import io
import re

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jieban.apps.cases import services
from jieban.apps.directory import selectors
from tests.apps.exports import row, write_export
from tests.conftest import AT, CLERK
from tests.people import signed_in

pytestmark = pytest.mark.django_db

FILE = """代码,名称,类型,上级,人口,起始日期,截止日期,继任,别名
D1,示例区,区,,,,,,
S1,青禾街道,街道,示例区,86200,,,,青禾
C1,青禾一社区,社区,青禾街道,5120,,,,
C2,旧坡村,村,青禾街道,,,2021-07-01,青禾一社区,
"""


@pytest.fixture
def clerk(home) -> Client:
    browser = signed_in()
    browser.cookies["jieban_language"] = "zh"
    return browser


@pytest.fixture
def imported(home, tmp_path):
    rows = [row(f"A{number}") for number in range(6)]
    rows += [row(f"B{number}", 所在村社区="青禾1社区") for number in range(4)]
    rows += [row("C1", 被反映街乡镇="", 所在村社区="不详")]
    services.import_file(CLERK, write_export(tmp_path / "a.csv", rows), at=AT, home=home)


def text_of(response) -> str:
    return response.content.decode()


def area(name):
    return next(each for each in selectors.areas() if each.name == name)


def send(browser, text=FILE, name="名录.csv"):
    content = text.encode() if isinstance(text, str) else text
    return browser.post("/directory/import/", {"file": SimpleUploadedFile(name, content)})


def test_an_empty_directory_says_that_it_need_not_be_filled(clerk):
    page = text_of(clerk.get("/directory/"))
    assert "不必先建名录" in page
    assert clerk.get("/directory/provisional/").status_code == 200
    for address in ("areas", "units"):
        assert "这里还没有内容" in text_of(clerk.get(f"/directory/{address}/"))


def test_the_index_shows_streets_and_who_decided_with_part_and_whole(clerk, imported):
    page = text_of(clerk.get("/directory/"))
    assert "青禾街道" in page
    assert "10 / 11" in page
    assert "1 / 11" in page


def test_names_with_most_rows_stand_first_and_are_confirmed_together(clerk, imported):
    page = text_of(clerk.get("/directory/provisional/?kind=community"))
    assert page.index("青禾一社区") < page.index("青禾1社区")
    chosen = re.findall(r'name="shown" value="([^"]+)"', page)
    assert len(chosen) == 2
    clerk.post("/directory/provisional/", {"which": "all", "shown": chosen})
    assert not area("青禾一社区").provisional
    assert not area("青禾1社区").provisional


def test_one_name_is_confirmed_by_its_own_button(clerk, imported):
    code = area("青禾一社区").code
    clerk.post("/directory/provisional/", {"one": f"area:{code}"})
    assert not area("青禾一社区").provisional
    assert area("青禾1社区").provisional


def test_a_merge_says_what_will_happen_and_is_then_done_once(clerk, imported):
    gone, kept = area("青禾1社区"), area("青禾一社区")
    address = f"/directory/area/{gone.code}/merge/"
    assert "青禾一社区" in text_of(clerk.get(address, {"q": "一社区"}))
    asked = text_of(clerk.get(address, {"into": kept.code}))
    assert "4 行移到“青禾一社区”" in asked
    assert "不能撤销" in asked
    done = clerk.post(address, {"into": kept.code}, follow=True)
    assert "移过去 4 行" in text_of(done)
    entry = text_of(clerk.get(f"/directory/area/{kept.code}/"))
    assert "青禾1社区" in entry
    assert "考核员甲 并入" in entry
    assert clerk.get(address).status_code == 404


def test_a_place_cannot_be_merged_into_another_level(clerk, imported):
    address = f"/directory/area/{area('青禾1社区').code}/merge/"
    refused = clerk.post(address, {"into": area("青禾街道").code})
    assert refused.status_code == 422
    assert "不是同一级" in text_of(refused)
    assert area("青禾1社区").provisional


def test_a_directory_file_is_looked_at_and_then_taken_in(clerk, imported):
    sent = send(clerk)
    look = text_of(clerk.get(sent.url))
    assert "确认后将新增 2 条，更新 2 条" in look
    assert area("青禾街道").provisional, "looking stores nothing"
    flat = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", look))
    assert "上级 – 示例区" in flat, "a parent is said by its name"
    done = clerk.post(sent.url)
    assert "已完成：新增 2 条，更新 2 条" in text_of(clerk.get(done.url))
    assert not area("青禾街道").provisional
    entry = text_of(clerk.get("/directory/area/C2/"))
    assert "2021-07-01" in entry
    assert "青禾一社区" in entry
    again = clerk.post(sent.url)
    assert "新增 2 条" in text_of(clerk.get(again.url)), "the first outcome stays on the page"
    assert "86,200" in text_of(clerk.get("/directory/areas/?q=青禾"))


def test_lines_that_cannot_be_taken_are_named(clerk):
    sent = send(clerk, FILE + "C3,某某,类别外,青禾街道,,,,,\nC4,丢失社区,社区,无此街道,,,,,\n")
    page = text_of(clerk.get(sent.url))
    assert "2 行无法采用" in page
    assert "类别外" in page
    assert "无此街道" in page


def test_a_file_that_is_no_directory_is_refused_beside_the_field(clerk, home):
    refused = send(clerk, "甲,乙\n1,2\n")
    assert refused.status_code == 422
    assert "这个文件不像名录" in text_of(refused)
    assert list(home.uploads.iterdir()) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_blank_workbook_is_read_as_both_layouts_and_holds_nothing(clerk, language):
    clerk.cookies["jieban_language"] = language
    content = clerk.get("/directory/import/template.xlsx").content
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames[:3] == ["区域", "单位", "社区对照"]
    sent = send(clerk, content, "空表.xlsx")
    assert sent.status_code == 302
    book["区域"].append(["S1", "青禾街道", "街道"])
    book["单位"].append(["U1", "区城管委", "部门"])
    book["社区对照"].append(["示例区", "青禾街道", "青禾一社区", "C1", 5120])
    filled = io.BytesIO()
    book.save(filled)
    sent = send(clerk, filled.getvalue(), "名录.xlsx")
    clerk.post(sent.url)
    assert area("青禾一社区").parent.name == "青禾街道"
    assert selectors.unit_by_code("U1").kind == "department"


def test_search_finds_by_name_alias_and_code(clerk):
    clerk.post(send(clerk).url)
    for words in ("一社区", "C1", "青禾"):
        assert "青禾" in text_of(clerk.get("/directory/", {"q": words}))
    assert "有 0 条符合" in text_of(clerk.get("/directory/", {"q": "没有这个"}))


def test_an_entry_that_is_not_there_is_said_to_be_so(clerk):
    assert clerk.get("/directory/area/X9/").status_code == 404
    assert clerk.get("/directory/thing/X9/").status_code == 404
