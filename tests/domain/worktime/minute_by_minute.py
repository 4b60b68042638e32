"""Working time counted a minute at a time, with nothing clever: what the calendar must equal."""

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)


def works(calendar, moment):
    local = moment.astimezone(ZoneInfo(calendar.zone))
    day = local.date()
    kind = calendar.days.get(day)
    if kind == "holiday" or (kind is None and day.weekday() >= 5):
        return False
    if not any(since <= local.time() < until for since, until in calendar.shifts):
        return False
    return not any(each.since <= moment < each.until for each in calendar.closings)


def elapsed(calendar, start, end):
    moment, counted = start.astimezone(UTC), timedelta()
    while moment < end:
        counted += MINUTE if works(calendar, moment) else timedelta()
        moment += MINUTE
    return counted


def deadline(calendar, start, allowance):
    moment, counted = start.astimezone(UTC), timedelta()
    while counted < allowance:
        counted += MINUTE if works(calendar, moment) else timedelta()
        moment += MINUTE
    return moment
