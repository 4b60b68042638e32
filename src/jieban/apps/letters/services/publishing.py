"""公开一览表: a batch's table frozen as it is published, and what was published later."""

from datetime import datetime
from typing import Any

from django.db import transaction

from jieban.apps.letters.models import Batch, Publication
from jieban.apps.letters.selectors.telling import COLUMNS, changed_rows, content_of, digest_of
from jieban.apps.letters.services.keeping import hold_batch, record_batch
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.rectification.letters import printed

_FIELDS = {
    "public_text": "letter_public_text",
    "area": "letter_area",
    "types": "letter_types",
    "finding": "letter_finding",
    "goal": "letter_goal",
    "action": "letter_action",
    "accountability": "letter_accountability",
}


@transaction.atomic
def publish_batch(actor: Actor, code: str, number: str, *, at: datetime) -> Publication:
    """Freeze the public table of a batch; the first is the whole, later ones add what changed.

    Raises:
        Refused "batch.not_found", "batch.empty", "batch.nothing_changed".
        Refused "letter.personal_data", "letter.not_printable": names the letter; nothing is kept.
    """
    batch = hold_batch(actor, code, number)
    content = printable(batch)
    if not content["rows"]:
        raise Refused("batch.empty", batch=batch.number)
    before = Publication.objects.filter(batch=batch).first()
    changed = changed_rows(before.content if before else None, content)
    if not changed:
        raise Refused("batch.nothing_changed", batch=batch.number)
    table = Publication.objects.create(
        batch=batch,
        number=(before.number if before else 0) + 1,
        content=content,
        changed=changed,
        digest=digest_of(content),
        made_at=at,
        made_by=actor.name,
    )
    record_batch(
        batch,
        "batch.published",
        actor=actor,
        at=at,
        table=table.number,
        digest=table.digest,
        letters=[row["number"] for row in content["rows"]],
        changed=changed,
    )
    return table


def printable(batch: Batch) -> dict[str, Any]:
    """The public table as it stands now, if it may be printed.

    Raises:
        Refused "letter.not_printable".
    """
    content = content_of(batch)
    for row in content["rows"]:
        check_row(row)
    return content


def check_row(row: dict[str, Any]) -> None:
    """Every text of a row once more, whatever way it came in.

    Raises:
        Refused "letter.not_printable": what stands there points to a person; names the letter.
    """
    for name in COLUMNS:
        if name not in _FIELDS:
            continue
        try:
            printed(_FIELDS[name], row[name], limit=10**6)
        except Refused as refused:
            field = refused.detail.get("field", name)
            raise Refused("letter.not_printable", number=row["number"], field=field) from None
