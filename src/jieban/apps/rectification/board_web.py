"""Pages by which a round is steered: today's work, the figures, the board, the sheet of a month."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from jieban import clock
from jieban.apps.accounts import selectors as accounts
from jieban.apps.accounts.services import note_token_use
from jieban.apps.asked import Asked, actor_of
from jieban.apps.directory import selectors as directory
from jieban.apps.directory.doors import download
from jieban.apps.rectification import feed
from jieban.apps.rectification.models import Round
from jieban.apps.rectification.selectors import board as boards
from jieban.apps.rectification.selectors import complaints, seeing, tasks, work
from jieban.apps.rectification.selectors import figures as sums
from jieban.apps.rectification.selectors.sheet import Line, Sheet, lines_of, sheet_of
from jieban.apps.rectification.templatetags.rectification_words import STATES
from jieban.documents.dispatch import dispatch_pdf
from jieban.domain.errors import Refused
from jieban.domain.rectification.history import Month, months_around, read_month
from jieban.domain.rectification.sheets import STATE_WORDS, DispatchRow
from jieban.domain.rectification.tasks import DONE, State
from jieban.tables.plan_books import dispatch_workbook

PAGE = 50
LINES = 20
"""Lines of a table of figures before one asks for all of them."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _today() -> date:
    return directory.local_day(clock.now())


# --- today's work ----------------------------------------------------------------------------


@never_cache
@require_GET
def show_work(request: Asked) -> HttpResponse:
    """What this person has to move today, in groups; or all of one group."""
    actor, today = actor_of(request), _today()
    code = request.GET.get("group", "")[:32]
    context: dict[str, Any] = {"today": today, "may_manage": actor.may("rectification.manage")}
    if code in work.GROUPS:
        page = Paginator(work.group_of(actor, code, today), PAGE).get_page(request.GET.get("page"))
        rows = work.rows_of(code, page.object_list, today)
        context |= {"group": code, "page": page, "rows": rows}
        return render(request, "rectification/group.html", context)
    context |= {
        "groups": work.work_of(actor, today),
        "shown": work.SHOWN,
        "alarms": complaints.alarms(settings.HOME, actor),
        "feed": request.build_absolute_uri(reverse("rectification:calendar")),
        "rounds": list(seeing.rounds_visible_to(actor)[:PAGE]),
    }
    return render(request, "rectification/work.html", context)


# --- figures ---------------------------------------------------------------------------------


@require_GET
def show_figures(request: Asked, code: str) -> HttpResponse:
    """The figures of one round, each a link to its tasks; or all lines of one table."""
    actor, today = actor_of(request), _today()
    held = seeing.round_by_code(actor, code)
    table = request.GET.get("table", "")
    found = sums.figures_of(actor, code, today, only=table if table in sums.TABLES else "")
    context: dict[str, Any] = {"round": held, "today": today, "figures": found}
    if table in sums.TABLES:
        page = Paginator(found.tables[table], PAGE).get_page(request.GET.get("page"))
        context |= {"table": table, "page": page}
        return render(request, "rectification/figures_table.html", context)
    context["tables"] = [
        (name, lines[:LINES], len(lines)) for name, lines in found.tables.items() if lines
    ]
    return render(request, "rectification/figures.html", context)


@require_GET
def show_all_figures(request: Asked) -> HttpResponse:
    """The figures of every round one sees, and all of them together."""
    actor, today = actor_of(request), _today()
    rounds = sums.figures_of_rounds(actor, today)
    context = {"rounds": rounds, "total": sums.all_together(rounds), "today": today}
    return render(request, "rectification/all_figures.html", context)


# --- the board -------------------------------------------------------------------------------


@require_GET
def show_board(request: Asked, code: str) -> HttpResponse:
    """进度图: tasks by months, narrowed by lead unit, state and lateness."""
    actor, today = actor_of(request), _today()
    held = seeing.round_by_code(actor, code)
    asked = {name: request.GET.get(name, "")[:64].replace("\x00", "") for name in _ASKED}
    centre = _month(asked["month"], Month.of(today))
    found = tasks.listed(
        actor,
        tasks.Filter(
            round=code,
            state=asked["state"] if asked["state"] in (*STATES, "open") else "",
            lead=asked["lead"],
            late_on=today if asked["late"] else None,
        ),
    )
    page = Paginator(found.defer("goal", "problem__text"), PAGE).get_page(request.GET.get("page"))
    months = months_around(centre)
    context = {
        "round": held,
        "asked": asked,
        "narrowed": any(asked[name] for name in ("state", "lead", "late")),
        "page": page,
        "lines": boards.board_of(list(page.object_list), centre, today),
        "months": months,
        "this_month": Month.of(today),
        "earlier": str(centre.plus(-boards.STEP)),
        "later": str(centre.plus(boards.STEP)),
        "late_units": boards.late_units(actor, code, today),
        "most_units": boards.MOST_UNITS,
        "leads": boards.lead_units(actor, code),
        "states": STATES,
        "marks": boards.MARKS,
        "today": today,
    }
    return render(request, "rectification/board.html", context)


_ASKED = ("month", "lead", "state", "late")


def _month(said: str, usual: Month) -> Month:
    try:
        return read_month(said) if said else usual
    except Refused:
        return usual


# --- the sheet of a month ----------------------------------------------------------------------


@require_GET
def newest_sheet(request: Asked, code: str) -> HttpResponse:
    """On to the sheet of the month one is in."""
    return redirect("rectification:sheet", code, str(Month.of(_today())))


@require_GET
def show_sheet(request: Asked, code: str, month: str) -> HttpResponse:
    """调度表: every task at the end of a month."""
    held, sheet = _sheet(request, code, month)
    late, owing = request.GET.get("late"), request.GET.get("owing")
    narrowed = [
        each for each in sheet.standings if (not late or each.late) and (not owing or each.owing)
    ]
    page = Paginator(narrowed, PAGE).get_page(request.GET.get("page"))
    following = sheet.month.plus(1)
    context = {
        "round": held,
        "sheet": sheet,
        "page": page,
        "lines": lines_of(sheet, list(page.object_list)),
        "late": late,
        "owing": owing,
        "before": str(sheet.month.plus(-1)),
        "after": str(following) if following.first <= _today() else "",
    }
    return render(request, "rectification/sheet.html", context)


@require_GET
def sheet_file(request: Asked, code: str, month: str, form: str) -> HttpResponse:
    """The same as a workbook or a PDF.

    Raises:
        Refused "rectification.form_unknown": neither xlsx nor pdf.
    """
    held, sheet = _sheet(request, code, month)
    rows = [_dispatched(line) for line in lines_of(sheet, sheet.standings)]
    name = f"{held.code}-{sheet.month}-调度表.{form}"
    if form == "xlsx":
        notes = _notes(sheet)
        made = dispatch_workbook(rows, str(sheet.month), notes, title=held.name)
        return download(name, made, XLSX)
    if form == "pdf":
        paper = dispatch_pdf(rows, str(sheet.month), round_name=held.name, at=clock.now())
        return download(name, paper, "application/pdf")
    raise Refused("rectification.form_unknown", form=form[:16])


def _sheet(request: Asked, code: str, month: str) -> tuple[Round, Sheet]:
    actor = actor_of(request)
    held = seeing.round_by_code(actor, code)
    return held, sheet_of(actor, held, read_month(month), _today())


def _dispatched(line: Line) -> DispatchRow:
    told = line.told
    return DispatchRow(
        serial=line.serial,
        title=line.title,
        lead=line.lead,
        responsible=line.responsible,
        due=due_said(line),
        state=STATE_WORDS[line.state],
        done=State(line.state) in DONE,
        progress=told.done if told else "",
        hindered=told.hindered if told else "",
        next=told.next if told else "",
        late=line.late,
        reported_on=told.on if told else None,
        owes=line.owing or told is not None,
    )


def due_said(line: Line) -> str:
    """The plan's words for the due date, and the day that counts where it is another."""
    if line.put_off:
        return f"{line.due_words}（调整至{line.due}）"
    return line.due_words


def _notes(sheet: Sheet) -> list[str]:
    drawn = "整改方案尚未印发" if not sheet.version else f"整改方案第{sheet.version}版"
    return [f"数据截至{sheet.day}，依据{drawn}，台账记录至第{sheet.upto}号。"]


# --- the calendar feed -------------------------------------------------------------------------


@never_cache
@require_safe
def calendar(request: Asked) -> HttpResponse:
    """Days of tasks for a calendar program, for whoever holds the address with its token.

    A calendar program cannot sign in, so a token in the address says who asks. It may do nothing
    but look at rectification: an address is passed on more easily than a password.
    """
    at, secret = clock.now(), request.GET.get("token", "")[:200]
    actor = accounts.actor_of_token(secret, at) if secret else None
    if actor is None:
        return _turned_away(_("This calendar address is not valid any more."))
    if not feed.only_looks(actor):
        return _turned_away(
            _("For a calendar, make a token that may only see inspection rectification.")
        )
    note_token_use(secret, at=at)
    made = feed.calendar_of(actor, directory.local_day(at), at, request.GET.get("round", "")[:32])
    return HttpResponse(made, content_type="text/calendar; charset=utf-8")


def _turned_away(words: str) -> HttpResponse:
    return HttpResponse(words, status=403, content_type="text/plain; charset=utf-8")
