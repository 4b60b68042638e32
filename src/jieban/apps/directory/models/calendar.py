"""工作日历: the days of official notices, one-off closings, office hours."""

from django.db import models


class CalendarYear(models.Model):
    """A year whose notice is known. `notice` is the document's number, blank if nobody said."""

    year = models.PositiveSmallIntegerField(unique=True)
    notice = models.CharField(max_length=64, blank=True)
    imported_at = models.DateTimeField()

    class Meta:
        ordering = ["year"]

    def __str__(self) -> str:
        return str(self.year)


class WorkDay(models.Model):
    """A day that its weekday says wrongly: a holiday, or a made-up workday 调休.

    `kind` is a `worktime.DayKind`; `name` is the holiday's, as the file gave it.
    """

    date = models.DateField(unique=True)
    kind = models.CharField(max_length=8, choices=[("holiday", "holiday"), ("workday", "workday")])
    name = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.date} {self.kind}"


class Closing(models.Model):
    """A one-off span [since, until) in which nobody works although the day is a workday."""

    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(max_length=200)

    class Meta:
        ordering = ["since", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__gt=models.F("since")), name="closing_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return f"{self.since} – {self.until}"


class OfficeHours(models.Model):
    """The shifts of a workday: [["09:00", "12:00"], …] in local time.

    One row, made by the first act on the calendar, which every other act holds.
    """

    shifts = models.JSONField()

    def __str__(self) -> str:
        return str(self.shifts)
