"""A spike: far more clients than can be served. Who is turned away, how soon, and what comes after.

    python benchmarks/spike.py [--clients 200] [--seconds 10]
    python tools/with_postgres.py --durable python benchmarks/spike.py

Four clients post cases; then many do, each on a connection of its own; then four again. Told are
the share of answers 503 (each must have Retry-After), how long answers took, whether every case
that was accepted is there and none besides, and how soon after the spike four clients are served
as before it.
"""

import argparse
import http.client
import json
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from statistics import median, quantiles

from http_cases import served


class Clients:
    """Clients that post cases until `seconds` are over."""

    def __init__(self, port: int, token: str, area: str) -> None:
        self.port, self.area = port, area
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.accepted: set[str] = set()
        self.statuses: Counter[str] = Counter()
        self.taken: dict[int, list[tuple[float, float]]] = {201: [], 503: []}

    def run(self, count: int, seconds: float) -> None:
        self.statuses.clear()
        self.taken = {201: [], 503: []}
        end = time.perf_counter() + seconds
        threads = [threading.Thread(target=self._one, args=(end,)) for _ in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _one(self, end: float) -> None:
        body = json.dumps({"text": "松涛路3号楼暖气不热", "area": self.area})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while (began := time.perf_counter()) < end:
            try:
                connection.request("POST", "/api/v1/cases", body, self.headers)
                answer = connection.getresponse()
                said = json.loads(answer.read())
            except (OSError, http.client.HTTPException) as error:
                self.statuses[type(error).__name__] += 1
                connection.close()
                continue
            self.statuses[str(answer.status)] += 1
            self.taken[answer.status].append((began, time.perf_counter() - began))
            if answer.status == 201:
                self.accepted.add(said["number"])
            else:
                assert answer.headers["Retry-After"] == "2"
                time.sleep(0.2)  # Ten times less patient than it was asked to be.

    def told(self, what: str, seconds: float) -> float:
        good = [taken for _, taken in self.taken[201]]
        line = f"{what:<7} {dict(self.statuses)}  accepted {len(good) / seconds:.0f}/s"
        for status, taken in self.taken.items():
            if len(taken) > 1:
                cut = quantiles((each for _, each in taken), n=100)
                line += f"  {status}: p50 {cut[49] * 1000:.0f} p99 {cut[98] * 1000:.0f} ms"
        print(line)
        return median(good)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=10)
    asked = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="jieban-bench-")) / "home"
    with served(home) as (port, token, area):
        clients = Clients(port, token, area)
        clients.run(4, 5)
        before = clients.told("before", 5)
        clients.run(asked.clients, asked.seconds)
        clients.told("spike", asked.seconds)
        began = time.perf_counter()
        clients.run(4, 10)
        after = clients.told("after", 10)
        slow = [(start, taken) for start, taken in clients.taken[201] if taken > 3 * before]
        last = max((start + taken - began for start, taken in slow), default=0)
        print(f"after / before: {after / before:.2f}; last slow answer {last:.1f} s")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        there, cursor = set(), ""
        while True:
            address = f"/api/v1/cases?order=newest&limit=200&after={cursor}"
            connection.request("GET", address, headers=clients.headers)
            page = json.loads(connection.getresponse().read())
            there |= {case["number"] for case in page["cases"]}
            cursor = page["next"]
            if not cursor:
                break
        print(f"accepted and missing: {len(clients.accepted - there)}")
        print(f"there and not accepted: {len(there - clients.accepted)}")


if __name__ == "__main__":
    main()
