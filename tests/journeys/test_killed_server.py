"""The power is pulled in the middle of load: no accepted case is missing, none is there twice."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.journeys.command import Jieban

pytestmark = pytest.mark.slow
CLIENTS = 4


class Server:
    """`jieban serve` in a process group of its own, so that all of it can be killed."""

    def __init__(self, jieban: Jieban) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.jieban = jieban
        self.start()

    def start(self) -> float:
        """Seconds until it answers."""
        began = time.monotonic()
        command = str(Path(sys.executable).with_name("jieban"))
        self.process = subprocess.Popen(
            [command, "--home", str(self.jieban.home), "serve", "--port", str(self.port)],
            env=self.jieban.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while time.monotonic() < began + 60:
            try:
                if self.ask("GET", "/healthz")[0] == 200:
                    return time.monotonic() - began
            except OSError:
                time.sleep(0.1)
        raise AssertionError("the server does not come")

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ask(self, method: str, path: str, body=None, **headers: str) -> tuple[int, dict]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            said = json.dumps(body) if body is not None else None
            connection.request(method, path, said, headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        finally:
            connection.close()


def test_a_server_that_is_killed_loses_nothing_it_accepted_and_doubles_nothing(jieban, tmp_path):
    password = tmp_path / "password"
    password.write_text("long enough to pass 1")
    jieban("accounts", "create", "bench", "--role", "dispatch_clerk", "--password-file", password)
    may = ("--may", "case.receive", "--may", "case.see")
    secret = jieban.json("accounts", "token", "bench", "program", *may)["secret"]
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    server = Server(jieban)
    asked: dict[str, str] = {}
    accepted: dict[str, str] = {}
    stopping = threading.Event()

    def client(number: int) -> None:
        for turn in range(10_000):
            if stopping.is_set():
                return
            key = f"k{number}-{turn}"
            asked[key] = f"第{key}件"
            try:
                status, case = server.ask(
                    "POST",
                    "/api/v1/cases",
                    {"text": asked[key]},
                    **headers,
                    **{"Idempotency-Key": key},
                )
            except (OSError, http.client.HTTPException, ValueError):
                return
            if status == 201:
                accepted[key] = case["number"]

    try:
        clients = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
        for each in clients:
            each.start()
        time.sleep(4)
        server.kill()
        stopping.set()
        for each in clients:
            each.join()
        assert len(accepted) > CLIENTS
        assert server.start() < 30
        again = {}
        for key, words in asked.items():
            status, case = server.ask(
                "POST", "/api/v1/cases", {"text": words}, **headers, **{"Idempotency-Key": key}
            )
            assert status == 201
            again[key] = case["number"]
        assert {key: again[key] for key in accepted} == accepted
        assert len(set(again.values())) == len(asked)
        seen, cursor = [], ""
        while True:
            _, page = server.ask("GET", f"/api/v1/cases?limit=200&after={cursor}", **headers)
            seen += [case["number"] for case in page["cases"]]
            cursor = page["next"]
            if not cursor:
                break
        assert sorted(seen) == sorted(again.values())
    finally:
        server.kill()
    verified = jieban.json("ledger", "verify", "--rows")
    assert (verified["whole"], verified["faults"]) == (True, [])
