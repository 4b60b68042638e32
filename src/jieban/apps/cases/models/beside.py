"""What stands beside a case's main line: requests, joint calls, supervision, links."""

from django.db import models

from jieban.apps.cases.models.live import Case
from jieban.apps.directory.models import Unit


class CaseRequest(models.Model):
    """挂账、延期、剔除、派单异议: asked by one person, decided by another.

    `terms` holds what its kind demands (see domain.cases.requests); reasons are redacted.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=12)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12)
    terms = models.JSONField(default=dict)
    reason = models.TextField()
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=128)
    asked_by_id = models.CharField(max_length=128)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=128, blank=True)
    decision = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)
    review_on = models.DateField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["state", "kind", "id"], name="request_waiting"),
            models.Index(fields=["case", "kind"], name="request_of_case"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.state}"


class JointCall(models.Model):
    """吹哨: a unit calls others to a case, to come by a moment, for a topic with its basis."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="joint_calls")
    caller = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    topic = models.CharField(max_length=255)
    basis = models.CharField(max_length=255, blank=True)
    called_at = models.DateTimeField()
    called_by = models.CharField(max_length=128)
    report_in_by = models.DateTimeField()
    visited_at = models.DateTimeField(null=True)
    findings = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)
    finished_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.topic}"


class JointCallUnit(models.Model):
    """报到: one called unit: when it came, its task, and what each side thinks of the other."""

    call = models.ForeignKey(JointCall, on_delete=models.PROTECT, related_name="units")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    arrived_at = models.DateTimeField(null=True)
    arrived_by = models.CharField(max_length=128, blank=True)
    task = models.CharField(max_length=255, blank=True)
    task_due_on = models.DateField(null=True)
    task_done_at = models.DateTimeField(null=True)
    rating_of_unit = models.PositiveSmallIntegerField(null=True)
    rating_of_caller = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["call", "unit"], name="called_once")]

    def __str__(self) -> str:
        return f"{self.call_id} {self.unit_id}"


class Supervision(models.Model):
    """督办: a higher office watches a case, from when until when, such as 创卫督办."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="supervisions")
    source = models.CharField(max_length=64)
    begun_at = models.DateTimeField()
    begun_by = models.CharField(max_length=128)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.source}"


class CaseLink(models.Model):
    """Two cases that belong together: repeat, merge, child; `undone_at` where it was undone."""

    kind = models.CharField(max_length=8)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links")
    other = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="linked_from")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind} {self.other_id}"
