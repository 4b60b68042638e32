"""What is told and proved of a task: reports, evidence, checks, objections, looks back.

What was entered wrongly is struck out with a reason and keeps its row.
"""

from django.db import models

from jieban.apps.rectification.models.tasks import ActionItem, Task


class Told(models.Model):
    """Who entered it, when; `struck_at` is set where it was struck out."""

    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)
    made_by_id = models.CharField(max_length=128)
    struck_at = models.DateTimeField(null=True)
    struck_because = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True
        ordering = ["id"]


class Report(Told):
    """A report of progress: what was done by a day, what is in the way, what comes next."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="reports")
    on = models.DateField()
    done = models.TextField()
    hindered = models.TextField(blank=True)
    next = models.TextField(blank=True)

    class Meta(Told.Meta):
        indexes = [models.Index(fields=["task", "on"], name="report_task_on")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.on}"


class Evidence(Told):
    """One proof: a photo, a document, or a measurement with its unit.

    `what`, `value`, `unit` and `limit` are of a measurement (value as exact decimal text); the
    others are kept sealed under `digest`, their file name sealed in `name`.
    """

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="evidence")
    item = models.ForeignKey(
        ActionItem, null=True, on_delete=models.PROTECT, related_name="evidence"
    )
    kind = models.CharField(max_length=12)
    what = models.CharField(max_length=200)
    on = models.DateField()
    value = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    unit = models.CharField(max_length=20, blank=True)
    limit = models.CharField(max_length=100, blank=True)
    name = models.BinaryField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.task_id} {self.what}"


class DueRequest(models.Model):
    """A request for another due day: by the unit, decided by the office on a paper."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="due_requests")
    wanted = models.DateField()
    reason = models.CharField(max_length=1000)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=128)
    asked_by_id = models.CharField(max_length=128)
    granted = models.BooleanField(null=True)
    paper = models.CharField(max_length=100, blank=True)
    answer = models.CharField(max_length=500, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=128, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["task"],
                condition=models.Q(granted__isnull=True),
                name="one_open_due_request_of_a_task",
            )
        ]

    def __str__(self) -> str:
        return f"{self.task_id} → {self.wanted}"


class Check(models.Model):
    """现场核查: the five answers of one look on the spot, and whether it passed."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="checks")
    on = models.DateField()
    passed = models.BooleanField()
    answers = models.JSONField(default=dict)
    remark = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=128)
    by_id = models.CharField(max_length=128)
    stands = models.BooleanField(default=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.task_id} {self.on}"


class Objection(models.Model):
    """What somebody said against a sign-off during the public notice; never who they are."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="objections")
    received_on = models.DateField()
    text = models.TextField()
    upheld = models.BooleanField(null=True)
    answer = models.TextField(blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=128, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.task_id} {self.received_on}"


class LookBack(models.Model):
    """回头看: whether it held, so many months after the sign-off."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="look_backs")
    months = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    done_on = models.DateField(null=True)
    held = models.BooleanField(null=True)
    text = models.TextField(blank=True)
    by = models.CharField(max_length=128, blank=True)
    dropped = models.BooleanField(default=False)

    class Meta:
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return f"{self.task_id} +{self.months}"
