"""How a rulebook's numbers look, and its parts side by side."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

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
def side_by_side(parts: Sequence[Any], whole: Decimal) -> list[dict[str, str]]:
    """Each part's place and width on a scale of 100, with what is written under it."""
    bars, x = [], Decimal(0)
    for each in parts:
        width = each.width * 100 / (whole or 1)
        bars.append(
            {
                "x": f"{x:.2f}",
                "width": f"{width - Decimal('0.4'):.2f}",
                "name": str(each.name),
                "points": plain_number(each.width),
            }
        )
        x += width
    return bars
