"""Runs of the evaluation on their way to being official, and appeals against single facts.

The figures themselves are in HOME/runs/<id>, sealed; these tables only say what was done
with them.
"""

from django.db import models

from jieban.domain.assessments import appeals, publication


class Assessment(models.Model):
    """One period under one rulebook, with its appeal window."""

    period = models.CharField(max_length=32)
    rulebook = models.CharField(max_length=64)
    appeals_opened = models.DateTimeField(null=True)
    appeals_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "rulebook"], name="one_assessment")
        ]
        ordering = ["-period", "rulebook"]

    def __str__(self) -> str:
        return f"{self.period} {self.rulebook}"


class Run(models.Model):
    """测算: one version of an assessment. `run_id` names its folder in HOME/runs."""

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="runs")
    run_id = models.CharField(max_length=128, unique=True)
    version = models.PositiveSmallIntegerField()
    state = models.CharField(
        max_length=16, choices=[(state.value, state.value) for state in publication.State]
    )
    because = models.TextField(blank=True)
    computed_at = models.DateTimeField()
    computed_by = models.CharField(max_length=128)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.CharField(max_length=128, blank=True)
    published_at = models.DateTimeField(null=True)
    published_by = models.CharField(max_length=128, blank=True)

    class Meta:
        ordering = ["-assessment__period", "assessment__rulebook", "-version", "-id"]

    def __str__(self) -> str:
        return f"{self.run_id} v{self.version} {self.state}"


class Appeal(models.Model):
    """申诉: one assignment in one run, contested. A person's words are sealed in `evidence`."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="appeals")
    case_number = models.CharField(max_length=64)
    unit_code = models.CharField(max_length=32)
    unit_name = models.CharField(max_length=128)
    ground = models.CharField(max_length=32)
    evidence = models.BinaryField()
    file_name = models.CharField(max_length=255, blank=True)
    file = models.BinaryField(null=True)
    state = models.CharField(
        max_length=16, choices=[(state.value, state.value) for state in appeals.State]
    )
    raised_at = models.DateTimeField()
    raised_by = models.CharField(max_length=128)
    raised_by_id = models.CharField(max_length=128)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=128, blank=True)
    decision_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.case_number} {self.unit_name} {self.state}"
