"""How far has a clock run, when is it due, and what colour is its light?

A clock is nothing that ticks: it is read from what happened (when it started, when it stood
still, when it stopped) and from a calendar, at a moment. Reading twice, in any order, after any
restart, says the same. A hold 挂账 makes it stand still; an extension 延期 is a larger allowance.

    running   green ──► amber ──► red        by the share of the allowance that is used
    standing  paused                         since a hold; the light comes back when it ends
    stopped   stopped                        answered: in time or not, for good
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal
from typing import Literal

from jieban.domain.worktime.calendar import Calendar

Light = Literal["green", "amber", "red", "paused", "stopped"]
AMBER = Decimal("0.75")
_MICROSECOND = timedelta(microseconds=1)
_NOTHING = timedelta()
_SHARE = Decimal("0.0001")


@dataclass(frozen=True)
class Pause:
    """A span [since, until) in which a clock stands still; `until` None: it still does."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class Reading:
    """A clock at one moment.

    `due_at` is None while the clock stands still with time left: nobody knows when it goes on.
    `elapsed` is counted time, `left` what remains of the allowance (never below nothing),
    `overdue_by` what ran beyond it. `share` is elapsed over allowance, four digits, rounded
    down, so that 1 means used up. `on_time` is None until it stopped or ran out.
    `next_change_at` is when amber or red comes if nothing else happens; None when neither will.
    """

    due_at: datetime | None
    elapsed: timedelta
    left: timedelta
    share: Decimal
    light: Light
    overdue_by: timedelta
    on_time: bool | None
    next_change_at: datetime | None


def read_clock(
    *,
    start: datetime,
    allowance: timedelta,
    calendar: Calendar,
    pauses: Iterable[Pause] = (),
    stopped_at: datetime | None = None,
    at: datetime,
    amber: Decimal = AMBER,
) -> Reading:
    """The clock as it stood at `at`; what happened later is not looked at.

    Amber comes when `amber` of the allowance is used, red when all of it is: at the due moment
    nothing is left. Stopped at the due moment is on time; later is not, even where no working
    time lies between. Pauses may overlap and come in any order. Before `start` nothing ran.

    Raises:
        ValueError: the allowance is not more than nothing, or `amber` not in (0, 1].
        Refused "calendar.year_missing": see WorkCalendar.
    """
    if allowance <= _NOTHING or not 0 < amber <= 1:
        raise ValueError("an allowance is more than nothing, amber a share of it")
    stopped = stopped_at is not None and stopped_at <= at
    end = stopped_at if stopped and stopped_at is not None else at
    known = [_as_known(pause, end) for pause in pauses if pause.since <= end]
    elapsed = sum(
        (
            calendar.elapsed(since, end if until is None else min(until, end))
            for since, until in _running(start, known)
            if since < end
        ),
        _NOTHING,
    )
    paused = any(pause.until is None for pause in known)
    used_up = elapsed >= allowance
    due_at = None
    if used_up or not paused:
        due_at = due_with_pauses(start, allowance, calendar, known)
    if stopped:
        light: Light = "stopped"
    elif paused:
        light = "paused"
    else:
        light = _light(elapsed, allowance, amber)
    on_time = None
    if stopped:
        on_time = due_at is None or end <= due_at
    elif used_up:
        on_time = False
    next_change_at = None
    if light == "green":
        next_change_at = due_with_pauses(start, _amber(allowance, amber), calendar, known)
    elif light == "amber":
        next_change_at = due_at
    return Reading(
        due_at=due_at,
        elapsed=elapsed,
        left=max(allowance - elapsed, _NOTHING),
        share=_share(elapsed, allowance),
        light=light,
        overdue_by=max(elapsed - allowance, _NOTHING),
        on_time=on_time,
        next_change_at=next_change_at,
    )


def due_with_pauses(
    start: datetime, allowance: timedelta, calendar: Calendar, pauses: Iterable[Pause] = ()
) -> datetime | None:
    """The moment `allowance` has run since `start`, pauses left out.

    None where the clock stands still, without an end in sight, with time left. A clock that
    runs out exactly as a pause begins is due then.

    Raises:
        Refused "calendar.year_missing": see WorkCalendar.
    """
    left = allowance
    for since, until in _running(start, pauses):
        if until is None:
            return calendar.deadline(since, left)
        ran = calendar.elapsed(since, until)
        if ran >= left:
            return calendar.deadline(since, left)
        left -= ran
    return None


def light_changes(
    *,
    start: datetime,
    allowance: timedelta,
    calendar: Calendar,
    pauses: Iterable[Pause] = (),
    amber: Decimal = AMBER,
) -> tuple[datetime | None, datetime | None]:
    """When amber comes and when red does; None for one that a pause without end holds back."""
    known = tuple(pauses)
    return (
        due_with_pauses(start, _amber(allowance, amber), calendar, known),
        due_with_pauses(start, allowance, calendar, known),
    )


@dataclass(frozen=True)
class Held:
    """A span [since, until) in which a case lay with one unit; `until` None: it still does."""

    unit: str
    since: datetime
    until: datetime | None = None


def time_per_unit(
    spans: Iterable[Held],
    calendar: Calendar,
    *,
    at: datetime,
    pauses: Iterable[Pause] = (),
) -> dict[str, timedelta]:
    """Unit -> counted time for which the case lay with it up to `at`, pauses left out.

    Spans of one unit that overlap count once; two units at the same time count both. Units
    come in the order in which they first had the case.
    """
    by_unit: dict[str, list[tuple[datetime, datetime]]] = {}
    for span in sorted(spans, key=lambda span: span.since):
        until = at if span.until is None else min(span.until, at)
        by_unit.setdefault(span.unit, []).append((span.since, until))
    still = [_as_known(pause, at) for pause in pauses if pause.since <= at]
    return {
        unit: sum(
            (
                calendar.elapsed(since, until if ends is None else min(until, ends))
                for first, until in _joined(held)
                for since, ends in _running(first, still)
                if since < until
            ),
            _NOTHING,
        )
        for unit, held in by_unit.items()
    }


def _as_known(pause: Pause, at: datetime) -> Pause:
    """The pause as it looked at `at`: one that ends later had no end yet."""
    return Pause(pause.since) if pause.until is not None and pause.until > at else pause


def _running(
    start: datetime, pauses: Iterable[Pause]
) -> Iterator[tuple[datetime, datetime | None]]:
    """The spans from `start` on that no pause covers; the last has no end, unless one pauses.

    A pause that ends before it begins is none.
    """
    since = start
    for pause in sorted(pauses, key=lambda pause: pause.since):
        if pause.until is not None and pause.until <= pause.since:
            continue
        if pause.since > since:
            yield since, pause.since
        if pause.until is None:
            return
        since = max(since, pause.until)
    yield since, None


def _joined(spans: Sequence[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """Spans in order of their beginning, those that overlap made one."""
    since, until = spans[0]
    for next_since, next_until in spans[1:]:
        if next_since > until:
            yield since, until
            since, until = next_since, next_until
        else:
            until = max(until, next_until)
    yield since, until


def _light(elapsed: timedelta, allowance: timedelta, amber: Decimal) -> Light:
    if elapsed >= allowance:
        return "red"
    return "amber" if elapsed >= _amber(allowance, amber) else "green"


def _amber(allowance: timedelta, amber: Decimal) -> timedelta:
    """The part of the allowance after which amber comes, rounded up to a microsecond."""
    exact = Decimal(allowance // _MICROSECOND) * amber
    return timedelta(microseconds=int(exact.to_integral_value(rounding=ROUND_CEILING)))


def _share(elapsed: timedelta, allowance: timedelta) -> Decimal:
    exact = Decimal(elapsed // _MICROSECOND) / Decimal(allowance // _MICROSECOND)
    return exact.quantize(_SHARE, rounding=ROUND_DOWN)
