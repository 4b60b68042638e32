"""Every word people read, in two languages.

Words of the field come from `glossary.toml`, the sentences of refusals from
`refusals/*.toml`, all other sentences from gettext: English msgids in the code, the
Chinese catalogue in `jieban/locale`. The language is a context variable that the
doors set (command line, web request); nothing below a door needs to know it.
"""

from __future__ import annotations

import gettext
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
_JOIN: dict[Language, str] = {"zh": "、", "en": ", "}
_JOIN_SENTENCES: dict[Language, str] = {"zh": "；", "en": "; "}
_CATALOGUE: dict[Language, str] = {"zh": "zh_Hans", "en": "en"}
_HERE = files("jieban.domain.words")

_current: ContextVar[Language] = ContextVar("jieban_language", default="zh")


def language() -> Language:
    """The language of the current context; Chinese unless a door chose another."""
    return _current.get()


def set_language(chosen: Language) -> None:
    """Make `chosen` the language of the current context."""
    _current.set(chosen)


@contextmanager
def speaking(chosen: Language) -> Iterator[None]:
    """Use `chosen` inside the block, the former language after it."""
    token = _current.set(chosen)
    try:
        yield
    finally:
        _current.reset(token)


def word(code: str, language: Language | None = None) -> str:
    """The word of the field for `code`. Unknown codes are a KeyError: the glossary lacks it."""
    return glossary()[code][language or _current.get()]


def translate(msgid: str) -> str:
    """The sentence `msgid` in the current language; itself where no translation exists."""
    return _catalogue(_current.get()).gettext(msgid)


def refusal_text(code: str, detail: Mapping[str, object], language: Language | None = None) -> str:
    """The sentence of a refusal with its fields filled in; items of a list are joined."""
    chosen = language or _current.get()
    fields = {name: _readable(value, chosen) for name, value in detail.items()}
    return refusals()[code][chosen].format_map(fields)


@cache
def glossary() -> Mapping[str, Mapping[str, str]]:
    """Every word of the field: code -> {zh, en, meaning?}."""
    return tomllib.loads((_HERE / "glossary.toml").read_text(encoding="utf-8"))


@cache
def bodies() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """What stands in events: "keys", "kinds" and "values", each code -> {zh, en}."""
    return tomllib.loads((_HERE / "bodies.toml").read_text(encoding="utf-8"))


@cache
def refusals() -> Mapping[str, Mapping[str, str]]:
    """Every refusal: code -> {zh, en}. The same code in two files is a ValueError."""
    merged: dict[str, Mapping[str, str]] = {}
    rooms = (entry for entry in (_HERE / "refusals").iterdir() if entry.name.endswith(".toml"))
    for room in sorted(rooms, key=lambda entry: entry.name):
        for code, texts in tomllib.loads(room.read_text(encoding="utf-8")).items():
            if code in merged:
                raise ValueError(f"refusal {code} is declared twice, again in {room.name}")
            merged[code] = texts
    return merged


def _readable(value: object, language: Language) -> object:
    if isinstance(value, list | tuple | set | frozenset):
        sentences = any(hasattr(item, "message") for item in value)
        return (_JOIN_SENTENCES if sentences else _JOIN)[language].join(
            str(_readable(item, language)) for item in value
        )
    # A refusal inside a refusal speaks the same language as the one around it.
    message = getattr(value, "message", None)
    return message(language) if callable(message) else value


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    return gettext.translation(
        "django",
        localedir=str(Path(str(files("jieban") / "locale"))),
        languages=[_CATALOGUE[language]],
        fallback=True,
    )
