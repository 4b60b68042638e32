"""How a rulebook's numbers look."""

from datetime import timedelta
from decimal import Decimal
from functools import cache

from django import template
from django.utils.translation import gettext as _

from jieban.domain.errors import Refused
from jieban.domain.rulebook import schema
from jieban.domain.rulebook.limits import Limit
from jieban.domain.words import language

register = template.Library()
_DAY = timedelta(days=1)


@register.filter
def plain_number(value: Decimal | int | None) -> str:
    """A number as people write it: 50, 12.5, 0.9; an en dash where there is none."""
    if value is None:
        return "–"
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def length_of_limit(limit: Limit) -> str:
    """How long a time limit is, as people say it: 24 hours, 7 days, 5 working days."""
    working = limit.counting == "working"
    if limit.calendar_allowance >= 2 * _DAY and not limit.calendar_allowance % _DAY:
        number = limit.calendar_allowance // _DAY
        said = _("%(number)s working days") if working else _("%(number)s days")
        return said % {"number": number}
    hours = Decimal(limit.allowance // timedelta(minutes=1)) / 60
    said = _("%(number)s working hours") if working else _("%(number)s hours")
    return said % {"number": plain_number(hours.quantize(Decimal("0.01")))}


@register.filter
def rulebook_title(name: str) -> str:
    """The title of a shipped rulebook in the reader's language; of one's own, its name."""
    titles = _titles(name)
    return titles[language() != "zh"] if titles else name


@cache
def _titles(name: str) -> tuple[str, str] | None:
    if name not in schema.shipped_names():
        return None
    try:
        book = schema.load(name)
    except Refused:
        return None
    return book.title_zh, book.title_en


@register.filter
def share_of(part: Decimal, whole: Decimal) -> str:
    """A part of the whole as a length on a scale of 100, for drawing."""
    return f"{part * 100 / whole:.2f}" if whole else "0"
