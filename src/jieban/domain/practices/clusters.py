"""From one problem to one kind of problem: where do alike cases come together?

A cluster is one place and one kind of matter (the third level of its category) with at least
`threshold` cases in the latest `periods`. Nothing is read out of texts: only places and
categories that somebody gave the cases. A cluster is a suggestion to look, no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LEVEL = "->"
DEPTH = 3
PERIODS, THRESHOLD = 3, 10
"""What is looked at where nobody chooses: three periods, ten cases."""
MOST = 100


@dataclass(frozen=True)
class Cluster:
    """Alike cases at one place. `by_month` follows the months looked at, oldest first;
    `earlier` counts as many months before these, None where they are not all known."""

    place: str
    category: str
    count: int
    by_month: tuple[int, ...]
    earlier: int | None


def kind_of(category: str) -> str:
    """The third level of a category with what stands above it; less where it has less."""
    return LEVEL.join(category.split(LEVEL)[:DEPTH])


def is_of_kind(category: str, kind: str) -> bool:
    """Whether a category is this kind or lies below it."""
    return category == kind or category.startswith(f"{kind}{LEVEL}")


def clusters(
    counts: Mapping[tuple[str, str], Mapping[str, int]],
    months: Sequence[str],
    *,
    periods: int = PERIODS,
    threshold: int = THRESHOLD,
    answered: Iterable[tuple[str, str]] = (),
) -> list[Cluster]:
    """Clusters of the latest `periods` months, most cases first.

    `counts` are cases by (place, category) and month; `months` those that are known, in order.
    Cases without a category belong to no kind. What somebody has answered is left out.
    """
    latest = list(months[-periods:])
    before = list(months[-2 * periods : -periods]) if len(months) >= 2 * periods else []
    kinds: dict[tuple[str, str], dict[str, int]] = {}
    for (place, category), by_month in counts.items():
        if not category or not place:
            continue
        summed = kinds.setdefault((place, kind_of(category)), {})
        for month, count in by_month.items():
            summed[month] = summed.get(month, 0) + count
    known = set(answered)
    found = []
    for (place, kind), summed in kinds.items():
        each_month = tuple(summed.get(month, 0) for month in latest)
        if sum(each_month) < threshold or (place, kind) in known:
            continue
        earlier = sum(summed.get(month, 0) for month in before) if before else None
        found.append(Cluster(place, kind, sum(each_month), each_month, earlier))
    found.sort(key=lambda each: (-each.count, each.place, each.category))
    return found[:MOST]
