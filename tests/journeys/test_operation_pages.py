"""Somebody looks after the installation: probes, figures, pages of webhooks and operation."""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client

from jieban import clock
from jieban.apps.integrations import services as integrations
from jieban.apps.integrations.models import Delivery, Webhook
from jieban.apps.jobs import services as jobs
from jieban.apps.jobs import worker as working
from jieban.apps.ledger import services as ledger
from jieban.site import health
from tests.conftest import AT, CLERK
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(home) -> Client:
    browser = signed_in(CLERK.name)
    browser.cookies["jieban_language"] = "zh"
    return browser


@pytest.fixture
def stranger(home) -> Client:
    """Somebody from another machine who did not say who they are."""
    browser = Client(REMOTE_ADDR="203.0.113.9")
    browser.cookies["jieban_language"] = "zh"
    return browser


def text_of(response) -> str:
    return response.content.decode()


def happen(number: str, at=AT) -> None:
    body = {"number": number, "before": "a", "after": "b"}
    with transaction.atomic():
        ledger.append("case", number, "case.attributed", actor=CLERK, at=at, body=body)


def test_alive_asks_nothing_of_the_database(stranger, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert stranger.get("/healthz").json() == {"alive": True}


def test_ready_names_what_is_wrong(stranger, keeper):
    response = stranger.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"ready": False, "wrong": ["worker", "tick"]}
    said = Client().get("/readyz").json()
    assert said["checks"]["database"]["right"]
    assert "jieban worker" in said["checks"]["worker"]["said"]


def test_ready_when_a_worker_lives_and_the_clocks_come_round(stranger):
    working.tick()
    jobs.begin_worker(at=clock.now())
    response = stranger.get("/readyz")
    assert (response.status_code, response.json()["wrong"]) == (200, [])


def test_an_event_nobody_seals_or_tells_makes_it_unready(home):
    happen("A1")
    at = clock.now() + timedelta(hours=3)
    wrong = {check.name for check in health.checks(at) if not check.right}
    assert {"seal", "outbox"} <= wrong


@pytest.mark.parametrize(
    ("headers", "address", "status"),
    [
        ({}, "127.0.0.1", 200),
        ({}, "203.0.113.9", 403),
        ({"X-Forwarded-For": "203.0.113.9"}, "127.0.0.1", 403),
        ({"Authorization": "Bearer right"}, "203.0.113.9", 200),
        ({"Authorization": "Bearer wrong"}, "203.0.113.9", 403),
        ({"Authorization": "Bearer"}, "203.0.113.9", 403),
    ],
)
def test_figures_are_for_who_may_see_them(home, settings, headers, address, status):
    settings.METRICS_TOKEN = "right"
    assert Client(REMOTE_ADDR=address).get("/metrics", headers=headers).status_code == status


def test_figures_count_requests_by_route_and_say_how_it_stands(home):
    browser = signed_in(CLERK.name)
    browser.get("/healthz")
    browser.get("/no-such-page-1/")
    happen("A1")
    said = text_of(browser.get("/metrics"))
    assert 'jieban_request_seconds_count{method="GET",route="health",status="200"}' in said
    assert 'route="none",status="404"' in said
    assert "no-such-page" not in said
    assert "jieban_outbox_events 1.0" in said
    assert 'jieban_check_right{check="worker"} 0.0' in said
    assert 'jieban_jobs{state="waiting"}' in said


def test_the_page_says_what_to_do(keeper):
    page = text_of(keeper.get("/operation/"))
    assert "jieban worker --tick" in page
    working.tick()
    working.work_once()
    assert "封存台账" in text_of(keeper.get("/operation/"))


def test_the_ledger_page_says_how_far_it_is_sealed(keeper):
    assert "尚未封存" in text_of(keeper.get("/ledger/"))
    happen("A1")
    ledger.seal(CLERK, at=clock.now())
    assert "已封存至第 " in text_of(keeper.get("/ledger/"))
    assert "封印" in text_of(keeper.get("/ledger/seals/"))


def test_the_seals_page_names_what_the_last_check_found(keeper):
    happen("A1")
    ledger.seal(CLERK, at=clock.now())
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER ledger_no_delete")
        else:
            cursor.execute("ALTER TABLE ledger_event DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM ledger_event")
    working.tick()
    working.work_once()
    page = text_of(keeper.get("/ledger/seals/"))
    assert "封存过的这条记录不见了" in page
    assert "A1" in page
    assert "台账" in text_of(keeper.get("/operation/"))


def test_the_ledger_is_read_back_page_by_page(keeper):
    for number in range(60):
        happen(f"A{number:02}")
    first = text_of(keeper.get("/ledger/"))
    assert "A59" in first
    assert "A05" not in first
    older = first.partition('rel="next" href="')[2].partition('"')[0]
    assert "A05" in text_of(keeper.get(older))
    assert keeper.get("/ledger/?before=x").status_code == 200


def test_a_webhook_is_added_paused_and_removed_by_page(keeper, settings):
    assert "https://" in text_of(keeper.get("/integrations/new/"))
    wrong = keeper.post("/integrations/new/", {"address": "http://10.0.0.1/", "kinds": ["*"]})
    assert wrong.status_code == 422
    assert "https://" in text_of(wrong)
    assert keeper.post("/integrations/new/", {"address": "https://h.example/"}).status_code == 422
    made = keeper.post("/integrations/new/", {"address": "https://h.example/x", "kinds": ["*"]})
    secret = text_of(made).partition('class="secret">')[2].partition("<")[0]
    assert len(secret) > 30
    number = Webhook.objects.get().number
    assert secret not in text_of(keeper.get(f"/integrations/{number}/"))
    assert "https://h.example/x" in text_of(keeper.get("/integrations/"))
    keeper.post(f"/integrations/{number}/pause/")
    assert "已暂停" in text_of(keeper.get(f"/integrations/{number}/"))
    keeper.post(f"/integrations/{number}/resume/")
    keeper.post(f"/integrations/{number}/remove/")
    assert not Webhook.objects.exists()
    assert keeper.get(f"/integrations/{number}/").status_code == 404


def test_a_message_that_did_not_arrive_is_sent_again_by_page(keeper):
    webhook, _ = integrations.add_webhook(CLERK, "https://h.example/x", ["*"], at=AT)
    happen("A1")
    ledger.relay(at=AT)
    Delivery.objects.update(state="failed", ended_at=AT, attempts=7, last_status=500)
    page = text_of(keeper.get(f"/integrations/{webhook.number}/?state=failed"))
    assert "HTTP 500" in page
    delivery = Delivery.objects.get()
    keeper.post(f"/integrations/deliveries/{delivery.id}/replay/")
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("waiting", 0)


def test_pages_are_for_who_said_who_they_are(stranger):
    for address in ("/operation/", "/integrations/", "/integrations/new/", "/integrations/1/"):
        assert stranger.get(address).status_code in (302, 403, 404, 422), address
    assert "error" in json.loads(stranger.get("/metrics").content)
