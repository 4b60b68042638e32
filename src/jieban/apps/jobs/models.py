"""Who works, and when each periodic act was last done."""

from django.db import models


class Worker(models.Model):
    """One worker process. `born` tells it from another process that got the same number later.

    `seen_at` moves every few seconds while it lives; `left_at` is set when it ends in order.
    """

    id = models.CharField(primary_key=True, max_length=32)
    host = models.CharField(max_length=255)
    process = models.PositiveIntegerField()
    born = models.CharField(max_length=32)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.host} {self.process}"


class Tick(models.Model):
    """When the act `name` was last done; "tick" itself is when any tick last ran."""

    name = models.CharField(primary_key=True, max_length=64)
    last_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name
