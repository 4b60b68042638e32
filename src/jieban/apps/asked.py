"""A request as the site's middlewares leave it: who acts, and in which language they read."""

from django.http import HttpRequest

from jieban.domain.actors import Actor
from jieban.domain.words import Language


class Asked(HttpRequest):
    """What every view gets. `actor` is None until somebody said who they are."""

    actor: Actor | None
    language: Language
