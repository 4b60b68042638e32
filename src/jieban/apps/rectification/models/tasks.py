"""反馈问题 → 整改任务 → 具体措施: what was found, what is owed for it, in which steps."""

from django.db import models
from django.db.models import Q

from jieban.apps.directory.models import Area, Unit
from jieban.apps.rectification.models.rounds import Round
from jieban.domain.rectification.due import Kind
from jieban.domain.rectification.tasks import State


class Problem(models.Model):
    """What the inspection found, in its original words. `serial` counts within the round."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="problems")
    serial = models.PositiveIntegerField()
    text = models.TextField()

    class Meta:
        ordering = ["round_id", "serial"]
        constraints = [
            models.UniqueConstraint(fields=["round", "serial"], name="one_problem_of_a_serial")
        ]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.serial}"


class Task(models.Model):
    """One task of a plan. `serial` counts within the round, across its problems.

    Units are named in the plan's words; `lead` and the rows of `responsible` are those of them
    that the directory knows. The due date is a kind, a day and a flag, with the plan's own words;
    `first_due_on` is the day before any change that was granted. `role`: this register's units
    lead it, or assist only. `closer` names the office that signs off where that is none of this
    register. `area` and `category` say where and about what complaints are counted. `falsity` is
    set while a false, superficial or perfunctory rectification is being made good. `said_state` is
    how an imported plan said it stood, which proves nothing; `said_done` that it says done;
    `brought_by` who imported it, `said_progress` and `extra` what else the file said.
    `last_told_on` is the day of the newest report.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="tasks")
    problem = models.ForeignKey(Problem, on_delete=models.PROTECT, related_name="tasks")
    serial = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    goal = models.TextField(blank=True)
    lead = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    lead_words = models.CharField(max_length=200, blank=True)
    responsible_words = models.JSONField(default=list)
    role = models.CharField(max_length=8, default="lead")
    closer = models.CharField(max_length=100, blank=True)
    due_kind = models.CharField(
        max_length=8, blank=True, choices=[(kind.value, kind.value) for kind in Kind]
    )
    due_on = models.DateField(null=True)
    due_lasting = models.BooleanField(default=False)
    due_words = models.CharField(max_length=200, blank=True)
    first_due_on = models.DateField(null=True)
    area = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=200, blank=True)
    category = models.CharField(max_length=255, blank=True)
    state = models.CharField(
        max_length=12,
        default=State.NOT_STARTED.value,
        choices=[(state.value, state.value) for state in State],
    )
    falsity = models.CharField(max_length=12, blank=True)
    said_state = models.CharField(max_length=200, blank=True)
    said_progress = models.TextField(blank=True)
    said_done = models.BooleanField(default=False)
    brought_by = models.CharField(max_length=128, blank=True)
    started_on = models.DateField(null=True)
    last_told_on = models.DateField(null=True)
    claimed_on = models.DateField(null=True)
    checked_on = models.DateField(null=True)
    notice_from = models.DateField(null=True)
    notice_until = models.DateField(null=True)
    notice_where = models.CharField(max_length=200, blank=True)
    signed_on = models.DateField(null=True)
    signed_by = models.CharField(max_length=128, blank=True)
    signed_unit = models.CharField(max_length=32, blank=True)
    paper = models.CharField(max_length=100, blank=True)
    record_number = models.CharField(max_length=100, blank=True)
    dropped = models.BooleanField(default=False)
    extra = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["round_id", "serial"]
        constraints = [
            models.UniqueConstraint(fields=["round", "serial"], name="one_task_of_a_serial")
        ]
        indexes = [
            models.Index(fields=["round", "state", "serial"], name="task_round_state"),
            models.Index(fields=["due_on", "id"], name="task_due", condition=Q(dropped=False)),
            models.Index(fields=["state", "due_on"], name="task_state_due"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.serial}"


class TaskUnit(models.Model):
    """责任单位: a unit that answers for a task besides its lead unit."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="responsible")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["task", "unit"], name="task_unit_once")]

    def __str__(self) -> str:
        return f"{self.task_id} {self.unit_id}"


class ActionItem(models.Model):
    """具体措施: one step that the plan names for a task. `serial` counts within the task.

    An item that is to be kept up for good is done once it is in place.
    """

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="items")
    serial = models.PositiveSmallIntegerField()
    text = models.TextField()
    units = models.CharField(max_length=300, blank=True)
    due_kind = models.CharField(max_length=8, blank=True)
    due_on = models.DateField(null=True)
    due_lasting = models.BooleanField(default=False)
    due_words = models.CharField(max_length=200, blank=True)
    done_on = models.DateField(null=True)
    done_by = models.CharField(max_length=128, blank=True)
    done_by_id = models.CharField(max_length=128, blank=True)
    dropped = models.BooleanField(default=False)

    class Meta:
        ordering = ["serial", "id"]
        constraints = [
            models.UniqueConstraint(fields=["task", "serial"], name="one_item_of_a_serial")
        ]

    def __str__(self) -> str:
        return f"{self.task_id}.{self.serial}"


class Step(models.Model):
    """One move a task made: what the board, the sheet of a month and the pack are drawn from."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="steps")
    move = models.CharField(max_length=12)
    to = models.CharField(max_length=12)
    on = models.DateField()
    at = models.DateTimeField()
    by = models.CharField(max_length=128)
    by_id = models.CharField(max_length=128)
    unit = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.task_id} {self.move}"
