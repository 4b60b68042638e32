"""名录: places, units, and the names people write for them; the work calendar; the duty list."""

from jieban.apps.directory.models.calendar import CalendarYear, Closing, OfficeHours, WorkDay
from jieban.apps.directory.models.duties import Category, Duty
from jieban.apps.directory.models.entries import Alias, Area, Unit

__all__ = [
    "Alias",
    "Area",
    "CalendarYear",
    "Category",
    "Closing",
    "Duty",
    "OfficeHours",
    "Unit",
    "WorkDay",
]
