"""How long may it take? Time limits 时限 of handling, and what follows when they pass.

These keys steer the handling of live cases; no rate or score reads them. They are therefore no
part of a rulebook's evaluation content and digest: changing a limit leaves every computed and
published run as it was. All have defaults, so that a rulebook written before them stays valid.

Source: DB11/T 2021—2022 《12345市民服务热线服务与管理规范》 (feedback within 2 hours where life or
property is in danger; water, power, gas, heat 24 hours; general 7 days, complex 15 days; from
its public draft); first contact within 24 hours and calendar days are usage in Beijing; returns
after which a case goes up: 问题工单 of 巴彦淖尔.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

from jieban.domain.errors import Refused
from jieban.domain.rulebook.keys import (
    Key,
    Table,
    a_boolean,
    a_choice,
    a_list,
    a_number,
    a_text,
    a_whole,
    canonical,
    tables,
    wrong,
)

Counting = Literal["calendar", "working"]
COUNTINGS = ("calendar", "working")
URGENCIES = ("normal", "urgent")
COMPLEXITIES = ("normal", "complex")
KINDS = ("request", "enquiry")
LEVEL = "->"
"""What joins the levels of a category."""

LIMIT_KEYS: dict[str, Key] = {
    "limits.contact_hours": a_number("0.1", "720", required=False, default="24"),
    "limits.amber": a_number("0.01", "1", required=False, default="0.75"),
    "limits.working_day_hours": a_number("1", "24", required=False, default="7"),
    "limits.returns": a_whole(1, 100, required=False, default=3),
    "limits.followup_days": a_whole(1, 365, required=False, default=3),
    "limits.hold_review_days": a_whole(1, 3650, required=False, default=90),
    "limits.extension_days": a_whole(1, 365, required=False, default=15),
    "limits.reopen.unresolved": a_boolean(required=False, default=True),
    "limits.reopen.times": a_whole(0, 100, required=False, default=2),
    "limits.escalate.street_hours": a_number("0", "8760", required=False, default="0"),
    "limits.escalate.district_hours": a_number("0", "8760", required=False, default="24"),
}
ANSWER_KEYS: dict[str, Key] = {
    "name": a_text(),
    "zh": a_text(),
    "en": a_text(),
    "urgency": a_choice(*URGENCIES, required=False),
    "complexity": a_choice(*COMPLEXITIES, required=False),
    "kind": a_choice(*KINDS, required=False),
    "category": a_list(
        lambda value: isinstance(value, str) and value.strip() != "",
        '["水务->供排水", …]',
        required=False,
    ),
    "hours": a_number("0.1", "8760", required=False),
    "days": a_whole(1, 365, required=False),
    "counting": a_choice(*COUNTINGS, required=False, default="calendar"),
    "amber": a_number("0.01", "1", required=False),
}
CONDITIONS = ("urgency", "complexity", "kind", "category")
ANSWERS = "limits.answer"
UTILITIES = [
    "公共服务->供水",
    "公共服务->供电",
    "公共服务->燃气",
    "公共服务->供暖",
    "公共服务->供热",
    "水务->供排水",
]
DEFAULT_ANSWERS: list[dict[str, Any]] = [
    {"name": "urgent", "zh": "紧急", "en": "urgent", "urgency": "urgent", "hours": 2},
    {
        "name": "utilities",
        "zh": "水电气热",
        "en": "water, power, gas, heat",
        "category": UTILITIES,
        "hours": 24,
    },
    {"name": "complex", "zh": "复杂", "en": "complex", "complexity": "complex", "days": 15},
    {"name": "general", "zh": "一般", "en": "general", "days": 7},
]


@dataclass(frozen=True)
class Limit:
    """One time limit: how long, counted how, and from which share of it the light is amber.

    `allowance` is an amount of time of the calendar that `counting` names: a working day is
    `limits.working_day_hours` of working time. `calendar_allowance` is what stands for it where
    a year's working time is not known: so many days as whole days.
    """

    name: str
    zh: str
    en: str
    allowance: timedelta
    counting: Counting
    amber: Decimal
    calendar_allowance: timedelta


@dataclass(frozen=True)
class Answer:
    """One row of `limits.answer`: a limit and the cases it is for. Empty conditions fit all."""

    limit: Limit
    urgency: str = ""
    complexity: str = ""
    kind: str = ""
    categories: tuple[str, ...] = ()

    def fits(self, category: str, urgency: str, complexity: str, kind: str) -> bool:
        """Whether every condition of the row holds."""
        return (
            self.urgency in ("", urgency)
            and self.complexity in ("", complexity)
            and self.kind in ("", kind)
            and (not self.categories or any(within(category, top) for top in self.categories))
        )


@dataclass(frozen=True)
class Limits:
    """All limits of one rulebook. Field names are the TOML keys below `limits`."""

    contact: Limit
    answers: tuple[Answer, ...]
    amber: Decimal
    working_day_hours: Decimal
    returns: int
    followup_days: int
    hold_review_days: int
    extension_days: int
    reopen_unresolved: bool
    reopen_times: int
    escalate_street: timedelta
    escalate_district: timedelta
    content: str
    """The canonical JSON of every key of `limits`."""

    @property
    def digest(self) -> str:
        """SHA-256 of what the limits say; the rulebook's own digest does not hold them."""
        return hashlib.sha256(self.content.encode("utf-8")).hexdigest()

    def as_table(self) -> dict[str, Any]:
        """The keys below `limits` as nested plain values, defaults filled in."""
        table: dict[str, Any] = json.loads(self.content)["limits"]
        return table

    def answer_for(
        self, category: str, urgency: str, complexity: str, kind: str = "request"
    ) -> Limit:
        """The limit of the first row that fits; the last row fits everything.

        `category` is the path with levels joined by "->"; empty while nobody has classified
        the case.
        """
        return next(
            answer.limit
            for answer in self.answers
            if answer.fits(category, urgency, complexity, kind)
        )

    def extended(self, limit: Limit, days: int) -> Limit:
        """The limit with `days` 延期 added, counted as the limit itself is counted."""
        return Limit(
            name=limit.name,
            zh=limit.zh,
            en=limit.en,
            allowance=limit.allowance + self.days(days, limit.counting),
            counting=limit.counting,
            amber=limit.amber,
            calendar_allowance=limit.calendar_allowance + timedelta(days=days),
        )

    def days(self, days: int, counting: Counting) -> timedelta:
        """So many days as an amount of time: working days as hours of work."""
        if counting == "working":
            return _hours(days * self.working_day_hours)
        return timedelta(days=days)

    def may_reopen(self, reopened: int) -> bool:
        """Whether an unresolved case that was reopened so often is reopened by rule again."""
        return self.reopen_unresolved and reopened < self.reopen_times

    def goes_up(self, returns: int) -> bool:
        """Whether a case returned so often is a 问题工单 and goes up to the district."""
        return returns >= self.returns


def within(category: str, top: str) -> bool:
    """Whether a category is `top` or lies below it, level by level: 供水 does not hold 供水站."""
    return category == top or category.startswith(top + LEVEL)


def check_limits(found: Table) -> Iterable[Refused]:
    """What is wrong with the answer rows taken together; each key alone is checked already."""
    rows = tables(found.get(ANSWERS, DEFAULT_ANSWERS))
    if not rows:
        yield wrong(ANSWERS, "[]", f"[[{ANSWERS}]]")
        return
    seen: set[str] = set()
    for place, row in enumerate(rows):
        where = f"{ANSWERS}[{place}]"
        if ("hours" in row) == ("days" in row):
            given = [key for key in ("hours", "days") if key in row]
            yield wrong(where, given, "hours | days")
        if str(row.get("name")) in seen:
            yield wrong(f"{where}.name", row.get("name"), "different names 各不相同")
        seen.add(str(row.get("name")))
        narrowed = [key for key in CONDITIONS if key in row]
        if place == len(rows) - 1 and narrowed:
            yield wrong(where, narrowed, "the last row fits everything 末行不写条件")
        elif place < len(rows) - 1 and not narrowed:
            yield wrong(where, "{}", " | ".join(CONDITIONS))


def limits_of(found: Table) -> Limits:
    """The limits that checked keys say; defaults where they say nothing."""

    def value(path: str) -> Any:
        return found.get(f"limits.{path}", LIMIT_KEYS[f"limits.{path}"].default)

    rows = found.get(ANSWERS, DEFAULT_ANSWERS)
    amber, day_hours = Decimal(value("amber")), Decimal(value("working_day_hours"))
    contact = _hours(value("contact_hours"))
    filled = {path: found.get(path, key.default) for path, key in LIMIT_KEYS.items()}
    return Limits(
        contact=Limit("contact", "首次联系", "first contact", contact, "calendar", amber, contact),
        answers=tuple(_answer(row, amber, day_hours) for row in rows),
        amber=amber,
        working_day_hours=day_hours,
        returns=value("returns"),
        followup_days=value("followup_days"),
        hold_review_days=value("hold_review_days"),
        extension_days=value("extension_days"),
        reopen_unresolved=value("reopen.unresolved"),
        reopen_times=value("reopen.times"),
        escalate_street=_hours(value("escalate.street_hours")),
        escalate_district=_hours(value("escalate.district_hours")),
        content=canonical({**filled, ANSWERS: rows}),
    )


def _answer(row: Mapping[str, Any], amber: Decimal, day_hours: Decimal) -> Answer:
    counting: Counting = row.get("counting", "calendar")
    if "hours" in row:
        allowance = calendar_allowance = _hours(row["hours"])
    else:
        calendar_allowance = timedelta(days=row["days"])
        allowance = calendar_allowance
        if counting == "working":
            allowance = _hours(row["days"] * day_hours)
    limit = Limit(
        name=row["name"],
        zh=row["zh"],
        en=row["en"],
        allowance=allowance,
        counting=counting,
        amber=Decimal(row.get("amber", amber)),
        calendar_allowance=calendar_allowance,
    )
    return Answer(
        limit,
        row.get("urgency", ""),
        row.get("complexity", ""),
        row.get("kind", ""),
        tuple(row.get("category", ())),
    )


def _hours(hours: Decimal | int) -> timedelta:
    return timedelta(microseconds=int(Decimal(hours) * 3_600_000_000))
