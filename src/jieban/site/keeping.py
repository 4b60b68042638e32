"""Pages that are kept once made.

A run never changes, and nothing else changes without an event in the ledger. So a page
without forms is a function of its address, the language, who is acting and the number of the
newest event; the next reader gets the same bytes, already compressed. The store lives in the
process and is bounded; it needs no expiry, since a new event makes new keys.
"""

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse, HttpResponseNotModified

from jieban.apps.asked import Asked
from jieban.apps.ledger import selectors as ledger

# Pages that are a function of the ledger alone. Pages with forms (tokens) or clocks
# (appeal windows) are not among them.
KEPT_PAGES = {
    "assessments:overview",
    "assessments:overview_of",
    "assessments:table",
    "assessments:place",
    "assessments:figure",
    "assessments:compare",
    "assessments:list",
    "imports:list",
    "directory:index",
    "directory:areas",
    "directory:units",
    "directory:provisional",
    "directory:entry",
    "rulebooks:list",
    "rulebooks:show",
    "rulebooks:diff",
}
# A page with a form holds a token that belongs to one browser.
_TOKEN = b"csrfmiddlewaretoken"
_LIMIT_BYTES = 96 * 1024 * 1024
Key = tuple[str | int | None, ...]


@dataclass(frozen=True)
class Kept:
    """One answer: its bytes plain and compressed, and the mark by which browsers know it."""

    plain: bytes
    packed: bytes
    content_type: str
    mark: str


_kept: OrderedDict[Key, Kept] = OrderedDict()
_turns: dict[Key, tuple[threading.Lock, int]] = {}
_size = 0
_lock = threading.Lock()


def may_be_kept(request: Asked) -> bool:
    """Whether this request asks for such a page, and no message waits to be shown on it."""
    match = request.resolver_match
    return (
        request.method in ("GET", "HEAD")
        and match is not None
        and match.view_name in KEPT_PAGES
        and "messages" not in request.COOKIES
    )


def answer(request: Asked, make: Callable[[], HttpResponse]) -> HttpResponse:
    """The kept page of this request, made now if it is the first to ask."""
    actor = request.actor
    key = (
        str(settings.HOME.path),
        ledger.newest_number(),
        request.get_full_path(),
        request.language,
        actor.id if actor else None,
        hash(actor.grants) if actor else None,
    )
    found = _found(key)
    if found is None:
        # Who asks for a page that is being made waits for it instead of making it twice.
        with _turn(key):
            found = _found(key)
            if found is None:
                response = make()
                if response.status_code != 200 or response.streaming or _TOKEN in response.content:
                    return response
                found = _keep(key, response)
    return _respond(request, found)


def _found(key: Key) -> Kept | None:
    with _lock:
        found = _kept.get(key)
        if found is not None:
            _kept.move_to_end(key)
        return found


@contextmanager
def _turn(key: Key) -> Iterator[None]:
    """One at a time for each page; others go on meanwhile."""
    with _lock:
        turn, waiting = _turns.get(key, (threading.Lock(), 0))
        _turns[key] = (turn, waiting + 1)
    try:
        with turn:
            yield
    finally:
        with _lock:
            turn, waiting = _turns[key]
            if waiting == 1:
                del _turns[key]
            else:
                _turns[key] = (turn, waiting - 1)


def _keep(key: Key, response: HttpResponse) -> Kept:
    global _size
    content = response.content
    page = Kept(
        plain=content,
        # A fixed moment: the same page is the same bytes.
        packed=gzip.compress(content, 5, mtime=0),
        content_type=response.headers["Content-Type"],
        mark=f'"{hashlib.sha256(content).hexdigest()[:32]}"',
    )
    with _lock:
        if key not in _kept:
            _kept[key] = page
            _size += len(page.plain) + len(page.packed)
        while _size > _LIMIT_BYTES and len(_kept) > 1:
            _, dropped = _kept.popitem(last=False)
            _size -= len(dropped.plain) + len(dropped.packed)
    return page


def _respond(request: Asked, page: Kept) -> HttpResponse:
    if request.headers.get("If-None-Match") == page.mark:
        response: HttpResponse = HttpResponseNotModified()
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(page.packed, content_type=page.content_type)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(page.plain, content_type=page.content_type)
    response.headers["ETag"] = page.mark
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Accept-Encoding, Accept-Language, Cookie"
    return response
