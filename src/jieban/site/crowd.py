"""When more is asked than can be done: a few requests are worked on, some wait, and the rest is
told at once when to come back, so that nobody waits for long and nothing breaks.

Python computes in one thread at a time; more than a few requests under way in one process
only hinder each other.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from jieban.domain.errors import Refused
from jieban.site.api import ADDRESS, RETRY_SECONDS
from jieban.site.metrics import SHED

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
# Cheap, and wanted most when there is a crowd.
_ALWAYS = ("/static/", "/healthz", "/readyz", "/metrics")
_READ_BYTES = 65_536
_PAGE = """<!doctype html>
<html lang="zh"><meta charset="utf-8">{again}
<meta name="viewport" content="width=device-width"><title>系统正忙 · Busy</title>
<p lang="zh">{zh}</p><p lang="en">{en}</p>
"""


class Crowd:
    """A WSGI application in front of another: `working` requests in it at once, `within` in all.

    A server of `within` + 1 threads always has one that can turn others away.
    """

    def __init__(self, application: Application, *, working: int, within: int) -> None:
        self._application = application
        self._working = threading.Semaphore(working)
        self._lock = threading.Lock()
        self._left = within

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"].startswith(_ALWAYS):
            return self._application(environ, start_response)
        with self._lock:
            if self._left == 0:
                return _turn_away(environ, start_response)
            self._left -= 1
        try:
            with self._working:
                return self._application(environ, start_response)
        finally:
            with self._lock:
                self._left += 1


def _turn_away(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    SHED.inc()
    # A connection whose request was left unread would be cut; this one is asked again on.
    environ["wsgi.input"].read(_READ_BYTES)
    busy = Refused("api.busy", seconds=RETRY_SECONDS)
    if environ["PATH_INFO"].startswith(ADDRESS):
        kind, told = "application/json", orjson.dumps({"error": busy.plain()})
    else:
        kind = "text/html; charset=utf-8"
        again = ""
        if environ["REQUEST_METHOD"] == "GET":
            again = f'\n<meta http-equiv="refresh" content="{RETRY_SECONDS}">'
        told = _PAGE.format(again=again, zh=busy.message("zh"), en=busy.message("en")).encode()
    headers = [
        ("Content-Type", kind),
        ("Content-Length", str(len(told))),
        ("Retry-After", str(RETRY_SECONDS)),
        ("Cache-Control", "no-store"),
    ]
    start_response("503 Service Unavailable", headers)
    return [told]
