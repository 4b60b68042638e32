"""A worker is killed with a message on its way; the next one sends it under the same id."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.journeys.command import Jieban

pytestmark = pytest.mark.slow

HAPPEN = """
from django.db import transaction
from jieban import clock
from jieban.apps.ledger import services
from jieban.domain.actors import SYSTEM
for number in range({times}):
    with transaction.atomic():
        services.append("case", f"A{{number}}", "case.attributed", actor=SYSTEM, at=clock.now(),
            body={{"number": f"A{{number}}", "before": "", "after": ""}})
"""
FREE = """
from jieban import clock
from jieban.apps.integrations.models import Delivery
Delivery.objects.filter(state="waiting").update(next_at=clock.now())
"""


class Hanging:
    """A receiver that takes the first message and does not answer it for `hangs` seconds."""

    def __init__(self) -> None:
        self.hangs = 8.0
        self.ids: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                outer.ids.append(self.headers["Jieban-Delivery"])
                if len(outer.ids) == 1:
                    time.sleep(outer.hangs)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def port(self) -> int:
        return self.server.server_address[1]


@pytest.fixture
def receiver(jieban: Jieban) -> Iterator[Hanging]:
    one = Hanging()
    jieban.environment["JIEBAN_WEBHOOK_ADDRESSES"] = f"127.0.0.1:{one.port}"
    yield one
    one.server.shutdown()


def start(jieban: Jieban) -> subprocess.Popen[bytes]:
    program = Path(sys.executable).with_name("jieban")
    return subprocess.Popen(
        [str(program), "--home", str(jieban.home), "worker"],
        env=jieban.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def until(claim: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 30
    while not claim():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def test_kill_9_in_the_middle_of_a_message_sends_it_again_under_its_id(jieban, receiver):
    jieban("webhooks", "add", f"http://127.0.0.1:{receiver.port}/", "--kind", "case.*")
    jieban("manage", "shell", "-c", HAPPEN.format(times=3))
    first = start(jieban)
    until(lambda: len(receiver.ids) == 1, "the first message was never sent")
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    jieban("manage", "shell", "-c", FREE)
    second = start(jieban)
    until(lambda: len(receiver.ids) == 4, "not everything was sent")
    second.send_signal(signal.SIGTERM)
    assert second.wait(15) == 0, "SIGTERM ends it in order"
    sent = jieban.json("webhooks", "deliveries", 1)["deliveries"]
    assert {each["state"] for each in sent} == {"delivered"}
    assert receiver.ids[0] in receiver.ids[1:]
    assert set(receiver.ids) == {each["id"] for each in sent}
    assert jieban.json("worker", "--once")["jobs"] == 0
    assert jieban.json("ledger", "verify")["whole"]


def test_two_workers_send_each_message_once(jieban, receiver):
    receiver.hangs = 0
    jieban("webhooks", "add", f"http://127.0.0.1:{receiver.port}/", "--kind", "*")
    workers = [start(jieban), start(jieban)]
    jieban("manage", "shell", "-c", HAPPEN.format(times=80))
    until(lambda: len(receiver.ids) >= 80, "not everything was sent")
    for worker in workers:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(15) == 0
    assert len(receiver.ids) == len(set(receiver.ids)) == 80


def test_ticks_at_the_same_moment_do_everything_once(jieban):
    jieban("manage", "shell", "-c", HAPPEN.format(times=5))
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: jieban.json("tick")["done"], range(4)))
    names = [name for each in done for name in each]
    assert len(names) == len(set(names))
    assert "ledger.seal" in names
    said = jieban.json("ledger", "verify")
    assert (said["events"], said["seals"]) == (5, 1)


def test_seals_are_kept_outside_and_checked_against(jieban, tmp_path):
    jieban("manage", "shell", "-c", HAPPEN.format(times=4))
    assert jieban.json("ledger", "seal")["events"] == 4
    file = tmp_path / "seals.jsonl"
    assert jieban.json("ledger", "seals", "export", file)["seals"] == 1
    assert jieban.json("ledger", "verify", "--against", file)["whole"]
    assert jieban.json("ledger", "verify", "--against", file, "--subject", "case/A1")["whole"]
    kept = json.loads(file.read_text())
    file.write_text(json.dumps(kept | {"digest": "0" * 64}) + "\n")
    said = jieban.json("ledger", "verify", "--against", file, code=1)
    assert said["faults"][0]["what"] == "seal_altered"
    file.write_text("nothing\n")
    assert jieban.json("ledger", "verify", "--against", file, code=1)["error"]["code"] == (
        "ledger.seals_unreadable"
    )
    assert "封印" in jieban("ledger", "verify", "--against", file, code=1)
    assert jieban.json("ledger", "verify", "--subject", "case/no", code=1)["error"]["code"] == (
        "ledger.no_such_subject"
    )
