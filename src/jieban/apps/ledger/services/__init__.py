"""The ledger's only writers: events, seals, the outbox, outcomes of verifications."""

from jieban.apps.ledger.services.appending import append, append_new
from jieban.apps.ledger.services.relaying import follow, relay
from jieban.apps.ledger.services.sealing import keep_verification, seal

__all__ = ["append", "append_new", "follow", "keep_verification", "relay", "seal"]
