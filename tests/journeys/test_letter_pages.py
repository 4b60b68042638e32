"""Letters on the pages and by the API: taken in, answered, decided on by others, published."""

import json
import re
from datetime import date
from html import unescape

import pytest
from click.testing import CliRunner
from django.core.files.uploadedfile import SimpleUploadedFile

from jieban import clock
from jieban.apps.accounts import services as accounts
from jieban.apps.letters.models import Batch, Letter, Publication
from jieban.cli.letters import letters
from jieban.domain.actors import SYSTEM
from jieban.tables.letters import read_letters
from jieban.tables.lists import written_csv
from tests.apps import lettering, live
from tests.apps.lettering import number
from tests.people import person, signed_in

pytestmark = pytest.mark.django_db
ONE = number(1)
ADDRESS = f"/letters/sx-3/letter/{ONE}/"


@pytest.fixture(autouse=True)
def batch(home):
    live.made_up_district()
    lettering.opened()
    return lettering.batch()


@pytest.fixture
def office():
    return signed_in("环境样例", "environment_office")


@pytest.fixture
def street():
    return signed_in("街道样例", "street_coordinator", scope="unit:U1")


def said(answer):
    return answer.content.decode()


def test_a_letter_goes_its_way_from_hand_over_to_public_table(office, street):
    taken = office.post(
        "/letters/sx-3/new/",
        {
            "batch": "19",
            "number": ONE,
            "text": lettering.TEXT,
            "area_text": "云溪区",
            "area": "A11",
            "types": ["air", "noise"],
            "more_types": "光污染",
            "lead": "U1",
        },
    )
    assert (taken.status_code, taken["Location"]) == (302, ADDRESS)
    page = said(street.get("/letters/mine/"))
    assert ONE in page
    assert "13900001234" not in said(street.get(ADDRESS))
    answered = street.post(f"{ADDRESS}act/answer/", lettering.ANSWER)
    assert answered.status_code == 302
    assert street.post(f"{ADDRESS}act/ask/", {"wanted": "done"}).status_code == 302
    assert "申请办结，等您决定" in said(office.get("/letters/mine/"))
    assert office.post(f"{ADDRESS}act/close/", {}).status_code == 302
    letter = Letter.objects.get()
    assert (letter.state, letter.types) == ("done", ["air", "noise", "光污染"])
    assert office.post("/letters/sx-3/batches/19/act/publish/").status_code == 302
    page = said(office.get("/letters/sx-3/batches/19/"))
    assert "合计数与污染类型数不一致，是因为部分信访件涉及多个类型" in page
    pdf = office.get("/letters/sx-3/batches/19/tables/1/pdf/")
    assert pdf.content.startswith(b"%PDF")


def test_the_workbook_of_a_published_table_comes_back_by_import(office, tmp_path):
    lettering.closed()
    office.post("/letters/sx-3/batches/19/act/publish/")
    answer = office.get("/letters/sx-3/batches/19/tables/1/xlsx/")
    path = tmp_path / "a.xlsx"
    path.write_bytes(answer.content)
    (line,) = read_letters(path).lines
    assert (line.number, line.batch, line.day, line.state) == (ONE, "19", lettering.HANDED, "done")
    assert office.get("/letters/sx-3/batches/19/tables/2/xlsx/").status_code == 404


@pytest.mark.parametrize("act", ["close", "part", "turn-down"])
def test_a_unit_closes_its_own_letter_by_no_page(street, act):
    lettering.answered()
    lettering.services.ask_closing(lettering.STREET, "sx-3", ONE, "done", at=lettering.AT)
    answer = street.post(f"{ADDRESS}act/{act}/", {"reason": "已完成"})
    assert answer.status_code in (403, 409)
    assert Letter.objects.get().state == "in_progress"


def test_a_person_of_the_unit_who_keeps_the_round_too_is_told_why_not():
    lettering.answered()
    both = signed_in("两岗样例", "environment_office", "street_coordinator", scope="unit:U1")
    answer = both.post(f"{ADDRESS}act/close/", {})
    assert answer.status_code == 409
    assert "不能决定本单位的信访件是否办结" in said(answer)
    assert Letter.objects.get().state == "in_progress"


def test_what_was_typed_stays_when_it_is_refused(street):
    lettering.entered()
    words = {**lettering.ANSWER, "finding": "请联系13900001234"}
    answer = street.post(f"{ADDRESS}act/answer/", words)
    assert answer.status_code == 409
    assert "请联系13900001234" in said(answer)
    assert lettering.ANSWER["action"] in said(answer)


def test_an_odd_number_asks_for_its_tick_and_offers_the_right_one(office):
    typed = {"batch": "19", "number": ONE.lower(), "text": "油烟"}
    answer = office.post("/letters/sx-3/new/", typed)
    assert answer.status_code == 422
    assert ONE in said(answer)
    odd = {"batch": "19", "number": "信2026-7", "text": "油烟", "unusual": "on"}
    assert office.post("/letters/sx-3/new/", odd).status_code == 302


def test_the_original_is_read_with_a_reason_only(street):
    lettering.entered()
    assert street.post(f"{ADDRESS}act/original/", {"reason": ""}).status_code == 409
    answer = street.post(f"{ADDRESS}act/original/", {"reason": "核实情况"})
    assert "13900001234" in said(answer)
    assert "no-store" in answer["Cache-Control"]
    reader = signed_in("审样例", "auditor")
    refused = reader.post(f"{ADDRESS}act/original/", {"reason": "看看"})
    assert "13900001234" not in said(refused)


def test_the_register_is_narrowed_by_everything_it_offers(office):
    lettering.entered(1)
    lettering.entered(2, types=["noise"], focus=True, lead="U2", area="A21")
    for query, there in (
        ("", {1, 2}),
        ("type=noise", {2}),
        ("type=air", {1}),
        ("state=done", set()),
        ("verdict=true", set()),
        ("area=A1", {1}),
        ("unit=U2", {2}),
        ("focus=1", {2}),
        ("batch=20", set()),
        (f"q={number(2)}", {2}),
        ("round=sx-3&batch=19", {1, 2}),
        ("asked=1", set()),
    ):
        page = said(office.get(f"/letters/?{query}"))
        found = {n for n in (1, 2) if f"/letter/{number(n)}/" in page}
        assert found == there, query


def test_a_file_is_looked_at_first_and_taken_in_after(office):
    rows = [
        ["样例区公开情况一览表（第20批 2026年10月31日）", "", ""],
        ["受理编号", "交办问题基本情况", "是否办结"],
        [number(7), "小区门口\n夜间施工噪声。", "已办结"],
        ["x", "", ""],
    ]
    sent = SimpleUploadedFile("一览表.csv", written_csv(rows[0], rows[1:]))
    page = said(office.post("/letters/import/", {"round": "sx-3", "file": sent}))
    assert not Letter.objects.exists()
    assert "未导入" in page or "未采用" in page
    text = unescape(page.split('name="text" value="')[1].split('"')[0])
    done = office.post(
        "/letters/import/confirm/", {"round": "sx-3", "name": "一览表.csv", "text": text}
    )
    assert done.status_code == 302
    letter = Letter.objects.get()
    assert (letter.state, letter.batch.number) == ("done", "20")
    assert letter.public_text == "小区门口\n夜间施工噪声。"


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("样例区公开情况一览表（第20批）", {}),
        ("样例区公开情况一览表（第20批）", {"day": "2026-10-31"}),
        ("样例区公开情况一览表", {"batch": "20", "day": "2026-10-31"}),
    ],
)
def test_a_file_whose_title_says_no_day_is_taken_in_as_it_was_looked_at(office, title, typed):
    rows = [["受理编号", "交办问题基本情况"], [number(7), "小区门口夜间施工噪声。"]]
    sent = SimpleUploadedFile("一览表.csv", written_csv([title, ""], rows))
    page = said(office.post("/letters/import/", {"round": "sx-3", "file": sent, **typed}))
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)
    office.post("/letters/import/confirm/", {name: unescape(value) for name, value in hidden})
    assert Letter.objects.get().batch.number == "20"


def test_who_may_not_manage_opens_no_batch_and_publishes_nothing(street):
    lettering.entered()
    typed = {"number": "21", "handed_on": "2026-11-01"}
    assert street.post("/letters/sx-3/batches/new/", typed).status_code == 403
    assert street.post("/letters/sx-3/batches/19/act/publish/").status_code == 403
    assert Batch.objects.count() == 1
    assert not Publication.objects.exists()


def test_a_batch_is_begun_and_its_day_changed(office):
    typed = {"number": "第二十一批", "handed_on": "2026-11-01", "source": "督察组"}
    begun = office.post("/letters/sx-3/batches/new/", typed)
    assert begun["Location"] == "/letters/sx-3/batches/21/"
    changed = {"handed_on": "2026-10-31", "source": ""}
    office.post("/letters/sx-3/batches/21/act/change/", changed)
    assert Batch.objects.get(number="21").handed_on == date(2026, 10, 31)
    wrong = office.post("/letters/sx-3/batches/21/act/change/", {"handed_on": "2026-13-01"})
    assert wrong.status_code == 409
    assert "21" in said(office.get("/letters/batches/"))


# --- the API -------------------------------------------------------------------------------


def caller(client, name, role, scope="*"):
    owner = person(name, role, **({} if scope == "*" else {"scope": scope}))
    permissions = ["letter.see", "letter.handle", "letter.manage"]
    held = [each for each in permissions if accounts_may(role, each)]
    _, secret = accounts.issue_token(SYSTEM, owner, "程序", held, at=clock.now())

    def call(method, path, body=None):
        return client.generic(
            method,
            f"/api/v1/rounds/sx-3/{path}",
            json.dumps(body or {}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {secret}"},
        )

    return call


def accounts_may(role, permission):
    return (
        permission == "letter.see"
        or {
            "environment_office": "letter.manage",
            "street_coordinator": "letter.handle",
        }[role]
        == permission
    )


def test_by_the_api_a_letter_is_read_answered_and_decided_on_by_another(client):
    lettering.entered()
    street = caller(client, "街道程", "street_coordinator", "unit:U1")
    office = caller(client, "环境程", "environment_office")
    path = f"letters/{ONE}"
    assert street("GET", "letters").json()["letters"][0]["number"] == ONE
    answered = street("POST", f"{path}/answer", lettering.ANSWER)
    assert answered.status_code == 200, answered.content
    assert street("POST", f"{path}/moves", {"move": "close"}).status_code == 403
    assert street("POST", f"{path}/moves", {"move": "ask"}).json()["wanted"] == "done"
    assert office("GET", path).json()["allowed"] == ["part", "close"]
    assert office("POST", f"{path}/moves", {"move": "close"}).json()["state"] == "done"
    assert office("POST", f"{path}/moves", {"move": "part"}).status_code == 409
    sums = office("GET", "batches/19").json()
    assert sums["sum"] == {"total": 1, "done": 1, "partly_done": 0, "in_progress": 0}
    assert office("GET", "letters/nobody").status_code == 404


# --- the command ---------------------------------------------------------------------------


class Desk:
    """What a command answers, kept; who sits there is the environment office."""

    json = False
    actor = lettering.KEEPER

    def __init__(self):
        self.answers = []

    def out(self, text=""):
        """Said to a person."""

    def answer(self, payload):
        self.answers.append(payload)


@pytest.fixture
def run():
    def act(*words):
        desk = Desk()
        done = CliRunner().invoke(letters, list(map(str, words)), obj=desk, standalone_mode=False)
        if done.exception is not None:
            raise done.exception
        return desk.answers[-1]

    return act


def test_by_the_command_a_table_comes_in_and_the_same_goes_out(tmp_path, run):
    table = tmp_path / "一览表.csv"
    rows = [
        ["一览表（第20批 2026年10月31日）", "", ""],
        ["受理编号", "交办问题基本情况", "是否办结"],
        [number(7), "夜间施工噪声。", "阶段性办结"],
        ["X3YX2O2610290008", "油烟。", ""],
    ]
    table.write_bytes(written_csv(rows[0], rows[1:]))
    rejects = tmp_path / "退回.xlsx"
    looked = run("import", str(table), "--round", "sx-3", "--dry-run")
    assert looked["counts"]["new"] == 1
    assert not Letter.objects.exists()
    done = run("import", str(table), "--round", "sx-3", "--rejects", str(rejects))
    assert (done["batches"], done["counts"]["rejected"]) == (["20"], 1)
    assert rejects.stat().st_size > 0
    out = tmp_path / "out.xlsx"
    run("export", str(out), "--round", "sx-3", "--batch", "20")
    again = run("import", str(out), "--round", "sx-3")
    assert (again["counts"]["same"], again["counts"]["changed"]) == (1, 0)
    run("export", str(tmp_path / "out.pdf"), "--round", "sx-3", "--batch", "20")
    assert (tmp_path / "out.pdf").read_bytes().startswith(b"%PDF")
