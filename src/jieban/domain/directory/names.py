"""When do two written names mean the same place or unit, and when is a name no name at all?

A name keeps the word it was written with (社区, 村, 街道); only what cannot carry a
meaning is taken away: width of letters, white space, invisible signs, kinds of brackets.
`same_name_key` goes one step further, for looking a name up: endings that are the name of
the office and not of the place (居委会, 街道办事处) are read as the place's own ending.
The rules in words: docs/zh/guide/directory.md.
"""

from __future__ import annotations

import re
import unicodedata

# Words an export writes where it knows no name. Profiles may add their own.
UNKNOWN_WORDS = frozenset({"不详", "未知", "无", "-", "--", "/", "—", "——", "N/A", "NULL"})

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ud800-\udfff\ufff9-\ufffb]"
)
_SPACE = re.compile(r"\s+")
_BRACKETS = str.maketrans("〔【〖［｛[{〕】〗］｝]}", "(((((((" + ")))))))")
_LATIN = re.compile(r"[!-~]")

# Official endings, longest first, and the ending of the place that each one stands for.
_ENDINGS = (
    ("社区居民委员会", "社区"),
    ("社区居委会", "社区"),
    ("居民委员会", "社区"),
    ("居委会", "社区"),
    ("村村民委员会", "村"),
    ("村民委员会", "村"),
    ("村村委会", "村"),
    ("村委会", "村"),
    ("街道办事处", "街道"),
    ("街道办", "街道"),
    ("镇人民政府", "镇"),
    ("镇政府", "镇"),
)


def tidy_name(text: str) -> str:
    """`text` as a name: one width of letters, one kind of brackets, no stray white space.

    White space next to a Chinese sign is an accident of typing and goes; between two
    Latin words it is part of the name and becomes one space. Blank stays blank.
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.translate(_BRACKETS).split())
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_BRACKETS).strip()
    return _SPACE.sub(_space_or_nothing, plain)


def _space_or_nothing(match: re.Match[str]) -> str:
    text, before, after = match.string, match.start() - 1, match.end()
    if _LATIN.match(text[before]) and _LATIN.match(text[after]):
        return " "
    return ""


def is_unknown(name: str, unknown_words: frozenset[str] = UNKNOWN_WORDS) -> bool:
    """True where a tidied `name` names nothing: blank, or a word such as 不详."""
    return not name or name in unknown_words or name.upper() in unknown_words


def same_name_key(name: str) -> str:
    """What two spellings of one name have in common; equal keys are the same name.

    Only the office's ending is read as the place's ending; 社区 and 村 themselves are
    never taken away (右安门社区 and 右安门村 are two places). Letters lose their case.
    """
    key = tidy_name(name).casefold().replace(" ", "")
    for ending, place in _ENDINGS:
        if key.endswith(ending) and len(key) > len(ending):
            return key[: -len(ending)] + place
    return key
