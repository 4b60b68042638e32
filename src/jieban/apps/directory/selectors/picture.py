"""The directory as it stands, held in the process: trees, names, who answers for a place.

Reads that every intake and every dispatch asks for must not cost a walk through the tables. All
of them come from one picture of the directory that is drawn again after an event that can
change it. Before the first such event nothing is kept. What the picture does not hold (a place
made in this very transaction) is read from its row.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings

from jieban.apps.directory.models import Alias, Area, Unit
from jieban.apps.ledger import selectors as ledger
from jieban.domain.routing.places import Candidate, Gazetteer, Place

KINDS = (
    "directory.imported",
    "directory.confirmed",
    "directory.merged",
    "cases.imported",
    "categories.imported",
    "duties.imported",
)
"""Events that can change the directory; an import of cases brings names nobody knew."""
_SIZE = {"part": 0, "community": 1, "village": 1, "street": 2, "district": 3, "city": 4}


@dataclass(frozen=True)
class Standing:
    """Every place and unit, by code and by key. `above` is the way up, the smallest place first,
    the place itself included; `offices` holds the units of each place, in directory order."""

    areas: Mapping[str, Area]
    units: Mapping[str, Unit]
    area_by_id: Mapping[int, Area]
    unit_by_id: Mapping[int, Unit]
    above: Mapping[str, tuple[str, ...]]
    unit_above: Mapping[str, tuple[str, ...]]
    offices: Mapping[str, tuple[Unit, ...]]
    district: str
    gazetteer: Gazetteer


@dataclass(frozen=True)
class FoundArea:
    """A place that an address may mean, the words that say so, whether nothing else fits."""

    area: Area
    words: tuple[str, ...]
    sure: bool


def directory_head() -> str:
    """What everything kept of the directory is kept by; blank before the first event."""
    return ledger.head_digest(KINDS)


def standing(head: str | None = None) -> Standing:
    """The picture of the directory now; `head` saves asking for it again."""
    head = directory_head() if head is None else head
    return _kept(head) if head else _drawn()


def areas_in(text: str, limit: int = 5) -> list[FoundArea]:
    """Places that an address names, likeliest first; see `domain.routing.places`."""
    now = standing()
    return [_found(now, each) for each in now.gazetteer.find(text, limit)]


def path_of_area(area: Area) -> tuple[str, ...]:
    """Codes of the place and of every place above it, smallest first."""
    return up(standing(), area)


def up(now: Standing, area: Area) -> tuple[str, ...]:
    known = now.above.get(area.code)
    return known if known is not None else _up(area)


def scope_keys_of_area(area: Area, *, now: Standing | None = None) -> list[str]:
    """ "area:CODE" of the place and of every place it lies in: the scopes from which it is seen.

    `now` is the picture, where the caller has it already.
    """
    return [f"area:{code}" for code in up(now or standing(), area)]


def scope_keys_of_unit(unit: Unit, *, now: Standing | None = None) -> list[str]:
    """ "unit:CODE" of the unit and of every unit above it."""
    known = (now or standing()).unit_above.get(unit.code)
    return [f"unit:{code}" for code in (known if known is not None else _unit_up(unit))]


def unit_of_area(
    area: Area, *, at: datetime | None = None, now: Standing | None = None
) -> Unit | None:
    """The unit that answers for a place: its own, else that of the nearest place above it.

    Of a street it is the street's office. `at` leaves out units that did not stand then; a
    unit that was dissolved is stood for by its successor.
    """
    now = now or standing()
    for code in up(now, area):
        unit = office(now, code, local_day(at) if at else None)
        if unit is not None:
            return unit
    return None


def office(now: Standing, code: str, day: date | None) -> Unit | None:
    """The first unit of one place that stands on the day, or what follows it."""
    for unit in now.offices.get(code, ()):
        found = unit_standing(now, unit.code, day)
        if found is not None:
            return found
    return None


def unit_standing(now: Standing, code: str, day: date | None) -> Unit | None:
    """The unit, or its successor where it has ended by then; None where nothing follows it.

    Without a day a unit that ends at all has ended.
    """
    seen: set[str] = set()
    unit = now.units.get(code)
    while unit is not None and unit.code not in seen:
        if unit.valid_to is None or (day is not None and day < unit.valid_to):
            return unit
        seen.add(unit.code)
        unit = now.units.get(unit.successor.code) if unit.successor else None
    return None


def local_day(at: datetime) -> date:
    """The day it is at the installation's place."""
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


@lru_cache(maxsize=2)
def _kept(_head: str) -> Standing:
    return _drawn()


def _drawn() -> Standing:
    areas = {
        area.code: area for area in Area.objects.select_related("parent", "also_parent").order_by()
    }
    codes = {area.pk: code for code, area in areas.items()}
    parents = {
        code: [codes[pk] for pk in (area.parent_id, area.also_parent_id) if pk in codes]
        for code, area in areas.items()
    }
    units = {unit.code: unit for unit in Unit.objects.select_related("parent", "successor")}
    unit_parents = {code: unit.parent for code, unit in units.items()}
    above = {code: _climbed(code, parents, areas) for code in areas}
    offices: dict[str, list[Unit]] = {}
    # The office of a street before other units that serve it too.
    for unit in sorted(units.values(), key=lambda unit: unit.kind != "street_office"):
        if unit.area_id in codes:
            offices.setdefault(codes[unit.area_id], []).append(unit)
    districts = [
        code for code, area in areas.items() if area.kind == "district" and not area.valid_to
    ]
    return Standing(
        areas=areas,
        units=units,
        area_by_id={area.pk: area for area in areas.values()},
        unit_by_id={unit.pk: unit for unit in units.values()},
        above=above,
        unit_above={code: _climbed_unit(code, unit_parents) for code in units},
        offices={code: tuple(found) for code, found in offices.items()},
        district=districts[0] if len(districts) == 1 else "",
        gazetteer=Gazetteer(_places(areas, codes, above)),
    )


def _climbed(
    code: str, parents: Mapping[str, Sequence[str]], areas: Mapping[str, Area]
) -> tuple[str, ...]:
    found = [code]
    for each in found:
        found += [above for above in parents[each] if above not in found]
    # By size, since a part lies in a community and in a street at once.
    return (code, *sorted(found[1:], key=lambda each: _SIZE.get(areas[each].kind, 1)))


def _climbed_unit(code: str, parents: Mapping[str, Unit | None]) -> tuple[str, ...]:
    found = [code]
    above = parents[code]
    while above is not None and above.code not in found:
        found.append(above.code)
        above = parents.get(above.code)
    return tuple(found)


def _up(area: Area) -> tuple[str, ...]:
    """The same from the rows, for a place the picture does not hold yet."""
    found = [area]
    for each in found:
        found += [
            above
            for above in (each.parent, each.also_parent)
            if above is not None and above not in found
        ]
    rest = sorted(found[1:], key=lambda each: _SIZE.get(each.kind, 1))
    return (area.code, *(each.code for each in rest))


def _unit_up(unit: Unit) -> tuple[str, ...]:
    found: list[Unit] = []
    above: Unit | None = unit
    while above is not None and above not in found:
        found.append(above)
        above = above.parent
    return tuple(each.code for each in found)


def _places(
    areas: Mapping[str, Area], codes: Mapping[int, str], above: Mapping[str, tuple[str, ...]]
) -> Iterable[Place]:
    """Names by which addresses call the places that stand; those of former ones go on."""
    names: dict[str, list[str]] = {}
    for area in areas.values():
        names.setdefault(_heir(area, areas, codes), []).append(area.name)
    for alias in Alias.objects.exclude(area=None).values_list("area_id", "name"):
        area = areas[codes[alias[0]]]
        names.setdefault(_heir(area, areas, codes), []).append(alias[1])
    for code, called in names.items():
        if code and areas[code].kind != "part":
            yield Place(code, tuple(dict.fromkeys(called)), above[code][1:])


def _heir(area: Area, areas: Mapping[str, Area], codes: Mapping[int, str]) -> str:
    """Code of the place, or of what follows it; blank where nothing does."""
    seen: set[str] = set()
    while area.valid_to is not None:
        seen.add(area.code)
        follower = areas.get(codes.get(area.successor_id or 0, ""))
        if follower is None or follower.code in seen:
            return ""
        area = follower
    return area.code


def _found(now: Standing, candidate: Candidate) -> FoundArea:
    return FoundArea(now.areas[candidate.code], candidate.words, candidate.sure)
