"""A request as the site's middlewares leave it: who acts, and in which language they read."""

from django.http import HttpRequest

from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.words import Language


class Asked(HttpRequest):
    """What every view gets. `actor` is who is signed in, None on the few public pages;
    `half_way`: somebody who still owes a second factor."""

    actor: Actor | None
    half_way: bool
    language: Language


def actor_of(request: Asked) -> Actor:
    """Who acts; behind the gate that is somebody.

    Raises:
        Refused "account.not_signed_in".
    """
    if request.actor is None:
        raise Refused("account.not_signed_in")
    return request.actor
