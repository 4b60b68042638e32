"""The office's own sign-in, against a small issuer that can be told to lie."""

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from django.contrib.auth import get_user_model
from django.test import Client
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from jieban.apps.accounts import services
from jieban.domain.actors import SYSTEM

pytestmark = pytest.mark.django_db
AT = datetime(2023, 10, 30, 4, 0, tzinfo=UTC)
KEY = RSAKey.generate_key(2048, parameters={"kid": "one", "use": "sig"})
OTHER = RSAKey.generate_key(2048, parameters={"kid": "one"})


class Issuer:
    """Hands out a code and trades it once; `claims`, `key`, `alg` are what a test changes."""

    def __init__(self) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.say(outer.keys if self.path == "/keys" else outer.about())

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                form = parse_qs(self.rfile.read(length).decode())
                outer.basic = self.headers.get("Authorization", "")
                self.say(outer.trade({name: values[0] for name, values in form.items()}))

            def say(self, what: object) -> None:
                body = json.dumps(what).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.named = self.address
        self.keys = {"keys": [KEY.as_dict(private=False)]}
        self.key: RSAKey | OctKey = KEY
        self.alg = "RS256"
        self.claims: dict[str, object] = {}
        self.asked: dict[str, str] = {}
        self.basic = ""
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def about(self) -> dict[str, str]:
        return {
            "issuer": self.named,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
        }

    def trade(self, form: dict[str, str]) -> dict[str, str]:
        proved = create_s256_code_challenge(form["code_verifier"]) == self.asked["code_challenge"]
        if form["code"] != "good" or not proved:
            return {"error": "invalid_grant"}
        now = int(AT.timestamp())
        claims = {
            "iss": self.address,
            "aud": "jieban",
            "sub": "7",
            "iat": now,
            "exp": now + 300,
            "nonce": self.asked["nonce"],
            "preferred_username": "wang",
        } | self.claims
        header = {"alg": self.alg, "kid": "one"}
        return {"id_token": jwt.encode(header, claims, self.key, algorithms=[self.alg])}


@pytest.fixture
def issuer(home, settings, monkeypatch):
    monkeypatch.setattr("jieban.clock.now", lambda: AT)
    made = Issuer()
    settings.OIDC = {"issuer": made.address, "client": "jieban", "secret": "s"}
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def wang():
    return services.create_person(SYSTEM, "wang", "王样例", None, at=AT)


def come_back(issuer, browser=None, **answer):
    """Go there and come back with a code."""
    browser = browser or Client()
    away = browser.get("/sign-in/office/?next=/me/")
    assert away.status_code == 302, away.content.decode()
    issuer.asked = {name: values[0] for name, values in parse_qs(urlsplit(away.url).query).items()}
    query = {"state": issuer.asked["state"], "code": "good"} | answer
    return browser, browser.get("/sign-in/office/back/", query)


def test_a_known_person_gets_in_and_back_to_where_they_were_going(issuer, wang):
    browser, answer = come_back(issuer)
    assert (answer.status_code, answer.url) == (302, "/me/")
    assert browser.session["_auth_user_id"] == str(wang.pk)
    assert issuer.asked["redirect_uri"] == "http://testserver/sign-in/office/back/"
    assert issuer.asked["code_challenge_method"] == "S256"
    assert issuer.basic.startswith("Basic ")


def test_an_answer_serves_once(issuer, wang):
    browser, _ = come_back(issuer)
    query = {"state": issuer.asked["state"], "code": "good"}
    assert browser.get("/sign-in/office/back/", query).status_code == 422
    assert Client().get("/sign-in/office/back/", query).status_code == 422


def test_somebody_without_an_account_is_not_let_in_and_gets_none(issuer):
    browser, answer = come_back(issuer)
    assert answer.status_code == 422
    assert "_auth_user_id" not in browser.session
    assert not get_user_model().objects.exists()


def test_a_closed_account_is_not_let_in(issuer, wang):
    services.deactivate_person(SYSTEM, wang, at=AT, reason="离任")
    browser, answer = come_back(issuer)
    assert answer.status_code == 422
    assert "_auth_user_id" not in browser.session


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://elsewhere.example"},
        {"aud": "another"},
        {"aud": ["jieban", "another"]},
        {"azp": "another"},
        {"nonce": "stale"},
        {"exp": int(AT.timestamp()) - 3600},
        {"iat": int(AT.timestamp()) + 3600},
        {"preferred_username": ""},
        {"preferred_username": ["wang"]},
    ],
)
def test_a_token_that_was_not_made_for_this_sign_in_is_refused(issuer, wang, claims):
    issuer.claims = claims
    browser, answer = come_back(issuer)
    assert answer.status_code == 422
    assert "_auth_user_id" not in browser.session


@pytest.mark.parametrize("answer", [{"state": "other"}, {"iss": "https://x.example"}, {"code": ""}])
def test_an_answer_to_something_else_is_refused(issuer, wang, answer):
    browser, got = come_back(issuer, **answer)
    assert got.status_code == 422
    assert "_auth_user_id" not in browser.session


def test_another_key_and_a_shared_secret_are_refused(issuer, wang):
    issuer.key = OTHER
    assert come_back(issuer)[1].status_code == 422
    issuer.key, issuer.alg = OctKey.import_key("s" * 32), "HS256"
    assert come_back(issuer)[1].status_code == 422


def test_an_issuer_that_calls_itself_otherwise_is_refused(issuer, wang):
    issuer.named = "https://elsewhere.example"
    assert Client().get("/sign-in/office/").status_code == 422


def test_an_issuer_that_does_not_answer_is_told(issuer, wang, settings):
    settings.OIDC = {"issuer": "http://127.0.0.1:9", "client": "jieban", "secret": ""}
    assert Client().get("/sign-in/office/").status_code == 422


def test_a_way_back_leads_nowhere_else(issuer, wang):
    browser = Client()
    away = browser.get("/sign-in/office/?next=https://elsewhere.example/")
    issuer.asked = {name: values[0] for name, values in parse_qs(urlsplit(away.url).query).items()}
    answer = browser.get("/sign-in/office/back/", {"state": issuer.asked["state"], "code": "good"})
    assert answer.url == "/"


def test_without_the_setting_there_is_no_such_page(home):
    assert Client().get("/sign-in/office/").status_code == 404
    assert "/sign-in/office/" not in Client().get("/sign-in/").content.decode()
