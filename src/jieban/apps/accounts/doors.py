"""The session of a person: begun by signing in, with a second factor where one is asked for."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest

from jieban.apps.accounts.models import Person
from jieban.apps.accounts.selectors import Held

PROVED = "second_factor"
_SEEN = "seen"
_SEEN_EVERY = timedelta(minutes=1)


def person_of(request: HttpRequest, at: datetime) -> Person | None:
    """Who is signed in here; None for nobody, or after too long a pause, which ends the session."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    user = get_user(request)
    if not user.is_authenticated:
        return None
    person = user
    seen = request.session.get(_SEEN)
    if seen is not None and at - datetime.fromisoformat(seen) > settings.SESSION_IDLE:
        request.session.flush()
        return None
    if seen is None or at - datetime.fromisoformat(seen) > _SEEN_EVERY:
        request.session[_SEEN] = at.isoformat()
    return person


def lacks_second_factor(request: HttpRequest, person: Person, held: Held) -> bool:
    """Whether the person still has to prove who they are a second time."""
    if not held.second_factor or (person.demo and settings.HOME.demo):
        return False
    return not request.session.get(PROVED)
