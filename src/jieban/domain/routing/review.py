"""What is wrong with a duty list as a whole? Rules that contradict each other, and gaps.

Nothing here stops a list from being taken in: the office that keeps it decides. A contradiction
of two rules that are equally specific is settled by the newer one, or by nobody; what no rule
covers goes to the street of its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Literal

from jieban.domain.routing.duties import Aspect, DutyRule, beats, covers
from jieban.domain.rulebook.limits import LEVEL


@dataclass(frozen=True)
class Overlap:
    """Two rules for the same cases with different leads. `settled` is the one that wins, the
    newer; None where neither is newer, so that a person must choose each time."""

    one: DutyRule
    other: DutyRule
    settled: DutyRule | None


@dataclass(frozen=True)
class Rival:
    """Another rule that can be for the same case, and which of the two then wins, in what.

    "same" is a rule as specific that says the same lead; "tie" one that says another.
    """

    rule: DutyRule
    outcome: Literal["beats", "beaten", "tie", "same"]
    aspect: Aspect


def rivals(
    rule: DutyRule, others: Iterable[DutyRule], above: Mapping[str, Sequence[str]]
) -> list[Rival]:
    """Rules that can be for a case that `rule` is for too: those it beats, those that beat it.

    `above` holds, for each place, the codes of it and of every place it lies in.
    """
    levels = {code: len(path) - 1 for code, path in above.items()}
    found = []
    for other in others:
        if other.number == rule.number or not _for_one_case(rule, other, above):
            continue
        won, lost = beats(rule, other, levels), beats(other, rule, levels)
        if won is not None:
            found.append(Rival(other, "beats", won))
        elif lost is not None:
            found.append(Rival(other, "beaten", lost))
        else:
            found.append(Rival(other, "same" if rule.lead == other.lead else "tie", "none"))
    return found


def overlaps(rules: Iterable[DutyRule]) -> list[Overlap]:
    """Every pair of rules that say different leads for the same cases at the same time."""
    same: dict[tuple[str, str, frozenset[str]], list[DutyRule]] = {}
    for rule in rules:
        same.setdefault((rule.category, rule.area, rule.conditions), []).append(rule)
    found = [
        Overlap(one, other, _newer(one, other))
        for group in same.values()
        for one, other in combinations(sorted(group, key=lambda rule: rule.number), 2)
        if one.lead != other.lead and _meet(one, other)
    ]
    return sorted(found, key=lambda each: (each.one.number, each.other.number))


def gaps(rules: Iterable[DutyRule], paths: Sequence[str], day: date) -> list[str]:
    """Categories of which no rule of the day holds everywhere and unconditionally.

    `paths` are all categories. Where all of a category is uncovered it stands for what lies
    below it, so the list is as short as it can be; it is in the order of `paths`.
    """
    everywhere = [
        rule.category
        for rule in rules
        if rule.valid_on(day) and not rule.area and not rule.conditions
    ]
    inner = {path.rpartition(LEVEL)[0] for path in paths}
    leaves = [path for path in paths if path not in inner]
    bare = {path for path in leaves if not any(covers(upper, path) for upper in everywhere)}
    partly = {
        upper for path in leaves if path not in bare for upper in _uppers(path)
    }  # above something that is covered
    found: dict[str, None] = {}
    for path in leaves:
        if path in bare:
            highest = next(upper for upper in (*_uppers(path), path) if upper not in partly)
            found[highest] = None
    return list(found)


def _for_one_case(one: DutyRule, other: DutyRule, above: Mapping[str, Sequence[str]]) -> bool:
    nested = covers(one.category, other.category) or covers(other.category, one.category)
    places = (
        not one.area
        or not other.area
        or one.area in above.get(other.area, (other.area,))
        or other.area in above.get(one.area, (one.area,))
    )
    return nested and places and _meet(one, other)


def _uppers(path: str) -> list[str]:
    """The paths above this one, the topmost first."""
    names = path.split(LEVEL)
    return [LEVEL.join(names[:length]) for length in range(1, len(names))]


def _meet(one: DutyRule, other: DutyRule) -> bool:
    """Whether there is a day on which both are valid."""
    since = max(one.valid_from or date.min, other.valid_from or date.min)
    until = min(one.valid_to or date.max, other.valid_to or date.max)
    return since < until


def _newer(one: DutyRule, other: DutyRule) -> DutyRule | None:
    first, second = one.valid_from or date.min, other.valid_from or date.min
    if first == second:
        return None
    return one if first > second else other
