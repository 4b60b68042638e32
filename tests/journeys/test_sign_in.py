"""Getting in and out: passwords, pauses, second factors, sessions that end, and the gate."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from jieban import clock
from jieban.apps.accounts import selectors, services
from jieban.domain.actors import SYSTEM
from jieban.domain.permissions import PERMISSIONS
from jieban.site import gate
from tests.people import person, signed_in

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


def known(role="district_leader", username="fang"):
    """An account with a password and a post."""
    at = clock.now()
    made = services.create_person(SYSTEM, username, "方样例", PASSWORD, at=at)
    services.give_post(SYSTEM, made, role, "*", at=at, valid_from=at.date() - timedelta(days=2))
    return selectors.person_by_id(made.pk)


def enter(browser, password=PASSWORD, **more):
    return browser.post("/sign-in/", {"username": "fang", "password": password, **more})


def is_in(browser) -> bool:
    return browser.get("/me/").status_code == 200


# --- the gate -----------------------------------------------------------------------------


def names(resolver=None, before=()):
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            inside = (*before, each.namespace) if each.namespace else before
            yield from names(each, inside)
        elif isinstance(each, URLPattern):
            yield ":".join((*before, each.name or "?"))


def test_every_address_names_its_permission_or_why_it_needs_none():
    listed = gate.PUBLIC.keys() | gate.SIGNED_IN.keys() | gate.RULES.keys()
    lacking = {
        name for name in names() if name not in listed and not name.startswith(("api:", "api-"))
    }
    assert lacking == set()


def test_the_gate_asks_only_for_permissions_that_exist():
    asked = {each for rule in gate.RULES.values() for each in (rule.see, rule.act) if each}
    asked |= {each for rule in gate.RULES.values() if rule.by for each in rule.by[1].values()}
    assert asked <= PERMISSIONS.keys()


def test_nobody_is_led_to_the_sign_in_page_and_back(home):
    known()
    browser = Client()
    answer = browser.get("/rulebooks/?x=1")
    assert (answer.status_code, answer.url) == (302, "/sign-in/?next=/rulebooks/%3Fx%3D1")
    assert enter(browser, next="/rulebooks/?x=1").url == "/rulebooks/?x=1"
    assert browser.get("/rulebooks/").status_code == 200


def test_whoever_lacks_the_permission_is_told_which(home):
    answer = signed_in("方样例", "district_leader").get("/ledger/")
    assert answer.status_code == 403
    assert "查看台账" in answer.content.decode()


def test_looking_does_not_allow_acting(home):
    browser = signed_in("严样例", "auditor")
    assert browser.get("/directory/calendar/").status_code == 200
    assert browser.post("/directory/calendar/2026/office-hours/", {}).status_code == 403


# --- passwords ----------------------------------------------------------------------------


def test_a_way_back_leads_to_no_other_site(home):
    known()
    assert enter(Client(), next="https://elsewhere.example/").url == "/"


def test_wrong_passwords_make_a_pause_and_say_how_long(home):
    known()
    browser = Client()
    assert [enter(browser, "wrong").status_code for _ in range(4)] == [422] * 4
    locked = enter(browser, "wrong")
    assert locked.status_code == 429
    assert "15 分钟" in locked.content.decode()
    assert enter(browser).status_code == 429, "the right password does not end the pause"
    assert not is_in(browser)


def test_a_new_password_ends_every_other_session(home):
    somebody = known()
    here, elsewhere = Client(), Client()
    enter(here)
    enter(elsewhere)
    new = "another good battery"
    assert here.post("/me/password/", {"old": "wrong", "new": new}).status_code == 422
    here.post("/me/password/", {"old": PASSWORD, "new": new})
    assert is_in(here)
    assert not is_in(elsewhere)
    services.set_password(SYSTEM, selectors.person_by_id(somebody.pk), PASSWORD, at=clock.now())
    assert not is_in(here)


# --- sessions -----------------------------------------------------------------------------


def test_a_session_ends_after_a_pause(home, monkeypatch):
    known()
    browser, began = Client(), clock.now()
    enter(browser)
    assert is_in(browser)
    monkeypatch.setattr("jieban.clock.now", lambda: began + timedelta(minutes=29))
    assert is_in(browser)
    monkeypatch.setattr("jieban.clock.now", lambda: began + timedelta(minutes=61))
    assert not is_in(browser)


def test_a_session_that_is_used_all_day_ends_after_half_a_day(home, monkeypatch):
    known()
    browser, began = Client(), clock.now()
    enter(browser)
    for minutes in range(20, 12 * 60 + 1, 20):
        moment = began + timedelta(minutes=minutes)
        monkeypatch.setattr("jieban.clock.now", lambda moment=moment: moment)
        assert is_in(browser), minutes
    monkeypatch.setattr("jieban.clock.now", lambda: began + timedelta(hours=12, minutes=10))
    assert not is_in(browser)


def test_signing_out_closing_the_account_and_ending_all_sessions_end_it(home):
    somebody = known()
    one, two = Client(), Client()
    enter(one)
    enter(two)
    one.post("/sign-out/")
    assert not is_in(one)
    assert is_in(two)
    enter(one)
    two.post("/me/sessions/")
    assert not is_in(one)
    enter(one)
    somebody = selectors.person_by_id(somebody.pk)
    services.deactivate_person(SYSTEM, somebody, at=clock.now(), reason="离任")
    assert not is_in(one)
    assert enter(Client()).status_code == 422


# --- second factor ------------------------------------------------------------------------


def code_of(device) -> str:
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    return f"{totp.token():06d}"


def test_a_role_that_asks_for_it_gets_nobody_in_without_a_second_factor(home):
    somebody = known("auditor")
    browser = Client()
    enter(browser)
    assert browser.get("/ledger/").url == "/second-factor/?next=/ledger/"
    assert browser.get("/second-factor/").url.startswith("/me/second-factor/")
    page = browser.get("/me/second-factor/").content.decode()
    assert "<svg" in page
    assert browser.post("/me/second-factor/", {"code": "000000"}).status_code == 422
    device = TOTPDevice.objects.get(user=somebody)
    device.throttle_reset()
    shown = browser.post("/me/second-factor/", {"code": code_of(device)}).content.decode()
    assert browser.get("/ledger/").status_code == 200
    again = Client()
    enter(again)
    assert again.get("/ledger/").status_code == 302
    recovery = next(token.token for token in somebody.staticdevice_set.get().token_set.all())
    assert recovery in shown
    assert again.post("/second-factor/", {"code": "000000"}).status_code == 422
    for device in (TOTPDevice.objects.get(user=somebody), somebody.staticdevice_set.get()):
        device.throttle_reset()
    assert again.post("/second-factor/", {"code": recovery}).status_code == 302
    assert again.get("/ledger/").status_code == 200
    once_more = Client()
    enter(once_more)
    assert once_more.post("/second-factor/", {"code": recovery}).status_code == 422


def test_half_way_in_nothing_of_the_account_can_be_changed(home):
    somebody = known("auditor")
    TOTPDevice.objects.create(user=somebody, name="totp", confirmed=True)
    browser = Client()
    enter(browser)
    browser.get("/me/second-factor/")
    browser.post("/me/tokens/new/", {"name": "x", "permissions": ["ledger.see"], "days": 90})
    browser.post("/me/password/", {"old": PASSWORD, "new": "another good battery"})
    browser.get("/me/")
    somebody = selectors.person_by_id(somebody.pk)
    assert somebody.check_password(PASSWORD)
    assert not selectors.tokens_of(somebody).exists()
    assert TOTPDevice.objects.filter(user=somebody).count() == 1


# --- a demonstration ----------------------------------------------------------------------


@pytest.fixture
def demonstration(home):
    home.path.mkdir(parents=True, exist_ok=True)
    (home.path / "demo").touch()
    at = clock.now()
    return services.create_demo_people(
        SYSTEM,
        at=at,
        street="area:1",
        community="area:2",
        department="unit:3",
        environment="unit:4",
    )


def test_in_a_demonstration_one_click_is_enough_for_every_person(demonstration):
    page = Client().get("/sign-in/").content.decode()
    for somebody in demonstration:
        assert somebody.name in page
        browser = Client()
        assert browser.post("/sign-in/", {"demo": somebody.username}).status_code == 302
        assert is_in(browser), "no second factor is asked for"


@pytest.mark.parametrize(
    "more", [{"REMOTE_ADDR": "203.0.113.9"}, {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}]
)
def test_nobody_from_elsewhere_gets_in_by_a_click(demonstration, more):
    browser = Client(**more)
    assert 'name="demo"' not in browser.get("/sign-in/").content.decode()
    assert browser.post("/sign-in/", {"demo": "shenji"}).status_code == 422
    assert not is_in(browser)


def test_demo_people_are_nobody_in_a_home_that_is_no_demonstration(demonstration, home):
    (home.path / "demo").unlink()
    browser = Client()
    assert browser.post("/sign-in/", {"demo": "shenji"}).status_code == 422
    assert not is_in(browser)


# --- duty ---------------------------------------------------------------------------------


def test_every_request_on_duty_is_written_down(home):
    from jieban.apps.ledger import selectors as ledger

    browser = signed_in("值样例", "duty_officer", "auditor")
    browser.post("/me/duty/", {"reason": "夜间燃气泄漏", "minutes": 60})
    browser.get("/rulebooks/")
    somebody = person("值样例")
    told = [event for event in ledger.events_of("person", str(somebody.pk))]
    requests = [event.body["path"] for event in told if event.kind == "duty.requested"]
    assert requests == ["/rulebooks/"]
