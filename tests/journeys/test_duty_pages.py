"""A clerk begins with the start set, brings a duty list, looks a rule up, tries it."""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jieban.apps.directory import selectors, services
from jieban.apps.directory.models import Category, Duty
from tests.apps.test_directory import OFFICES, PLACES, write_directory
from tests.conftest import AT, CLERK
from tests.people import signed_in

pytestmark = pytest.mark.django_db

LIST = """问题分类,区域,条件,主办单位,协办单位,依据
城市管理,全区,,属地街道,区城管执法局,履职清单
城市管理->违法建设,全区,,区城管执法局,属地街道,派单目录第3项
城市管理->违法建设,全区,在施,青禾街道,,
没有这类,全区,,区城管执法局,,
"""


@pytest.fixture
def clerk(home, tmp_path) -> Client:
    services.import_directory(CLERK, write_directory(tmp_path / "d.xlsx", PLACES, OFFICES), at=AT)
    browser = signed_in()
    browser.cookies["jieban_language"] = "zh"
    return browser


def text_of(response) -> str:
    return response.content.decode()


def send(browser, sort, text, name="清单.csv", **fields):
    file = SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)
    return browser.post(f"/directory/bring/{sort}/", {"file": file, **fields})


def confirm(browser, sort, page):
    found = re.findall(r'<input type="hidden" name="(name|complete)" value="([^"]*)"', page)
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)[1].lstrip("\n")
    fields = {**dict(found), "text": text.replace("&gt;", ">").replace("&#x27;", "'")}
    return browser.post(f"/directory/bring/{sort}/confirm/", fields, follow=True)


@pytest.fixture
def listed(clerk):
    clerk.post("/directory/categories/start-set/")
    return confirm(clerk, "list", text_of(send(clerk, "list", LIST)))


def test_an_empty_house_says_how_to_begin(clerk):
    page = text_of(clerk.get("/directory/categories/"))
    assert "用起步分类" in page
    assert "还没有职责清单" in text_of(clerk.get("/directory/duties/"))
    done = text_of(clerk.post("/directory/categories/start-set/", follow=True))
    assert "起步分类" in done
    assert "占道经营" in done


def test_a_list_is_looked_at_then_taken_and_a_bad_line_says_why(clerk):
    clerk.post("/directory/categories/start-set/")
    page = text_of(send(clerk, "list", LIST))
    assert "尚未入库" in page
    assert "问题分类“没有这类”不在分类表中" in page
    assert not Duty.objects.exists()
    done = text_of(confirm(clerk, "list", page))
    assert Duty.objects.count() == 3
    assert "城市管理-&gt;违法建设" in done
    again = text_of(send(clerk, "list", LIST))
    assert 'name="text"' not in again


def test_a_file_that_is_no_list_is_refused_in_words(clerk):
    answer = send(clerk, "list", "甲,乙\n1,2\n")
    assert answer.status_code == 422
    assert "这个文件不像职责清单" in text_of(answer)
    assert clerk.post("/directory/bring/list/", {}).status_code == 422
    assert clerk.get("/directory/bring/other/").status_code == 404
    assert clerk.post("/directory/bring/list/confirm/", {}).status_code == 302


def test_categories_are_renamed_by_a_file_and_the_former_name_stays_in_sight(clerk):
    clerk.post("/directory/categories/start-set/")
    code = selectors.category_of("占道经营").code
    text = f"代码,问题分类\n{code},城市管理->市容环境->游商占道\n"
    page = text_of(send(clerk, "categories", text))
    assert "改名" in page
    confirm(clerk, "categories", page)
    shown = text_of(clerk.get(f"/directory/categories/{code}/"))
    assert "游商占道" in shown
    assert "城市管理-&gt;市容环境-&gt;占道经营" in shown
    assert "占道经营" in text_of(clerk.get("/directory/categories/?q=占道经营&ended=1"))
    assert Category.objects.filter(code=code, valid_to__gt=date(2000, 1, 1)).count() == 1
    assert clerk.get("/directory/categories/NONE/").status_code == 404


def test_a_rule_says_which_rules_it_goes_before(clerk, listed):
    wide, narrow, under = Duty.objects.order_by("pk")
    page = text_of(clerk.get(f"/directory/duties/{narrow.pk}/"))
    assert "先于下列规则" in page
    assert "分类更细" in page
    assert "条件更多" in page
    assert f"/directory/duties/{wide.pk}/" in page
    assert f"/directory/duties/{under.pk}/" in page
    assert clerk.get("/directory/duties/99999/").status_code == 404


def test_the_list_is_narrowed_and_comes_out_as_files(clerk, listed):
    def numbers(query):
        page = text_of(clerk.get(f"/directory/duties/?{query}"))
        body = page[page.index("<tbody>") :] if "<tbody>" in page else ""
        return {int(each) for each in re.findall(r'href="/directory/duties/(\d+)/"', body)}

    wide, narrow, under = (duty.pk for duty in Duty.objects.order_by("pk"))
    assert numbers("") == {wide, narrow, under}
    assert numbers("q=在施") == {under}
    assert numbers("unit=U1") == {under}
    assert numbers("q=没有") == set()
    csv = clerk.get("/directory/duties/all.csv").content.decode("utf-8-sig")
    assert csv.startswith("编号,问题分类,区域")
    assert clerk.get("/directory/duties/all.xlsx").content.startswith(b"PK")
    assert clerk.get("/directory/duties/template.xlsx").content.startswith(b"PK")
    assert clerk.get("/directory/duties/all.doc").status_code == 404
    assert 'name="text"' not in text_of(send(clerk, "list", csv))


def test_the_box_says_who_is_responsible_and_why(clerk, listed):
    def tried(**query):
        return text_of(clerk.get("/directory/duties/try/", query))

    page = tried(category="违法建设", place="青禾街道青禾一社区3号楼")
    assert "<h2>区城管执法局</h2>" in page
    assert "职责清单第" in page
    assert "派单目录第3项" in page
    assert "在施" in page
    assert "<h2>青禾街道</h2>" in tried(category="违法建设", place="青禾街道", condition="在施")
    assert "由属地" in tried(category="教育", place="青禾街道")
    assert "请人工选定" in tried(category="教育")
    assert "不是一个分类的全名" in tried(category="违法建")
    assert "没有对应的地方" in tried(category="教育", place="火星")


def test_who_may_only_look_changes_nothing(clerk, listed):
    auditor = signed_in("审计员乙", "auditor")
    assert auditor.get("/directory/duties/").status_code == 200
    for address in ("bring/list/", "bring/list/confirm/", "categories/start-set/"):
        assert auditor.post(f"/directory/{address}").status_code == 403
