"""Whole lives of cases over HTTP: take in, dispatch, accept, contact, answer, search for it.

    python benchmarks/lifecycles.py [--home DIR] [--seconds 20] [--clients 4]

Without --home in a fresh home with the invented district; with the home that many_cases.py filled
(and JIEBAN_DATABASE_URL, if it did) among a million cases. Compare the two: the wanted ratio is at
least 0.75. One life is six requests; all checks, events, sealing and the full text are on.
"""

import argparse
import http.client
import json
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import quantiles
from uuid import uuid4

from http_cases import command, furnish, serving

LETTERS = str.maketrans("0123456789", "ghijklmnop")
MAY = ("case.see", "case.receive", "case.dispatch", "case.handle")


def lives(port: int, token: str, seconds: float, area: str, unit: str) -> list[tuple[str, float]]:
    """(step, seconds) of every answer; anything but success ends the run."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    taken: list[tuple[str, float]] = []

    def ask(step: str, method: str, path: str, body: dict[str, str] | None = None) -> dict:
        began = time.perf_counter()
        connection.request(method, f"/api/v1{path}", json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        said = json.loads(answer.read())
        if answer.status not in (200, 201):
            raise SystemExit(f"{step}: {said}")
        taken.append((step, time.perf_counter() - began))
        return said

    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        # Letters alone: numbers are redacted.
        word = uuid4().hex[:12].translate(LETTERS)
        said = {"text": f"松涛路{word}小区暖气不热", "area": area, "category": "公共服务->供暖"}
        number = ask("take in", "POST", "/cases", said)["number"]
        case = f"/cases/{number}"
        ask("dispatch", "POST", f"{case}/moves", {"move": "dispatch", "lead": unit})
        ask("accept", "POST", f"{case}/moves", {"move": "accept"})
        ask("contact", "POST", f"{case}/contacts", {"method": "phone"})
        ask("answer", "POST", f"{case}/moves", {"move": "answer", "text": "阀门已修好"})
        found = ask("search", "GET", f"/cases?q={word}")["cases"]
        assert [each["number"] for each in found] == [number]
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--clients", type=int, default=4)
    asked = parser.parse_args()
    home = asked.home
    if home is None:
        home = Path(tempfile.mkdtemp(prefix="jieban-bench-")) / "home"
        furnish(home)
    token, area, unit = _ready(home)
    with serving(home) as port, ProcessPoolExecutor(asked.clients) as pool:
        running = [
            pool.submit(lives, port, token, asked.seconds, area, unit) for _ in range(asked.clients)
        ]
        taken = [each for run in running for each in run.result()]
    steps = list(dict.fromkeys(step for step, _ in taken))
    whole = sum(step == steps[-1] for step, _ in taken)
    print(f"{whole / asked.seconds:.1f} lives/s with {asked.clients} clients")
    for step in steps:
        cut = quantiles([each for one, each in taken if one == step], n=100)
        print(f"  {step:<9} p50 {1000 * cut[49]:6.1f} ms  p99 {1000 * cut[98]:6.1f} ms")


def _ready(home: Path) -> tuple[str, str, str]:
    """A token for every step, a community and the unit of a street."""
    name = f"bench-{uuid4().hex[:6]}"
    secret = home.parent / "password"
    secret.write_text("long enough to pass 1")
    role = ("--role", "dispatch_clerk")
    command(home, "accounts", "create", name, *role, "--password-file", str(secret))
    command(home, "accounts", "post", name, "street_coordinator")
    may = [word for each in MAY for word in ("--may", each)]
    token = command(home, "accounts", "token", name, "benchmark", *may).strip()
    listed = json.loads(command(home, "directory", "list", "--json"))["entries"]
    area = next(each["code"] for each in listed if each["kind"] == "community")
    unit = next(each["code"] for each in listed if each["kind"] == "street_office")
    return token, area, unit


if __name__ == "__main__":
    main()
