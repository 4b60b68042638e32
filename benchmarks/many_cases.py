"""Fills a home with a million made-up cases, as six years of a district leave them.

    python benchmarks/many_cases.py [--home var/many] [--cases 1000000] [--events]

Rows go in by bulk SQL on SQLite or the database of JIEBAN_DATABASE_URL: cases, their reach, their
assignments and the table of full text, with the invented district of 26 streets and 440
communities. 97 % are closed; the others are in every state, most of them from the last weeks.
Texts of about fifty signs hold common words (暖气) and one of 10,000 place names. Rows are the
same every time but for the hour they end at. `--events` also writes a ledger event for each
case (not in a chain: `ledger verify` would say so), for measurements of writing beside them.
"""

import argparse
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from http_cases import furnish

HOME = Path("var/many")
CASES = 1_000_000
YEARS = 6
OPEN_SHARE = 0.03
RECENT = 0.05
"""The last cases, among which most of the open ones are."""
STATES = ("received", "dispatched", "accepted", "answered")
STATE_WEIGHTS = (0.06, 0.16, 0.46, 0.32)
CHANNELS = ("phone", "app", "wechat", "web", "visit", "letter")
CHANNEL_WEIGHTS = (0.70, 0.10, 0.12, 0.05, 0.02, 0.01)
MORE = ("请尽快处理", "多次反映没有解决", "影响正常生活", "希望答复处理结果", "老人出行不便")
FAR = datetime(9999, 1, 1, tzinfo=UTC)
_CHUNK = 50_000

CASE = [
    "id",
    "number",
    "state",
    "version",
    "kind",
    "urgency",
    "complexity",
    "category",
    "channel",
    "area_id",
    "attributed_by",
    "address",
    "title",
    "text",
    "lead_unit_id",
    "received_at",
    "contacted_at",
    "answered_at",
    "closed_at",
    "clock_started_at",
    "limit_name",
    "by_calendar_time",
    "contact_due_at",
    "due_at",
    "next_at",
    "alarm_at",
    "alarm",
    "open",
    "held",
    "supervised",
    "gone_up",
    "waiting",
    "excluded_ground",
    "returns",
    "passes",
    "urges",
    "holds",
    "extended_days",
    "merged_into_id",
    "parent_id",
    "valid",
    "contacted",
    "resolved",
    "satisfaction",
]
REACH = ["case_id", "key", "open", "next_at"]
SHARE = [
    "case_id",
    "unit_id",
    "role",
    "pass_number",
    "dispatched_at",
    "accepted_at",
    "accepted_by",
    "contacted_at",
    "answered_at",
    "ended_at",
    "sent_back",
    "due_at",
]
TABLES = ("cases_case", "cases_reach", "cases_assignment", "cases_search", "ledger_event")


@dataclass(frozen=True)
class Made:
    """One case as its four tables hold it."""

    case: tuple[Any, ...]
    reach: list[tuple[Any, ...]]
    share: tuple[Any, ...] | None
    tokens: str
    event: tuple[Any, ...]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, default=HOME)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--events", action="store_true")
    asked = parser.parse_args()
    open_home(asked.home)
    begun = time.perf_counter()
    added = fill(asked.cases, events=asked.events)
    print(f"{added:,} cases added in {time.perf_counter() - begun:.0f} s")


def open_home(home: Path) -> None:
    """Make the home with the invented district if it is not there, and ready Django for it."""
    import os

    if not home.exists():
        furnish(home)
    os.environ["JIEBAN_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "jieban.site.settings"
    import django

    django.setup()


def fill(count: int, *, events: bool = False) -> int:
    """Add cases until there are `count`; how many that took."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(MAX(id), 0), COUNT(*) FROM cases_case")
        last, there = cursor.fetchone()
    if there >= count:
        return 0
    with transaction.atomic(), without_indexes():
        made = make(count - there, first=int(last) + 1)
        while chunk := list(islice(made, _CHUNK)):
            _store(chunk, events)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in ("cases_case", "cases_reach", "cases_assignment"):
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'),"
                    f" (SELECT MAX(id) FROM {table}))"
                )
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")
    return count - int(there)


@contextmanager
def without_indexes() -> Iterator[None]:
    """Drop what can be made again faster in one go, and make it again at the end."""
    from django.db import connection

    marks = ", ".join(["%s"] * len(TABLES))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
                f" AND tablename IN ({marks}) AND indexname NOT IN"
                " (SELECT conname FROM pg_constraint)",
                TABLES,
            )
        else:
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
                f" AND tbl_name IN ({marks})",
                TABLES,
            )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
        yield
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
            # Foreign keys are checked at the end; everything they name is in the directory.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for _, sql in indexes:
            cursor.execute(sql)


def _store(chunk: Sequence[Made], events: bool) -> None:
    _copy("cases_case", CASE, (made.case for made in chunk))
    _copy("cases_reach", REACH, (row for made in chunk for row in made.reach))
    _copy("cases_assignment", SHARE, (made.share for made in chunk if made.share))
    if events:
        from jieban.apps.ledger.chain import CONTENT

        _copy("ledger_event", [*CONTENT, "digest"], (made.event for made in chunk))
    from django.db import connection

    key = "case_id" if connection.vendor == "postgresql" else "rowid"
    _copy("cases_search", [key, "tokens"], ((made.case[0], made.tokens) for made in chunk))


def _copy(table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    from django.db import connection

    named = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({named}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join("?" * len(columns))
        # Past Django's cursor, which would turn every statement's marks.
        cursor.connection.executemany(
            f"INSERT INTO {table} ({named}) VALUES ({marks})",
            (tuple(_plain(value) for value in row) for row in rows),
        )


def _plain(value: Any) -> Any:
    return _moment(value) if type(value) is datetime else value


def _moment(at: datetime) -> str:
    """As Django writes a moment on SQLite."""
    return str(at.replace(tzinfo=None))


def make(count: int, *, first: int = 1) -> Iterator[Made]:
    """Cases in the order they were received, ids from `first`; the same every time."""
    from jieban import clock
    from jieban.apps.cases.searching import kept_form
    from jieban.apps.directory.models import Area, Unit
    from jieban.apps.directory.selectors import scope_keys_of_area, scope_keys_of_unit, standing
    from jieban.domain.cases.numbers import case_number
    from jieban.invented.words import CATEGORIES

    draw = np.random.default_rng(20231030)
    now = standing()
    standing_now = {"valid_to__isnull": True}
    areas = list(Area.objects.filter(kind__in=("community", "village"), **standing_now))
    units = {unit.pk: unit for unit in Unit.objects.filter(**standing_now)}
    by_name = {unit.name: unit.pk for unit in units.values()}
    reach_of_area = {area.pk: scope_keys_of_area(area, now=now) for area in areas}
    reach_of_unit = {pk: scope_keys_of_unit(unit, now=now) for pk, unit in units.items()}
    office = {area.pk: by_name[area.parent.name] for area in areas if area.parent}
    led = [[by_name[name] for name in category.units if name in by_name] for category in CATEGORIES]
    places = _place_names(draw)

    end = clock.now().replace(minute=0, second=0, microsecond=0)
    span = timedelta(days=365 * YEARS)
    weights = np.array([category.weight for category in CATEGORIES])
    communities = draw.dirichlet(np.full(len(areas), 2.0))
    of_area = draw.choice(len(areas), count, p=communities)
    of_category = draw.choice(len(CATEGORIES), count, p=weights / weights.sum())
    of_channel = draw.choice(len(CHANNELS), count, p=CHANNEL_WEIGHTS)
    of_state = draw.choice(len(STATES), count, p=STATE_WEIGHTS)
    of_place = draw.zipf(1.3, count) % len(places)
    chance, second, third = draw.random(count), draw.random(count), draw.random(count)
    recent_from = int(count * (1 - RECENT))
    recent_open = OPEN_SHARE * 0.9 / RECENT
    old_open = OPEN_SHARE * 0.1 / (1 - RECENT)

    for place in range(count):
        pk = first + place
        luck, other, last = float(chance[place]), float(second[place]), float(third[place])
        received = end - span * ((count - place) / count) + timedelta(microseconds=place % 999_983)
        is_open = luck < (recent_open if place >= recent_from else old_open)
        state = STATES[of_state[place]] if is_open else "closed"
        category = CATEGORIES[of_category[place]]
        area = areas[of_area[place]]
        leaders = led[of_category[place]]
        at_street = other < category.at_street or not leaders
        unit = office[area.pk] if at_street else leaders[pk % len(leaders)]
        sent = state != "received"
        due = received + timedelta(hours=category.hours)
        if is_open:
            # Spread around now: most have days left, some are late.
            next_at = end + timedelta(minutes=int((last - 0.15) * 20_000), microseconds=pk % 997)
        else:
            next_at = FAR
        accepted = received + timedelta(minutes=20) if state not in STATES[:2] else None
        answered = due - timedelta(hours=4) if state in ("answered", "closed") else None
        closed = due if state == "closed" else None
        told = category.told[pk % len(category.told)]
        where = f"{area.name}{places[of_place[place]]}{pk % 60 + 1}号楼"
        text = f"{where}{told}，{MORE[pk % len(MORE)]}，{MORE[(pk // 7) % len(MORE)]}。"
        number = case_number(received.date(), pk)
        case = (
            pk,
            number,
            state,
            5 if closed else 2,
            "request",
            "urgent" if last < 0.02 else "normal",
            "normal",
            category.path,
            CHANNELS[of_channel[place]],
            area.pk,
            "address",
            where,
            told[:40],
            text,
            unit if sent else None,
            received,
            accepted,
            answered,
            closed,
            received,
            "general",
            False,
            received + timedelta(hours=24),
            due,
            next_at,
            None,
            "",
            is_open,
            is_open and other > 0.95,
            is_open and other < 0.005,
            is_open and 0.005 < other < 0.008,
            is_open and 0.01 < other < 0.05,
            "",
            1 if 0.06 < last < 0.12 else 0,
            2 if 0.12 < last < 0.16 else 1,
            1 if 0.2 < last < 0.27 else 0,
            0,
            0,
            None,
            None,
            True if closed else None,
            True if closed else None,
            other < 0.8 if closed else None,
            "satisfied" if closed else "",
        )
        keys = set(reach_of_area[area.pk])
        share = None
        if sent:
            keys.update(reach_of_unit[unit])
            share = (pk, unit, "lead", 1, received, accepted, "", accepted, answered)
            share = (*share, closed, False, due)
        reach = [(pk, key, is_open, next_at) for key in sorted(keys)]
        event = (received, received, "case", number, 1, "case.received", "bench", "bench", "", "")
        event = (*event, "{}", "", f"{pk:064x}")
        yield Made(case, reach, share, kept_form(f"{told[:40]}\n{where}\n{text}"), event)


def _place_names(draw: np.random.Generator) -> list[str]:
    """10,000 names of estates, of which the first are common and the last very rare."""
    from jieban.invented.words import COMMUNITY_ENDINGS, STEMS

    firsts = [stem[0] for stem in STEMS]
    lasts = [stem[1] for stem in STEMS]
    names = {
        f"{one}{two}{ending}"
        for one in sorted(set(firsts))
        for two in sorted(set(lasts))
        for ending in ("家园", "嘉苑", "新居", "雅居", "公寓", "佳园", "花园", *COMMUNITY_ENDINGS)
    }
    ordered = sorted(names)
    draw.shuffle(ordered)
    return ordered[:10_000]


if __name__ == "__main__":
    main()
