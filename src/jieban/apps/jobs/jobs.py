"""What the queue needs done for itself."""

from datetime import timedelta

from jieban.apps.jobs import periodic, services

periodic("jobs.prune", every=timedelta(days=1), run=lambda at: services.prune(at=at))
periodic(
    "jobs.refresh_statistics",
    every=timedelta(days=1),
    run=lambda at: services.refresh_statistics(),
    whole=False,
)
