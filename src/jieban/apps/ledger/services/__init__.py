"""The ledger's only writers: events, seals, the outbox, outcomes of verifications."""

from jieban.apps.ledger.services.appending import append
from jieban.apps.ledger.services.relaying import follow, relay
from jieban.apps.ledger.services.sealing import keep_verification, seal

__all__ = ["append", "follow", "keep_verification", "relay", "seal"]
