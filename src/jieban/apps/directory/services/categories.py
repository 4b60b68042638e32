"""Every write of categories: files taken in, versions kept; each import is one event."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Max

from jieban.apps.directory.models import Category
from jieban.apps.directory.selectors.picture import local_day
from jieban.apps.directory.services.holding import hold
from jieban.apps.ledger import services as ledger
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.rulebook.limits import LEVEL
from jieban.tables.categories import CategoryFile, CategoryLine, read_categories, read_start_set
from jieban.tables.lists import ListFile, RejectedLine

SUBJECT = "categories"
PERMISSION = "directory.edit"
START_SET = Path(__file__).parent.parent / "categories.toml"
MOST_CHANGES = 1000


@dataclass
class CategoriesOutcome:
    """What a file of categories did. Counts: new, changed, renamed, ended, same."""

    file: CategoryFile
    counts: Counter[str] = field(default_factory=Counter)
    changes: list[dict[str, Any]] = field(default_factory=list)
    dry_run: bool = False

    @property
    def nothing(self) -> bool:
        return not any(self.counts[what] for what in ("new", "changed", "renamed", "ended"))


@transaction.atomic
def import_categories(
    actor: Actor,
    path: Path,
    *,
    at: datetime,
    name: str = "",
    complete: bool = False,
    dry_run: bool = False,
) -> CategoriesOutcome:
    """Take in a file of categories: new ones, renamed ones, flags, aliases, ends.

    A category is known by its code, else by its path. One that is renamed or moved, and all
    below it, keeps its code; its former row ends today and stays. What the file does not name
    stays as it is, unless it is `complete`: then it ends today. The same file again changes
    nothing and is no event. `name` is what the file is called, where `path` is only a place.

    Raises:
        Refused "actor.not_permitted", "file.…", "categories.no_layout".
        Refused "duties.not_complete": it is said to be complete and has lines nobody can read.
    """
    actor.demand(PERMISSION)
    return _take_in(actor, read_categories(path), path, at, name or path.name, complete, dry_run)


@transaction.atomic
def import_start_set(actor: Actor, *, at: datetime, dry_run: bool = False) -> CategoriesOutcome:
    """Take in the start set that comes with the product: general terms, to begin with.

    Raises:
        Refused "actor.not_permitted".
    """
    actor.demand(PERMISSION)
    file = read_start_set(START_SET)
    return _take_in(actor, file, START_SET, at, START_SET.name, False, dry_run)


def _take_in(
    actor: Actor,
    file: CategoryFile,
    path: Path,
    at: datetime,
    name: str,
    complete: bool,
    dry_run: bool,
) -> CategoriesOutcome:
    outcome = CategoriesOutcome(file, dry_run=dry_run)
    hold()
    writer = _Writer(outcome, local_day(at))
    # Parents stand before children; else lines keep their order, except that who takes over a
    # path waits until the one that has it has moved away.
    waiting = sorted(file.lines, key=lambda line: len(line.path))
    while waiting:
        blocked = [line for line in waiting if not writer.write(line)]
        if len(blocked) == len(waiting):
            writer.reject_taken(blocked)
            break
        waiting = blocked
    if complete:
        demand_all_read(file)
        writer.end_unnamed()
    writer.count()
    if not outcome.nothing:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        ledger.append(
            SUBJECT,
            SUBJECT,
            "categories.imported",
            actor=actor,
            at=at,
            body={
                "file": name,
                "file_digest": digest,
                "counts": dict(outcome.counts),
                "changes": outcome.changes[:MOST_CHANGES],
            },
        )
    if dry_run:
        transaction.set_rollback(True)
    return outcome


def demand_all_read(file: ListFile[Any]) -> None:
    """A list that is said to be complete has no line that was not taken.

    Raises:
        Refused "duties.not_complete".
    """
    if file.rejected:
        problems = [
            Refused("duties.line_wrong", line=each.line, why=Refused(each.reason, value=each.value))
            for each in file.rejected[:10]
        ]
        raise Refused("duties.not_complete", count=len(file.rejected), problems=problems)


class _Writer:
    """Writes the lines of one file over the categories that stand."""

    def __init__(self, outcome: CategoriesOutcome, today: date) -> None:
        rows = list(Category.objects.all())
        self.outcome = outcome
        self.today = today
        self.rows = rows
        self.codes = {row.code for row in rows}
        self.by_code = {row.code: row for row in rows if row.valid_to is None}
        self.by_path = {row.path: row for row in rows if row.valid_to is None}
        self.position = (Category.objects.aggregate(last=Max("position"))["last"] or 0) + 1
        self.moves = {line.code: LEVEL.join(line.path) for line in outcome.file.lines if line.code}
        self.said: dict[str, CategoryLine] = {}
        self.states: dict[str, str] = {}

    def write(self, line: CategoryLine) -> bool:
        """Whether the line is dealt with; if not, another one has to move away first."""
        path = LEVEL.join(line.path)
        earlier = self.said.get(path)
        if earlier is not None:
            if _what(earlier) != _what(line):
                self._reject(line, "categories.twice", path)
            return True
        if line.valid_to is not None and line.valid_to > self.today:
            self._reject(line, "categories.ends_later", line.valid_to.isoformat())
            return True
        known = self.by_code.get(line.code) if line.code else None
        bearer = self.by_path.get(path)
        if known is not None and bearer is not None and known is not bearer:
            if self.moves.get(bearer.code, path) != path:
                return False
            self.reject_taken([line])
            return True
        self.said[path] = line
        row = known or bearer
        if row is None:
            row = self._create(line.path, line)
        else:
            self._mark(row, "same")
        if row.path != path:
            row = self._rename(row, path)
        self._update(row, line)
        if line.valid_to is not None:
            self._end(row, line.valid_to)
        return True

    def reject_taken(self, lines: Sequence[CategoryLine]) -> None:
        for line in lines:
            self._reject(line, "categories.path_taken", LEVEL.join(line.path))

    def end_unnamed(self) -> None:
        """What the file names neither itself nor by something below it ends today."""
        named = {LEVEL.join(line.path[:length]) for line in self.said.values()
                 for length in range(1, len(line.path) + 1)}  # fmt: skip
        for path, row in list(self.by_path.items()):
            if path not in named and row.valid_to is None:
                self._end(row, self.today)

    def count(self) -> None:
        self.outcome.counts.update(self.states.values())

    def _create(self, path: Sequence[str], line: CategoryLine | None) -> Category:
        """A category and, where they are not there, those above it."""
        parent = None
        if len(path) > 1:
            above = LEVEL.join(path[:-1])
            parent = self.by_path.get(above) or self._create(path[:-1], None)
        text = LEVEL.join(path)
        row = Category(
            code=(line.code if line else "") or self._former_code(text) or self._code(parent),
            path=text,
            name=path[-1],
            level=len(path),
            parent=parent,
            valid_from=line.valid_from if line else None,
            position=self.position,
        )
        row.save()
        self.position += 1
        self._stand(row)
        self.states[row.code] = "new"
        return row

    def _former_code(self, path: str) -> str:
        """A category that comes back under the path it had is the same one."""
        ended = [row for row in self.rows if row.path == path and row.code not in self.by_code]
        return ended[-1].code if ended else ""

    def _code(self, parent: Category | None) -> str:
        """The next free one below the parent's: C01, C0102, C010203."""
        start = "C" if parent is None else parent.code
        if not start.startswith("C"):
            start = f"C{start}-"
        number = 1
        while f"{start}{number:02d}" in self.codes:
            number += 1
        return f"{start}{number:02d}"

    def _rename(self, row: Category, path: str) -> Category:
        """The same category under another path: the former row ends, all below goes with it."""
        above, _, name = path.rpartition(LEVEL)
        below = [child for child in self.by_path.values() if child.parent_id == row.pk]
        # It leaves its path first: moved to below itself, it needs a new category above it.
        self.by_path.pop(row.path, None)
        row.valid_to = self.today
        row.save(update_fields=["valid_to"])
        parent = None
        if above:
            parent = self.by_path.get(above) or self._create(above.split(LEVEL), None)
        version = Category(
            code=row.code,
            path=path,
            name=name,
            level=path.count(LEVEL) + 1,
            parent=parent,
            aliases=row.aliases,
            urgent=row.urgent,
            utilities=row.utilities,
            gb39666=row.gb39666,
            valid_from=self.today,
            position=row.position,
        )
        version.save()
        self._stand(version)
        self._mark(version, "renamed")
        self._changed(version, "path", row.path, path)
        for child in below:
            self._rename(child, f"{path}{LEVEL}{child.name}")
        return version

    def _update(self, row: Category, line: CategoryLine) -> None:
        """What the line says beyond the names; a blank cell takes nothing away."""
        new = self.states.get(row.code) == "new"
        changed = False
        if line.code and line.code != row.code:
            self._changed(row, "code", row.code, line.code)
            self._recode(row, line.code)
            changed = True
        aliases = list(dict.fromkeys([*row.aliases, *(a for a in line.aliases if a != row.name)]))
        said: dict[str, Any] = {
            "aliases": aliases,
            "urgent": line.urgent,
            "utilities": line.utilities,
            "gb39666": line.gb39666 or None,
            "valid_from": line.valid_from,
        }
        for name, value in said.items():
            before = getattr(row, name)
            if value is not None and before != value:
                if not new:
                    self._changed(row, name, _plain(before), _plain(value))
                setattr(row, name, value)
                changed = True
        if changed:
            row.save()
            self._mark(row, "changed")

    def _recode(self, row: Category, code: str) -> None:
        """Every version of a category bears the code that an official list gives it."""
        former = row.code
        for version in self.rows:
            if version.code == former:
                version.code = code
                version.save(update_fields=["code"])
        row.code = code
        self.by_code[code] = self.by_code.pop(former)
        self.codes.add(code)
        if former in self.states:
            self.states[code] = self.states.pop(former)

    def _end(self, row: Category, day: date) -> None:
        for child in [each for each in self.by_path.values() if each.parent_id == row.pk]:
            self._end(child, day)
        row.valid_to = day
        row.save(update_fields=["valid_to"])
        self.by_path.pop(row.path, None)
        self.by_code.pop(row.code, None)
        self._changed(row, "valid_to", None, day.isoformat())
        self._mark(row, "ended")

    def _stand(self, row: Category) -> None:
        self.rows.append(row)
        self.codes.add(row.code)
        self.by_code[row.code] = row
        self.by_path[row.path] = row

    def _mark(self, row: Category, state: str) -> None:
        """What happened to a category counts once, as the most that happened to it."""
        order = ("same", "changed", "renamed", "ended", "new")
        known = self.states.get(row.code, "same")
        self.states[row.code] = max(known, state, key=order.index)

    def _changed(self, row: Category, name: str, before: Any, after: Any) -> None:
        self.outcome.changes.append(
            {"code": row.code, "name": row.name, "field": name, "before": before, "after": after}
        )

    def _reject(self, line: CategoryLine, reason: str, value: str) -> None:
        self.outcome.file.rejected.append(
            RejectedLine(line.sheet, line.line, reason, value, line.row)
        )


def _what(line: CategoryLine) -> tuple[Any, ...]:
    """What a line says, wherever it stands."""
    return (
        line.code,
        line.aliases,
        line.urgent,
        line.utilities,
        line.gb39666,
        line.valid_from,
        line.valid_to,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return "、".join(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
