"""Sealing: binding what was written since the last seal.

A seal costs what is new, never what is old. Reading and digesting happen outside any
transaction; only the finished seal is stored, and only if nobody sealed meanwhile, so
writers are never held up and two sealers never make two seals of one run of events.
"""

from datetime import datetime

from django.db import IntegrityError, transaction

from jieban.apps.ledger import selectors
from jieban.apps.ledger.chain import digest_of_heads, digest_of_seal, moment, pack, range_of
from jieban.apps.ledger.models import Seal, Verification
from jieban.domain.actors import Actor

EVENTS_PER_SEAL = 100_000
_FAULTS_KEPT = 100


def seal(actor: Actor, *, at: datetime) -> list[Seal]:
    """Seal every settled event that has no seal yet; the new seals, oldest first.

    None when nothing is new. A long run of events becomes several seals.

    Raises:
        Refused "actor.not_permitted".
        Refused "ledger.busy": somebody has been writing for too long; try again later.
    """
    actor.demand("operation.see")
    made: list[Seal] = []
    upto = selectors.settled()
    while (one := _seal_next(upto, at)) is not None:
        made.append(one)
    return made


def keep_verification(actor: Actor, checked: selectors.Checked, *, at: datetime) -> Verification:
    """Keep the outcome of a walk over the whole ledger, for the pages to show."""
    actor.demand("ledger.see")
    return Verification.objects.create(
        at=at,
        events=checked.events,
        last_event=checked.last,
        seals=checked.seals,
        found=len(checked.faults),
        faults=[fault.__dict__ for fault in checked.faults[:_FAULTS_KEPT]],
    )


def _seal_next(upto: int, at: datetime) -> Seal | None:
    before = selectors.newest_seal()
    after = before.last if before else 0
    rows = selectors.unsealed(after, upto, EVENTS_PER_SEAL)
    if not rows:
        return None
    found = range_of(rows)
    made = Seal(
        number=before.number + 1 if before else 1,
        made_at=moment(at),
        after=after,
        last=rows[-1][0],
        events=found.events,
        total=(before.total if before else 0) + found.events,
        events_digest=found.digest,
        heads=pack(found.heads),
        heads_digest=digest_of_heads(found.heads),
        previous=before.digest if before else "",
    )
    made.digest = digest_of_seal(made)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        # Another sealer was quicker; what it made covers these events.
        return None
    return made
