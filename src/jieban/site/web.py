"""Pages that belong to no room: language, keys, and what is shown when all fails."""

import logging
import secrets
import sys

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from jieban.apps.asked import Asked
from jieban.site import language as languages

log = logging.getLogger(__name__)


def language(request: Asked, code: str) -> HttpResponse:
    """Remember the language and go back; works as a plain link."""
    if code not in languages.DJANGO_CODES:
        raise Http404(code)
    response = redirect(_inside(request, request.GET.get("next", "")))
    response.set_cookie(
        languages.COOKIE, code, max_age=languages.COOKIE_SECONDS, samesite="Lax", httponly=True
    )
    return response


def keys(request: Asked) -> HttpResponse:
    """The keyboard's short cuts."""
    return render(request, "keys.html")


def not_found(request: Asked, exception: Exception) -> HttpResponse:
    return render(request, "404.html", status=404)


def csrf_failure(request: Asked, reason: str = "") -> HttpResponse:
    return render(request, "403.html", {"reason": reason}, status=403)


def broken(request: Asked) -> HttpResponse:
    """A bug: logged with a number that the reader can quote. Needs nothing that may be broken."""
    number = secrets.token_hex(4)
    log.error("error %s at %s", number, request.path, exc_info=sys.exc_info())
    speaking = languages.chosen_language(request)
    return render(
        None, "500.html", {"number": number, "language": speaking}, status=500, using=None
    )


def _inside(request: Asked, address: str) -> str:
    """The address if it is one of ours, else the first page."""
    ours = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()})
    return address if ours else "/"
