"""Webhooks, with a receiver that really listens on this machine."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import transaction
from django.test import Client

from jieban.apps.integrations import sending, services
from jieban.apps.integrations.models import Delivery, State, Webhook
from jieban.apps.jobs import worker as working
from jieban.apps.ledger import selectors as ledger_selectors
from jieban.apps.ledger import services as ledger
from jieban.apps.ledger.models import Event, Outbox
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.integrations.webhooks import GIVE_UP_AFTER, follows, next_try, signature
from tests.conftest import AT, CLERK
from tests.people import signed_in

pytestmark = pytest.mark.django_db


class Receiver:
    """A receiver. `answers` are the statuses it gives in turn, the last one for ever."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers = [200]
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((dict(self.headers), body))
                status = outer.answers[min(len(outer.got), len(outer.answers)) - 1]
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", f"http://127.0.0.1:{outer.port}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?from=jieban"

    @property
    def ids(self) -> list[str]:
        return [headers["Jieban-Delivery"] for headers, _ in self.got]


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    one = Receiver()
    settings.WEBHOOK_ADDRESSES = {f"127.0.0.1:{one.port}"}
    yield one
    one.server.shutdown()
    one.server.server_close()


def happen(number: str) -> Event:
    body = {"number": number, "before": "a", "after": "b"}
    with transaction.atomic():
        return ledger.append("case", number, "case.attributed", actor=CLERK, at=AT, body=body)


def add(receiver: Receiver, *kinds: str) -> tuple[Webhook, str]:
    return services.add_webhook(CLERK, receiver.address, kinds or ("case.*",), at=AT)


def send(webhook: Webhook, at=AT) -> int:
    ledger.relay(at=at)
    sent = 0
    while services.send_next(webhook.number, at=at):
        sent += 1
    return sent


def test_an_event_is_sent_signed_with_what_it_says(home, receiver):
    webhook, secret = add(receiver)
    event = happen("A1")
    assert send(webhook) == 1
    (headers, body), delivery = receiver.got[0], Delivery.objects.get()
    assert json.loads(body) == {
        "id": str(delivery.id),
        "kind": "case.attributed",
        "happened_at": AT.isoformat(),
        "subject": "case/A1",
        "number": event.number,
        "body": {"number": "A1", "before": "a", "after": "b"},
    }
    seconds, digest = (part.partition("=")[2] for part in headers["Jieban-Signature"].split(","))
    signed = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256)
    assert digest == signed.hexdigest()
    assert headers["Jieban-Delivery"] == str(delivery.id)
    assert (delivery.state, delivery.last_status, delivery.attempts) == (State.DELIVERED, 200, 1)
    assert not Outbox.objects.exists()


def test_the_secret_is_kept_sealed(home, receiver):
    webhook, secret = add(receiver)
    assert secret.encode() not in bytes(Webhook.objects.get(pk=webhook.pk).secret)


def test_only_the_kinds_that_were_asked_for_are_sent(home, receiver):
    one, _ = add(receiver, "case.excluded")
    other, _ = add(receiver, "*")
    happen("A1")
    assert (send(one), send(other)) == (0, 1)


def test_a_failed_message_is_tried_again_later_under_the_same_id(home, receiver):
    receiver.answers = [500, 500, 204]
    webhook, _ = add(receiver)
    happen("A1")
    assert send(webhook) == 1
    assert send(webhook, AT + timedelta(seconds=59)) == 0
    assert send(webhook, AT + timedelta(minutes=1)) == 1
    assert send(webhook, AT + timedelta(minutes=7)) == 1
    assert len(set(receiver.ids)) == 1
    assert Delivery.objects.get().state == State.DELIVERED


def test_one_refused_message_does_not_hold_up_the_others(home, receiver):
    receiver.answers = [500, 200]
    webhook, _ = add(receiver)
    for number in ("A1", "A2", "A3"):
        happen(number)
    assert send(webhook) == 3
    states = list(Delivery.objects.order_by("event").values_list("state", flat=True))
    assert states == [State.WAITING, State.DELIVERED, State.DELIVERED]


def test_a_receiver_that_is_away_is_left_alone_and_then_gets_everything(home, receiver, settings):
    webhook, _ = add(receiver)
    away = f"http://127.0.0.1:{free_port()}/"
    settings.WEBHOOK_ADDRESSES = {"127.0.0.1"}
    Webhook.objects.update(address=away)
    for number in ("A1", "A2", "A3"):
        happen(number)
    assert send(webhook) == 1, "the others are not even tried"
    assert Webhook.objects.get().failures == 1
    Webhook.objects.update(address=receiver.address)
    assert send(webhook, AT + timedelta(minutes=2)) == 3
    assert not Delivery.objects.exclude(state=State.DELIVERED).exists()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_after_three_days_it_is_given_up_and_the_webhook_paused_with_an_event(home, receiver):
    receiver.answers = [503]
    webhook, _ = add(receiver)
    happen("A1")
    send(webhook)
    at = AT
    while (delivery := Delivery.objects.get()).state == State.WAITING:
        at = delivery.next_at
        send(webhook, at)
    assert at - AT == GIVE_UP_AFTER
    webhook.refresh_from_db()
    assert (webhook.active, webhook.paused_because) == (False, "failing")
    assert "webhook.paused" in {
        event.kind for event in ledger_selectors.events_of("webhook", str(webhook.number))
    }


def test_a_person_sends_a_given_up_message_again(home, receiver):
    receiver.answers = [503, 200]
    webhook, _ = add(receiver)
    happen("A1")
    send(webhook)
    send(webhook, AT + GIVE_UP_AFTER)
    services.resume_webhook(CLERK, webhook.number, at=AT)
    services.replay(CLERK, str(Delivery.objects.get().id), at=AT)
    assert send(webhook) == 1
    assert len(set(receiver.ids)) == 1


@pytest.mark.parametrize("delivery", ["x", "00000000-0000-0000-0000-000000000000"])
def test_a_message_that_never_was_is_refused(home, delivery):
    with pytest.raises(Refused) as refusal:
        services.replay(CLERK, delivery, at=AT)
    assert refusal.value.code == "delivery.unknown"


def test_what_happens_while_paused_is_kept(home, receiver):
    webhook, _ = add(receiver)
    services.pause_webhook(CLERK, webhook.number, at=AT)
    happen("A1")
    assert send(webhook) == 0
    services.resume_webhook(CLERK, webhook.number, at=AT)
    assert send(webhook) == 1


def test_a_worker_killed_between_sending_and_noting_leaves_it_to_be_sent_again(
    home, receiver, monkeypatch
):
    webhook, _ = add(receiver)
    happen("A1")

    def killed(*words: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as during:
        during.setattr(services, "_note", killed)
        with pytest.raises(KeyboardInterrupt):
            send(webhook)
    assert len(receiver.got) == 1
    assert send(webhook, AT + timedelta(seconds=5)) == 0, "somebody may still be at it"
    assert send(webhook, AT + services.TAKEN_FOR) == 1
    assert receiver.ids[0] == receiver.ids[1]


def test_a_redirect_is_not_followed(home, receiver):
    receiver.answers = [302, 200]
    webhook, _ = add(receiver)
    happen("A1")
    send(webhook)
    assert len(receiver.got) == 1
    assert Delivery.objects.get().last_status == 302


def test_the_worker_does_it_all(home, receiver):
    add(receiver)
    for number in ("A1", "A2"):
        happen(number)
    assert working.work_once() == 1, "one job sends everything that is due"
    assert len(receiver.got) == 2
    assert Webhook.objects.get().woken_at is None
    assert working.work_once() == 0


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://hooks.example.org/", "webhook.https_only"),
        ("https://127.0.0.1/", "webhook.address_private"),
        ("https://[::1]/", "webhook.address_private"),
        ("https://[::ffff:10.0.0.1]/", "webhook.address_private"),
        ("https://[64:ff9b::7f00:1]/", "webhook.address_private"),
        ("https://169.254.169.254/latest/meta-data/", "webhook.address_private"),
        ("https://10.1.2.3/", "webhook.address_private"),
        ("https://localhost/", "webhook.address_private"),
        ("https://user:word@hooks.example.org/", "webhook.address_unreadable"),
        ("ftp://hooks.example.org/", "webhook.address_unreadable"),
        ("https://hooks.example.org:99999/", "webhook.address_unreadable"),
        ("https://hooks.example.org/\r\nX: y", "webhook.address_unreadable"),
        ("hooks", "webhook.address_unreadable"),
        ("https://", "webhook.address_unreadable"),
        ("https://[", "webhook.address_unreadable"),
        ("https://推送.example/", "webhook.address_unreadable"),
    ],
)
def test_an_address_that_could_reach_inwards_is_refused(home, address, code):
    with pytest.raises(Refused) as refusal:
        services.add_webhook(CLERK, address, ["*"], at=AT)
    assert refusal.value.code == code


def test_a_public_name_that_leads_inwards_is_not_asked(monkeypatch):
    found = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(sending.socket, "getaddrinfo", lambda *words, **more: found)
    answer = sending.post("https://rebinding.example/", b"{}", {}, ())
    assert (answer.status, answer.error) == (None, "webhook.address_private")


@pytest.mark.parametrize(
    ("kinds", "code"),
    [
        ([], "webhook.kinds_missing"),
        (["case.invented"], "webhook.kind_unknown"),
        (["run.published"], "webhook.kind_unknown"),
    ],
)
def test_kinds_that_nobody_can_follow_are_refused(home, kinds, code):
    with pytest.raises(Refused) as refusal:
        services.add_webhook(CLERK, "https://hooks.example.org/", kinds, at=AT)
    assert refusal.value.code == code


def test_who_may_not_keep_webhooks_is_refused_every_act(home, receiver):
    webhook, _ = add(receiver)
    nobody = Actor(id="n", name="无权")
    acts = (
        lambda: services.add_webhook(nobody, receiver.address, ["*"], at=AT),
        lambda: services.remove_webhook(nobody, webhook.number, at=AT),
        lambda: services.pause_webhook(nobody, webhook.number, at=AT),
        lambda: services.resume_webhook(nobody, webhook.number, at=AT),
        lambda: services.replay(nobody, "x", at=AT),
    )
    for act in acts:
        with pytest.raises(Refused) as refusal:
            act()
        assert refusal.value.code == "actor.not_permitted"


@pytest.mark.parametrize(
    ("wanted", "kind", "said"),
    [
        (["*"], "case.closed", True),
        (["case.*"], "case.closed", True),
        (["case.*"], "follow_up.recorded", False),
        (["case.closed"], "case.closed", True),
        (["case.closed"], "case.closed_again", False),
    ],
)
def test_what_a_webhook_follows(wanted, kind, said):
    assert follows(wanted, kind) is said


def test_tries_grow_apart_and_end_after_three_days():
    at, tries = AT, []
    while (again := next_try(len(tries) + 1, AT, at)) is not None:
        tries.append(again - at)
        at = again
    assert tries[:5] == [timedelta(minutes=m) for m in (1, 5, 30, 120, 720)]
    assert at - AT == GIVE_UP_AFTER


def test_the_signature_of_the_guide():
    assert signature(b"secret", b'{"id":"x"}', AT).startswith("t=1698638400,v1=")


def test_pages_are_for_who_keeps_webhooks_and_refuse_what_is_not_public(home, receiver):
    assert Client().get("/integrations/").url.startswith("/sign-in/")
    assert signed_in("审计", "auditor").get("/integrations/").status_code == 403
    keeper = signed_in("管理", "system_administrator")
    said = {"address": "http://127.0.0.1:9/hook", "kinds": ["case.closed"]}
    refused = keeper.post("/integrations/new/", said)
    assert refused.status_code == 422, "only public addresses over https"
    assert "127.0.0.1:9/hook" in refused.content.decode(), "what was typed stays"
    assert not Webhook.objects.exists()
