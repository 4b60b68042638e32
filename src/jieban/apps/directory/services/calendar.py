"""Every write of the work calendar: notices, closings, office hours; each is an event.

Each demands the permission to keep the directory, and raises Refused "actor.not_permitted".
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from django.db import transaction

from jieban.apps.directory.models import CalendarYear, Closing, WorkDay
from jieban.apps.directory.selectors.calendar import (
    SUBJECT,
    NoticeChange,
    change_by,
    closing_by_id,
    legal_holidays,
    office_shifts,
)
from jieban.apps.directory.services.holding import hold, plain_shifts
from jieban.apps.ledger import services as ledger
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.domain.worktime.calendar import Shift
from jieban.domain.worktime.notices import understand
from jieban.tables.calendars import read_calendar

PERMISSION = "directory.edit"
LONGEST_NOTICE, LONGEST_REASON = 64, 200


@transaction.atomic
def import_calendar(
    actor: Actor,
    path: Path,
    *,
    at: datetime,
    name: str = "",
    years: Sequence[int] = (),
    notice: str = "",
    dry_run: bool = False,
) -> NoticeChange:
    """Take in a file of holidays and made-up workdays; it replaces what was known of its years.

    `name` is what the file is called, where `path` is only a place it was put; `years` says
    which years it is for, else those whose 1 January it lists; `notice` is the document's
    number. The same file again changes nothing and is no event.

    Raises:
        Refused "file.…", "calendar.…": see `read_calendar` and `understand`; nothing is stored.
    """
    actor.demand(PERMISSION)
    found = understand(read_calendar(path), years=years, legal=legal_holidays())
    if not dry_run:
        hold()
    change = change_by(found)
    number = notice.strip()[:LONGEST_NOTICE]
    if dry_run or change.nothing:
        return change
    WorkDay.objects.filter(date__year__in=found.years).delete()
    WorkDay.objects.filter(date__in=found.days).delete()
    WorkDay.objects.bulk_create(
        WorkDay(date=day, kind=said.kind, name=said.name) for day, said in found.days.items()
    )
    for year in found.years:
        CalendarYear.objects.update_or_create(
            year=year, defaults={"notice": number, "imported_at": at}
        )
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    ledger.append(
        SUBJECT,
        SUBJECT,
        "calendar.imported",
        actor=actor,
        at=at,
        body={
            "file": name or path.name,
            "file_digest": digest,
            "notice": number,
            "years": list(found.years),
            "holidays": change.holidays,
            "workdays": change.workdays,
            "changes": [
                {
                    "name": each.day.isoformat(),
                    "field": each.name,
                    "before": each.before,
                    "after": each.after,
                }
                for each in change.days[:1000]
            ],
        },
    )
    return change


@transaction.atomic
def add_closing(
    actor: Actor, since: datetime, until: datetime, reason: str, *, at: datetime
) -> Closing:
    """From `since` up to `until` nobody works; clocks in working time stand still.

    Raises:
        Refused "calendar.closing_wrong": it ends before it begins.
        Refused "calendar.reason_missing".
    """
    actor.demand(PERMISSION)
    if until <= since:
        raise Refused("calendar.closing_wrong")
    if not reason.strip():
        raise Refused("calendar.reason_missing")
    hold()
    closing = Closing.objects.create(
        since=since, until=until, reason=reason.strip()[:LONGEST_REASON]
    )
    _append(actor, at, "calendar.closed", closing)
    return closing


@transaction.atomic
def remove_closing(actor: Actor, number: int, *, at: datetime) -> None:
    """The closing with this number does not take place after all.

    Raises:
        Refused "calendar.unknown_closing".
    """
    actor.demand(PERMISSION)
    hold()
    closing = closing_by_id(number)
    _append(actor, at, "calendar.closing_removed", closing)
    closing.delete()


@transaction.atomic
def set_shifts(actor: Actor, shifts: Sequence[Shift], *, at: datetime) -> tuple[Shift, ...]:
    """The office hours of every workday from now on are `shifts`; the same again is no event.

    Due times that were computed stay as they are.

    Raises:
        Refused "calendar.shifts_wrong": none, one that ends before it begins, or two that
            overlap.
    """
    actor.demand(PERMISSION)
    wanted = tuple(shifts)
    overlap = any(first[1] > second[0] for first, second in pairwise(wanted))
    if not wanted or overlap or any(since >= until for since, until in wanted):
        raise Refused("calendar.shifts_wrong")
    row = hold()
    before = office_shifts()
    if wanted == before:
        return wanted
    row.shifts = plain_shifts(wanted)
    row.save(update_fields=["shifts"])
    ledger.append(
        SUBJECT,
        SUBJECT,
        "calendar.shifts_set",
        actor=actor,
        at=at,
        body={"before": plain_shifts(before), "after": plain_shifts(wanted)},
    )
    return wanted


def _append(actor: Actor, at: datetime, kind: str, closing: Closing) -> None:
    ledger.append(
        SUBJECT,
        SUBJECT,
        kind,
        actor=actor,
        at=at,
        reason=closing.reason,
        body={"since": closing.since.isoformat(), "until": closing.until.isoformat()},
    )
