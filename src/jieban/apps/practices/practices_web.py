"""Pages of practices: the library, one card with who took it over, its printed form."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.directory import selectors as directory
from jieban.apps.directory.posted import day, whole, whole_or_none
from jieban.apps.directory.selectors.reach import reach_of
from jieban.apps.ledger import selectors as ledger
from jieban.apps.practices import services
from jieban.apps.practices.forms import PracticeForm, area_choices
from jieban.apps.practices.models import Practice, PracticeVersion
from jieban.apps.practices.selectors import cards, figures, projects
from jieban.apps.practices.templatetags.practice_words import KINDS, practice_word
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.cards import KINDS as PRACTICES

_HIDDEN = ("practice.not_found", "actor.not_permitted")
_STATES = ("published", "in_review", "draft", "withdrawn")


@require_GET
def library(request: Asked) -> HttpResponse:
    """Published practices, most adopted first; kinds and words narrow them."""
    actor = actor_of(request)
    asked = {
        name: request.GET.get(name, "")[:100].replace("\x00", "")
        for name in ("kind", "q", "category", "state")
    }
    asked["state"] = asked["state"] if asked["state"] in _STATES else _STATES[0]
    context = {
        "found": cards.library(
            actor,
            kind=asked["kind"],
            words=asked["q"],
            category=asked["category"],
            state=asked["state"],
        ),
        "asked": asked,
        "kinds": [(code, KINDS[code]) for code in PRACTICES],
        "states": _STATES if actor.may("practice.write") or actor.may("practice.review") else (),
        "may_write": actor.may("practice.write"),
    }
    return render(request, "practices/library.html", context)


@never_cache
def new(request: Asked) -> HttpResponse:
    """Begin a practice, out of a project if one is named."""
    actor = actor_of(request)
    said = request.POST if request.method == "POST" else request.GET
    number = said.get("project", "")
    project = (
        projects.project_by_number(actor, int(number))
        if number.isdecimal() and len(number) < 10 and actor.may("project.see")
        else None
    )
    begun = (
        {
            "area": project.area.code,
            "category": project.category,
            "problem": project.title,
            "author": project.owner,
            "steps": "\n".join(
                f"{place}. {step.what}"
                for place, step in enumerate(projects.steps_of(project), start=1)
            ),
        }
        if project
        else {}
    )
    form = PracticeForm(request.POST or None, actor=actor, initial=begun)
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            made = services.write_practice(
                actor, form.card(), at=clock.now(), project=project.pk if project else None
            )
            return redirect("practices:show", made.pk)
        except Refused as refused:
            refusal = refused
    context = {
        "form": form,
        "refusal": refusal,
        "project": project,
        "categories": directory.categories(),
    }
    status = 422 if refusal or form.errors else 200
    return render(request, "practices/form.html", context, status=status)


@never_cache
def edit(request: Asked, number: int) -> HttpResponse:
    """Write the draft anew; of what is published, a new version."""
    actor = actor_of(request)
    practice = cards.practice_by_number(actor, number)
    version = cards.working_version(practice) or cards.versions_of(practice)[0]
    form = PracticeForm(request.POST or None, actor=actor, initial=PracticeForm.initial_of(version))
    refusal = None
    if not cards.may(actor, practice, "practice.write"):
        raise Refused("practice.not_yours", number=number)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_practice(actor, number, form.card(), at=clock.now())
            return redirect("practices:show", number)
        except Refused as refused:
            if refused.code in _HIDDEN:
                raise
            refusal = refused
    context = {
        "form": form,
        "refusal": refusal,
        "practice": practice,
        "card": version,
        "categories": directory.categories(),
    }
    status = 422 if refusal or form.errors else 200
    return render(request, "practices/form.html", context, status=status)


def show(
    request: Asked, number: int, refusal: Refused | None = None, failed: str = ""
) -> HttpResponse:
    """One practice: its card, its versions, who took it over and what came in there."""
    actor = actor_of(request)
    practice = cards.practice_by_number(actor, number)
    version = _version(request, actor, number)
    working = cards.working_version(practice)
    writes = cards.may(actor, practice, "practice.write")
    reviews = cards.may(actor, practice, "practice.review")
    evidence = projects.visible_to(actor, "project.see").filter(practices=practice)
    may_figures = actor.may("assessment.see")
    context = {
        "practice": practice,
        "card": version,
        "working": working if writes or reviews else None,
        "versions": [
            each for each in cards.versions_of(practice) if writes or each.state in cards.PUBLIC
        ],
        "moves": cards.allowed_moves(actor, working or version),
        "withdraw": "withdraw" in cards.allowed_moves(actor, version),
        "writes": writes,
        "adoptions": cards.adoptions_of(practice),
        "areas": area_choices(actor, "practice.write") if actor.may("practice.write") else (),
        "own": {
            adoption.pk
            for adoption in cards.adoptions_of(practice, running=True)
            if reach_of(actor, "practice.write").holds(adoption.area_id)
        },
        "evidence": list(evidence.select_related("area")),
        "figures": _figures(practice) if may_figures else None,
        "may_figures": may_figures,
        "events": reversed(list(ledger.events_of("practice", str(practice.pk)))),
        "today": directory.local_day(clock.now()),
        "refusal": refusal,
        "typed": request.POST if refusal else QueryDict(),
        "failed": failed,
    }
    return render(request, "practices/show.html", context, status=409 if refusal else 200)


def _figures(practice: Practice) -> dict[str, Any] | None:
    """What came in where it was taken over and elsewhere; every place with its name."""
    found = figures.of_practice(settings.HOME, practice)
    if found is None:
        return None
    areas = directory.standing().areas
    windows = [
        {
            "own": each.own,
            "others": each.others,
            "complete": all(line.own.complete for line in each.lines),
            "lines": [
                {
                    "name": f"{areas[line.adopter.place].name} {line.adopter.month}",
                    "own": line.own,
                    "others": line.others,
                }
                for line in each.lines
            ],
        }
        for each in found.windows
    ]
    return {"windows": windows, "official": found.official}


@require_GET
def card(request: Asked, number: int) -> HttpResponse:
    """The card alone, on one sheet of paper."""
    actor = actor_of(request)
    version = _version(request, actor, number)
    context = {
        "practice": version.practice,
        "card": version,
        "adoptions": cards.adoptions_of(version.practice, running=True),
    }
    return render(request, "practices/card.html", context)


def _version(request: Asked, actor: Actor, number: int) -> PracticeVersion:
    asked = request.GET.get("version", "")
    wanted = int(asked) if asked.isdecimal() and len(asked) < 5 else None
    return cards.shown_version(actor, cards.practice_by_number(actor, number), wanted)


# --- what is posted -----------------------------------------------------------------------

Act = Callable[[Actor, int, QueryDict, datetime], object]


def _move(name: str) -> Act:
    return lambda actor, number, post, at: services.move_practice(
        actor, number, name, at=at, reason=post.get("reason", "")
    )


ACTS: Mapping[str, Act] = {
    **{name: _move(name) for name in ("submit", "publish", "send_back", "withdraw")},
    "adopt": lambda actor, number, post, at: services.adopt(
        actor,
        number,
        post.get("area", ""),
        at=at,
        on=day(post, "on"),
        contact_at=post.get("contact", ""),
        estate=post.get("estate", ""),
    ),
    "end-adoption": lambda actor, number, post, at: services.end_adoption(
        actor,
        number,
        whole(post, "adoption"),
        at=at,
        reason=post.get("reason", ""),
        on=day(post, "on"),
    ),
    "link-project": lambda actor, number, post, at: services.link_project(
        actor, number, whole_or_none(post, "project") or 0, at=at
    ),
}


@require_POST
def act(request: Asked, number: int, act: str) -> HttpResponse:
    """One act on a practice; where a rule says no, the page again with the reason."""
    if act not in ACTS:
        raise Http404(act)
    try:
        ACTS[act](actor_of(request), number, request.POST, clock.now())
    except Refused as refused:
        if refused.code in _HIDDEN:
            raise
        return show(request, number, refused, failed=act)
    if act in ("submit", "publish", "send_back", "withdraw"):
        messages.success(request, _("Done: %(act)s.") % {"act": practice_word(act)})
    return redirect("practices:show", number)
