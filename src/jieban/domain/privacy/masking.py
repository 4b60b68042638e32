"""How much of a personal value may be shown to someone who only has to recognise it?

A clerk checks that the right column was read and the right row was found; for that the
family name, the ends of a phone number and the length of a text are enough. Masking is one
way: nothing here can be turned back.
"""

from __future__ import annotations

from jieban.domain.words import language

# Two-character family names that are still common; else the first character is the family name.
_DOUBLE_SURNAMES = frozenset(
    ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯")
)
_HIDDEN = "*"


def mask_name(name: str) -> str:
    """The family name, the rest hidden: 王小明 → 王**, J. Smith → J*******.

    A single sign is hidden whole, so that nothing is shown of it; blank stays blank.
    """
    name = name.strip()
    shown = 2 if name[:2] in _DOUBLE_SURNAMES else 1
    if len(name) <= 1:
        return _HIDDEN * len(name)
    shown = min(shown, len(name) - 1)
    return name[:shown] + _HIDDEN * (len(name) - shown)


def mask_phone(phone: str) -> str:
    """First three and last four digits: 19900010000 → 199****0000.

    Shorter numbers keep their last two signs only; what holds no digit is treated as a name.
    """
    phone = phone.strip()
    if not any(sign.isdigit() for sign in phone):
        return mask_name(phone)
    if len(phone) < 11:
        return _HIDDEN * max(len(phone) - 2, 0) + phone[-2:] if len(phone) > 4 else _HIDDEN * 4
    return phone[:3] + _HIDDEN * (len(phone) - 7) + phone[-4:]


def mask_text(text: str) -> str:
    """Only how long it is: “(12 字)” or “(12 characters)”; blank stays blank."""
    length = len(text.strip())
    if not length:
        return ""
    return f"（{length:,} 字）" if language() == "zh" else f"({length:,} characters)"


def masked(field: str, value: str) -> str:
    """A personal value of `field` (see tables.profiles.PRIVATE_FIELDS) as it may be shown."""
    if field == "name":
        return mask_name(value)
    if field == "phone":
        return mask_phone(value)
    return mask_text(value)
