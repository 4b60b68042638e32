"""Where may somebody look? Places and units within reach of a permission."""

from dataclasses import dataclass

from jieban.apps.directory.selectors.picture import scope_keys_of_unit, standing
from jieban.domain.actors import EVERYWHERE, Actor


@dataclass(frozen=True)
class Reach:
    """Keys of places and of units within reach; `everywhere` needs neither."""

    everywhere: bool
    areas: frozenset[int] = frozenset()
    units: frozenset[int] = frozenset()

    def holds(self, area_id: int | None) -> bool:
        """Whether a place is within reach; what is nowhere only where everything is."""
        return self.everywhere or area_id in self.areas


def reach_of(actor: Actor, permission: str) -> Reach:
    """What a permission holds: places below a place, and below the place of a street's office.

    A unit that answers for no place, as a department does, is held as a unit only.
    """
    scopes = actor.reach(permission)
    if EVERYWHERE in scopes:
        return Reach(everywhere=True)
    if not scopes:
        return Reach(everywhere=False)
    now = standing()
    units = {
        unit.pk: unit
        for unit in now.unit_by_id.values()
        if not scopes.isdisjoint(scope_keys_of_unit(unit, now=now))
    }
    codes = {scope.removeprefix("area:") for scope in scopes if scope.startswith("area:")}
    codes |= {now.area_by_id[unit.area_id].code for unit in units.values() if unit.area_id}
    areas = {area.pk for code, area in now.areas.items() if not codes.isdisjoint(now.above[code])}
    return Reach(False, frozenset(areas), frozenset(units))
