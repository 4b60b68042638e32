"""Pages of the categories and of the duty list: looking, trying, bringing a file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.directory import reasons, selectors, services
from jieban.apps.directory.blank_duties import NOTES
from jieban.apps.directory.doors import download, placed
from jieban.apps.directory.forms import ListFileForm, ListTextForm
from jieban.apps.directory.models import Area, Category, Duty
from jieban.domain.errors import Refused
from jieban.domain.rulebook.limits import LEVEL
from jieban.domain.words import refusal_text
from jieban.tables.categories import written as written_categories
from jieban.tables.duties import row_of
from jieban.tables.duties import written as written_duties

PAGE = 100
FOUND = 60
LISTED = 200
CSV = "text/csv; charset=utf-8"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


# --- categories ----------------------------------------------------------------------------


@require_GET
def list_categories(request: Asked) -> HttpResponse:
    """The tree of categories, or what a search finds in it."""
    words, ended = request.GET.get("q", "").strip(), request.GET.get("ended") == "1"
    rows = selectors.category_tree(ended=ended)
    context: dict[str, Any] = {
        "words": words,
        "ended": ended,
        "count": sum(row.valid_to is None for row in rows),
        "past": selectors.categories(ended=True).exclude(valid_to=None).count(),
    }
    if words:
        found = selectors.find_categories(words, FOUND)
        if ended:
            former = [row for row in rows if row.valid_to is not None and words in row.path]
            found += former[:FOUND]
        context["found"] = found
    else:
        context["tops"] = _branches(rows)
    return render(request, "duties/categories.html", context)


@require_GET
def show_category(request: Asked, code: str) -> HttpResponse:
    """One category: its versions, what lies below it, the rules for it."""
    row = selectors.category_by_code(code)
    below = [each for each in selectors.category_tree() if each.parent_id == row.pk]
    applying = [duty for duty in selectors.duties() if _touches(duty, row.path) and _current(duty)]
    context = {
        "row": row,
        "versions": selectors.category_versions(code),
        "below": below,
        "duties": [_shown(duty) for duty in applying],
    }
    return render(request, "duties/category.html", context)


@require_POST
def take_start_set(request: Asked) -> HttpResponse:
    """The categories that come with the product."""
    outcome = services.import_start_set(actor_of(request), at=clock.now())
    said = _("%(count)s categories of the start set were added.")
    messages.success(request, said % {"count": outcome.counts["new"]})
    return redirect("duties:categories")


@require_GET
def download_categories(request: Asked) -> HttpResponse:
    """The standing categories, to be changed and imported again."""
    return download(_("categories.csv"), selectors.categories_csv(), CSV)


# --- the duty list -------------------------------------------------------------------------


@require_GET
def list_duties(request: Asked) -> HttpResponse:
    """The list, narrowed by category, place and unit; what is wrong with it; a box to try it."""
    chosen = {name: request.GET.get(name, "").strip() for name in ("q", "area", "unit", "valid")}
    everything = list(selectors.duties())
    shown = [duty for duty in everything if _fits(duty, chosen)]
    page = Paginator(shown, PAGE).get_page(request.GET.get("page"))
    areas = {duty.area.code: duty.area.name for duty in everything if duty.area}
    units = {unit.code: unit.name for duty in everything for unit in _units(duty)}
    context = {
        "chosen": chosen,
        "narrowed": any(chosen.values()),
        "total": len(everything),
        "page": page,
        "rules": [_shown(duty) for duty in page.object_list],
        "areas": sorted(areas.items(), key=lambda each: each[1]),
        "units": sorted(units.items(), key=lambda each: each[1]),
        "review": selectors.review_duties(clock.now()),
        "conditions": selectors.all_conditions(clock.now()),
        "ticked": [],
    }
    return render(request, "duties/duties.html", context)


@require_GET
def show_duty(request: Asked, number: int) -> HttpResponse:
    """One rule, and the rules it meets: which of them it beats, in what, and which beat it."""
    duty = selectors.duty_by_number(number)
    rivals = selectors.compared(duty, clock.now())
    groups = (
        ("tie", _("Equal, with another lead: a person must choose")),
        ("beats", _("Rules that this one goes before")),
        ("beaten", _("Rules that go before this one")),
        ("same", _("Equal, with the same lead")),
    )
    context = {
        **_shown(duty),
        "groups": [
            (
                title,
                [
                    {**_shown(each.duty), "aspect": _aspect(each.aspect)}
                    for each in rivals
                    if each.outcome == outcome
                ],
            )
            for outcome, title in groups
        ],
    }
    return render(request, "duties/duty.html", context)


@require_GET
def try_it(request: Asked) -> HttpResponse:
    """What the list suggests for a category and a place, and why."""
    category = request.GET.get("category", "").strip()
    place = request.GET.get("place", "").strip()
    ticked = [word for word in request.GET.getlist("condition") if word]
    meant = selectors.category_of(category) if category else None
    areas = _places(place)
    context: dict[str, Any] = {
        "category": category,
        "place": place,
        "ticked": ticked,
        "meant": meant,
        "near": [] if meant or not category else selectors.find_categories(category, 8),
        "areas": areas,
        "conditions": selectors.all_conditions(clock.now()),
        "asked": bool(category),
    }
    area = areas[0] if len(areas) == 1 else None
    if meant is not None and (area is not None or not place):
        found = selectors.suggest_units(meant, area, clock.now(), conditions=ticked)
        context |= {
            "found": found,
            "reason": reasons.reason(found),
            "others": reasons.beaten(found),
            "area": area,
        }
    return render(request, "duties/try.html", context)


@require_GET
def download_duties(request: Asked, ending: str) -> HttpResponse:
    """The whole list, to be changed and imported again."""
    if ending not in ("csv", "xlsx"):
        raise Http404(ending)
    if ending == "csv":
        return download(_("duty-list.csv"), selectors.duties_csv(), CSV)
    return download(_("duty-list.xlsx"), selectors.duties_workbook(), WORKBOOK)


@require_GET
def download_template(request: Asked) -> HttpResponse:
    """An empty workbook with how to fill it in."""
    blank = selectors.duties_workbook(NOTES[request.language], blank=True)
    return download(_("duty-list.xlsx"), blank, WORKBOOK)


# --- files ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sort:
    """One sort of list: how it is read, written out again, and where its pages are."""

    name: str
    take: Callable[..., Any]
    text: Callable[[Any], bytes]
    home: str


_SORTS = {
    "categories": _Sort(
        "categories",
        services.import_categories,
        lambda file: written_categories(file.lines, to_open=False),
        "duties:categories",
    ),
    "list": _Sort(
        "list",
        services.import_duties,
        lambda file: written_duties(map(row_of, file.lines), to_open=False),
        "duties:list",
    ),
}


def new_import(request: Asked, sort: str) -> HttpResponse:
    """Choose a file; the answer shows what it would change, and stores nothing."""
    kind = _sort(sort)
    sending = request.method == "POST"
    form = ListFileForm(request.POST, request.FILES) if sending else ListFileForm()
    if sending and form.is_valid():
        sent, complete = form.cleaned_data["file"], form.cleaned_data["complete"]
        try:
            return _preview(request, kind, sent.name, sent.read(), complete)
        except Refused as refusal:
            form.add_error("file", refusal.message())
    context = {"form": form, "sort": sort}
    return render(request, "duties/new.html", context, status=422 if form.errors else 200)


@require_POST
def confirm_import(request: Asked, sort: str) -> HttpResponse:
    """Take in what the preview showed."""
    kind, form = _sort(sort), ListTextForm(request.POST)
    if not form.is_valid():
        return redirect("duties:import", sort=sort)
    said = form.cleaned_data
    with placed("list.csv", said["text"].encode()) as file:
        outcome = kind.take(
            actor_of(request),
            file,
            at=clock.now(),
            name=said["name"],
            complete=said["complete"],
        )
    counts = outcome.counts
    text = _("%(new)s lines added, %(changed)s changed, %(ended)s ended.")
    messages.success(
        request,
        text
        % {
            "new": counts["new"],
            "changed": counts["changed"] + counts["renamed"],
            "ended": counts["ended"],
        },
    )
    return redirect(kind.home)


def _sort(name: str) -> _Sort:
    if name not in _SORTS:
        raise Http404(name)
    return _SORTS[name]


def _preview(
    request: Asked, kind: _Sort, name: str, content: bytes, complete: bool
) -> HttpResponse:
    with placed(name, content) as file:
        outcome = kind.take(
            actor_of(request), file, at=clock.now(), complete=complete, dry_run=True
        )
    counts = {what: outcome.counts[what] for what in ("new", "changed", "renamed", "ended", "same")}
    context = {
        "sort": kind.name,
        "name": name,
        "complete": complete,
        "nothing": outcome.nothing,
        "counts": counts,
        "changes": outcome.changes[:LISTED],
        "more": max(len(outcome.changes) - LISTED, 0),
        "lines": [_told(line) for line in outcome.file.lines[:LISTED]],
        "unread": [
            {
                "line": line.line,
                "sheet": line.sheet,
                "cells": " | ".join(filter(None, line.cells)),
                "words": refusal_text(line.reason, {"value": line.value}),
            }
            for line in outcome.file.rejected
        ],
        "text": kind.text(outcome.file).decode(),
    }
    return render(request, "duties/preview.html", context)


def _told(line: Any) -> Sequence[str]:
    """What the first lines of a file say, so that a person sees whether it was read right."""
    if hasattr(line, "lead"):
        joints = "、".join(line.joints)
        return (
            line.category or _("every category"),
            line.area or _("everywhere"),
            line.lead,
            joints,
        )
    return (LEVEL.join(line.path), line.code, "、".join(line.aliases))


# --- shown ---------------------------------------------------------------------------------


def _branches(rows: list[Category]) -> list[dict[str, Any]]:
    """Top categories, each with what lies below it in the order of the tree."""
    tops: list[dict[str, Any]] = []
    for row in rows:
        if row.level == 1:
            tops.append({"top": row, "below": [], "leaves": 0})
        elif tops:
            tops[-1]["below"].append(row)
    for branch in tops:
        parents = {row.parent_id for row in branch["below"]}
        branch["leaves"] = sum(row.pk not in parents for row in branch["below"])
    return tops


def _shown(duty: Duty) -> dict[str, Any]:
    return {
        "duty": duty,
        "lead": reasons.lead_words(duty),
        "joints": reasons.joint_words(duty),
        "current": _current(duty),
    }


def _current(duty: Duty) -> bool:
    day = selectors.local_day(clock.now())
    return (duty.valid_from is None or duty.valid_from <= day) and (
        duty.valid_to is None or day < duty.valid_to
    )


def _fits(duty: Duty, chosen: dict[str, str]) -> bool:
    words, area, unit = chosen["q"], chosen["area"], chosen["unit"]
    path = duty.category.path if duty.category else ""
    said = [path, *duty.conditions, duty.basis, duty.note, reasons.lead_words(duty)]
    return (
        (not words or any(words in text for text in said) or str(duty.pk) == words)
        and (not area or (duty.area is not None and duty.area.code == area))
        and (not unit or any(each.code == unit for each in _units(duty)))
        and (chosen["valid"] == "all" or _current(duty) or not _over(duty))
    )


def _over(duty: Duty) -> bool:
    return duty.valid_to is not None and duty.valid_to <= selectors.local_day(clock.now())


def _units(duty: Duty) -> list[Any]:
    return [*([duty.lead] if duty.lead else []), *duty.joints.all()]


def _touches(duty: Duty, path: str) -> bool:
    """Whether a rule is for this category, one above it or one below it."""
    upper = duty.category.path if duty.category else ""
    return (
        not upper
        or upper == path
        or path.startswith(upper + LEVEL)
        or upper.startswith(path + LEVEL)
    )


def _places(text: str) -> list[Area]:
    """The places that a code or an address means."""
    if not text:
        return []
    known = selectors.standing().areas.get(text)
    return [known] if known else [each.area for each in selectors.areas_in(text)]


def _aspect(aspect: str) -> str:
    return {
        "category": _("finer category"),
        "area": _("smaller place"),
        "condition": _("more conditions"),
        "newest": _("newer"),
        "none": "",
    }[aspect]
