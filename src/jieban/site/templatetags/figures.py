"""How figures, dates and words look, everywhere the same. Built in: no {% load %} needed.

Only dressing: nothing here computes a figure. Scores come in millionths of a point, rates as
(part, whole), moments aware. An absent figure is an en dash, never a nought.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.template.loader import get_template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from jieban.apps.ledger.kinds import kind_word
from jieban.domain import words

register = template.Library()

ABSENT = "–"
MILLION = Decimal(1_000_000)
_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_ENGLISH_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_ENGLISH_MONTHS = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
)  # fmt: skip


@register.filter
def fixed(value: Decimal | int | float | None, places: int = 2) -> str:
    """A number with fixed decimals, half up, thousands set apart."""
    if value is None:
        return ABSENT
    step = Decimal(1).scaleb(-int(places))
    return f"{Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP):,}"


@register.filter
def score(millionths: int | None, places: int = 2) -> str:
    """A score in millionths of a point, printed with `places` decimals, half up."""
    return ABSENT if millionths is None else fixed(Decimal(millionths) / MILLION, places)


@register.filter
def thousands(value: int | None) -> str:
    return ABSENT if value is None else f"{value:,}"


@register.filter
def day(value: date | datetime | None) -> str:
    """2023年10月30日 周一 / Mon 30 Oct 2023, in the installation's zone."""
    if value is None:
        return ABSENT
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    if words.language() == "zh":
        return f"{local.year}年{local.month}月{local.day}日 {_WEEKDAYS[local.weekday()]}"
    weekday, month = _ENGLISH_DAYS[local.weekday()], _ENGLISH_MONTHS[local.month - 1]
    return f"{weekday} {local.day} {month} {local.year}"


@register.filter
def moment(value: datetime | None) -> str:
    """The day with hours and minutes, in the installation's zone."""
    if value is None:
        return ABSENT
    return f"{day(value)} {timezone.localtime(value):%H:%M}"


@register.filter
def stamp(value: datetime | None) -> str:
    """Short form for tables: 2023-10-30 14:05."""
    return ABSENT if value is None else f"{timezone.localtime(value):%Y-%m-%d %H:%M}"


@register.filter
def month(period: str) -> str:
    """A period's name in words: 2023年10月 / October 2023 as Oct 2023; ranges joined."""
    parts = [_month(part) for part in period.split("..")]
    return "–".join(parts)


def _month(name: str) -> str:
    year, dash, number = name.partition("-")
    if not dash:
        return f"{year}年" if words.language() == "zh" else year
    if words.language() == "zh":
        return f"{year}年{int(number)}月"
    return f"{_ENGLISH_MONTHS[int(number) - 1]} {year}"


@register.filter
def word(code: str) -> str:
    """The word of the field for a code, in the reader's language; the code where there is none."""
    return words.glossary().get(code, {}).get(words.language(), code)


@register.filter
def event_word(kind: str) -> str:
    """What an event of this kind is called."""
    return kind_word(kind)


@register.filter
def titled(rulebook: Any) -> str:
    """A rulebook's title in the reader's language."""
    return str(rulebook.title_zh if words.language() == "zh" else rulebook.title_en)


@register.filter
def spoken(named: Any) -> str:
    """The words of anything that has `zh` and `en`."""
    return str(named.zh if words.language() == "zh" else named.en)


@register.filter
def short(digest: str) -> str:
    """The first twelve signs of a digest."""
    return str(digest)[:12]


@register.simple_tag
def part_of(part: int | Decimal | None, whole: int | None) -> str:
    """“181 / 204”; parts that are not whole (基本满意 counts 0.9) show one decimal."""
    if part is None or whole is None:
        return ABSENT
    shown = f"{part:,}" if part == int(part) else fixed(Decimal(part), 1)
    return f"{shown} / {whole:,}"


@register.simple_tag
def points(change: Any, places: int = 2, unit: str = "") -> SafeString:
    """▲ ▼ with points; coloured only beyond noise, else grey and said to be noise.

    `change` has points (a Decimal or None) and is_noise; None shows nothing. Where it has
    `is_small` it stays grey as well: a few answers are neither praise nor blame.
    """
    if change is None or change.points is None:
        return mark_safe(f'<span class="change none">{ABSENT}</span>')
    value = Decimal(change.points)
    amount = fixed(abs(value), places)
    sign = "=" if Decimal(amount) == 0 else "▲" if value > 0 else "▼"
    direction = {"▲": _("up"), "▼": _("down"), "=": _("unchanged")}[sign]
    small = getattr(change, "is_small", False)
    kind = "noise" if change.is_noise or small else "up" if value > 0 else "down"
    said = _("within noise") if change.is_noise else _("small sample") if small else ""
    note = format_html(" <small>{}</small>", said) if said else ""
    return format_html(
        '<span class="change {}"><span aria-hidden="true">{}</span>'
        '<span class="unseen">{}</span> {}{}{}</span>',
        kind, sign, direction, amount, unit, note,
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changes: Any) -> str:
    """This page's address with some of its choices changed; None or "" removes one."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in (None, ""):
            query[name] = str(value)
    text = urlencode(sorted((key, value) for key, values in query.lists() for value in values))
    return f"{request.path}?{text}" if text else request.path


@register.simple_tag(takes_context=True)
def sorter(
    context: dict[str, Any], column: str, label: Any, chosen: str, kind: str = ""
) -> SafeString:
    """A column head that sorts as a link: first falling for numbers, rising for words."""
    first = "-" if kind == "number" else ""
    other = "" if first else "-"
    marks = {column: (" ▲", "ascending"), f"-{column}": (" ▼", "descending")}
    mark, direction = marks.get(chosen, ("", ""))
    following = f"{other}{column}" if chosen == f"{first}{column}" else f"{first}{column}"
    said = format_html(' aria-sort="{}"', direction) if direction else ""
    return format_html(
        '<th scope="col" class="{}"{}><a href="{}">{}<span aria-hidden="true">{}</span></a></th>',
        kind, said, with_query(context, sort=following), label, mark,
    )  # fmt: skip


@register.simple_tag
def icon(name: str) -> SafeString:
    """One of the drawn icons of icons/, 20 × 20, silent for those who listen."""
    return mark_safe(_ICONS[name])


def _drawn(path: str) -> str:
    return (
        '<svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" '
        'fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" '
        f'stroke-linejoin="round"><path d="{path}"/></svg>'
    )


_ICONS = {
    "overview": _drawn("M3 17V9l7-6 7 6v8h-5v-5H8v5z"),
    "tables": _drawn("M3 4h14v12H3zM3 8h14M3 12h14M8 8v8"),
    "appeals": _drawn("M4 4h12v9H9l-4 3v-3H4zM8 8h4"),
    "import": _drawn("M10 3v9M6.5 8.5 10 12l3.5-3.5M3 14v3h14v-3"),
    "directory": _drawn("M10 3v4M10 7H5v3M10 7h5v3M3 10h4v4H3zM13 10h4v4h-4z"),
    "rules": _drawn("M5 3h10v14H5zM8 7h4M8 10h4M8 13h2"),
    "ledger": _drawn("M4 3h9l3 3v11H4zM7 8h6M7 11h6M7 14h4"),
    "today": _drawn("M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6v4l3 2"),
    "cases": _drawn("M3 5h2M3 10h2M3 15h2M8 5h9M8 10h9M8 15h9"),
    "calls": _drawn("M6 3 8 7 6 9a9 9 0 0 0 5 5l2-2 4 2v3A14 14 0 0 1 3 3z"),
    "projects": _drawn("M4 17V3M4 4h11l-2.5 3L15 10H4M8 17h8"),
    "programmes": _drawn("M8 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 17a6 6 0 0 1 9-5M14 17v-6l3 3"),
    "rectification": _drawn("M4 10l4 4 8-9M4 17h12"),
    "terms": _drawn("M4 17V4h9l-1.5 3L13 10H4"),
    "people": _drawn("M10 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 17a6 6 0 0 1 12 0z"),
    "operation": _drawn("M2 10h4l2.5-6 3.5 12 2.5-6H18"),
    "search": _drawn("M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12zM13.5 13.5 17 17"),
    "down": _drawn("M5 8l5 5 5-5"),
}


@register.inclusion_tag("parts/field.html")
def field(bound: Any) -> dict[str, Any]:
    """One field of a form: label above, help under the label, error beside."""
    return {"field": bound}


@register.simple_tag(takes_context=True)
def form_errors(context: dict[str, Any], form: Any, refusal: Any = None) -> SafeString:
    """The sum of what is wrong, for the top of a form; nothing when all is well."""
    return mark_safe(get_template("parts/errors.html").render({"form": form, "refusal": refusal}))
