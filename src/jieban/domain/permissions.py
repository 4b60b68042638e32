"""Every permission, once, with its words: `words/permissions.toml`.

A permission is noun.verb and says one thing a person may do within the scope of a post. Roles
are sets of them (data, see accounts); code asks for permissions only.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files

from jieban.domain.words import Language, language

_FILE = files("jieban.domain.words") / "permissions.toml"
PERMISSIONS: Mapping[str, Mapping[str, str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
"""Code -> {zh, en}."""


def permission_word(code: str, chosen: Language | None = None) -> str:
    """What the permission is called. Unknown codes are a KeyError."""
    return PERMISSIONS[code][chosen or language()]
