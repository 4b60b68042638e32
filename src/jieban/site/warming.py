"""Making the pages that are asked for first before anybody asks for them.

What a run says is read once per process and kept, and so are its pages (keeping.py). Asking
for them while the browser is being opened spares the first reader the waiting.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.db import DatabaseError, connection
from django.urls import reverse

from jieban.apps.assessments import selectors
from jieban.apps.cases import selectors as cases
from jieban.domain.errors import Refused

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def warm_up(application: Application) -> threading.Thread:
    """Begin to ask `application` for its first pages, beside whatever else is going on."""
    thread = threading.Thread(target=_ask_all, args=(application,), name="warm-up", daemon=True)
    thread.start()
    return thread


def _ask_all(application: Application) -> None:
    try:
        for address in _addresses():
            _ask(application, address)
    except (DatabaseError, OSError, Refused):
        # Whoever asks for the page is told what is wrong; this only meant to be early.
        return
    finally:
        connection.close()


def _addresses() -> Iterator[str]:
    """The overview first; then what it leads to, one page of each kind."""
    yield reverse("assessments:overview")
    run = selectors.first_run()
    if run is not None:
        levels = ("street", "community", "unit")
        yield from (reverse("assessments:table", args=[run.run_id, level]) for level in levels)
        figures = selectors.figures(settings.HOME, run.run_id)
        for level in levels:
            for row in figures.level(level)[:1]:
                yield reverse("assessments:place", args=[run.run_id, level, row.id])
    newest = cases.imports().first()
    if newest is not None:
        yield reverse("imports:show", args=[newest.pk])
    for name in ("imports:list", "directory:index", "rulebooks:list", "ledger:list"):
        yield reverse(name)


def _ask(application: Application, address: str) -> None:
    """One GET, as a browser on this machine would send it; the answer is thrown away."""
    environ = {
        "PATH_INFO": address,
        "HTTP_HOST": "127.0.0.1",
        "HTTP_ACCEPT_ENCODING": "gzip",
        "HTTP_ACCEPT_LANGUAGE": settings.LANGUAGE_CODE,
    }
    setup_testing_defaults(environ)
    answer = application(environ, lambda *_: None)
    close = getattr(answer, "close", None)
    if close is not None:
        close()
