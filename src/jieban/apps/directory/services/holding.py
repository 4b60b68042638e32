"""The one row that acts on lists of the directory hold, so that two do not write at once."""

from jieban.apps.directory.models import OfficeHours
from jieban.apps.directory.selectors.calendar import office_shifts
from jieban.domain.worktime.calendar import Shift


def hold() -> OfficeHours:
    """The row of the office hours, held to the end of the transaction: who comes second waits."""
    row, _ = OfficeHours.objects.select_for_update().get_or_create(
        pk=1, defaults={"shifts": plain_shifts(office_shifts())}
    )
    return row


def plain_shifts(shifts: tuple[Shift, ...]) -> list[list[str]]:
    """Shifts as JSON holds them."""
    return [[since.strftime("%H:%M"), until.strftime("%H:%M")] for since, until in shifts]
