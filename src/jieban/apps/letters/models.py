"""督察信访件: letters handed over in batches, what came of them, what was published."""

from django.db import models

from jieban.apps.directory.models import Area, Unit
from jieban.apps.rectification.models import Round
from jieban.domain.rectification.letters import ACTIONS, LINKS, State, Verdict


class Batch(models.Model):
    """批次: what was handed over on one day. `number` as papers write it (19, 35-1), `position`
    orders them. `version` counts events."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="batches")
    number = models.CharField(max_length=8)
    position = models.PositiveIntegerField()
    handed_on = models.DateField()
    source = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)

    class Meta:
        ordering = ["-position", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="one_batch_of_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.round.code}/{self.number}"


class Letter(models.Model):
    """One letter of a round. `number` is unique in it, `position` counts within the batch; `rank`
    orders all of them, the newest batch first.

    `sealed` is the original text, `digest` a keyed digest of it; `public_text` is what tables
    print. The complainant is not stored. `types` are codes, or words as told; `state` what was
    decided, `said_state` what an imported table said beyond that, `wanted` what its unit asks for.
    `answered_by` are ids of whoever ever wrote the answer or asked,
    `told_accountability` what a table said of those dealt with, `extra` columns nobody knows.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="letters")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="letters")
    number = models.CharField(max_length=32)
    position = models.PositiveIntegerField()
    rank = models.BigIntegerField()
    channel = models.CharField(max_length=8, blank=True)
    unusual = models.BooleanField(default=False)
    sealed = models.BinaryField(null=True)
    digest = models.CharField(max_length=32, blank=True)
    public_text = models.TextField(blank=True)
    area_text = models.CharField(max_length=100, blank=True)
    area = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="+")
    types = models.JSONField(default=list)
    focus = models.BooleanField(default=False)
    verdict = models.CharField(
        max_length=12, blank=True, choices=[(each.value, each.value) for each in Verdict]
    )
    finding = models.TextField(blank=True)
    goal = models.TextField(blank=True)
    action = models.TextField(blank=True)
    told_accountability = models.TextField(blank=True)
    state = models.CharField(
        max_length=12,
        default=State.IN_PROGRESS.value,
        choices=[(each.value, each.value) for each in State],
    )
    said_state = models.CharField(max_length=12, blank=True)
    wanted = models.CharField(max_length=12, blank=True)
    lead = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    answered_on = models.DateField(null=True)
    answered_by = models.JSONField(default=list)
    decided_on = models.DateField(null=True)
    decided_by = models.CharField(max_length=128, blank=True)
    decided_unit = models.CharField(max_length=32, blank=True)
    extra = models.JSONField(default=dict)
    by_file = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)

    class Meta:
        ordering = ["-rank", "id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="one_letter_of_a_number")
        ]
        indexes = [
            models.Index(fields=["-rank", "id"], name="letter_by_rank"),
            models.Index(fields=["batch", "-rank"], name="letter_in_batch"),
            models.Index(fields=["round", "batch", "state"], name="letter_round_state"),
            models.Index(fields=["state", "due_on", "id"], name="letter_state_due"),
            models.Index(fields=["number"], name="letter_number"),
        ]

    def __str__(self) -> str:
        return f"{self.round.code}/{self.number}"


class LetterUnit(models.Model):
    """协办单位: a unit that answers for a letter besides its lead unit."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="joint")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["letter", "unit"], name="letter_unit_once")]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.unit_id}"


class LetterType(models.Model):
    """A type of a letter once more as a row of its own, by which letters are found."""

    letter = models.ForeignKey(Letter, on_delete=models.CASCADE, related_name="type_rows")
    code = models.CharField(max_length=32)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letter", "code"], name="letter_type_once")]
        indexes = [models.Index(fields=["code", "letter"], name="letter_type_code")]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.code}"


class Accountability(models.Model):
    """One line of 责任人被处理情况; nobody is named. A struck one keeps its row."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="accountability")
    kind = models.CharField(max_length=16, choices=[(each, each) for each in ACTIONS])
    people = models.PositiveSmallIntegerField(default=0)
    unit = models.CharField(max_length=100, blank=True)
    on = models.DateField(null=True)
    text = models.CharField(max_length=500, blank=True)
    struck_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.kind}"


class Link(models.Model):
    """A letter belongs with another, by its number (which may be unknown here), or with a task of
    the plan (`other` is ROUND/SERIAL). `found` says how: mentioned, likeness, typed."""

    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="links")
    kind = models.CharField(max_length=12, choices=[(each, each) for each in LINKS])
    other = models.CharField(max_length=80, db_index=True)
    found = models.CharField(max_length=12)
    ended_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["letter", "kind", "other"],
                condition=models.Q(ended_at=None),
                name="letter_link_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.kind} {self.other}"


class Publication(models.Model):
    """A public table as it was published: `content` never changes, `digest` is its SHA-256.

    `changed` are the numbers whose row is new or otherwise than in the table before: what a
    supplement 补充公开 prints.
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="publications")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    changed = models.JSONField()
    digest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="one_table_of_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} v{self.number}"
