"""Files of a case; what somebody was typing; lists somebody comes back to."""

from django.db import models

from jieban.apps.cases.models.live import Case


class Attachment(models.Model):
    """A photo or file of a case. Its content is sealed in HOME/attachments under its digest.

    `pair` joins an after-photo to its before-photo. `had_place` says that the file carried where
    it was taken; unless `keeps_place` that was taken out. A removed one keeps its row.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="attachments")
    stage = models.CharField(max_length=8)
    pair = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="afters")
    name = models.BinaryField()
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=32)
    had_place = models.BooleanField(default=False)
    keeps_place = models.BooleanField(default=False)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.digest[:8]}"


class Draft(models.Model):
    """What one person was typing into the intake form, sealed; one per person."""

    owner_id = models.CharField(max_length=128, unique=True)
    sealed = models.BinaryField()
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.owner_id


class SavedView(models.Model):
    """A list one person comes back to: its name and the query of its address."""

    owner_id = models.CharField(max_length=128, db_index=True)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=600)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["owner_id", "name"], name="one_view_of_a_name")
        ]

    def __str__(self) -> str:
        return self.name
