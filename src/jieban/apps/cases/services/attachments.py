"""Photos and files of a case: checked by content, place taken out, sealed under their digest."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.db import transaction

from jieban import kept_files
from jieban.apps.cases.models import Attachment, Case
from jieban.apps.cases.selectors.live import acting_shares, attachment_of
from jieban.apps.cases.services.keeping import hold_row, record
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.photos import cleaned
from jieban.sealing import sealer_of

STAGES = ("before", "after", "evidence", "other")
LARGEST = 15 * 1024 * 1024
MOST = 60
_HANDED = ("case.receive", "case.request", "case.handle", "case.decide")


@transaction.atomic
def attach(
    actor: Actor,
    number: str,
    name: str,
    content: bytes,
    *,
    at: datetime,
    stage: str = "other",
    pair: int | None = None,
    keep_place: bool = False,
) -> Attachment:
    """Put a photo or a file with a case. Where it was taken is kept only with consent.

    Raises:
        Refused "case.not_found", "attachment.not_yours", "attachment.too_large",
            "attachment.too_many", "attachment.type", "attachment.broken",
            "attachment.too_many_pixels", "case.word_unknown", "attachment.not_found".
    """
    case = hold_row(actor, number, "case.see")
    if not acting_shares(actor, case) and not any(actor.may(each) for each in _HANDED):
        raise Refused("attachment.not_yours")
    if stage not in STAGES:
        raise Refused("case.word_unknown", field="stage", value=stage, known=list(STAGES))
    if len(content) > LARGEST:
        raise Refused("attachment.too_large", limit=LARGEST // 1024 // 1024)
    if Attachment.objects.filter(case=case, removed_at__isnull=True).count() >= MOST:
        raise Refused("attachment.too_many", limit=MOST)
    before = attachment_of(case, pair) if pair else None
    clean = cleaned(content, keep_place=keep_place)
    digest = hashlib.sha256(clean.content).hexdigest()
    kept_files.keep(settings.HOME, digest, clean.content)
    made = Attachment.objects.create(
        case=case,
        stage=stage,
        pair=before,
        name=sealer_of(settings.HOME.keys).seal(name[-200:].encode()),
        digest=digest,
        size=len(clean.content),
        media_type=clean.media_type,
        had_place=clean.had_place,
        keeps_place=keep_place and clean.had_place,
        made_at=at,
        made_by=actor.name,
    )
    record(
        case,
        "case.attached",
        actor=actor,
        at=at,
        body={
            "attachment": made.pk,
            "stage": stage,
            "digest": digest,
            "media_type": clean.media_type,
            "place_taken_out": clean.had_place and not keep_place,
        },
    )
    return made


@transaction.atomic
def remove_attachment(
    actor: Actor, number: str, attachment: int, *, at: datetime, reason: str
) -> Case:
    """Take a file away from a case; its digest stays in the ledger.

    Raises:
        Refused "case.not_found", "attachment.not_found", "attachment.not_yours",
            "case.reason_missing".
    """
    case = hold_row(actor, number, "case.see")
    held = attachment_of(case, attachment)
    if held.made_by != actor.name and not actor.may("case.decide"):
        raise Refused("attachment.not_yours")
    if not reason.strip():
        raise Refused("case.reason_missing")
    _forget(held, at)
    record(
        case,
        "case.attachment_removed",
        actor=actor,
        at=at,
        reason=reason,
        body={"attachment": held.pk, "digest": held.digest},
    )
    return case


def forget_files(case: Case, *, at: datetime) -> int:
    """Every file of a case goes, when what the resident left is erased; how many."""
    held = list(Attachment.objects.filter(case=case, removed_at__isnull=True))
    for each in held:
        _forget(each, at)
    return len(held)


def _forget(held: Attachment, at: datetime) -> None:
    """The row says it was removed; the content goes, unless another case has the same file."""
    held.removed_at = at
    held.save(update_fields=["removed_at"])
    if not Attachment.objects.filter(digest=held.digest, removed_at__isnull=True).exists():
        path = kept_files.path_of(settings.HOME, held.digest)
        transaction.on_commit(lambda: path.unlink(missing_ok=True))


def content_of(attachment: Attachment) -> tuple[str, bytes]:
    """The file's name and content, opened.

    Raises:
        Refused "attachment.lost": the file is not where it was put.
    """
    content = kept_files.content_of(settings.HOME, attachment.digest)
    if content is None:
        raise Refused("attachment.lost", number=attachment.pk)
    return sealer_of(settings.HOME.keys).open(attachment.name).decode(), content
