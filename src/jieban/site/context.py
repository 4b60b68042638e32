"""What every template may use: navigation, place, who is signed in, the mark of made-up data."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from jieban.apps.cases import selectors as cases
from jieban.apps.directory import selectors as directory
from jieban.apps.ledger import selectors as ledger
from jieban.domain.words import Language
from jieban.site.language import DJANGO_CODES


@dataclass(frozen=True)
class Door:
    """One entry of the navigation, by a person's job, for those who hold its permission.

    `rooms` are the app_names it lights up for.
    """

    name: str
    words: Any
    icon: str
    rooms: tuple[str, ...]
    permission: str


DOORS = (
    Door("today", _("Today"), "today", ("today",), "case.see"),
    Door("cases:list", _("Cases"), "cases", ("cases",), "case.see"),
    Door("followups:list", _("Call-backs"), "calls", ("followups",), "follow_up.record"),
    Door(
        "assessments:overview",
        _("Overview"),
        "overview",
        ("assessments:overview",),
        "assessment.see",
    ),
    Door("assessments:newest", _("Tables"), "tables", ("assessments",), "assessment.see"),
    Door("assessments:appeals", _("Appeals"), "appeals", ("assessments:appeal",), "assessment.see"),
    Door(
        "projects:list",
        _("Hard problems"),
        "projects",
        ("projects", "practices", "agreements"),
        "project.see",
    ),
    Door(
        "rectification:work",
        _("Rectification"),
        "rectification",
        ("rectification", "letters"),
        "rectification.see",
    ),
    Door("programmes:list", _("Secretaries"), "programmes", ("programmes",), "programme.see"),
    Door("terms:list", _("Terms"), "terms", ("terms",), "term.see"),
    Door("imports:list", _("Import"), "import", ("imports",), "import.see"),
    Door(
        "directory:index",
        _("Directory"),
        "directory",
        ("directory", "calendar", "duties"),
        "directory.see",
    ),
    Door("rulebooks:list", _("Rules"), "rules", ("rulebooks",), "rulebook.see"),
    Door("ledger:list", _("Ledger"), "ledger", ("ledger",), "ledger.see"),
    Door("people:list", _("Accounts"), "people", ("people", "accounts"), "account.see"),
    Door("operation", _("Operation"), "operation", ("operation", "integrations"), "operation.see"),
)
VERSION = version("jieban")


def everywhere(request: HttpRequest) -> dict[str, Any]:
    """The variables of base.html: doors, place, generated, operator, language, here."""
    # An error page may be made before the middlewares ran.
    speaking: Language = getattr(request, "language", "zh")
    place, generated = _standing(str(settings.HOME.path), ledger.newest_number())
    return {
        "doors": list(_doors(request)),
        "place_name": place,
        "generated": generated,
        "operator": getattr(request, "actor", None),
        "language": speaking,
        "language_code": DJANGO_CODES[speaking],
        "here": request.get_full_path(),
        "version": VERSION,
    }


def _open_doors(request: HttpRequest) -> Iterator[Door]:
    """What this person may use; nobody is shown anything."""
    actor = getattr(request, "actor", None)
    return (door for door in DOORS if actor is not None and actor.may(door.permission))


def first_page(request: HttpRequest) -> str:
    """Where a person's work begins: the first of the doors that are open to them."""
    door = next(_open_doors(request), None)
    return reverse(door.name if door else "accounts:me")


def _doors(request: HttpRequest) -> Any:
    view = request.resolver_match.view_name if request.resolver_match else ""
    lit = max(
        DOORS, key=lambda door: max((len(r) for r in door.rooms if view.startswith(r)), default=0)
    )
    for door in _open_doors(request):
        try:
            address = reverse(door.name)
        except NoReverseMatch:
            continue
        yield {
            "address": address,
            "words": door.words,
            "icon": door.icon,
            "current": door is lit and any(view.startswith(room) for room in door.rooms),
        }


@lru_cache(maxsize=4)
def _standing(_home: str, _newest_event: int) -> tuple[str, bool]:
    """Name of the place, and whether anything here was generated; nothing changes without an event.

    The place is the first district of the directory; without one, the names of the sources.
    """
    district = directory.areas().filter(kind__in=("district", "city")).first()
    imported = cases.imports()
    sources = imported.order_by("source").values_list("source", flat=True).distinct()
    place = district.name if district else ", ".join(sources)
    return place, imported.filter(generated=True).exists()
