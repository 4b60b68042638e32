"""Keys by which a request that is sent twice is done once."""

from django.db import models

from jieban.apps.cases.models.live import Case


class IdempotencyKey(models.Model):
    """One key of one actor: what was asked with it, and the case it made."""

    actor_id = models.CharField(max_length=128)
    key = models.CharField(max_length=64)
    asked = models.CharField(max_length=64)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor_id", "key"], name="one_use_of_a_key")]

    def __str__(self) -> str:
        return self.key
