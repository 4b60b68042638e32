"""Figures others have given of a programme, kept as they were said.

“+28.76 %” of a rate may mean percentage points or growth of the value; where the source does not
say, both readings are shown beside the figures that come out of rows.
"""

from django.db import models

READINGS = ("points", "growth", "unclear")


class QuotedFigure(models.Model):
    """One quoted change. `reading` says what the source means by percent, if it says so."""

    programme = models.CharField(max_length=32, db_index=True)
    cohort = models.PositiveSmallIntegerField()
    measure = models.CharField(max_length=16)
    value = models.DecimalField(max_digits=7, decimal_places=2)
    reading = models.CharField(max_length=8, choices=[(each, each) for each in READINGS])
    source = models.CharField(max_length=200)
    said_on = models.DateField()
    entered_at = models.DateTimeField()
    entered_by = models.CharField(max_length=128)

    class Meta:
        ordering = ["programme", "cohort", "measure", "id"]

    def __str__(self) -> str:
        return f"{self.programme} {self.cohort} {self.measure} {self.value}"
