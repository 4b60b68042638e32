"""攻坚项目: one hard problem at one spot, and everything that was done about it.

What was entered wrongly is struck out with a reason and keeps its row; nothing is overwritten.
"""

from django.db import models

from jieban.apps.directory.models import Area, Unit
from jieban.domain.practices.projects import State


class Project(models.Model):
    """One problem project. `term` is the code of the term it is worked on in, as plain text.

    `version` counts its events. `claimed_on` is the day on which the work was said to be done,
    `closed_on` the day it was accepted or given up.
    """

    title = models.CharField(max_length=200)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=200)
    category = models.CharField(max_length=255, blank=True)
    basis = models.CharField(max_length=500, blank=True)
    deadline = models.DateField(null=True)
    term = models.CharField(max_length=64, blank=True, db_index=True)
    state = models.CharField(max_length=16, choices=[(each.value, each.value) for each in State])
    version = models.PositiveIntegerField(default=0)
    owner = models.CharField(max_length=128)
    owner_id = models.CharField(max_length=128)
    started_on = models.DateField(null=True)
    claimed_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    closing = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title


class ProjectCase(models.Model):
    """A case this is about, by its number: handled here or brought by a file."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="cases")
    number = models.CharField(max_length=64, db_index=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "number"], name="project_case_once")
        ]

    def __str__(self) -> str:
        return self.number


class ProjectStep(models.Model):
    """One step of the path, counted as they stand: `position` orders, it is not shown."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=300)
    who = models.CharField(max_length=100, blank=True)
    due = models.DateField(null=True)
    done_on = models.DateField(null=True)
    done_by = models.CharField(max_length=128, blank=True)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.what


class Entry(models.Model):
    """What every dated entry of a project has; `struck_at` is set where it was struck out."""

    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)
    struck_at = models.DateTimeField(null=True)
    struck_because = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True
        ordering = ["id"]


class Consultation(Entry):
    """Residents were asked: before the work (`consultation`) or about it (`acceptance`).

    `wants` and `fears` are what the two sides say, as groups; nobody is named.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="consultations")
    purpose = models.CharField(
        max_length=12,
        choices=[("consultation", "consultation"), ("acceptance", "acceptance")],
    )
    held_on = models.DateField()
    held_by = models.CharField(max_length=100)
    how = models.CharField(max_length=100)
    in_favour = models.PositiveIntegerField()
    against = models.PositiveIntegerField()
    abstained = models.PositiveIntegerField(default=0)
    wants = models.TextField(blank=True)
    fears = models.TextField(blank=True)
    outcome = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.held_on} {self.in_favour}:{self.against}"


class ProjectCall(Entry):
    """A joint call 吹哨 for the project: which units came together, what was decided."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="calls")
    held_on = models.DateField()
    units = models.ManyToManyField(Unit, related_name="+")
    decision = models.TextField()

    def __str__(self) -> str:
        return f"{self.held_on}"


class ProjectQuantity(Entry):
    """So much was done on a day: amount, exactly, in a unit."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="quantities")
    on = models.DateField()
    what = models.CharField(max_length=100)
    amount = models.DecimalField(max_digits=16, decimal_places=4)
    unit = models.CharField(max_length=20)

    def __str__(self) -> str:
        return f"{self.what} {self.amount} {self.unit}"


class Cost(Entry):
    """Money spent, in yuan, and where it came from."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="costs")
    on = models.DateField()
    what = models.CharField(max_length=100)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    source = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"{self.what} {self.amount}"


class Photo(models.Model):
    """A photo from one spot: before, or after and then `pair` is the one before.

    Its content is sealed in HOME/attachments. A removed one keeps its row.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="photos")
    pair = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="afters")
    spot = models.CharField(max_length=100)
    taken_on = models.DateField()
    name = models.BinaryField()
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=32)
    had_place = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)
    made_by_id = models.CharField(max_length=128)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.project_id} {self.spot}"
