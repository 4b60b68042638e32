"""Directory files as pages take them in: kept sealed, looked at, then confirmed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from jieban.apps.cases.services import uploads
from jieban.apps.cases.services.uploads import Upload
from jieban.apps.directory import services as directory
from jieban.apps.directory.services import DirectoryOutcome
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.home import Home
from jieban.tables.directories import read_directory

LISTED = 500


def receive_directory(
    actor: Actor,
    name: str,
    content: Iterable[bytes],
    *,
    at: datetime,
    home: Home,
    limit_mb: int,
    keep_days: int,
) -> Upload:
    """Keep a directory file that was sent, if it has one of the two layouts.

    Raises:
        Refused "upload.…", "file.…", "directory.no_layout": nothing is kept then.
    """
    uploads.expire_uploads(home, at=at, keep_days=keep_days)
    upload = uploads.store_upload(home, name, content, at=at, by=actor.name, limit_mb=limit_mb)
    try:
        with uploads.opened(home, upload) as path:
            read_directory(path)
    except Refused:
        uploads.forget_upload(home, upload)
        raise
    return upload


def preview_directory(actor: Actor, upload: Upload, *, at: datetime, home: Home) -> dict[str, Any]:
    """What the file would change; nothing is stored. Keys: counts, changes, new, rejected."""
    with uploads.opened(home, upload) as path:
        return _found(directory.import_directory(actor, path, at=at, dry_run=True))


def take_in_directory(actor: Actor, upload_id: str, *, at: datetime, home: Home) -> Upload:
    """Change the directory as the file says; what was done is kept with the file.

    Sent twice, the second changes nothing and what the first did stays on the page.
    """
    upload = uploads.upload_by_id(home, upload_id)
    with uploads.opened(home, upload) as path:
        found = _found(directory.import_directory(actor, path, at=at))
    upload = uploads.upload_by_id(home, upload_id)
    if "directory" in upload.found and not (found["counts"]["new"] or found["counts"]["changed"]):
        return upload
    return uploads.note(home, upload, directory=found)


def _found(outcome: DirectoryOutcome) -> dict[str, Any]:
    counts = {name: outcome.counts[name] for name in ("new", "changed", "same")}
    rejected = outcome.file.rejected
    return {
        "counts": {**counts, "rejected": len(rejected)},
        "changes": outcome.changes[:LISTED],
        "new": _by_kind(outcome),
        "rejected": [
            {"sheet": line.sheet, "line": line.line, "reason": line.reason, "value": line.value}
            for line in rejected[:LISTED]
        ],
    }


def _by_kind(outcome: DirectoryOutcome) -> list[tuple[str, int]]:
    """(kind, lines) of the file, so that a person sees at once whether it was read right."""
    kinds: dict[str, int] = {}
    for line in outcome.file.lines:
        kinds[line.kind] = kinds.get(line.kind, 0) + 1
    return list(kinds.items())
