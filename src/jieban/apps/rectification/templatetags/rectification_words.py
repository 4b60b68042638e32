"""Words of rectification: states, moves, steps of a plan, due dates, fields that differ."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from jieban.apps.rectification.selectors.naming import unit_word as named_unit
from jieban.domain.actors import Actor
from jieban.domain.practices.quantities import plain_number
from jieban.domain.rectification.due import SOON
from jieban.domain.rectification.tasks import WORKING, State

register = template.Library()
LEVELS = {
    "central": _("central inspection"),
    "municipal": _("municipal inspection"),
    "district": _("district inspection"),
}
STATES = {
    "not_started": _("not begun"),
    "under_way": _("rectification under way"),
    "partly_done": _("partly done"),
    "claimed": _("claimed, to be checked"),
    "checked": _("checked on the spot"),
    "on_notice": _("on public notice"),
    "signed_off": _("signed off"),
}
MOVES = {
    "enter": _("Entered"),
    "start": _("Begin the rectification"),
    "part": _("Say that a stage is done"),
    "go_on": _("Go on"),
    "claim": _("Claim that it is done"),
    "withdraw": _("Withdraw the claim"),
    "check": _("Checked on the spot: passed"),
    "send_back": _("Send back to the units"),
    "announce": _("Begin the public notice"),
    "uphold": _("The objection holds"),
    "sign": _("Sign off"),
    "take_over": _("Take over an earlier sign-off"),
    "reopen": _("Reopen the rectification"),
}
STEPS = {
    "leading_group": _("leading group"),
    "standing_committee": _("standing committee of the district"),
    "government": _("executive meeting of the government"),
    "superior": _("consent of the superior"),
    "issued": _("issued"),
}
VERSIONS = {
    "in_approval": _("being decided on"),
    "sent_back": _("sent back for change"),
    "in_force": _("in force"),
    "replaced": _("replaced by a later version"),
}
CRITERIA = {
    "items_done": _("All action items are done"),
    "violations_punished": _("What was unlawful was dealt with"),
    "meets_standard": _("The effect meets law and standard"),
    "alike_cured": _("Alike problems at the same place are cured too"),
    "source_cured": _("The source is cured, with a mechanism that lasts"),
}
ANSWERS = {"yes": _("Yes"), "no": _("No"), "not_applicable": _("Does not apply")}
FALSITIES = {
    "false": _("false rectification"),
    "superficial": _("superficial rectification"),
    "perfunctory": _("perfunctory rectification"),
}
ROLES = {"lead": _("our units lead"), "assist": _("our units assist")}
KINDS = {"photo": _("photo"), "document": _("document"), "measurement": _("measurement")}
FIELDS = {
    "problem": _("Problem found"),
    "task": _("Rectification task"),
    "item": _("Action item"),
    "text": _("Action item in words"),
    "title": _("Task"),
    "goal": _("Goal"),
    "lead": _("Leading unit"),
    "responsible": _("Responsible units"),
    "due": _("Due date"),
    "role": _("Lead or assist"),
    "closer": _("Signed off by"),
    "area": _("Place"),
    "place": _("The spot"),
    "category": _("Kind of complaint"),
    "units": _("Responsible units"),
}
NOTES = {
    "unit_unknown": _("not in the directory; kept in words"),
    "due_unreadable": _("due date not understood; left blank"),
    "area_unknown": _("place not in the directory; kept as the spot"),
    "redacted": _("personal data taken out"),
}
_WORDS = {
    **LEVELS,
    **STATES,
    **MOVES,
    **STEPS,
    **VERSIONS,
    **CRITERIA,
    **ANSWERS,
    **FALSITIES,
    **KINDS,
}


@register.filter
def rectification_word(code: str) -> str:
    """The word of a state, move, step, version, criterion, answer, falsity or kind."""
    return str(_WORDS.get(code, code))


@register.filter
def may(person: Actor | None, permission: str) -> bool:
    """Whether this person has the permission anywhere: no door is shown that answers no."""
    return person is not None and person.may(permission)


@register.filter
def role_word(code: str) -> str:
    return str(ROLES.get(code, code))


@register.filter
def plain_amount(value: Decimal | None) -> str:
    """A measured value exactly as it was written."""
    return plain_number(value) if value is not None else ""


@register.filter
def answer_to(answers: dict[str, str], point: str) -> str:
    """What was answered to one point of a check; "" where nothing was."""
    return answers.get(point, "")


@register.filter
def note_word(code: str) -> str:
    """What an import has to say of a task."""
    return str(NOTES.get(code, code))


@register.filter
def field_word(code: str) -> str:
    """What a field of a plan is called."""
    return str(FIELDS.get(code, code))


@register.filter
def due_word(row: Any) -> str:
    """The due date of a task or an item as the plan words it; a day that was granted beside it."""
    granted = getattr(row, "first_due_on", None) not in (None, row.due_on)
    if granted and row.due_on:
        return _now("put off to %(day)s") % {"day": row.due_on.isoformat()}
    return str(row.due_words) or "–"


@register.filter
def due_light(task: Any, today: date) -> str:
    """red | amber | green of a running clock; "" where none runs."""
    if task.due_on is None or task.state == State.SIGNED_OFF.value:
        return ""
    left = (task.due_on - today).days
    return "red" if left < 0 else "amber" if left <= SOON else "green"


@register.filter
def days_left(task: Any, today: date) -> str:
    """12 days left, due today, 3 days late; "" where no clock runs."""
    if task.due_on is None or task.state == State.SIGNED_OFF.value:
        return ""
    left = (task.due_on - today).days
    if left < 0:
        return ngettext("%(n)d day late", "%(n)d days late", -left) % {"n": -left}
    if left == 0:
        return _now("due today")
    return ngettext("%(n)d day left", "%(n)d days left", left) % {"n": left}


@register.filter
def is_working(task: Any) -> bool:
    """Whether it is the units' turn."""
    return State(task.state) in WORKING


@register.filter
def unit_word(code: str) -> str:
    """What the unit of a code is called; the district for none."""
    return named_unit(code)
