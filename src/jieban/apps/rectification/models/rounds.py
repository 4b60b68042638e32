"""督察轮次 and its 整改方案: which inspection, which plan, how the plan came to be in force."""

from django.db import models

from jieban.apps.directory.models import Unit


class Round(models.Model):
    """One inspection of one level: 中央第二轮, 北京市第二轮.

    `office` is the unit that keeps the plan and signs tasks off. `notice_days` are working days of
    the public notice (0: none), `stuck_days` days without a report after which a task is stuck,
    `look_back_months` when it is looked at again after its sign-off, `report_day` the day of the
    month by which the month's reports are due. `plan_open` says that the plan may be edited: until
    it is handed up, and again while it is revised. `letter_days` is the time to answer a letter,
    `letter_codes` the place codes that numbers of its letters bear. `version` counts events.
    """

    code = models.SlugField(max_length=32, unique=True)
    name = models.CharField(max_length=200)
    level = models.CharField(max_length=12)
    nth = models.PositiveSmallIntegerField()
    team = models.CharField(max_length=200, blank=True)
    office = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    stationed_from = models.DateField(null=True)
    stationed_to = models.DateField(null=True)
    feedback_on = models.DateField(null=True)
    notice_days = models.PositiveSmallIntegerField(default=5)
    stuck_days = models.PositiveSmallIntegerField(default=30)
    report_day = models.PositiveSmallIntegerField(default=25)
    look_back_months = models.JSONField(default=list)
    letter_days = models.PositiveSmallIntegerField(default=10)
    letter_codes = models.JSONField(default=list)
    plan_open = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class PlanVersion(models.Model):
    """A plan as it was handed up: `content` never changes, `digest` is its SHA-256.

    `state`: in_approval, sent_back, in_force, replaced.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="plans")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=12)
    note = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="one_plan_of_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.round_id} v{self.number}"


class Approval(models.Model):
    """One step of a version's way: passed, or sent back. `paper` is the document's number 文号;
    the document itself is kept sealed under `digest`, where it was given."""

    plan = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="approvals")
    step = models.CharField(max_length=20)
    passed = models.BooleanField()
    held_on = models.DateField()
    paper = models.CharField(max_length=100, blank=True)
    remark = models.CharField(max_length=500, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.step}"
