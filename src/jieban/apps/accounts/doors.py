"""The session of a person: begun by signing in, with a second factor where one is asked for."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import get_user, login
from django.http import HttpRequest

from jieban.apps.accounts.models import Person
from jieban.apps.accounts.selectors import Held

PROVED = "second_factor"
BACKEND = "django.contrib.auth.backends.ModelBackend"
_BEGAN, _SEEN = "began", "seen"
_SEEN_EVERY = timedelta(minutes=1)


def let_in(request: HttpRequest, person: Person, at: datetime) -> None:
    """Begin the person's session; a second factor shown in an earlier one does not count in it."""
    login(request, person, backend=BACKEND)
    request.session.pop(PROVED, None)
    request.session[_BEGAN] = request.session[_SEEN] = at.isoformat()


def person_of(request: HttpRequest, at: datetime) -> Person | None:
    """Who is signed in here; None for nobody.

    Too long a pause ends the session, and so does its age: being used makes it no younger.
    """
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    user = get_user(request)
    if not user.is_authenticated:
        return None
    person = user
    seen = datetime.fromisoformat(request.session.get(_SEEN, at.isoformat()))
    began = datetime.fromisoformat(request.session.get(_BEGAN, at.isoformat()))
    if at - seen > settings.SESSION_IDLE or at - began > settings.SESSION_LONGEST:
        request.session.flush()
        return None
    if _BEGAN not in request.session:
        # Begun before sessions said so: it counts from here.
        request.session[_BEGAN] = at.isoformat()
    if _SEEN not in request.session or at - seen > _SEEN_EVERY:
        request.session[_SEEN] = at.isoformat()
    return person


def lacks_second_factor(request: HttpRequest, person: Person, held: Held) -> bool:
    """Whether the person still has to prove who they are a second time."""
    if not held.second_factor or (person.demo and settings.HOME.demo):
        return False
    return not request.session.get(PROVED)
