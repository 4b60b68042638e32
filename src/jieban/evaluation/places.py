"""The directory inside the facts: areas and units, and which row of a table a fact counts for.

A fact names the finest area it knows. For a table it climbs `parent` (and `also_parent`: a
part of a street may belong to a neighbourhood that crosses streets) until it meets the level.
A place that is no longer valid when the period starts hands its facts to its successor; a
place that ends within the period keeps them until the next period.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import pyarrow as pa

from jieban.domain.errors import Refused

AREA_KINDS: Final = ("city", "district", "street", "community", "village", "part")
LEVELS: Final[Mapping[str, tuple[str, ...]]] = {
    "district": ("district",),
    "street": ("street",),
    "community": ("community", "village"),
    "unit": (),
}


@dataclass(frozen=True)
class Place:
    """One area or unit. `valid_to` is the first day on which it is no longer valid."""

    id: str
    name: str
    kind: str
    parent: str | None = None
    population: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None
    provisional: bool = False
    also_parent: str | None = None

    def ended_by(self, day: date) -> bool:
        """Whether it is no longer valid on `day`."""
        return self.valid_to is not None and self.valid_to <= day

    def valid_within(self, first: date, after: date) -> bool:
        """Whether it is valid on some day from `first` up to, not including, `after`."""
        return not self.ended_by(first) and (self.valid_from is None or self.valid_from < after)


def places_of(table: pa.Table, file: str, *, areas: bool) -> tuple[Place, ...]:
    """The entries of a directory table, checked, in its order.

    Raises:
        Refused: `facts.place_twice`, `facts.unknown_id` (parent, also_parent, successor),
            `facts.unknown_word` (kind of an area), `facts.parent_circle`.
    """
    places = tuple(_place(row) for row in table.to_pylist())
    known: dict[str, Place] = {}
    for row, place in enumerate(places, start=1):
        if place.id in known:
            raise Refused("facts.place_twice", file=file, column="id", row=row, found=place.id)
        if areas and place.kind not in AREA_KINDS:
            raise Refused("facts.unknown_word", file=file, column="kind", row=row, found=place.kind)
        known[place.id] = place
    for row, place in enumerate(places, start=1):
        for column in ("parent", "also_parent", "successor"):
            named = getattr(place, column)
            if named is not None and named not in known:
                raise Refused("facts.unknown_id", file=file, column=column, row=row, found=named)
    _check_circles(known, file)
    return places


def _place(row: Mapping[str, Any]) -> Place:
    return Place(**{**row, "provisional": bool(row.get("provisional"))})


def _check_circles(known: Mapping[str, Place], file: str) -> None:
    """No entry may stand above itself: depth-first, each entry visited once."""
    done: set[str] = set()
    for start in known:
        open_path: list[str] = []
        stack = [(start, False)]
        while stack:
            name, leaving = stack.pop()
            if leaving:
                open_path.pop()
                done.add(name)
                continue
            if name in open_path:
                raise Refused("facts.parent_circle", file=file, found=name)
            if name in done:
                continue
            open_path.append(name)
            stack.append((name, True))
            place = known[name]
            stack += [(up, False) for up in (place.parent, place.also_parent) if up is not None]


class RollUp:
    """For one level and one period: which place counts the facts of each area or unit."""

    def __init__(self, places: Sequence[Place], level: str, first: date, after: date) -> None:
        self._known = {place.id: place for place in places}
        self._kinds = LEVELS[level]
        self._level = level
        self._first = first
        self._after = after
        self._targets = {place.id: self._target(place.id) for place in places}
        self.rows = [place for place in places if self._is_row(place)]

    def is_listed(self, place: Place, *, has_counts: bool) -> bool:
        """Whether a row of the level is printed: valid within the period, or counted anyway."""
        return has_counts or place.valid_within(self._first, self._after)

    def target(self, place_id: str) -> str | None:
        """The id of the row that counts this place's facts; None: no such place on this level."""
        return self._targets.get(place_id) if place_id else None

    def _is_row(self, place: Place) -> bool:
        return self._level == "unit" or place.kind in self._kinds

    def _target(self, place_id: str) -> str | None:
        """Breadth first, parent before also_parent: the nearest place of the level."""
        waiting = [place_id]
        for name in waiting:
            place = self._current(self._known[name])
            if self._is_row(place):
                return place.id
            for above in (place.parent, place.also_parent):
                if above is not None and above not in waiting:
                    waiting.append(above)
        return None

    def _current(self, place: Place) -> Place:
        """The place itself or, once it has ended, the successor in charge; circles stay put."""
        seen = {place.id}
        while place.successor is not None and place.ended_by(self._first):
            if place.successor in seen:
                break
            place = self._known[place.successor]
            seen.add(place.id)
        return place
