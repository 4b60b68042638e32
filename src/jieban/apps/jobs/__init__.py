"""Work that waits: the only reader of the queue's API.

An app declares its work in its `jobs.py`, where the worker finds it:

    @job("integrations.deliver")
    def deliver(webhook: int) -> None:
        services.deliver(SYSTEM, webhook, at=clock.now())

    periodic("ledger.seal", every=timedelta(hours=1), run=…)
    each_round("ledger.relay", run=…)

and whoever needs it asks in the transaction of the act: `enqueue("integrations.deliver",
webhook=7)`. A job may run more than once (a worker can be killed between the work and the
note that it is done), so what it calls looks at the state of things first and changes it in
one transaction: then doing it twice is doing it once.
"""

from jieban.apps.jobs.declaring import (
    Act,
    Round,
    acts,
    each_round,
    enqueue,
    job,
    periodic,
    rounds,
)

__all__ = ["Act", "Round", "acts", "each_round", "enqueue", "job", "periodic", "rounds"]
