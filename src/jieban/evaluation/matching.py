"""Who goes where 匹配: what a place's complaints are about, and what an official knows.

A skill is a word; it covers every category whose path names it ("物业" covers 物业管理 and all
below). The fit of a pair is the share of the place's complaints that the official's skills
cover, and half the share that only what they bring 带资源 covers, in thousandths. Pairs that
must not be (回避, not available) are given as barred and are never made.

The places that get somebody are, in order of need, as many as can be served at once; among all
ways of serving these, the one with the largest sum of fits is taken (Hungarian method). Ties
fall by code, so that neither the order of places nor of officials matters.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

THOUSAND: Final = 1000
NEAR_MISSES: Final = 2
_STEP: Final = "->"
Pair = tuple[str, str]
"""(place, official)."""


@dataclass(frozen=True)
class Place:
    """Where somebody is sent. `complaints` counts them by category path; "" is none."""

    code: str
    complaints: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.complaints.values())


@dataclass(frozen=True)
class Person:
    """Who may be sent, with words of what they know and of what they bring."""

    code: str
    skills: tuple[str, ...] = ()
    brings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """Complaints under one category that one word covers."""

    category: str
    word: str
    count: int


@dataclass(frozen=True)
class Fit:
    """How well an official fits a place, `value` in thousandths, with its parts and their n."""

    value: int
    skills: tuple[Part, ...]
    brings: tuple[Part, ...]
    total: int


@dataclass(frozen=True)
class Near:
    """Somebody else who might have gone to a place.

    `behind` is how much less they fit there (below nought: they fit better); `costs` how much the
    sum of all fits would lose if they went, None where the others could not be served then.
    `barred` says why they may not go at all; `elsewhere` is the place they go to instead.
    """

    person: str
    fit: Fit
    behind: int
    costs: int | None
    barred: str = ""
    elsewhere: str = ""


@dataclass(frozen=True)
class Match:
    """One pair. `pinned`: it was given, not found."""

    place: str
    person: str
    fit: Fit
    near: tuple[Near, ...]
    pinned: bool = False


@dataclass(frozen=True)
class Unserved:
    """A place nobody goes to. `possible` are those who may go but are needed where need is
    greater; none of them where everybody is barred."""

    place: str
    possible: tuple[str, ...]
    barred: Mapping[str, str]


@dataclass(frozen=True)
class Matching:
    """The pairs in the order of the places, the places left, the officials left."""

    pairs: tuple[Match, ...]
    unserved: tuple[Unserved, ...]
    idle: tuple[str, ...]


def fit_of(place: Place, person: Person) -> Fit:
    """How well one official fits one place."""
    skills, left = _covered(place.complaints, person.skills)
    brings, _ = _covered(left, person.brings)
    total = place.total
    weight = 2 * _count(skills) + _count(brings)
    value = (weight * THOUSAND + total) // (2 * total) if total else 0
    return Fit(value, skills, brings, total)


def match(
    places: Sequence[Place],
    people: Sequence[Person],
    barred: Mapping[Pair, str],
    pinned: Mapping[str, str] | None = None,
) -> Matching:
    """Pairs for `places`, which stand in order of need; `pinned` pairs are kept as they are.

    `barred` gives the reason for every pair that must not be.
    """
    held = dict(pinned or {})
    by_place = {place.code: place for place in places}
    by_person = {person.code: person for person in sorted(people, key=lambda each: each.code)}
    fits = _fits(places, people)
    free_places = [place.code for place in places if place.code not in held]
    free_people = [code for code in by_person if code not in held.values()]
    table = _Table(free_places, free_people, fits, barred)
    found = table.best(table.servable())
    made = {**held, **found}
    near = _near(places, people, barred, made, held, fits)
    pairs = tuple(
        Match(
            code,
            made[code],
            fits[code, made[code]],
            near[code],
            pinned=code in held,
        )
        for code in by_place
        if code in made
    )
    unserved = tuple(
        Unserved(
            code,
            tuple(each for each in by_person if (code, each) not in barred),
            {each: barred[code, each] for each in by_person if (code, each) in barred},
        )
        for code in by_place
        if code not in made
    )
    idle = tuple(code for code in by_person if code not in made.values())
    return Matching(pairs, unserved, idle)


def near_misses(
    places: Sequence[Place],
    people: Sequence[Person],
    barred: Mapping[Pair, str],
    made: Mapping[str, str],
    pinned: Collection[str] = (),
) -> dict[str, tuple[Near, ...]]:
    """For every place that somebody goes to: the two who fit it best after them, and whoever is
    barred yet fits better.

    What it costs to send them is worked out again with them in place and everybody else free but
    those of `pinned` places, which have none. Where `made` was changed by hand it may be less
    than nought: the others would then be served better.
    """
    return _near(places, people, barred, made, pinned, _fits(places, people))


def _fits(places: Sequence[Place], people: Sequence[Person]) -> dict[Pair, Fit]:
    return {
        (place.code, person.code): fit_of(place, person) for place in places for person in people
    }


def _near(
    places: Sequence[Place],
    people: Sequence[Person],
    barred: Mapping[Pair, str],
    made: Mapping[str, str],
    pinned: Collection[str],
    fits: Mapping[Pair, Fit],
) -> dict[str, tuple[Near, ...]]:
    free = [place.code for place in places if place.code in made and place.code not in pinned]
    held = {made[place] for place in pinned}
    codes = sorted(person.code for person in people)
    table = _Table(free, [code for code in codes if code not in held], fits, barred)
    total = table.loss({place: made[place] for place in free})
    elsewhere = {person: place for place, person in made.items()}

    def one(place: str, code: str) -> Near:
        reason, fit = barred.get((place, code), ""), fits[place, code]
        loss = None
        if not reason and place in free and code not in held:
            loss = table.loss_with(place, code)
        return Near(
            code,
            fit,
            fits[place, made[place]].value - fit.value,
            None if loss is None or total is None else loss - total,
            reason,
            elsewhere.get(code, ""),
        )

    found = {}
    for place in (each.code for each in places if each.code in made):
        own = fits[place, made[place]].value
        others = sorted(
            (code for code in codes if code != made[place]),
            key=lambda code: (-fits[place, code].value, code),
        )
        allowed = [code for code in others if (place, code) not in barred][:NEAR_MISSES]
        better = [
            code for code in others if (place, code) in barred and fits[place, code].value > own
        ][:1]
        found[place] = tuple(one(place, code) for code in (*allowed, *better))
    return found


# --- how well somebody fits ---------------------------------------------------------------


def _covered(
    complaints: Mapping[str, int], words: Iterable[str]
) -> tuple[tuple[Part, ...], dict[str, int]]:
    """What the words cover, largest first, and the complaints that are left.

    A category counts once, under the highest step of its path that one of the words names.
    """
    known = tuple(words)
    found: dict[tuple[str, str], int] = {}
    left: dict[str, int] = {}
    for path, count in complaints.items():
        named = _named(path, known)
        if named is None:
            left[path] = count
        else:
            found[named] = found.get(named, 0) + count
    parts = [Part(step, word, count) for (step, word), count in found.items()]
    return tuple(sorted(parts, key=lambda part: (-part.count, part.category, part.word))), left


@lru_cache(maxsize=100_000)
def _named(path: str, words: tuple[str, ...]) -> tuple[str, str] | None:
    """(step, word) of the highest step of a path that one of the words names.

    Kept: the same few hundred paths are asked for at every place.
    """
    steps = (step.strip() for step in path.split(_STEP))
    return next(((step, word) for step in steps for word in words if _names(word, step)), None)


def _names(word: str, step: str) -> bool:
    """Whether a word names a step of a path; a single character only where it is all of it."""
    if not step or not word:
        return False
    if min(len(word), len(step)) < 2:
        return word == step
    return word in step or step in word


def _count(parts: Iterable[Part]) -> int:
    return sum(part.count for part in parts)


# --- who is served, and by whom -----------------------------------------------------------


class _Table:
    """Places against officials: what each pair loses against a perfect fit; barred is infinite."""

    def __init__(
        self,
        places: Sequence[str],
        people: Sequence[str],
        fits: Mapping[Pair, Fit],
        barred: Mapping[Pair, str],
    ) -> None:
        self.places, self.people = list(places), list(people)
        self._row = {code: number for number, code in enumerate(places)}
        self._column = {code: number for number, code in enumerate(people)}
        self.cost: NDArray[np.float64] = np.full((len(places), len(people)), np.inf)
        for row, place in enumerate(places):
            for column, person in enumerate(people):
                if (place, person) not in barred:
                    self.cost[row, column] = THOUSAND - fits[place, person].value

    def servable(self) -> list[str]:
        """The places that can be served at once, those in greater need before others.

        Taking them in order and keeping each that still fits (augmenting paths) gives the best
        set in that order: sets that can be served at once form a matroid.
        """
        taken: dict[int, int] = {}
        allowed = [np.flatnonzero(np.isfinite(row)).tolist() for row in self.cost]

        def seat(row: int, seen: set[int]) -> bool:
            for column in allowed[row]:
                if column in seen:
                    continue
                seen.add(column)
                if column not in taken or seat(taken[column], seen):
                    taken[column] = row
                    return True
            return False

        return [place for place in self.places if seat(self._row[place], set())]

    def best(self, served: Sequence[str]) -> dict[str, str]:
        """The pairs that serve these places with the largest sum of fits."""
        if not served:
            return {}
        # By code: which of several best answers is found must not depend on the order given.
        rows = sorted(self._row[place] for place in served)
        rows.sort(key=lambda row: self.places[row])
        chosen, columns = linear_sum_assignment(self.cost[rows])
        return {
            self.places[rows[number]]: self.people[column]
            for number, column in zip(chosen.tolist(), columns.tolist(), strict=True)
        }

    def loss(self, pairs: Mapping[str, str]) -> int | None:
        """What pairs lose in all; None where one of them is barred."""
        lost = [self.cost[self._row[place], self._column[each]] for place, each in pairs.items()]
        return int(sum(lost)) if all(map(np.isfinite, lost)) else None

    def loss_with(self, place: str, person: str) -> int | None:
        """What is lost at least where this official goes to this place and all others are served
        too; None: impossible."""
        own = self.cost[self._row[place], self._column[person]]
        rows = [self._row[each] for each in self.places if each != place]
        columns = [number for number, code in enumerate(self.people) if code != person]
        rest = self.cost[np.ix_(rows, columns)]
        try:
            chosen, found = linear_sum_assignment(rest)
        except ValueError:
            return None
        if len(chosen) < len(rows):
            return None
        return int(own + rest[chosen, found].sum())
