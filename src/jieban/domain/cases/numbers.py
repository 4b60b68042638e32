"""The public number of a case: readable on the phone, checkable, never reused.

    JB20231030-000017-4     day received · serial · check digit

The serial runs on and never starts again, so a number names one case for ever. The check digit
is ISO 7064 MOD 11,10 over all digits: it finds every single wrong digit and nearly every swap
of two, so a misheard number is "not a number" rather than somebody else's case.
"""

from __future__ import annotations

import re
from datetime import date

_FORM = re.compile(r"JB(\d{8})-(\d{6,})-(\d)", re.ASCII)


def case_number(day: date, serial: int) -> str:
    """The number of the case with this serial. Serials below one are a ValueError."""
    if serial < 1:
        raise ValueError("a serial counts from 1")
    digits = f"{day:%Y%m%d}{serial:06d}"
    return f"JB{digits[:8]}-{digits[8:]}-{_check_digit(digits)}"


def is_case_number(text: str) -> bool:
    """Whether the text is a number made here, its check digit included."""
    found = _FORM.fullmatch(text)
    return found is not None and _check_digit(found[1] + found[2]) == int(found[3])


def _check_digit(digits: str) -> int:
    rest = 10
    for digit in digits:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return (11 - rest) % 10
