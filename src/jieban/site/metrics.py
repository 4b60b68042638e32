"""Figures for a monitoring system, in the text form of Prometheus, at `/metrics`.

Requests are counted as they pass, by each process of the server for itself; whichever is asked
adds them up from the folder that `jieban serve` gives them all. Everything else is read when
somebody asks, from what is stored anyway: a gauge is a name, its labels and a function. Another
one is one more line in `GAUGES`.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError
from django.db.models import Count
from django.http import HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from jieban import clock
from jieban.apps.asked import Asked
from jieban.apps.cases import selectors as cases
from jieban.apps.integrations import selectors as integrations
from jieban.apps.jobs import selectors as jobs
from jieban.apps.ledger import selectors as ledger
from jieban.domain.actors import SYSTEM
from jieban.domain.errors import Refused
from jieban.site import health

Reading = Iterable[tuple[tuple[str, ...], float]]
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))


@dataclass(frozen=True)
class Gauge:
    """One figure read when asked for: `read(at)` gives (label values, figure) pairs."""

    name: str
    meaning: str
    read: Callable[[datetime], Reading]
    labels: tuple[str, ...] = ()


def _checks(at: datetime) -> Reading:
    return [((check.name,), float(check.right)) for check in health.checks(at)]


def _ages(at: datetime) -> Reading:
    return [((check.name,), check.value) for check in health.checks(at) if check.value is not None]


def _outbox(at: datetime) -> Reading:
    return [((), float(ledger.outbox_standing()[0]))]


def _jobs(at: datetime) -> Reading:
    queue = jobs.queue(at)
    return [
        (("waiting",), queue.waiting),
        (("running",), queue.running),
        (("later",), queue.later),
        (("failed",), queue.failed),
    ]


def _events(at: datetime) -> Reading:
    standing = ledger.standing()
    sealed = standing.seal.last if standing.seal else 0
    return [(("sealed",), sealed), (("unsealed",), standing.unsealed)]


def _faults(at: datetime) -> Reading:
    last = ledger.last_verification()
    return [((), float(last.found))] if last else []


def _webhooks(at: datetime) -> Reading:
    trouble = integrations.trouble()
    return [(("waiting",), trouble.waiting), (("paused",), trouble.paused)]


def _cases(at: datetime) -> Reading:
    everything = cases.visible_to(SYSTEM, "case.see").filter(open=True).order_by()
    counted = everything.values_list("state").annotate(number=Count("pk"))
    return [((state,), float(number)) for state, number in counted]


GAUGES = [
    Gauge("jieban_check_right", "1 if a check of /readyz is right.", _checks, ("check",)),
    Gauge("jieban_check_value", "What it measured: seconds, for disk bytes.", _ages, ("check",)),
    Gauge("jieban_cases_open", "Cases that are not closed, by state.", _cases, ("state",)),
    Gauge("jieban_outbox_events", "Events that followers were not told of yet.", _outbox),
    Gauge("jieban_jobs", "Jobs by how they stand.", _jobs, ("state",)),
    Gauge("jieban_ledger_events", "Numbers of events under a seal and not.", _events, ("state",)),
    Gauge("jieban_ledger_faults", "Faults the last check of the ledger found.", _faults),
    Gauge("jieban_webhooks", "Messages waiting; webhooks paused by failing.", _webhooks, ("what",)),
]


class Gauges(Collector):
    """Reads every gauge; one that cannot be read is left out, and the others are not."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        at = clock.now()
        for gauge in GAUGES:
            family = GaugeMetricFamily(gauge.name, gauge.meaning, labels=gauge.labels)
            try:
                for labels, figure in gauge.read(at):
                    family.add_metric(labels, figure)
            except DatabaseError:
                continue
            yield family

    def describe(self) -> list[Any]:
        """Nothing is read at registration: there may be no database yet."""
        return []


COUNTED = CollectorRegistry()
"""What this process counts itself."""
ProcessCollector(registry=COUNTED)
REQUESTS = Histogram(
    "jieban_request_seconds",
    "Requests by method, route and status, and how long they took.",
    ("method", "route", "status"),
    buckets=(0.005, 0.01, 0.02, 0.05, 0.08, 0.1, 0.2, 0.5, 1, 2, 5),
    registry=COUNTED,
)
SHED = Counter(
    "jieban_requests_shed",
    "Requests that were told to come back because too many were under way.",
    registry=COUNTED,
)


class Measured:
    """Counts every request with its route, status and duration; stands before all others."""

    def __init__(self, answer: Callable[[Asked], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: Asked) -> HttpResponse:
        began = time.perf_counter()
        response = self.answer(request)
        match = request.resolver_match
        REQUESTS.labels(
            request.method if request.method in _METHODS else "other",
            # An address that leads nowhere must not become a label: there are endless ones.
            match.view_name or match.route if match else "none",
            str(response.status_code),
        ).observe(time.perf_counter() - began)
        return response


@require_safe
@never_cache
def metrics(request: Asked) -> HttpResponse:
    """The figures, for who may see how the system runs (see health.may_look)."""
    if not health.may_look(request):
        refusal = Refused("actor.not_permitted", permission=health.PERMISSION)
        return JsonResponse({"error": refusal.plain()}, status=403)
    read, together = CollectorRegistry(), COUNTED
    read.register(Gauges())
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        together = CollectorRegistry()
        MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    told = generate_latest(read) + generate_latest(together)
    return HttpResponse(told, content_type=CONTENT_TYPE_LATEST)
