"""Words for kinds and fields of entries, and shares of a whole."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

register = template.Library()

KINDS = {
    "city": gettext_lazy("city"),
    "district": gettext_lazy("district"),
    "street": gettext_lazy("street or town"),
    "community": gettext_lazy("community"),
    "village": gettext_lazy("village"),
    "part": gettext_lazy("part of a street"),
    "street_office": gettext_lazy("street office"),
    "department": gettext_lazy("department"),
    "enterprise": gettext_lazy("enterprise"),
    "unit": gettext_lazy("responsible unit"),
}
FIELDS = {
    "code": gettext_lazy("code"),
    "name": gettext_lazy("name"),
    "kind": gettext_lazy("kind"),
    "parent": gettext_lazy("above it"),
    "population": gettext_lazy("population"),
    "valid_from": gettext_lazy("valid from"),
    "valid_to": gettext_lazy("valid until"),
    "successor": gettext_lazy("successor"),
    "alias": gettext_lazy("other name"),
    "provisional": gettext_lazy("to be confirmed"),
    "area": gettext_lazy("place"),
    "path": gettext_lazy("path"),
    "aliases": gettext_lazy("other name"),
    "urgent": gettext_lazy("urgent"),
    "utilities": gettext_lazy("water, power, gas, heat"),
    "gb39666": gettext_lazy("code of the national standard"),
    "category": gettext_lazy("category"),
    "conditions": gettext_lazy("conditions"),
    "lead": gettext_lazy("lead unit"),
    "joints": gettext_lazy("joint units"),
    "local_joins": gettext_lazy("the street helps"),
    "basis": gettext_lazy("basis"),
    "note": gettext_lazy("note"),
}


@register.filter
def entry_kind(kind: str) -> str:
    return str(KINDS.get(kind, kind))


@register.filter
def entry_field(field: str) -> str:
    return str(FIELDS.get(field, field))


@register.filter
def entry_value(value: Any) -> str:
    """A value of an entry; an en dash where it had none."""
    if value in (None, ""):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return f"{value:,}"
    return str(KINDS.get(value, value))


@register.filter
def percent_of(part: int, whole: int) -> str:
    """Share in percent with one decimal, half up; an en dash without a whole."""
    if not whole:
        return "–"
    share = Decimal(part) * 100 / Decimal(whole)
    return f"{share.quantize(Decimal('0.1'), rounding=ROUND_HALF_UP)}%"


@register.filter
def width_of(part: int, whole: int) -> str:
    """The same share as a length on a scale of 100, for drawing."""
    return f"{part * 100 / whole:.2f}" if whole else "0"
