"""Postings of a file, by the areas of the facts: names are looked up where no code is given."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from jieban.domain.directory.names import same_name_key
from jieban.domain.words import Language, refusal_text
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

    def message(self, language: Language | None = None) -> str:
        fields = {
            "name": self.named.community,
            "street": self.named.street,
            "candidates": list(self.candidates),
        }
        return refusal_text(self.reason, fields, language)


def placed(named: Iterable[Named], areas: Sequence[Place]) -> tuple[list[Sent], list[Unplaced]]:
    """Postings with the area each one means; those that mean none, or several, apart."""
    names = _Names(areas)
    sent, unplaced = [], []
    for each in named:
        found = names.meant(each)
        if isinstance(found, Unplaced):
            unplaced.append(found)
        else:
            sent.append(Sent(found.id, each.cohort, each.start, each.end, each.official))
    return sent, unplaced


class _Names:
    """Looks up communities as lists write them: by code, by name, with the street before it."""

    def __init__(self, areas: Sequence[Place]) -> None:
        self._known = {place.id: place for place in areas}
        self._by_key: dict[str, list[Place]] = defaultdict(list)
        for place in areas:
            for key in _keys(place.name):
                self._by_key[key].append(place)

    def meant(self, named: Named) -> Place | Unplaced:
        coded = self._known.get(_CODE_AS_NUMBER.sub("", named.community))
        if coded is not None and coded.kind in _KINDS:
            return coded
        found = self._communities(named.community) or self._with_street(named.community)
        if not found:
            return Unplaced(named, "effects.area_unknown")
        # What is not in the directory, or left blank, tells nothing apart.
        street = {place.id for key in _keys(named.street) for place in self._by_key.get(key, ())}
        street -= {place.id for place in found}
        if street:
            inside = [place for place in found if street & self._above(place)]
            if not inside:
                return Unplaced(named, "effects.area_elsewhere", tuple(each.id for each in found))
            found = inside
        # A place that has ended and its successor have one name: the one still there is meant.
        found = [place for place in found if place.valid_to is None] or found
        if len(found) > 1:
            return Unplaced(named, "effects.area_several", tuple(each.id for each in found))
        return found[0]

    def _communities(self, name: str) -> list[Place]:
        """Who says 新华社区 does not mean 新华村; who says 新华 may mean either."""
        keys = _keys(name)
        found = {place.id: place for key in keys for place in self._by_key.get(key, ())}
        meant = [place for place in found.values() if place.kind in _KINDS]
        return [place for place in meant if same_name_key(place.name) == keys[0]] or meant

    def _with_street(self, name: str) -> list[Place]:
        """云岭街道新华社区, 星河区云岭街道新华社区, 新华社区(云岭街道)."""
        text = _MARKS.sub("", same_name_key(name))
        turned = _IN_BRACKETS.fullmatch(text)
        if turned:
            text = turned[2] + turned[1]
        found: dict[str, Place] = {}
        for cut in range(1, len(text)):
            for place in self._communities(text[cut:]):
                if self._is_above(text[:cut], place):
                    found[place.id] = place
        return list(found.values())

    def _is_above(self, text: str, place: Place) -> bool:
        """Whether `text` is the names of places above `place`, the nearest last; some may lack."""
        for above in self._above(place):
            for key in _keys(self._known[above].name):
                if text == key:
                    return True
                before = text.removesuffix(key)
                if before != text and self._is_above(before, self._known[above]):
                    return True
        return False

    def _above(self, place: Place) -> set[str]:
        found: set[str] = set()
        left = [place]
        while left:
            one = left.pop()
            for up in (one.parent, one.also_parent):
                if up is not None and up not in found:
                    found.add(up)
                    left.append(self._known[up])
        return found


_KINDS = ("community", "village")
# A spreadsheet that took codes for numbers writes 110101001.0.
_CODE_AS_NUMBER = re.compile(r"(?<=\d)\.0+$")
_IN_BRACKETS = re.compile(r"(.+)\((.+)\)")
_MARKS = re.compile(r"[-—–/\\·>,、|]")


def _keys(name: str) -> tuple[str, ...]:
    """Under which a name is looked up: as it is, and without the word for its kind."""
    key = same_name_key(name)
    if not key:
        return ()
    bare = key
    for ending in ("社区", "村", "街道", "镇", "乡"):
        if len(key) > len(ending) + 1 and key.endswith(ending):
            bare = key.removesuffix(ending)
            break
    return tuple(dict.fromkeys((key, bare)))
