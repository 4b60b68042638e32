"""Every write of places and units; each change is an event."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Max, ProtectedError

from jieban.apps.directory.models import Alias, Area, Duty, Unit
from jieban.apps.directory.namebook import NameBook
from jieban.apps.directory.selectors import Entry, demand_provisional, level_of, merge_pairs
from jieban.apps.ledger import services as ledger
from jieban.domain.actors import Actor
from jieban.domain.directory.names import same_name_key, tidy_name
from jieban.domain.errors import Refused
from jieban.tables.directories import DirectoryFile, Line, read_directory


@contextmanager
def open_namebook() -> Iterator[tuple[NameBook, list[dict[str, str]]]]:
    """Look-ups over the directory that make provisional entries for unknown names.

    The list fills with what was made: kind and name. Whoever opens the book writes the
    event that says so.
    """
    made: list[dict[str, str]] = []
    next_area, next_unit = _next_position(Area), _next_position(Unit)

    def create_area(kind: str, name: str, parent: int | None, also: int | None) -> int:
        nonlocal next_area
        area = Area(
            name=name,
            name_key=same_name_key(name),
            kind=kind,
            parent_id=parent,
            also_parent_id=also,
            provisional=True,
            position=next_area,
        )
        next_area += 1
        _save_with_code(area, "PA")
        if kind != "part":
            made.append({"kind": kind, "name": name})
        return area.pk

    def create_unit(name: str) -> int:
        nonlocal next_unit
        unit = Unit(
            name=name,
            name_key=same_name_key(name),
            kind="unit",
            area=Area.objects.filter(
                kind="street", name_key=same_name_key(name), valid_to=None
            ).first(),
            provisional=True,
            position=next_unit,
        )
        next_unit += 1
        _save_with_code(unit, "PU")
        made.append({"kind": "unit", "name": name})
        return unit.pk

    def move_area(number: int, street: int) -> None:
        Area.objects.filter(pk=number).update(parent_id=street)

    yield NameBook.load(create_area, create_unit, move_area), made


@transaction.atomic
def confirm_entry(actor: Actor, entry: Entry, *, at: datetime) -> Entry:
    """A provisional entry is a real place or unit and stays.

    Raises:
        Refused "directory.not_provisional".
    """
    demand_provisional(entry)
    entry.provisional = False
    entry.save(update_fields=["provisional"])
    what = "area" if isinstance(entry, Area) else "unit"
    ledger.append(
        what,
        entry.code,
        "directory.confirmed",
        actor=actor,
        at=at,
        body={"kind": entry.kind, "name": entry.name},
    )
    return entry


@transaction.atomic
def confirm_entries(actor: Actor, entries: Sequence[Entry], *, at: datetime) -> int:
    """Confirm several provisional entries, all of them or none; each is an event of its own.

    Raises:
        Refused "directory.not_provisional".
    """
    for entry in entries:
        confirm_entry(actor, entry, at=at)
    return len(entries)


@transaction.atomic
def merge_entry(actor: Actor, entry: Entry, into: Entry, *, at: datetime, cases: int) -> None:
    """A provisional name means an entry that is there already.

    The name becomes an alias, so the next import knows it. Children go over with it: those
    that `into` has under the same name are merged too, the others get a new parent. Rows
    of cases must have moved already (see `cases.services.merge_name`); `cases` says how
    many did.

    Raises:
        Refused: see `selectors.merge_pairs`; "directory.still_used": rows of other rooms point to
            it, and their events name it.
    """
    pairs = merge_pairs(entry, into)
    code, kind, name = entry.code, entry.kind, entry.name
    what = "area" if isinstance(entry, Area) else "unit"
    for gone, kept in reversed(pairs):
        _add_alias(kept, gone.name, decided_by=actor.name, within=getattr(gone, "parent", None))
        for alias in Alias.objects.filter(**{what: gone}):
            _add_alias(kept, alias.name, decided_by=alias.decided_by, within=alias.within)
        type(gone).objects.filter(parent_id=gone.pk).update(parent_id=kept.pk)
        type(gone).objects.filter(successor_id=gone.pk).update(successor_id=kept.pk)
        _hand_duties_over(gone, kept)
        if isinstance(gone, Area):
            Area.objects.filter(also_parent_id=gone.pk).update(also_parent_id=kept.pk)
            Alias.objects.filter(within=gone).update(within=kept)
        try:
            gone.delete()
        except ProtectedError as error:
            count = len(error.protected_objects)
            raise Refused("directory.still_used", name=gone.name, count=count) from None
    ledger.append(
        what,
        code,
        "directory.merged",
        actor=actor,
        at=at,
        body={"kind": kind, "name": name, "into": into.code, "cases": cases},
    )


def _hand_duties_over(gone: Entry, kept: Entry) -> None:
    """What the duty list says of the one holds for the other."""
    if isinstance(gone, Area):
        Duty.objects.filter(area=gone).update(area=kept)
        Unit.objects.filter(area=gone).update(area=kept)
        return
    if isinstance(kept, Unit) and kept.area is None and gone.area is not None:
        kept.area = gone.area
        kept.save(update_fields=["area"])
    Duty.objects.filter(lead=gone).update(lead=kept)
    for duty in Duty.objects.filter(joints=gone):
        duty.joints.remove(gone.pk)
        duty.joints.add(kept.pk)


@dataclass
class DirectoryOutcome:
    """What a directory file did: counts, and each change in words (entry, field, before, after)."""

    file: DirectoryFile
    counts: Counter[str] = field(default_factory=Counter)
    changes: list[dict[str, Any]] = field(default_factory=list)
    dry_run: bool = False


@transaction.atomic
def import_directory(
    actor: Actor, path: Path, *, at: datetime, dry_run: bool = False
) -> DirectoryOutcome:
    """Take in a directory file: new entries, corrections, aliases, successors.

    Entries are known by code, or by name within their parent. A provisional entry of the
    same name becomes the confirmed one. What the file does not name stays as it is. The
    same file again changes nothing.

    Raises:
        Refused "file.…": not a table, or none of the known layouts.
    """
    outcome = DirectoryOutcome(read_directory(path), dry_run=dry_run)
    writer = _DirectoryWriter(outcome)
    for line in outcome.file.lines:
        writer.write(line)
    writer.finish()
    counts = outcome.counts
    if counts["new"] or counts["changed_fields"]:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        ledger.append(
            "directory",
            "directory",
            "directory.imported",
            actor=actor,
            at=at,
            body={
                "file": path.name,
                "file_digest": digest,
                "counts": dict(counts),
                "changes": outcome.changes[:1000],
            },
        )
    if dry_run:
        transaction.set_rollback(True)
    return outcome


class _DirectoryWriter:
    """Writes the lines of one file; parents stand before children, links come last."""

    def __init__(self, outcome: DirectoryOutcome) -> None:
        self.outcome = outcome
        self.areas: dict[str, Area] = {area.code: area for area in Area.objects.all()}
        self.units: dict[str, Unit] = {unit.code: unit for unit in Unit.objects.all()}
        self.positions = {Area: _next_position(Area), Unit: _next_position(Unit)}
        self.links: list[tuple[Entry, Line]] = []
        self.serving: list[tuple[Unit, Line]] = []
        self.new: set[tuple[type, int]] = set()
        self.touched: set[tuple[type, int]] = set()
        self.known: list[tuple[type, int]] = []
        self.codes: set[tuple[str, str]] = set()

    def write(self, line: Line) -> None:
        model: type[Area] | type[Unit] = Unit if line.what == "unit" else Area
        if line.code and (line.what, line.code) in self.codes:
            # The first line counts: taking both would change the entry at every import.
            self.outcome.counts["rejected"] += 1
            self.outcome.file.reject(line, "directory.code_twice", line.code)
            return
        self.codes.add((line.what, line.code))
        parent = self._find(model, line.parent) if line.parent else None
        if line.parent and parent is None:
            self.outcome.counts["rejected"] += 1
            self.outcome.file.reject(line, "directory.parent_unknown", line.parent)
            return
        entry = self._known(model, line, parent)
        wanted: dict[str, Any] = {
            "name": line.name,
            "kind": line.kind,
            "parent_id": parent.pk if parent else None,
            "population": line.population,
            "valid_from": line.valid_from,
            "valid_to": line.valid_to,
        }
        known = entry is not None
        if entry is None:
            entry = self._create(model, line, wanted)
        else:
            self._update(entry, line, wanted)
        for alias in line.aliases:
            within = parent if isinstance(parent, Area) and parent.kind == "street" else None
            if _add_alias(entry, alias, decided_by="directory", within=within) and known:
                self._changed(entry, "alias", None, alias)
        if line.successor:
            self.links.append((entry, line))
        if line.serves and isinstance(entry, Unit):
            self.serving.append((entry, line))

    def finish(self) -> None:
        """Set what may name entries before they appear, and count."""
        self._link()
        self._give_areas()
        self.outcome.counts["changed"] = len(self.touched)
        self.outcome.counts["same"] = sum(each not in self.touched for each in self.known)

    def _link(self) -> None:
        for entry, line in self.links:
            successor = self._find(type(entry), line.successor)
            if successor is None:
                self.outcome.file.reject(line, "directory.successor_unknown", line.successor)
            elif entry.successor_id != successor.pk:
                self._changed(entry, "successor", None, successor.name)
                entry.successor_id = successor.pk
                entry.save(update_fields=["successor"])

    def _give_areas(self) -> None:
        """Units get the place they answer for: as the file says, else the street of their name."""
        for unit, line in self.serving:
            area = self._find(Area, line.serves)
            if not isinstance(area, Area):
                self.outcome.file.reject(line, "directory.served_unknown", line.serves)
            elif unit.area_id != area.pk:
                self._serve(unit, area)
        # Of two streets with one name the one that still stands.
        streets = [area for area in self.areas.values() if area.kind == "street"]
        by_name = {area.name_key: area for area in sorted(streets, key=_stands)}
        for unit in self.units.values():
            if unit.area_id is None and unit.name_key in by_name:
                self._serve(unit, by_name[unit.name_key])

    def _serve(self, unit: Unit, area: Area) -> None:
        if (Unit, unit.pk) not in self.new:
            before = unit.area.name if unit.area else None
            self._changed(unit, "area", before, area.name)
        unit.area = area
        unit.save(update_fields=["area"])

    def _known(
        self, model: type[Area] | type[Unit], line: Line, parent: Entry | None
    ) -> Entry | None:
        """The entry a line speaks of: by code, else by name (within its parent, if it has one)."""
        by_code: Entry | None = self._all(model).get(line.code) if line.code else None
        if by_code is not None:
            return by_code
        key = same_name_key(line.name)
        candidates = [
            entry
            for entry in self._all(model).values()
            if entry.name_key == key
            and (entry.provisional or not line.code)
            and (model is Unit or level_of(entry.kind) == level_of(line.kind))
        ]
        if parent is not None:
            within = [entry for entry in candidates if entry.parent_id == parent.pk]
            orphans = [entry for entry in candidates if entry.parent_id is None]
            candidates = within or (orphans if len(orphans) == 1 else [])
        return candidates[0] if candidates else None

    def _create(self, model: type[Area] | type[Unit], line: Line, wanted: dict[str, Any]) -> Entry:
        entry = model(**wanted, name_key=same_name_key(line.name), position=self.positions[model])
        self.positions[model] += 1
        if line.code:
            entry.code = line.code
            entry.save()
        else:
            _save_with_code(entry, "A" if model is Area else "U")
        self._all(model)[entry.code] = entry
        self.outcome.counts["new"] += 1
        self.new.add((model, entry.pk))
        return entry

    def _update(self, entry: Entry, line: Line, wanted: dict[str, Any]) -> None:
        before = self.outcome.counts["changed_fields"]
        if line.code and entry.code != line.code:
            self._all(type(entry)).pop(entry.code)
            self._changed(entry, "code", entry.code, line.code)
            entry.code = line.code
            self._all(type(entry))[entry.code] = entry
        if entry.provisional:
            self._changed(entry, "provisional", True, False)
            entry.provisional = False
        if entry.name != line.name:
            entry.name_key = same_name_key(line.name)
            _add_alias(entry, entry.name, decided_by="directory", within=None)
        for name, value in wanted.items():
            # A blank cell says nothing; it does not take away what is known.
            if value is not None and getattr(entry, name) != value:
                before_value = getattr(entry, name)
                if name == "parent_id":
                    # People know places by name; the database's own number says nothing.
                    self._changed(
                        entry, "parent", self._name(entry, before_value), self._name(entry, value)
                    )
                else:
                    self._changed(entry, name, _plain(before_value), _plain(value))
                setattr(entry, name, value)
        self.known.append((type(entry), entry.pk))
        if self.outcome.counts["changed_fields"] > before:
            entry.save()

    def _changed(self, entry: Entry, name: str, before: Any, after: Any) -> None:
        self.outcome.counts["changed_fields"] += 1
        if (type(entry), entry.pk) not in self.new:
            self.touched.add((type(entry), entry.pk))
        self.outcome.changes.append(
            {
                "code": entry.code,
                "name": entry.name,
                "field": name,
                "before": before,
                "after": after,
            }
        )

    def _name(self, entry: Entry, number: int | None) -> str | None:
        """The name of the entry of the same sort with this number of the database."""
        others = self._all(type(entry)).values()
        return next((other.name for other in others if other.pk == number), None)

    def _find(self, model: type[Area] | type[Unit], named: str) -> Entry | None:
        """By code, else by name; of several with one name the first in directory order."""
        entries = self._all(model)
        found: Entry | None = entries.get(named)
        if found is not None:
            return found
        key = same_name_key(named)
        return next((entry for entry in entries.values() if entry.name_key == key), None)

    def _all(self, model: type[Area] | type[Unit]) -> dict[str, Any]:
        return self.areas if model is Area else self.units


def _add_alias(entry: Entry, name: str, *, decided_by: str, within: Area | Unit | None) -> bool:
    """Remember another name of an entry; False if it was known."""
    key = same_name_key(name)
    if not key or key == entry.name_key:
        return False
    target = {"area": entry} if isinstance(entry, Area) else {"unit": entry}
    scope = within if isinstance(entry, Area) and isinstance(within, Area) else None
    _, made = Alias.objects.get_or_create(
        name_key=key,
        within=scope,
        **target,
        defaults={"name": tidy_name(name), "decided_by": decided_by},
    )
    return made


def _save_with_code(entry: Entry, prefix: str) -> None:
    """Give an entry without an official code one of ours: a prefix and the row's own number."""
    entry.code = uuid4().hex
    entry.save(force_insert=True)
    entry.code = f"{prefix}{entry.pk}"
    entry.save(update_fields=["code"])


def _stands(entry: Entry) -> bool:
    return entry.valid_to is None


def _next_position(model: type[Area] | type[Unit]) -> int:
    return (model.objects.aggregate(last=Max("position"))["last"] or 0) + 1


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
