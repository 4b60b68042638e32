"""Is it alive, is it ready, and what should somebody look at.

`/healthz` says that the process answers, and asks nothing else. `/readyz` says whether
everything that has to go on by itself does: 503 and the names of what does not. `/operation/`
says the same to people, with what they can do about it. Ages and counts are only for those
who may see how the system runs; anybody may know whether it does.
"""

import hmac
import ipaddress
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.integrations import selectors as integrations
from jieban.apps.jobs import selectors as jobs
from jieban.apps.ledger import selectors as ledger
from jieban.domain import words
from jieban.domain.actors import Actor

PERMISSION = "operation.see"
LEAST_FREE_BYTES = 512 * 1024 * 1024
WORKER_SILENT = timedelta(minutes=1)
TICK_LATE = timedelta(minutes=5)
SEAL_LATE = timedelta(hours=2)
OUTBOX_LATE = timedelta(minutes=5)
FAILED_SHOWN = 20


@dataclass(frozen=True)
class Check:
    """One thing that has to be right. `said` is a sentence, `value` what was measured."""

    name: str
    right: bool
    said: str
    value: float | None = None

    @property
    def words(self) -> str:
        return words.word(f"check_{self.name}")


# --- doors --------------------------------------------------------------------------------


@require_safe
@never_cache
def alive(request: Asked) -> JsonResponse:
    """The process answers. Asks neither the database nor anything else."""
    return JsonResponse({"alive": True})


@require_safe
@never_cache
def ready(request: Asked) -> JsonResponse:
    """Whether everything goes on; 503 with the names of what does not."""
    made = checks(clock.now())
    wrong = [check.name for check in made if not check.right]
    answer: dict[str, Any] = {"ready": not wrong, "wrong": wrong}
    if may_look(request):
        answer["checks"] = {
            check.name: {"right": check.right, "value": check.value, "said": check.said}
            for check in made
        }
    return JsonResponse(answer, status=503 if wrong else 200)


@require_GET
@never_cache
def operation(request: Asked) -> HttpResponse:
    """How everything runs, in words."""
    actor_of(request).demand(PERMISSION)
    at = clock.now()
    context = {
        "checks": checks(at),
        "queue": jobs.queue(at),
        "failed": jobs.failed(FAILED_SHOWN),
        "workers": jobs.workers(at),
        "acts": [
            {"tick": tick, "words": _act(tick.name)}
            for tick in jobs.ticks()
            if tick.name != jobs.TICK
        ],
        "standing": ledger.standing(),
        "webhooks": integrations.trouble(),
    }
    return render(request, "operation.html", context)


def _act(name: str) -> str:
    """What a periodic act is called; its name where nobody gave it words."""
    said = words.glossary().get(f"act_{name.replace('.', '_')}", {})
    return said.get(words.language(), name)


def may_look(request: Asked) -> bool:
    """Whether ages and counts may be told: a person who may, this machine, or the token.

    Behind a proxy everybody seems to come from this machine; a forwarded request does not count.
    """
    actor: Actor | None = getattr(request, "actor", None)
    if actor is not None and actor.may(PERMISSION):
        return True
    given = request.headers.get("Authorization", "").encode()
    token = settings.METRICS_TOKEN
    if token and hmac.compare_digest(given, f"Bearer {token}".encode()):
        return True
    forwarded = any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "Via"))
    return not forwarded and _is_loopback(request.META.get("REMOTE_ADDR", ""))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


# --- checks -------------------------------------------------------------------------------


def checks(at: datetime) -> list[Check]:
    """Everything that has to be right, in the order in which one would look."""
    found = [_database(at), _disk(at)]
    if found[0].right:
        found += [_guarded(name, check, at) for name, check in _NEED_DATABASE.items()]
    return found


def _guarded(name: str, check: Callable[[datetime], Check], at: datetime) -> Check:
    try:
        return check(at)
    except DatabaseError as error:
        return Check(name, False, _("It could not be asked: %(error)s") % {"error": error})


def _database(at: datetime) -> Check:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError as error:
        said = _("The database does not answer: %(error)s") % {"error": error}
        return Check("database", False, said)
    return Check("database", True, _("The database answers."))


def _disk(at: datetime) -> Check:
    free = shutil.disk_usage(_existing()).free
    said = _("%(free)s GB are free for files and the embedded database.") % {
        "free": f"{free / 1024**3:,.1f}"
    }
    return Check("disk", free >= LEAST_FREE_BYTES, said, float(free))


def _existing() -> str:
    path = settings.HOME.path
    while not path.exists():
        path = path.parent
    return str(path)


def _worker(at: datetime) -> Check:
    seen = jobs.last_seen()
    if seen is None:
        return Check("worker", False, _("No worker has ever run. Start one: jieban worker --tick"))
    right = jobs.workers(at).exists() and at - seen <= WORKER_SILENT
    said = (
        _("A worker was heard of %(ago)s ago.")
        if right
        else _("No worker has been heard of for %(ago)s. Start one: jieban worker --tick")
    )
    return Check("worker", right, said % {"ago": span(at - seen)}, _seconds(at - seen))


def _tick(at: datetime) -> Check:
    last = jobs.last_tick()
    if last is None:
        said = _("The clocks have never come round. Let jieban tick run every minute.")
        return Check("tick", False, said)
    right = at - last <= TICK_LATE
    said = (
        _("The clocks came round %(ago)s ago.")
        if right
        else _("The clocks have not come round for %(ago)s. Let jieban tick run every minute.")
    )
    return Check("tick", right, said % {"ago": span(at - last)}, _seconds(at - last))


def _seal(at: datetime) -> Check:
    oldest = ledger.oldest_unsealed()
    if oldest is None:
        return Check("seal", True, _("Every event is sealed."), 0.0)
    said = _("The oldest event without a seal is %(age)s old.") % {"age": span(at - oldest)}
    return Check("seal", at - oldest <= SEAL_LATE, said, _seconds(at - oldest))


def _outbox(at: datetime) -> Check:
    waiting, oldest = ledger.outbox_standing()
    if oldest is None:
        return Check("outbox", True, _("Nobody waits to be told."), 0.0)
    said = ngettext(
        "%(number)s event waits to be told, for %(age)s.",
        "%(number)s events wait to be told, the oldest for %(age)s.",
        waiting,
    ) % {"number": f"{waiting:,}", "age": span(at - oldest)}
    return Check("outbox", at - oldest <= OUTBOX_LATE, said, _seconds(at - oldest))


_NEED_DATABASE = {"worker": _worker, "tick": _tick, "seal": _seal, "outbox": _outbox}


def span(length: timedelta) -> str:
    """A length of time in its largest unit: 40 s, 5 min, 3 h, 2 d."""
    seconds = max(0, int(length.total_seconds()))
    if seconds < 90:
        return _("%(number)s s") % {"number": seconds}
    if seconds < 90 * 60:
        return _("%(number)s min") % {"number": round(seconds / 60)}
    if seconds < 36 * 3600:
        return _("%(number)s h") % {"number": round(seconds / 3600)}
    return _("%(number)s d") % {"number": round(seconds / 86400)}


def _seconds(length: timedelta) -> float:
    return max(0.0, length.total_seconds())
