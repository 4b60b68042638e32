"""Postings of a file, by the areas of the facts: names are looked up where no code is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from jieban.domain.directory.names import same_name_key
from jieban.evaluation.effects.sending import Sent
from jieban.evaluation.places import Place


@dataclass(frozen=True)
class Named:
    """A posting as a file gives it: `community` is a name or an area code."""

    cohort: str
    official: str
    street: str
    community: str
    start: date
    end: date | None


@dataclass(frozen=True)
class Unplaced:
    """A posting whose community is not in the facts, or more than one is."""

    named: Named
    reason: str
    candidates: tuple[str, ...] = ()


def placed(named: Iterable[Named], areas: Sequence[Place]) -> tuple[list[Sent], list[Unplaced]]:
    """Postings with the area each one means; those that mean none, or several, apart."""
    by_key: dict[str, list[Place]] = defaultdict(list)
    known = {place.id: place for place in areas}
    for place in areas:
        if place.kind in ("community", "village"):
            for key in _keys(place.name):
                by_key[key].append(place)
    sent, unplaced = [], []
    for each in named:
        found = _meant(each, known, by_key)
        if len(found) == 1:
            sent.append(Sent(found[0].id, each.cohort, each.start, each.end, each.official))
        else:
            reason = "effects.area_several" if found else "effects.area_unknown"
            unplaced.append(Unplaced(each, reason, tuple(place.id for place in found)))
    return sent, unplaced


def _meant(named: Named, known: dict[str, Place], by_key: dict[str, list[Place]]) -> list[Place]:
    if named.community in known:
        return [known[named.community]]
    found = list(
        {place.id: place for key in _keys(named.community) for place in by_key[key]}.values()
    )
    exact = [place for place in found if place.name == named.community]
    found = exact or found
    if len(found) > 1 and named.street:
        keys = set(_keys(named.street))
        found = [
            place for place in found if place.parent and keys & set(_keys(known[place.parent].name))
        ]
    # A place that has ended and its successor have one name: the one still there is meant.
    return [place for place in found if place.valid_to is None] or found


def _keys(name: str) -> tuple[str, ...]:
    """Under which a name is looked up: as it is, and without the word for its kind."""
    key = same_name_key(name)
    bare = key
    for ending in ("社区", "村", "街道", "镇", "乡"):
        if len(key) > len(ending) + 1 and key.endswith(ending):
            bare = key.removesuffix(ending)
            break
    return tuple(dict.fromkeys((key, bare)))
