"""Saved as you type: a call taker's half-written case is not lost. No event: nothing happened."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import orjson
from django.conf import settings

from jieban.apps.cases.models import Draft
from jieban.domain.actors import Actor
from jieban.sealing import sealer_of

KEPT = timedelta(days=7)


def save_draft(actor: Actor, typed: Mapping[str, str], *, at: datetime) -> None:
    """Keep what is in the form; nothing in it forgets the draft."""
    said = {name: value[:6000] for name, value in typed.items() if value.strip()}
    if not said:
        drop_draft(actor)
        return
    sealed = sealer_of(settings.HOME.keys).seal(orjson.dumps(said))
    Draft.objects.update_or_create(owner_id=actor.id, defaults={"sealed": sealed, "updated_at": at})


def drop_draft(actor: Actor) -> None:
    Draft.objects.filter(owner_id=actor.id).delete()


def forget_drafts(at: datetime) -> int:
    """Drafts nobody came back to; how many."""
    return Draft.objects.filter(updated_at__lt=at - KEPT).delete()[0]
