"""`jieban calendar …`: holidays, made-up workdays, closings, and deadlines by them."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from django.conf import settings

from jieban import clock
from jieban.apps.directory import selectors, services
from jieban.apps.directory.blank_calendar import blank_calendar
from jieban.cli.desk import Desk
from jieban.domain.errors import Refused
from jieban.domain.rulebook.limits import Counting, Limit
from jieban.domain.words import language, word
from jieban.domain.words import translate as _
from jieban.domain.worktime.calendar import Shift, file_of

MAX_LISTED = 20
YEAR = click.IntRange(1970, 9998)
_ALLOWANCE = re.compile(r"(\d{1,4}(?:\.\d{1,2})?)([hd])", re.IGNORECASE)
_SHIFT = re.compile(r"(\d{1,2}:\d{2})-(\d{1,2}:\d{2})")


@click.group()
def calendar() -> None:
    """Holidays, made-up workdays, closings, deadlines."""


@calendar.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--year", "years", type=YEAR, multiple=True, help="A year the file is for.")
@click.option("--notice", default="", help="Number of the official notice.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; store nothing.")
@click.pass_obj
def import_file(desk: Desk, file: Path, years: tuple[int, ...], notice: str, dry_run: bool) -> None:
    """Take in a year's holidays and made-up workdays from .csv or .xlsx."""
    change = services.import_calendar(
        desk.actor, file, at=clock.now(), years=years, notice=notice, dry_run=dry_run
    )
    desk.answer(
        {
            "file": str(file),
            "dry_run": dry_run,
            "years": change.notice.years,
            "new_years": change.new_years,
            "holidays": change.holidays,
            "workdays": change.workdays,
            "changes": [
                {"day": each.day, "before": each.before, "after": each.after, "name": each.name}
                for each in change.days
            ],
        }
    )
    line = _("{file}: {years}; holidays {holidays:,}, made-up workdays {workdays:,}")
    desk.out(
        line.format(
            file=file.name,
            years=", ".join(map(str, change.notice.years)),
            holidays=change.holidays,
            workdays=change.workdays,
        )
    )
    for each in change.days[:MAX_LISTED]:
        desk.out(f"  {each.day} {each.name}: {_kind(each.before)} → {_kind(each.after)}")
    if len(change.days) > MAX_LISTED:
        desk.out(_("  … and {more:,} more days").format(more=len(change.days) - MAX_LISTED))
    if change.nothing:
        desk.out(_("Everything in this file is known already."))


@calendar.command()
@click.argument("year", type=YEAR)
@click.pass_obj
def show(desk: Desk, year: int) -> None:
    """Holidays and made-up workdays of a year."""
    if year not in selectors.work_calendar().years:
        raise Refused("calendar.year_missing", year=year, file=file_of(year))
    days = list(selectors.work_days(year))
    desk.answer(
        {
            "year": year,
            "days": [{"day": row.date, "kind": row.kind, "name": row.name} for row in days],
            "closings": _closings(year),
        }
    )
    for row in days:
        desk.out(f"{row.date:%Y-%m-%d} {_weekday(row.date)} {_kind(row.kind)} {row.name}")
    for each in _closings(year):
        desk.out(_span(each))


@calendar.command()
@click.pass_obj
def closings(desk: Desk) -> None:
    """One-off closings, with their numbers."""
    found = _closings(None)
    desk.answer({"closings": found})
    for each in found:
        desk.out(_span(each))
    if not found:
        desk.out(_("No closings."))


@calendar.command()
@click.argument("since")
@click.argument("until")
@click.option("--reason", required=True, help="Why nobody works then.")
@click.pass_obj
def close(desk: Desk, since: str, until: str, reason: str) -> None:
    """Enter a one-off closing from SINCE to UNTIL (2026-10-30 or "2026-10-30 13:30")."""
    closing = services.add_closing(
        desk.actor, _moment(since), _moment(until), reason, at=clock.now()
    )
    desk.answer({"number": closing.pk, "since": closing.since, "until": closing.until})
    desk.out(_("Closing {number} is entered.").format(number=closing.pk))


@calendar.command("open")
@click.argument("number", type=int)
@click.pass_obj
def open_again(desk: Desk, number: int) -> None:
    """Remove the one-off closing with this number."""
    services.remove_closing(desk.actor, number, at=clock.now())
    desk.answer({"number": number, "removed": True})
    desk.out(_("Closing {number} is removed.").format(number=number))


@calendar.command()
@click.argument("shift", nargs=-1)
@click.pass_obj
def shifts(desk: Desk, shift: tuple[str, ...]) -> None:
    """Show the office hours, or set them: 09:00-12:00 13:30-17:30."""
    if shift:
        found = services.set_shifts(desk.actor, _shifts(shift), at=clock.now())
    else:
        found = selectors.office_shifts()
    said = [f"{since:%H:%M}-{until:%H:%M}" for since, until in found]
    desk.answer({"shifts": said})
    desk.out(" ".join(said))


@calendar.command()
@click.argument("year", type=YEAR)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Where to write it.")
@click.pass_obj
def template(desk: Desk, year: int, out: Path | None) -> None:
    """Write an empty file for a year's holidays, with how to fill it in."""
    file = out or Path(file_of(year))
    try:
        with file.open("xb") as stream:
            stream.write(blank_calendar(year, language()))
    except FileExistsError:
        raise Refused("calendar.file_exists", file=str(file)) from None
    desk.answer({"file": str(file), "year": year})
    desk.out(
        _("{file} is written. Fill it in, then: jieban calendar import {file}").format(file=file)
    )


@calendar.command()
@click.argument("start")
@click.argument("allowance")
@click.option("--counting", type=click.Choice(["working", "calendar"]), default="working")
@click.pass_obj
def deadline(desk: Desk, start: str, allowance: str, counting: Counting) -> None:
    """When ALLOWANCE (2h, 7d) has run since START ("2026-10-30 09:00")."""
    limit = _limit(allowance, counting)
    due = selectors.deadline_or_calendar_time(limit, _moment(start))
    desk.answer(
        {
            "due_at": due.due_at,
            "counting": due.counting,
            "warning": due.warning.plain() if due.warning else None,
        }
    )
    if due.due_at is not None:
        desk.out(
            f"{due.due_at:%Y-%m-%d %H:%M} {_weekday(due.due_at)} {word(f'counting_{due.counting}')}"
        )
    if due.warning:
        said = _("Counted in calendar time instead: {why}")
        desk.out(said.format(why=due.warning.message()))


def _limit(allowance: str, counting: Counting) -> Limit:
    read = _ALLOWANCE.fullmatch(allowance.strip())
    if read is None or not Decimal(read[1]):
        raise Refused("calendar.allowance_unreadable", given=allowance)
    amount, in_days = float(read[1]), read[2].lower() == "d"
    plain = timedelta(days=amount) if in_days else timedelta(hours=amount)
    worked = plain
    if in_days and counting == "working":
        worked = amount * selectors.work_calendar().day_length
    return Limit("asked", "", "", worked, counting, Decimal("0.75"), plain)


def _moment(text: str) -> datetime:
    """A moment in the installation's zone; a day alone is its beginning."""
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Refused("calendar.moment_unreadable", given=text) from None
    return read if read.tzinfo else read.replace(tzinfo=ZoneInfo(settings.TIME_ZONE))


def _shifts(words: tuple[str, ...]) -> list[Shift]:
    found = []
    for text in words:
        read = _SHIFT.fullmatch(text)
        try:
            if read is None:
                raise ValueError(text)
            found.append((_clock_time(read[1]), _clock_time(read[2])))
        except ValueError:
            raise Refused("calendar.shifts_wrong") from None
    return found


def _clock_time(text: str) -> time:
    return time.fromisoformat(text.zfill(5))


def _closings(year: int | None) -> list[dict[str, Any]]:
    zone = ZoneInfo(settings.TIME_ZONE)
    return [
        {
            "number": each.pk,
            "since": each.since.astimezone(zone),
            "until": each.until.astimezone(zone),
            "reason": each.reason,
        }
        for each in selectors.closings(year)
    ]


def _span(closing: dict[str, Any]) -> str:
    since, until = closing["since"], closing["until"]
    number, reason = closing["number"], closing["reason"]
    return f"{number:>5} {since:%Y-%m-%d %H:%M} – {until:%Y-%m-%d %H:%M} {reason}"


def _kind(code: str) -> str:
    return word(f"day_{code}") if code else word("day_ordinary")


def _weekday(day: date) -> str:
    names = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    return names[day.weekday()]
