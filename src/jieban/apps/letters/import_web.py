"""Pages by which a table of letters comes in: looked at first, then confirmed."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.directory.doors import download, placed
from jieban.apps.letters import services
from jieban.apps.letters.forms import ConfirmLettersForm, LettersFileForm
from jieban.domain.errors import Refused
from jieban.tables.letters import HEADINGS, PUBLIC, WORKBOOK, blank_workbook, written

LISTED = 200
MOST = 1000
"""Letters that come in by one page; more are for the command."""


@never_cache
def new_import(request: Asked) -> HttpResponse:
    """Choose a file; the answer shows what it would do, and stores nothing."""
    actor, sending = actor_of(request), request.method == "POST"
    form = (
        LettersFileForm(request.POST, request.FILES, actor=actor)
        if sending
        else LettersFileForm(actor=actor, initial={"round": request.GET.get("round", "")[:32]})
    )
    if sending and form.is_valid():
        try:
            return _preview(request, form.cleaned_data)
        except Refused as refusal:
            form.add_error("file", refusal.message())
    context = {"form": form, "heads": [HEADINGS[name][0] for name in PUBLIC]}
    return render(request, "letters/import.html", context, status=422 if form.errors else 200)


def _preview(request: Asked, said: dict[str, Any]) -> HttpResponse:
    sent = said["file"]
    with placed(sent.name, sent.read()) as file:
        outcome = services.import_letters(
            actor_of(request),
            file,
            round=said["round"],
            batch=said["batch"],
            day=said["day"],
            unusual=said["unusual"],
            at=clock.now(),
            dry_run=True,
        )
    if len(outcome.file.lines) > MOST:
        raise Refused("letters.page_too_many", limit=MOST)
    context: dict[str, Any] = {
        "outcome": outcome,
        "said": said,
        "name": sent.name,
        "text": written(outcome.file.lines, outcome.file.unknown).decode(),
        "anything": outcome.new or outcome.changed,
        "rejected": outcome.rejected[:LISTED],
        "remarks": outcome.remarks[:LISTED],
        "changed": outcome.changed[:LISTED],
    }
    return render(request, "letters/import_preview.html", context)


@require_POST
def confirm_import(request: Asked) -> HttpResponse:
    """Take in what the preview showed."""
    form = ConfirmLettersForm(request.POST)
    if not form.is_valid():
        return redirect("letters:import")
    said = form.cleaned_data
    with placed("list.csv", said["text"].encode()) as file:
        outcome = services.import_letters(
            actor_of(request),
            file,
            round=said["round"],
            batch=said["batch"],
            day=said["day"],
            unusual=said["unusual"],
            at=clock.now(),
            name=said["name"],
        )
    text = _(
        "%(new)s letters came in, %(changed)s were changed, %(same)s were the same,"
        " %(rejected)s lines were not taken."
    )
    messages.success(request, text % outcome.counts)
    return redirect("letters:batches")


@require_GET
def template(request: Asked) -> HttpResponse:
    """An empty workbook to fill in."""
    return download(_("letters.xlsx"), blank_workbook(), WORKBOOK)
