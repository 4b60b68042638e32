"""Pages of the roster: who may be sent, one official, a file with many."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.directory.doors import download, placed
from jieban.apps.programmes import selectors, services
from jieban.apps.programmes.forms import (
    NewOfficialForm,
    OfficialForm,
    RosterFileForm,
    official_initial,
)
from jieban.domain.errors import Refused
from jieban.tables.officials import written_roster

_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
def list_officials(request: Asked) -> HttpResponse:
    """Everybody on the roster; what they have to avoid only for those who keep it."""
    may_manage = actor_of(request).may("programme.manage")
    officials = list(selectors.officials())
    names = selectors.names_of([code for each in officials for code in each.conflicts])
    context = {
        "officials": [
            {
                "official": each,
                "avoided": [names.get(code, code) for code in each.conflicts],
            }
            for each in officials
        ],
        "may_manage": may_manage,
    }
    return render(request, "programmes/officials.html", context)


def new_official(request: Asked) -> HttpResponse:
    """Put one official on the roster."""
    form, refusal = NewOfficialForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.enter_official(
                actor_of(request),
                said["code"],
                said["name"],
                said["home"],
                at=clock.now(),
                skills=form.words("skills"),
                brings=form.words("brings"),
                conflicts=selectors.conflict_codes(form.words("conflicts")),
                available_from=said["available_from"],
                available_until=said["available_until"],
                account=said["account"],
            )
            messages.success(request, _("The official is on the roster."))
            return redirect("programmes:officials")
        except Refused as refused:
            refusal = refused
    wrong = bool(refusal or form.errors)
    context = {"form": form, "refusal": refusal}
    return render(request, "programmes/official.html", context, status=422 if wrong else 200)


def show_official(request: Asked, code: str) -> HttpResponse:
    """Change what the roster says of one official."""
    official = selectors.official_by_code(code)
    form, refusal = OfficialForm(request.POST or None, initial=official_initial(official)), None
    if request.method == "POST" and form.is_valid():
        try:
            conflicts = selectors.conflict_codes(form.words("conflicts"))
            services.change_official(
                actor_of(request), code, form.profile(conflicts), at=clock.now()
            )
            messages.success(request, _("The roster is changed."))
            return redirect("programmes:officials")
        except Refused as refused:
            refusal = refused
    wrong = bool(refusal or form.errors)
    context = {"form": form, "refusal": refusal, "official": official}
    return render(request, "programmes/official.html", context, status=422 if wrong else 200)


def import_officials(request: Asked) -> HttpResponse:
    """Bring officials from a file; what could not be taken is listed with the reason."""
    sending = request.method == "POST"
    form = RosterFileForm(request.POST, request.FILES) if sending else RosterFileForm()
    brought = None
    if sending and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            with placed(sent.name, sent.read()) as path:
                brought = services.import_officials(actor_of(request), path, at=clock.now())
        except Refused as refused:
            form.add_error("file", refused.message())
    context = {"form": form, "brought": brought}
    status = 422 if form.errors else 200
    return render(request, "programmes/officials_import.html", context, status=status)


@require_GET
def roster_file(request: Asked, blank: bool = False) -> HttpResponse:
    """The roster as a workbook that comes back by import; or an empty one to fill in."""
    rows = [] if blank else selectors.roster_rows()
    return download(_("roster.xlsx"), written_roster(rows, request.language), _WORKBOOK)
