"""Words of cases handled here: states, moves, lights, time left, what an event was."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from jieban import clock
from jieban.apps.cases.models import Case

register = template.Library()
WORDS = {
    "received": gettext_lazy("to be dispatched"),
    "dispatched": gettext_lazy("to be accepted"),
    "accepted": gettext_lazy("being handled"),
    "answered": gettext_lazy("to be called back"),
    "closed": gettext_lazy("closed"),
    "dispatch": gettext_lazy("Dispatch"),
    "decline": gettext_lazy("Decline"),
    "return": gettext_lazy("Send back"),
    "accept": gettext_lazy("Accept"),
    "answer": gettext_lazy("Give the answer"),
    "reply": gettext_lazy("Answer the enquiry"),
    "close": gettext_lazy("Close"),
    "reopen": gettext_lazy("Reopen"),
    "hold": gettext_lazy("Hold"),
    "extension": gettext_lazy("Extension"),
    "exclusion": gettext_lazy("Exclusion"),
    "objection": gettext_lazy("Objection to the dispatch"),
    "asked": gettext_lazy("waits for a decision"),
    "granted": gettext_lazy("granted"),
    "refused": gettext_lazy("refused"),
    "withdrawn": gettext_lazy("withdrawn"),
    "ended": gettext_lazy("ended"),
    "phone": gettext_lazy("phone"),
    "app": gettext_lazy("app"),
    "wechat": gettext_lazy("WeChat"),
    "web": gettext_lazy("web page"),
    "visit": gettext_lazy("visit"),
    "letter": gettext_lazy("letter"),
    "message": gettext_lazy("message"),
    "request": gettext_lazy("request"),
    "enquiry": gettext_lazy("enquiry"),
    "normal": gettext_lazy("normal"),
    "urgent": gettext_lazy("urgent"),
    "complex": gettext_lazy("complex"),
    "lead": gettext_lazy("lead unit"),
    "dual": gettext_lazy("dual unit"),
    "joint": gettext_lazy("joint unit"),
    "contact": gettext_lazy("Contact"),
    "repeat": gettext_lazy("repetition"),
    "merge": gettext_lazy("merge"),
    "child": gettext_lazy("part"),
}


@register.filter
def live_word(code: str) -> str:
    """The word of a state, move, request, channel or role."""
    return str(WORDS.get(code, code))


def length(span: timedelta) -> str:
    """A length of time in its two largest units."""
    minutes = int(abs(span).total_seconds() // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    if days:
        said = ngettext("%(n)s day", "%(n)s days", days) % {"n": days}
        return said + (f" {_('%(n)s h') % {'n': hours}}" if hours and days < 4 else "")
    if hours:
        said = _("%(n)s h") % {"n": hours}
        return said + (f" {_('%(n)s min') % {'n': left}}" if left else "")
    return _("%(n)s min") % {"n": left}


@register.filter
def span_words(span: timedelta) -> str:
    """As `length`, in a template."""
    return length(span)


def light_of(case: Case, at: datetime) -> str:
    """green | amber | red, or "" where no clock runs."""
    if not case.open or case.next_at.year > 9000:
        return ""
    if case.next_at <= at:
        return "red"
    if case.state in ("received", "dispatched", "accepted") and case.alarm == "red":
        return "amber"
    return "green"


@register.simple_tag
def time_left(case: Case, at: datetime | None = None) -> dict[str, Any]:
    """{words, light} of the case's nearest deadline."""
    now = at or clock.now()
    light = light_of(case, now)
    if case.held and case.open:
        return {"words": _("on hold"), "light": "paused"}
    if not light:
        return {"words": "–", "light": ""}
    span = length(case.next_at - now)
    said = _("%(span)s over") if light == "red" else _("%(span)s left")
    return {"words": said % {"span": span}, "light": light}


@register.simple_tag
def flags_of(case: Case) -> list[str]:
    """What is to be known of a case at a glance, in words."""
    said = []
    if case.urgency == "urgent":
        said.append(_("urgent"))
    if case.gone_up:
        said.append(_("gone up to the district"))
    if case.held:
        said.append(_("on hold"))
    if case.supervised:
        said.append(_("supervised"))
    if case.waiting:
        said.append(_("request waiting"))
    if case.urges:
        said.append(_("urged %(n)s×") % {"n": case.urges})
    if case.passes > 1:
        said.append(_("reopened %(n)s×") % {"n": case.passes - 1})
    if case.returns:
        said.append(_("sent back %(n)s×") % {"n": case.returns})
    if case.excluded_ground:
        said.append(_("left out of scoring"))
    if case.merged_into_id:
        said.append(_("merged"))
    return said
