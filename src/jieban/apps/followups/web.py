"""Pages of call-backs: who is to be called, and one call."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.cases import selectors as cases
from jieban.apps.cases import services as case_services
from jieban.apps.cases.templatetags.live_words import time_left
from jieban.apps.followups import selectors, services
from jieban.apps.followups.forms import RESULTS, FollowUpForm
from jieban.domain.errors import Refused
from jieban.domain.followup.answers import ATTEMPTS, Result
from jieban.sealing import sealer_of

PAGE = 50
CONSEQUENCES = {
    "closed": gettext_lazy("Saved. The case is closed."),
    "reopened": gettext_lazy("Saved. The case is reopened and back with the same unit."),
    "again": gettext_lazy("Saved. The case stays in the list to be tried again."),
}


@require_GET
def list_waiting(request: Asked) -> HttpResponse:
    """Answered cases to be called back, those due first."""
    at = clock.now()
    found = selectors.waiting(actor_of(request))[:PAGE]
    context = {"cases": [{"case": case, "left": time_left(case, at)} for case in found]}
    return render(request, "followups/list.html", context)


@never_cache
def call(request: Asked, number: str) -> HttpResponse:
    """One call: the number in clear with a reason that is written down, then the answers."""
    actor, at = actor_of(request), clock.now()
    case = cases.case_by_number(actor, number, "follow_up.record")
    form = FollowUpForm(initial={"version": case.version})
    refusal, phone = None, ""
    try:
        if request.method == "POST" and "dial" in request.POST:
            shown = case_services.unmask_case(actor, number, at=at, reason=_("call-back"))
            phone = shown.get("phone", "")
            case = cases.case_by_number(actor, number, "follow_up.record")
            form = FollowUpForm(initial={"version": case.version})
        elif request.method == "POST":
            form = FollowUpForm(request.POST)
            if form.is_valid():
                made = services.record_follow_up(
                    actor,
                    number,
                    form.answers(),
                    at=at,
                    words=form.cleaned_data["words"],
                    version=form.cleaned_data["version"],
                )
                messages.success(request, CONSEQUENCES[made.consequence])
                return redirect("followups:list")
    except Refused as refused:
        refusal = refused
    sealer = sealer_of(settings.HOME.keys)
    answers = [note for note in cases.notes_of(case) if note.kind == "answer"]
    context = {
        "case": case,
        "form": form,
        "refusal": refusal,
        "phone": phone,
        "may_dial": actor.may("case.unmask"),
        "answer": sealer.open(answers[-1].sealed).decode() if answers else "",
        "earlier": [
            {"call": each, "words": RESULTS[Result(each.result)]}
            for each in selectors.of_case(case)
        ],
        "attempts": ATTEMPTS,
    }
    wrong = bool(refusal or form.errors)
    return render(request, "followups/call.html", context, status=422 if wrong else 200)
