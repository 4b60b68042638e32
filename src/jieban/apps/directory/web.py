"""Pages of the work calendar: a year at a glance, notices taken in, closings, office hours."""

import csv
import io
import re
import tempfile
from collections.abc import Sequence
from datetime import time
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.directory import selectors, services
from jieban.apps.directory.blank_calendar import blank_calendar
from jieban.apps.directory.forms import (
    CalendarFileForm,
    CalendarTextForm,
    ClosingForm,
    ShiftsForm,
)
from jieban.apps.directory.presenting import months_of
from jieban.domain.errors import Refused
from jieban.domain.worktime.calendar import Shift, file_of
from jieban.tables.calendars import read_calendar

FIRST_YEAR, LAST_YEAR = 1970, 9998
_SHIFT = re.compile(r"(\d{1,2}:\d{2})\s*[-–—~至]\s*(\d{1,2}:\d{2})")


@require_GET
def show(request: Asked, year: int | None = None) -> HttpResponse:
    """A year: holidays, made-up workdays, closings; what is missing and how to bring it."""
    return _shown(request, year)


def new_import(request: Asked) -> HttpResponse:
    """Choose a file of holidays; the answer shows what it would change, and stores nothing."""
    sending = request.method == "POST"
    form = CalendarFileForm(request.POST, request.FILES) if sending else CalendarFileForm()
    if sending and form.is_valid():
        sent, notice = form.cleaned_data["file"], form.cleaned_data["notice"]
        try:
            return _preview(request, sent.name, sent.read(), notice)
        except Refused as refusal:
            form.add_error("file", refusal.message())
    context = {"form": form, "year": _this_year() + 1}
    return render(request, "calendar/new.html", context, status=422 if form.errors else 200)


@require_POST
def confirm_import(request: Asked) -> HttpResponse:
    """Take in what the preview showed."""
    form = CalendarTextForm(request.POST)
    if not form.is_valid():
        return redirect("calendar:import")
    said = form.cleaned_data
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "calendar.csv"
        file.write_text(said["text"], encoding="utf-8", newline="")
        change = services.import_calendar(
            actor_of(request), file, at=clock.now(), name=said["name"], notice=said["notice"]
        )
    years = _said(change.notice.years)
    messages.success(
        request, _("The holidays of %(years)s are in the calendar.") % {"years": years}
    )
    return redirect("calendar:year", year=change.notice.years[-1])


@require_GET
def download_template(request: Asked, year: int) -> HttpResponse:
    """An empty file for a year's holidays."""
    _writable(year)
    response = HttpResponse(
        blank_calendar(year, request.language), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file_of(year))}"
    return response


@require_POST
def add_closing(request: Asked, year: int) -> HttpResponse:
    """Enter a one-off closing."""
    form = ClosingForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            services.add_closing(
                actor_of(request), said["since"], said["until"], said["reason"], at=clock.now()
            )
        except Refused as refusal:
            form.add_error(None, refusal.message())
        else:
            messages.success(request, _("The closing is in the calendar."))
            return redirect("calendar:year", year=year)
    return _shown(request, year, closing=form)


@require_POST
def remove_closing(request: Asked, year: int, number: int) -> HttpResponse:
    """A closing does not take place after all."""
    services.remove_closing(actor_of(request), number, at=clock.now())
    messages.success(request, _("The closing is removed."))
    return redirect("calendar:year", year=year)


@require_POST
def set_shifts(request: Asked, year: int) -> HttpResponse:
    """Other office hours from now on."""
    form = ShiftsForm(request.POST)
    if form.is_valid():
        try:
            services.set_shifts(
                actor_of(request), _read_shifts(form.cleaned_data["shifts"]), at=clock.now()
            )
        except Refused as refusal:
            form.add_error("shifts", refusal.message())
        else:
            messages.success(request, _("The office hours are set."))
            return redirect("calendar:year", year=year)
    return _shown(request, year, shifts=form)


def _shown(
    request: Asked, year: int | None, *, closing: Form | None = None, shifts: Form | None = None
) -> HttpResponse:
    if request.actor is not None:
        request.actor.demand("directory.see")
    this = _this_year()
    chosen = _writable(year) or this
    rows = list(selectors.work_days(chosen))
    closings = list(selectors.closings(chosen))
    known = {each.year: each for each in selectors.calendar_years()}
    hours = selectors.office_shifts()
    said = "  ".join(f"{since:%H:%M}-{until:%H:%M}" for since, until in hours)
    months = months_of(chosen, rows, closings, settings.TIME_ZONE)
    context: dict[str, Any] = {
        "year": chosen,
        "years": sorted({*known, this, this + 1, chosen}),
        "known": known.get(chosen),
        "missing": selectors.missing_year(clock.now()),
        "file": file_of(chosen),
        "months": months,
        "workdays": sum(month.workdays for month in months),
        "holidays": sum(row.kind == "holiday" for row in rows),
        "made_up": sum(row.kind == "workday" for row in rows),
        "rows": rows,
        "closings": closings,
        "hours": hours,
        "closing": closing or ClosingForm(),
        "shifts": shifts or ShiftsForm(initial={"shifts": said}),
    }
    wrong = bool((closing and closing.errors) or (shifts and shifts.errors))
    return render(request, "calendar/year.html", context, status=422 if wrong else 200)


def _preview(request: Asked, name: str, content: bytes, notice: str) -> HttpResponse:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / Path(name).name
        file.write_bytes(content)
        lines = read_calendar(file)
        change = services.import_calendar(
            actor_of(request), file, at=clock.now(), notice=notice, dry_run=True
        )
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["date", "kind", "holiday"])
    writer.writerows((line.day.isoformat(), line.kind, line.name) for line in lines)
    context = {
        "change": change,
        "years": _said(change.notice.years),
        "name": name,
        "notice": notice,
        "text": text.getvalue(),
    }
    return render(request, "calendar/preview.html", context)


def _read_shifts(text: str) -> list[Shift]:
    found = _SHIFT.findall(text)
    if _SHIFT.sub("", text).strip(" ,，、;；\t"):
        raise Refused("calendar.shifts_wrong")
    try:
        return [
            (time.fromisoformat(since.zfill(5)), time.fromisoformat(until.zfill(5)))
            for since, until in found
        ]
    except ValueError:
        raise Refused("calendar.shifts_wrong") from None


def _said(years: Sequence[int]) -> str:
    """2026; 2019–2026 where none is left out; else each."""
    if len(years) > 2 and years[-1] - years[0] == len(years) - 1:
        return f"{years[0]}–{years[-1]}"
    return _(", ").join(map(str, years))


def _writable(year: int | None) -> int | None:
    """A year as calendars have them; any other is not there."""
    if year is not None and not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404(str(year))
    return year


def _this_year() -> int:
    return clock.now().astimezone(ZoneInfo(settings.TIME_ZONE)).year
