"""What the organisation department does: plan, prepare, decide, hand over, look back."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.programmes import selectors as programmes
from jieban.apps.programmes.models import Cohort
from jieban.apps.terms import presenting, selectors, services
from jieban.apps.terms.forms import (
    ArrivalForm,
    BaselineForm,
    CohortForm,
    DecisionForm,
    HandOverForm,
    IndexForm,
    LookBackForm,
    PlanForm,
)
from jieban.apps.terms.web import about
from jieban.domain.errors import Refused
from jieban.domain.terms.calendar import REVIEW_DAYS, Clock


@never_cache
def plan(request: Asked) -> HttpResponse:
    """Plan a whole cohort from its confirmed pairs, or one term by hand."""
    actor, at = actor_of(request), clock.now()
    whole = request.POST.get("act") == "cohort"
    sending = request.method == "POST"
    # A cohort's page leads here with its name and its planned start.
    begun = {name: request.GET.get(name, "")[:48] for name in ("cohort", "planned_start")}
    cohort_form = CohortForm(request.POST if sending and whole else None, initial=begun)
    form = PlanForm(request.POST if sending and not whole else None, initial=begun)
    cohorts = presenting.cohorts_offered()
    cohort_form.offer(cohort=cohorts)
    form.offer(
        cohort=cohorts,
        official=presenting.officials_offered(),
        area=presenting.areas_offered(),
    )
    refusal = None
    try:
        if whole and cohort_form.is_valid():
            said = cohort_form.cleaned_data
            made = services.plan_cohort(
                actor, _cohort(said["cohort"]), said["planned_start"], at=at, home=settings.HOME
            )
            messages.success(request, _("%(n)s terms are planned.") % {"n": len(made.made)})
            for place, why in made.left:
                messages.warning(
                    request,
                    _("%(place)s is left: %(why)s Plan it by hand with another official.")
                    % {"place": place, "why": why.message()},
                )
            if not made.left:
                return redirect("terms:list")
            again = {"cohort": said["cohort"], "planned_start": said["planned_start"].isoformat()}
            return redirect(f"{reverse('terms:new')}?{urlencode(again)}")
        if sending and not whole and form.is_valid():
            said = form.cleaned_data
            term = services.plan_term(
                actor,
                _cohort(said["cohort"]),
                programmes.official_by_code(said["official"]),
                said["area"],
                said["planned_start"],
                at=at,
            )
            messages.success(request, _("The term is planned."))
            return redirect("terms:prepare", term.number)
    except Refused as refused:
        refusal = refused
    context = {
        "form": form,
        "cohort_form": cohort_form,
        "refusal": refusal,
        "whole": whole,
        "any_cohort": bool(cohorts),
    }
    wrong = bool(refusal or form.errors or cohort_form.errors)
    return render(request, "terms/new.html", context, status=422 if wrong else 200)


def _cohort(said: str) -> Cohort:
    code, _space, number = said.partition(" ")
    return programmes.cohort_of(programmes.programme_by_code(code), int(number))


@never_cache
def prepare(request: Asked, number: str) -> HttpResponse:
    """What a term needs before somebody arrives: baseline, problem list, definition; then the
    arrival itself, or the plan is called off."""
    actor, at = actor_of(request), clock.now()
    term = selectors.term_by_number(actor, number, "term.manage")
    act = request.POST.get("act", "")
    given = request.POST if request.method == "POST" else None
    baseline = BaselineForm(given if act == "baseline" else None)
    baseline.fields["run"].choices = presenting.runs_offered()  # type: ignore[attr-defined]
    index = IndexForm(given if act == "index" else None, initial=term.index)
    arrival = ArrivalForm(
        given if act == "arrive" else None, initial={"arrived_on": selectors.today_at(at)}
    )
    refusal, done = None, ""
    try:
        if act == "baseline" and baseline.is_valid():
            run = baseline.cleaned_data["run"]
            services.freeze_baseline(actor, number, run, at=at, home=settings.HOME)
            done = _("The baseline is frozen.")
        elif act == "index" and index.is_valid():
            services.fix_index(actor, number, at=at, **index.cleaned_data)
            done = _("Self-reliance is defined.")
        elif act == "arrive" and arrival.is_valid():
            services.arrive(
                actor, number, at=at, version=_looked_at(request), **arrival.cleaned_data
            )
            messages.success(request, _("The arrival is on file; the clock runs."))
            return redirect("terms:show", number)
        elif act == "call_off":
            reason = request.POST.get("reason", "")
            services.call_off(actor, number, at=at, reason=reason, version=_looked_at(request))
            messages.success(request, _("The plan is called off."))
            return redirect("terms:show", number)
    except Refused as refused:
        refusal = refused
    if done:
        messages.success(request, done)
        return redirect("terms:prepare", number)
    context = {
        **about(actor, term),
        "baseline_form": baseline,
        "index_form": index,
        "arrival_form": arrival,
        "refusal": refusal,
        "problems": term.problems.count(),
        "late_baseline": selectors.lacks_baseline(term),
        "any_run": bool(presenting.runs_offered()),
    }
    wrong = bool(refusal or baseline.errors or index.errors or arrival.errors)
    return render(request, "terms/prepare.html", context, status=422 if wrong else 200)


@never_cache
def decision(request: Asked, number: str) -> HttpResponse:
    """The decision after six months or an extension: the memo is there, one decides and signs."""
    actor, at = actor_of(request), clock.now()
    term = selectors.term_by_number(actor, number, "term.manage")
    form, refusal = DecisionForm(request.POST or None), None
    form.offer(term, "open")
    if request.method == "POST" and form.is_valid():
        try:
            made = _decide(request, number, form.cleaned_data)
            messages.success(request, made)
            return redirect("terms:show", number)
        except Refused as refused:
            refusal = refused
    memo = selectors.memo_of(term, selectors.today_at(at), settings.HOME)
    programme = term.cohort.programme
    context = {
        **about(actor, term),
        "form": form,
        "refusal": refusal,
        "memo": memo,
        "lines": presenting.memo_lines(memo),
        "programme": programme,
        "may_extend": term.extensions < programme.max_extensions,
        "early_until": _early_until(selectors.clock_on(term, selectors.today_at(at))),
    }
    wrong = bool(refusal or form.errors)
    return render(request, "terms/decision.html", context, status=422 if wrong else 200)


def _early_until(standing: Clock | None) -> date | None:
    """The first day a decision can be made, where it has not come yet."""
    if standing is None or standing.left <= REVIEW_DAYS:
        return None
    return standing.last_day - timedelta(days=REVIEW_DAYS)


def _looked_at(request: Asked) -> int | None:
    """The version of the term that the page showed; None where a form does not say."""
    said = request.POST.get("version", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def _decide(request: Asked, number: str, said: dict[str, Any]) -> str:
    """Make the decision that was chosen; what to tell the person."""
    actor, at, home = actor_of(request), clock.now(), settings.HOME
    version = _looked_at(request)
    if said["outcome"] == "extend":
        made = services.extend_term(
            actor,
            number,
            said["problems"],
            at=at,
            reason=said["reason"],
            home=home,
            version=version,
        )
        return _("The term is extended until %(day)s.") % {"day": made.until}
    made = services.end_term(
        actor,
        number,
        at=at,
        reason=said["reason"],
        exception=said["exception"],
        home=home,
        version=version,
    )
    if made.state == "waiting":
        return _("The exception waits for a second person; until then nothing is decided.")
    return _("The term has ended; looking back is due in 6 and 12 months.")


@require_POST
def approval(request: Asked, number: str) -> HttpResponse:
    """A second person approves an exception, or refuses it."""
    actor, at = actor_of(request), clock.now()
    reason, version = request.POST.get("reason", ""), _looked_at(request)
    if request.POST.get("act") == "approve":
        services.approve_exception(actor, number, at=at, reason=reason, version=version)
        messages.success(request, _("The exception is approved and the term has ended."))
    else:
        services.refuse_exception(actor, number, at=at, reason=reason, version=version)
        messages.success(request, _("The exception is refused; the decision is open again."))
    return redirect("terms:show", number)


@never_cache
def hand_over(request: Asked, number: str) -> HttpResponse:
    """Another official takes the post over; the clock goes on."""
    actor, at = actor_of(request), clock.now()
    term = selectors.term_by_number(actor, number, "term.manage")
    form = HandOverForm(request.POST or None, initial={"on": selectors.today_at(at)})
    form.fields["to"].choices = presenting.officials_offered(  # type: ignore[attr-defined]
        term.official.code
    )
    refusal = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.hand_over(
                actor,
                number,
                said["to"],
                said["items"].splitlines(),
                at=at,
                on=said["on"],
                reason=said["reason"],
                version=_looked_at(request),
            )
            messages.success(request, _("The hand-over is on file; the term keeps its clock."))
            return redirect("terms:show", number)
        except Refused as refused:
            refusal = refused
    context = {
        **about(actor, term),
        "form": form,
        "refusal": refusal,
        "open": list(term.problems.filter(state="open")),
        "people": selectors.officials_of(term),
    }
    wrong = bool(refusal or form.errors)
    return render(request, "terms/hand_over.html", context, status=422 if wrong else 200)


@never_cache
def look_back(request: Asked, number: str, months: int) -> HttpResponse:
    """What is found 6 or 12 months after the end."""
    actor, at = actor_of(request), clock.now()
    term = selectors.term_by_number(actor, number)
    entry = term.look_backs.filter(months=months).first()
    form = LookBackForm(request.POST or None)
    form.offer(term)
    form.fields["run"].choices = [  # type: ignore[attr-defined]
        ("", _("no figures")),
        *presenting.runs_offered(),
    ]
    refusal = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.look_back(
                actor,
                number,
                months,
                said["findings"],
                at=at,
                home=settings.HOME,
                run_id=said["run"],
                returned=said["problems"],
            )
            messages.success(request, _("What was found is on file."))
            return redirect("terms:look_back", number, months)
        except Refused as refused:
            refusal = refused
    context = {
        **about(actor, term),
        "form": form,
        "refusal": refusal,
        "entry": entry,
        "months": months,
        "too_early": entry is not None and entry.due_on > selectors.today_at(at),
        "rates": presenting.rates_beside(term.baseline, entry.figures if entry else None),
    }
    wrong = bool(refusal or form.errors) or entry is None
    status = 404 if entry is None else 422 if wrong else 200
    return render(request, "terms/look_back.html", context, status=status)
