"""Pages of assessments: read the request, call one service or selector, render.

Acts need a name (see the operator page); a refusal is shown above the form with everything
that was typed.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.assessments import bundling, computing, selectors, services
from jieban.apps.assessments.forms import (
    AppealForm,
    BecauseForm,
    ComputeForm,
    DecisionForm,
    ReviewForm,
)
from jieban.apps.assessments.presenting import figure as figures
from jieban.apps.assessments.presenting import overview as overviews
from jieban.apps.assessments.presenting import place as places
from jieban.apps.assessments.presenting import rows as behind
from jieban.apps.assessments.presenting import steps, versions
from jieban.apps.assessments.presenting import table as tables
from jieban.apps.assessments.presenting.words import APPEAL_STATES, LEVELS, ONE_OF, RULE_VALUES
from jieban.apps.assessments.shown import earlier_runs, facts_of, neighbours, shown, standing
from jieban.apps.directory import selectors as directory
from jieban.domain.actors import Actor
from jieban.domain.assessments.publication import Window
from jieban.domain.errors import Refused
from jieban.domain.words import language
from jieban.evaluation.rows import fact_rows
from jieban.evaluation.tables import render as render_table
from jieban.sealing import Sealer

PAGE = 50
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


@require_GET
def overview(request: Asked, run_id: str = "") -> HttpResponse:
    """The first page: the newest period, or the one asked for."""
    first = selectors.first_run()
    if not run_id and first is None:
        return render(
            request, "assessments/empty.html", {"provisional": directory.count_provisional()}
        )
    it = shown(settings.HOME, run_id or first.run_id)  # type: ignore[union-attr]
    standing = overviews.Standing(
        undecided=selectors.appeals(it.record.assessment).filter(state="raised").count()
        if it.record
        else 0,
        provisional=directory.count_provisional(),
    )
    page = overviews.overview(it, earlier_runs(settings.HOME, it), standing)
    return render(
        request, "assessments/overview.html", {"shown": it, "page": page, "beside": neighbours(it)}
    )


@require_GET
def newest(request: Asked) -> HttpResponse:
    """To the table of the newest period."""
    first = selectors.first_run()
    if first is None:
        return redirect("assessments:overview")
    return redirect("assessments:table", run_id=first.run_id, level="street")


@require_GET
def listing(request: Asked) -> HttpResponse:
    """Every assessment by period, newest first, with where it stands."""
    page = Paginator(selectors.shown_runs(), PAGE).get_page(request.GET.get("page"))
    return render(request, "assessments/list.html", {"page": page})


def compute(request: Asked) -> HttpResponse:
    """Ask for a run."""
    known = selectors.first_run()
    refusal = None
    if request.method == "POST":
        form = ComputeForm(request.POST)
        if form.is_valid():
            try:
                done = computing.compute_run(
                    actor_of(request), settings.HOME, at=clock.now(), **form.cleaned_data
                )
                return redirect("assessments:overview_of", run_id=done.run_id)
            except Refused as error:
                refusal = error
    else:
        form = ComputeForm(
            initial={
                "period": request.GET.get("period", ""),
                "rulebook": request.GET.get("rulebook", selectors.DEFAULT_RULEBOOK),
            }
        )
    rulebook = form["rulebook"].value() or selectors.DEFAULT_RULEBOOK
    try:
        periods = computing.periods_to_compute(settings.HOME, rulebook)
    except Refused:
        periods = []
    context = {"form": form, "refusal": refusal, "periods": periods, "known": known}
    return render(request, "assessments/compute.html", context, status=422 if refusal else 200)


@require_GET
def table(request: Asked, run_id: str, level: str) -> HttpResponse:
    it = shown(settings.HOME, run_id)
    choices = tables.Choices.read(request.GET)
    context = {
        "shown": it,
        "level": level,
        "levels": LEVELS,
        "level_name": LEVELS[level],
        "choices": choices,
        "table": tables.printed(it, level, choices),
        "beside": neighbours(it),
    }
    return render(request, "assessments/table.html", context)


@require_GET
def table_file(request: Asked, run_id: str, level: str, form: str) -> HttpResponse:
    """The exact table of the contract, as a file."""
    it = shown(settings.HOME, run_id)
    content = render_table(it.run.table(level), form)
    return _file(content, f"{it.id}_{level}.{form}", _TYPES[form])


@require_GET
def place(request: Asked, run_id: str, level: str, place: str) -> HttpResponse:
    it = shown(settings.HOME, run_id)
    facts = facts_of(settings.HOME, it.run)
    page = places.place_page(it, level, place, facts, earlier_runs(settings.HOME, it))
    rows = fact_rows(it.run, facts, level, place, "received", limit=10)
    context = {
        "shown": it,
        "level": level,
        "level_name": LEVELS[level],
        "one_of": ONE_OF[level],
        "place": page,
        "place_id": place,
        "rows": behind.dressed(rows.rows, it, facts),
        "total": rows.total,
        "beside": neighbours(it),
    }
    return render(request, "assessments/place.html", context)


@require_GET
def figure(request: Asked, run_id: str, level: str, place: str, figure: str) -> HttpResponse:
    """One figure: value, halves, formula, rule, run, rows."""
    it = shown(settings.HOME, run_id)
    page = figures.figure_page(it, level, place, figure)
    half = behind.half_of(request.GET.get("half"))
    context: dict[str, Any] = {
        "shown": it,
        "level": level,
        "level_name": LEVELS[level],
        "place_id": place,
        "figure": page,
        "half": half,
    }
    if page.has_rows:
        facts = facts_of(settings.HOME, it.run)
        number = behind.page_number(request.GET.get("page"))
        found = fact_rows(
            it.run, facts, level, place, figure, half, offset=(number - 1) * PAGE, limit=PAGE
        )
        context["rows"] = behind.dressed(found.rows, it, facts)
        context["total"] = found.total
        context["page"] = Paginator(range(found.total), PAGE).get_page(number)
        context["first"] = (context["page"].number - 1) * PAGE + 1
    return render(request, "assessments/figure.html", context)


@require_GET
def rows_file(request: Asked, run_id: str, level: str, place: str, figure: str) -> HttpResponse:
    """The rows behind a figure as CSV; no personal data is in the facts."""
    it = shown(settings.HOME, run_id)
    facts = facts_of(settings.HOME, it.run)
    half = behind.half_of(request.GET.get("half"))
    found = fact_rows(it.run, facts, level, place, figure, half, limit=None)
    content = behind.as_csv(found.rows, it, facts)
    name = f"{it.run.period}_{place.strip('<>')}_{figure}_{half}.csv"
    return _file(content, name, _TYPES["csv"])


# --- a run's own page and its steps --------------------------------------------------------


@require_GET
def run(request: Asked, run_id: str) -> HttpResponse:
    it = shown(settings.HOME, run_id)
    return render(request, "assessments/run.html", _run_context(it))


def _run_context(it: Any, **more: Any) -> dict[str, Any]:
    counts = selectors.appeal_counts(it.record.assessment) if it.record else {}
    since = selectors.granted_since(it.record) if it.record else 0
    beside = neighbours(it)
    return {
        "shown": it,
        "steps": steps.steps_of(it, counts, since, clock.now()),
        "review_form": ReviewForm(version=it.version),
        "close_form": BecauseForm(),
        "beside": beside,
        "versions": [(run, standing(run, beside.versions)) for run in beside.versions],
        "period_rule": RULE_VALUES[it.rulebook.period_rule],
        "cited": it.run.manifest["facts"]["files"],
        "versions_of_code": it.run.manifest["versions"],
        **more,
    }


@require_POST
def act(request: Asked, run_id: str, act: str) -> HttpResponse:
    """One step in a run's life: review, open, close, publish."""
    deeds: dict[str, Callable[[Actor], Any]] = {
        "review": lambda actor: services.review_run(
            actor, run_id, at=clock.now(), because=request.POST.get("because", "")
        ),
        "open": lambda actor: services.open_appeals(
            actor, run_id, at=clock.now(), home=settings.HOME
        ),
        "close": lambda actor: services.close_appeals(
            actor, run_id, at=clock.now(), reason=request.POST.get("because", "")
        ),
        "publish": lambda actor: services.publish_run(
            actor, run_id, at=clock.now(), home=settings.HOME
        ),
    }
    if act not in deeds:
        raise Http404(act)
    try:
        deeds[act](actor_of(request))
    except Refused as refusal:
        it = shown(settings.HOME, run_id)
        context = _run_context(it, refusal=refusal, act=act)
        context["review_form"] = ReviewForm(request.POST, version=it.version)
        context["close_form"] = BecauseForm(request.POST)
        return render(request, "assessments/run.html", context, status=422)
    messages.success(request, steps.done_words(act))
    return redirect("assessments:run", run_id=run_id)


@require_GET
def manifest(request: Asked, run_id: str) -> HttpResponse:
    it = shown(settings.HOME, run_id)
    content = (settings.HOME.runs / it.id / "manifest.json").read_bytes()
    return HttpResponse(content, content_type=_TYPES["json"])


@require_GET
def bundle(request: Asked, run_id: str) -> HttpResponse:
    """The run with everything it cites, for an auditor."""
    it = shown(settings.HOME, run_id)
    return _file(bundling.bundle(settings.HOME, it), f"{it.id}.zip", "application/zip")


@require_GET
def compare(request: Asked, run_id: str, other: str) -> HttpResponse:
    """Two versions side by side: which lines stand elsewhere, and why there is a second one."""
    after, before = shown(settings.HOME, run_id), shown(settings.HOME, other)
    if (after.run.period, after.rulebook.name) != (before.run.period, before.rulebook.name):
        raise Refused("compare.other_assessment")
    if after.version < before.version:
        after, before = before, after
    levels = [
        (LEVELS[level], versions.parted(level, before.run, after.run))
        for level in ("street", "community", "unit")
    ]
    context = {"shown": after, "before": before, "levels": levels}
    return render(request, "assessments/compare.html", context)


# --- appeals ------------------------------------------------------------------------------


@require_GET
def appeals(request: Asked) -> HttpResponse:
    found = selectors.appeals()
    state = request.GET.get("state", "")
    if state in APPEAL_STATES:
        found = found.filter(state=state)
    first = selectors.first_run()
    window = services.window_of(first.assessment) if first else Window(None, None)
    context = {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "state": state,
        "states": APPEAL_STATES,
        "newest": first,
        "window": window,
        "window_is_open": window.is_open(clock.now()),
    }
    return render(request, "assessments/appeals.html", context)


def raise_appeal(request: Asked, run_id: str) -> HttpResponse:
    """Contest one assignment of a run."""
    it = shown(settings.HOME, run_id)
    chosen = "zh" if language() == "zh" else "en"
    lists = {
        "units": [
            (row.id, row.name) for row in sorted(it.run.level("unit"), key=lambda row: row.id)
        ],
        "grounds": [(ground.code, getattr(ground, chosen)) for ground in it.rulebook.grounds],
    }
    refusal = None
    if request.method == "POST":
        form = AppealForm(request.POST, request.FILES, **lists)
        if form.is_valid():
            try:
                done = services.raise_appeal(
                    actor_of(request),
                    run_id,
                    at=clock.now(),
                    home=settings.HOME,
                    **{**form.cleaned_data, "file": _sent(form.cleaned_data["file"])},
                )
                messages.success(
                    request, _("The appeal is on the list; a second person decides it.")
                )
                return redirect("assessments:appeal", number=done.pk)
            except Refused as error:
                refusal = error
    else:
        form = AppealForm(
            initial={"number": request.GET.get("number"), "unit": request.GET.get("unit")}, **lists
        )
    context = {
        "shown": it,
        "form": form,
        "refusal": refusal,
        "window_is_open": it.window.is_open(clock.now()),
    }
    return render(request, "assessments/appeal_raise.html", context, status=422 if refusal else 200)


def appeal(request: Asked, number: int) -> HttpResponse:
    """One appeal, and its decision."""
    found = selectors.appeal_by_number(number)
    refusal = None
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.decide_appeal(
                actor_of(request),
                number,
                granted=form.cleaned_data["granted"] == "yes",
                reason=form.cleaned_data["reason"],
                at=clock.now(),
            )
            messages.success(request, _("The decision is in the ledger."))
            return redirect("assessments:appeal", number=number)
        except Refused as error:
            refusal = error
    return _appeal_page(request, found, form, refusal)


@require_POST
def withdraw(request: Asked, number: int) -> HttpResponse:
    try:
        services.withdraw_appeal(actor_of(request), number, at=clock.now())
    except Refused as refusal:
        return _appeal_page(request, selectors.appeal_by_number(number), DecisionForm(), refusal)
    messages.success(request, _("The appeal is withdrawn."))
    return redirect("assessments:appeal", number=number)


def _appeal_page(
    request: Asked, found: Any, form: DecisionForm, refusal: Refused | None
) -> HttpResponse:
    it = shown(settings.HOME, found.run.run_id)
    context = {
        "shown": it,
        "appeal": found,
        "words": selectors.evidence_of(found, _sealer()),
        "ground": next((each for each in it.rulebook.grounds if each.code == found.ground), None),
        "state": APPEAL_STATES[found.state],
        "form": form,
        "refusal": refusal,
        "mine": request.actor is not None and request.actor.id == found.raised_by_id,
    }
    return render(request, "assessments/appeal.html", context, status=422 if refusal else 200)


@require_GET
def evidence(request: Asked, number: int) -> HttpResponse:
    """The file that was put forward; always saved, never shown in the browser."""
    found = selectors.appeal_by_number(number)
    content = selectors.evidence_file(found, _sealer())
    return _file(content, found.file_name, "application/octet-stream")


# --- small things -------------------------------------------------------------------------


def _sealer() -> Sealer:
    return Sealer(settings.HOME.keys)


def _sent(file: Any) -> tuple[str, bytes] | None:
    return (file.name, file.read()) if file else None


def _file(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    return response
