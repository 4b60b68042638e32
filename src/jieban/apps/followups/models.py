"""One row per call-back 回访, valid or not; the resident's own words are a sealed note of the case.

So they are erased with everything else the resident said.
"""

from django.db import models

from jieban.apps.cases.models import Case, CaseNote


class FollowUp(models.Model):
    """One call to a resident about one pass of a case. Rows are never changed."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="follow_ups")
    pass_number = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.CharField(max_length=128)
    by_id = models.CharField(max_length=128)
    result = models.CharField(max_length=16)
    contacted = models.BooleanField(null=True)
    resolved = models.BooleanField(null=True)
    satisfaction = models.CharField(max_length=16, blank=True)
    words = models.ForeignKey(
        CaseNote, null=True, on_delete=models.SET_NULL, related_name="+", db_constraint=False
    )
    consequence = models.CharField(max_length=12)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["case", "pass_number"], name="follow_up_of_pass")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.result}"
