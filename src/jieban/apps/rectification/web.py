"""Pages of inspection rounds: the list, one round with its tasks, a plan's file on its way in."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.directory import selectors as directory
from jieban.apps.directory.doors import placed
from jieban.apps.rectification import services
from jieban.apps.rectification.forms import PlanFileForm, RoundForm, offered
from jieban.apps.rectification.models import Round
from jieban.apps.rectification.selectors import plans, seeing, tasks
from jieban.apps.rectification.templatetags.rectification_words import STATES
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.rectification.sums import sum_of

LARGEST_FILE = 30 * 1024 * 1024
LISTED = 200
_HIDDEN = ("round.not_found", "actor.not_permitted")


@require_GET
def list_rounds(request: Asked) -> HttpResponse:
    """Rounds within reach, newest first, with how far each has come."""
    actor = actor_of(request)
    today = directory.local_day(clock.now())
    found = list(seeing.rounds_visible_to(actor).select_related("office"))
    counts: dict[int, dict[str, int]] = {}
    lates: dict[int, int] = {}
    kept = seeing.tasks_visible_to(actor).filter(dropped=False).order_by()
    late = Count("pk", filter=Q(due_on__lt=today))
    for pk, state, number, overdue in kept.values_list("round", "state").annotate(
        number=Count("pk"), overdue=late
    ):
        counts.setdefault(pk, {})[state] = number
        lates[pk] = lates.get(pk, 0) + (overdue if state != "signed_off" else 0)
    context = {
        "rounds": [
            (each, sum_of(counts.get(each.pk, {}), lates.get(each.pk, 0))) for each in found
        ],
        "may_manage": actor.may("rectification.manage"),
    }
    return render(request, "rectification/rounds.html", context)


@never_cache
def new_round(request: Asked) -> HttpResponse:
    """Begin the register of one inspection."""
    actor = actor_of(request)
    form, refusal = RoundForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        try:
            code = form.cleaned_data["code"].lower()
            made = services.open_round(actor, code, form.plan(), at=clock.now())
            return redirect("rectification:round", made.code)
        except Refused as refused:
            refusal = refused
    return _form(request, form, refusal, None)


@never_cache
def edit_round(request: Asked, code: str) -> HttpResponse:
    """Say differently what a round is."""
    actor = actor_of(request)
    held = seeing.round_by_code(actor, code, "rectification.manage")
    form = RoundForm(request.POST or None, initial=RoundForm.initial_of(held))
    form.fields["code"].disabled = True
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            services.change_round(actor, code, form.plan(), at=clock.now())
            return redirect("rectification:round", code)
        except Refused as refused:
            if refused.code in _HIDDEN:
                raise
            refusal = refused
    return _form(request, form, refusal, held)


def _form(
    request: Asked, form: RoundForm, refusal: Refused | None, held: Round | None
) -> HttpResponse:
    context = {"form": form, "refusal": refusal, "round": held, "offered": offered()}
    status = 422 if refusal or form.errors else 200
    return render(request, "rectification/round_form.html", context, status=status)


@require_GET
def show_round(request: Asked, code: str) -> HttpResponse:
    """One round: how far it has come, where its plan stands, its tasks."""
    actor = actor_of(request)
    held = seeing.round_by_code(actor, code)
    today = directory.local_day(clock.now())
    asked = _asked(request)
    found = tasks.listed(actor, _filter(asked, code, today))
    counted = tasks.state_counts(actor, code)
    late = tasks.late(tasks.listed(actor, tasks.Filter(round=code)), today).count()
    page = Paginator(found, tasks.PAGE).get_page(request.GET.get("page"))
    tasks.with_items(page.object_list)  # type: ignore[arg-type]
    context = {
        "round": held,
        "page": page,
        "asked": asked,
        "narrowed": any(
            asked[name] for name in ("q", "lead", "unit", "role", "problem", "from", "to")
        ),
        "sum": sum_of(counted, late),
        "states": [(state, words, counted.get(state, 0)) for state, words in STATES.items()],
        "newest": held.plans.defer("content").first(),
        "in_force": plans.version_in_force(held),
        "today": today,
        "keeps": seeing.keeps_round(actor, held),
    }
    return render(request, "rectification/round.html", context)


def _asked(request: Asked) -> dict[str, str]:
    names = ("state", "q", "lead", "unit", "role", "problem", "late", "from", "to")
    return {name: request.GET.get(name, "")[:100].replace("\x00", "") for name in names}


def _filter(asked: dict[str, str], code: str, today: date) -> tasks.Filter:
    problem = asked["problem"]
    return tasks.Filter(
        round=code,
        state=asked["state"] if asked["state"] in (*STATES, "open") else "",
        lead=asked["lead"],
        unit=asked["unit"],
        role=asked["role"],
        problem=int(problem) if problem.isdecimal() and len(problem) < 7 else None,
        words=asked["q"],
        late_on=today if asked["late"] else None,
        due_from=_day(asked["from"]),
        due_to=_day(asked["to"]),
    )


def _day(said: str) -> date | None:
    try:
        return parse_date(said)
    except ValueError:
        return None


@never_cache
def import_plan(request: Asked, code: str) -> HttpResponse:
    """A plan's file: looked at first, and laid aside until it is taken in."""
    actor = actor_of(request)
    held = seeing.round_by_code(actor, code, "rectification.manage")
    taking = "digest" in request.POST
    form = PlanFileForm(None if taking else request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"round": held, "form": form}
    try:
        if taking:
            return _take(request, actor, held)
        if request.method == "POST" and form.is_valid():
            context |= _look(actor, code, form.cleaned_data["file"])
    except Refused as refused:
        if refused.code in _HIDDEN:
            raise
        context["refusal"] = refused
    status = 422 if context.get("refusal") or form.errors else 200
    return render(request, "rectification/import.html", context, status=status)


def _look(actor: Actor, code: str, sent: Any) -> dict[str, Any]:
    if (sent.size or 0) > LARGEST_FILE:
        raise Refused("attachment.too_large", limit=LARGEST_FILE // 1024 // 1024)
    name, content = sent.name or "", sent.read()
    with placed(name, content) as path:
        outcome = services.import_plan(actor, code, path, at=clock.now(), dry_run=True)
    return {
        "outcome": outcome,
        "name": name,
        "digest": services.lay_aside(content),
        "rejected": outcome.rejected[:LISTED],
        "notes": outcome.notes[:LISTED],
    }


def _take(request: Asked, actor: Actor, held: Round) -> HttpResponse:
    digest, name = request.POST["digest"], request.POST.get("name", "")[-200:]
    with placed(name, services.laid_aside(digest)) as path:
        outcome = services.import_plan(actor, held.code, path, at=clock.now(), name=name)
    services.forget(digest)
    text = _(
        "%(new)s tasks came in, %(changed)s were changed, %(same)s are as before;"
        " %(rejected)s lines were not taken."
    )
    messages.success(request, text % outcome.counts)
    return redirect("rectification:round", held.code)
