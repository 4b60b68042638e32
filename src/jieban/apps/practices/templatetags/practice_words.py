"""Words of projects, practices and agreements: states, kinds, acts, how near a day is."""

from datetime import date
from decimal import Decimal

from django import template
from django.utils.translation import gettext_lazy as _

from jieban.domain.practices import notes
from jieban.domain.practices.quantities import plain_number

register = template.Library()
PROJECT_STATES = {
    "planned": _("planned project"),
    "under_way": _("project under way"),
    "done_claimed": _("said to be done"),
    "accepted": _("accepted by residents"),
    "given_up": _("project given up"),
}
PRACTICE_STATES = {
    "draft": _("being written"),
    "in_review": _("in review"),
    "published": _("in use, published"),
    "replaced": _("replaced by a newer version"),
    "withdrawn": _("taken back"),
}
KINDS = {
    "method": _("way of working"),
    "script": _("what to say at the door"),
    "guide": _("guide"),
    "rule": _("rule on paper"),
    "placement": _("learning on the job"),
    "pairing": _("pairing agreement"),
    "rule_series": _("rules on trial"),
}
VISITS = {
    "planting": _("planting in public ground"),
    "structures": _("illegal structures"),
    "piling": _("things piled up"),
}
MOVES = {
    "start": _("Start the work"),
    "claim": _("Say that it is done"),
    "send_back": _("Send it back to work"),
    "accept": _("Close as accepted"),
    "give_up": _("Give the project up"),
    "reopen": _("Take it up again"),
    "submit": _("Send in for review"),
    "publish": _("Pass and publish"),
    "withdraw": _("Take it back"),
}
ANSWERS = {
    "dismissed": _("not taken up"),
    "project": _("made a project"),
    "practice": _("made a draft of a practice"),
}
_WORDS = {**PROJECT_STATES, **PRACTICE_STATES, **KINDS, **VISITS, **MOVES, **ANSWERS}


@register.filter
def practice_word(code: str) -> str:
    """The word of a state, kind, visit, move or answer."""
    return str(_WORDS.get(code, code))


@register.filter
def amount(value: Decimal) -> str:
    """An amount exactly as it was written, thousands set apart."""
    return plain_number(value)


@register.filter
def light_on(due: date | None, today: date) -> str:
    """red | amber | green for a day, "" without one."""
    return {"overdue": "red", "soon": "amber", "later": "green", "": ""}[notes.urgency(due, today)]


@register.filter
def leaf(category: str) -> str:
    """The last level of a category."""
    return category.rpartition("->")[2]
