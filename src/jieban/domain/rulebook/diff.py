"""What differs between two rulebooks, key by key: what an office reads before it approves one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jieban.domain.rulebook.schema import Rulebook

# A list is compared entry by entry under the name that tells its entries apart.
_NAMED_BY = {"score.parts": "rate", "exclusions.grounds": "code", "limits.answer": "name"}


@dataclass(frozen=True)
class Difference:
    """One key that two rulebooks hold differently; `None` where a side lacks it."""

    key: str
    before: str | None
    after: str | None


def difference(before: Rulebook, after: Rulebook) -> list[Difference]:
    """Every key whose value differs, sorted by key; empty when they say the same."""
    left, right = dict(_lines(before.whole_table())), dict(_lines(after.whole_table()))
    return [
        Difference(key, left.get(key), right.get(key))
        for key in sorted(left.keys() | right.keys())
        if left.get(key) != right.get(key)
    ]


def _lines(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict):
            yield from _lines(value, f"{path}.")
        elif path in _NAMED_BY:
            yield from _entries(path, value)
        elif value is not None:
            yield path, _shown(value)


def _entries(path: str, entries: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    seen: dict[str, int] = {}
    for entry in entries:
        name = str(entry[_NAMED_BY[path]])
        seen[name] = seen.get(name, 0) + 1
        numbered = name if seen[name] == 1 else f"{name}#{seen[name]}"
        for key, value in entry.items():
            if key != _NAMED_BY[path]:
                yield f"{path}.{numbered}.{key}", _shown(value)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
