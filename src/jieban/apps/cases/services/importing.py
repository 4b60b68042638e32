"""Taking in a platform's export: one file, one transaction, one event.

Each row is new, changed, the same, superseded by a later line of the same file, or
rejected; nothing else can happen to it. Either the whole file is in, or nothing of it:
an import that was interrupted can simply be run again.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from django.db import transaction

from jieban.apps.cases import storage
from jieban.apps.cases.models import AttributedBy, Import, ImportedCase, ImportedVersion
from jieban.apps.cases.preparing import Prepared, Preparer
from jieban.apps.directory import services as directory
from jieban.apps.directory.namebook import NameBook
from jieban.apps.ledger import services as ledger
from jieban.apps.rows import without_cycles
from jieban.domain.actors import Actor
from jieban.home import Home
from jieban.sealing import Sealer
from jieban.tables import ahead
from jieban.tables.profiles import Profile
from jieban.tables.rows import Reading, read

CHUNK = 5000
# How many changed fields an import lists one by one; the versions keep all of them.
LISTED_CHANGES = 1000
PERSONAL = "personal"

# The fields of a row that are compared and reported when a later export corrects them.
COMPARED = (
    "kind",
    "unit_written",
    "role",
    "street_written",
    "community_written",
    "category",
    "channel",
    "status",
    "received_at",
    "closed_at",
    "due_at",
    "excluded_ground",
    "contacted",
    "valid",
    "resolved",
    "satisfaction",
    "held",
    "returns",
    "passes",
)
_TIMES = frozenset({"received_at", "closed_at", "due_at"})
_POSITION = {column: index for index, column in enumerate(storage.COLUMNS)}
_AREA = _POSITION["area_id"]
_BY = _POSITION["attributed_by"]
_VERSION = _POSITION["version"]
_PLACED = Prepared._fields.index("category")
_SAID = Prepared._fields.index("content")

Key = str | tuple[str, ...]


@dataclass
class Counts:
    """What became of the rows. `read` is the sum of all others but `skipped` and `warnings`."""

    read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    superseded: int = 0
    rejected: int = 0
    rejected_by_reason: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    changed_fields: Counter[str] = field(default_factory=Counter)
    provisional: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {**self.__dict__, "changed_fields": dict(self.changed_fields)}


@dataclass
class ImportOutcome:
    """What one import did, or would do (`dry_run`). `number` is None where nothing was stored."""

    number: int | None
    file: str
    profile: Profile
    reading: Reading
    counts: Counts
    changes: list[dict[str, Any]]
    superseded: list[dict[str, Any]]
    provisional: list[dict[str, str]]
    dry_run: bool


def import_file(
    actor: Actor,
    path: Path,
    *,
    at: datetime,
    home: Home,
    profile: str | None = None,
    name: str | None = None,
    dry_run: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> ImportOutcome:
    """Take in one export.

    `profile` names the mapping; without it the heading decides. `name` is what the file
    is called where `path` is only a temporary copy. `on_progress` is told the rows read
    so far. The same file again changes nothing and writes no event.

    Raises:
        Refused "file.…": not a table, protected, empty, no profile fits (see tables).
    """
    reading = read(path, profile, home.profiles)
    sealer = Sealer(home.keys)
    with without_cycles(), transaction.atomic():
        storage.take_import_lock()
        with directory.open_namebook() as (book, provisional):
            record = Import(
                at=at,
                actor_name=actor.name,
                file_name=name or path.name,
                file_digest=_file_digest(path),
                profile=reading.profile.name,
                source=reading.profile.source,
                zone=reading.profile.zone,
                generated=reading.profile.generated,
            )
            record.save()
            with storage.Inserter() as inserter:
                work = _Work(record, reading.profile, book, sealer, inserter)
                prepare = Preparer(zone_kept=storage.keeps_zone())
                for chunk in ahead.iterate(reading, CHUNK, prepare):
                    work.take([Prepared._make(row) for row in chunk])
                    if on_progress is not None:
                        on_progress(work.counts.read + len(reading.rejected))
                work.finish()
            storage.settle_ids()
            counts = work.counts
            counts.rejected = len(reading.rejected)
            counts.read += counts.rejected
            counts.rejected_by_reason = dict(Counter(row.reason for row in reading.rejected))
            counts.skipped = dict(reading.skipped)
            counts.provisional = dict(Counter(entry["kind"] for entry in provisional))
            if counts.new or counts.changed:
                record.counts = counts.as_dict()
                record.changes = work.changes
                record.save(update_fields=["counts", "changes"])
                _write_event(actor, record, reading.profile, provisional, at=at)
            else:
                record.delete()
        if dry_run:
            transaction.set_rollback(True)
    return ImportOutcome(
        number=None if dry_run else record.pk,
        file=record.file_name,
        profile=reading.profile,
        reading=reading,
        counts=counts,
        changes=work.changes,
        superseded=work.superseded,
        provisional=provisional,
        dry_run=dry_run,
    )


def _write_event(
    actor: Actor,
    record: Import,
    profile: Profile,
    provisional: list[dict[str, str]],
    *,
    at: datetime,
) -> None:
    counts = record.counts
    ledger.append(
        "import",
        str(record.pk),
        "cases.imported",
        actor=actor,
        at=at,
        body={
            "file": record.file_name,
            "file_digest": record.file_digest,
            "profile": profile.name,
            "profile_digest": profile.digest,
            "source": profile.source,
            "counts": {
                what: counts[what]
                for what in ("read", "new", "changed", "same", "superseded", "rejected")
            },
            "provisional": provisional,
        },
    )


class _Pending(NamedTuple):
    """A stored row that this file says something else about; written when the file is read."""

    before: storage.Known
    values: tuple[Any, ...]
    private: bytes
    digest: bytes


class _Work:
    """The state of one running import.

    `seen` remembers where in the file each stored row was last spoken of, so that a later line
    with the same key can name the one it supersedes. Corrections wait in `pending` until the
    whole file is read: only the last line of a key counts, however far apart they stand.
    """

    def __init__(
        self,
        record: Import,
        profile: Profile,
        book: NameBook,
        sealer: Sealer,
        inserter: storage.Inserter,
    ) -> None:
        self.inserter = inserter
        self.record = record
        self.profile = profile
        self.book = book
        self.sealer = sealer
        self.counts = Counts()
        self.changes: list[dict[str, Any]] = []
        self.superseded: list[dict[str, Any]] = []
        self.key_of = attrgetter(*profile.key)
        self.next_id = storage.next_id()
        self.seen: dict[int, tuple[str, int]] = {}
        self.pending: dict[int, _Pending] = {}

    def take(self, chunk: list[Prepared]) -> None:
        """Store the new rows of one chunk, remember the corrections."""
        self.counts.read += len(chunk)
        latest = self._last_of_each_key(chunk)
        self.inserter.wait()
        known = self._known(row for row, _ in latest.values())
        new: list[tuple[Any, ...]] = []
        private: list[bytes] = []
        for key, (row, digest) in latest.items():
            before = known.get(key)
            if before is None:
                new.append(self._values(row, self.next_id, 1, digest))
                private.append(row.private)
                self.seen[self.next_id] = (row.sheet, row.line)
                self.next_id += 1
            else:
                self._compare(before, row, digest)
        self.counts.new += len(new)
        self.inserter.put(new, self.sealer.seal_all(private))

    def finish(self) -> None:
        """Write the corrections and settle the counts: what is nothing else said the same."""
        self.inserter.wait()
        corrections = list(self.pending.values())
        for start in range(0, len(corrections), CHUNK):
            self._correct(corrections[start : start + CHUNK])
        counts = self.counts
        counts.same = counts.read - counts.new - counts.changed - counts.superseded

    def _compare(self, before: storage.Known, row: Prepared, digest: bytes) -> None:
        waiting = self.pending.get(before.id)
        if digest != (waiting.digest if waiting else before.digest):
            if before.id in self.seen:
                self._list_superseded(*self.seen[before.id], row.number)
            if digest == before.digest:
                del self.pending[before.id]
            else:
                values = self._values(row, before.id, before.version, digest)
                self.pending[before.id] = _Pending(before, values, row.private, digest)
        self.seen[before.id] = (row.sheet, row.line)

    def _last_of_each_key(self, chunk: list[Prepared]) -> dict[Key, tuple[Prepared, bytes]]:
        """Of rows with one key the last counts; an earlier one that said otherwise is listed."""
        latest: dict[Key, tuple[Prepared, bytes]] = {}
        digest_of = self.sealer.digest
        for row in chunk:
            key, digest = self.key_of(row), digest_of(row.content + row.private)
            earlier = latest.get(key)
            if earlier is not None and earlier[1] != digest:
                self._list_superseded(earlier[0].sheet, earlier[0].line, row.number)
            latest[key] = (row, digest)
        return latest

    def _list_superseded(self, sheet: str, line: int, number: str) -> None:
        self.counts.superseded += 1
        if len(self.superseded) < LISTED_CHANGES:
            self.superseded.append({"sheet": sheet, "line": line, "number": number})

    def _known(self, rows: Iterable[Prepared]) -> dict[Key, storage.Known]:
        stored = storage.known(self.profile.source, [row.number for row in rows])
        return {self.key_of(entry): entry.known for entry in stored}

    def _values(self, row: Prepared, pk: int, version: int, digest: bytes) -> tuple[Any, ...]:
        """The row in the order of `storage.COLUMNS`."""
        place = self.book.place(row.street, row.community, nested=self.profile.nested)
        return (
            pk,
            self.profile.source,
            *row[:_PLACED],
            place.area,
            place.by,
            self.book.unit(row.unit),
            *row[_PLACED:_SAID],
            version,
            digest,
            self.record.pk,
        )

    def _correct(self, corrections: list[_Pending]) -> None:
        """Overwrite rows, keep what they said before as a version, list what changed.

        A row that this very file had brought is only overwritten: nobody ever saw what an
        earlier line said.
        """
        old_rows = ImportedCase.objects.select_related("private").in_bulk(
            [each.before.id for each in corrections]
        )
        versions: list[ImportedVersion] = []
        updates: list[tuple[Any, ...]] = []
        sealed: list[tuple[int, bytes]] = []
        for before, values, private, _ in corrections:
            if before.brought_by != self.record.pk:
                values = self._as_next_version(old_rows[before.id], values, private, versions)
            updates.append(values)
            sealed.append((before.id, self.sealer.seal(private)))
        ImportedVersion.objects.bulk_create(versions, batch_size=500)
        storage.update(updates, sealed)

    def _as_next_version(
        self,
        old: ImportedCase,
        values: tuple[Any, ...],
        private: bytes,
        versions: list[ImportedVersion],
    ) -> tuple[Any, ...]:
        """The row's values with the next version number, and the old content put aside.

        A row whose digest differs though nothing in it does was written by an earlier
        release that read more or fewer fields: it gets its new digest and nothing else.
        """
        content = {name: getattr(old, name) for name in COMPARED}
        differences = {
            name: (content[name], after)
            for name in COMPARED
            if (after := _as_read(name, values[_POSITION[name]])) != content[name]
        }
        kept = getattr(old, "private", None)
        if kept is None or self.sealer.open(kept.sealed) != private:
            differences[PERSONAL] = (None, None)
        if not differences:
            return values
        self.counts.changed += 1
        for name, (was, now) in differences.items():
            self.counts.changed_fields[name] += 1
            if len(self.changes) < LISTED_CHANGES:
                self.changes.append(
                    {
                        "number": old.number,
                        "unit": old.unit_written,
                        "field": name,
                        "before": _plain(was),
                        "after": _plain(now),
                    }
                )
        versions.append(
            ImportedVersion(
                row=old,
                version=old.version,
                content={name: _plain(value) for name, value in content.items()},
                sealed=None if kept is None else kept.sealed,
                replaced_by=self.record,
            )
        )
        changed = list(values)
        changed[_VERSION] = old.version + 1
        moved = {"street_written", "community_written"} & differences.keys()
        if old.attributed_by == AttributedBy.PERSON and not moved:
            # What a person decided stands until the source names another place.
            changed[_AREA], changed[_BY] = old.area_id, old.attributed_by
        return tuple(changed)


def _as_read(name: str, value: Any) -> Any:
    """A value as it was written, in the form the ORM gives it back."""
    if name in _TIMES and isinstance(value, str):
        return storage.read_time(datetime.fromisoformat(value))
    return value


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _file_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
