"""Words of letters: states, verdicts, types, channels, moves, links, how near the last day is."""

from datetime import date

from django import template
from django.utils.translation import gettext_lazy as _

from jieban.domain.rectification import letters as rules

register = template.Library()
STATES = {
    "in_progress": _("letter in progress"),
    "partly_done": _("letter partly done"),
    "done": _("letter done"),
}
VERDICTS = {
    "true": _("true"),
    "mostly_true": _("mostly true"),
    "partly_true": _("partly true"),
    "untrue": _("untrue"),
}
TYPES = {
    "water": _("water"),
    "air": _("air"),
    "noise": _("noise"),
    "soil": _("soil"),
    "waste": _("solid waste"),
    "ecology": _("ecology"),
    "radiation": _("radiation"),
    "other": _("other pollution"),
    "": _("no type"),
}
CHANNELS = {"phone": _("came by phone"), "letter": _("came by letter"), "": _("channel not told")}
MOVES = {
    "part": _("Take it as partly done"),
    "close": _("Take it as done"),
    "go_on": _("Let it go on"),
    "reopen": _("Reopen the letter"),
}
LINKS = {
    "repeat": _("repeats"),
    "same_matter": _("the same matter"),
    "task": _("dealt with by a task"),
}
FOUND = {
    "mentioned": _("named by number"),
    "likeness": _("reads alike"),
    "typed": _("entered by hand"),
}
ACTIONS = {
    "talk": _("talk of admonition"),
    "criticism": _("criticism in a circular"),
    "admonition": _("admonition"),
    "party": _("party discipline"),
    "administrative": _("administrative sanction"),
    "judicial": _("handed to justice"),
    "other": _("other measure"),
}
REMARKS = {
    "number_tidied": _("the number is kept in its usual form"),
    "number_unusual": _("the number is odd; it was taken as it is"),
    "number_outside": _("the number is dated outside the stay"),
    "redacted": _("personal data was taken out"),
    "area_unknown": _("the place is not in the directory"),
    "unit_unknown": _("the unit is not in the directory; its name is kept"),
    "said_state": _("the file says another state; it is kept beside the letter"),
    "batch_day": _("the batch has another day"),
    "day_from_numbers": _("no day was told; the newest day of its numbers is taken"),
}
FIELDS = {
    "public_text": _("public text"),
    "area_text": _("place told"),
    "area": _("place"),
    "types": _("types"),
    "focus": _("in focus"),
    "verdict": _("verdict"),
    "finding": _("finding"),
    "goal": _("goal of the letter"),
    "action": _("what was done"),
    "told_accountability": _("accountability"),
    "units": _("units"),
    "state": _("state"),
}
_ALL = {
    "state": STATES,
    "verdict": VERDICTS,
    "type": TYPES,
    "channel": CHANNELS,
    "move": MOVES,
    "link": LINKS,
    "found": FOUND,
    "action": ACTIONS,
    "remark": REMARKS,
    "field": FIELDS,
}


@register.filter
def letter_word(code: str, what: str) -> str:
    """The word of a code of some kind (`what`); what is no code stays as it is."""
    return str(_ALL[what].get(code, code))


@register.filter
def light_of(letter: object, today: date) -> str:
    """red | amber | green while an answer is due, "" afterwards."""
    clock = rules.clock_on(letter.due_on, letter.state, today)  # type: ignore[attr-defined]
    return clock.light if clock else ""


@register.filter
def left_on(letter: object, today: date) -> int | None:
    """Days left to answer, below nought after the last; None where nothing is due."""
    clock = rules.clock_on(letter.due_on, letter.state, today)  # type: ignore[attr-defined]
    return clock.left if clock else None


@register.filter
def minus(days: int) -> int:
    """How many days late."""
    return -days
