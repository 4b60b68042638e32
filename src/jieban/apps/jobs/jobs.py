"""What the queue needs done for itself."""

from datetime import timedelta

from jieban.apps.jobs import periodic, services

periodic("jobs.prune", every=timedelta(days=1), run=lambda at: services.prune(at=at))
