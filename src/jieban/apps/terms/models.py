"""Terms 任期: one official in one community, from the plan to the look-back a year after.

A term's row is a fold of its events; `jieban ledger verify --rows` compares the two. What is
written here is the officials' own account of their work: nothing a resident said, and telephone
and identity numbers are taken out of it.
"""

from django.db import models

from jieban.apps.programmes.models import Cohort, Official
from jieban.domain.terms.lifecycle import State


class Term(models.Model):
    """One posting 派驻. `number` is public: programme, cohort, serial.

    The place is kept by code, with its names as they were. `ends_on` is the last day of the first
    six months, `extended_until` of the extensions; both belong to the term. `baseline` is frozen
    by arrival: run, digest, period and the place's figures then. `index` is the definition of
    self-reliance, fixed by arrival. `reminded` names the last reminder that was given (a stage, or
    the day of the last one that the decision is overdue). `extra` holds what a list from outside
    said besides.
    """

    number = models.CharField(max_length=48, unique=True)
    cohort = models.ForeignKey(Cohort, on_delete=models.PROTECT, related_name="terms")
    official = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="terms")
    area_code = models.CharField(max_length=32, db_index=True)
    area_name = models.CharField(max_length=128)
    street_code = models.CharField(max_length=32, blank=True)
    street_name = models.CharField(max_length=128, blank=True)
    state = models.CharField(max_length=16, choices=[(state.value, state.value) for state in State])
    version = models.PositiveIntegerField(default=1)
    planned_start = models.DateField()
    arrived_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    extended_until = models.DateField(null=True)
    extensions = models.PositiveSmallIntegerField(default=0)
    ended_on = models.DateField(null=True)
    baseline = models.JSONField(null=True)
    index = models.JSONField(null=True)
    imported = models.BooleanField(default=False)
    extra = models.JSONField(default=dict)
    reminded = models.CharField(max_length=16, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["cohort__number", "number"]
        indexes = [models.Index(fields=["state", "ends_on"], name="term_by_state")]

    def __str__(self) -> str:
        return self.number


class TermProblem(models.Model):
    """One line of a term's problem list 问题清单; `serial` counts from 1 within the term."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="problems")
    serial = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500)
    category = models.CharField(max_length=255, blank=True)
    source = models.CharField(max_length=16)
    cases = models.JSONField(default=list)
    state = models.CharField(max_length=12, default="open")
    entered_on = models.DateField()
    solved_on = models.DateField(null=True)
    proof = models.TextField(blank=True)
    handed_to = models.CharField(max_length=128, blank=True)

    class Meta:
        ordering = ["term", "serial"]
        constraints = [models.UniqueConstraint(fields=["term", "serial"], name="one_problem")]

    def __str__(self) -> str:
        return f"{self.term_id}/{self.serial}"


class LogEntry(models.Model):
    """One week 周志, by its Monday: door visits of the three sorts 办·劝·聊, counts, a note."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="log")
    week = models.DateField()
    done = models.PositiveSmallIntegerField(default=0)
    persuaded = models.PositiveSmallIntegerField(default=0)
    talked = models.PositiveSmallIntegerField(default=0)
    meetings = models.PositiveSmallIntegerField(default=0)
    joint_calls = models.PositiveSmallIntegerField(default=0)
    note = models.TextField(blank=True)
    problems = models.JSONField(default=list)
    at = models.DateTimeField()
    by = models.CharField(max_length=128)

    class Meta:
        ordering = ["term", "-week"]
        constraints = [models.UniqueConstraint(fields=["term", "week"], name="one_log_a_week")]

    def __str__(self) -> str:
        return f"{self.term_id} {self.week}"


class MonthlyReview(models.Model):
    """One month 月小结 (2023-04): what moved, what stands in the way, what help is needed."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="reviews")
    month = models.CharField(max_length=7)
    progress = models.TextField()
    obstacles = models.TextField(blank=True)
    help_needed = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=128)

    class Meta:
        ordering = ["term", "-month"]
        constraints = [models.UniqueConstraint(fields=["term", "month"], name="one_review_a_month")]

    def __str__(self) -> str:
        return f"{self.term_id} {self.month}"


class Decision(models.Model):
    """期满决定: to end or to extend. `memo` is what the rows said when it was made.

    One that leaves open problems behind is `waiting` until a second person approves or refuses it.
    """

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=8)
    state = models.CharField(max_length=8)
    reason = models.TextField()
    problems = models.JSONField(default=list)
    exception = models.TextField(blank=True)
    until = models.DateField(null=True)
    memo = models.JSONField()
    at = models.DateTimeField()
    by = models.CharField(max_length=128)
    by_id = models.CharField(max_length=128)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.CharField(max_length=128, blank=True)
    approved_by_id = models.CharField(max_length=128, blank=True)
    approval_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["term"], condition=models.Q(state="waiting"), name="one_waiting_decision"
            )
        ]

    def __str__(self) -> str:
        return f"{self.term_id} {self.outcome}"


class Handover(models.Model):
    """工作交接: the post goes from one official to another; the term keeps its clock."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="handovers")
    before = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+")
    after = models.ForeignKey(Official, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    items = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    at = models.DateTimeField()
    by = models.CharField(max_length=128)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.term_id} {self.on}"


class LookBack(models.Model):
    """回头看 6 and 12 months after the end. `figures` come from a published run, or are null."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="look_backs")
    months = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    done_on = models.DateField(null=True)
    findings = models.TextField(blank=True)
    returned = models.JSONField(default=list)
    figures = models.JSONField(null=True)
    by = models.CharField(max_length=128, blank=True)

    class Meta:
        ordering = ["term", "months"]
        constraints = [models.UniqueConstraint(fields=["term", "months"], name="one_look_back")]

    def __str__(self) -> str:
        return f"{self.term_id} +{self.months}"
