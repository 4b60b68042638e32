"""Which unit is responsible for a case? The duty list 职责清单 read for one case.

A rule says: for cases of this category (and all below it), at this place (and all below it),
under these conditions, that unit leads and those help. Of the rules that fit, the most specific
one wins: the longer category, then the smaller place, then more conditions, then the newer
rule. What remains equal and names different leads is nobody's choice but a person's. Where no
rule fits, the case is the street's of its place; where the place is not known, the district's
区政府兜底.

The order in which rules stand never matters. Source: 派单目录 and 兜底 as in DB11/T 2021—2022 (直派
where duty is clear, else the district of the place); the order of comparison is this product's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from jieban.domain.rulebook.limits import LEVEL

Aspect = Literal["category", "area", "condition", "newest", "none"]
ASPECTS: tuple[Aspect, ...] = ("category", "area", "condition", "newest")
Because = Literal["rule", "tie", "street", "district", "nobody"]
LOCAL = "*"
"""Stands for the unit of the case's place (属地) in a rule: its street's office."""


@dataclass(frozen=True)
class DutyRule:
    """One line of the duty list.

    `category` is a path "一级->二级->三级" and holds for all below it; blank is every category.
    `area` is a code of the directory, blank everywhere. All of `conditions` must hold. `lead` and
    `joints` are codes of units, or `LOCAL`. Valid on [valid_from, valid_to).
    """

    number: int
    lead: str
    joints: tuple[str, ...] = ()
    category: str = ""
    area: str = ""
    conditions: frozenset[str] = frozenset()
    valid_from: date | None = None
    valid_to: date | None = None
    basis: str = ""

    def valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day < self.valid_to
        )


@dataclass(frozen=True)
class Beaten:
    """A rule that fits too, and the first `aspect` in which the chosen one is more specific.

    The aspect is "none" for a rule that is as specific and says the same lead.
    """

    rule: DutyRule
    aspect: Aspect


@dataclass(frozen=True)
class Suggestion:
    """Who should have the case, and why.

    `because` is "rule" (see `rule`), "tie" (see `tied`: several rules, no automatic choice),
    "street" or "district" (the unit of the place `area`: no rule, or one that names the unit of
    a place that has none), or "nobody" (there is no such unit either). `area` is also the place
    whose unit a rule means by `LOCAL`. `lead` is None for "tie" and "nobody". `leads` are all
    that a tie names. `alternatives` are other rules that fit, most specific first. `conditions`
    are those that nobody mentioned and that would change the answer if they held.
    """

    because: Because
    lead: str | None = None
    joints: tuple[str, ...] = ()
    rule: DutyRule | None = None
    area: str | None = None
    tied: tuple[DutyRule, ...] = ()
    leads: tuple[str, ...] = ()
    alternatives: tuple[Beaten, ...] = ()
    conditions: tuple[str, ...] = ()


_Rank = tuple[int, int, int, int]


def suggest(
    rules: Iterable[DutyRule],
    *,
    category: str,
    area_path: Sequence[str],
    at_day: date,
    conditions: Collection[str] = (),
    units: Mapping[str, str] | None = None,
    district: str = "",
) -> Suggestion:
    """The units that the duty list names for one case.

    `area_path` holds the codes of the case's place and of every place above it, smallest first,
    the district last; empty where the place is not known. `units` says which unit a place has,
    `district` is the code of the district that answers for what nobody places.
    """
    held = frozenset(conditions)
    places = {code: size for size, code in enumerate(area_path)}
    near: list[tuple[_Rank, DutyRule]] = []
    for rule in rules:
        if (
            rule.valid_on(at_day)
            and covers(rule.category, category)
            and (not rule.area or rule.area in places)
        ):
            near.append((_rank(rule, places), rule))
    # The number only puts equals in an order that does not depend on where they stood.
    near.sort(key=lambda each: (each[0], -each[1].number), reverse=True)
    fitting = [each for each in near if each[1].conditions <= held]
    missing = _missing(near, fitting, held)
    local = _unit_of(area_path, units or {}, district)
    if not fitting:
        return replace(local, conditions=missing)
    best, chosen = fitting[0]
    tied = tuple(rule for rank, rule in fitting if rank == best)
    others = tuple(
        Beaten(rule, _first_difference(best, rank)) for rank, rule in fitting if rank != best
    )
    leads = tuple(dict.fromkeys(_meant(rule.lead, local) for rule in tied))
    if len(leads) > 1:
        named = tuple(lead for lead in leads if lead is not None)
        return Suggestion("tie", tied=tied, leads=named, alternatives=others, conditions=missing)
    lead = leads[0]
    # The district stands in for a street that must lead, not for one that would only help.
    helper = local if local.because == "street" else Suggestion("nobody")
    meant = (_meant(unit, helper) for rule in tied for unit in rule.joints)
    joints = dict.fromkeys(unit for unit in meant if unit is not None and unit != lead)
    of_place = chosen.lead == LOCAL
    return Suggestion(
        local.because if of_place and local.because != "street" else "rule",
        lead=lead,
        joints=tuple(joints),
        rule=chosen,
        area=local.area if of_place else None,
        leads=() if lead is None else (lead,),
        alternatives=tuple(Beaten(rule, "none") for rule in tied[1:]) + others,
        conditions=missing,
    )


def covers(upper: str, path: str) -> bool:
    """Whether a category path is `upper` or lies below it; a blank upper covers everything."""
    return not upper or path == upper or path.startswith(upper + LEVEL)


def prefixes(path: str) -> list[str]:
    """ "" and every path from the top down to this one."""
    found, so_far = [""], ""
    for name in path.split(LEVEL) if path else ():
        so_far = f"{so_far}{LEVEL}{name}" if so_far else name
        found.append(so_far)
    return found


def beats(one: DutyRule, other: DutyRule, area_levels: Mapping[str, int]) -> Aspect | None:
    """In which aspect `one` is more specific than `other`; None where it is not.

    `area_levels` says how deep each place lies in the tree (the district 0).
    """
    ranks = [
        (
            _depth(rule.category),
            area_levels.get(rule.area, 0) + 1 if rule.area else 0,
            len(rule.conditions),
            (rule.valid_from or date.min).toordinal(),
        )
        for rule in (one, other)
    ]
    return _first_difference(*ranks) if ranks[0] > ranks[1] else None


def _depth(path: str) -> int:
    return path.count(LEVEL) + 1 if path else 0


def _rank(rule: DutyRule, places: Mapping[str, int]) -> _Rank:
    """More specific is greater."""
    return (
        _depth(rule.category),
        -places.get(rule.area, len(places)),
        len(rule.conditions),
        (rule.valid_from or date.min).toordinal(),
    )


def _first_difference(one: _Rank, other: _Rank) -> Aspect:
    for aspect, first, second in zip(ASPECTS, one, other, strict=True):
        if first != second:
            return aspect
    return "none"


def _missing(
    near: list[tuple[_Rank, DutyRule]], fitting: list[tuple[_Rank, DutyRule]], held: frozenset[str]
) -> tuple[str, ...]:
    """Conditions of rules that would win, or make a tie, if they held."""
    least = fitting[0][0] if fitting else None
    wanted: dict[str, None] = {}
    for rank, rule in near:
        if least is not None and rank < least:
            break
        wanted |= dict.fromkeys(sorted(rule.conditions - held))
    return tuple(wanted)


def _unit_of(area_path: Sequence[str], units: Mapping[str, str], district: str) -> Suggestion:
    """The unit of the place: of the smallest one that has any, else the district's."""
    path = tuple(area_path) if district in area_path else (*area_path, district)
    above = path[path.index(district) :]
    for code in path:
        if code in units:
            because: Because = "district" if code in above else "street"
            return Suggestion(because, lead=units[code], area=code, leads=(units[code],))
    return Suggestion("nobody", area=(area_path[-1] if area_path else district) or None)


def _meant(unit: str, local: Suggestion) -> str | None:
    return local.lead if unit == LOCAL else unit
