"""What happens around every page: language, people, the gate, kept pages, refusals.

Order matters and is set in settings: a refusal is told in the language chosen above it.
"""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from jieban import clock
from jieban.apps.accounts import services as accounts
from jieban.apps.accounts.doors import lacks_second_factor, person_of
from jieban.apps.accounts.selectors import duty_of, held_by
from jieban.apps.asked import Asked
from jieban.domain.errors import Refused
from jieban.domain.permissions import permission_word
from jieban.site import gate, keeping
from jieban.site.context import first_page
from jieban.site.language import DJANGO_CODES, chosen_language, speak
from jieban.troubles import as_refusal

log = logging.getLogger(__name__)
Answer = Callable[[Asked], HttpResponse]
# When somebody who was told that the machine could not may try again.
RETRY_AFTER_SECONDS = 2
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


class People:
    """Sets `request.actor`: who is signed in, with their posts of the day; None for nobody.

    Somebody who still owes a second factor is nobody yet; `request.half_way` says so. Inside a
    duty session every request is written into the ledger.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: Asked) -> HttpResponse:
        request.actor, request.half_way = None, False
        self._recognise(request)
        return self.answer(request)

    @staticmethod
    def _recognise(request: Asked) -> None:
        at = clock.now()
        person = person_of(request, at)
        if person is None:
            return
        held = held_by(person, at)
        if lacks_second_factor(request, person, held):
            request.half_way = True
            return
        request.actor = held.actor
        if held.may_go_on_duty and duty_of(person, at) is not None:
            accounts.write_duty_request(
                held.actor, person, request.method or "", request.path, at=at
            )


class Gate:
    """Lets through who holds the page's permission (see gate.py); the rest is told why not."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: Asked) -> HttpResponse:
        return self.answer(request)

    def process_view(
        self, request: Asked, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        name = match.view_name if match else ""
        if name in gate.PUBLIC or request.path.startswith(settings.STATIC_URL):
            return None
        if request.actor is None:
            if request.half_way and name in gate.HALF_WAY:
                return None
            door = "accounts:second_factor" if request.half_way else "accounts:sign_in"
            back = request.get_full_path() if request.method == "GET" else "/"
            return redirect(f"{reverse(door)}?next={quote(back)}")
        if name in gate.SIGNED_IN:
            return None
        permission = gate.permission_for(name, request.method or "GET", kwargs)
        if permission is not None and request.actor.may(permission):
            return None
        if name == "assessments:overview" and request.method == "GET":
            return redirect(first_page(request))
        refusal = Refused(
            "actor.not_permitted",
            permission=permission_word(permission) if permission else name,
        )
        return refused_page(request, refusal, 403)


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
    response = refused_page(request, trouble, 503)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def refused_page(request: Asked, refusal: Refused, status: int) -> HttpResponse:
    """The page of a refusal, with a way back to where the reader came from."""
    back = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    return render(request, "refused.html", {"refusal": refusal, "back": back}, status=status)
