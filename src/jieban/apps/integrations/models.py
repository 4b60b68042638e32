"""Webhooks and what was, or is to be, sent to each."""

import uuid

from django.db import models


class Webhook(models.Model):
    """An address that is told of events of some kinds.

    `secret` is sealed. `failures` counts tries running that did not reach the receiver at all;
    it is left alone until `rests_until`. `woken_at` is set while a job that sends is asked for.
    """

    number = models.BigAutoField(primary_key=True)
    address = models.CharField(max_length=500)
    secret = models.BinaryField()
    kinds = models.JSONField()
    active = models.BooleanField(default=True)
    paused_because = models.CharField(max_length=16, blank=True)
    made_by = models.CharField(max_length=128)
    made_at = models.DateTimeField()
    failures = models.PositiveIntegerField(default=0)
    rests_until = models.DateTimeField(null=True)
    woken_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.address


class State(models.TextChoices):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class Delivery(models.Model):
    """One event on its way to one webhook. `id` is what the receiver knows it by.

    `event` is the event's number in the ledger, `since` when it was first to be sent (again,
    after a replay). `last_status` is the receiver's answer; None: it could not be reached,
    for the reason in `error`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event = models.BigIntegerField()
    kind = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    next_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    last_status = models.PositiveIntegerField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event"], name="one_delivery_per_event")
        ]
        indexes = [
            models.Index(
                fields=["webhook", "next_at"],
                name="deliveries_waiting",
                condition=models.Q(state="waiting"),
            ),
            models.Index(fields=["state", "ended_at"], name="deliveries_ended"),
        ]

    def __str__(self) -> str:
        return str(self.id)
