"""How much was done, exactly: ten loads, five bathtubs, 500 m² of illegal structures.

Amounts are decimals and are never rounded. A sum is made of the same thing in the same unit;
loads and square metres have no sum, nor have bathtubs and parking spaces though both are
counted in pieces.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from jieban.domain.errors import Refused

DIGITS, PLACES = 12, 4
"""Digits before the point, and after it."""
# One way to write each unit; what is not here stays as it is written.
_SAME_UNIT = {
    "m2": "平方米",
    "㎡": "平方米",
    "平米": "平方米",
    "平方": "平方米",
    "m": "米",
    "m3": "立方米",
    "立方": "立方米",
    "t": "吨",
    "km": "公里",
}


@dataclass(frozen=True)
class Quantity:
    """So much of something."""

    what: str
    amount: Decimal
    unit: str


def amount_of(text: str, *, places: int = PLACES) -> Decimal:
    """The number that was written, exact and above nought.

    Thousands may be set apart by commas, digits may be full width.

    Raises:
        Refused "project.amount_wrong": no number, none above nought, too long, too fine.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "")
    trouble = Refused("project.amount_wrong", said=text[:40], digits=DIGITS, places=places)
    if not plain or set(plain) - set("0123456789."):
        raise trouble
    try:
        amount = Decimal(plain)
    except InvalidOperation:
        raise trouble from None
    if amount <= 0 or amount >= Decimal(10) ** DIGITS:
        raise trouble
    # Written noughts at the end say nothing: 1.50 is as fine as 1.5.
    amount = amount.normalize()
    exponent = int(amount.as_tuple().exponent)
    if -exponent > places:
        raise trouble
    return amount.quantize(Decimal(1)) if exponent > 0 else amount


def unit_of(text: str) -> str:
    """One way to write a unit: m², ㎡ and 平米 are 平方米."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return _SAME_UNIT.get(plain.lower(), plain)


def sums(quantities: Iterable[Quantity]) -> list[Quantity]:
    """One line for each thing and unit, in the order they first came."""
    found: dict[tuple[str, str], Decimal] = {}
    for each in quantities:
        key = (each.what, unit_of(each.unit))
        found[key] = found.get(key, Decimal(0)) + each.amount
    return [Quantity(what, amount, unit) for (what, unit), amount in found.items()]


def plain_number(amount: Decimal) -> str:
    """The number without noughts that say nothing, thousands set apart: 1,200.5."""
    whole = amount.normalize()
    if int(whole.as_tuple().exponent) > 0:
        whole = whole.quantize(Decimal(1))
    return f"{whole:,f}"
