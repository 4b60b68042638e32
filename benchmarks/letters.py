"""Pages of letters over twenty thousand of them, and a batch of five hundred as a public table.

    python benchmarks/letters.py [--home var/letters] [--letters 20000] [--turns 12]

Makes a home with the invented district and takes the letters in as a person would, by the import
of public tables, forty batches of five hundred, which is timed. Then every page is asked by
Django's own client, all middlewares included, by somebody who sees everything and by a street.
The floors, in the same run: the first fifty rows by their key for a page, writing the same cells
as a workbook for the paper. With JIEBAN_DATABASE_URL the same on PostgreSQL.
"""

import argparse
import os
import random
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from http_cases import furnish

HOME = Path("var/letters")
LETTERS = 20_000
EACH = 500
CODE = "bench-letters"
BEGINS = date(2025, 3, 1)
_THINGS = ("楼下饭店夜间排放油烟", "施工扬尘未覆盖", "河道水体发黑", "工厂异味扰民", "垃圾长期堆放")
_TYPES = ("大气", "大气、噪声", "水", "固体废物、水", "噪声", "生态")
_STATES = ("已办结", "已办结", "已办结", "阶段性办结", "正在办理")
_VERDICTS = ("属实", "基本属实", "部分属实", "不属实")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, default=HOME)
    parser.add_argument("--letters", type=int, default=LETTERS)
    parser.add_argument("--turns", type=int, default=12)
    asked = parser.parse_args()
    if not asked.home.exists():
        furnish(asked.home)
    os.environ["JIEBAN_HOME"] = str(asked.home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "jieban.site.settings"
    import django

    django.setup()
    fill(asked.letters)
    measure(asked.turns)
    paper()


def fill(count: int) -> None:
    """Take in so many letters by the import, unless there are some."""
    from jieban import clock
    from jieban.apps.directory.models import Area, Unit
    from jieban.apps.letters import services
    from jieban.apps.letters.models import Letter
    from jieban.apps.rectification.models import Round
    from jieban.domain.actors import SYSTEM
    from jieban.tables.lists import written_csv

    if Letter.objects.exists():
        return
    at = clock.now()
    office = Unit.objects.filter(kind="department").first() or Unit.objects.first()
    Round.objects.create(
        code=CODE,
        name="样例督察",
        level="central",
        nth=3,
        office=office,
        made_at=at,
        made_by="系统",
    )
    units = list(Unit.objects.filter(kind="street_office").values_list("name", flat=True))
    areas = list(Area.objects.filter(kind="community").values_list("name", flat=True))
    draw = random.Random(1)
    head = (
        "受理编号", "交办问题基本情况", "行政区域", "污染类型", "调查核实情况", "是否属实",
        "处理和整改情况", "是否办结", "责任单位",
    )  # fmt: skip
    path = Path(os.environ["JIEBAN_HOME"]) / "letters.csv"
    began = time.perf_counter()
    for batch in range(1, count // EACH + 1):
        day = BEGINS + timedelta(days=batch)
        rows = [
            (
                f"{draw.choice('DX')}3ZZ{day:%Y%m%d}{serial:04d}",
                f"{draw.choice(areas)}{draw.choice(_THINGS)}，影响居民生活（第{serial}件）。",
                draw.choice(areas),
                draw.choice(_TYPES),
                "经查，反映的问题属实，已现场取证。" * 4,
                draw.choice(_VERDICTS),
                "已责令整改并安排每周巡查。" * 4,
                draw.choice(_STATES),
                draw.choice(units),
            )
            for serial in range(1, EACH + 1)
        ]
        path.write_bytes(written_csv(head, rows))
        services.import_letters(SYSTEM, path, round=CODE, batch=str(batch), day=day, at=at)
    path.unlink()
    spent = time.perf_counter() - began
    print(f"{Letter.objects.count():,} letters taken in, {spent:.0f} s")


def measure(turns: int) -> None:
    """Each page by each person: median and p95, against the floor."""
    from jieban.apps.letters.models import Letter

    floor = median(_timed(lambda: list(Letter.objects.order_by("pk")[:50]), 30))
    print(f"{Letter.objects.count():,} letters; floor, fifty rows by key: {1000 * floor:.1f} ms")
    every: list[float] = []
    for who, browser in _browsers():
        print(who)
        for name, address in _pages():
            answer = browser.get(address)
            times = _timed(lambda: browser.get(address), turns)  # noqa: B023
            every += times
            cut = quantiles(times, n=20)[18]
            print(
                f"    {name:<26} {answer.status_code}  median {1000 * median(times):7.1f} ms"
                f"   p95 {1000 * cut:7.1f} ms   median / floor {median(times) / floor:6.1f}"
            )
    cut = quantiles(every, n=20)[18]
    print(f"all: median {1000 * median(every):.1f} ms, p95 {1000 * cut:.1f} ms")


def _pages() -> Iterator[tuple[str, str]]:
    from jieban.apps.letters.models import Letter

    first = Letter.objects.order_by("pk").first()
    yield "register", "/letters/"
    yield "register, deep", "/letters/?page=300"
    yield "register, overdue", "/letters/?late=1"
    yield "register, type", "/letters/?type=noise&state=done"
    yield "register, words", "/letters/?q=油烟"
    yield "register, unit", f"/letters/?unit={first.lead.code if first and first.lead else ''}"
    yield "to be answered", "/letters/mine/"
    yield "batches", "/letters/batches/"
    yield "one batch", f"/letters/{CODE}/batches/12/"
    yield "one letter", f"/letters/{CODE}/letter/{first.number if first else ''}/"


def paper() -> None:
    """A batch of five hundred as PDF, against the same cells as a workbook."""
    from jieban import clock
    from jieban.apps.letters.models import Batch
    from jieban.apps.letters.selectors import telling
    from jieban.documents.letters import letters_pdf
    from jieban.tables.letters import public_workbook, title_of

    batch = Batch.objects.select_related("round").get(number="12")
    title = title_of(batch.number, batch.handed_on)

    def cells() -> list[list[str]]:
        return telling.said_columns(telling.content_of(batch)["rows"])

    floor = median(_timed(lambda: public_workbook([(title, cells())]), 3))
    made = median(_timed(lambda: letters_pdf(title, cells(), at=clock.now()), 3))
    print(f"a batch of {EACH} as PDF {made:.2f} s, as workbook {floor:.2f} s: {made / floor:.1f}")


def _browsers() -> Iterator[tuple[str, Any]]:
    """Each person signed in with the second factor, in a browser of their own."""
    from django.test import Client

    from jieban import clock
    from jieban.apps.accounts import services
    from jieban.apps.accounts.doors import BACKEND, PROVED
    from jieban.apps.accounts.models import Person
    from jieban.apps.letters.models import Letter
    from jieban.domain.actors import EVERYWHERE, SYSTEM

    lead = Letter.objects.order_by("pk").select_related("lead").first()
    at = clock.now()
    for who, role, scope in (
        ("环境样例", "environment_office", EVERYWHERE),
        ("街道样例", "street_coordinator", f"unit:{lead.lead.code if lead and lead.lead else ''}"),
    ):
        login = "bench-" + role.replace("_", "-")
        person = Person.objects.filter(username=login).first()
        if person is None:
            person = services.create_person(SYSTEM, login, who, "long enough 1", at=at)
            services.give_post(SYSTEM, person, role, scope, at=at, valid_from=at.date())
        browser = Client(HTTP_HOST="127.0.0.1")
        browser.force_login(person, backend=BACKEND)
        session = browser.session
        session[PROVED] = True
        session.save()
        yield who, browser


def _timed(act: Callable[[], Any], turns: int) -> list[float]:
    times = []
    for _ in range(turns):
        began = time.perf_counter()
        act()
        times.append(time.perf_counter() - began)
    return times


if __name__ == "__main__":
    main()
