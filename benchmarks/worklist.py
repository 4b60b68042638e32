"""Worklists and search over a million cases: how long the query takes, and the whole page.

    python benchmarks/many_cases.py
    python benchmarks/worklist.py [--home var/many] [--turns 5] [--slowest 15]

With JIEBAN_DATABASE_URL the same on PostgreSQL (give both commands one server). As four people
(the whole district, a street, a community, a department) every filter alone and every two of
them together, first page and the page after it; then words rare, common and in between. The
floor is the plainest walk: the newest fifty rows of the table by their key, in the same run.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import combinations
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from many_cases import HOME

PAIRED: dict[str, dict[str, str]] = {
    "open": {"open": "1"},
    "closed": {"open": "0"},
    "state": {"state": "accepted"},
    "category": {"category": "公共服务->供暖"},
    "channel": {"channel": "letter"},
    "urgent": {"urgency": "urgent"},
    "due": {"due": "today"},
    "overdue": {"overdue": "1"},
    "supervised": {"supervised": "1"},
    "waiting": {"waiting": "1"},
    "urged": {"urged": "1"},
    "mine": {"tab": "mine"},
    "back": {"tab": "back"},
    "newest": {"order": "newest"},
    "unit": {},
    "created": {},
}
WORDS = ("暖气", "小区", "供暖", "老人出行不便", "请尽快处理", "没有的词语", "号楼")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, default=HOME)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--slowest", type=int, default=15)
    asked = parser.parse_args()
    os.environ["JIEBAN_HOME"] = str(asked.home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "jieban.site.settings"
    import django

    django.setup()
    measure(asked.turns, asked.slowest)


def measure(turns: int, slowest: int) -> None:
    from jieban.apps.cases.models import Case
    from jieban.apps.cases.selectors import Filter, worklist

    people = dict(_people())
    at = _now()
    floor = _timed(lambda: list(Case.objects.order_by("-pk")[:50]), 20)
    print(
        f"{Case.objects.count():,} cases; floor, newest fifty rows: {1000 * median(floor):.1f} ms"
    )
    taken: list[tuple[float, str]] = []
    for who, actor in people.items():
        for name, said in _filters():
            wanted = Filter.from_query(said)
            first = worklist(actor, wanted, at=at)
            times = _timed(lambda: worklist(actor, wanted, at=at), turns)  # noqa: B023
            taken += [(each, f"{who}: {name}, {len(first.cases)} rows") for each in times]
            if first.next_cursor:
                after = first.next_cursor
                times = _timed(lambda: worklist(actor, wanted, at=at, after=after), turns)  # noqa: B023
                taken += [(each, f"{who}: {name}, second page") for each in times]
    _say("worklist query", taken, floor, slowest)
    found: list[tuple[float, str]] = []
    for who, actor in people.items():
        for word in (*WORDS, *_rare_words()):
            wanted = Filter.from_query({"q": word})
            page = worklist(actor, wanted, at=at)
            times = _timed(lambda: worklist(actor, wanted, at=at), turns)  # noqa: B023
            found += [(each, f"{who}: {word}, {len(page.cases)} rows") for each in times]
    _say("search query", found, floor, slowest)
    shown: list[tuple[float, str]] = []
    for who, browser in _browsers():
        for name, said in _filters(pairs=False):
            times = _timed(lambda: browser.get("/cases/", said), turns)  # noqa: B023
            shown += [(each, f"{who}: {name}") for each in times]
    _say("page", shown, floor, slowest)


def _say(what: str, taken: list[tuple[float, str]], floor: list[float], slowest: int) -> None:
    times = [each for each, _ in taken]
    cut = quantiles(times, n=100)
    print(
        f"{what}: {len(times)} times, p50 {1000 * cut[49]:.1f} ms, p95 {1000 * cut[94]:.1f} ms,"
        f" worst {1000 * max(times):.1f} ms; p95 / floor {cut[94] / median(floor):.1f}"
    )
    by_name: dict[str, list[float]] = {}
    for each, name in taken:
        by_name.setdefault(name, []).append(each)
    for name in sorted(by_name, key=lambda name: -median(by_name[name]))[:slowest]:
        print(f"    {1000 * median(by_name[name]):7.1f} ms  {name}")


def _timed(act: Callable[[], Any], turns: int) -> list[float]:
    taken = []
    for _ in range(turns):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return taken


def _now() -> Any:
    from jieban import clock

    return clock.now()


def _filters(pairs: bool = True) -> Iterator[tuple[str, dict[str, str]]]:
    from jieban.apps.directory.models import Unit

    unit = Unit.objects.filter(area__isnull=True).order_by("pk").first()
    day = (_now() - timedelta(days=400)).date()
    paired = {
        **PAIRED,
        "unit": {"unit": unit.code if unit else ""},
        "created": {
            "created_from": day.isoformat(),
            "created_to": (day + timedelta(days=30)).isoformat(),
        },
    }
    yield "nothing", {}
    yield from paired.items()
    if pairs:
        for (one, said), (other, also) in combinations(paired.items(), 2):
            if not said.keys() & also.keys():
                yield f"{one} + {other}", {**said, **also}


def _rare_words() -> list[str]:
    """A road of a few cases, and one of many."""
    from jieban.apps.cases.models import Case

    found = Case.objects.filter(pk__in=(1, 500_000)).values_list("address", flat=True)
    return [address[-8:-4] for address in found]


def _people() -> Iterator[tuple[str, Any]]:
    from jieban.domain.actors import EVERYWHERE, Actor, Grant

    for who, scope, _ in _posts():
        permissions = frozenset(
            ("case.see", "case.dispatch", "case.handle", "case.decide", "follow_up.record")
        )
        yield who, Actor(id=f"bench:{who}", name=who, post="", grants=(Grant(scope, permissions),))
    assert EVERYWHERE == "*"


def _posts() -> list[tuple[str, str, str]]:
    from jieban.apps.directory.models import Area, Unit
    from jieban.domain.actors import EVERYWHERE

    street = Area.objects.filter(kind="street").order_by("pk")[3]
    community = Area.objects.filter(kind="community").order_by("pk")[40]
    unit = Unit.objects.filter(area__isnull=True).order_by("pk")[0]
    return [
        ("district", EVERYWHERE, "dispatch_clerk"),
        ("street", f"area:{street.code}", "street_coordinator"),
        ("community", f"area:{community.code}", "community_secretary"),
        ("department", f"unit:{unit.code}", "department_handler"),
    ]


def _browsers() -> Iterator[tuple[str, Any]]:
    """Each person signed in, in a browser of their own."""
    from django.test import Client

    from jieban.apps.accounts import services
    from jieban.apps.accounts.models import Person
    from jieban.domain.actors import SYSTEM

    at = _now()
    for who, scope, role in _posts():
        login = f"bench-{who}"
        person = Person.objects.filter(username=login).first()
        if person is None:
            person = services.create_person(SYSTEM, login, who, "long enough 1", at=at)
            services.give_post(SYSTEM, person, role, scope, at=at, valid_from=at.date())
        browser = Client(HTTP_HOST="127.0.0.1")
        browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        assert browser.get("/cases/").status_code == 200
        yield who, browser


if __name__ == "__main__":
    main()
