"""How a rulebook's numbers look."""

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def plain_number(value: Decimal | int | None) -> str:
    """A number as people write it: 50, 12.5, 0.9; an en dash where there is none."""
    if value is None:
        return "–"
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def share_of(part: Decimal, whole: Decimal) -> str:
    """A part of the whole as a length on a scale of 100, for drawing."""
    return f"{part * 100 / whole:.2f}" if whole else "0"
