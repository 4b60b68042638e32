"""导出: taking cases out of the system is an act, and written down."""

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from jieban.apps.ledger import services as ledger
from jieban.domain.actors import Actor


@transaction.atomic
def note_export(actor: Actor, asked: Mapping[str, str], *, at: datetime) -> str:
    """Write who takes out which list; the number that stands in the file.

    Raises:
        Refused "actor.not_permitted".
    """
    actor.demand("case.export")
    number = uuid4().hex[:12]
    ledger.append(
        "export",
        number,
        "cases.exported",
        actor=actor,
        at=at,
        body={"asked": dict(asked)},
        first=True,
    )
    return number
