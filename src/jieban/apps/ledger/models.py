"""台账: one append-only table.

Rows are never changed or removed: triggers refuse it on both databases (see
migration 0002). A row holds no personal data of residents.
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
        indexes = [models.Index(fields=["kind", "number"], name="ledger_by_kind")]

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.subject_kind}/{self.subject_id}"
