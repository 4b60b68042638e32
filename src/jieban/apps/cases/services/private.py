"""Personal data of a case: seen in clear only with a reason that is written down; erased."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from jieban.apps.cases import searching
from jieban.apps.cases.models import Case, CaseNote, CasePrivate
from jieban.apps.cases.selectors.live import private_of_case
from jieban.apps.cases.services.attachments import forget_files
from jieban.apps.cases.services.keeping import hold_row, record
from jieban.domain.actors import Actor
from jieban.domain.cases.lifecycle import State
from jieban.domain.errors import Refused
from jieban.domain.privacy.retention import closed_before
from jieban.sealing import sealer_of

ERASED = "—"


@transaction.atomic
def unmask_case(actor: Actor, number: str, *, at: datetime, reason: str) -> dict[str, str]:
    """What the resident said or left, in clear; who looked and why is an event.

    Raises:
        Refused "case.not_found", "case.reason_missing".
    """
    case = hold_row(actor, number, "case.unmask")
    if not reason.strip():
        raise Refused("case.reason_missing")
    shown = private_of_case(case, sealer_of(settings.HOME.keys))
    record(case, "case.unmasked", actor=actor, at=at, reason=reason, body={"fields": sorted(shown)})
    return shown


@transaction.atomic
def erase_private(actor: Actor, number: str, *, at: datetime, reason: str) -> Case:
    """Erase what a resident said or left. The case, its figures and its chain stay.

    Raises:
        Refused "case.not_found", "case.reason_missing", "case.erase_open".
    """
    case = hold_row(actor, number, "case.erase")
    if not reason.strip():
        raise Refused("case.reason_missing")
    if case.state != State.CLOSED:
        raise Refused("case.erase_open", number=number)
    before = searching.content_of(case)
    CasePrivate.objects.filter(case=case).delete()
    notes = CaseNote.objects.filter(case=case).delete()[0]
    files = forget_files(case, at=at)
    case.title = case.text = ERASED
    case.address = ""
    record(
        case,
        "case.erased",
        actor=actor,
        at=at,
        reason=reason,
        body={"notes": notes, "files": files},
    )
    searching.index(case, before)
    return case


def erase_due(actor: Actor, *, at: datetime, keep_days: int, reason: str) -> int:
    """Erase what is due by the rule of retention: cases closed so long ago; how many.

    Raises:
        Refused "case.reason_missing".
    """
    bound = closed_before(at, keep_days=keep_days)
    due = Case.objects.filter(
        state=State.CLOSED.value,
        closed_at__lte=bound,
        merged_into__isnull=True,
        private__isnull=False,
    )
    erased = 0
    for number in list(due.order_by("id").values_list("number", flat=True)):
        erase_private(actor, number, at=at, reason=reason)
        erased += 1
    return erased
