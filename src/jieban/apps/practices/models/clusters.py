"""What somebody answered to a suggested cluster, so that it is not suggested again."""

from django.db import models

from jieban.apps.directory.models import Area
from jieban.apps.practices.models.cards import Practice
from jieban.apps.practices.models.projects import Project


class ClusterAnswer(models.Model):
    """A place and a kind of matter: dismissed with a reason, or taken up. One answer each."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    category = models.CharField(max_length=255)
    answer = models.CharField(
        max_length=12,
        choices=[(each, each) for each in ("dismissed", "project", "practice")],
    )
    reason = models.CharField(max_length=500, blank=True)
    cases = models.PositiveIntegerField()
    months = models.CharField(max_length=32)
    project = models.ForeignKey(Project, null=True, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(Practice, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=128)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["area", "category"], name="one_answer_to_a_cluster")
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.category} {self.answer}"
