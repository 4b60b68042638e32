"""Every read of places and units."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from jieban.apps.directory.models import Alias, Area, Unit
from jieban.domain.directory.names import same_name_key
from jieban.domain.errors import Refused

Entry = Area | Unit


@dataclass(frozen=True)
class Provisional:
    """A name nobody has confirmed yet, with entries it may mean. `cases` counts its rows."""

    entry: Entry
    what: str
    cases: int
    likely: tuple[Entry, ...]


def areas() -> QuerySet[Area]:
    """Every place, in directory order."""
    return Area.objects.select_related("parent", "also_parent", "successor")


def units() -> QuerySet[Unit]:
    """Every unit, in directory order."""
    return Unit.objects.select_related("parent", "successor")


def area_by_code(code: str) -> Area:
    found = Area.objects.filter(code=code).first()
    if found is None:
        raise Refused("directory.unknown_area", entry=code)
    return found


def unit_by_code(code: str) -> Unit:
    found = Unit.objects.filter(code=code).first()
    if found is None:
        raise Refused("directory.unknown_unit", entry=code)
    return found


def entry_by_code(what: str, code: str) -> Entry:
    """`what` is area or unit."""
    return area_by_code(code) if what == "area" else unit_by_code(code)


def aliases() -> QuerySet[Alias]:
    return Alias.objects.select_related("area", "unit", "within").order_by("id")


def provisional(
    rows_per_area: dict[int, int], rows_per_unit: dict[int, int]
) -> Sequence[Provisional]:
    """Provisional entries, those with most cases first.

    Likely meanings are confirmed entries of the same sort with the same name elsewhere, or
    whose name contains, or is contained in, the provisional one; three at most.
    """
    return with_likely(waiting(rows_per_area, rows_per_unit))


def waiting(rows_per_area: dict[int, int], rows_per_unit: dict[int, int]) -> list[Provisional]:
    """The same without likely meanings, which take time: for lists that show a part."""
    found = [
        *_provisional("area", areas(), rows_per_area),
        *_provisional("unit", units(), rows_per_unit),
    ]
    return sorted(found, key=lambda item: (-item.cases, item.entry.position))


def with_likely(items: Sequence[Provisional]) -> list[Provisional]:
    """The same items with their likely meanings."""
    known: dict[str, Sequence[Entry]] = {
        "area": list(areas().filter(provisional=False)),
        "unit": list(units().filter(provisional=False)),
    }
    return [replace(item, likely=_likely(item.entry, known[item.what])) for item in items]


def count_provisional() -> int:
    return (
        Area.objects.filter(provisional=True).exclude(kind="part").count()
        + Unit.objects.filter(provisional=True).count()
    )


def merge_pairs(entry: Entry, into: Entry) -> list[tuple[Entry, Entry]]:
    """What merging `entry` into `into` merges in all: the pair, then children of one name.

    Raises:
        Refused "directory.not_provisional", "directory.merge_itself",
            "directory.merge_kind" (a street into a unit, a community into a street).
    """
    demand_provisional(entry)
    same_sort = type(entry) is type(into)
    if same_sort and entry.pk == into.pk:
        raise Refused("directory.merge_itself", name=entry.name)
    if not same_sort or level_of(entry.kind) != level_of(into.kind):
        raise Refused("directory.merge_kind", name=entry.name, into=into.name)
    pairs = [(entry, into)]
    counterparts = {child.name_key: child for child in into.children.all()}
    for child in entry.children.all():
        counterpart = counterparts.get(child.name_key)
        if counterpart is not None and child.provisional:
            pairs += merge_pairs(child, counterpart)
    return pairs


def level_of(kind: str) -> str:
    """Kinds that may stand for each other: communities and villages; all sorts of units."""
    if kind in ("community", "village"):
        return "community"
    return kind if kind in ("district", "street", "part") else "unit"


def demand_provisional(entry: Entry) -> None:
    if not entry.provisional:
        raise Refused("directory.not_provisional", name=entry.name)


def _provisional(what: str, entries: QuerySet[Any], rows: dict[int, int]) -> list[Provisional]:
    unconfirmed = entries.filter(provisional=True).exclude(kind="part")
    return [Provisional(entry, what, rows.get(entry.pk, 0), ()) for entry in unconfirmed]


def _likely(entry: Entry, confirmed: Sequence[Entry]) -> tuple[Entry, ...]:
    lowest = ("community", "village")
    same_sort = [
        other
        for other in confirmed
        if isinstance(other, Unit)
        or other.kind == entry.kind
        or (other.kind in lowest and entry.kind in lowest)
    ]
    key = entry.name_key
    equal = [other for other in same_sort if other.name_key == key]
    near = [
        other
        for other in same_sort
        if other.name_key != key and (key in other.name_key or other.name_key in key)
    ]
    return tuple((equal + near)[:3])


@dataclass(frozen=True)
class Branch:
    """A place with everything below it counted. `population` is its own, else its children's."""

    area: Area
    communities: int
    villages: int
    population: int | None
    cases: int


def branches(rows_per_area: dict[int, int]) -> list[Branch]:
    """Every place that is not a part, in directory order, with the sums of what lies below it."""
    everything = list(areas())
    below: dict[int, list[Area]] = {}
    for area in everything:
        for above in {area.parent_id, area.also_parent_id}:
            if above is not None:
                below.setdefault(above, []).append(area)
    return [_branch(area, below, rows_per_area) for area in everything if area.kind != "part"]


def _branch(area: Area, below: dict[int, list[Area]], rows: dict[int, int]) -> Branch:
    seen: dict[int, Area] = {}
    waiting = [area]
    while waiting:
        each = waiting.pop()
        if each.pk not in seen:
            seen[each.pk] = each
            waiting += below.get(each.pk, [])
    # Of a place that stands, only what stands; of one that was dissolved, what it held then.
    standing = [each for each in seen.values() if area.valid_to or not each.valid_to]
    kinds = [each.kind for each in standing if each.pk != area.pk]
    # Only the level right below is summed: a street and its communities are the same people.
    right_below = {each.pk for each in below.get(area.pk, [])}
    counted = [
        each.population
        for each in standing
        if each.pk in right_below and each.population is not None
    ]
    return Branch(
        area,
        kinds.count("community"),
        kinds.count("village"),
        area.population if area.population is not None else (sum(counted) if counted else None),
        sum(rows.get(number, 0) for number in seen),
    )


def found(entries: Sequence[Entry], words: str) -> list[Entry]:
    """Those whose name, alias or code holds what was typed; all of them where nothing was."""
    key = same_name_key(words)
    if not key:
        return list(entries)
    known_as: dict[tuple[bool, int | None], list[str]] = {}
    for alias in aliases():
        where = (True, alias.area_id) if alias.area_id else (False, alias.unit_id)
        known_as.setdefault(where, []).append(alias.name_key)
    return [
        entry
        for entry in entries
        if key in entry.name_key
        or key in entry.code.casefold()
        or any(key in name for name in known_as.get((isinstance(entry, Area), entry.pk), ()))
    ]


def may_merge_into(entry: Entry) -> list[Entry]:
    """Entries of the same sort and level that a provisional name may stand for.

    Confirmed ones come first: a name is more often another way to write one of those.
    """
    demand_provisional(entry)
    others: Sequence[Entry] = list(areas()) if isinstance(entry, Area) else list(units())
    fitting = [
        other
        for other in others
        if other.pk != entry.pk and level_of(other.kind) == level_of(entry.kind)
    ]
    return sorted(fitting, key=lambda other: other.provisional)


def likely_meanings(entry: Entry) -> tuple[Entry, ...]:
    """The entries that `provisional` would offer for this one."""
    others = may_merge_into(entry)
    return _likely(entry, [other for other in others if not other.provisional])


def entry_names(entry: Entry) -> QuerySet[Alias]:
    """Other names of an entry, oldest first."""
    what = "area" if isinstance(entry, Area) else "unit"
    return aliases().filter(**{what: entry})


def predecessors(entry: Entry) -> list[Entry]:
    """Entries that this one follows after a reform."""
    return list(type(entry).objects.filter(successor_id=entry.pk))


def area_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Places a case can be put in, grouped by street, for a list to choose from."""
    groups: dict[str, list[tuple[str, str]]] = {}
    shown = Area.objects.exclude(kind__in=("city", "district", "part"))
    for code, name, kind, above in shown.values_list("code", "name", "kind", "parent__name"):
        street = name if kind == "street" else above or "–"
        groups.setdefault(street, []).append((code, name))
    return list(groups.items())
