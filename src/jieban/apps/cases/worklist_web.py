"""Worklists: today, the list by time left, its filters as links, its export."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from jieban import clock
from jieban.apps.asked import Asked, actor_of
from jieban.apps.cases import selectors, services
from jieban.apps.cases.models import Case
from jieban.apps.cases.selectors import Filter
from jieban.apps.cases.services.intake import CHANNELS
from jieban.apps.cases.templatetags.live_words import flags_of, live_word, time_left
from jieban.apps.directory import selectors as directory
from jieban.domain.actors import Actor
from jieban.domain.cases.lifecycle import State
from jieban.domain.errors import Refused

COUNTED = 1000
LABELS = {
    "scope": gettext_lazy("Scope"),
    "state": gettext_lazy("State"),
    "unit": gettext_lazy("Unit"),
    "category": gettext_lazy("Category"),
    "channel": gettext_lazy("Channel"),
    "urgency": gettext_lazy("Urgency"),
    "due": gettext_lazy("Due"),
    "created_from": gettext_lazy("Received from"),
    "created_to": gettext_lazy("Received until"),
    "q": gettext_lazy("Words"),
    "order": gettext_lazy("Order"),
    "open": gettext_lazy("Open"),
    "overdue": gettext_lazy("Overdue"),
    "held": gettext_lazy("On hold"),
    "supervised": gettext_lazy("Supervised"),
    "waiting": gettext_lazy("Request waiting"),
    "gone_up": gettext_lazy("Gone up to the district"),
    "urged": gettext_lazy("Urged"),
}
DUES = {
    "today": gettext_lazy("today"),
    "24h": gettext_lazy("within 24 hours"),
    "week": gettext_lazy("within a week"),
}
FLAGS = ("overdue", "held", "supervised", "waiting", "gone_up", "urged")


@require_GET
def today(request: Asked) -> HttpResponse:
    """What waits for this person, as counts that lead to lists."""
    actor, at = actor_of(request), clock.now()
    asked = [
        (_("What I must do now"), Filter(tab="mine")),
        (_("Due within 24 hours"), Filter(due="24h", state="received,dispatched,accepted")),
        (_("Overdue"), Filter(overdue="1")),
        (_("Came back: sent back or reopened"), Filter(tab="back")),
        (_("Requests waiting for a decision"), Filter(waiting="1")),
        (_("On hold"), Filter(held="1")),
    ]
    cards = []
    for words, wanted in asked:
        number = selectors.count_up_to(actor, wanted, at=at, most=COUNTED)
        cards.append(
            {
                "words": words,
                "number": number,
                "more": number == COUNTED,
                "query": wanted.as_query(),
            }
        )
    page = selectors.worklist(actor, Filter(tab="mine"), at=at, limit=10)
    context = {
        "cards": cards,
        "cases": _shown(page.cases),
        "may_receive": actor.may("case.receive"),
    }
    return render(request, "worklists/today.html", context)


@require_GET
def list_cases(request: Asked) -> HttpResponse:
    """The list the address asks for, by time left."""
    if request.GET.get("number"):
        return redirect("cases:show", number=request.GET["number"].strip())
    actor, at = actor_of(request), clock.now()
    refusal = None
    try:
        asked = Filter.from_query(request.GET)
        page = selectors.worklist(actor, asked, at=at, after=request.GET.get("after", ""))
    except Refused as refused:
        refusal, asked, page = refused, Filter(), selectors.Page([], "")
    context = {
        "asked": asked,
        "refusal": refusal,
        "cases": _shown(page.cases),
        "next": f"{asked.as_query()}&after={page.next_cursor}" if page.next_cursor else "",
        "first": "after" not in request.GET,
        "tabs": _tabs(asked),
        "chips": list(_chips(asked)),
        "states": [(state.value, live_word(state.value)) for state in State],
        "channels": [(channel, live_word(channel)) for channel in CHANNELS],
        "dues": DUES.items(),
        "flags": [(flag, LABELS[flag], bool(getattr(asked, flag))) for flag in FLAGS],
        "units": directory.units(),
        "may_export": actor.may("case.export"),
        "may_receive": actor.may("case.receive"),
        "bulk": _bulk_acts(actor),
        "query": asked.as_query(),
        "views": selectors.views_of(actor),
    }
    return render(request, "worklists/list.html", context, status=422 if refusal else 200)


@require_POST
def view_save(request: Asked) -> HttpResponse:
    """Keep a list under a name of one's own."""
    view = services.save_view(
        actor_of(request), request.POST.get("name", ""), Filter.from_query(request.POST)
    )
    return redirect(f"/cases/?{view.query}")


@require_POST
def view_drop(request: Asked, view: int) -> HttpResponse:
    services.drop_view(actor_of(request), view)
    return redirect("cases:list")


def _tabs(asked: Filter) -> list[dict[str, Any]]:
    plain = {"tab": "", "open": "", "state": "", "order": ""}
    return [
        {
            "words": words,
            "query": asked.as_query(**{**plain, **changes}),
            "current": current,
        }
        for words, changes, current in (
            (_("What I must do"), {"tab": "mine"}, asked.tab == "mine"),
            (_("By time left"), {}, not asked.tab and asked.open != "0" and not asked.q),
            (_("Came back"), {"tab": "back"}, asked.tab == "back"),
            (_("Closed cases"), {"open": "0"}, asked.open == "0"),
        )
    ]


def _chips(asked: Filter) -> Iterator[dict[str, str]]:
    for name, value in asked.said().items():
        if name == "tab":
            continue
        yield {
            "label": str(LABELS[name]),
            "value": _said(name, value),
            "query": asked.as_query(**{name: ""}),
        }


def _said(name: str, value: str) -> str:
    if name in ("state", "channel", "urgency"):
        return _(", ").join(live_word(each) for each in value.split(","))
    if name == "due":
        return str(DUES[value])
    if name in FLAGS or (name == "open" and value == "1"):
        return _("yes")
    if name == "open":
        return _("no")
    return value


def _shown(cases: Any) -> list[dict[str, Any]]:
    at = clock.now()
    return [{"case": case, "left": time_left(case, at), "flags": flags_of(case)} for case in cases]


# --- several at once ----------------------------------------------------------------------

BULK = {"accept": "case.handle", "close": "case.close", "urge": "case.urge"}


def _bulk_acts(actor: Actor) -> list[tuple[str, str]]:
    words = {"accept": _("Accept"), "close": _("Close"), "urge": _("Urge")}
    return [(act, words[act]) for act, permission in BULK.items() if actor.may(permission)]


@require_POST
def bulk(request: Asked) -> HttpResponse:
    """First what would happen to each chosen case, then, confirmed, each on its own."""
    actor, at = actor_of(request), clock.now()
    act, reason = request.POST.get("act", ""), request.POST.get("reason", "")
    numbers = list(dict.fromkeys(request.POST.getlist("number")))[:200]
    if act not in BULK:
        raise Refused("case.unknown_move", move=act, known=list(BULK))
    confirmed = "confirmed" in request.POST
    rows = [_one_of_many(actor, act, number, reason, at, confirmed) for number in numbers]
    context = {
        "act": act,
        "words": dict(_bulk_acts(actor)).get(act, act),
        "rows": rows,
        "possible": sum(row["possible"] for row in rows),
        "confirmed": confirmed,
        "reason": reason,
    }
    return render(request, "worklists/bulk.html", context)


def _one_of_many(
    actor: Actor, act: str, number: str, reason: str, at: Any, confirmed: bool
) -> dict[str, Any]:
    try:
        case = selectors.case_by_number(actor, number)
        if not confirmed:
            possible = act == "urge" or act in selectors.allowed_moves(actor, case)
            words = _("will be done") if possible else _("cannot be done now")
            return {"number": number, "case": case, "possible": possible, "words": words}
        if act == "urge":
            services.urge_case(actor, number, at=at, reason=reason)
        else:
            services.make_move(actor, number, act, at=at, told={"reason": reason})
        return {"number": number, "case": case, "possible": True, "words": _("done")}
    except Refused as refused:
        return {"number": number, "case": None, "possible": False, "words": refused.message()}


# --- out ----------------------------------------------------------------------------------


@require_POST
def export(request: Asked) -> StreamingHttpResponse:
    """The filtered list as CSV, redacted, with who took it out, when, and what was asked."""
    actor, at = actor_of(request), clock.now()
    asked = Filter.from_query(request.POST)
    export_id = services.note_export(actor, asked.said(), at=at)
    mark = f"{actor.name} {localtime(at):%Y-%m-%d %H:%M} {asked.as_query()} #{export_id}"
    response = StreamingHttpResponse(
        _lines(actor, asked, mark), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="cases-{export_id}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


_HEAD = (
    "工单编号",
    "状态",
    "受理时间",
    "时限",
    "区域",
    "主办单位",
    "分类",
    "标题",
    "内容",
    "退单",
    "办理次数",
)
LONGEST_EXPORT = 100_000


def _lines(actor: Actor, asked: Filter, mark: str) -> Iterator[bytes]:
    yield b"\xef\xbb\xbf" + _line([mark])
    yield _line(_HEAD)
    cursor, written = "", 0
    while written < LONGEST_EXPORT:
        page = selectors.worklist(
            actor, asked, at=clock.now(), after=cursor, limit=500, permission="case.export"
        )
        for case in page.cases:
            yield _line(_exported(case))
        written += len(page.cases)
        cursor = page.next_cursor
        if not cursor:
            return


def _exported(case: Case) -> list[str]:
    return [
        case.number,
        live_word(case.state),
        f"{localtime(case.received_at):%Y-%m-%d %H:%M}",
        f"{localtime(case.due_at):%Y-%m-%d %H:%M}" if case.due_at else "",
        case.area.name if case.area else "",
        case.lead_unit.name if case.lead_unit else "",
        case.category,
        case.title,
        case.text,
        str(case.returns),
        str(case.passes),
    ]


def _line(cells: Any) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow([_harmless(str(cell)) for cell in cells])
    return out.getvalue().encode()


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet will not take for a formula."""
    return f"'{cell}" if cell[:1] in "=+-@\t\r" else cell
