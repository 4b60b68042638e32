"""The import as pages do it: a file is sent, looked at, confirmed, and mended.

Sending and looking store nothing but the sealed file. What a dry run found is kept with the
file until anything happens that could change it, so that a page can be loaded twice.
"""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from jieban.apps.cases.services import uploads
from jieban.apps.cases.services.importing import ImportOutcome, import_file
from jieban.apps.cases.services.uploads import Upload
from jieban.apps.ledger import selectors as ledger
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.privacy.masking import mask_text, masked
from jieban.home import Home
from jieban.tables.headers import IGNORED, UNKNOWN, Column
from jieban.tables.profiles import PRIVATE_FIELDS, Profile, get_profile
from jieban.tables.rejects import write_rejects
from jieban.tables.rows import SheetPlan, read

# How many rejected and superseded rows are kept for the page; the workbook has all of them.
LISTED = 200
_LONGEST_SAMPLE = 40


@dataclass(frozen=True)
class SheetView:
    """One sheet of a preview: its columns, and sample rows (cells in the order of columns)."""

    name: str
    line: int
    fields: tuple[Column, ...]
    unknown: tuple[Column, ...]
    ignored: tuple[Column, ...]
    shown: tuple[Column, ...]
    samples: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Preview:
    """What confirming would do. `found` has the keys of `_found`."""

    upload: Upload
    profile: Profile
    sheets: tuple[SheetView, ...]
    skipped_sheets: dict[str, str]
    found: dict[str, Any]


def receive(
    actor: Actor,
    name: str,
    content: Iterable[bytes],
    *,
    at: datetime,
    home: Home,
    limit_mb: int,
    keep_days: int,
) -> Upload:
    """Keep a file that was sent, if it is a table some profile can read.

    Files whose time is over are removed on the way.

    Raises:
        Refused "upload.…", and "file.…" for what is no table: nothing is kept then.
    """
    uploads.expire_uploads(home, at=at, keep_days=keep_days)
    upload = uploads.store_upload(home, name, content, at=at, by=actor.name, limit_mb=limit_mb)
    try:
        with uploads.opened(home, upload) as path:
            read(path, None, home.profiles)
    except Refused:
        if not upload.found.get("outcome"):
            uploads.forget_upload(home, upload)
        raise
    return upload


def preview(
    actor: Actor, upload_id: str, profile: str | None, *, at: datetime, home: Home
) -> Preview:
    """How the file would be read, and what an import would do; nothing is stored.

    Raises:
        Refused "upload.not_found", "file.…", "profile.…".
    """
    upload = uploads.upload_by_id(home, upload_id)
    with uploads.opened(home, upload) as path:
        reading = read(path, profile, home.profiles)
        standing = [reading.profile.digest, next((e.number for e in ledger.newest(1)), 0)]
        kept = upload.found.get("dry_run", {})
        if kept.get("standing") != standing:
            outcome = import_file(
                actor, path, at=at, home=home, profile=reading.profile.name, dry_run=True
            )
            kept = {"standing": standing, **_found(outcome)}
            upload = uploads.note(home, upload, dry_run=kept)
        return Preview(
            upload,
            reading.profile,
            tuple(_sheet(plan, reading.profile) for plan in reading.sheets if plan.header),
            reading.skipped_sheets,
            kept,
        )


def take_in(actor: Actor, upload_id: str, profile: str, *, at: datetime, home: Home) -> Upload:
    """Import a kept file. Confirmed twice, it is imported once, and the first outcome stands.

    Raises:
        Refused "upload.not_found", "file.…", "profile.…".
    """
    upload = uploads.upload_by_id(home, upload_id)
    with uploads.opened(home, upload) as path:
        outcome = import_file(actor, path, at=at, home=home, profile=profile)
    # Somebody may have confirmed while this import waited for its turn.
    upload = uploads.upload_by_id(home, upload_id)
    before = upload.found.get("outcome")
    if outcome.number is None and before and before["number"] is not None:
        return upload
    found = {"number": outcome.number, "at": at.isoformat(), **_found(outcome)}
    # An old file confirmed once more after a newer one is another import of the same content.
    numbered = {**upload.found.get("outcomes", {}), str(outcome.number): found}
    return uploads.note(home, upload, outcome=found, outcomes=numbered)


def rejects_workbook(upload: Upload, *, home: Home) -> bytes:
    """The rejected rows as a workbook, made anew from the kept file.

    Raises:
        Refused "upload.not_found", "file.cannot_write".
    """
    profile = upload.found["outcome"]["profile"]
    with (
        uploads.opened(home, upload) as path,
        tempfile.TemporaryDirectory(dir=path.parent) as folder,
    ):
        reading = read(path, get_profile(profile, home.profiles), home.profiles)
        for _ in reading.iterate():
            pass
        workbook = Path(folder) / "rejects.xlsx"
        write_rejects(workbook, reading)
        return workbook.read_bytes()


def _found(outcome: ImportOutcome) -> dict[str, Any]:
    """What the pages say of an import: plain values, sentences kept as code and detail."""
    return {
        "profile": outcome.profile.name,
        "counts": outcome.counts.as_dict(),
        "provisional": outcome.provisional,
        "changes": outcome.changes[:LISTED],
        "superseded": outcome.superseded[:LISTED],
        "rejected": [
            {
                "sheet": row.sheet,
                "line": row.line,
                "faults": [
                    {
                        "heading": fault.heading,
                        "value": fault.value[:_LONGEST_SAMPLE],
                        "code": fault.code,
                        "detail": dict(fault.detail),
                    }
                    for fault in row.faults
                ],
            }
            for row in outcome.reading.rejected[:LISTED]
        ],
        "remarks": [
            {"code": remark.code, "detail": {**remark.detail, "count": remark.count}}
            for remark in outcome.reading.warnings
        ],
    }


def _sheet(plan: SheetPlan, profile: Profile) -> SheetView:
    assert plan.header is not None
    of = plan.header.of_kind
    shown = tuple(column for column in plan.columns if column.kind != IGNORED)
    return SheetView(
        name=plan.name,
        line=plan.header.line,
        fields=tuple(column for column in plan.columns if column.field),
        unknown=tuple(of(UNKNOWN)),
        ignored=tuple(of(IGNORED)),
        shown=shown,
        samples=tuple(
            tuple(_sample(column, row, profile) for column in shown) for row in plan.samples
        ),
    )


def _sample(column: Column, row: tuple[str, ...], profile: Profile) -> str:
    """One cell of a sample row; a resident's own words and unknown columns only by length."""
    text = row[column.index] if column.index < len(row) else ""
    if column.field in PRIVATE_FIELDS:
        return masked(column.field, text)
    if column.kind == UNKNOWN:
        return mask_text(text)
    return text if len(text) <= _LONGEST_SAMPLE else text[:_LONGEST_SAMPLE] + "…"
