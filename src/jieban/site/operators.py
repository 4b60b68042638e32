"""The operator 经办人: who says they are acting, kept in a signed cookie.

There are no accounts yet, so this is a statement and not a proof; the server answers this
machine alone. Acts write the name into the ledger as it was given.
"""

from django.core import signing
from django.http import HttpRequest, HttpResponse

from jieban.domain.actors import Actor

COOKIE = "jieban_operator"
_SALT = "jieban.operator"
_SECONDS = 180 * 24 * 3600


def operator_of(request: HttpRequest) -> Actor | None:
    """Who said they are acting; None when nobody did or the cookie was tampered with."""
    try:
        said = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_SECONDS)
        return Actor.named(said["name"], said["post"])
    except (signing.BadSignature, KeyError, TypeError):
        return None


def remember_operator(response: HttpResponse, name: str, post: str) -> None:
    """Keep the name for half a year; an empty name forgets it."""
    if not name.strip():
        response.delete_cookie(COOKIE)
        return
    said = signing.dumps({"name": name, "post": post}, salt=_SALT)
    response.set_cookie(COOKIE, said, max_age=_SECONDS, httponly=True, samesite="Lax")
