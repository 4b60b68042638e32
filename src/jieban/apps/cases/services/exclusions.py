"""剔除: leaving one assignment out of scoring."""

from datetime import datetime

from django.db import transaction

from jieban.apps.cases.models import Exclusion, ImportedCase
from jieban.apps.ledger import services as ledger
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused


@transaction.atomic
def exclude_assignment(
    actor: Actor, row: ImportedCase, *, at: datetime, ground: str, proposed_by: Actor, appeal: int
) -> Exclusion:
    """Grant an exclusion that someone else asked for.

    Raises:
        Refused "exclusion.same_person": who asked may not grant.
        Refused "exclusion.already": this assignment is excluded.
    """
    if proposed_by.id == actor.id:
        raise Refused("exclusion.same_person", name=actor.name)
    if Exclusion.objects.filter(row=row).exists():
        raise Refused("exclusion.already", number=row.number, unit=row.unit_written)
    exclusion = Exclusion.objects.create(
        row=row,
        ground=ground,
        proposed_by=proposed_by.name,
        granted_by=actor.name,
        granted_at=at,
    )
    ledger.append(
        "case",
        row.number,
        "case.excluded",
        actor=actor,
        at=at,
        body={"number": row.number, "unit": row.unit_written, "ground": ground, "appeal": appeal},
    )
    return exclusion
