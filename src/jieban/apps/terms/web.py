"""Pages of terms: the list, what is due, one term, its self-reliance, its posting file."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.assessments import selectors as assessments
from jieban.apps.directory.doors import download
from jieban.apps.ledger import selectors as ledger
from jieban.apps.practices import selectors as practices
from jieban.apps.terms import presenting, selectors
from jieban.apps.terms.models import Term
from jieban.apps.terms.papers import posting_file
from jieban.domain.actors import Actor
from jieban.domain.terms.calendar import add_months, day_of_term
from jieban.domain.terms.lifecycle import State

PAGE = 50
WEEKS_SHOWN = 8
PERMISSIONS = ("term.serve", "term.manage", "term.approve")
ROOMS = ("assessment_see", "case_see", "programme_see", "project_run")
"""Permissions (with a low line for the dot) that open the rooms a term's page leads to."""


@require_GET
def list_terms(request: Asked) -> HttpResponse:
    """Terms, narrowed by cohort, state, street, what is due; nearest to their last day first."""
    actor, today = actor_of(request), selectors.today_at(clock.now())
    asked = {name: request.GET.get(name, "")[:64] for name in selectors.FILTERS}
    everything = selectors.listed(actor, {}, today)
    found = selectors.listed(actor, asked, today)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    cohorts = {(row.term.cohort.programme.code, row.term.cohort.number) for row in everything}
    streets = {row.term.street_code: row.term.street_name for row in everything}
    context = {
        "asked": asked,
        "narrowed": any(asked.values()),
        "page": page,
        "total": len(everything),
        "overdue": sum(row.clock is not None and row.clock.overdue for row in everything),
        "cohorts": sorted(cohorts),
        "states": [state.value for state in State if _any(everything, state)],
        "streets": sorted(streets.items(), key=lambda each: each[1]),
        "may_manage": actor.may("term.manage"),
        "programme": asked["programme"]
        if asked["programme"] in {code for code, _n in cohorts}
        else "",
        "own": selectors.own_terms(actor).exists(),
    }
    return render(request, "terms/list.html", context)


def _any(rows: list[selectors.Listed], state: State) -> bool:
    return any(row.term.state == state for row in rows)


@require_GET
def mine(request: Asked) -> HttpResponse:
    """My own term; where there are several, all of them."""
    actor, today = actor_of(request), selectors.today_at(clock.now())
    found = list(selectors.own_terms(actor))
    running = [term for term in found if selectors.clock_on(term, today) is not None]
    if len(running) == 1 or len(found) == 1:
        return redirect("terms:show", (running or found)[0].number)
    rows = [{"term": term, "clock": selectors.clock_on(term, today)} for term in found]
    return render(request, "terms/mine.html", {"rows": rows})


@require_GET
def list_due(request: Asked) -> HttpResponse:
    """What is to be done on the terms one sees, most pressing first."""
    actor, today = actor_of(request), selectors.today_at(clock.now())
    due = selectors.due_for(actor, today)
    context = {
        "due": due,
        "today": today,
        "late": sum(each.left < 0 for each in due),
        "may_serve": actor.may("term.serve"),
        "may_manage": actor.may("term.manage"),
    }
    return render(request, "terms/due.html", context)


@never_cache
@require_GET
def show(request: Asked, number: str) -> HttpResponse:
    """One term: where it stands, what is open, what was done, what may be done now."""
    actor, today = actor_of(request), selectors.today_at(clock.now())
    term = selectors.term_by_number(actor, number)
    problems = list(term.problems.all())
    begins = term.arrived_on or term.planned_start
    programme = term.cohort.programme
    context = {
        **about(actor, term),
        "due": selectors.due_of([term], today),
        "day": day_of_term(begins, today) if term.arrived_on else None,
        "own_end": term.ends_on is not None
        and term.ends_on != add_months(begins, programme.term_months),
        "open": [each for each in problems if each.state == "open"],
        "settled": [each for each in problems if each.state != "open"],
        "people": selectors.officials_of(term),
        "weeks": list(term.log.all()[:WEEKS_SHOWN]),
        "weeks_logged": term.log.count(),
        "months": list(term.reviews.all()[:6]),
        "decisions": list(term.decisions.all()),
        "handovers": list(term.handovers.select_related("before", "after")),
        "look_backs": list(term.look_backs.all()),
        "projects": practices.projects_of_term(term.number),
        "rooms": {name: actor.may(name.replace("_", ".")) for name in ROOMS},
        "newest_run": assessments.published_runs().first(),
        "events": list(ledger.events_of("term", term.number).reverse()[:12]),
        "may_read_ledger": actor.may("ledger.see"),
    }
    return render(request, "terms/show.html", context)


def about(actor: Actor, term: Term) -> dict[str, Any]:
    """What every page of one term shows of it, and what this person may do."""
    today = selectors.today_at(clock.now())
    waiting = term.decisions.filter(state="waiting").first()
    return {
        "term": term,
        "clock": selectors.clock_on(term, today),
        "last_day": selectors.last_day(term),
        "today": today,
        "waiting": waiting,
        "own_exception": waiting is not None and waiting.by_id == actor.id,
        "allowed": selectors.allowed_moves(actor, term, today),
        "may": {
            permission.partition(".")[2]: selectors.holds(actor, term, permission)
            for permission in PERMISSIONS
        },
    }


@require_GET
def self_reliance(request: Asked, number: str) -> HttpResponse:
    """The index before, during and after: a table, and a small line for each measure."""
    actor = actor_of(request)
    term = selectors.term_by_number(actor, number)
    context = about(actor, term)
    found = selectors.self_reliance_of(term, context["today"], settings.HOME)
    context |= {
        "definition": found.definition,
        "months": found.months,
        "unknown": any(month.own.known < month.own.answered for month in found.months),
        "lines": presenting.drawn(found),
    }
    return render(request, "terms/self_reliance.html", context)


@require_GET
def posting(request: Asked, number: str) -> HttpResponse:
    """派驻通知 and 登记表 as a PDF."""
    term = selectors.term_by_number(actor_of(request), number)
    paper = posting_file(term, at=clock.now())
    return download(f"{term.number}.pdf", paper, "application/pdf")
