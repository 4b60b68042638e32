"""A case as five people through the pages, without scripts; what nobody else may see."""

import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation
from PIL import Image

from jieban.apps.cases.models import Attachment, Case
from jieban.apps.cases.templatetags.live_words import time_left
from jieban.apps.directory import services as directory
from jieban.domain.actors import SYSTEM
from tests.apps import live
from tests.people import signed_in

pytestmark = pytest.mark.django_db
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>\u202e{{ 7*7 }}'


@pytest.fixture(autouse=True)
def district(home):
    live.made_up_district()


def as_(name: str, role: str, scope: str = "*") -> Client:
    browser = signed_in(name, role, scope=scope)
    browser.cookies["jieban_language"] = "zh"
    return browser


def text(answer) -> str:
    assert answer.status_code == 200, answer.content.decode()[-1500:]
    return answer.content.decode()


def take_in(browser: Client, **said: str) -> Case:
    usual = {"text": "松涛路3号楼暖气不热", "phone": "19900010000", "area": "A11", "key": "k"}
    answer = browser.post("/cases/new/", {**usual, **said})
    assert answer.status_code == 302, answer.content.decode()[-1500:]
    return Case.objects.latest("id")


def act(browser: Client, case: Case, name: str, code: int = 302, **said) -> str:
    case.refresh_from_db()
    answer = browser.post(f"/cases/{case.number}/act/{name}/", {"version": case.version, **said})
    assert answer.status_code == code, answer.content.decode()[-1500:]
    return answer.content.decode()


def test_a_case_as_five_people():
    taker, clerk = as_("话务", "call_taker"), as_("派单", "dispatch_clerk")
    street, caller = as_("街道", "street_coordinator", "area:A1"), as_("回访", "callback_clerk")
    auditor = as_("审计", "auditor")
    case = take_in(taker)
    page = text(clerk.get(f"/cases/{case.number}/"))
    assert "19900010000" not in page
    act(clerk, case, "dispatch", lead="U1")
    assert case.number in text(street.get("/cases/?tab=mine"))
    act(street, case, "accept")
    act(street, case, "contact", method="visit", note="已上门，号码 19900010000")
    act(street, case, "answer", text="阀门已修好")
    call = f"/follow-ups/{case.number}/"
    assert "19900010000" in text(caller.post(call, {"dial": "1"}))
    case.refresh_from_db()
    said = {
        "result": "reached",
        "contacted": "yes",
        "resolved": "yes",
        "satisfaction": "satisfied",
        "version": case.version,
    }
    assert caller.post(call, said).status_code == 302
    page = text(auditor.get(f"/cases/{case.number}/"))
    assert "已归档" in page or "归档" in page
    assert auditor.post(f"/cases/{case.number}/act/reopen/", {"reason": "x"}).status_code in (
        404,
        403,
    )


def test_who_does_not_have_the_case_finds_nothing_at_any_address():
    case = take_in(as_("话务", "call_taker"))
    act(as_("派单", "dispatch_clerk"), case, "dispatch", lead="U1")
    other = as_("别处", "street_coordinator", "area:A2")
    here = f"/cases/{case.number}/"
    assert other.get(here).status_code == 404
    for address in ("act/accept/", "act/urge/", "act/ask/", "files/"):
        assert other.post(f"{here}{address}", {"reason": "x"}).status_code == 404, address
    assert other.post(f"{here}in-clear/", {"reason": "x"}).status_code == 403
    for listed in ("/cases/", "/cases/?q=暖气", "/cases/?scope=area:A1", "/today/"):
        assert case.number not in text(other.get(listed)), listed


def test_the_second_person_is_told_who_did_what_and_keeps_what_was_typed():
    case = take_in(as_("话务", "call_taker"))
    clerk, second = as_("派单", "dispatch_clerk"), as_("派单乙", "dispatch_clerk")
    version = case.version
    act(clerk, case, "dispatch", lead="U1")
    answer = second.post(
        f"/cases/{case.number}/act/urge/", {"version": version, "reason": "请抓紧"}
    )
    assert answer.status_code == 302
    answer = second.post(
        f"/cases/{case.number}/act/dispatch/", {"version": version, "lead": "U2", "reason": "改派"}
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "派单乙" in page
    assert "改派" in page


def test_a_double_click_takes_one_case_in():
    taker = as_("话务", "call_taker")
    first, second = take_in(taker), take_in(taker)
    assert first == second


def test_a_refused_intake_keeps_everything_typed():
    taker = as_("话务", "call_taker")
    answer = taker.post("/cases/new/", {"text": " ", "name": "李某", "address": "柳岸路9号"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "李某" in page
    assert "柳岸路9号" in page


def test_what_is_typed_is_saved_and_found_again():
    taker = as_("话务", "call_taker")
    sent = taker.post(
        "/cases/new/draft/", {"text": "说到一半"}, headers={"X-Requested-With": "fetch"}
    )
    assert sent.status_code == 204
    assert "说到一半" in text(taker.get("/cases/new/"))
    assert "说到一半" not in text(as_("话务乙", "call_taker").get("/cases/new/"))
    taker.post("/cases/new/draft/", {"discard": "1"})
    assert "说到一半" not in text(taker.get("/cases/new/"))


def test_the_same_caller_is_known_again():
    taker = as_("话务", "call_taker")
    take_in(taker, title="上次的事")
    page = text(taker.post("/cases/new/earlier/", {"phone": "+86 199-0001-0000"}))
    assert "上次的事" in page


def test_hostile_words_are_shown_as_words():
    taker, clerk = as_("话务", "call_taker"), as_("派单", "dispatch_clerk")
    case = take_in(taker, text=HOSTILE, title=HOSTILE[:60], name=HOSTILE[:60], category=HOSTILE)
    for page in (text(clerk.get(f"/cases/{case.number}/")), text(clerk.get("/cases/"))):
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    answer = taker.post("/cases/new/", {"text": "a\x00b"})
    assert answer.status_code == 422
    for address in ("/cases/?after=zzz", "/cases/?state=x", "/cases/?created_from=never"):
        assert clerk.get(address).status_code == 422, address


def photo(place: bool = True) -> io.BytesIO:
    out = io.BytesIO()
    exif = Image.Exif()
    if place:
        exif[0x8825] = {1: "N", 2: (39.0, 54.0, 0.0), 3: "E", 4: (116.0, 23.0, 0.0)}
    Image.new("RGB", (40, 30), "red").save(out, "JPEG", exif=exif.tobytes())
    out.seek(0)
    out.name = "现场.jpg"
    return out


def test_a_photo_loses_its_place_and_is_shown_to_whom_the_case_is():
    case = take_in(as_("话务", "call_taker"))
    act(as_("派单", "dispatch_clerk"), case, "dispatch", lead="U1")
    street = as_("街道", "street_coordinator", "area:A1")
    sent = street.post(f"/cases/{case.number}/files/", {"file": photo(), "stage": "before"})
    assert sent.status_code == 302
    kept = Attachment.objects.get()
    address = f"/cases/{case.number}/files/{kept.pk}/"
    content = street.get(address).content
    with Image.open(io.BytesIO(content)) as shown:
        assert not shown.getexif().get_ifd(0x8825)
    assert as_("别处", "street_coordinator", "area:A2").get(address).status_code == 404
    wrong = io.BytesIO(b"<html><script>alert(1)</script>")
    wrong.name = "a.jpg"
    answer = street.post(f"/cases/{case.number}/files/", {"file": wrong})
    assert answer.status_code == 409


def test_requests_are_decided_on_the_page_by_somebody_else():
    case = take_in(as_("话务", "call_taker"))
    act(as_("派单", "dispatch_clerk"), case, "dispatch", lead="U1")
    street, reviewer = (
        as_("街道", "street_coordinator", "area:A1"),
        as_("审核", "district_reviewer"),
    )
    act(street, case, "accept")
    act(street, case, "ask", kind="extension", days="3", reason="等配件")
    request = case.requests.get()
    act(reviewer, case, "decide", request=request.pk, granted="yes")
    assert case.requests.get().state == "granted"


def test_what_is_taken_out_is_redacted_marked_and_written_down():
    case = take_in(as_("话务", "call_taker"), text="=HYPERLINK 请回电19900010000")
    office = as_("考核", "assessment_office")
    answer = office.post("/cases/export/", {})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert case.number in lines
    assert "19900010000" not in lines
    assert "考核" in lines.splitlines()[0]
    assert "\n=" not in lines.replace(",=", "\n=")
    assert as_("街道", "street_coordinator", "area:A1").post("/cases/export/").status_code == 403


def test_a_list_is_kept_under_a_name_of_ones_own():
    take_in(as_("话务", "call_taker"))
    clerk = as_("派单", "dispatch_clerk")
    kept = clerk.post("/cases/views/", {"name": "要派的", "state": "received", "due": "week"})
    assert kept.url == "/cases/?state=received&due=week"
    assert "要派的" in text(clerk.get("/cases/"))
    assert "要派的" not in text(as_("派单乙", "dispatch_clerk").get("/cases/"))


def test_an_after_photo_stands_beside_its_before_photo():
    live.accepted()
    case = Case.objects.latest("id")
    street = as_("街道", "street_coordinator", "area:A1")
    address = f"/cases/{case.number}/"

    def send(stage: str, **more):
        picture = io.BytesIO()
        Image.new("RGB", (8, 8), "red" if stage == "before" else "green").save(picture, "PNG")
        picture.seek(0)
        picture.name = f"{stage}.png"
        answer = street.post(f"{address}files/", {"file": picture, "stage": stage, **more})
        assert answer.status_code == 302, answer.content.decode()[-800:]
        return Attachment.objects.latest("id")

    assert "before-after" not in text(street.get(address))
    before, other = send("before"), send("evidence")
    page = text(street.get(address))
    assert "before-after" not in page
    assert f'<option value="{before.pk}" selected>' in page
    after = send("after", pair=before.pk)
    page = text(street.get(address))
    beside, rest = page.partition('class="before-after"')[2].split("</ul></div>", 1)
    for file, where in ((before, beside), (after, beside), (other, rest)):
        assert f"files/{file.pk}/" in where
    assert f"files/{other.pk}/" not in beside


def test_the_suggestion_follows_the_conditions_that_are_ticked(tmp_path):
    file = tmp_path / "d.csv"
    lines = [
        "问题分类,区域,条件,主办单位",
        "供热,,,U8",
        "供热,,锅炉房,U9",
    ]
    file.write_text("\n".join(lines), encoding="utf-8-sig")
    names = tmp_path / "c.csv"
    names.write_text("问题分类\n供热\n", encoding="utf-8-sig")
    directory.import_categories(SYSTEM, names, at=live.AT)
    outcome = directory.import_duties(SYSTEM, file, at=live.AT)
    assert (outcome.counts["new"], outcome.file.rejected) == (2, [])
    case = live.received(category="供热")
    clerk = as_("派单", "dispatch_clerk")
    address = f"/cases/{case.number}/"
    page = text(clerk.get(address))
    assert '<option value="U8" selected>' in page
    assert 'name="condition" value="锅炉房">' in page
    page = text(clerk.get(address, {"condition": "锅炉房"}))
    assert '<option value="U9" selected>' in page
    assert 'name="condition" value="锅炉房" checked>' in page


def test_time_left_is_said_in_the_readers_language():
    live.accepted()
    case = Case.objects.latest("id")
    for days, zh, en in ((1, "剩余 1 天", "1 day"), (2, "剩余 2 天", "2 days")):
        case.next_at = case.due_at = live.AT + timedelta(days=days)
        with translation.override("zh-hans"):
            assert time_left(case, live.AT)["words"].startswith(zh)
        with translation.override("en"):
            assert time_left(case, live.AT)["words"].startswith(en)
