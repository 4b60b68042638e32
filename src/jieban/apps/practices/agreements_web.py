"""Pages of placements, pairings and rules on trial, and of what is due in them."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.directory import selectors as directory
from jieban.apps.directory.doors import file_answer
from jieban.apps.directory.posted import day, whole
from jieban.apps.directory.selectors.reach import reach_of
from jieban.apps.practices import services
from jieban.apps.practices.forms import AgreementForm
from jieban.apps.practices.selectors import notes
from jieban.apps.practices.services.photos import LARGEST
from jieban.apps.practices.templatetags.practice_words import KINDS
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.notes import KINDS as AGREEMENTS

PAGE = 50
_HIDDEN = ("note.not_found", "actor.not_permitted")


@require_GET
def list_agreements(request: Asked) -> HttpResponse:
    """What is due first, then every running note; ended ones on request."""
    actor, today = actor_of(request), directory.local_day(clock.now())
    kind, ended = request.GET.get("kind", ""), bool(request.GET.get("ended"))
    kind = kind if kind in AGREEMENTS else ""
    context = {
        "page": Paginator(notes.listed(actor, kind=kind, ended=ended), PAGE).get_page(
            request.GET.get("page")
        ),
        "due": [] if ended else notes.due(actor, today),
        "kind": kind,
        "ended": ended,
        "kinds": [(code, KINDS[code]) for code in AGREEMENTS],
        "today": today,
        "may_write": actor.may("practice.write"),
    }
    return render(request, "agreements/list.html", context)


@never_cache
def new(request: Asked) -> HttpResponse:
    """Begin a placement, a pairing or rules on trial."""
    actor, at = actor_of(request), clock.now()
    begun = {
        "kind": request.GET.get("kind", ""),
        "begins": directory.local_day(at),
        "practice": request.GET.get("practice", ""),
    }
    form, refusal = AgreementForm(request.POST or None, actor=actor, initial=begun), None
    if request.method == "POST" and form.is_valid():
        try:
            made = services.open_note(actor, form.said(), at=at, items=form.cleaned_data["items"])
            return redirect("agreements:show", made.pk)
        except Refused as refused:
            refusal = refused
    status = 422 if refusal or form.errors else 200
    context = {"form": form, "refusal": refusal}
    return render(request, "agreements/form.html", context, status=status)


@never_cache
def edit(request: Asked, number: int) -> HttpResponse:
    """Say differently who takes part, until when, when one looks again."""
    actor = actor_of(request)
    note = notes.note_by_number(actor, number)
    initial = AgreementForm.initial_of(note)
    form, refusal = AgreementForm(request.POST or None, actor=actor, initial=initial), None
    del form.fields["items"]
    if request.method == "POST" and form.is_valid():
        try:
            services.change_note(actor, number, form.said(), at=clock.now())
            return redirect("agreements:show", number)
        except Refused as refused:
            if refused.code in _HIDDEN:
                raise
            refusal = refused
    status = 422 if refusal or form.errors else 200
    context = {"form": form, "refusal": refusal, "note": note}
    return render(request, "agreements/form.html", context, status=status)


def show(
    request: Asked, number: int, refusal: Refused | None = None, failed: str = ""
) -> HttpResponse:
    """One note with its items."""
    actor = actor_of(request)
    note = notes.note_by_number(actor, number)
    writes = reach_of(actor, "practice.write").holds(note.area_id)
    context = {
        "note": note,
        "items": notes.items_of(note),
        "writes": writes and note.ended_on is None,
        "today": directory.local_day(clock.now()),
        "refusal": refusal,
        "typed": request.POST if refusal else QueryDict(),
        "failed": failed,
    }
    return render(request, "agreements/show.html", context, status=409 if refusal else 200)


Act = Callable[[Actor, int, QueryDict, datetime], object]
ACTS: Mapping[str, Act] = {
    "items": lambda actor, number, post, at: services.add_items(
        actor, number, post.get("items", ""), at=at, due=day(post, "due")
    ),
    "tick": lambda actor, number, post, at: services.tick_item(
        actor, number, whole(post, "item"), at=at, on=day(post, "on"), proof=post.get("proof", "")
    ),
    "untick": lambda actor, number, post, at: services.untick_item(
        actor, number, whole(post, "item"), at=at
    ),
    "end": lambda actor, number, post, at: services.end_note(
        actor, number, at=at, outcome=post.get("outcome", ""), on=day(post, "on")
    ),
}


@require_POST
def act(request: Asked, number: int, act: str) -> HttpResponse:
    """One act on a note; where a rule says no, the page again with the reason."""
    if act not in ACTS:
        raise Http404(act)
    try:
        ACTS[act](actor_of(request), number, request.POST, clock.now())
    except Refused as refused:
        if refused.code in _HIDDEN:
            raise
        return show(request, number, refused, failed=act)
    if act == "end":
        messages.success(request, _("It has ended; what came of it is kept."))
    return redirect("agreements:show", number)


@never_cache
def proof(request: Asked, number: int, item: int) -> HttpResponse:
    """The file beside an item, to whoever may see the note; sending one puts it there."""
    actor = actor_of(request)
    note = notes.note_by_number(actor, number)
    held = notes.item_of(note, item)
    if request.method != "POST":
        return file_answer(*services.content_of(held), held.media_type)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise Refused("attachment.type")
        if (file.size or 0) > LARGEST:
            raise Refused("attachment.too_large", limit=LARGEST // 1024 // 1024)
        services.attach_proof(actor, number, item, file.name or "", file.read(), at=clock.now())
    except Refused as refused:
        if refused.code in _HIDDEN:
            raise
        return show(request, number, refused, failed=f"proof-{item}")
    return redirect("agreements:show", number)
