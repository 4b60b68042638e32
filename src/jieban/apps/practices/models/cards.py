"""工作法: cards in versions, and who took them over."""

from django.db import models

from jieban.apps.directory.models import Area
from jieban.apps.practices.models.projects import Project
from jieban.domain.practices.cards import KINDS, State


class Practice(models.Model):
    """One practice. What it says stands in its versions; `area` is where it comes from.

    `category` is the kind of complaint it is about, as the path of a category; blank: none.
    `events` counts its events.
    """

    kind = models.CharField(max_length=8, choices=[(kind, kind) for kind in KINDS])
    visit = models.CharField(max_length=12, blank=True)
    category = models.CharField(max_length=255, blank=True)
    area = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="+")
    first_in = models.CharField(max_length=100, blank=True)
    projects = models.ManyToManyField(Project, related_name="practices")
    events = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)
    made_by_id = models.CharField(max_length=128)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind}"


class PracticeVersion(models.Model):
    """What a card says in one version. It is changed only while it is a draft.

    `author` is who found the method, which need not be who typed it (`written_by`).
    """

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=[(each.value, each.value) for each in State])
    name = models.CharField(max_length=100)
    author = models.CharField(max_length=100)
    problem = models.TextField()
    steps = models.TextField()
    cost = models.TextField(blank=True)
    evidence = models.TextField(blank=True)
    written_at = models.DateTimeField()
    written_by = models.CharField(max_length=128)
    written_by_id = models.CharField(max_length=128)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.CharField(max_length=128, blank=True)
    submitted_by_id = models.CharField(max_length=128, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=128, blank=True)
    decision = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["practice", "version"]
        constraints = [
            models.UniqueConstraint(fields=["practice", "version"], name="one_practice_version")
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Adoption(models.Model):
    """A community took a practice over on a day; `estate` names a part of it, if only that did.

    `contact` is an office to ask, not a resident. `ended_on` is the first day it no longer does.
    """

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="adoptions")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    estate = models.CharField(max_length=100, blank=True)
    adopted_on = models.DateField()
    contact = models.CharField(max_length=100, blank=True)
    ended_on = models.DateField(null=True)
    ended_because = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)

    class Meta:
        ordering = ["adopted_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "area", "estate"],
                condition=models.Q(ended_on__isnull=True),
                name="adopted_once_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.practice_id} {self.area_id} {self.adopted_on}"
