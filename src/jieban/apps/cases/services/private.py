"""Personal data of a case: seen in clear only with a reason that is written down; erased."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from jieban.apps.cases import searching
from jieban.apps.cases.models import (
    Case,
    CaseNote,
    CasePrivate,
    ImportedCase,
    ImportedPrivate,
    ImportedVersion,
)
from jieban.apps.cases.selectors.live import private_of_case, visible_to
from jieban.apps.cases.services.attachments import forget_files
from jieban.apps.cases.services.keeping import hold_row, record
from jieban.apps.ledger.services import append
from jieban.domain.actors import Actor
from jieban.domain.cases.lifecycle import State
from jieban.domain.errors import Refused
from jieban.domain.privacy.retention import closed_before
from jieban.sealing import sealer_of

ERASED = "—"
IMPORTED_BATCH = 5_000


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

    A merged case is over when the one it is handled with is.

    Raises:
        Refused "case.not_found", "case.reason_missing", "case.erase_open".
    """
    seen = visible_to(actor, "case.erase").select_for_update(of=("self",))
    case = seen.filter(number=number).first()
    if case is None:
        raise Refused("case.not_found", number=number)
    if not reason.strip():
        raise Refused("case.reason_missing")
    if (case.merged_into or case).state != State.CLOSED:
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
    searching.enter_anew(case, before)
    return case


def erase_due(actor: Actor, *, at: datetime, keep_days: int, reason: str) -> int:
    """Erase what is due by the rule of retention: cases closed so long ago; how many.

    Raises:
        Refused "case.reason_missing".
    """
    bound = closed_before(at, keep_days=keep_days)
    closed = State.CLOSED.value
    over = Q(state=closed, closed_at__lte=bound, merged_into__isnull=True) | Q(
        merged_into__state=closed, merged_into__closed_at__lte=bound
    )
    due = Case.objects.filter(over, private__isnull=False)
    erased = 0
    for number in list(due.order_by("id").values_list("number", flat=True)):
        erase_private(actor, number, at=at, reason=reason)
        erased += 1
    return erased


def erase_due_imported(actor: Actor, *, at: datetime, keep_days: int, reason: str) -> int:
    """The same for imported rows, and for what they said before corrections; how many rows.

    A row without a closing time is open and stays. In batches, each with its event.

    Raises:
        Refused "case.reason_missing".
    """
    actor.demand("case.erase")
    if not reason.strip():
        raise Refused("case.reason_missing")
    bound = closed_before(at, keep_days=keep_days)
    due = ImportedCase.objects.filter(closed_at__lte=bound, private__isnull=False).order_by("id")
    erased = last = 0
    while batch := list(due.filter(id__gt=last).values_list("id", flat=True)[:IMPORTED_BATCH]):
        last = batch[-1]
        erased += _erase_imported(actor, batch, at=at, closed_until=bound, reason=reason)
    return erased


@transaction.atomic
def _erase_imported(
    actor: Actor, rows: list[int], *, at: datetime, closed_until: datetime, reason: str
) -> int:
    ImportedVersion.objects.filter(row__in=rows).update(sealed=None)
    count = int(ImportedPrivate.objects.filter(row__in=rows).delete()[0])
    append(
        "erasure",
        "imported",
        "cases.imported_erased",
        actor=actor,
        at=at,
        reason=reason,
        body={"rows": count, "closed_until": closed_until.isoformat()},
    )
    return count
