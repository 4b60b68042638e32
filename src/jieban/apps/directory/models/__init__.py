"""名录: places, units, and the names people write for them; the work calendar."""

from jieban.apps.directory.models.calendar import CalendarYear, Closing, OfficeHours, WorkDay
from jieban.apps.directory.models.entries import Alias, Area, Unit

__all__ = ["Alias", "Area", "CalendarYear", "Closing", "OfficeHours", "Unit", "WorkDay"]
