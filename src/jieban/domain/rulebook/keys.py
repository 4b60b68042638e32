"""What one key of a rulebook may hold, and how a wrong one is named."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from jieban.domain.errors import Refused

Table = Mapping[str, Any]


@dataclass(frozen=True)
class Key:
    """One key: `fits` says whether a value is allowed, `allowed` says it in words (zh, en).

    A key with a `default` may be left out; `None` as default means "absent is meant".
    """

    fits: Callable[[Any], bool]
    allowed: str
    required: bool = True
    default: Any = None


def a_text(required: bool = True, default: str | None = None) -> Key:
    return Key(lambda value: isinstance(value, str), "text 文字", required, default)


def a_choice(*values: str, required: bool = True, default: str | None = None) -> Key:
    return Key(
        lambda value: isinstance(value, str) and value in values,
        " | ".join(values),
        required,
        default,
    )


def a_boolean(required: bool = True, default: bool | None = None) -> Key:
    return Key(lambda value: isinstance(value, bool), "true | false", required, default)


def a_whole(low: int, high: int, required: bool = True, default: int | None = None) -> Key:
    return Key(
        lambda value: type(value) is int and low <= value <= high,
        f"{low}..{high}",
        required,
        default,
    )


def a_number(low: str, high: str, required: bool = True, default: str | None = None) -> Key:
    return Key(
        lambda value: is_number(value) and Decimal(low) <= value <= Decimal(high),
        f"{low}..{high}",
        required,
        None if default is None else Decimal(default),
    )


def a_day(required: bool) -> Key:
    # A TOML date-time is a datetime, which Python counts as a date: the exact type is meant.
    return Key(lambda value: type(value) is date, "2024-01-31", required)


def a_list(fits: Callable[[Any], bool], allowed: str, required: bool = True) -> Key:
    return Key(lambda value: isinstance(value, list) and all(map(fits, value)), allowed, required)


def is_number(value: Any) -> bool:
    if isinstance(value, Decimal):
        return value.is_finite()
    return type(value) is int


def tables(value: Any) -> list[Table]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def wrong(key: str, found: Any, allowed: str) -> Refused:
    return Refused("rulebook.value_wrong", key=key, found=_shown(found), allowed=allowed)


def unknown(path: str, value: Any, known: list[str]) -> Refused:
    last = path.rpartition("]." if "]." in path else "\0")[2]
    near = difflib.get_close_matches(last, known, n=1, cutoff=0.0)
    section = last.partition(".")[0]
    allowed = [key for key in known if key.startswith(f"{section}.")] or known
    return Refused(
        "rulebook.key_unknown",
        key=path,
        found=_shown(value),
        allowed=allowed,
        suggestion=near[0],
    )


def plain(value: Any) -> Any:
    """As JSON holds it, equal numbers looking equal (0.50 and 0.5, 20 and 20.0)."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(held) for key, held in value.items()}
    if isinstance(value, Decimal):
        is_whole = value == value.to_integral_value()
        return int(value) if is_whole else f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else value


def nested(found: Table) -> dict[str, Any]:
    """Dotted paths as plain tables within tables."""
    whole_table: dict[str, Any] = {}
    for path, value in found.items():
        *steps, last = path.split(".")
        table = whole_table
        for step in steps:
            table = table.setdefault(step, {})
        table[last] = plain(value)
    return whole_table


def canonical(found: Table) -> str:
    """Sorted nested JSON of dotted paths: what a digest is taken of."""
    return json.dumps(nested(found), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal | int | date):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=str)
