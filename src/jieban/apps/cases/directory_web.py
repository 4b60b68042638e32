"""Pages of the directory: places, units, names to confirm, and directory files.

They stand in this app because they count cases, and the directory knows nothing of cases.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from jieban import clock
from jieban.apps.asked import actor_of
from jieban.apps.cases import selectors as cases
from jieban.apps.cases import services
from jieban.apps.cases.doors import Asked, limited
from jieban.apps.cases.services import uploads
from jieban.apps.cases.web import workbook_response
from jieban.apps.directory import selectors
from jieban.apps.directory import services as directory
from jieban.apps.directory.blank_workbook import blank_workbook
from jieban.apps.directory.forms import DirectoryFileForm
from jieban.apps.ledger import selectors as ledger
from jieban.domain.actors import SYSTEM
from jieban.domain.errors import Refused
from jieban.domain.words import refusal_text

PAGE = 100
CANDIDATES = 40
SOURCES = ("source", "alias", "person", "")


@dataclass(frozen=True)
class _Counted:
    """Rows of every place and unit by its key, and the places with what lies below them."""

    by_area: dict[int, int]
    by_unit: dict[int, int]
    branches: list[selectors.Branch]


def _counted() -> _Counted:
    """Counted once for each state of the ledger: without an event no row comes or moves."""
    newest = next((event.number for event in ledger.newest(1)), 0)
    return _count(str(settings.HOME.path), newest)


@lru_cache(maxsize=2)
def _count(_home: str, _newest_event: int) -> _Counted:
    by_area = cases.rows_per_area()
    return _Counted(by_area, cases.rows_per_unit(), selectors.branches(by_area))


@require_GET
def show_index(request: Asked) -> HttpResponse:
    """The tree of streets, who decided where cases belong, what waits to be confirmed."""
    words = request.GET.get("q", "").strip()
    counted = _counted()
    rows, by_unit, branches = counted.by_area, counted.by_unit, counted.branches
    context: dict[str, Any] = {
        "words": words,
        "waiting": selectors.count_provisional(),
        "kinds": _kinds([branch.area for branch in branches]),
        "unit_count": selectors.units().count(),
    }
    if words:
        context["found"] = [
            *_listed("area", selectors.found([branch.area for branch in branches], words), rows),
            *_listed("unit", selectors.found(list(selectors.units()), words), by_unit),
        ]
        return render(request, "directory/index.html", context)
    shares = cases.attribution_shares()
    context |= {
        "districts": [branch for branch in branches if branch.area.kind == "district"],
        "streets": [branch for branch in branches if branch.area.kind == "street"],
        "shares": [(by or "nobody", shares.get(by, 0)) for by in SOURCES],
        "whole": sum(shares.values()),
    }
    return render(request, "directory/index.html", context)


@require_GET
def list_areas(request: Asked) -> HttpResponse:
    """Every place, to be searched and narrowed by kind."""
    everything = [area for area in selectors.areas() if area.kind != "part"]
    return _list(request, "area", everything, _counted().by_area)


@require_GET
def list_units(request: Asked) -> HttpResponse:
    """Every unit, to be searched and narrowed by kind."""
    return _list(request, "unit", list(selectors.units()), _counted().by_unit)


def list_provisional(request: Asked) -> HttpResponse:
    """Names an import brought that nobody has confirmed; confirm one, some, or a page of them."""
    if request.method == "POST":
        return _confirm_chosen(request)
    counted = _counted()
    with_below = {branch.area.pk: branch.cases for branch in counted.branches}
    waiting = selectors.waiting(with_below, counted.by_unit)
    kinds = _kinds([item.entry for item in waiting])
    chosen = request.GET.get("kind", "")
    shown = [item for item in waiting if not chosen or item.entry.kind == chosen]
    page = Paginator(shown, 50).get_page(request.GET.get("page"))
    page.object_list = selectors.with_likely(list(page.object_list))
    context = {"page": page, "kinds": kinds, "chosen": chosen, "total": len(waiting)}
    return render(request, "directory/provisional.html", context)


@require_GET
def show_entry(request: Asked, what: str, code: str) -> HttpResponse:
    """One place or unit: names, validity, what lies below it, what happened to it."""
    entry = _entry(what, code)
    counted = _counted()
    rows = counted.by_area if what == "area" else counted.by_unit
    children = [child for child in entry.children.all() if child.kind != "part"]
    below: Any = _listed(what, children, rows)
    total = rows.get(entry.pk, 0)
    if what == "area":
        branches = {branch.area.pk: branch for branch in counted.branches}
        total = branches[entry.pk].cases if entry.pk in branches else total
        below = [
            {"entry": child, "what": what, "cases": branches[child.pk].cases} for child in children
        ]
    context = {
        "entry": entry,
        "what": what,
        "cases": total,
        "below": below,
        "names": list(selectors.entry_names(entry)),
        "before": selectors.predecessors(entry),
        "events": list(ledger.events_of(what, code)),
        "likely": selectors.likely_meanings(entry) if entry.provisional else (),
    }
    return render(request, "directory/entry.html", context)


@require_POST
def confirm_entry(request: Asked, what: str, code: str) -> HttpResponse:
    """A provisional name is real."""
    entry = directory.confirm_entry(actor_of(request), _entry(what, code), at=clock.now())
    messages.success(request, _("“%(name)s” is confirmed.") % {"name": entry.name})
    return redirect("directory:entry", what=what, code=code)


def merge_entry(request: Asked, what: str, code: str) -> HttpResponse:
    """Choose what a provisional name means; say once what will happen; do it."""
    entry = _entry(what, code)
    refusal = None
    if request.method == "POST":
        into = request.POST.get("into", "")
        name = entry.name
        try:
            moved = services.merge_name(actor_of(request), what, code, into, at=clock.now())
            said = _("“%(name)s” is merged into “%(into)s”; %(moved)s rows moved.")
            target = selectors.entry_by_code(what, into)
            messages.success(request, said % {"name": name, "into": target.name, "moved": moved})
            return redirect("directory:provisional")
        except Refused as refused:
            refusal = refused
    else:
        into = request.GET.get("into", "")
    words = request.GET.get("q", "").strip()
    others = selectors.may_merge_into(entry)
    rows = cases.rows_per_area() if what == "area" else cases.rows_per_unit()
    found = selectors.found(others, words) if words else list(others)
    context = {
        "entry": entry,
        "what": what,
        "cases": rows.get(entry.pk, 0),
        "into": next((other for other in others if other.code == into), None),
        "words": words,
        "likely": selectors.likely_meanings(entry),
        "found": _listed(what, found[:CANDIDATES], rows),
        "more": max(len(found) - CANDIDATES, 0),
        "refusal": refusal,
    }
    return render(request, "directory/merge.html", context, status=422 if refusal else 200)


@limited
def new_import(request: Asked) -> HttpResponse:
    """Choose a directory file; what it would change is shown before anything is stored."""
    form = DirectoryFileForm()
    if request.method == "POST":
        form = DirectoryFileForm(request.POST, request.FILES)
        if request.too_large:
            form.errors.pop("file", None)
            limit = settings.MAX_UPLOAD_MB
            refusal = Refused("upload.too_large", name=request.too_large, limit=limit)
            form.add_error("file", refusal.message())
        elif form.is_valid():
            try:
                upload = services.receive_directory(
                    request.actor or SYSTEM,
                    form.cleaned_data["file"].name,
                    form.cleaned_data["file"].chunks(),
                    at=clock.now(),
                    home=settings.HOME,
                    limit_mb=settings.MAX_UPLOAD_MB,
                    keep_days=settings.KEEP_UPLOADS_DAYS,
                )
                return redirect("directory:preview", upload=upload.id)
            except Refused as refusal:
                form.add_error("file", refusal.message())
    context = {"form": form, "limit": settings.MAX_UPLOAD_MB}
    return render(request, "directory/new.html", context, status=422 if form.errors else 200)


def preview_import(request: Asked, upload: str) -> HttpResponse:
    """What a directory file would change; POST changes it, and the page then says what it did."""
    home, at = settings.HOME, clock.now()
    if request.method == "POST":
        services.take_in_directory(actor_of(request), upload, at=at, home=home)
        return redirect(f"{request.path}?done=1")
    kept = uploads.upload_by_id(home, upload)
    done = kept.found.get("directory") if request.GET.get("done") else None
    actor = request.actor or SYSTEM
    found = done or services.preview_directory(actor, kept, at=at, home=home)
    context = {
        "upload": kept,
        "done": done is not None,
        "counts": found["counts"],
        "changes": found["changes"],
        "new": found["new"],
        "rejected": [
            {**line, "words": refusal_text(line["reason"], {"value": line["value"]})}
            for line in found["rejected"]
        ],
    }
    return render(request, "directory/preview.html", context)


@require_GET
def download_template(request: Asked) -> HttpResponse:
    """An empty workbook with both layouts."""
    name = _("directory.xlsx")
    return workbook_response(blank_workbook(request.language), name)


def _confirm_chosen(request: Asked) -> HttpResponse:
    one = request.POST.get("one")
    field = "shown" if request.POST.get("which") == "all" else "chosen"
    wanted = [one] if one else request.POST.getlist(field)
    entries = [_entry(*each.partition(":")[::2]) for each in wanted]
    count = directory.confirm_entries(actor_of(request), entries, at=clock.now())
    if count:
        text = ngettext("%(count)s name confirmed.", "%(count)s names confirmed.", count)
        messages.success(request, text % {"count": count})
    else:
        messages.info(request, _("No name was chosen; nothing was changed."))
    return redirect(request.get_full_path())


def _list(request: Asked, what: str, entries: list[Any], rows: dict[int, int]) -> HttpResponse:
    words, chosen = request.GET.get("q", "").strip(), request.GET.get("kind", "")
    matching = [
        entry for entry in selectors.found(entries, words) if not chosen or entry.kind == chosen
    ]
    page = Paginator(matching, PAGE).get_page(request.GET.get("page"))
    context = {
        "what": what,
        "words": words,
        "chosen": chosen,
        "kinds": _kinds(entries),
        "total": len(entries),
        "page": page,
        "listed": _listed(what, page.object_list, rows),
    }
    return render(request, "directory/entries.html", context)


def _listed(what: str, entries: Any, rows: dict[int, int]) -> list[dict[str, Any]]:
    return [{"entry": entry, "what": what, "cases": rows.get(entry.pk, 0)} for entry in entries]


def _kinds(entries: list[Any]) -> list[tuple[str, int]]:
    """(kind, how many) in the order met."""
    counted: dict[str, int] = {}
    for entry in entries:
        if entry.kind != "part":
            counted[entry.kind] = counted.get(entry.kind, 0) + 1
    return list(counted.items())


def _entry(what: str, code: str) -> Any:
    if what not in ("area", "unit"):
        raise Http404(what)
    return selectors.entry_by_code(what, code)
