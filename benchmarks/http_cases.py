"""Cases created over HTTP: validation, permission, case, event, outbox, encryption, search, all on.

    python benchmarks/http_cases.py [--seconds 15] [--clients 4 8]
    python tools/with_postgres.py --durable python benchmarks/http_cases.py

Serves a fresh home with the invented district, makes a token through the services, and lets
clients with connections of their own post cases. The floor is the server's smallest answer
(/healthz) asked by the same clients in the same run.
"""

import argparse
import http.client
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles

JIEBAN = str(Path(sys.executable).with_name("jieban"))
TEXT = "{place}{number}号楼2单元暖气不热，室温只有十五度，多次反映没有解决，请尽快处理。"


def one_client(port: int, token: str, seconds: float, area: str, floor: bool) -> list[float]:
    """Seconds of every answer; anything but success ends the run."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    taken: list[float] = []
    end = time.perf_counter() + seconds
    while (started := time.perf_counter()) < end:
        if floor:
            connection.request("GET", "/healthz")
        else:
            number = len(taken)
            body = {
                "text": TEXT.format(place="松涛路", number=number % 40),
                "name": "王某",
                "phone": f"1990{number:07}",
                "address": f"松涛路{number % 40}号楼2单元502室",
                "area": area,
                "category": "公共服务->供暖->室温不达标",
            }
            connection.request("POST", "/api/v1/cases", json.dumps(body), headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status not in (200, 201):
            raise SystemExit(f"{answer.status} after {len(taken)} answers")
        taken.append(time.perf_counter() - started)
    return taken


def measure(port: int, token: str, clients: int, seconds: float, area: str, floor: bool) -> float:
    with ProcessPoolExecutor(clients) as pool:
        running = [
            pool.submit(one_client, port, token, seconds, area, floor) for _ in range(clients)
        ]
        taken = sorted(each for run in running for each in run.result())
    rate = len(taken) / seconds
    cut = quantiles(taken, n=100)
    what = "floor /healthz" if floor else "cases created"
    print(
        f"{what:<16} {clients} clients: {rate:7.0f}/s"
        f"  p50 {cut[49] * 1000:6.1f} ms  p99 {cut[98] * 1000:6.1f} ms"
    )
    return rate


def command(home: Path, *words: str) -> str:
    done = subprocess.run(
        [JIEBAN, "--home", str(home), *words], check=True, capture_output=True, text=True
    )
    return done.stdout


def furnish(home: Path) -> None:
    """Make a home with the invented district."""
    files = home.parent / f"{home.name}-files"
    command(home, "invent", str(files), "--periods", "2", "--rows", "1000")
    command(home, "directory", "import", str(files / "名录.xlsx"))


@contextmanager
def served(home: Path) -> Iterator[tuple[int, str, str]]:
    """A fresh home with the invented district, served: its port, a token, a community's code."""
    furnish(home)
    secret = home.parent / "password"
    secret.write_text("long enough to pass 1")
    role = ("--role", "dispatch_clerk")
    command(home, "accounts", "create", "bench", *role, "--password-file", str(secret))
    may = ("--may", "case.receive", "--may", "case.see")
    made = command(home, "accounts", "token", "bench", "benchmark", *may)
    listed = json.loads(command(home, "directory", "list", "--kind", "community", "--json"))
    with serving(home) as port:
        yield port, made.strip(), listed["entries"][0]["code"]


@contextmanager
def serving(home: Path) -> Iterator[int]:
    """A home, served: its port, from when it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [JIEBAN, "--home", str(home), "serve", "--port", str(port)], stdout=subprocess.DEVNULL
    )
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", "/healthz")
                connection.getresponse().read()
                break
            except OSError:
                time.sleep(0.2)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--clients", type=int, nargs="*", default=[4, 8])
    asked = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="jieban-bench-")) / "home"
    with served(home) as (port, token, area):
        for clients in asked.clients:
            floor = measure(port, "", clients, 5, area, floor=True)
            rate = measure(port, token, clients, asked.seconds, area, floor=False)
            print(f"ratio to the floor: {rate / floor:.2f}")


if __name__ == "__main__":
    main()
