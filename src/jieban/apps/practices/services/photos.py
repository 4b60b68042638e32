"""Photos of a project from one spot, and proofs of notes: cleaned, sealed, kept apart.

Where a photo was taken is always taken out of it; the spot is said in words.
"""

import hashlib
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from jieban import kept_files
from jieban.apps.practices.models import Note, NoteItem, Photo
from jieban.apps.practices.selectors.notes import item_of
from jieban.apps.practices.selectors.projects import photo_of
from jieban.apps.practices.services.keeping import (
    happened,
    hold_note,
    hold_project,
    record_note,
    record_project,
)
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.practices.wording import tidy
from jieban.photos import Cleaned, cleaned
from jieban.sealing import sealer_of

LARGEST = 15 * 1024 * 1024
MOST = 120
MARK = "-practices"
"""What is behind the digest in the names of these files."""


@transaction.atomic
def add_photo(
    actor: Actor,
    number: int,
    name: str,
    content: bytes,
    *,
    at: datetime,
    spot: str = "",
    pair: int | None = None,
    taken_on: date | None = None,
) -> Photo:
    """Put a photo from a spot, or one taken later from the same spot (`pair`: the first one).

    Raises:
        Refused "project.not_found", "project.closed", "project.photo_not_found",
            "project.not_a_photo", "project.pair_earlier", "attachment.too_large",
            "attachment.too_many", "attachment.type", "attachment.broken",
            "attachment.too_many_pixels" and those of `wording.tidy`.
    """
    project = hold_project(actor, number)
    before = photo_of(project, pair) if pair else None
    if before is not None and before.pair_id is not None:
        raise Refused("project.photo_not_found", number=before.pk)
    if Photo.objects.filter(project=project, removed_at__isnull=True).count() >= MOST:
        raise Refused("attachment.too_many", limit=MOST)
    day = happened(taken_on, at)
    if before is not None and day < before.taken_on:
        raise Refused("project.pair_earlier", day=str(day), earlier=str(before.taken_on))
    words = before.spot if before else tidy("spot", spot, limit=100, required=True)
    clean, digest = _kept(content)
    if not clean.media_type.startswith("image/"):
        raise Refused("project.not_a_photo")
    made = Photo.objects.create(
        project=project,
        pair=before,
        spot=words,
        taken_on=day,
        name=_sealed(name),
        digest=digest,
        size=len(clean.content),
        media_type=clean.media_type,
        had_place=clean.had_place,
        made_at=at,
        made_by=actor.name,
        made_by_id=actor.id,
    )
    record_project(
        project,
        "project.photo_added",
        actor=actor,
        at=at,
        photo=made.pk,
        pair=before.pk if before else None,
        digest=digest,
        media_type=made.media_type,
        place_taken_out=made.had_place,
    )
    return made


@transaction.atomic
def remove_photo(actor: Actor, number: int, photo: int, *, at: datetime, reason: str) -> None:
    """Take a photo away, a first one with those taken later; digests stay in the ledger.

    Raises:
        Refused "project.not_found", "project.photo_not_found", "project.reason_missing".
    """
    project = hold_project(actor, number)
    held = photo_of(project, photo)
    told = tidy("reason", reason, limit=500)
    if not told:
        raise Refused("project.reason_missing")
    for each in (*held.afters.filter(removed_at__isnull=True), held):
        each.removed_at = at
        each.save(update_fields=["removed_at"])
        _forget(each.digest)
        record_project(
            project,
            "project.photo_removed",
            actor=actor,
            at=at,
            reason=told,
            photo=each.pk,
            digest=each.digest,
        )


@transaction.atomic
def attach_proof(
    actor: Actor, number: int, item: int, name: str, content: bytes, *, at: datetime
) -> NoteItem:
    """Put a photo or a PDF with an item of a note; it replaces the one before.

    Raises:
        Refused "note.not_found", "note.ended", "note.item_not_found", "attachment.too_large",
            "attachment.type", "attachment.broken", "attachment.too_many_pixels".
    """
    note: Note = hold_note(actor, number)
    held = item_of(note, item)
    clean, digest = _kept(content)
    former = held.digest
    held.name, held.digest, held.media_type = _sealed(name), digest, clean.media_type
    held.save(update_fields=["name", "digest", "media_type"])
    if former and former != digest:
        _forget(former)
    record_note(
        note,
        "note.proof_attached",
        actor=actor,
        at=at,
        item=item,
        digest=digest,
        media_type=clean.media_type,
        place_taken_out=clean.had_place,
    )
    return held


def content_of(held: Photo | NoteItem) -> tuple[str, bytes]:
    """A file's name and content, opened.

    Raises:
        Refused "attachment.lost".
    """
    content = kept_files.content_of(settings.HOME, held.digest, MARK) if held.digest else None
    if content is None or held.name is None:
        raise Refused("attachment.lost", number=held.pk)
    return sealer_of(settings.HOME.keys).open(held.name).decode(), content


def _kept(content: bytes) -> tuple[Cleaned, str]:
    if len(content) > LARGEST:
        raise Refused("attachment.too_large", limit=LARGEST // 1024 // 1024)
    clean = cleaned(content, keep_place=False)
    digest = hashlib.sha256(clean.content).hexdigest()
    kept_files.keep(settings.HOME, digest, clean.content, MARK)
    return clean, digest


def _sealed(name: str) -> bytes:
    # Half of a sign cannot be stored; a name is only shown.
    plain = name[-200:].encode("utf-8", "replace")
    return sealer_of(settings.HOME.keys).seal(plain)


def _forget(digest: str) -> None:
    """The content goes with the last row that names it."""
    if Photo.objects.filter(digest=digest, removed_at__isnull=True).exists():
        return
    if NoteItem.objects.filter(digest=digest).exists():
        return
    path = kept_files.path_of(settings.HOME, digest, MARK)
    transaction.on_commit(lambda: path.unlink(missing_ok=True))
