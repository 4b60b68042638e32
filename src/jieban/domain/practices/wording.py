"""May this text be kept where everybody in reach reads it?

Projects, practices and notes are written to be read and printed by others, so nothing in them
is sealed; what names one resident or one household is refused instead of being kept.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from jieban.domain.errors import Refused
from jieban.domain.privacy.redaction import redact
from jieban.domain.words import Language, bodies
from jieban.domain.words import language as current_language

LINE, TEXT = 200, 4000
"""The most signs of a line and of a longer text."""


@dataclass(frozen=True)
class Field:
    """A field by its code; in a sentence it is called by its words."""

    code: str

    def message(self, chosen: Language | None = None) -> str:
        return bodies()["fields"][self.code][chosen or current_language()]

    def __str__(self) -> str:
        return self.code


def tidy(field: str, text: str, *, limit: int = LINE, required: bool = False) -> str:
    """The text with its ends trimmed and line ends made alike, if it may be kept.

    Raises:
        Refused "practice.words_unreadable": NUL or half of a sign.
        Refused "practice.words_missing", "practice.words_too_long".
        Refused "practice.personal_data": phones, identity numbers, plates, addresses of mail or
            chat, flats; `redacted` shows where.
    """
    words = contact(field, text, limit=limit, required=required)
    redacted = redact(words)
    if redacted != words and _seen(redacted) != _seen(words):
        raise Refused("practice.personal_data", field=Field(field), redacted=redacted[:LINE])
    return words


def contact(field: str, text: str, *, limit: int = LINE, required: bool = False) -> str:
    """As `tidy`, for how to reach an office: its phone number is meant to be there.

    Raises:
        Refused "practice.words_unreadable", "practice.words_missing", "practice.words_too_long".
    """
    words = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    # Nearly every text is printable, which is known at once; only others are looked at by sign.
    if not words.isprintable() and any(
        unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in words
    ):
        raise Refused("practice.words_unreadable", field=Field(field))
    if limit <= LINE:
        words = " ".join(words.split())
    if required and not words:
        raise Refused("practice.words_missing", field=Field(field))
    if len(words) > limit:
        raise Refused("practice.words_too_long", field=Field(field), limit=limit)
    return words


def _seen(text: str) -> str:
    """What a reader sees of a text, the width of its signs made alike."""
    shown = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", shown)
