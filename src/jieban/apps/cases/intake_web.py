"""受理登记: the call-taking form, saved as you type; and files of a case."""

from dataclasses import fields
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.cases import case_web, selectors, services
from jieban.apps.cases.services import Intake
from jieban.apps.cases.services.attachments import LARGEST
from jieban.apps.cases.services.idempotency import once
from jieban.apps.cases.services.intake import CHANNELS
from jieban.apps.cases.templatetags.live_words import live_word, time_left
from jieban.apps.directory import selectors as directory
from jieban.domain.errors import Refused
from jieban.sealing import sealer_of

_FIELDS = tuple(field.name for field in fields(Intake))


def _typed(request: Asked) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in _FIELDS}


@never_cache
def new(request: Asked) -> HttpResponse:
    """Take a case in. Sent twice, it is one case; refused, everything typed is still there."""
    actor, refusal = actor_of(request), None
    if request.method == "POST":
        typed = _typed(request)
        said = {name: value for name, value in typed.items() if value}
        try:
            case = once(
                actor,
                request.POST.get("key", "")[:64],
                "form",
                repr(sorted(typed.items())),
                lambda at: services.receive_case(actor, Intake(**{"text": "", **said}), at=at),
                at=clock.now(),
            )
            services.drop_draft(actor)
            return redirect(f"{_case(case.number)}?new=1")
        except Refused as refused:
            refusal = refused
    else:
        typed = selectors.draft_of(actor, sealer_of(settings.HOME.keys))
    places = directory.areas_in(typed.get("address", "")) if typed.get("address") else []
    context = {
        "typed": typed,
        "restored": request.method == "GET" and bool(typed),
        "refusal": refusal,
        "key": request.POST.get("key") or services.new_key(),
        "channels": [(channel, live_word(channel)) for channel in CHANNELS],
        "areas": directory.area_choices(),
        "categories": [category.path for category in directory.categories() if category.level > 1],
        "earlier": _earlier(request, typed.get("phone", "")),
        "places": places,
    }
    return render(request, "cases/intake.html", context, status=422 if refusal else 200)


@require_POST
def draft(request: Asked) -> HttpResponse:
    """Keep what is in the form so far; with `discard`, forget it."""
    actor = actor_of(request)
    if "discard" in request.POST:
        services.drop_draft(actor)
        return redirect("cases:new")
    services.save_draft(actor, _typed(request), at=clock.now())
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(status=204)
    return redirect("cases:new")


@require_POST
def earlier(request: Asked) -> HttpResponse:
    """Earlier cases of the same caller and places an address names, for the form's side."""
    address = request.POST.get("address", "")[:200]
    context = {
        "earlier": _earlier(request, request.POST.get("phone", "")[:32]),
        "places": directory.areas_in(address) if address else [],
    }
    return render(request, "cases/earlier.html", context)


def _earlier(request: Asked, phone: str) -> list[dict[str, Any]]:
    found = selectors.earlier_cases(actor_of(request), phone, sealer_of(settings.HOME.keys))
    return [{"case": case, "left": time_left(case)} for case in found]


@require_GET
def suggest(request: Asked) -> JsonResponse:
    """Categories for what is typed: path and whether it is usually urgent."""
    found = directory.find_categories(request.GET.get("q", "")[:50])
    return JsonResponse({"categories": [category.path for category in found]})


# --- files of a case ----------------------------------------------------------------------


@require_POST
def attach(request: Asked, number: str) -> HttpResponse:
    """Put photos or files with a case."""
    actor = actor_of(request)
    files = request.FILES.getlist("file")
    try:
        if not files:
            raise Refused("attachment.type")
        for file in files[:10]:
            if (file.size or 0) > LARGEST:
                raise Refused("attachment.too_large", limit=LARGEST // 1024 // 1024)
            services.attach(
                actor,
                number,
                file.name or "",
                file.read(),
                at=clock.now(),
                stage=request.POST.get("stage", "other"),
                keep_place=request.POST.get("keep_place") == "yes",
                pair=int(pair) if (pair := request.POST.get("pair", "")).isdecimal() else None,
            )
    except Refused as refused:
        if refused.code == "case.not_found":
            raise
        return case_web.show(request, number, refused, failed="attach")
    return redirect(f"{_case(number)}#files")


@require_GET
@never_cache
def attachment(request: Asked, number: str, attachment: int) -> HttpResponse:
    """One file, to whoever may see the case."""
    case = selectors.case_by_number(actor_of(request), number)
    held = selectors.attachment_of(case, attachment)
    name, content = services.content_of(held)
    response = HttpResponse(content, content_type=held.media_type)
    how = "inline" if held.media_type.startswith("image/") else "attachment"
    response.headers["Content-Disposition"] = f"{how}; filename*=UTF-8''{quote(name)}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_POST
def attachment_remove(request: Asked, number: str, attachment: int) -> HttpResponse:
    try:
        services.remove_attachment(
            actor_of(request),
            number,
            attachment,
            at=clock.now(),
            reason=request.POST.get("reason", ""),
        )
    except Refused as refused:
        if refused.code == "case.not_found":
            raise
        return case_web.show(request, number, refused)
    return redirect(f"{_case(number)}#files")


def _case(number: str) -> str:
    return f"/cases/{quote(number)}/"
