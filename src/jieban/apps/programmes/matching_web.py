"""Pages of cohorts: who goes where, why, who else; changed by hand, confirmed."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.programmes import presenting, selectors, services
from jieban.apps.programmes.forms import ChangeForm, CohortForm, ConfirmForm
from jieban.apps.programmes.models import Cohort
from jieban.domain.errors import Refused
from jieban.domain.programmes.criteria import LONGEST_REASON


def new_cohort(request: Asked, code: str) -> HttpResponse:
    """A cohort on one of the programme's lists."""
    programme = selectors.programme_by_code(code)
    lists = selectors.selections_of(programme)
    initial = {"selection": request.GET.get("selection", "")}
    form, refusal = CohortForm(request.POST or None, initial=initial, selections=lists), None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = services.open_cohort(
                actor_of(request),
                programme,
                at=clock.now(),
                planned_start=said["planned_start"],
                selection=selectors.selection_by_number(programme, int(said["selection"])),
            )
            return redirect("programmes:cohort", code, made.number)
        except Refused as refused:
            refusal = refused
    context = {"programme": programme, "form": form, "refusal": refusal, "lists": lists}
    wrong = bool(refusal or form.errors)
    return render(request, "programmes/cohort_new.html", context, status=422 if wrong else 200)


def show_cohort(request: Asked, code: str, number: int) -> HttpResponse:
    """The pairs of a cohort with their reasons; places nobody goes to; who is left."""
    cohort = selectors.cohort_of(selectors.programme_by_code(code), number)
    return _cohort_page(request, cohort)


@require_POST
def act(request: Asked, code: str, number: int, deed: str) -> HttpResponse:
    """Match, send somebody else, confirm; a refusal is shown above the pairs."""
    actor, at = actor_of(request), clock.now()
    cohort = selectors.cohort_of(selectors.programme_by_code(code), number)
    try:
        if deed == "propose":
            services.propose_pairs(actor, code, number, at=at)
            messages.success(request, _("The places are matched; read the reasons, then confirm."))
        elif deed == "change":
            form = ChangeForm(request.POST)
            if not form.is_valid():
                raise Refused("pairs.reason_missing", limit=LONGEST_REASON)
            said = form.cleaned_data
            services.change_pair(
                actor,
                code,
                number,
                said["place"],
                said["official"],
                at=at,
                reason=said["reason"],
            )
            messages.success(request, _("The pair is changed."))
        elif deed == "confirm":
            confirming = ConfirmForm(request.POST)
            reason = confirming.cleaned_data["reason"] if confirming.is_valid() else ""
            services.confirm_pairs(actor, code, number, at=at, reason=reason)
            messages.success(request, _("The pairs are confirmed; terms can be planned now."))
        else:
            raise Http404(deed)
    except Refused as refused:
        return _cohort_page(request, cohort, refused)
    return redirect("programmes:cohort", code, number)


def _cohort_page(request: Asked, cohort: Cohort, refusal: Refused | None = None) -> HttpResponse:
    pairs = list(selectors.pairs_of(cohort))
    roster = list(selectors.officials())
    served = {pair.candidate_id for pair in pairs}
    sent = {pair.official_id for pair in pairs}
    said: dict[str, Any] = {} if refusal is None else request.POST.dict()
    context = {
        "programme": cohort.programme,
        "cohort": cohort,
        "lines": presenting.pair_lines(pairs, {each.code: each for each in roster}),
        "open": [each for each in selectors.cohort_places(cohort) if each.pk not in served],
        "held": selectors.places_held(cohort) if cohort.confirmed_at is None else [],
        "idle": [each for each in roster if each.pk not in sent],
        "roster": roster,
        "form": ConfirmForm(initial={"reason": said.get("reason", "")}),
        "refusal": refusal,
        "said": said,
        "may_see_terms": actor_of(request).may("term.see"),
        "may_plan": actor_of(request).may("term.manage") and cohort.confirmed_at is not None,
        "may_manage": actor_of(request).may("programme.manage")
        and cohort.confirmed_at is None
        and cohort.selection is not None,
    }
    status = 422 if refusal else 200
    return render(request, "programmes/cohort.html", context, status=status)
