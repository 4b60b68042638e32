"""The figures of a run as JSON and back, exactly: `result.json` holds nothing but these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from jieban.evaluation.levels import Change, Level, RateFigure, Row


def levels_json(levels: Mapping[str, Level]) -> dict[str, Any]:
    """The levels of a run as plain JSON."""
    return {
        name: {
            "rows": [row_json(row) for row in level.rows],
            "unattributed": level.unattributed and row_json(level.unattributed),
            "mean": row_json(level.mean),
            "pooled": row_json(level.pooled),
        }
        for name, level in levels.items()
    }


def row_json(row: Row) -> dict[str, Any]:
    """A row as plain JSON: decimals as text, everything else as it is."""
    described: dict[str, Any] = plain(row)
    return described


def plain(value: Any) -> Any:
    """A value as JSON has it: tuples as lists, records as objects, decimals as text."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return {key: plain(held) for key, held in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return {name: plain(getattr(value, name)) for name in _fields_of(value.__class__)}


@cache
def _fields_of(kind: type[Any]) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


def row_from_json(entry: Mapping[str, Any]) -> Row:
    """The row that `row_json` wrote."""
    rates = {
        name: RateFigure(
            part=_decimal(figure["part"]),
            whole=figure["whole"],
            percent=_decimal(figure["percent"]),
            low=figure["low"],
            high=figure["high"],
        )
        for name, figure in entry["rates"].items()
    }
    held = dict(entry) | {
        "rates": rates,
        "per_10000": _decimal(entry["per_10000"]),
        "change": Change(**entry["change"]) if entry["change"] else None,
        "flags": tuple(entry["flags"]),
    }
    return Row(**held)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def levels_from(path: Path) -> dict[str, Level]:
    """The levels that `levels_json` described, out of a file."""
    stored = orjson.loads(path.read_bytes())
    return {
        name: Level(
            level=name,
            rows=tuple(map(row_from_json, level["rows"])),
            unattributed=row_from_json(level["unattributed"]) if level["unattributed"] else None,
            mean=row_from_json(level["mean"]),
            pooled=row_from_json(level["pooled"]),
        )
        for name, level in stored.items()
    }
