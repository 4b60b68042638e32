"""Programmes 下派计划: who may be sent, where help is needed most, and who goes where.

A selection is made on a published run and frozen with its digest; its candidates are never
changed afterwards, only decided on (a lot). What happens once somebody has arrived is a term's.
"""

from django.db import models

from jieban.apps.assessments.models import Run


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


class Selection(models.Model):
    """选点: one list, made once. `criteria` as they were, `digest` over them and every figure.

    `rows_digest` covers the figures alone. A lot is drawn once, from a statement typed in before:
    the order follows from it and from `digest`, so anybody can draw it again.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="selections")
    number = models.PositiveSmallIntegerField()
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    run_digest = models.CharField(max_length=64)
    period = models.CharField(max_length=32)
    rulebook = models.CharField(max_length=64)
    months = models.JSONField(default=list)
    criteria = models.JSONField()
    rows_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)
    lot_statement = models.TextField(blank=True)
    lot_source = models.CharField(max_length=255, blank=True)
    lot_drawn_at = models.DateTimeField(null=True)
    lot_drawn_by = models.CharField(max_length=128, blank=True)

    class Meta:
        ordering = ["programme", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="one_selection_number")
        ]

    def __str__(self) -> str:
        return f"{self.programme.code}-{self.number}"


class Candidate(models.Model):
    """One place of the list. `figures` are frozen: counts, rates, scores, rank with its n.

    `checks` holds every criterion with value, threshold and whether it is met. Where need is equal
    and a lot decides, `lot` names the draw, which gives `lot_seats` seats to `lot_places` places;
    `lot_order` is what it said. `categories` counts what complaints were about, of places that
    may be sent to.
    """

    selection = models.ForeignKey(Selection, on_delete=models.PROTECT, related_name="candidates")
    position = models.PositiveIntegerField()
    area_code = models.CharField(max_length=32)
    area_name = models.CharField(max_length=128)
    street_code = models.CharField(max_length=32, blank=True)
    street_name = models.CharField(max_length=128, blank=True)
    figures = models.JSONField()
    checks = models.JSONField()
    qualifies = models.BooleanField()
    judged = models.BooleanField()
    tied = models.BooleanField()
    standing = models.CharField(max_length=12)
    lot = models.CharField(max_length=32, blank=True)
    lot_seats = models.PositiveSmallIntegerField(default=0)
    lot_places = models.PositiveSmallIntegerField(default=0)
    lot_order = models.PositiveSmallIntegerField(null=True)
    reason = models.TextField(blank=True)
    categories = models.JSONField(null=True)

    class Meta:
        ordering = ["selection", "position"]
        constraints = [
            models.UniqueConstraint(fields=["selection", "area_code"], name="one_candidate")
        ]

    def __str__(self) -> str:
        return f"{self.selection_id} {self.area_name} {self.standing}"


class Cohort(models.Model):
    """批次: those sent together. Numbers run from 1 within a programme.

    `selection` says which places; a cohort entered from a list of postings has none.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="cohorts")
    number = models.PositiveSmallIntegerField()
    planned_start = models.DateField(null=True)
    selection = models.ForeignKey(
        Selection, null=True, on_delete=models.PROTECT, related_name="cohorts"
    )
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=128, blank=True)

    class Meta:
        ordering = ["programme", "number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="one_cohort_number")
        ]

    def __str__(self) -> str:
        return f"{self.programme.code} {self.number}"


class Official(models.Model):
    """干部 who may be sent. `brings` 带资源; `conflicts` are codes of areas and units to avoid.

    `home` is the home organisation as written, `home_code` the directory's unit where it is one.
    Availability runs from the first day to the last; an empty end is open.
    """

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=64)
    home = models.CharField(max_length=128)
    home_code = models.CharField(max_length=32, blank=True)
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


class Pair(models.Model):
    """匹配: who goes where in a cohort. `parts` is why, in numbers; `near` who else might have.

    `by` is "solver" or "hand"; a pair made by hand has a reason.
    """

    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="pairs")
    candidate = models.ForeignKey(Candidate, on_delete=models.PROTECT, related_name="pairs")
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="pairs")
    by = models.CharField(max_length=8)
    parts = models.JSONField()
    near = models.JSONField(default=list)
    reason = models.TextField(blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)

    class Meta:
        ordering = ["cohort", "candidate__position"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "candidate"], name="one_official_a_place"),
            models.UniqueConstraint(fields=["cohort", "official"], name="one_place_an_official"),
        ]

    def __str__(self) -> str:
        return f"{self.cohort_id} {self.candidate_id} {self.official_id}"
