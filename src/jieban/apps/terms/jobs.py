"""What terms need done by the clock."""

from datetime import timedelta

from jieban.apps.jobs import periodic
from jieban.apps.terms.services import ring_clocks

periodic("terms.ring_clocks", every=timedelta(hours=1), run=ring_clocks, whole=False)
