"""Words of terms: states, moves, sources, what is due, how much time is left."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jieban.domain.terms.calendar import Clock

register = template.Library()
WORDS = {
    "planned": gettext_lazy("planned, not arrived"),
    "arrived": gettext_lazy("arrived, not begun"),
    "serving": gettext_lazy("on post"),
    "under_review": gettext_lazy("under review at six months"),
    "extended": gettext_lazy("in its extension"),
    "final_review": gettext_lazy("under final review"),
    "ended": gettext_lazy("post left"),
    "called_off": gettext_lazy("called off"),
    "open": gettext_lazy("not solved yet"),
    "solved": gettext_lazy("solved"),
    "handed_on": gettext_lazy("handed on"),
    "complaints": gettext_lazy("complaints"),
    "visits": gettext_lazy("visits to homes"),
    "inspection": gettext_lazy("an inspection"),
    "assigned": gettext_lazy("assigned from above"),
    "handed_over": gettext_lazy("left by the official before"),
    "done": gettext_lazy("Handled at the door"),
    "persuaded": gettext_lazy("Persuaded at the door"),
    "talked": gettext_lazy("Talked at the door"),
    "meetings": gettext_lazy("Meetings with residents"),
    "joint_calls": gettext_lazy("Units called in"),
    "own_share": gettext_lazy("Share of cases answered by the community's own staff"),
    "own_people": gettext_lazy("How many of its own staff answered"),
    "return_rate": gettext_lazy("Share of cases sent back"),
    "reopen_rate": gettext_lazy("Share of cases reopened"),
    "before": gettext_lazy("before the term"),
    "during": gettext_lazy("during the term"),
    "after": gettext_lazy("after the term"),
    "response": gettext_lazy("Response rate"),
    "resolution": gettext_lazy("Resolution rate"),
    "satisfaction": gettext_lazy("Satisfaction rate"),
    "end": gettext_lazy("end the term"),
    "extend": gettext_lazy("extend the term"),
    "filed": gettext_lazy("on file"),
    "waiting": gettext_lazy("waits for a second person"),
    "approved": gettext_lazy("approved by a second person"),
    "refused": gettext_lazy("refused by a second person"),
}
DUE_WORDS = {
    "overdue": gettext_lazy("Decision overdue"),
    "decision": gettext_lazy("Decide: end or extend"),
    "approval": gettext_lazy("An exception waits for a second person"),
    "arrival": gettext_lazy("Enter the arrival"),
    "week": gettext_lazy("Log the week"),
    "month": gettext_lazy("Write the month's review"),
    "look_back": gettext_lazy("Look back"),
}
REMARKS = {
    "own_end": gettext_lazy("the list has an end of its own, which is kept"),
    "overdue": gettext_lazy("past its last day and undecided"),
}


@register.filter
def term_word(code: str) -> str:
    """The word of a state, a source, a count, a measure or a decision."""
    return str(WORDS.get(code, code))


@register.filter
def due_word(code: str) -> str:
    """What is to be done."""
    return str(DUE_WORDS.get(code, code))


@register.filter
def remark_word(code: str) -> str:
    """What is unusual of a line that was taken in."""
    return str(REMARKS.get(code, code))


@register.filter
def clock_words(clock: Clock | None) -> str:
    """12 days left, the last day is today, undecided for 3 days."""
    if clock is None:
        return ""
    if clock.overdue:
        return ngettext(
            "decision overdue by %(n)s day", "decision overdue by %(n)s days", -clock.left
        ) % {"n": -clock.left}
    if clock.left == 0:
        return _("last day today")
    return ngettext("%(n)s day left", "%(n)s days left", clock.left) % {"n": clock.left}


@register.filter
def clock_light(clock: Clock | None) -> str:
    """green | amber | red, or "" where no clock runs."""
    if clock is None:
        return ""
    return "red" if clock.overdue else "amber" if clock.stage else "green"


@register.filter
def days_words(left: int) -> str:
    """In 3 days, today, 3 days late."""
    if left > 0:
        return ngettext("in %(n)s day", "in %(n)s days", left) % {"n": left}
    if left == 0:
        return _("today")
    return ngettext("%(n)s day late", "%(n)s days late", -left) % {"n": -left}


@register.filter
def as_day(text: str | None) -> date | None:
    """A day kept as text, as a day again."""
    return parse_date(text) if text else None


@register.simple_tag
def rate_line(rate: dict[str, Any] | None) -> str:
    """75.00 % (18 / 24), between 55.1 and 88.0; a dash where nobody was asked."""
    if not rate or rate["percent"] is None:
        return "–"
    said = f"{rate['percent']}% ({_plain(rate['part'])} / {rate['whole']})"
    if rate["low"] is None or rate["high"] is None:
        return said
    interval = _("interval %(low)s–%(high)s") % {
        "low": f"{rate['low']:.1f}",
        "high": f"{rate['high']:.1f}",
    }
    return f"{said} · {interval}"


def _plain(part: str | None) -> str:
    value = Decimal(part or 0)
    return str(int(value)) if value == int(value) else str(value)
