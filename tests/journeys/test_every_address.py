"""Every address, tried by nobody, by somebody without a post, by one who only looks."""

import json
import re
from datetime import timedelta
from io import BytesIO
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from PIL import Image

from jieban import clock
from jieban.apps.accounts import services as accounts
from jieban.apps.cases import case_web, services
from jieban.apps.ledger import selectors as ledger
from jieban.domain.actors import SYSTEM
from jieban.site import gate
from tests.apps import live
from tests.people import person, signed_in

pytestmark = pytest.mark.django_db
OPEN = gate.PUBLIC.keys() | gate.SIGNED_IN.keys()
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def fill(kind, part, number):
    """A value for a part of an address: one that exists where it is the number of a case."""
    if kind == "uuid":
        return str(UUID(int=1))
    if part == "level":
        return "street"
    return number if part == "number" and kind != "int" else "1"


def addresses(number, resolver=None, before="", spaces=()):
    """(name, address) of everything the site answers to."""
    for each in (resolver or get_resolver()).url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            inside = (*spaces, each.namespace) if each.namespace else spaces
            yield from addresses(number, each, route, inside)
        elif isinstance(each, URLPattern):
            filled = re.sub(
                r"<(?:(\w+):)?(\w+)>", lambda part: fill(part[1], part[2], number), route
            )
            yield ":".join((*spaces, each.name or "?")), f"/{filled}"


@pytest.fixture
def number(home):
    live.made_up_district()
    return live.dispatched().number


@pytest.fixture
def pages(number):
    found = [(name, path) for name, path in addresses(number) if not path.startswith("/api/")]
    assert len(found) > 90
    return [(name, path) for name, path in found if name not in OPEN]


@pytest.fixture
def calls(number):
    found = [path for _, path in addresses(number) if path.startswith("/api/v1/")]
    assert len(found) > 10
    return [path for path in found if not path.endswith("openapi.json")]


@pytest.mark.parametrize("method", METHODS)
def test_nobody_is_shown_a_page(pages, method):
    browser = Client(raise_request_exception=False)
    for name, path in pages:
        answer = browser.generic(method, path)
        assert (answer.status_code, answer.get("Location", "")[:9]) == (302, "/sign-in/"), name


@pytest.mark.parametrize("method", METHODS)
def test_somebody_without_a_post_is_shown_no_page(pages, method):
    browser = Client(raise_request_exception=False)
    browser.force_login(person("无岗样例"), backend="django.contrib.auth.backends.ModelBackend")
    for name, path in pages:
        answer = browser.generic(method, path)
        led_home = answer.status_code == 302 and answer["Location"] == "/me/"
        assert answer.status_code == 403 or (path == "/" and led_home), (name, answer.status_code)


def test_whoever_holds_the_permission_is_turned_away_by_no_address(pages):
    browser = signed_in()
    browser.raise_request_exception = False
    for name, path in pages:
        answer = browser.get(path)
        assert answer.status_code < 500, (name, answer.status_code)
        assert answer.status_code not in (401, 403), name
        assert not answer.get("Location", "").startswith("/sign-in/"), name


def test_whoever_only_looks_changes_nothing_by_any_address(pages, number):
    browser = signed_in("审样例", "auditor")
    pages += [("cases:act", f"/cases/{number}/act/{act}/") for act in case_web.ACTS]
    browser.raise_request_exception = False
    before = ledger.newest_number()
    for name, path in pages:
        answer = browser.post(
            path, {"reason": "试", "text": "试", "move": "dispatch", "act": "urge"}
        )
        assert answer.status_code < 500, (name, answer.status_code)
        assert ledger.newest_number() == before, name


@pytest.mark.parametrize("method", METHODS)
def test_no_call_is_answered_without_a_token_or_to_one_that_may_nothing(calls, method):
    owner = person("程样例", "organisation_department")
    _, secret = accounts.issue_token(SYSTEM, owner, "程序", ["rulebook.see"], at=clock.now())
    program = Client(raise_request_exception=False)
    for path in calls:
        for headers in (
            {},
            {"Authorization": "Bearer jb_no"},
            {"Authorization": f"Bearer {secret}"},
        ):
            answer = program.generic(
                method, path, json.dumps({}), content_type="application/json", headers=headers
            )
            if method == "GET" and answer.status_code == 200:
                # A list of what may be seen: of nothing, here.
                assert headers["Authorization"].endswith(secret), path
                assert answer.json()["cases"] == [], path
                continue
            assert 400 <= answer.status_code < 500, (path, headers, answer.status_code)
            assert answer.json()["error"]["code"], path


# --- what hangs on a case of another street ------------------------------------------------


@pytest.fixture
def elsewhere(number, monkeypatch):
    """Everything a case can have, in street A1: its number and the keys of what hangs on it."""
    at = live.AT + timedelta(hours=1)
    services.accept_case(live.STREET, number, at=at)
    asked = services.ask_request(
        live.STREET, number, "extension", at=at, reason="配件未到", terms={"days": "3"}
    )
    called = services.call_units(
        live.STREET, number, ["U9"], at=at, topic="请到场", report_in_by=at + timedelta(hours=4)
    )
    picture = BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    kept = services.attach(live.STREET, number, "现场.png", picture.getvalue(), at=at)
    return {"number": number, "request": asked.pk, "call": called.pk, "attachment": kept.pk}


def test_from_another_street_no_address_of_a_case_gives_or_changes_anything(elsewhere):
    number = elsewhere["number"]
    browser = signed_in("邻街样例", scope="area:A2")
    browser.raise_request_exception = False
    mine = [
        path for _, path in addresses(number) if number in path and not path.startswith("/api/")
    ]
    mine += [f"/cases/{number}/act/{act}/" for act in case_web.ACTS]
    mine += [f"/cases/{number}/files/{elsewhere['attachment']}/{tail}" for tail in ("", "remove/")]
    assert len(mine) > 20
    before = ledger.newest_number()
    said = {
        "reason": "试",
        "text": "试",
        "move": "dispatch",
        "lead": "U2",
        "request": elsewhere["request"],
        "call": elsewhere["call"],
        "granted": "1",
        "unit": "U2",
    }
    for path in mine:
        for answer in (browser.get(path), browser.post(path, said)):
            assert 300 <= answer.status_code < 500, (path, answer.status_code)
            assert answer.status_code != 302 or "/cases/" in answer["Location"], path
            assert "暖气" not in answer.content.decode(errors="replace"), path
    several = browser.post(
        "/cases/several/", {"act": "dispatch", "case": [number], "lead": "U2", "confirm": "1"}
    )
    assert "暖气" not in several.content.decode()
    assert ledger.newest_number() == before


BODIES = {
    "moves": {"move": "accept"},
    "contacts": {"method": "phone"},
    "classification": {"urgency": "urgent", "reason": "试"},
    "unmask": {"reason": "试"},
    "urges": {"reason": "试"},
    "supervisions": {"source": "创卫督办", "reason": "试"},
    "links": {"kind": "repeat", "other": "JB20261102-000001-0"},
    "undo": {"reason": "试"},
    "requests": {"kind": "extension", "reason": "试", "terms": {"days": "1"}},
    "decision": {"granted": True, "reason": "试"},
    "withdrawal": {},
    "end": {"reason": "试"},
    "joint-calls": {"units": ["U2"], "topic": "试", "report_in_by": "2026-11-03T00:00:00Z"},
    "arrivals": {"unit": "U9"},
    "visit": {"findings": "试"},
    "finished-tasks": {"unit": "U9"},
    "finish": {"ratings": {"U9": 5}},
    "ratings": {"unit": "U9", "rating": 5},
    "adoptions": {"area": "A21"},
    "weeks": {"done": 1},
    "reports": {"done": "试"},
    "answer": {"action": "试"},
    "problems": {"text": "试"},
    "outcome": {"outcome": "solved", "text": "试"},
}


def test_from_another_street_no_call_of_a_case_gives_or_changes_anything(elsewhere):
    number = elsewhere["number"]
    signed_in("有权者")
    owner = person("邻街程序", "everything", scope="area:A2")
    held = owner.posts.get().role.permissions
    _, secret = accounts.issue_token(SYSTEM, owner, "程序", held, at=clock.now())
    program = Client(raise_request_exception=False)
    keys = {"requests": elsewhere["request"], "joint-calls": elsewhere["call"]}
    asked = 0
    before = ledger.newest_number()
    for _, path in addresses(number):
        steps = path.strip("/").split("/")
        if len(steps) < 4 or not path.startswith("/api/v1/"):
            continue
        if steps[2] in keys:
            steps[3] = str(keys[steps[2]])
        body = BODIES.get(steps[-1], {})
        for method in ("GET", "POST"):
            answer = program.generic(
                method,
                "/" + "/".join(steps),
                json.dumps(body),
                content_type="application/json",
                headers={"Authorization": f"Bearer {secret}"},
            )
            assert answer.status_code in (404, 405), (method, path, answer.content[:300])
            asked += answer.status_code == 404
    assert asked >= len(BODIES)
    assert ledger.newest_number() == before
