"""What cases need done by the clock."""

from datetime import timedelta

from django.conf import settings

from jieban.apps.cases.services import ask_hold_reviews, forget_drafts, ring_alarms
from jieban.apps.cases.services.idempotency import forget_keys
from jieban.apps.cases.services.uploads import expire_uploads
from jieban.apps.jobs import periodic

periodic(
    "cases.expire_uploads",
    every=timedelta(days=1),
    run=lambda at: expire_uploads(settings.HOME, at=at, keep_days=settings.KEEP_UPLOADS_DAYS),
    whole=False,
)
periodic("cases.ring_alarms", every=timedelta(minutes=1), run=ring_alarms, whole=False)
periodic("cases.ask_hold_reviews", every=timedelta(hours=1), run=ask_hold_reviews, whole=False)
periodic("cases.forget_keys", every=timedelta(hours=1), run=forget_keys)
periodic("cases.forget_drafts", every=timedelta(days=1), run=forget_drafts)
