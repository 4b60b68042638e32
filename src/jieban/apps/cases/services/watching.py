"""催办、督办: somebody reminds, a higher office watches."""

from datetime import datetime

from django.db import transaction

from jieban.apps.cases.models import Case, Supervision
from jieban.apps.cases.services.keeping import hold_row, record, set_reach
from jieban.domain.actors import Actor
from jieban.domain.cases.lifecycle import OPEN, State
from jieban.domain.errors import Refused


@transaction.atomic
def urge_case(actor: Actor, number: str, *, at: datetime, reason: str) -> Case:
    """催办: a reminder to whoever has the case; no change of state.

    Raises:
        Refused "case.not_found", "case.reason_missing", "case.urge_not_now".
    """
    case = hold_row(actor, number, "case.urge")
    if not reason.strip():
        raise Refused("case.reason_missing")
    if State(case.state) not in OPEN:
        raise Refused("case.urge_not_now", state=case.state)
    case.urges += 1
    record(case, "case.urged", actor=actor, at=at, reason=reason, body={"urges": case.urges})
    return case


@transaction.atomic
def supervise_case(
    actor: Actor, number: str, *, at: datetime, source: str, reason: str = ""
) -> Supervision:
    """督办: put a case under supervision; `source` says whose, such as 创卫督办.

    Raises:
        Refused "case.not_found", "case.source_missing", "case.supervised".
    """
    case = hold_row(actor, number, "case.supervise")
    source = " ".join(source.split())[:64]
    if not source:
        raise Refused("case.source_missing")
    if Supervision.objects.filter(case=case, source=source, ended_at__isnull=True).exists():
        raise Refused("case.supervised", number=number, source=source)
    watch = Supervision.objects.create(case=case, source=source, begun_at=at, begun_by=actor.name)
    case.supervised = True
    record(
        case,
        "case.supervised",
        actor=actor,
        at=at,
        reason=reason,
        body={"supervision": watch.pk, "source": source},
    )
    set_reach(case)
    return watch


@transaction.atomic
def end_supervision(
    actor: Actor, number: str, supervision: int, *, at: datetime, reason: str
) -> Case:
    """The supervision is over, with its reason.

    Raises:
        Refused "case.not_found", "case.reason_missing", "case.not_supervised".
    """
    case = hold_row(actor, number, "case.supervise")
    if not reason.strip():
        raise Refused("case.reason_missing")
    running = Supervision.objects.filter(case=case, ended_at__isnull=True)
    if not running.filter(pk=supervision).update(ended_at=at):
        raise Refused("case.not_supervised", number=number)
    case.supervised = running.exists()
    record(
        case,
        "case.supervision_ended",
        actor=actor,
        at=at,
        reason=reason,
        body={"supervision": supervision},
    )
    return case
