"""What a rulebook 考核细则 may say, and the values it hands to the evaluation.

A rulebook is TOML. `KEYS` is the whole schema: every key with what it may hold; a key that
is not in it is refused, with the nearest one that is. All errors are collected before
anything is refused. `like = "name"` takes every key that is not given from a shipped
rulebook. Numbers are read as `Decimal`: a weight of 0.1 is a tenth, exactly.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from jieban.domain.errors import Refused
from jieban.domain.rulebook import periods
from jieban.domain.rulebook.grounds import GROUND_DIGITS
from jieban.domain.rulebook.keys import (
    Key,
    Table,
    a_boolean,
    a_choice,
    a_day,
    a_list,
    a_number,
    a_text,
    a_whole,
    canonical,
    is_number,
    tables,
    unknown,
    wrong,
)
from jieban.domain.rulebook.limits import (
    ANSWER_KEYS,
    ANSWERS,
    LIMIT_KEYS,
    Limits,
    check_limits,
    limits_of,
)
from jieban.domain.rulebook.periods import CLOSED_WINDOWS, PERIOD_RULES, Period

RATES = ("response", "resolution", "satisfaction", "on_time", "closure")
CALLBACK_RATES = ("response", "resolution", "satisfaction")
DEFAULT_ZONE = "Asia/Shanghai"
SOURCE_ZONE = "source"


@dataclass(frozen=True)
class Part:
    """One addend of the score.

    Either `weight` × rate in percent, or the straight line that is worth `points` where the
    rate is `target` and loses `per_point` for every percentage point below it, kept between
    `floor` and `cap`: max(floor, min(cap, points - per_point × (target - rate))).
    """

    rate: str
    weight: Decimal | None = None
    points: Decimal | None = None
    target: Decimal | None = None
    per_point: Decimal | None = None
    floor: Decimal | None = None
    cap: Decimal | None = None


@dataclass(frozen=True)
class Ground:
    """A ground of exclusion this rulebook grants, with its words."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True)
class Rulebook:
    """One year's rules. Field names are the TOML keys with the dot written as underscore."""

    name: str
    title_zh: str
    title_en: str
    document: str
    valid_from: date
    valid_to: date | None
    source: str
    period_rule: str
    period_by: str
    period_zone: str
    closed_window: str
    count_enquiries: bool
    mostly_satisfied: Decimal
    parts: tuple[Part, ...]
    rank_on: int
    rank_ties: str
    rank_minimum: int
    rank_no_callbacks: str
    rank_group: str
    print_decimals: int
    print_rate_decimals: int
    tier_letters: tuple[str, ...]
    tier_borders: tuple[Decimal, ...]
    summary_mean_over: str
    publish_rank_list: bool
    publish_minimum: int
    publish_appeal_days: int
    grounds: tuple[Ground, ...]
    limits: Limits
    content: str
    """The canonical JSON of every key an evaluation reads, also those taken from `like`; see
    `as_table`. The limits of handling have a content of their own."""

    @property
    def digest(self) -> str:
        """SHA-256 of what the rulebook says to an evaluation, not of how its file is spaced."""
        return hashlib.sha256(self.content.encode("utf-8")).hexdigest()

    @property
    def rates(self) -> tuple[str, ...]:
        """The rates its score is made of, in the order of its parts."""
        return tuple(dict.fromkeys(part.rate for part in self.parts))

    @property
    def excluding(self) -> frozenset[str]:
        """Codes of the grounds that take a row out of the score."""
        return frozenset(ground.code for ground in self.grounds)

    def as_table(self) -> dict[str, Any]:
        """What an evaluation reads as nested plain values (numbers with a point as text)."""
        table: dict[str, Any] = json.loads(self.content)
        return table

    def whole_table(self) -> dict[str, Any]:
        """Every key as nested plain values, the limits of handling too: for people."""
        return self.as_table() | {"limits": self.limits.as_table()}

    def period(self, name: str, zone: str | None = None) -> Period:
        """The span `name` means by this rulebook.

        `zone` is that of a source and only matters where `period.zone` is "source".
        """
        return periods.period(name, self.period_rule, self.zone(zone))

    def periods(self, name: str, zone: str | None = None) -> tuple[Period, ...]:
        """The months of a year or range, each as a period of its own."""
        return tuple(self.period(month, zone) for month in periods.months_of(name))

    def zone(self, source_zone: str | None = None) -> str:
        """The time zone its periods are cut in."""
        if self.period_zone == SOURCE_ZONE:
            return source_zone or DEFAULT_ZONE
        return self.period_zone


# --- the schema ---------------------------------------------------------------------------


_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)


@cache
def _zones() -> frozenset[str]:
    """The names of all zones; asking for them reads a folder, which is too slow for a page."""
    return frozenset(available_timezones())


KEYS: dict[str, Key] = {
    "rulebook.name": Key(
        lambda value: isinstance(value, str) and bool(_NAME.fullmatch(value)), "a-z 0-9 -"
    ),
    "rulebook.title.zh": a_text(),
    "rulebook.title.en": a_text(),
    "rulebook.document": a_text(),
    "rulebook.valid_from": a_day(required=True),
    "rulebook.valid_to": a_day(required=False),
    "rulebook.source": a_text(),
    "period.rule": a_choice(*PERIOD_RULES),
    "period.by": a_choice("received", "closed"),
    "period.zone": Key(
        lambda value: isinstance(value, str) and (value == SOURCE_ZONE or value in _zones()),
        f"source | {DEFAULT_ZONE} | IANA",
    ),
    "closed.window": a_choice(*CLOSED_WINDOWS),
    "count.enquiries": a_boolean(),
    "satisfaction.mostly_satisfied": a_number("0", "1"),
    "rank.on": a_whole(0, 6),
    "rank.ties": a_choice("share", "larger-received-first"),
    "rank.minimum": a_whole(0, 1_000_000),
    "rank.no_callbacks": a_choice("unranked", "zero"),
    "rank.group": a_choice("all", "kind"),
    "print.decimals": a_whole(0, 6),
    "print.rate_decimals": a_whole(0, 6, required=False, default=2),
    "tiers.letters": a_list(
        lambda value: isinstance(value, str) and value.strip() != "", '["A", "B", …]'
    ),
    "tiers.borders": a_list(is_number, "[95, 90, …]"),
    "summary.mean_over": a_choice("with-callbacks", "all"),
    "publish.rank_list": a_boolean(),
    "publish.minimum": a_whole(0, 1_000_000),
    "publish.appeal_days": a_whole(0, 365),
    **LIMIT_KEYS,
}
PART_KEYS: dict[str, Key] = {
    "rate": a_choice(*RATES),
    "weight": a_number("0", "1", required=False),
    "points": a_number("0", "1000", required=False),
    "target": a_number("0", "100", required=False),
    "per_point": a_number("0", "1000", required=False),
    "floor": a_number("-1000", "1000", required=False),
    "cap": a_number("-1000", "1000", required=False),
}
GROUND_KEYS: dict[str, Key] = {"code": a_choice(*GROUND_DIGITS), "zh": a_text(), "en": a_text()}
LINE_KEYS = ("points", "target", "per_point", "floor", "cap")
LISTS = {
    "score.parts": PART_KEYS,
    "exclusions.grounds": GROUND_KEYS,
    ANSWERS: ANSWER_KEYS,
}
OPTIONAL_LISTS = (ANSWERS,)


# --- loading ------------------------------------------------------------------------------


def shipped_names() -> list[str]:
    """Names of the rulebooks that come with the package, sorted."""
    folder = files("jieban") / "rulebooks"
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    )


def load(name_or_path: str | Path) -> Rulebook:
    """The rulebook of that name, or in that file.

    Raises:
        Refused: `rulebook.unknown`, `rulebook.not_toml`, `rulebook.invalid`.
    """
    name = str(name_or_path)
    return read(_text_of(name), name)


def read(text: str, name: str) -> Rulebook:
    """The rulebook that `text` holds; `name` is what errors call it."""
    table = _toml(text, name)
    problems: list[Refused] = []
    table = _with_base(table, problems)
    found = dict(_flat(table))
    problems += _check_keys(found)
    for path, keys in LISTS.items():
        problems += _check_list(path, keys, found.get(path))
    problems += _check_together(found)
    if problems:
        raise Refused("rulebook.invalid", name=name, count=len(problems), problems=problems)
    return _rulebook(found)


def _text_of(name: str) -> str:
    if name in (shipped := shipped_names()):
        return (files("jieban") / "rulebooks" / f"{name}.toml").read_text(encoding="utf-8")
    try:
        return Path(name).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("rulebook.not_toml", name=name, problem=str(error)) from error
    except (OSError, ValueError) as error:
        raise Refused("rulebook.unknown", name=name, shipped=shipped) from error


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, ArithmeticError) as error:
        raise Refused("rulebook.not_toml", name=name, problem=str(error)) from error


def _with_base(table: dict[str, Any], problems: list[Refused]) -> dict[str, Any]:
    """The table laid over the shipped rulebook that `rulebook.like` names."""
    head = table.get("rulebook")
    if not isinstance(head, dict) or "like" not in head:
        return table
    base = head.pop("like")
    if base not in shipped_names() or base == head.get("name"):
        problems.append(wrong("rulebook.like", base, " | ".join(shipped_names())))
        return table
    below = _with_base(_toml(_text_of(base), base), problems)
    # Validity belongs to one document: it is never taken over from another.
    below["rulebook"].pop("valid_to", None)
    return _laid_over(below, table)


def _laid_over(below: dict[str, Any], above: Table) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        both_tables = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _laid_over(merged[key], value) if both_tables else value
    return merged


def _flat(table: Table, prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Dotted paths and values; a table where the schema wants a value comes out as a value."""
    for key, value in table.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict) and path not in KEYS and path not in LISTS:
            if value:
                yield from _flat(value, f"{path}.")
        else:
            yield path, value


def _check_keys(found: Table) -> Iterable[Refused]:
    for path, value in found.items():
        if path in LISTS:
            continue
        if path not in KEYS:
            yield unknown(path, value, [*KEYS, *LISTS, "rulebook.like"])
        elif not KEYS[path].fits(value):
            yield wrong(path, value, KEYS[path].allowed)
    for path, key in KEYS.items():
        if key.required and path not in found:
            yield Refused("rulebook.key_missing", key=path, allowed=key.allowed)


def _check_list(path: str, keys: Mapping[str, Key], value: Any) -> Iterable[Refused]:
    if value is None and path in OPTIONAL_LISTS:
        return
    if value is None:
        yield Refused("rulebook.key_missing", key=path, allowed=f"[[{path}]]")
        return
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        yield wrong(path, value, f"[[{path}]]")
        return
    for number, item in enumerate(value):
        for key, held in item.items():
            if key not in keys:
                yield unknown(f"{path}[{number}].{key}", held, list(keys))
            elif not keys[key].fits(held):
                yield wrong(f"{path}[{number}].{key}", held, keys[key].allowed)
        for key, declared in keys.items():
            if declared.required and key not in item:
                where = f"{path}[{number}].{key}"
                yield Refused("rulebook.key_missing", key=where, allowed=declared.allowed)


def _check_together(found: Table) -> Iterable[Refused]:
    """Rules that bind several keys; silent where one of them is already wrong by itself."""
    yield from _check_parts(found.get("score.parts"))
    yield from _check_tiers(found.get("tiers.letters"), found.get("tiers.borders"))
    codes = [item.get("code") for item in tables(found.get("exclusions.grounds"))]
    if len(set(map(str, codes))) < len(codes):
        yield wrong("exclusions.grounds", codes, "each code once 每个代码一次")
    start, end = found.get("rulebook.valid_from"), found.get("rulebook.valid_to")
    if type(start) is date and type(end) is date and end <= start:
        yield wrong("rulebook.valid_to", end, f"> {start}")
    yield from check_limits(found)


def _check_parts(value: Any) -> Iterable[Refused]:
    parts = tables(value)
    if isinstance(value, list) and not value:
        yield wrong("score.parts", "[]", "[[score.parts]]")
    for number, part in enumerate(parts):
        where = f"score.parts[{number}]"
        given = [key for key in LINE_KEYS if key in part]
        if "weight" in part and given:
            yield wrong(where, ["weight", *given], "weight | " + " + ".join(LINE_KEYS))
        elif "weight" not in part and len(given) < len(LINE_KEYS):
            yield wrong(where, given or "{}", "weight | " + " + ".join(LINE_KEYS))
        floor: Any = part.get("floor")
        cap: Any = part.get("cap")
        if is_number(floor) and is_number(cap) and floor > cap:
            yield wrong(f"{where}.floor", floor, f"<= cap {cap}")
    weights = [part["weight"] for part in parts if is_number(part.get("weight"))]
    if weights and len(weights) == len(parts) and sum(weights) != 1:
        yield wrong("score.parts[*].weight", sum(weights), "1（合计 the sum）")


def _check_tiers(letters: Any, borders: Any) -> Iterable[Refused]:
    if not isinstance(letters, list) or not isinstance(borders, list):
        return
    if len(letters) != len(borders) + 1 or len(set(map(str, letters))) < len(letters):
        yield wrong("tiers.letters", letters, f"{len(borders) + 1} different letters 个不同等次")
    numbers = [border for border in borders if is_number(border)]
    if any(low >= high for high, low in pairwise(numbers)):
        yield wrong("tiers.borders", borders, "falling 由高到低")


# --- from checked keys to the value --------------------------------------------------------


def _rulebook(found: Table) -> Rulebook:
    def value(path: str) -> Any:
        return found.get(path, KEYS[path].default)

    filled = {path: value(path) for path in KEYS if path not in LIMIT_KEYS}
    filled |= {path: found[path] for path in LISTS if path != ANSWERS}
    return Rulebook(
        name=value("rulebook.name"),
        title_zh=value("rulebook.title.zh"),
        title_en=value("rulebook.title.en"),
        document=value("rulebook.document"),
        valid_from=value("rulebook.valid_from"),
        valid_to=value("rulebook.valid_to"),
        source=value("rulebook.source"),
        period_rule=value("period.rule"),
        period_by=value("period.by"),
        period_zone=value("period.zone"),
        closed_window=value("closed.window"),
        count_enquiries=value("count.enquiries"),
        mostly_satisfied=Decimal(value("satisfaction.mostly_satisfied")),
        parts=tuple(_part(item) for item in found["score.parts"]),
        rank_on=value("rank.on"),
        rank_ties=value("rank.ties"),
        rank_minimum=value("rank.minimum"),
        rank_no_callbacks=value("rank.no_callbacks"),
        rank_group=value("rank.group"),
        print_decimals=value("print.decimals"),
        print_rate_decimals=value("print.rate_decimals"),
        tier_letters=tuple(value("tiers.letters")),
        tier_borders=tuple(Decimal(border) for border in value("tiers.borders")),
        summary_mean_over=value("summary.mean_over"),
        publish_rank_list=value("publish.rank_list"),
        publish_minimum=value("publish.minimum"),
        publish_appeal_days=value("publish.appeal_days"),
        grounds=tuple(Ground(**item) for item in found["exclusions.grounds"]),
        limits=limits_of(found),
        content=canonical(filled),
    )


def _part(item: Table) -> Part:
    numbers = {key: Decimal(held) for key, held in item.items() if key != "rate"}
    return Part(rate=item["rate"], **numbers)


def from_table(table: Table, name: str) -> Rulebook:
    """The rulebook that `as_table` wrote, as a manifest keeps it."""
    text = _toml_text(table)
    return read(text, name)


def _toml_text(table: Table) -> str:
    """Nested plain values as TOML, enough for what `as_table` gives back."""
    lines: list[str] = []
    for path, value in _flat(table):
        if path in LISTS:
            inline = ", ".join(_inline(item) for item in value)
            lines.append(f"{path} = [{inline}]")
        elif value is not None:
            lines.append(f"{path} = {_scalar(path, value)}")
    return "\n".join(lines)


_DECIMAL_KEYS = {"satisfaction.mostly_satisfied", *PART_KEYS} - {"rate"}


def _inline(item: Table) -> str:
    return "{" + ", ".join(f"{key} = {_scalar(key, value)}" for key, value in item.items()) + "}"


def _scalar(key: str, value: Any) -> str:
    if key.startswith("rulebook.valid_") or (key in _DECIMAL_KEYS and isinstance(value, str)):
        return str(value)
    if key == "tiers.borders":
        return "[" + ", ".join(str(border) for border in value) + "]"
    return json.dumps(value, ensure_ascii=False)
