"""Interim: replaced within the hour by the privacy room."""

import re

_DIGITS = re.compile(r"\d[\d -]{6,}\d")


def redact(text: str, *, names: tuple[str, ...] = ()) -> str:
    for name in names:
        if name:
            text = text.replace(name, "某")
    return _DIGITS.sub("＊", text)


def building_of(address: str) -> tuple[str, str]:
    found = re.match(r"(.*?\d+号楼)(.*)", address)
    return (found[1], found[2]) if found else (address, "")


def normal_phone(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    return digits if "*" not in text and len(digits) >= 7 else ""
