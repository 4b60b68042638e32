"""Words of the work calendar: months, weekdays, kinds of days."""

from datetime import date

from django import template

from jieban.domain.words import language
from jieban.domain.words import word as field_word

register = template.Library()

_ENGLISH_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_CHINESE_DAYS = ("一", "二", "三", "四", "五", "六", "日")
_ENGLISH_DAYS = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip


@register.filter
def month_name(first: date) -> str:
    """3月 / March."""
    return f"{first.month}月" if language() == "zh" else _ENGLISH_MONTHS[first.month - 1]


@register.simple_tag
def weekday_names() -> list[tuple[str, str]]:
    """(short, whole) name of every day of the week, from Monday."""
    if language() == "zh":
        return [(name, f"星期{name}") for name in _CHINESE_DAYS]
    return [(name[:2], name) for name in _ENGLISH_DAYS]


@register.filter
def day_kind(kind: str) -> str:
    """What a notice makes of a day; a day it says nothing of is as its weekday."""
    return field_word(f"day_{kind}" if kind else "day_ordinary")


@register.filter
def day_mark(look: str) -> str:
    """The short word that stands on a day; nothing on ordinary ones."""
    marks = {"holiday": "holiday", "made_up": "workday", "closed": "closed", "partly": "closed"}
    return field_word(f"day_mark_{marks[look]}") if look in marks else ""
