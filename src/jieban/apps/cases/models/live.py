"""Cases handled here: the row a list reads, its assignments, its sealed half, who sees it.

A case row is a fold of its events; `jieban ledger verify --rows` compares the two. What a
resident said or left is sealed in `CasePrivate` and `CaseNote`; `title`, `text` and `address`
hold it redacted to the building, for lists and search.
"""

from django.db import models
from django.db.models import Q

from jieban.apps.directory.models import Area, Unit
from jieban.domain.cases.lifecycle import State

STATES = [(state.value, state.value) for state in State]
LISTED = (
    "state",
    "category",
    "channel",
    "urgency",
    "lead_unit",
    "received_at",
    "held",
    "supervised",
    "waiting",
    "gone_up",
    "urges",
    "returns",
    "passes",
)
"""What a worklist narrows by; see selectors/worklists.py."""


class Case(models.Model):
    """One resident's matter, from receipt to archive.

    The clock of the present pass began at `clock_started_at`; `due_at` and `contact_due_at` are
    read from the events and stored for lists, `by_calendar_time` says that a year's calendar
    was missing. `next_at` is the nearest running deadline (far away while none runs) and orders
    every worklist. `open` says that somebody still owes the resident something: an answer, or a
    call back. `alarm_at` is when the next light (`alarm`: amber, red, street, district) comes.
    `holds` counts holds that were granted, `extended_days` the days granted in this pass.
    `waiting` says that a request waits for a decision, `gone_up` that the case went up to the
    district after too many returns (问题工单).
    """

    number = models.CharField(max_length=32, unique=True)
    state = models.CharField(max_length=12, choices=STATES)
    version = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=8, default="request")
    urgency = models.CharField(max_length=8, default="normal")
    complexity = models.CharField(max_length=8, default="normal")
    category = models.CharField(max_length=255, blank=True)
    channel = models.CharField(max_length=16, default="phone")
    area = models.ForeignKey(Area, null=True, on_delete=models.PROTECT, related_name="cases")
    attributed_by = models.CharField(max_length=8, blank=True)
    address = models.CharField(max_length=255, blank=True)
    title = models.CharField(max_length=128)
    text = models.TextField()
    lead_unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="cases_led"
    )

    received_at = models.DateTimeField()
    contacted_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    clock_started_at = models.DateTimeField()
    limit_name = models.CharField(max_length=32)
    by_calendar_time = models.BooleanField(default=False)
    contact_due_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField()
    alarm_at = models.DateTimeField(null=True)
    alarm = models.CharField(max_length=8, blank=True)

    open = models.BooleanField(default=True)
    held = models.BooleanField(default=False)
    supervised = models.BooleanField(default=False)
    gone_up = models.BooleanField(default=False)
    waiting = models.BooleanField(default=False)
    excluded_ground = models.CharField(max_length=32, blank=True)
    returns = models.PositiveSmallIntegerField(default=0)
    passes = models.PositiveSmallIntegerField(default=1)
    urges = models.PositiveSmallIntegerField(default=0)
    holds = models.PositiveSmallIntegerField(default=0)
    extended_days = models.PositiveSmallIntegerField(default=0)
    merged_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="merged", db_index=False
    )
    parent = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="children", db_index=False
    )

    # What the call-back said, written by the follow-up through services.record_outcome.
    valid = models.BooleanField(null=True)
    contacted = models.BooleanField(null=True)
    resolved = models.BooleanField(null=True)
    satisfaction = models.CharField(max_length=16, blank=True)

    class Meta:
        indexes = [
            # By time left: only open cases have any. Every column a list may ask for is in it, so
            # that a filter that few cases fit is answered without looking at a row.
            models.Index(
                fields=["next_at", "id", *LISTED], name="case_open", condition=Q(open=True)
            ),
            models.Index(fields=["category", "id"], name="case_category"),
            models.Index(fields=["received_at", "id"], name="case_received"),
            # What few cases have: of a closed one too it is found at once.
            *(
                models.Index(fields=["id"], name=f"case_{flag}", condition=Q(**{flag: True}))
                for flag in ("held", "supervised", "waiting", "gone_up")
            ),
            models.Index(fields=["id"], name="case_urged", condition=Q(urges__gt=0)),
            models.Index(
                fields=["alarm_at"], name="case_alarm", condition=Q(alarm_at__isnull=False)
            ),
            models.Index(
                fields=["merged_into"], name="case_merged", condition=Q(merged_into__isnull=False)
            ),
            models.Index(fields=["parent"], name="case_part", condition=Q(parent__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number


class CasePrivate(models.Model):
    """What a resident said or left, sealed: name, phone, flat, title and text as typed.

    `phone_index` is the keyed blind index of the phone: equal for equal numbers, nothing else.
    """

    case = models.OneToOneField(
        Case, primary_key=True, on_delete=models.PROTECT, related_name="private"
    )
    sealed = models.BinaryField()
    phone_index = models.BinaryField(max_length=16, null=True, db_index=True)

    def __str__(self) -> str:
        return f"sealed {self.pk}"


class Assignment(models.Model):
    """One unit's share of a case in one pass: dispatched, accepted, answered, or sent back.

    `ended_at`: it was sent back, or the case was reopened and has new shares. `due_at` is the
    deadline it was answered under.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=8)
    pass_number = models.PositiveSmallIntegerField(default=1)
    dispatched_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.CharField(max_length=128, blank=True)
    contacted_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    sent_back = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["case", "pass_number"], name="assignment_of_pass")]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "unit", "pass_number"],
                condition=Q(ended_at__isnull=True),
                name="one_share_per_unit",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.unit_id} {self.role}"


class CaseNote(models.Model):
    """What was said in the course of handling, sealed: an answer, a contact, own words."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=12)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    at = models.DateTimeField()
    by = models.CharField(max_length=128)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class Reach(models.Model):
    """From which scope a case is seen: one row per place and unit it lies in or is with.

    `key` is a scope as posts hold it ("area:CODE", "unit:CODE"), every ancestor included; the
    case's `open` and `next_at` are repeated so that one index answers a worklist.
    """

    case = models.ForeignKey(
        Case,
        on_delete=models.CASCADE,
        related_name="reaches",
        db_constraint=False,
        db_index=False,
    )
    key = models.CharField(max_length=40)
    open = models.BooleanField()
    next_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["key", "open", "next_at", "case"], name="reach_due"),
            models.Index(fields=["key", "case"], name="reach_newest"),
        ]
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="one_reach")]

    def __str__(self) -> str:
        return f"{self.key} {self.case_id}"
