"""From the names people write to the entries of the directory.

The whole directory is held in dictionaries while a file is imported, so that one look-up
costs a dictionary access. A name nobody knows yet becomes a provisional entry at once,
through the `create` functions handed in; 不详 and blanks never do.

Order of trust for a community: its name (or an alias) within the street that the row names;
without a street, its name in the whole district if only one community bears it. A name that
first came without a street is one with the community of that name in the first street that
names it: which row stands first in a file must not make two places of one. Where the
directory holds exactly one district, what names no place at all is still the district's.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Q

from jieban.apps.directory.models import Alias, Area, Unit
from jieban.domain.directory.names import is_unknown, same_name_key, tidy_name

LOWEST = ("community", "village")
CreateArea = Callable[[str, str, int | None, int | None], int]
CreateUnit = Callable[[str], int]
# Puts an area into a street.
MoveArea = Callable[[int, int], None]


@dataclass(frozen=True)
class Attribution:
    """Where a case belongs: the directory's id, and who decided which street or community.

    `by` is "source", "alias" or "" (nobody: the area is the district, or None).
    """

    area: int | None
    by: str


@dataclass
class NameBook:
    """Look-ups over one state of the directory.

    Shapes: `streets` name key → id; `communities` (street id or None, name key) → id;
    `anywhere` name key → ids of all communities that bear it; `parts` (street id,
    community id) → id; `streetless` name key → id of a provisional community that no street
    has been named for yet. Aliases are kept apart since they change who decided. `district`
    is the only district of the directory, if it holds exactly one.
    """

    create_area: CreateArea
    create_unit: CreateUnit
    move_area: MoveArea
    streets: dict[str, int] = field(default_factory=dict)
    street_aliases: dict[str, int] = field(default_factory=dict)
    communities: dict[tuple[int | None, str], int] = field(default_factory=dict)
    community_aliases: dict[tuple[int | None, str], int] = field(default_factory=dict)
    anywhere: dict[str, set[int]] = field(default_factory=dict)
    parts: dict[tuple[int, int], int] = field(default_factory=dict)
    streetless: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    district: int | None = None
    _seen: dict[tuple[str, str, bool], Attribution] = field(default_factory=dict)
    _seen_units: dict[str, int | None] = field(default_factory=dict)

    @classmethod
    def load(
        cls, create_area: CreateArea, create_unit: CreateUnit, move_area: MoveArea
    ) -> "NameBook":
        book = cls(create_area, create_unit, move_area)
        fields = ("id", "kind", "name_key", "parent_id", "also_parent_id")
        # Entries still valid come last, so that of two with one name the valid one is found.
        rows = list(
            Area.objects.order_by("-valid_to", "-position").values_list(*fields, "valid_to")
        )
        rows.sort(key=lambda row: row[5] is None)
        for number, kind, key, parent, also, _ in rows:
            book._add_area(number, kind, key, parent, also)
        districts = [row[0] for row in rows if row[1] == "district"]
        book.district = districts[0] if len(districts) == 1 else None
        lone = Area.objects.filter(provisional=True, kind__in=LOWEST)
        # A community that has parts crosses streets and lies in none.
        lone = lone.filter(Q(parent=None) | Q(parent=book.district)).exclude(
            pk__in=Area.objects.exclude(also_parent=None).values("also_parent")
        )
        book.streetless = {key: number for number, key in lone.values_list("id", "name_key")}
        units = list(Unit.objects.order_by("-position").values_list("id", "name_key", "valid_to"))
        units.sort(key=lambda row: row[2] is None)
        for number, key, _ in units:
            book.units[key] = number
        for alias in Alias.objects.select_related("area"):
            if alias.unit_id is not None:
                book.units.setdefault(alias.name_key, alias.unit_id)
            elif alias.area is not None and alias.area.kind == "street":
                book.street_aliases[alias.name_key] = alias.area.pk
            elif alias.area is not None:
                within = alias.within_id or alias.area.parent_id
                book.community_aliases[(within, alias.name_key)] = alias.area.pk
                book.anywhere.setdefault(alias.name_key, set()).add(alias.area.pk)
        return book

    def place(self, street: str, community: str, *, nested: bool = True) -> Attribution:
        """Where a row with these two names belongs; provisional entries are made as needed.

        `nested` says that a community lies in one street; without it a part is made for
        every pair. Names are compared without white space and official suffixes.
        """
        seen = self._seen.get((street, community, nested))
        if seen is None:
            seen = self._seen[(street, community, nested)] = self._place(street, community, nested)
        return seen

    def unit(self, name: str) -> int | None:
        """The unit of this name; None for a blank or 不详."""
        if name not in self._seen_units:
            self._seen_units[name] = self._unit(name)
        return self._seen_units[name]

    def _unit(self, name: str) -> int | None:
        if is_unknown(name):
            return None
        key = same_name_key(name)
        if key not in self.units:
            self.units[key] = self.create_unit(tidy_name(name))
        return self.units[key]

    def _place(self, street: str, community: str, nested: bool) -> Attribution:
        street_id, by_street = self._street(street)
        if is_unknown(community):
            return Attribution(street_id or self.district, by_street)
        if not nested:
            return self._part(street_id, by_street, community)
        key = same_name_key(community)
        if street_id is None:
            bearers = self.anywhere.get(key, set())
            if len(bearers) > 1:
                return Attribution(self.district, "")
            if bearers:
                return Attribution(next(iter(bearers)), "source")
        elif (street_id, key) in self.communities:
            return Attribution(self.communities[(street_id, key)], by_street)
        elif (street_id, key) in self.community_aliases:
            return Attribution(self.community_aliases[(street_id, key)], "alias")
        if street_id is not None and key in self.streetless:
            number = self.streetless.pop(key)
            self.move_area(number, street_id)
            self.communities[(street_id, key)] = number
            return Attribution(number, by_street)
        number = self._new_area("community", community, street_id or self.district, None)
        if street_id is None:
            self.streetless[key] = number
        return Attribution(number, "source")

    def _street(self, name: str) -> tuple[int | None, str]:
        if is_unknown(name):
            return None, ""
        key = same_name_key(name)
        if key in self.streets:
            return self.streets[key], "source"
        if key in self.street_aliases:
            return self.street_aliases[key], "alias"
        return self._new_area("street", name, self.district, None), "source"

    def _part(self, street_id: int | None, by: str, community: str) -> Attribution:
        key = same_name_key(community)
        whole = self.communities.get((None, key)) or self.community_aliases.get((None, key))
        if whole is None:
            whole = self._new_area("community", community, None, None)
        if street_id is None:
            return Attribution(whole, "source")
        if (street_id, whole) not in self.parts:
            self._new_area("part", community, street_id, whole)
        return Attribution(self.parts[(street_id, whole)], by)

    def _new_area(self, kind: str, name: str, parent: int | None, also: int | None) -> int:
        tidy = tidy_name(name)
        number = self.create_area(kind, tidy, parent, also)
        self._add_area(number, kind, same_name_key(tidy), parent, also)
        return number

    def _add_area(
        self, number: int, kind: str, key: str, parent: int | None, also: int | None
    ) -> None:
        if kind == "street":
            self.streets[key] = number
        elif kind in LOWEST:
            self.communities[(parent, key)] = number
            self.anywhere.setdefault(key, set()).add(number)
        elif kind == "part" and parent is not None and also is not None:
            self.parts[(parent, also)] = number
