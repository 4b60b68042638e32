"""What the ledger needs done by itself: telling followers, an hourly seal, a nightly check."""

from datetime import timedelta

from jieban import clock
from jieban.apps.jobs import each_round, enqueue, job, periodic
from jieban.apps.ledger import selectors, services
from jieban.domain.actors import SYSTEM


@job("ledger.verify")
def verify() -> None:
    services.keep_verification(SYSTEM, selectors.check(), at=clock.now())


each_round("ledger.relay", run=lambda at: services.relay(at=at))
periodic(
    "ledger.seal",
    every=timedelta(hours=1),
    run=lambda at: services.seal(SYSTEM, at=at),
    whole=False,
)
periodic("ledger.verify", every=timedelta(days=1), run=lambda at: enqueue("ledger.verify"))
