"""How one event is bound to the one before it."""

import hashlib
import json

from jieban.apps.ledger.models import Event


def digest_of(event: Event) -> str:
    """SHA-256 over the event's content as canonical JSON; the database's number is left out."""
    content = {
        "recorded_at": event.recorded_at.isoformat(),
        "happened_at": event.happened_at.isoformat(),
        "subject": [event.subject_kind, event.subject_id, event.seq],
        "kind": event.kind,
        "actor": [event.actor_id, event.actor_name, event.actor_post],
        "reason": event.reason,
        "body": event.body,
        "previous": event.previous,
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
