"""Pages of imports and of one case: send a file, look, confirm, mend; see what a row says."""

from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import get_valid_filename
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from jieban import clock
from jieban.apps.asked import actor_of
from jieban.apps.cases import case_web, selectors, services
from jieban.apps.cases.doors import Asked, limited
from jieban.apps.cases.forms import AttributionForm, UploadForm
from jieban.apps.cases.services import uploads
from jieban.apps.directory import selectors as directory
from jieban.apps.ledger import selectors as ledger
from jieban.domain.actors import SYSTEM
from jieban.domain.cases.numbers import is_case_number
from jieban.domain.errors import Refused
from jieban.domain.privacy.masking import masked
from jieban.domain.rulebook import schema
from jieban.domain.rulebook.schema import Rulebook
from jieban.domain.words import refusal_text
from jieban.sealing import Sealer
from jieban.tables.profiles import PRIVATE_FIELDS, Profile, get_profile, load_profiles

PAGE = 50
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Why a row was sent back, in a few words; the row itself says it in a sentence.
REASONS = {
    "row.number_missing": _("No case number"),
    "row.number_too_long": _("Case number too long"),
    "row.number_rounded": _("Case number rounded by a spreadsheet"),
    "row.received_missing": _("No time of receipt"),
    "row.time_unreadable": _("Time not readable"),
    "row.time_out_of_range": _("Time out of range"),
    "row.role_unknown": _("Unknown role"),
    "row.too_many_cells": _("More cells than columns"),
}
SKIPPED = {
    "blank": _("Blank lines"),
    "repeated_header": _("Repeated heading lines"),
    "total": _("Total lines"),
}


# --- imports ------------------------------------------------------------------------------


@require_GET
def list_imports(request: Asked) -> HttpResponse:
    """Every import, newest first."""
    page = Paginator(selectors.imports(), PAGE).get_page(request.GET.get("page"))
    shares = {"cases": selectors.count(), "rows": selectors.count_rows()}
    return render(request, "imports/list.html", {"page": page, **shares})


@limited
def new_import(request: Asked) -> HttpResponse:
    """Choose a file; it is kept sealed and looked at before anything is stored."""
    form = UploadForm()
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, too_large=request.too_large)
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            upload = services.receive(
                request.actor or SYSTEM,
                file.name,
                file.chunks(),
                at=clock.now(),
                home=settings.HOME,
                limit_mb=settings.MAX_UPLOAD_MB,
                keep_days=settings.KEEP_UPLOADS_DAYS,
            )
            return redirect("imports:preview", upload=upload.id)
        except Refused as refusal:
            form.add_error("file", refusal.message())
    return render(
        request,
        "imports/new.html",
        {"form": form, "limit": settings.MAX_UPLOAD_MB, "days": settings.KEEP_UPLOADS_DAYS},
        status=422 if form.errors else 200,
    )


@require_GET
def preview_import(request: Asked, upload: str) -> HttpResponse:
    """How the file would be read and what importing it would do."""
    shown = services.preview(
        request.actor or SYSTEM,
        upload,
        request.GET.get("profile") or None,
        at=clock.now(),
        home=settings.HOME,
    )
    context = {
        "shown": shown,
        "upload": shown.upload,
        "profiles": load_profiles(settings.HOME.profiles).values(),
        "private_fields": PRIVATE_FIELDS,
        "days": settings.KEEP_UPLOADS_DAYS,
        **_said(shown.found, request),
    }
    return render(request, "imports/preview.html", context)


@require_POST
def confirm_import(request: Asked, upload: str) -> HttpResponse:
    """Import the file for good. Sent twice, it is imported once."""
    taken = services.take_in(
        actor_of(request),
        upload,
        request.POST.get("profile", ""),
        at=clock.now(),
        home=settings.HOME,
    )
    number = taken.found["outcome"]["number"]
    if number is None:
        return redirect("imports:result", upload=upload)
    return redirect("imports:show", number=number)


@require_GET
def show_import(request: Asked, number: int) -> HttpResponse:
    """What one import did."""
    record = selectors.import_by_number(number)
    upload = uploads.upload_of(settings.HOME, record.file_digest)
    ours = upload.found.get("outcomes", {}).get(str(number)) if upload else None
    event = ledger.events_of("import", str(number)).first()
    newest = next((each.number for each in ledger.newest(1)), 0)
    found = {
        "profile": record.profile,
        "counts": record.counts,
        "changes": record.changes,
        "provisional": event.body["provisional"] if event else [],
        "superseded": ours["superseded"] if ours else [],
        "rejected": ours["rejected"] if ours else [],
        "remarks": ours["remarks"] if ours else [],
    }
    said = _said(found, request)
    rulebook = _usual_rulebook(said["profile"])
    context = {
        "record": record,
        "upload": upload,
        "listed": ours is not None,
        "waiting": directory.count_provisional(),
        "months": _periods(number, rulebook.period_rule, newest),
        "rulebook": rulebook,
        "compute": _address("assessments:compute"),
        **said,
    }
    return render(request, "imports/show.html", context)


@require_GET
def show_result(request: Asked, upload: str) -> HttpResponse:
    """What a confirmed file did that brought nothing new, or nothing that could be taken."""
    kept = uploads.upload_by_id(settings.HOME, upload)
    outcome = kept.found.get("outcome")
    if outcome is None:
        return redirect("imports:preview", upload=upload)
    if outcome["number"] is not None:
        return redirect("imports:show", number=outcome["number"])
    context = {"record": None, "upload": kept, "listed": True, **_said(outcome, request)}
    return render(request, "imports/show.html", context)


@require_GET
def download_rejects(request: Asked, upload: str) -> HttpResponse:
    """The rejected rows as a workbook, to be mended and imported again."""
    kept = uploads.upload_by_id(settings.HOME, upload)
    if kept.found.get("outcome") is None:
        raise Refused("upload.not_found")
    workbook = services.rejects_workbook(kept, home=settings.HOME)
    return workbook_response(workbook, f"{kept.name.rpartition('.')[0] or kept.name}-退回.xlsx")


@require_GET
def list_profiles(request: Asked) -> HttpResponse:
    """Which mapping profiles there are."""
    profiles = load_profiles(settings.HOME.profiles).values()
    context = {"profiles": profiles, "folder": settings.HOME.profiles}
    return render(request, "imports/profiles.html", context)


@require_GET
def show_profile(request: Asked, name: str) -> HttpResponse:
    """What one profile reads, and under which headings."""
    known = load_profiles(settings.HOME.profiles)
    if name not in known:
        raise Refused("profile.unknown", name=name, known=list(known))
    profile = get_profile(name, settings.HOME.profiles)
    context = {
        "profile": profile,
        "columns": [
            {
                "field": field,
                "headings": headings,
                "required": field in profile.required,
                "dropped": field in profile.dropped,
                "private": field in PRIVATE_FIELDS,
            }
            for field, headings in profile.columns.items()
        ],
        "unknown": sorted(profile.unknown),
    }
    return render(request, "imports/profile.html", context)


# --- one case -----------------------------------------------------------------------------


@require_GET
def find_case(request: Asked) -> HttpResponse:
    """From a number typed into the box to the case's page."""
    number = request.GET.get("number", "").strip()
    if not number:
        return redirect("cases:list")
    return redirect("cases:show", number=number)


def show_case(request: Asked, number: str) -> HttpResponse:
    """One case. Of an imported one: its rows, what they said before, where it belongs."""
    if is_case_number(number):
        return case_web.show(request, number)
    rows = list(selectors.rows_of_case(number))
    if not rows or not selectors.may_see_imported(actor_of(request), rows):
        raise Refused("case.not_found", number=number)
    newest = next((event.number for event in ledger.newest(1)), 0)
    choices, options = _places(str(settings.HOME.path), newest)
    form = AttributionForm(request.POST if request.method == "POST" else None, areas=choices)
    refusal = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.attribute_case(
                actor_of(request), number, said["area"], at=clock.now(), reason=said["reason"]
            )
            return redirect("cases:show", number=number)
        except Refused as refused:
            refusal = refused
    sealer = Sealer(settings.HOME.keys)
    context = {
        "number": number,
        "rows": [{"row": row, "private": _private(row, sealer)} for row in rows],
        "versions": list(selectors.versions_of(number)),
        "events": list(ledger.events_of("case", number)),
        "form": form,
        "options": _chosen(options, form["area"].value()),
        "refusal": refusal,
    }
    wrong = refusal is not None or bool(form.errors)
    return render(request, "cases/show.html", context, status=422 if wrong else 200)


@lru_cache(maxsize=4)
def _places(_home: str, _newest_event: int) -> tuple[list[tuple[str, Any]], SafeString]:
    """Every place a case may belong to, as choices and as the options of a list.

    A widget renders a template for each of several hundred places; these are made once, since
    no place changes without an event.
    """
    choices = directory.area_choices()
    option = '<option value="{}">{}</option>'
    groups = ((street, format_html_join("", option, places)) for street, places in choices)
    return choices, format_html_join("", '<optgroup label="{}">{}</optgroup>', groups)


def _chosen(options: SafeString, code: str | None) -> SafeString:
    """The options with the one that was chosen marked."""
    plain = format_html('<option value="{}">', code or "")
    marked = format_html('<option value="{}" selected>', code or "")
    return SafeString(options.replace(plain, marked)) if code else options


def _private(row: Any, sealer: Sealer) -> list[tuple[str, str, bool]]:
    """(field or heading, masked value, whether it is a field) of what a resident said or left."""
    return [
        (name, masked(name, value), name in PRIVATE_FIELDS)
        for name, value in selectors.private_of(row, sealer).items()
    ]


def workbook_response(content: bytes, name: str) -> HttpResponse:
    """A workbook to be saved under a name that may be Chinese."""
    response = HttpResponse(content, content_type=XLSX)
    response.headers["Content-Disposition"] = _attachment(get_valid_filename(name))
    response.headers["Cache-Control"] = "no-store"
    return response


def _attachment(name: str) -> str:
    plain = name.encode("ascii", "ignore").decode() or "table.xlsx"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"


@lru_cache(maxsize=256)
def _periods(number: int, rule: str, newest_event: int) -> list[selectors.PeriodTouched]:
    """Periods an import touched; a later import may take rows over, and writes an event."""
    return selectors.periods_touched(number, rule)


def _usual_rulebook(profile: Profile | None) -> Rulebook:
    """By what the rows of a source are evaluated at first: call-backs, where it has them."""
    callbacks = profile is None or "valid" in profile.columns
    return schema.load("beijing-district" if callbacks else "311-on-time")


def _address(name: str) -> str:
    """The address of a page above this floor; "" where it is not joined to the site."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _said(found: dict[str, Any], request: Asked) -> dict[str, Any]:
    """What an import found, with its codes turned into the reader's words."""
    counts = found["counts"]
    profile = load_profiles(settings.HOME.profiles).get(found["profile"])
    return {
        "counts": counts,
        "taken": counts["new"] + counts["changed"],
        "profile": profile,
        "profile_name": found["profile"],
        "changes": found["changes"],
        "changes_shown": found["changes"][: None if request.GET.get("changes") else PAGE],
        "superseded": found["superseded"],
        "provisional": found["provisional"],
        "reasons": [
            (REASONS.get(code, code), rows)
            for code, rows in sorted(
                counts["rejected_by_reason"].items(), key=lambda item: -item[1]
            )
        ],
        "skipped": [(SKIPPED.get(what, what), lines) for what, lines in counts["skipped"].items()],
        "rejected": [
            {
                **row,
                "faults": [
                    {**fault, "words": refusal_text(fault["code"], fault["detail"])}
                    for fault in row["faults"]
                ],
            }
            for row in found["rejected"]
        ],
        "remarks": [refusal_text(each["code"], each["detail"]) for each in found["remarks"]],
    }
