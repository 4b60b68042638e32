"""A hard problem from opening to acceptance on a phone; practices and agreements as pages."""

import io
import re

import pytest
from django.test import Client
from PIL import Image

from jieban.apps.practices.models import (
    Adoption,
    Note,
    NoteItem,
    Photo,
    Practice,
    Project,
    ProjectStep,
)
from tests.apps import live, practising
from tests.people import signed_in

pytestmark = pytest.mark.django_db
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7*7 }}'
STEPS = [f"第{number}步：与各方商量第{number}件事" for number in range(1, 24)]


@pytest.fixture(autouse=True)
def district(home):
    live.made_up_district()


def as_(name: str, role: str, scope: str = "*") -> Client:
    browser = signed_in(name, role, scope=scope)
    browser.cookies["jieban_language"] = "zh"
    return browser


def text(answer, code: int = 200) -> str:
    assert answer.status_code == code, answer.content.decode()[-1500:]
    return answer.content.decode()


def act(browser: Client, number: int, name: str, code: int = 302, room="projects", **said) -> str:
    answer = browser.post(f"/{room}/{number}/act/{name}/", said)
    assert answer.status_code == code, answer.content.decode()[:3000]
    return answer.get("Location", "") if code == 302 else answer.content.decode()


def photo(size=(8, 8)) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", size, "brown").save(out, "JPEG")
    out.seek(0)
    out.name = "现场.jpg"
    return out


def open_project(browser: Client, **said) -> int:
    usual = {"title": "楼间小路被圈占", "area": "A11", "place": "3号楼与5号楼之间"}
    answer = browser.post("/projects/new/", {**usual, **said})
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    return Project.objects.latest("id").pk


def test_a_path_of_twenty_three_steps_to_acceptance_on_a_phone():
    secretary = as_("治理书记样例", "governance_secretary", "area:A11")
    street = as_("街道样例", "street_coordinator", "area:A1")
    number = open_project(secretary, deadline="2030-12-31", basis="《物业管理条例》")
    address = f"/projects/{number}/"
    act(secretary, number, "start")
    pasted = "\n".join(f"{place}、{words}" for place, words in enumerate(STEPS[:22], start=1))
    act(secretary, number, "steps", where="end", steps=pasted)
    act(secretary, number, "steps", where="end", steps=STEPS[22])
    page = text(secretary.get(address))
    assert [page.index(words) for words in STEPS] == sorted(page.index(words) for words in STEPS)
    assert "0 / 23" in page
    # One tap a step; after each the page is at the next one.
    for done, step in enumerate(list(ProjectStep.objects.order_by("position")), start=1):
        page = text(secretary.get(address))
        waiting = re.search(r'path-step now">.*?name="step" value="(\d+)"', page, re.S)
        assert int(waiting[1]) == step.pk
        assert act(secretary, number, "tick", step=step.pk) == f"{address}#next"
        assert f"{done} / 23" in text(secretary.get(address))
    said = {"how": "居民议事会", "held_by": "居委会", "in_favour": "41", "against": "7"}
    act(secretary, number, "consult", **said, wants="要把路让出来", fears="怕没地方停车")
    for what, amount, unit in (("清运", "10", "车"), ("旧浴缸", "5", "个"), ("违建", "500", "㎡")):
        act(secretary, number, "quantity", what=what, amount=amount, unit=unit)
    act(secretary, number, "cost", what="硬化", amount="12,000.50", source="街道经费")
    act(street, number, "call", units=["U8", "U9"], decision="十日内拆除")
    act(secretary, number, "claim")
    refused = act(secretary, number, "accept", 409)
    assert "还没有居民验收" in refused
    act(secretary, number, "acceptance", how="入户", held_by="居委会", in_favour="45", against="2")
    act(secretary, number, "accept")
    page = text(secretary.get(address))
    for words in (
        "居民已验收",
        "要把路让出来",
        "怕没地方停车",
        "10 <small>车",
        "平方米",
        "12,000.5",
    ):
        assert words in page
    assert "23 / 23" in text(secretary.get("/projects/?state=accepted"))


def test_a_step_is_added_between_moved_changed_and_taken_out():
    secretary = as_("书记样例", "community_secretary", "area:A11")
    number = open_project(secretary)
    act(secretary, number, "steps", where="end", steps="甲\n乙\n丙")
    first, second, third = ProjectStep.objects.order_by("position")
    assert act(secretary, number, "steps", after=first.pk, steps="甲之后").endswith(
        f"#step-{first.pk}"
    )
    act(secretary, number, "step-down", step=first.pk)
    act(secretary, number, "step-up", step=third.pk)
    order = ProjectStep.objects.order_by("position").values_list("what", flat=True)
    assert list(order) == ["甲之后", "甲", "丙", "乙"]
    act(secretary, number, "step-change", step=second.pk, what="乙改", who="物业", due="2030-01-01")
    act(secretary, number, "step-remove", step=third.pk, reason="不需要")
    page = text(secretary.get(f"/projects/{number}/"))
    assert "乙改" in page
    assert ">丙<" not in page


def test_photos_from_one_spot_stand_side_by_side_and_hostile_files_stay_out():
    secretary = as_("书记样例", "community_secretary", "area:A11")
    number = open_project(secretary)
    address = f"/projects/{number}/photos/"
    assert secretary.post(address, {"file": photo(), "spot": "北口"}).status_code == 302
    before = Photo.objects.get()
    assert secretary.post(address, {"file": photo((9, 9)), "pair": before.pk}).status_code == 302
    page = text(secretary.get(f"/projects/{number}/"))
    assert page.count('loading="lazy"') == 2
    for each in Photo.objects.all():
        shown = secretary.get(f"{address}{each.pk}/")
        assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
        assert shown["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in shown["Cache-Control"]
    bad = io.BytesIO(b"<html><script>alert(1)</script>")
    bad.name = "照片.jpg"
    refused = secretary.post(address, {"file": bad, "spot": "南口站台阶"})
    assert "南口站台阶" in text(refused, 409)
    assert secretary.post(address, {"spot": "南口"}).status_code == 409
    assert Photo.objects.count() == 2


def test_from_another_street_nothing_of_a_project_is_given_or_changed():
    secretary = as_("书记样例", "community_secretary", "area:A11")
    number = open_project(secretary)
    act(secretary, number, "steps", where="end", steps="甲")
    secretary.post(f"/projects/{number}/photos/", {"file": photo(), "spot": "北口"})
    step, kept = ProjectStep.objects.get(), Photo.objects.get()
    other = as_("邻街样例", "street_coordinator", "area:A2")
    for address in ("", "edit/", f"photos/{kept.pk}/"):
        answer = other.get(f"/projects/{number}/{address}")
        assert answer.status_code == 404, address
        assert "小路" not in answer.content.decode()
    for name, said in (("tick", {"step": step.pk}), ("start", {}), ("link", {"cases": "JB1"})):
        assert other.post(f"/projects/{number}/act/{name}/", said).status_code == 404
    assert (
        other.post(f"/projects/{number}/photos/", {"file": photo(), "spot": "x"}).status_code == 404
    )
    assert "小路" not in text(other.get("/projects/?state=all"))
    step.refresh_from_db()
    assert step.done_on is None


def test_what_was_typed_is_there_again_after_a_refusal():
    secretary = as_("书记样例", "community_secretary", "area:A11")
    page = text(
        secretary.post(
            "/projects/new/",
            {"title": "找19900010000", "area": "A11", "place": "路口东", "basis": "某条例"},
        ),
        422,
    )
    assert "路口东" in page
    assert "个人信息" in page
    number = open_project(secretary)
    said = {"how": "入户", "held_by": "居委会", "in_favour": "0", "against": "0", "wants": "要路灯"}
    page = act(secretary, number, "consult", 409, **said)
    assert "要路灯" in page
    assert "票数不对" in page


@pytest.mark.parametrize("odd", ["-1", "1.5", "一", "9" * 12, "", "１٢"])
def test_odd_numbers_and_days_are_refused_in_words(odd):
    secretary = as_("书记样例", "community_secretary", "area:A11")
    number = open_project(secretary)
    act(secretary, number, "consult", 409 if odd != "１٢" else 302, how="入户", held_by="居委会",
        in_favour=odd, against="1")  # fmt: skip
    act(secretary, number, "tick", 409, step=odd)
    act(secretary, number, "quantity", 409, what="土", amount="1", unit="车", on="2026-13-45")


def test_hostile_words_stay_words():
    secretary = as_("书记样例", "community_secretary", "area:A11")
    number = open_project(secretary, title=HOSTILE, place=HOSTILE)
    act(secretary, number, "steps", where="end", steps=HOSTILE)
    for address in (f"/projects/{number}/", "/projects/", f"/practices/new/?project={number}"):
        page = text(secretary.get(address))
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "{{ 7*7 }}" in page
    for query in ("?q=%00", "?state=%00&area=%00", "?page=999999", "?page=x", "?late=1"):
        assert secretary.get(f"/projects/{query}").status_code == 200


def test_a_practice_from_a_project_to_the_library_and_to_another_street():
    secretary = as_("书记样例", "community_secretary", "area:A11")
    office = as_("组织部样例", "organisation_department")
    other = as_("邻街样例", "street_coordinator", "area:A2")
    project = open_project(secretary)
    act(secretary, project, "steps", where="end", steps="摸底\n议事")
    begun = text(secretary.get(f"/practices/new/?project={project}"))
    assert "1. 摸底\n2. 议事" in begun
    said = {
        "kind": "method",
        "name": "七步议事法",
        "problem": "楼间小路反复被圈占",
        "steps": "摸底\n议事",
        "author": "松涛1社区党委",
        "area": "A11",
        "project": str(project),
    }
    assert secretary.post("/practices/new/", said).status_code == 302
    number = Practice.objects.get().pk
    assert other.get(f"/practices/{number}/").status_code == 404
    act(secretary, number, "submit", room="practices")
    assert secretary.post(f"/practices/{number}/act/publish/").status_code == 403
    assert "七步议事法" in text(office.get("/practices/?state=in_review"))
    act(office, number, "publish", room="practices")
    assert "七步议事法" in text(other.get("/practices/"))
    act(other, number, "adopt", room="practices", area="A21", on="2026-10-01", contact="63860000")
    act(other, number, "adopt", 409, room="practices", area="A11")
    adoption = Adoption.objects.get()
    page = text(other.get(f"/practices/{number}/"))
    assert "柳岸1社区" in page
    assert "七步议事法" in text(other.get(f"/practices/{number}/card/"))
    act(other, number, "end-adoption", room="practices", adoption=adoption.pk, reason="换了做法")
    assert "换了做法" in text(secretary.get(f"/practices/{number}/"))


def test_agreements_with_what_is_due_and_a_proof():
    secretary = as_("书记样例", "community_secretary", "area:A11")
    other = as_("邻街样例", "street_coordinator", "area:A2")
    said = {
        "kind": "pairing",
        "title": "与区环卫中心结对",
        "area": "A11",
        "parties": "区环卫中心、松涛1社区",
        "begins": "2026-10-01",
        "items": "每周清运一次\n开一次共建会",
    }
    assert secretary.post("/agreements/new/", said).status_code == 302
    number = Note.objects.get().pk
    act(secretary, number, "items", room="agreements", items="写小结", due="2026-10-02")
    assert "写小结" in text(secretary.get("/agreements/"))
    item = NoteItem.objects.latest("id")
    act(secretary, number, "tick", room="agreements", item=item.pk, proof="小结已交")
    address = f"/agreements/{number}/items/{item.pk}/proof/"
    assert secretary.get(address).status_code == 422
    assert secretary.post(address, {"file": photo()}).status_code == 302
    assert secretary.get(address)["Content-Type"] == "image/jpeg"
    for each in (address, f"/agreements/{number}/", f"/agreements/{number}/edit/"):
        assert other.get(each).status_code == 404
    act(secretary, number, "end", room="agreements", outcome="每周清运已成惯例")
    assert "每周清运已成惯例" in text(secretary.get(f"/agreements/{number}/"))
    assert "与区环卫中心结对" in text(secretary.get("/agreements/?ended=1"))


def test_pages_of_a_reader_offer_nothing_to_press():
    project = practising.accepted()
    practice = practising.published()
    auditor = as_("审计样例", "auditor")
    for address in (f"/projects/{project.pk}/", f"/practices/{practice.pk}/", "/agreements/"):
        page = text(auditor.get(address))
        assert 'method="post"' not in page, address


def test_of_a_path_that_is_done_what_may_be_done_now_is_near(home):
    """Twenty-three steps that are done are folded away; nobody scrolls past them to go on."""
    browser = as_("书记样例", "governance_secretary", "area:A11")
    number = open_project(browser)
    act(browser, number, "steps", steps="\n".join(STEPS))
    for step in ProjectStep.objects.all():
        act(browser, number, "tick", step=step.pk)
    page = text(browser.get(f"/projects/{number}/"))
    before, _mark, after = page.partition('<details class="folded">')
    assert not any(step in before for step in STEPS)
    assert after.count('<ol class="path">') == 1, "and no empty list is left behind"
