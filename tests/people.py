"""People for tests of pages: made with a post, signed in without typing."""

from datetime import UTC, date, datetime

from django.contrib.auth import get_user_model
from django.test import Client

from jieban.apps.accounts import selectors, services
from jieban.apps.accounts.doors import PROVED
from jieban.apps.accounts.models import Person, Role
from jieban.domain.actors import EVERYWHERE, SYSTEM
from jieban.domain.permissions import PERMISSIONS

AT = datetime(2020, 1, 1, tzinfo=UTC)
BACKEND = "django.contrib.auth.backends.ModelBackend"


def person(name: str, *roles: str, scope: str = EVERYWHERE) -> Person:
    """An account with posts in these roles; known ones are found again."""
    known = get_user_model().objects.filter(name=name).first()
    if known is not None:
        return known
    number = get_user_model().objects.count() + 1
    made = services.create_person(SYSTEM, f"u{number}", name, None, at=AT)
    for role in roles:
        services.give_post(SYSTEM, made, role, scope, at=AT, valid_from=date(2020, 1, 1))
    return selectors.person_by_id(made.pk)


def signed_in(
    name: str = "考核员甲", *roles: str, scope: str = EVERYWHERE, client: Client | None = None
) -> Client:
    """A browser of somebody who has signed in, second factor included.

    Without roles the person may do everything, which no shipped role does.
    """
    browser = client or Client()
    if not roles:
        Role.objects.get_or_create(
            code="everything",
            defaults={"zh": "全部", "en": "Everything", "permissions": sorted(PERMISSIONS)},
        )
        roles = ("everything",)
    browser.force_login(person(name, *roles, scope=scope), backend=BACKEND)
    session = browser.session
    session[PROVED] = True
    session.save()
    return browser
