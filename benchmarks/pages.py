"""Page speed: every kind of page of the demonstration, at four clients at once.

    python benchmarks/pages.py [--home DIR] [--pages 120]

Makes the demonstration in DIR if it is not there (a temporary folder by default), serves
it, and walks it from the first page. Each page is asked once cold (the server has never
made it) and then three times warm, by four clients at once. The floor is the server's
smallest page through the same middlewares (the list of keys).
"""

import argparse
import http.client
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median, quantiles

CLIENTS = 4
WARM_ROUNDS = 3
FLOOR = "/keys/"
JIEBAN = str(Path(sys.executable).with_name("jieban"))
_LINK = re.compile(r'href="(/[^"#]*)"')
# Files, forms that act, and addresses that only lead on.
_SKIPPED = re.compile(
    r"^/(static|language|operator|tables)|\.(zip|xlsx|csv|json|parquet)|compute|rejects"
)


def ask(port: int, path: str) -> tuple[float, int, str]:
    """Seconds to the last byte, status, body."""
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers={"Accept-Language": "zh-CN"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return time.perf_counter() - started, answer.status, body.decode("utf-8", "replace")


def kind_of(path: str) -> str:
    """Pages that are made by the same view share a kind."""
    path = path.split("?")[0]
    path = re.sub(r"^/runs/[^/]+", "/runs/RUN", path)
    path = re.sub(r"(street|community|unit|district)/(?!table)[^/]+/", r"\1/PLACE/", path)
    return re.sub(r"\d+", "N", path)


def choose(links: set[str], wanted: int) -> list[str]:
    """Pages to measure: some of every kind, the same ones every time."""
    draw = random.Random(1)
    kinds: dict[str, list[str]] = {}
    for link in sorted(links):
        kinds.setdefault(kind_of(link), []).append(link)
    for group in kinds.values():
        draw.shuffle(group)
    chosen: list[str] = []
    while len(chosen) < wanted and any(kinds.values()):
        chosen += [group.pop() for group in kinds.values() if group]
    return chosen[:wanted]


def walk(port: int, limit: int = 60) -> set[str]:
    """Addresses found from the first page on; opening them here is not measured."""
    found, todo = {"/"}, ["/"]
    opened: dict[str, int] = {}
    while todo and len(opened) < limit:
        path = todo.pop(0)
        if opened.get(kind_of(path), 0) >= 2:
            continue
        opened[kind_of(path)] = opened.get(kind_of(path), 0) + 1
        for link in _LINK.findall(ask(port, path)[2].replace("&amp;", "&")):
            if link not in found and not _SKIPPED.search(link):
                found.add(link)
                todo.append(link)
    return found


def summary(name: str, times: list[float]) -> None:
    cut = quantiles(times, n=20)[18] if len(times) > 1 else times[0]
    print(
        f"{name:<28} median {1000 * median(times):7.1f} ms   p95 {1000 * cut:7.1f} ms   "
        f"worst {1000 * max(times):7.1f} ms   n {len(times)}"
    )


def measure(port: int, paths: list[str]) -> dict[str, float]:
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(clients.map(lambda path: (path, *ask(port, path)), paths))
    bad = [(path, status) for path, _, status, _ in answers if status != 200]
    if bad:
        print(f"not 200: {bad[:5]}")
    return {path: seconds for path, seconds, _, _ in answers}


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--home", type=Path)
    asked.add_argument("--pages", type=int, default=120)
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="jieban-bench-") as folder:
        home = str(wanted.home or Path(folder) / "home")
        subprocess.run([JIEBAN, "--home", home, "demo", "--no-serve"], check=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        links: set[str] = set()
        for turn in ("walk", "measure"):
            server = subprocess.Popen(
                [JIEBAN, "--home", home, "serve", "--port", str(port)],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                wait_for(port)
                if turn == "walk":
                    links = walk(port)
                    continue
                report(port, choose(links, wanted.pages))
            finally:
                server.terminate()
                server.wait()


def wait_for(port: int) -> None:
    for _ in range(150):
        try:
            ask(port, FLOOR)
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.exit("the server does not answer")


def report(port: int, paths: list[str]) -> None:
    floor = list(measure(port, [FLOOR] * 200).values())
    floor = [ask(port, FLOOR)[0] for _ in range(50)] or floor
    cold = measure(port, paths)
    warm: list[float] = []
    by_kind: dict[str, list[float]] = {}
    for _ in range(WARM_ROUNDS):
        for path, seconds in measure(port, paths).items():
            warm.append(seconds)
            by_kind.setdefault(kind_of(path), []).append(seconds)
    summary("floor (smallest page)", floor)
    summary("cold", list(cold.values()))
    summary("warm", warm)
    print(f"warm median / floor median: {median(warm) / median(floor):.1f}")
    slowest = sorted(cold.items(), key=lambda item: -item[1])[:8]
    for path, seconds in slowest:
        print(f"  slowest cold {1000 * seconds:7.1f} ms  {path}")
    for kind, times in sorted(by_kind.items(), key=lambda item: -median(item[1]))[:6]:
        print(f"  slowest warm {1000 * median(times):7.1f} ms  {kind}")


if __name__ == "__main__":
    main()
