"""The API: a token, a case's whole life, keys against doubles, one shape for every error."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from jieban import clock
from jieban.apps.accounts import services as accounts
from jieban.apps.accounts.models import ApiToken
from jieban.apps.accounts.selectors import day_of
from jieban.apps.cases.models import Case
from jieban.domain.actors import SYSTEM
from jieban.domain.permissions import PERMISSIONS
from tests.apps import live
from tests.people import person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def district(home):
    live.made_up_district()


class Program:
    """A program with a token."""

    def __init__(self, name: str, *roles: str, scope: str = "*") -> None:
        if not roles:
            signed_in(name)
        owner = person(name, *roles, scope=scope)
        held = (
            sorted(PERMISSIONS)
            if not roles
            else sorted({p for post in owner.posts.all() for p in post.role.permissions})
        )
        made, self.secret = accounts.issue_token(SYSTEM, owner, "程序", held, at=clock.now())
        self.token = made.pk
        self.client = Client(raise_request_exception=False)

    def __call__(self, method: str, path: str, body=None, code: int = 200, **headers: str):
        answer = self.client.generic(
            method,
            f"/api/v1{path}",
            json.dumps(body) if body is not None else b"",
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.secret}", **headers},
        )
        assert answer.status_code == code, (method, path, answer.content.decode()[:800])
        said = answer.json()
        if code >= 400:
            assert said["error"].keys() == {"code", "message", "detail"}
        return said


def test_the_day_a_token_was_last_used_is_kept():
    centre = Program("对接")
    kept = ApiToken.objects.filter(pk=centre.token)
    assert kept.get().used_on is None
    centre("GET", "/cases")
    assert kept.get().used_on == day_of(clock.now())


def test_a_cases_life_by_posted_moves():
    centre = Program("对接")
    made = centre("POST", "/cases", {"text": "暖气不热 19900010000", "area": "A11"}, 201)
    number = made["number"]
    assert "19900010000" not in json.dumps(made)
    case = f"/cases/{number}"
    assert centre("GET", case)["allowed"][0] == "dispatch"
    moved = centre("POST", f"{case}/moves", {"move": "dispatch", "lead": "U1"})
    assert moved["lead_unit"] == {"code": "U1", "name": "松涛街道"}
    centre("POST", f"{case}/moves", {"move": "accept"})
    centre("POST", f"{case}/contacts", {"method": "visit"})
    done = centre("POST", f"{case}/moves", {"move": "answer", "text": "修好了"})
    assert (done["state"], done["allowed"]) == ("answered", ["close", "reopen"])
    late = centre("POST", f"{case}/moves", {"move": "accept"}, 409)
    assert late["error"]["code"].startswith("case.")
    assert [event["seq"] for event in centre("GET", f"{case}/events")["events"]] == [1, 2, 3, 4, 5]
    listed = centre("GET", "/cases?state=answered")
    assert [each["number"] for each in listed["cases"]] == [number]


def test_a_request_that_comes_twice_makes_one_case():
    centre = Program("对接")
    body = {"text": "路灯不亮"}
    first = centre("POST", "/cases", body, 201, **{"Idempotency-Key": "k1"})
    again = centre("POST", "/cases", body, 201, **{"Idempotency-Key": "k1"})
    assert first["number"] == again["number"]
    other = centre("POST", "/cases", {"text": "别的"}, 409, **{"Idempotency-Key": "k1"})
    assert other["error"]["code"] == "api.key_reused"
    assert Case.objects.count() == 1


def test_pages_of_a_list_neither_skip_nor_double():
    centre = Program("对接")
    for number in range(7):
        centre("POST", "/cases", {"text": f"第{number}件"}, 201)
    seen, cursor = [], ""
    while True:
        page = centre("GET", f"/cases?limit=3&after={cursor}")
        seen += [case["number"] for case in page["cases"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 7


def test_a_token_reaches_no_further_than_its_owner():
    centre = Program("对接")
    number = centre("POST", "/cases", {"text": "暖气不热", "area": "A11"}, 201)["number"]
    street = Program("别处", "street_coordinator", scope="area:A2")
    assert street("GET", "/cases")["cases"] == []
    for method, path, body in (
        ("GET", f"/cases/{number}", None),
        ("GET", f"/cases/{number}/events", None),
        ("GET", f"/cases/{number}/requests", None),
        ("POST", f"/cases/{number}/moves", {"move": "accept"}),
        ("POST", f"/cases/{number}/contacts", {}),
        ("POST", f"/cases/{number}/urges", {"reason": "x"}),
        ("POST", f"/cases/{number}/unmask", {"reason": "x"}),
    ):
        assert street(method, path, body, 404)["error"]["code"] == "case.not_found", path
    assert street("POST", "/cases", {"text": "x"}, 403)["error"]["code"] == "actor.not_permitted"


def test_a_revoked_token_is_nobody():
    centre = Program("对接")
    accounts.revoke_token(SYSTEM, centre.token, at=clock.now() + timedelta(seconds=1))
    assert centre("GET", "/cases", code=401)["error"]["code"] == "api.not_signed_in"


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("/cases", b"{", 400),
        ("/cases", b"\xff\xfe", 400),
        ("/cases", b'{"text": "\\ud800"}', 400),
        ("/cases", b'{"text": "a\\u0000b"}', 422),
        ("/cases", b'{"text": "x", "unknown": 1}', 422),
        ("/cases", b"[]", 422),
        ("/cases", b'{"text": ' + b"9" * 400 + b"}", 400),
        ("/cases", b'{"text": "' + b"x" * 300_000 + b'"}', 413),
        ("/requests/99999999999999999999/decision", b'{"granted": true}', 422),
        ("/requests/1/decision", b'{"granted": true}', 404),
        ("/nowhere", b"{}", 404),
    ],
)
def test_hostile_bodies_are_told_in_the_one_shape(path, body, code):
    centre = Program("对接")
    answer = centre.client.generic(
        "POST",
        f"/api/v1{path}",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {centre.secret}"},
    )
    assert answer.status_code == code, answer.content[:500]
    assert answer.json()["error"].keys() == {"code", "message", "detail"}


@pytest.mark.parametrize(
    "query",
    [
        "after=zzz",
        "after=9-9-9",
        "state=x",
        "limit=0",
        "limit=9999",
        "created_from=never",
        "scope=../etc",
        "due=soon",
    ],
)
def test_hostile_queries_are_told_in_the_one_shape(query):
    Program("对接")("GET", f"/cases?{query}", code=422)


def test_a_method_an_address_does_not_take_is_told_in_the_one_shape():
    said = Program("对接")("DELETE", "/cases", code=405)
    assert said["error"]["code"] == "api.method_not_allowed"


def test_the_language_of_messages_is_the_callers():
    centre = Program("对接")
    said = centre("GET", "/cases/JB20260101-000001-1", code=404, **{"Accept-Language": "en"})
    assert "There is no case" in said["error"]["message"]
