"""Pages of effects: the finding for a leader, the method for a statistician, files for both."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.directory import selectors as directory
from jieban.apps.effects import selectors, services, written
from jieban.apps.effects.forms import READING_WORDS, QuotedForm
from jieban.apps.effects.presenting import pages
from jieban.apps.programmes import selectors as programmes
from jieban.domain.errors import Refused
from jieban.domain.rulebook import schema
from jieban.domain.words import word
from jieban.evaluation.effects.panel import MEASURE_WORDS, MEASURES

_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_GET
def newest(request: Asked) -> HttpResponse:
    """To the newest programme; without one, what to do first."""
    found = selectors.newest_programme()
    if found is None:
        return render(request, "effects/empty.html", {})
    return redirect("effects:show", found.code)


@require_GET
def show(request: Asked, programme: str) -> HttpResponse:
    """The finding, the three pictures, the estimates side by side, every community."""
    context, refused = _context(request, programme)
    if refused is None:
        found: selectors.Found = context["found"]
        names = {area.code: area.name for area in directory.areas().filter(kind="street")}
        context["page"] = pages.page_of(found.effects, names)
        cohort = request.GET.get("cohort") or None
        context["quoted"] = pages.quoted_of(
            found.effects, list(selectors.quoted(programme, cohort))
        )
        context["readings"] = READING_WORDS
    return render(request, "effects/show.html", context, status=422 if refused else 200)


@require_GET
def method(request: Asked, programme: str) -> HttpResponse:
    """How it is estimated, with this programme's own tests and sensitivity."""
    context, refused = _context(request, programme)
    if refused is None:
        effects = context["found"].effects
        context["page"] = pages.page_of(effects, {})
        context["ways"] = [
            (pages.WAYS[name], estimate)
            for name, estimate in (
                effects.sensitivity.otherwise.items() if effects.sensitivity else ()
            )
        ]
    return render(request, "effects/method.html", context, status=422 if refused else 200)


@require_GET
def file(request: Asked, programme: str, form: str) -> HttpResponse:
    """The estimates as json, or the communities as csv or xlsx."""
    if form not in _TYPES:
        raise Http404
    asked = _asked(request, programme)
    found = selectors.effects_of(settings.HOME, asked)
    content = written.as_file(found, form)
    response = HttpResponse(content, content_type=_TYPES[form])
    name = f"effects-{programme}.{form}"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def quote(request: Asked, programme: str) -> HttpResponse:
    """A figure others gave, with its source."""
    known = programmes.programme_by_code(programme)
    form, refusal = QuotedForm(), None
    if request.method == "POST":
        form = QuotedForm(request.POST)
        try:
            if form.is_valid():
                services.enter_quoted(
                    actor_of(request), programme, at=clock.now(), **form.cleaned_data
                )
                messages.success(request, _("Kept with its source."))
                return redirect("effects:show", programme)
        except Refused as refused:
            refusal = refused
    wrong = bool(refusal or form.errors)
    context = {"programme": known, "form": form, "refusal": refusal}
    return render(request, "effects/quote.html", context, status=422 if wrong else 200)


def _asked(request: Asked, programme: str) -> selectors.Asked:
    measure = request.GET.get("measure", "score")
    return selectors.Asked(
        programme=programme,
        measure=measure if measure in MEASURES else "score",
        cohort=request.GET.get("cohort") or None,
        baseline=request.GET.get("baseline") or None,
    )


def _context(request: Asked, programme: str) -> tuple[dict[str, Any], Refused | None]:
    known = programmes.programme_by_code(programme)
    asked = _asked(request, programme)
    context: dict[str, Any] = {
        "programme": known,
        "asked": asked,
        "measures": [
            (name, word(MEASURE_WORDS[name]), _address(programme, asked, measure=name))
            for name in MEASURES
        ],
        "cohorts": [
            (str(each.number), _address(programme, asked, cohort=str(each.number)))
            for each in known.cohorts.all()
        ],
        "all_cohorts": _address(programme, asked, cohort=None),
        "rulebook": schema.load(asked.rulebook),
        "query": request.GET.urlencode(),
        "forms": list(_TYPES),
        "may_quote": actor_of(request).may("programme.manage"),
    }
    try:
        context["found"] = selectors.effects_of(settings.HOME, asked)
    except Refused as refused:
        context["refusal"] = refused
        return context, refused
    return context, None


def _address(programme: str, asked: selectors.Asked, **changed: str | None) -> str:
    chosen = {
        "measure": asked.measure,
        "cohort": asked.cohort,
        "baseline": asked.baseline,
        **changed,
    }
    given = {name: value for name, value in chosen.items() if value and value != "score"}
    pairs = "&".join(f"{name}={value}" for name, value in given.items())
    return reverse("effects:show", args=[programme]) + (f"?{pairs}" if pairs else "")
