"""What a secretary fills in: the week, the problems, the month. For a thumb and two minutes."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.terms import selectors, services
from jieban.apps.terms.forms import MonthForm, ProblemForm, WeekForm
from jieban.apps.terms.models import LogEntry, Term
from jieban.apps.terms.web import about
from jieban.domain.errors import Refused
from jieban.domain.terms.calendar import LAST_YEAR, months_between, week_of, weeks_between

WEEKS_OFFERED = 4


@never_cache
def week(request: Asked, number: str) -> HttpResponse:
    """One week: what it says already, else what last week said; plus and minus work without
    scripts, since each only asks for the page again."""
    actor, at = actor_of(request), clock.now()
    term, today = selectors.term_by_number(actor, number), selectors.today_at(at)
    monday = week_of(_asked_day(request, "week") or today)
    refusal = None
    if request.method == "POST":
        form = WeekForm(_stepped(request.POST))
        form.offer(term)
        if "step" not in request.POST and form.is_valid():
            said = form.cleaned_data
            try:
                services.log_week(
                    actor,
                    number,
                    at=at,
                    week=said["week"],
                    counts=form.counts(),
                    note=said["note"],
                    problems=said["problems"],
                )
                messages.success(request, _("The week is on file."))
                return redirect("terms:show", number)
            except Refused as refused:
                refusal = refused
        monday = week_of(_asked_day(request, "week", request.POST) or monday)
    else:
        form = WeekForm(initial=_defaults(term, monday))
        form.offer(term)
    stepping = "step" in request.POST
    context = {
        **about(actor, term),
        "form": form,
        "refusal": refusal,
        "stepping": stepping,
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "entry": term.log.filter(week=monday).first(),
        "counts": [form[name] for name in services.COUNTED],
        "weeks": _weeks(term, today),
    }
    wrong = bool(refusal or form.errors) and not stepping
    return render(request, "terms/week.html", context, status=422 if wrong else 200)


def _stepped(said: Any) -> Any:
    """What was sent with one count put up or down, as `step=done:1` asks."""
    name, _colon, by = said.get("step", "").partition(":")
    if name not in services.COUNTED or by not in ("1", "-1"):
        return said
    changed = said.copy()
    value = said.get(name, "").strip()
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 5 else 0
    changed[name] = str(min(999, max(0, number + int(by))))
    return changed


def _defaults(term: Term, monday: date) -> dict[str, Any]:
    """The week's own entry; of a week nobody logged, what the last one before it said."""
    entry = term.log.filter(week=monday).first()
    if entry is not None:
        return {"week": monday, "note": entry.note, **_kept(entry, entry.problems)}
    last = term.log.filter(week__lt=monday).first()
    if last is None:
        return {"week": monday, **dict.fromkeys(services.COUNTED, 0)}
    still_open = set(selectors.problem_numbers(term))
    return {"week": monday, **_kept(last, [each for each in last.problems if each in still_open])}


def _kept(entry: LogEntry, problems: list[int]) -> dict[str, Any]:
    counted: dict[str, Any] = {name: getattr(entry, name) for name in services.COUNTED}
    return counted | {"problems": problems}


def _weeks(term: Term, today: date) -> list[dict[str, Any]]:
    """The latest weeks on post, newest first, and whether each is on file."""
    if term.arrived_on is None:
        return []
    latest = min(today, selectors.last_day(term) or today)
    mondays = weeks_between(term.arrived_on, latest)[-WEEKS_OFFERED:]
    logged = set(term.log.filter(week__in=mondays).values_list("week", flat=True))
    return [{"monday": each, "logged": each in logged} for each in reversed(mondays)]


def _asked_day(request: Asked, name: str, said: Mapping[str, Any] | None = None) -> date | None:
    try:
        found = parse_date(str((said or request.GET).get(name, "")))
    except ValueError:
        return None
    # A year no term has would only overflow.
    return found if found is None or found.year <= LAST_YEAR else None


# --- problems ------------------------------------------------------------------------------

_DONE = {
    "solved": gettext_lazy("The problem is solved."),
    "handed_on": gettext_lazy("The problem is handed on."),
    "open": gettext_lazy("The problem is open again."),
}


@never_cache
def problems(request: Asked, number: str) -> HttpResponse:
    """The problem list: add one, say what became of one."""
    actor, at = actor_of(request), clock.now()
    term = selectors.term_by_number(actor, number)
    form, refusal, tried = ProblemForm(), None, 0
    if request.method == "POST":
        act = request.POST.get("act", "")
        try:
            if act in _DONE:
                tried = _serial(request)
                said = request.POST.get("text", "")
                services.settle_problem(actor, number, tried, act, said, at=at)
                messages.success(request, str(_DONE[act]))
                return redirect("terms:problems", number)
            form = ProblemForm(request.POST)
            if form.is_valid():
                services.enter_problem(actor, number, at=at, **form.cleaned_data)
                messages.success(request, _("The problem is on the list."))
                return redirect("terms:problems", number)
        except Refused as refused:
            refusal = refused
    found = list(term.problems.all())
    context = {
        **about(actor, term),
        "form": form,
        "refusal": refusal,
        "tried": tried,
        "text": request.POST.get("text", "") if tried else "",
        "problems": sorted(found, key=lambda each: (each.state != "open", each.serial)),
    }
    wrong = bool(refusal or form.errors)
    return render(request, "terms/problems.html", context, status=422 if wrong else 200)


def _serial(request: Asked) -> int:
    said = request.POST.get("problem", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 6 else 0


# --- the month -----------------------------------------------------------------------------


@never_cache
def month(request: Asked, number: str) -> HttpResponse:
    """The review of one month; the last whole month where none is asked for."""
    actor, at = actor_of(request), clock.now()
    term, today = selectors.term_by_number(actor, number), selectors.today_at(at)
    offered = _months(term, today)
    chosen = request.GET.get("month", "").replace("\x00", "")[:7] or _month_to_review(offered)
    kept = term.reviews.filter(month=chosen).first()
    initial = {"month": chosen}
    if kept is not None:
        initial |= {
            "progress": kept.progress,
            "obstacles": kept.obstacles,
            "help_needed": kept.help_needed,
        }
    form, refusal = MonthForm(initial=initial), None
    if request.method == "POST":
        form = MonthForm(request.POST)
        if form.is_valid():
            try:
                services.review_month(actor, number, at=at, **form.cleaned_data)
                messages.success(request, _("The month's review is on file."))
                return redirect("terms:show", number)
            except Refused as refused:
                refusal = refused
        chosen = request.POST.get("month", chosen).replace("\x00", "")[:7]
    context = {
        **about(actor, term),
        "form": form,
        "refusal": refusal,
        "chosen": chosen,
        "offered": offered,
        "logged": [each for each in term.log.all() if f"{each.week:%Y-%m}" == chosen],
    }
    wrong = bool(refusal or form.errors)
    return render(request, "terms/month.html", context, status=422 if wrong else 200)


def _months(term: Term, today: date) -> list[dict[str, Any]]:
    if term.arrived_on is None:
        return []
    names = months_between(term.arrived_on, min(today, selectors.last_day(term) or today))
    reviewed = set(term.reviews.values_list("month", flat=True))
    return [{"month": each, "reviewed": each in reviewed} for each in reversed(names)]


def _month_to_review(offered: list[dict[str, Any]]) -> str:
    """The last whole month while nobody reviewed it, else the present one."""
    if not offered:
        return ""
    before = offered[1] if len(offered) > 1 else offered[0]
    return str((offered[0] if before["reviewed"] else before)["month"])
