"""Every write of the duty list 职责清单: files taken in; each import is one event."""

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from jieban.apps.directory.models import Alias, Area, Category, Duty, Unit
from jieban.apps.directory.selectors.picture import local_day
from jieban.apps.directory.services.categories import demand_all_read
from jieban.apps.directory.services.holding import hold
from jieban.apps.ledger import services as ledger
from jieban.domain.actors import Actor
from jieban.domain.directory.names import same_name_key
from jieban.domain.rulebook.limits import LEVEL
from jieban.tables.categories import split_path
from jieban.tables.duties import LOCAL, DutyFile, DutyLine, read_duties
from jieban.tables.lists import RejectedLine, Unread

SUBJECT = "duties"
PERMISSION = "directory.edit"
MOST_CHANGES = 1000


@dataclass
class DutiesOutcome:
    """What a duty list did. Counts: new, changed, ended, same. `rules` are the file's, as rows."""

    file: DutyFile
    counts: Counter[str] = field(default_factory=Counter)
    changes: list[dict[str, Any]] = field(default_factory=list)
    dry_run: bool = False

    @property
    def nothing(self) -> bool:
        return not any(self.counts[what] for what in ("new", "changed", "ended"))


@transaction.atomic
def import_duties(
    actor: Actor,
    path: Path,
    *,
    at: datetime,
    name: str = "",
    complete: bool = False,
    dry_run: bool = False,
) -> DutiesOutcome:
    """Take in a duty list: new rules, other joint units, dates, documents.

    A rule is known by its number, where the file has one, else by category, place, conditions
    and lead. A blank cell takes nothing away. What the file does not name stays as it is, unless
    it is `complete`: then it ends today. The same file again changes nothing and is no event. A
    line that names an unknown category, place or unit is not taken, and costs no other line.

    Raises:
        Refused "actor.not_permitted", "file.…", "duties.no_layout".
        Refused "duties.not_complete": it is said to be complete and has lines nobody can read.
    """
    actor.demand(PERMISSION)
    outcome = DutiesOutcome(read_duties(path), dry_run=dry_run)
    hold()
    writer = _Writer(outcome, local_day(at))
    for line in outcome.file.lines:
        try:
            writer.write(line)
        except Unread as unread:
            outcome.file.rejected.append(
                RejectedLine(line.sheet, line.line, unread.reason, unread.value, line.row)
            )
    outcome.file.rejected.sort(key=lambda each: (each.sheet, each.line))
    if complete:
        demand_all_read(outcome.file)
        writer.end_unnamed()
    if not outcome.nothing:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        ledger.append(
            SUBJECT,
            SUBJECT,
            "duties.imported",
            actor=actor,
            at=at,
            body={
                "file": name or path.name,
                "file_digest": digest,
                "counts": dict(outcome.counts),
                "changes": outcome.changes[:MOST_CHANGES],
            },
        )
    if dry_run:
        transaction.set_rollback(True)
    return outcome


class _Names:
    """What the names in a duty list mean, looked up in dictionaries."""

    def __init__(self) -> None:
        self.categories: dict[str, set[Category]] = {}
        standing: dict[str, Category] = {}
        rows = list(Category.objects.all())
        for row in rows:
            if row.valid_to is None:
                standing[row.code] = row
        for row in rows:
            meant = standing.get(row.code)
            if meant is None:
                continue
            self.categories.setdefault(row.path, set()).add(meant)
            if row is meant:
                for name in (row.code, row.name, *row.aliases):
                    self.categories.setdefault(name, set()).add(row)
        self.paths = {row.path: row for row in standing.values()}
        self.codes = standing
        self.areas: dict[str, set[Area]] = {}
        self.area_codes = {area.code: area for area in Area.objects.exclude(kind="part")}
        for area in self.area_codes.values():
            self.areas.setdefault(area.name_key, set()).add(area)
        self.units: dict[str, list[Unit]] = {}
        # Units that stand come first, so that of two with one name the standing one is meant.
        units = sorted(Unit.objects.all(), key=lambda unit: unit.valid_to is not None)
        self.unit_codes = {unit.code: unit for unit in units}
        for unit in units:
            self.units.setdefault(unit.name_key, []).append(unit)
        for alias in Alias.objects.select_related("area", "unit"):
            if alias.unit is not None:
                self.units.setdefault(alias.name_key, []).append(alias.unit)
            elif alias.area is not None and alias.area.code in self.area_codes:
                self.areas.setdefault(alias.name_key, set()).add(alias.area)

    def category(self, said: str) -> Category | None:
        """The category a line names by path, code, name or alias; None for every category."""
        if not said:
            return None
        text = LEVEL.join(split_path(said))
        exact = self.codes.get(text) or self.paths.get(text)
        if exact is not None:
            return exact
        found = self.categories.get(text, set())
        if len(found) > 1:
            raise Unread("duties.category_several", said)
        if not found:
            raise Unread("duties.category_unknown", said)
        return next(iter(found))

    def area(self, said: str) -> Area | None:
        if not said:
            return None
        if said in self.area_codes:
            return self.area_codes[said]
        found = self.areas.get(same_name_key(said), set())
        standing = {area for area in found if area.valid_to is None} or found
        if len(standing) > 1:
            raise Unread("duties.area_several", said)
        if not standing:
            raise Unread("duties.area_unknown", said)
        return next(iter(standing))

    def unit(self, said: str, reason: str) -> Unit:
        found = self.unit_codes.get(said) or next(
            iter(self.units.get(same_name_key(said), ())), None
        )
        if found is None:
            raise Unread(reason, said)
        return found


_Key = tuple[str, int | None, tuple[str, ...], int | None]


class _Writer:
    """Writes the lines of one file over the list as it is."""

    def __init__(self, outcome: DutiesOutcome, today: date) -> None:
        self.outcome = outcome
        self.today = today
        self.names = _Names()
        known = Duty.objects.select_related("category", "area", "lead").prefetch_related("joints")
        self.by_number = {duty.pk: duty for duty in known}
        self.joints = {duty.pk: list(duty.joints.all()) for duty in self.by_number.values()}
        self.by_key: dict[_Key, list[Duty]] = {}
        for duty in self.by_number.values():
            self.by_key.setdefault(_key_of(duty), []).append(duty)
        self.named: dict[int, int] = {}

    def write(self, line: DutyLine) -> None:
        """
        Raises:
            Unread: a name in the line is unknown or means several; the rule stands twice.
        """
        category = self.names.category(line.category)
        area = self.names.area(line.area)
        local = line.lead == LOCAL
        lead = None if local else self.names.unit(line.lead, "duties.lead_unknown")
        named = [said for said in line.joints if said != LOCAL]
        joints = [self.names.unit(said, "duties.joint_unknown") for said in named]
        joints = [unit for unit in dict.fromkeys(joints) if unit != lead]
        # A blank cell says nothing of who helps.
        local_joins = LOCAL in line.joints and not local if line.joints else None
        wanted: dict[str, Any] = {
            "category": category,
            "area": area,
            "conditions": list(line.conditions),
            "lead": lead,
            "local_joins": local_joins,
            "basis": line.basis or None,
            "note": line.note or None,
            "valid_from": line.valid_from,
            "valid_to": line.valid_to,
        }
        duty = self._known(line, category, area, lead)
        if duty is None:
            said = {name: value for name, value in wanted.items() if value is not None}
            duty = Duty.objects.create(**said)
            duty.joints.set(joints)
            self.by_key.setdefault(_key_of(duty), []).append(duty)
            self.outcome.counts["new"] += 1
        else:
            self._update(duty, wanted, joints if line.joints else None, line.number is not None)
        self.named[duty.pk] = line.line

    def end_unnamed(self) -> None:
        """What the file does not name ends today."""
        for duty in self.by_number.values():
            over = duty.valid_to is not None and duty.valid_to <= self.today
            if duty.pk not in self.named and not over:
                self._changed(duty, "valid_to", duty.valid_to, self.today)
                duty.valid_to = self.today
                duty.save(update_fields=["valid_to"])
                self.outcome.counts["ended"] += 1

    def _known(
        self, line: DutyLine, category: Category | None, area: Area | None, lead: Unit | None
    ) -> Duty | None:
        if line.number is not None:
            duty = self.by_number.get(line.number)
            if duty is None:
                raise Unread("duties.number_unknown", str(line.number))
        else:
            key = _key(category, area, line.conditions, lead)
            duty = self._of_the_time(self.by_key.get(key, []), line)
        if duty is not None and duty.pk in self.named:
            raise Unread("duties.twice", str(self.named[duty.pk]))
        return duty

    def _of_the_time(self, same: list[Duty], line: DutyLine) -> Duty | None:
        """Of rules that differ in their dates only, the one a line means: from the same day on,
        else the one that is not over. A line that begins after its end is a new rule."""
        for duty in same:
            if line.valid_from is not None and duty.valid_from == line.valid_from:
                return duty
        for duty in same:
            over = duty.valid_to is not None and duty.valid_to <= (line.valid_from or self.today)
            if not over:
                return duty
        # The same file again: a rule that has ended since is not made anew.
        for duty in same:
            if line.valid_to is not None and duty.valid_to == line.valid_to:
                return duty
        return None

    def _update(
        self, duty: Duty, wanted: dict[str, Any], joints: list[Unit] | None, numbered: bool
    ) -> None:
        changed = False
        for name, value in wanted.items():
            before = getattr(duty, name)
            # A number names the rule: what stands there is then all that it says of the cases.
            says = value is not None or (numbered and name in ("category", "area", "lead"))
            if says and _same(before) != _same(value):
                self._changed(duty, name, before, value)
                setattr(duty, name, value)
                changed = True
        if changed:
            duty.save()
        before_joints = self.joints.get(duty.pk, [])
        if joints is not None and set(before_joints) != set(joints):
            self._changed(duty, "joints", before_joints, joints)
            duty.joints.set(joints)
            changed = True
        self.outcome.counts["changed" if changed else "same"] += 1

    def _changed(self, duty: Duty, name: str, before: Any, after: Any) -> None:
        self.outcome.changes.append(
            {
                "code": str(duty.pk),
                "name": str(duty),
                "field": name,
                "before": _plain(before),
                "after": _plain(after),
            }
        )


def _key(
    category: Category | None, area: Area | None, conditions: tuple[str, ...], lead: Unit | None
) -> _Key:
    return (
        category.code if category else "",
        area.pk if area else None,
        conditions,
        lead.pk if lead else None,
    )


def _key_of(duty: Duty) -> _Key:
    return _key(duty.category, duty.area, tuple(duty.conditions), duty.lead)


def _same(value: Any) -> Any:
    """A category is the same in all of its versions."""
    return value.code if isinstance(value, Category) else value


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return "、".join(map(str, value))
    if value is None or isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
