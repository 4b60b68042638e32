"""Words of what is due, of a board's cells, and of the sums of a round."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from jieban.apps.rectification.selectors.board import MARKS, Cell
from jieban.apps.rectification.selectors.board import Line as BoardLine
from jieban.apps.rectification.selectors.figures import Line
from jieban.apps.rectification.selectors.work import Row
from jieban.apps.rectification.templatetags.rectification_words import ROLES, STATES
from jieban.domain.rectification.history import Month

register = template.Library()
GROUPS = {
    "overdue": _("Past the due day"),
    "objections": _("Objections to be answered"),
    "to_sign": _("To be signed off"),
    "to_check": _("Claimed, to be checked on the spot"),
    "to_announce": _("Checked, to be announced"),
    "due_requests": _("Requests for another due day"),
    "falsities": _("False or superficial, being made good"),
    "soon": _("Due within 30 days"),
    "unreported": _("Nothing reported this month"),
    "stuck": _("Stuck: nothing told for long"),
    "to_take_over": _("Said to be done, no sign-off on record yet"),
    "look_backs": _("To be looked back at"),
}
HINTS = {
    "overdue": _("The day has passed and the task is not signed off."),
    "objections": _("Somebody objects during the notice; the sign-off waits for the answer."),
    "to_sign": _("Checked, the notice is over, no objection is open."),
    "to_check": _("The unit says it is done; somebody of another unit looks on the spot."),
    "to_announce": _("Passed the check; the notice has not begun."),
    "due_requests": _("Until it is decided the old day stands."),
    "falsities": _("Reopened because the rectification was not a true one."),
    "soon": _("What is not claimed by then is late."),
    "unreported": _("The round's report day has passed."),
    "stuck": _("It is the units' turn, and neither a report nor a move has come."),
    "to_take_over": _("The imported plan says done; only a paper makes it a sign-off."),
    "look_backs": _("Signed off long enough ago to see whether it held."),
}
TABLES = {
    "role": _("Lead or assist"),
    "lead": _("Leading unit"),
    "unit": _("Units that take part"),
    "problem": _("Problem found"),
    "month": _("Month of the due day"),
}
_LATE_BY_DAYS = ("overdue", "soon", "falsities", "look_backs", "due_requests", "to_take_over")
_SINCE = ("stuck", "unreported", "to_check", "to_announce")


@register.filter
def group_word(code: str) -> str:
    """What a group of tasks waits for."""
    return str(GROUPS.get(code, code))


@register.filter
def group_hint(code: str) -> str:
    """The same in a sentence."""
    return str(HINTS.get(code, ""))


@register.filter
def moment_words(row: Row, code: str) -> str:
    """How the row's day lies to today, in the words of its group."""
    if row.left is None:
        return "–"
    if code in _SINCE:
        past = max(-row.left, 0)
        return ngettext("for %(n)d day", "for %(n)d days", past) % {"n": past}
    if code in ("to_sign", "objections"):
        return _notice_words(row.left)
    if row.left < 0:
        return ngettext("%(n)d day late", "%(n)d days late", -row.left) % {"n": -row.left}
    if row.left == 0:
        return str(_("due today"))
    return ngettext("%(n)d day left", "%(n)d days left", row.left) % {"n": row.left}


def _notice_words(left: int) -> str:
    if left >= 0:
        return ngettext("notice: %(n)d day left", "notice: %(n)d days left", left) % {"n": left}
    return ngettext("ready for %(n)d day", "ready for %(n)d days", -left) % {"n": -left}


@register.filter
def moment_light(row: Row, code: str) -> str:
    """red | amber | green of a clock that runs; "" where none does."""
    if row.left is None or code not in _LATE_BY_DAYS:
        return ""
    return "red" if row.left < 0 else "amber"


@register.filter
def mark(state: str) -> str:
    """The sign of a state in a cell."""
    return MARKS.get(state, "")


@register.simple_tag
def cells_of(line: BoardLine, this_month: Month) -> SafeString:
    """The cells of one task: a sign under the pointer's words, the month's number for a phone.

    Written here and not in the template: a page has six hundred of them.
    """
    return format_html_join(
        "",
        '<td class="month{}"><span class="cell{}" title="{}"><span class="unseen">{}</span>'
        '<span aria-hidden="true">{}</span></span>'
        '<small class="number-of" aria-hidden="true">{}</small></td>',
        (
            (
                " now" if cell.month == this_month else "",
                _classes(cell),
                (words := _cell_words(cell)),
                words,
                MARKS.get(cell.state, "") + ("◇" if cell.due else "") + ("!" if cell.late else ""),
                cell.month.number,
            )
            for cell in line.cells
        ),
    )


def _classes(cell: Cell) -> str:
    names = [cell.state, *(name for name in ("due", "late", "ahead") if getattr(cell, name))]
    return "".join(f" {name}" for name in names if name)


def _cell_words(cell: Cell) -> str:
    """A cell in words, for whoever cannot see it."""
    said = [str(cell.month)]
    if cell.state:
        said.append(str(STATES[cell.state]))
    if cell.due:
        said.append(str(_("due this month")))
    if cell.late:
        said.append(str(_("past its day")))
    return " · ".join(said)


@register.filter
def table_word(code: str) -> str:
    """By what a table of figures is."""
    return str(TABLES.get(code, code))


@register.filter
def line_word(line: Line, table: str) -> str:
    """What a line of the figures is of."""
    if table == "role":
        return str(ROLES.get(line.code, line.code))
    if table in ("lead", "unit"):
        return line.text or str(_("no lead unit"))
    if table == "month":
        return line.code or str(_("no day"))
    return f"{line.code}. {line.text}" if line.text else line.code


@register.simple_tag
def asked_for(asks: Any, **more: str) -> str:
    """The query by which the list of tasks shows the rows of a figure."""
    return urlencode([*asks, *more.items()])
