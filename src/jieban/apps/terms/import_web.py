"""Pages by which a list of postings comes in: looked at first, then confirmed."""

import io
from typing import Any

import xlsxwriter
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.directory.doors import download, placed
from jieban.apps.terms import services
from jieban.apps.terms.forms import ConfirmListForm, ListForm
from jieban.domain.errors import Refused
from jieban.tables.postings import HEADINGS, WRITTEN, written

LISTED = 200
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@never_cache
def new_import(request: Asked) -> HttpResponse:
    """Choose a file; the answer shows what it would do, and stores nothing."""
    sending = request.method == "POST"
    form = (
        ListForm(request.POST, request.FILES) if sending else ListForm(initial={"programme": "zl"})
    )
    if sending and form.is_valid():
        sent, programme = form.cleaned_data["file"], form.cleaned_data["programme"]
        try:
            return _preview(request, sent.name, sent.read(), programme)
        except Refused as refusal:
            form.add_error("file", refusal.message())
    context = {"form": form, "heads": [HEADINGS[name][0] for name in WRITTEN]}
    return render(request, "terms/import.html", context, status=422 if form.errors else 200)


def _preview(request: Asked, name: str, content: bytes, programme: str) -> HttpResponse:
    with placed(name, content) as file:
        outcome = services.import_terms(
            actor_of(request), file, programme=programme, at=clock.now(), dry_run=True
        )
    context: dict[str, Any] = {
        "outcome": outcome,
        "name": name,
        "programme": programme,
        "text": written(outcome.file.lines, outcome.file.unknown).decode(),
        "rejected": outcome.rejected[:LISTED],
        "remarks": outcome.remarks[:LISTED],
        "states": outcome.states.items(),
    }
    return render(request, "terms/import_preview.html", context)


@require_POST
def confirm_import(request: Asked) -> HttpResponse:
    """Take in what the preview showed."""
    form = ConfirmListForm(request.POST)
    if not form.is_valid():
        return redirect("terms:import")
    said = form.cleaned_data
    with placed("list.csv", said["text"].encode()) as file:
        outcome = services.import_terms(
            actor_of(request),
            file,
            programme=said["programme"],
            at=clock.now(),
            name=said["name"],
        )
    text = _(
        "%(new)s terms came in, %(same)s were there already, %(rejected)s lines were not taken."
    )
    messages.success(request, text % outcome.counts)
    return redirect("terms:list")


@require_GET
def template(request: Asked) -> HttpResponse:
    """An empty workbook to fill in."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("派驻名单")
    head = book.add_format({"bold": True, "bg_color": "#E2EFF1", "bottom": 1})
    sheet.freeze_panes(1, 0)
    for column, name in enumerate(WRITTEN):
        sheet.set_column(column, column, 16, book.add_format({"num_format": "@"}))
        sheet.write_string(0, column, HEADINGS[name][0], head)
    book.close()
    return download(_("postings.xlsx"), out.getvalue(), WORKBOOK)
