"""Units and places by the names that plans write for them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from jieban.apps.directory import selectors as directory
from jieban.apps.directory.models import Area, Unit
from jieban.apps.directory.selectors.picture import directory_head
from jieban.domain.directory.names import same_name_key
from jieban.domain.errors import Refused


@dataclass(frozen=True)
class Names:
    """Code or name key → entry; of two of one name the one that stands, then the first."""

    units: Mapping[str, Unit]
    areas: Mapping[str, Area]


def names() -> Names:
    """The names as they are now; built again after an event of the directory."""
    head = directory_head()
    return _kept(head) if head else _built()


def units_of(words: Iterable[str], book: Names | None = None) -> tuple[list[Unit], list[str]]:
    """The units that words (codes or names) mean, and the words as they are kept: a name as it
    was said, for a code the unit's name. A name that the directory does not know is words alone.
    `book` saves asking for the names again."""
    known = (book or names()).units
    found: dict[int, Unit] = {}
    kept: list[str] = []
    for each in words:
        said = each.strip()
        if not said:
            continue
        unit = known.get(said) or known.get(same_name_key(said))
        if unit is not None:
            found.setdefault(unit.pk, unit)
        shown = unit.name if unit is not None and unit.code == said else said
        if shown not in kept:
            kept.append(shown)
    return list(found.values()), kept


def unit_named(said: str) -> Unit:
    """
    Raises:
        Refused "rectification.unit_not_found".
    """
    known = names().units
    found = known.get(said.strip()) or known.get(same_name_key(said))
    if found is None:
        raise Refused("rectification.unit_not_found", unit=said.strip()[:64])
    return found


def area_named(said: str, book: Names | None = None) -> Area | None:
    """A place by code or name; None where nothing was said.

    Raises:
        Refused "rectification.area_not_found".
    """
    if not said.strip():
        return None
    known = (book or names()).areas
    found = known.get(said.strip()) or known.get(same_name_key(said))
    if found is None:
        raise Refused("rectification.area_not_found", area=said.strip()[:64])
    return found


def unit_word(code: str) -> str:
    """What the unit of a code is called; "" is the district itself."""
    now = directory.standing()
    if code in now.units:
        return now.units[code].name
    return code or (now.areas[now.district].name if now.district in now.areas else "")


@lru_cache(maxsize=2)
def _kept(_head: str) -> Names:
    return _built()


def _built() -> Names:
    now = directory.standing()
    units: dict[str, Unit] = {}
    areas: dict[str, Area] = {}
    # A provisional name may still be merged into another: until it is confirmed it is words.
    standing_units = [unit for unit in now.units.values() if not unit.provisional]
    standing_areas = [area for area in now.areas.values() if not area.provisional]
    for unit in sorted(standing_units, key=lambda each: each.valid_to is not None):
        units.setdefault(unit.name_key, unit)
    for area in sorted(standing_areas, key=lambda each: each.valid_to is not None):
        areas.setdefault(area.name_key, area)
    for alias in directory.aliases():
        key = alias.name_key
        if alias.unit_id is not None:
            units.setdefault(key, now.unit_by_id[alias.unit_id])
        if alias.area_id is not None:
            areas.setdefault(key, now.area_by_id[alias.area_id])
    # A code is nobody's name: it is known before any of them.
    return Names(units | dict(now.units), areas | dict(now.areas))
