"""Every read of the directory."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from jieban.apps.directory.models import Alias, Area, Unit
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
    found = [
        *_provisional("area", list(areas()), rows_per_area),
        *_provisional("unit", list(units()), rows_per_unit),
    ]
    return sorted(found, key=lambda item: (-item.cases, item.entry.position))


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


def _provisional(what: str, entries: Sequence[Entry], rows: dict[int, int]) -> list[Provisional]:
    confirmed = [entry for entry in entries if not entry.provisional]
    return [
        Provisional(entry, what, rows.get(entry.pk, 0), _likely(entry, confirmed))
        for entry in entries
        if entry.provisional and entry.kind != "part"
    ]


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
