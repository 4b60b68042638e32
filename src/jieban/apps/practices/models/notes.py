"""Plain dated notes: 跟班学习, 结对共建, 制度系列 on trial. One shape for all three."""

from django.db import models

from jieban.apps.directory.models import Area
from jieban.apps.practices.models.cards import Practice
from jieban.domain.practices.notes import KINDS


class Note(models.Model):
    """One placement, pairing or series of rules, at one community. `parties` are who takes part.

    `next_check` is when one looks again; `ended_on` closes it with `outcome`. `version` counts
    its events.
    """

    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in KINDS])
    title = models.CharField(max_length=200)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    parties = models.TextField()
    practice = models.ForeignKey(
        Practice, null=True, on_delete=models.PROTECT, related_name="notes"
    )
    begins = models.DateField()
    ends = models.DateField(null=True)
    next_check = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    outcome = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)

    class Meta:
        ordering = ["-begins", "-id"]

    def __str__(self) -> str:
        return self.title


class NoteItem(models.Model):
    """One thing that was agreed to be done. `proof` says how one knows; a file may stand by it."""

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="items")
    what = models.CharField(max_length=300)
    due = models.DateField(null=True)
    done_on = models.DateField(null=True)
    done_by = models.CharField(max_length=128, blank=True)
    proof = models.CharField(max_length=500, blank=True)
    name = models.BinaryField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    media_type = models.CharField(max_length=32, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.what
