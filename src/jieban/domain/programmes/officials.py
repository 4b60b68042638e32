"""What may be written of an official 干部: code, names, words of skill, days.

Skills are words of the categories that complaints are put into (物业, 停车): they are compared
with what a place's complaints are about. What they bring 带资源 is compared likewise.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from jieban.domain.errors import Refused

LONGEST_WORD = 32
MOST_WORDS = 30
# Codes stand in addresses, where these words mean pages of their own.
_ADDRESSES = ("new", "import")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", re.ASCII)
_BETWEEN = re.compile(r"[、,，;；\n\r\t/|]+")


@dataclass(frozen=True)
class Profile:
    """What the roster holds of one official. `conflicts` are codes of places and units."""

    name: str
    home: str
    skills: tuple[str, ...] = ()
    brings: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    available_from: date | None = None
    available_until: date | None = None
    account: str = field(default="")


def words_of(text: str) -> tuple[str, ...]:
    """Words written in one cell, set apart by 、 or commas; each once, in order."""
    return _tidy(_BETWEEN.split(text))


def checked_code(code: str) -> str:
    """
    Raises:
        Refused "official.code_wrong".
    """
    tidy = code.strip()
    if not _CODE.fullmatch(tidy) or tidy.casefold() in _ADDRESSES:
        raise Refused("official.code_wrong", official=tidy[:40] or "–")
    return tidy


def checked(profile: Profile) -> Profile:
    """The profile with its texts tidied.

    Raises:
        Refused "official.name_missing", "official.text_too_long", "official.words_wrong",
            "official.days_backwards".
    """
    name, home = _plain(profile.name), _plain(profile.home)
    if not name or not home:
        raise Refused("official.name_missing")
    for what, text, limit in (("name", name, 64), ("home", home, 128)):
        if len(text) > limit:
            raise Refused("official.text_too_long", what=what, limit=limit)
    words = {what: _tidy(getattr(profile, what)) for what in ("skills", "brings", "conflicts")}
    for what, found in words.items():
        too_long = [word for word in found if len(word) > LONGEST_WORD]
        if too_long or len(found) > MOST_WORDS:
            raise Refused(
                "official.words_wrong",
                what=what,
                limit=LONGEST_WORD,
                most=MOST_WORDS,
                found=(too_long or list(found))[0][:40],
            )
    first, last = profile.available_from, profile.available_until
    if first is not None and last is not None and last < first:
        raise Refused("official.days_backwards", first=first, last=last)
    return Profile(
        name,
        home,
        words["skills"],
        words["brings"],
        words["conflicts"],
        first,
        last,
        _plain(profile.account)[:128],
    )


def _tidy(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tidy for word in words if (tidy := _plain(word))))


def _plain(text: str) -> str:
    """On one line, without signs that cannot be seen: files carry them, databases refuse some."""
    seen = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(seen.split())
