"""The one write of effects: what others have said of a programme."""

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from jieban.apps.effects.models import READINGS, QuotedFigure
from jieban.apps.ledger import services as ledger
from jieban.apps.programmes import selectors as programmes
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.evaluation.effects.panel import MEASURES

_MOST = Decimal(1000)


@transaction.atomic
def enter_quoted(
    actor: Actor,
    programme: str,
    *,
    cohort: int,
    measure: str,
    value: Decimal,
    reading: str,
    source: str,
    said_on: date,
    at: datetime,
) -> QuotedFigure:
    """Keep a quoted figure with its source.

    Raises:
        Refused: what `programmes.selectors` refuses; "quoted.unknown_word", "quoted.too_large",
            "quoted.no_source".
    """
    programmes.cohort_of(programmes.programme_by_code(programme), cohort)
    if measure not in MEASURES or reading not in READINGS:
        raise Refused("quoted.unknown_word", found=measure if measure not in MEASURES else reading)
    if abs(value) >= _MOST:
        raise Refused("quoted.too_large", value=value)
    if not source.strip():
        raise Refused("quoted.no_source")
    made = QuotedFigure.objects.create(
        programme=programme,
        cohort=cohort,
        measure=measure,
        value=value,
        reading=reading,
        source=source.strip()[:200],
        said_on=said_on,
        entered_at=at,
        entered_by=actor.name,
    )
    body = {
        "programme": programme,
        "cohort": cohort,
        "measure": measure,
        "value": str(value),
        "reading": reading,
        "source": made.source,
        "said_on": said_on.isoformat(),
    }
    ledger.append("programme", programme, "effect.quoted", actor=actor, at=at, body=body)
    return made
