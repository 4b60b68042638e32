"""Pages of programmes: opening, criteria, lists, the lot."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.directory.doors import download
from jieban.apps.programmes import presenting, selectors, services
from jieban.apps.programmes.forms import (
    PRESET_WORDS,
    ChangeCriteriaForm,
    LotForm,
    ProgrammeForm,
    SelectForm,
    criteria_initial,
)
from jieban.apps.programmes.models import Programme
from jieban.domain.errors import Refused
from jieban.domain.programmes.criteria import PRESETS
from jieban.domain.programmes.lot import draw_mark
from jieban.domain.programmes.selection import Standing

_CSV = "text/csv; charset=utf-8"
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHOWN_FIRST = (Standing.CHOSEN, Standing.BY_HAND, Standing.IN_LOT, Standing.NEXT)


@require_GET
def list_programmes(request: Asked) -> HttpResponse:
    """Every programme, newest first."""
    context = {
        "programmes": selectors.programmes(),
        "officials": selectors.officials().count(),
        "may_manage": actor_of(request).may("programme.manage"),
    }
    return render(request, "programmes/list.html", context)


def open_programme(request: Asked) -> HttpResponse:
    """A new programme; the criteria begin with one of two presets."""
    preset = request.GET.get("preset", "worst")
    if preset not in PRESETS:
        raise Http404(preset)
    initial = criteria_initial(PRESETS[preset].as_table())
    initial |= {"term_months": 6, "extension_months": 3, "max_extensions": 1}
    form, refusal = ProgrammeForm(request.POST or None, initial=initial), None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = services.open_programme(
                actor_of(request),
                said["code"],
                said["name"],
                at=clock.now(),
                criteria=form.table(),
                term_months=said["term_months"],
                extension_months=said["extension_months"],
                max_extensions=said["max_extensions"],
            )
            return redirect("programmes:show", made.code)
        except Refused as refused:
            refusal = refused
    context = {
        "form": form,
        "groups": _groups(form, ProgrammeForm.first),
        "refusal": refusal,
        "preset": preset,
        "presets": PRESET_WORDS.items(),
    }
    wrong = bool(refusal or form.errors)
    return render(request, "programmes/open.html", context, status=422 if wrong else 200)


@require_GET
def show_programme(request: Asked, code: str) -> HttpResponse:
    """One programme: its criteria, its lists, its cohorts."""
    programme = selectors.programme_by_code(code)
    return _programme_page(request, programme, SelectForm(runs=_runs()))


def _programme_page(request: Asked, programme: Programme, form: SelectForm) -> HttpResponse:
    context = {
        "programme": programme,
        "criteria": presenting.criteria_lines(programme.criteria),
        "selections": selectors.selections_of(programme),
        "cohorts": selectors.cohorts_of(programme),
        "form": form,
        "any_run": bool(form.fields["run"].choices),  # type: ignore[attr-defined]
        "may_see_terms": actor_of(request).may("term.see"),
        "may_manage": actor_of(request).may("programme.manage"),
    }
    status = 422 if form.errors else 200
    return render(request, "programmes/show.html", context, status=status)


def change_criteria(request: Asked, code: str) -> HttpResponse:
    """Other criteria from now on; lists that were made keep theirs."""
    programme = selectors.programme_by_code(code)
    form = ChangeCriteriaForm(request.POST or None, initial=criteria_initial(programme.criteria))
    refusal = None
    if request.method == "POST" and form.is_valid():
        try:
            services.change_criteria(
                actor_of(request),
                code,
                form.table(),
                at=clock.now(),
                reason=form.cleaned_data["reason"],
            )
            messages.success(request, _("The criteria are changed; earlier lists keep theirs."))
            return redirect("programmes:show", code)
        except Refused as refused:
            refusal = refused
    context = {
        "programme": programme,
        "form": form,
        "groups": _groups(form, (), last=("reason",)),
        "refusal": refusal,
    }
    wrong = bool(refusal or form.errors)
    return render(request, "programmes/criteria.html", context, status=422 if wrong else 200)


@require_POST
def select(request: Asked, code: str) -> HttpResponse:
    """Make a list on the run that was chosen."""
    programme = selectors.programme_by_code(code)
    form = SelectForm(request.POST, runs=_runs())
    if not form.is_valid():
        return _programme_page(request, programme, form)
    made = services.make_selection(
        actor_of(request), code, form.cleaned_data["run"], at=clock.now(), home=settings.HOME
    )
    return redirect("programmes:selection", code, made.number)


@require_GET
def show_selection(request: Asked, code: str, number: int) -> HttpResponse:
    """One list: who is chosen and why, what it was made on, whether it comes out again."""
    selection = selectors.selection_by_number(selectors.programme_by_code(code), number)
    counted = selectors.standings_of(selection)
    shown = request.GET.get("show", "")
    if shown in counted:
        standings = [shown]
    else:
        standings = [each.value for each in (_SHOWN_FIRST if shown != "all" else Standing)]
    found = selection.candidates.filter(standing__in=standings)
    months = presenting.months_of_base(selection)
    context = {
        "programme": selection.programme,
        "selection": selection,
        "lines": presenting.lines_of(found, selection.criteria),
        "raw": selection.criteria["order_by"] == "raw_score",
        "counted": [(code, presenting.STANDING_WORDS[code](), counted[code]) for code in counted],
        "total": sum(counted.values()),
        "show": shown if shown in counted or shown == "all" else "",
        "sent": counted.get("chosen", 0) + counted.get("by_hand", 0),
        "wanted": selection.criteria["choose"],
        "waiting": counted.get("in_lot", 0),
        "next": counted.get("next", 0),
        "criteria": presenting.criteria_lines(selection.criteria),
        "months": months,
        "short_base": months < presenting.FULL_BASE,
        "differences": selectors.differences(selection),
        "cohorts": selection.cohorts.all(),
        "may_manage": actor_of(request).may("programme.manage"),
    }
    return render(request, "programmes/selection.html", context)


@require_GET
def selection_file(request: Asked, code: str, number: int, ending: str) -> HttpResponse:
    """The whole list, every figure and every criterion."""
    selection = selectors.selection_by_number(selectors.programme_by_code(code), number)
    if ending == "csv":
        return download(f"{selection}.csv", presenting.as_csv(selection), _CSV)
    if ending == "xlsx":
        return download(f"{selection}.xlsx", presenting.as_workbook(selection), _WORKBOOK)
    raise Http404(ending)


def draw_lot(request: Asked, code: str, number: int) -> HttpResponse:
    """The places of equal need; a public statement decides among them."""
    selection = selectors.selection_by_number(selectors.programme_by_code(code), number)
    form, refusal = LotForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            services.draw_lot(
                actor_of(request),
                code,
                number,
                said["statement"],
                at=clock.now(),
                source=said["source"],
            )
            messages.success(request, _("The lot is drawn and recorded."))
            return redirect("programmes:lot", code, number)
        except Refused as refused:
            refusal = refused
    context = {
        "programme": selection.programme,
        "selection": selection,
        "form": form,
        "refusal": refusal,
        "draws": _draws(selection),
        "earlier": selectors.earlier_lots(selection),
        "may_manage": actor_of(request).may("programme.manage"),
    }
    wrong = bool(refusal or form.errors)
    return render(request, "programmes/lot.html", context, status=422 if wrong else 200)


def _groups(
    form: Any, first: tuple[str, ...], last: tuple[str, ...] = ()
) -> list[tuple[str, list[Any]]]:
    """The fields of a form of criteria under their headings."""
    seats = ("choose", "order_by", "per_street", "minimum_valid")
    rest = ("lot", "lot_points", "compare", "by_hand")
    said = {*first, *seats, *rest, *last}
    thresholds = tuple(name for name in form.fields if name not in said)
    groups = (
        (_("The programme"), first),
        (_("How places are chosen"), seats),
        (_("Conditions: leave empty what is not asked for"), thresholds),
        (_("Equal need, comparison, places picked by hand"), rest),
        (_("Why the criteria change"), last),
    )
    return [(title, [form[name] for name in names]) for title, names in groups if names]


def _runs() -> list[tuple[str, str]]:
    return [
        (run.run_id, f"{run.assessment.period} · {run.assessment.rulebook} · v{run.version}")
        for run in selectors.published_runs()
    ]


def _draws(selection: Any) -> list[dict[str, Any]]:
    """Every draw of a list: its places by code, or in the order drawn."""
    pools: dict[str, list[Any]] = {}
    for each in selection.candidates.exclude(lot="").order_by("lot_order", "area_code"):
        mark = ""
        if selection.lot_drawn_at:
            mark = draw_mark(selection.lot_statement, selection.digest, each.area_code)
        words = presenting.STANDING_WORDS[each.standing]()
        pools.setdefault(each.lot, []).append({"place": each, "mark": mark, "words": words})
    return [
        {
            "street": "" if lot == "*" else members[0]["place"].street_name,
            "seats": members[0]["place"].lot_seats,
            "places": len(members),
            "members": members,
        }
        for lot, members in pools.items()
    ]
