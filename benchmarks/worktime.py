"""How much faster is working time by bisection than counting it day by day?

    python benchmarks/worktime.py [CALLS]        default 20,000 questions over eight years

The floor is a plain loop over days and shifts that asks the same two questions: when is it due,
and how much has run. Both must give the same answers. Prints microseconds per question and the
ratio; a WorkCalendar is to stay under 20 µs a question. The clock with two pauses is read too.
"""

import random
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from jieban.domain.worktime.calendar import Closed, DayKind, WorkCalendar
from jieban.domain.worktime.clocks import Pause, read_clock

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, LAST = 2019, 2026
DAY = timedelta(days=1)


def made_up_calendar(chance: random.Random) -> WorkCalendar:
    """Eight years with thirty holidays, seven made-up workdays and two closings each."""
    days: dict[date, DayKind] = {}
    closings = []
    for year in range(FIRST, LAST + 1):
        for _ in range(30):
            days[date(year, 1, 1) + DAY * chance.randrange(365)] = DayKind.HOLIDAY
        for _ in range(7):
            days[date(year, 1, 1) + DAY * chance.randrange(365)] = DayKind.WORKDAY
        for _ in range(2):
            since = datetime(year, 1, 1, 9, tzinfo=ZONE) + DAY * chance.randrange(360)
            closings.append(Closed(since, since + timedelta(hours=4)))
    return WorkCalendar(
        "Asia/Shanghai", frozenset(range(FIRST, LAST + 1)), days, closings=tuple(closings)
    )


class PlainLoop:
    """The same answers, day after day."""

    def __init__(self, calendar: WorkCalendar) -> None:
        self.calendar = calendar

    def spans(self, start: datetime):
        day = start.astimezone(ZONE).date()
        while True:
            if self.calendar.is_workday(day):
                for since, until in self.calendar.shifts:
                    begin = datetime.combine(day, since, ZONE)
                    end = datetime.combine(day, until, ZONE)
                    for closed in sorted(self.calendar.closings, key=lambda each: each.since):
                        if closed.since < end and closed.until > begin:
                            if closed.since > begin:
                                yield max(begin, start), closed.since
                            begin = closed.until
                    if begin < end:
                        yield max(begin, start), end
            day += DAY

    def deadline(self, start: datetime, allowance: timedelta) -> datetime:
        left = allowance
        for begin, end in self.spans(start):
            if end - begin >= left:
                return begin + left
            left -= max(end - begin, timedelta())
        raise AssertionError("the calendar has no end")

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        counted = timedelta()
        for begin, until in self.spans(start):
            if begin >= end:
                return counted
            counted += max(min(until, end) - begin, timedelta())
        return counted


def timed(questions: list, ask: Callable) -> tuple[float, list]:
    began = time.perf_counter()
    answers = [ask(*question) for question in questions]
    return (time.perf_counter() - began) / len(questions) * 1e6, answers


def main() -> None:
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    chance = random.Random(12345)
    began = time.perf_counter()
    calendar = made_up_calendar(chance)
    print(f"laid out once, eight years: {(time.perf_counter() - began) * 1000:.1f} ms")
    begin = datetime(FIRST, 1, 1, tzinfo=ZONE)
    starts = [begin + timedelta(minutes=chance.randrange(365 * 7 * 1440)) for _ in range(calls)]
    due = [(start, timedelta(minutes=chance.randint(1, 15 * 420))) for start in starts]
    ran = [(start, start + timedelta(minutes=chance.randint(1, 30 * 1440))) for start in starts]
    plain = PlainLoop(calendar)
    for name, questions in (("deadline", due), ("elapsed", ran)):
        fast, answers = timed(questions, getattr(calendar, name))
        slow, same = timed(questions[: calls // 20], getattr(plain, name))
        assert answers[: calls // 20] == same, name
        print(f"{name:<10} {fast:7.2f} µs   plain loop {slow:9.1f} µs   × {slow / fast:.0f}")

    def clock(start: datetime, allowance: timedelta):
        pauses = (
            Pause(start + DAY, start + 2 * DAY),
            Pause(start + 4 * DAY, start + 5 * DAY),
        )
        return read_clock(
            start=start, allowance=allowance, calendar=calendar, pauses=pauses, at=start + 9 * DAY
        )

    fast, _ = timed(due, clock)
    print(f"{'clock':<10} {fast:7.2f} µs   with two pauses, light and next change")


if __name__ == "__main__":
    main()
