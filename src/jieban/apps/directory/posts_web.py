"""Pages of people: who has an account, which posts they hold, what each role may do.

They stand here and not with accounts because a post is for a place or a unit by name.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban import clock
from jieban.apps.accounts import selectors as accounts
from jieban.apps.accounts import services
from jieban.apps.accounts.models import Person
from jieban.apps.accounts.roles import GUARDED
from jieban.apps.asked import Asked, actor_of
from jieban.apps.directory import selectors
from jieban.apps.directory.posts_forms import PersonForm, PostForm
from jieban.domain.actors import EVERYWHERE
from jieban.domain.errors import Refused
from jieban.domain.permissions import PERMISSIONS, permission_word


@require_GET
def list_people(request: Asked) -> HttpResponse:
    """Every account with the posts of the day."""
    day = _day(clock.now())
    people = [{"person": each, "posts": _posts(each, day)} for each in accounts.people()]
    may_edit = actor_of(request).may("account.edit")
    return render(request, "people/list.html", {"people": people, "may_edit": may_edit})


@never_cache
def new_person(request: Asked) -> HttpResponse:
    """Make an account; its posts come next."""
    form, refusal = PersonForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = services.create_person(
                actor_of(request), said["username"], said["name"], said["password"], at=clock.now()
            )
            return redirect("people:show", made.pk)
        except Refused as refused:
            refusal = refused
    status = 422 if refusal or form.errors else 200
    return render(request, "people/new.html", {"form": form, "refusal": refusal}, status=status)


@never_cache
def show_person(request: Asked, number: int) -> HttpResponse:
    """One person; sending the form gives them a post."""
    person, at = accounts.person_by_id(number), clock.now()
    form, refusal = PostForm(request.POST or None, initial={"valid_from": _day(at)}), None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.give_post(
                actor_of(request),
                person,
                said["role"],
                said["scope"],
                at=at,
                valid_from=said["valid_from"],
                valid_to=said["valid_to"],
            )
            messages.success(request, _("The post is given."))
            return redirect("people:show", person.pk)
        except Refused as refused:
            refusal = refused
    context = {
        "person": person,
        "posts": _posts(person),
        "form": form,
        "refusal": refusal,
        "today": _day(at),
        "has_second_factor": accounts.has_second_factor(person),
        "may_edit": actor_of(request).may("account.edit"),
    }
    status = 422 if refusal or form.errors else 200
    return render(request, "people/show.html", context, status=status)


@require_POST
def act(request: Asked, number: int, deed: str) -> HttpResponse:
    """End a post or all sessions, forget a lost device, close the account."""
    actor, person, at = actor_of(request), accounts.person_by_id(number), clock.now()
    reason, post = request.POST.get("reason", ""), request.POST.get("post", "")
    if deed == "end-post" and post.isascii() and post.isdigit():
        services.end_post(actor, person, int(post), at=at, last_day=_day(at))
    elif deed == "end-sessions":
        services.end_sessions(actor, person, at=at)
    elif deed == "reset-second-factor":
        services.reset_second_factor(actor, person, at=at, reason=reason)
    elif deed == "close":
        services.deactivate_person(actor, person, at=at, reason=reason)
    else:
        raise Http404(deed)
    messages.success(request, _("Done."))
    return redirect("people:show", person.pk)


@require_GET
def list_roles(request: Asked) -> HttpResponse:
    """Every role and what it may do."""
    roles = [
        {
            "role": role,
            "words": accounts.role_word(role),
            "may": [permission_word(each) for each in role.permissions],
        }
        for role in accounts.roles()
    ]
    may_edit = actor_of(request).may("account.edit")
    return render(request, "people/roles.html", {"roles": roles, "may_edit": may_edit})


@never_cache
def edit_role(request: Asked, code: str) -> HttpResponse:
    """What one role may do, to be ticked; whoever holds it feels the change at once."""
    role, refusal = accounts.role_by_code(code), None
    ticked = set(role.permissions)
    if request.method == "POST":
        ticked = set(request.POST.getlist("may"))
        try:
            services.edit_role(
                actor_of(request),
                code,
                sorted(ticked),
                at=clock.now(),
                reason=request.POST.get("reason", ""),
            )
            messages.success(request, _("The role is changed for everybody who holds it."))
            return redirect("people:roles")
        except Refused as refused:
            refusal = refused
    rooms: dict[str, list[dict[str, Any]]] = {}
    for permission in PERMISSIONS:
        room = rooms.setdefault(permission.partition(".")[0], [])
        room.append(
            {
                "code": permission,
                "words": permission_word(permission),
                "ticked": permission in ticked,
                "guarded": permission in GUARDED,
            }
        )
    context = {
        "role": role,
        "words": accounts.role_word(role),
        "rooms": list(rooms.values()),
        "holders": accounts.holders_of(role, _day(clock.now())),
        "refusal": refusal,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "people/role.html", context, status=422 if refusal else 200)


def _posts(person: Person, day: date | None = None) -> list[dict[str, Any]]:
    found = accounts.posts_on(person, day) if day else accounts.posts_of(person)
    return [
        {"post": post, "role": accounts.role_word(post.role), "where": _where(post.scope)}
        for post in found
    ]


def _where(scope: str) -> str:
    """What a scope is called."""
    if scope == EVERYWHERE:
        return _("the whole district")
    kind, _colon, code = scope.partition(":")
    entries = selectors.areas() if kind == "area" else selectors.units()
    entry = entries.filter(code=code).first()
    return entry.name if entry else code


def _day(at: datetime) -> date:
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
