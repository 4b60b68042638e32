"""Programmes 下派计划: who may be sent, where help is needed most, and who goes where.

A selection is made on a published run and frozen with its digest; its candidates are never
changed afterwards, only decided on. What happens once somebody has arrived is a term's.
"""

from django.db import models


class Programme(models.Model):
    """下派计划, for instance 治理书记. `criteria` is the rule of selection as data."""

    code = models.SlugField(max_length=32, unique=True)
    name = models.CharField(max_length=128)
    criteria = models.JSONField()
    term_months = models.PositiveSmallIntegerField(default=6)
    extension_months = models.PositiveSmallIntegerField(default=3)
    max_extensions = models.PositiveSmallIntegerField(default=1)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=128)

    class Meta:
        ordering = ["-opened_at", "code"]

    def __str__(self) -> str:
        return self.code


class Cohort(models.Model):
    """批次: those sent together. Numbers run from 1 within a programme."""

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="cohorts")
    number = models.PositiveSmallIntegerField()
    planned_start = models.DateField(null=True)

    class Meta:
        ordering = ["programme", "number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="one_cohort_number")
        ]

    def __str__(self) -> str:
        return f"{self.programme.code} {self.number}"


class Official(models.Model):
    """干部 who may be sent. `brings` 带资源; `conflicts` are codes of areas and units to avoid."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=64)
    home = models.CharField(max_length=128)
    skills = models.JSONField(default=list)
    brings = models.JSONField(default=list)
    conflicts = models.JSONField(default=list)
    available_from = models.DateField(null=True)
    available_until = models.DateField(null=True)
    account = models.CharField(max_length=128, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code
