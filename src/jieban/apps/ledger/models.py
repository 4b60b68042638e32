"""台账: an append-only table of events, the seals over it, and what waits to be told.

Rows of events and seals are never changed or removed: triggers refuse it on both databases
(migrations 0002 and 0003). No row holds personal data of residents.
"""

from django.db import models


class Event(models.Model):
    """One act: what happened to one subject, who did it, when, why.

    Events of a subject form a chain: `seq` counts from 1, `previous` is the digest of the
    event before, `digest` covers everything in this row but the database's own number.
    """

    number = models.BigAutoField(primary_key=True)
    recorded_at = models.DateTimeField()
    happened_at = models.DateTimeField()
    subject_kind = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=128)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=64)
    actor_id = models.CharField(max_length=128)
    actor_name = models.CharField(max_length=128)
    actor_post = models.CharField(max_length=128, blank=True)
    reason = models.TextField(blank=True)
    body = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "seq"], name="one_event_per_place_in_chain"
            )
        ]
        indexes = [
            models.Index(fields=["kind", "number"], name="ledger_by_kind"),
            models.Index(fields=["actor_id", "number"], name="ledger_by_actor"),
            models.Index(fields=["subject_kind", "number"], name="ledger_by_subject_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.subject_kind}/{self.subject_id}"


class Outbox(models.Model):
    """One event that followers have not been told of yet; written with it, removed with telling."""

    event = models.OneToOneField(
        Event, models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.event_id)


class Seal(models.Model):
    """One seal over the events numbered `after + 1` to `last`.

    `events_digest` runs over number, place in chain and digest of each of them, in order;
    `heads` names, packed, the last event of each subject among them (see chain.py), so that
    a removed last event is missed by name. `total` counts all events sealed so far.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    made_at = models.DateTimeField()
    after = models.PositiveBigIntegerField()
    last = models.PositiveBigIntegerField()
    events = models.PositiveIntegerField()
    total = models.PositiveBigIntegerField()
    events_digest = models.CharField(max_length=64)
    heads = models.BinaryField()
    heads_digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.number} ({self.after}, {self.last}]"


class Verification(models.Model):
    """The outcome of one walk over the whole ledger. `faults` keeps the first of `found`."""

    at = models.DateTimeField()
    events = models.PositiveBigIntegerField()
    last_event = models.PositiveBigIntegerField()
    seals = models.PositiveBigIntegerField()
    found = models.PositiveIntegerField()
    faults = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{self.at} {self.found}"
