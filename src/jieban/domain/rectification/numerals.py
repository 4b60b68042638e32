"""Numbers as official papers count with them: 一, 十二, 一百零二."""

_SIGNS = "零一二三四五六七八九"
_DIGITS = {sign: digit for digit, sign in enumerate(_SIGNS)} | {"〇": 0, "两": 2}


def number_of(text: str) -> int | None:
    """二十, 20, 一百零二 as a number; None for anything else, and for nought."""
    if text.isascii() and text.isdecimal() and len(text) <= 6:
        return int(text) or None
    total, digit = 0, None
    for sign in text:
        if sign in "十百":
            weight = 10 if sign == "十" else 100
            if digit is None and (total or sign == "百"):
                return None
            total, digit = total + (1 if digit is None else digit) * weight, None
        elif sign in _DIGITS:
            digit = _DIGITS[sign]
        else:
            return None
    return total + (digit or 0) or None


def chinese_numeral(number: int) -> str:
    """The number as it stands in （一）: 12 is 十二; from a thousand on in digits."""
    if not 0 < number < 1000:
        return str(number)
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    said = f"{_SIGNS[hundreds]}百" if hundreds else ""
    if tens:
        said += ("" if tens == 1 and not hundreds else _SIGNS[tens]) + "十"
    elif hundreds and ones:
        said += "零"
    return said + (_SIGNS[ones] if ones else "")
