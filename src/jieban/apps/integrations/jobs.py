"""What sending needs done: one job per webhook that has something due, and tidying up."""

from datetime import timedelta

from jieban import clock
from jieban.apps.integrations import services
from jieban.apps.jobs import each_round, job, periodic

_AT_ONCE = 200


@job("integrations.deliver")
def deliver(webhook: int) -> None:
    sent = 0
    while sent < _AT_ONCE and services.send_next(webhook, at=clock.now()):
        sent += 1
    services.end_sending(webhook)


each_round("integrations.wake", run=lambda at: services.wake(at=at))
periodic("integrations.prune", every=timedelta(days=1), run=lambda at: services.prune(at=at))
