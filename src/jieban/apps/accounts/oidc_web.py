"""Signing in by the office's own sign-in: away, and back with an answer."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from jieban import clock
from jieban.apps.accounts import oidc, selectors
from jieban.apps.accounts.doors import let_in
from jieban.apps.asked import Asked
from jieban.domain.errors import Refused

_KEPT = "oidc"


@require_GET
@never_cache
def away(request: Asked) -> HttpResponse:
    """To the office's sign-in."""
    address, kept = oidc.begin(_office(), _back(request))
    request.session[_KEPT] = kept | {"next": request.GET.get("next", "")}
    return redirect(address)


@require_GET
@never_cache
def back(request: Asked) -> HttpResponse:
    """From there; whoever it names has to have an account here, and may be asked for a code."""
    office = _office()
    kept = request.session.pop(_KEPT, None)
    if kept is None:
        raise Refused("account.oidc_wrong", why="session")
    at = clock.now()
    username = oidc.finish(office, kept, request.GET.dict(), _back(request), at)
    person = selectors.people().filter(username=username, is_active=True, demo=False).first()
    if person is None:
        raise Refused("account.oidc_unknown", username=username)
    let_in(request, person, at)
    ours = url_has_allowed_host_and_scheme(kept["next"], allowed_hosts={request.get_host()})
    return redirect(kept["next"] if kept["next"] and ours else "/")


def _office() -> oidc.Office:
    if settings.OIDC is None:
        raise Http404("oidc")
    return oidc.Office(**settings.OIDC)


def _back(request: Asked) -> str:
    """Our own address, as the browser knows it: a proxy with a certificate may stand before us."""
    scheme = "https" if settings.HTTPS or request.is_secure() else "http"
    return f"{scheme}://{request.get_host()}{reverse('accounts:oidc_back')}"
