"""Which places does an address name? Names and aliases of the directory found in a text.

The longest name at a spot counts, and not what lies inside it. A street that is named narrows
which community is meant where several bear one name. People leave endings away (梅园 for 梅园社区):
such short forms are found too, but alone they do not make a candidate sure. Places whose names
are not in the directory (roads, estates) are passed over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jieban.domain.directory.names import same_name_key, tidy_name

SHORTEST = 2
_ENDINGS = ("社区", "街道", "村", "镇", "乡")
_OFFICES = (
    ("社区", ("社区居委会", "社区居民委员会", "居委会")),
    ("街道", ("街道办事处", "街道办", "街办")),
    ("村", ("村委会", "村民委员会")),
    ("镇", ("镇政府", "镇人民政府")),
)
_SURE_ALONE = 3
"""A short form of so many signs is sure by itself, if only one place bears it."""


@dataclass(frozen=True)
class Place:
    """A place and what it is called. `above` are codes of the places it lies in, nearest first."""

    code: str
    names: tuple[str, ...]
    above: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A place that a text may mean. `words` are what was found of it, of the place first and
    then of places above it; `sure` says that nothing else fits as well."""

    code: str
    words: tuple[str, ...]
    sure: bool


@dataclass(frozen=True)
class _Match:
    """Words found in a text, and the places they name: code, whether by the full name."""

    words: str
    codes: tuple[tuple[str, bool], ...]


class Gazetteer:
    """The names of a directory, ready to be looked for. Holds one dictionary and no text."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._above: dict[str, tuple[str, ...]] = {}
        self._names: dict[str, dict[str, bool]] = {}
        for place in places:
            self._above[place.code] = place.above
            for name in place.names:
                self._add(name, place.code)
        self._longest = max(map(len, self._names), default=0)

    def find(self, text: str, limit: int = 5) -> list[Candidate]:
        """Places that `text` may mean, likeliest first; none where it names none."""
        matches = self._matches(_plain(text))
        found: dict[str, tuple[bool, str]] = {}
        for match in matches:
            for code, full in match.codes:
                known = found.get(code)
                if known is None or (full, len(match.words)) > (known[0], len(known[1])):
                    found[code] = (full, match.words)
        scored = [
            (self._supported(code, found), full, len(words), len(self._above[code]), code)
            for code, (full, words) in found.items()
            if not any(code in self._above[other] for other in found)
        ]
        # A homonym elsewhere is out where the text names the street of this one.
        backed = {found[code][1] for support, *_, code in scored if support}
        scored = [each for each in scored if each[0] or found[each[-1]][1] not in backed]
        scored.sort(key=lambda each: (-each[0], -each[1], -each[2], -each[3], each[4]))
        sure = len(scored) == 1 and (
            scored[0][0] > 0 or scored[0][1] or scored[0][2] >= _SURE_ALONE
        )
        return [Candidate(each[-1], self._words(each[-1], found), sure) for each in scored[:limit]]

    def _supported(self, code: str, found: dict[str, tuple[bool, str]]) -> int:
        """How many places above this one the text names, in other words than its own.

        The district does not count: all places lie in it.
        """
        own = found[code][1]
        return sum(
            above in found and found[above][1] != own and bool(self._above.get(above))
            for above in self._above[code]
        )

    def _words(self, code: str, found: dict[str, tuple[bool, str]]) -> tuple[str, ...]:
        each = (code, *(above for above in self._above[code] if above in found))
        return tuple(dict.fromkeys(found[one][1] for one in each))

    def _matches(self, text: str) -> list[_Match]:
        """Every longest name in the text; one that lies inside another is no match."""
        matches: list[_Match] = []
        reached = 0
        for start in range(len(text) - SHORTEST + 1):
            for length in range(min(self._longest, len(text) - start), SHORTEST - 1, -1):
                words = text[start : start + length]
                if words in self._names:
                    if start + length > reached:
                        reached = start + length
                        matches.append(_Match(words, tuple(self._names[words].items())))
                    break
        return matches

    def _add(self, name: str, code: str) -> None:
        whole = _plain(name)
        forms = {whole: True, same_name_key(name): True}
        for ending in _ENDINGS:
            if whole.endswith(ending) and len(whole) - len(ending) >= SHORTEST:
                stem = whole.removesuffix(ending)
                forms.setdefault(stem, False)
                forms |= {
                    stem + office: True
                    for of, offices in _OFFICES
                    if of == ending
                    for office in offices
                }
                break
        for form, full in forms.items():
            if len(form) >= SHORTEST:
                codes = self._names.setdefault(form, {})
                codes[code] = codes.get(code, False) or full


def _plain(text: str) -> str:
    return tidy_name(text).casefold().replace(" ", "")
