"""What happens around every page: language, operator, kept pages, refusals.

Order matters and is set in settings: a refusal is told in the language chosen above it.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from jieban.apps.asked import Asked
from jieban.domain.errors import Refused
from jieban.site import keeping
from jieban.site.language import DJANGO_CODES, chosen_language, speak
from jieban.site.operators import operator_of
from jieban.troubles import as_refusal

log = logging.getLogger(__name__)
Answer = Callable[[Asked], HttpResponse]
# The ends of codes that mean "there is no such thing".
_NOT_THERE = (
    ".not_found",
    ".unknown",
    ".unknown_area",
    ".unknown_unit",
    ".no_file",
    ".not_recorded",
)


class Language:
    """Sets `request.language` (zh or en) and speaks it in templates and below the doors."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: Asked) -> HttpResponse:
        request.language = chosen_language(request)
        speak(request.language)
        response = self.answer(request)
        response.headers.setdefault("Content-Language", DJANGO_CODES[request.language])
        response.headers.setdefault("Vary", "Accept-Language, Cookie")
        return response


class Operator:
    """Sets `request.actor`: who says they are acting, or None."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: Asked) -> HttpResponse:
        request.actor = operator_of(request)
        return self.answer(request)


class Kept:
    """Answers pages that are a function of the ledger from the store (see keeping.py)."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: Asked) -> HttpResponse:
        return self.answer(request)

    def process_view(
        self, request: Asked, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not keeping.may_be_kept(request):
            return None
        try:
            return keeping.answer(request, lambda: view(request, *args, **kwargs))
        except Exception as error:
            answer = told(request, error)
            if answer is None:
                raise
            return answer


class Refusals:
    """Turns `Refused` into a page that says what happened and what to do next.

    A view with a form catches the refusal itself and shows it above what was typed; this is
    for everything else. Troubles of the machine are told in the words the commands use.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: Asked) -> HttpResponse:
        return self.answer(request)

    def process_exception(self, request: Asked, error: Exception) -> HttpResponse | None:
        return told(request, error)


def told(request: Asked, error: Exception) -> HttpResponse | None:
    """The page of a refusal or of the machine's trouble; None for a bug.

    404 where the thing does not exist, 422 where a rule said no, 503 where the machine could
    not: the same request may succeed later.
    """
    if isinstance(error, Refused):
        missing = error.code.endswith(_NOT_THERE)
        return refused_page(request, error, 404 if missing else 422)
    trouble = as_refusal(error)
    if trouble is None:
        return None
    log.warning("%s at %s", trouble.code, request.path, exc_info=error)
    return refused_page(request, trouble, 503)


def refused_page(request: Asked, refusal: Refused, status: int) -> HttpResponse:
    """The page of a refusal, with a way back to where the reader came from."""
    back = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    return render(request, "refused.html", {"refusal": refusal, "back": back}, status=status)
