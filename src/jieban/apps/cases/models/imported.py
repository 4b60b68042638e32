"""Cases that came in by a file, their earlier contents, and exclusions granted since.

A row is one assignment as the platform exported it: (source, number, unit as written,
role). What a resident said or left lies sealed in a table of its own, so that it can be
erased without touching the rest.
"""

from django.db import models

from jieban.apps.directory.models import Area, Unit


class Import(models.Model):
    """One file taken in, in one transaction and one ledger event.

    `counts` is the summary a person saw: read, new, changed, same, superseded, rejected by reason,
    skipped. `changes` lists changed rows: number, unit, field, before, after (personal
    fields say only that they changed).
    """

    at = models.DateTimeField()
    actor_name = models.CharField(max_length=128)
    file_name = models.CharField(max_length=255)
    file_digest = models.CharField(max_length=64)
    profile = models.CharField(max_length=64)
    source = models.CharField(max_length=32)
    zone = models.CharField(max_length=64)
    generated = models.BooleanField(default=False)
    counts = models.JSONField(default=dict)
    changes = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.at:%Y-%m-%d})"


class AttributedBy(models.TextChoices):
    """Who decided which place a case belongs to."""

    NOBODY = "", "未归属"
    SOURCE = "source", "来源"
    ALIAS = "alias", "别名"
    PERSON = "person", "人工"


class ImportedCase(models.Model):
    """One assignment of a case, as last exported.

    `excluded_ground` is what the source itself said; exclusions granted here are in
    `Exclusion`. Booleans are null where the source says nothing.

    The foreign keys of this table and of its sealed half are kept by the services, not by
    the database: checking them row by row costs PostgreSQL more than all else together
    when a million rows come in.
    """

    source = models.CharField(max_length=32)
    number = models.CharField(max_length=64)
    unit_written = models.CharField(max_length=128)
    role = models.CharField(max_length=8)
    kind = models.CharField(max_length=8)
    street_written = models.CharField(max_length=128)
    community_written = models.CharField(max_length=128)
    area = models.ForeignKey(
        Area, null=True, on_delete=models.PROTECT, db_index=False, db_constraint=False
    )
    attributed_by = models.CharField(max_length=8, choices=AttributedBy, blank=True)
    unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, db_index=False, db_constraint=False
    )
    category = models.CharField(max_length=255)
    channel = models.CharField(max_length=64)
    status = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    excluded_ground = models.CharField(max_length=32)
    contacted = models.BooleanField(null=True)
    valid = models.BooleanField(null=True)
    resolved = models.BooleanField(null=True)
    satisfaction = models.CharField(max_length=16)
    held = models.BooleanField(default=False)
    returns = models.PositiveSmallIntegerField(default=0)
    passes = models.PositiveSmallIntegerField(default=1)
    version = models.PositiveSmallIntegerField(default=1)
    digest = models.BinaryField(max_length=16)
    brought_by = models.ForeignKey(
        Import, on_delete=models.PROTECT, db_index=False, db_constraint=False
    )

    class Meta:
        db_table = "cases_imported"
        constraints = [
            models.UniqueConstraint(
                fields=["number", "source", "unit_written", "role"], name="one_row_per_assignment"
            )
        ]

    def __str__(self) -> str:
        return self.number


class ImportedPrivate(models.Model):
    """What a resident said or left, sealed: name, phone, title, text, address, unknown columns."""

    row = models.OneToOneField(
        ImportedCase,
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="private",
        db_constraint=False,
    )
    sealed = models.BinaryField()

    class Meta:
        db_table = "cases_imported_private"

    def __str__(self) -> str:
        return f"sealed {self.pk}"


class ImportedVersion(models.Model):
    """What a row said before a later export corrected it."""

    row = models.ForeignKey(ImportedCase, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveSmallIntegerField()
    content = models.JSONField()
    sealed = models.BinaryField(null=True)
    replaced_by = models.ForeignKey(Import, on_delete=models.PROTECT)

    class Meta:
        db_table = "cases_imported_version"
        constraints = [models.UniqueConstraint(fields=["row", "version"], name="one_row_version")]

    def __str__(self) -> str:
        return f"{self.row_id} v{self.version}"


class Exclusion(models.Model):
    """剔除: an assignment left out of scoring, not out of handling; granted by a second person."""

    row = models.OneToOneField(ImportedCase, on_delete=models.PROTECT, related_name="exclusion")
    ground = models.CharField(max_length=32)
    proposed_by = models.CharField(max_length=128)
    granted_by = models.CharField(max_length=128)
    granted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.row_id} {self.ground}"
