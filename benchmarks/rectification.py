"""Pages of rectification over ten thousand tasks: how long each takes, against a bare SELECT.

    python benchmarks/rectification.py [--home var/rectification] [--tasks 10000] [--turns 12]
                                       [--rounds 1]

Makes a home with the invented district and fills it by bulk: tasks in every state with four
action items each, their steps over two years, a report of every second month, due days before and
after today. By default all of them in one round, which is harder on a page than several. As four
people (environment office, sign-off officer, a street, a reader of everything) every page is
asked by Django's own client, all middlewares included. The floor is the plainest walk: the first
fifty rows of the table of tasks by their key, in the same run. With JIEBAN_DATABASE_URL the same
on PostgreSQL.
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

HOME = Path("var/rectification")
TASKS = 10_000
ITEMS_EACH = 4
PER_PROBLEM = 4
CODE = "bench-1"
_BULK = 2_000
_WAY = ("start", "claim", "check", "announce", "sign")
_LED_TO = {
    "enter": "not_started",
    "start": "under_way",
    "claim": "claimed",
    "check": "checked",
    "announce": "on_notice",
    "sign": "signed_off",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, default=HOME)
    parser.add_argument("--tasks", type=int, default=TASKS)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--turns", type=int, default=12)
    asked = parser.parse_args()
    if not asked.home.exists():
        furnish(asked.home)
    os.environ["JIEBAN_HOME"] = str(asked.home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "jieban.site.settings"
    import django

    django.setup()
    began = time.perf_counter()
    added = fill(asked.tasks, asked.rounds)
    if added:
        print(f"{added:,} tasks added in {time.perf_counter() - began:.0f} s")
    measure(asked.turns)


# --- what is there ------------------------------------------------------------------------


def fill(count: int, rounds: int) -> int:
    """Add rounds with so many tasks together, unless there are some; how many were added."""
    from django.db import transaction

    from jieban.apps.rectification.models import Task

    if Task.objects.exists():
        return 0
    with transaction.atomic():
        for number in range(rounds):
            _fill_round(f"bench-{number + 1}", number + 1, count // rounds)
    return Task.objects.count()


def _fill_round(code: str, nth: int, count: int) -> None:
    from jieban import clock
    from jieban.apps.directory.models import Area, Unit
    from jieban.apps.rectification import services
    from jieban.apps.rectification.models import (
        ActionItem,
        Problem,
        Report,
        Step,
        Task,
        TaskUnit,
    )
    from jieban.domain.actors import SYSTEM

    draw = random.Random(nth)
    at = clock.now()
    units = list(Unit.objects.order_by("pk"))
    areas = list(Area.objects.filter(kind="community").order_by("pk"))
    office = next(unit for unit in units if unit.area_id is None)
    # By its service, so that there is an event by which sums are kept.
    plan = services.RoundPlan(
        name=f"第{nth}轮督察", level="municipal", nth=nth, office=office.code, look_back_months=(6,)
    )
    held = services.open_round(SYSTEM, code, plan, at=at - timedelta(days=700))
    problems = Problem.objects.bulk_create(
        Problem(round=held, serial=serial, text=f"局部区域第{serial}类环境问题仍然突出。" * 3)
        for serial in range(1, count // PER_PROBLEM + 2)
    )
    told = [_told(draw, at.date()) for _ in range(count)]
    tasks = Task.objects.bulk_create(
        (
            Task(
                round=held,
                problem=problems[number // PER_PROBLEM],
                serial=number + 1,
                title=f"第{number + 1}处点位整治",
                goal="点位全部销账，建立长效机制，水质稳定达标。" * 2,
                lead=(lead := draw.choice(units)),
                lead_words=lead.name,
                responsible_words=[draw.choice(units).name],
                due_kind="date",
                due_on=said["due"],
                first_due_on=said["due"],
                due_words=f"{said['due']:%Y年%m月}底前",
                area=draw.choice(areas),
                state=_LED_TO[said["moves"][-1][0]],
                started_on=said["moves"][1][1] if len(said["moves"]) > 1 else None,
                last_told_on=max(said["reports"], default=None),
                claimed_on=said["days"].get("claim"),
                checked_on=said["days"].get("check"),
                notice_until=said["days"].get("announce"),
                signed_on=said["days"].get("sign"),
                made_at=at - timedelta(days=700),
            )
            for number, said in enumerate(told)
        ),
        batch_size=_BULK,
    )
    TaskUnit.objects.bulk_create(
        (TaskUnit(task=task, unit=draw.choice(units), position=1) for task in tasks),
        batch_size=_BULK,
    )
    ActionItem.objects.bulk_create(
        (
            ActionItem(
                task=task,
                serial=serial,
                text=f"措施{serial}：逐户排查，建账销号。",
                done_on=at.date() if draw.random() < 0.6 else None,
            )
            for task in tasks
            for serial in range(1, ITEMS_EACH + 1)
        ),
        batch_size=_BULK,
    )
    Step.objects.bulk_create(
        (
            Step(task=task, move=move, to=_LED_TO[move], on=on, at=at, by="b", by_id="bench")
            for task, said in zip(tasks, told, strict=True)
            for move, on in said["moves"]
        ),
        batch_size=_BULK,
    )
    Report.objects.bulk_create(
        (
            Report(task=task, on=on, done="清退三处，余下正在协商。", made_at=at, made_by="b")
            for task, said in zip(tasks, told, strict=True)
            for on in said["reports"]
        ),
        batch_size=_BULK,
    )
    _issue(held)


def _issue(held: Any) -> None:
    """The plan of a round, frozen and in force for two years."""
    from jieban.apps.rectification.models import Approval, PlanVersion
    from jieban.apps.rectification.selectors.plans import content_of
    from jieban.domain.rectification.plan import digest_of

    content = content_of(held)
    plan = PlanVersion.objects.create(
        round=held,
        number=1,
        content=content,
        digest=digest_of(content),
        state="in_force",
        made_at=held.made_at,
        made_by="bench",
    )
    Approval.objects.create(
        plan=plan,
        step="issued",
        passed=True,
        held_on=held.made_at.date(),
        made_at=held.made_at,
        made_by="bench",
    )
    held.plan_open = False
    held.save()


def _told(draw: random.Random, today: date) -> dict[str, Any]:
    """A task's life: its moves with their days, days of reports, its due day."""
    entered = today - timedelta(days=700)
    reached = draw.choices(range(len(_WAY) + 1), weights=(15, 35, 6, 4, 4, 36))[0]
    days = sorted(entered + timedelta(days=draw.randrange(690)) for _ in range(reached))
    moves = [("enter", entered), *zip(_WAY, days, strict=False)]
    begun = days[0] if days else None
    reports = [
        begun + timedelta(days=60 * number)
        for number in range(12)
        if begun and begun + timedelta(days=60 * number) <= today
    ]
    due = today + timedelta(days=draw.randrange(-60 if reached < 5 else -600, 700))
    return {"moves": moves, "days": dict(moves), "reports": reports, "due": due}


# --- how long it takes ----------------------------------------------------------------------


def measure(turns: int) -> None:
    from jieban.apps.rectification.models import ActionItem, Round, Task

    floor = median(_timed(lambda: list(Task.objects.order_by("pk")[:50]), 30))
    print(
        f"{Task.objects.count():,} tasks in {Round.objects.count()} rounds,"
        f" {ActionItem.objects.count():,} action items;"
        f" floor, first fifty rows: {1000 * floor:.1f} ms"
    )
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
    from jieban import clock
    from jieban.apps.rectification.models import Task

    today = clock.now().date()
    before = (today.replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    long_ago = (today - timedelta(days=365)).strftime("%Y-%m")
    first = Task.objects.order_by("pk").first()
    there = f"/rectification/rounds/{CODE}"
    yield "work", "/rectification/"
    yield "one group", "/rectification/?group=overdue&page=3"
    yield "rounds", "/rectification/rounds/"
    yield "task list", f"{there}/"
    yield "task list, late", f"{there}/?late=1&page=2"
    yield "task list, words", f"{there}/?q=点位"
    yield "plan", f"{there}/plan/"
    yield "plan, page 40", f"{there}/plan/?page=40"
    yield "version", f"{there}/plan/1/"
    yield "task", f"{there}/tasks/{first.serial if first else 1}/"
    yield "board", f"{there}/board/"
    yield "board, late", f"{there}/board/?late=1"
    yield "figures", f"{there}/figures/"
    yield "figures of all rounds", "/rectification/figures/"
    yield "sheet of this month", f"{there}/sheet/{today:%Y-%m}/"
    yield "sheet of last month", f"{there}/sheet/{before}/"
    yield "sheet a year ago", f"{there}/sheet/{long_ago}/"


def _browsers() -> Iterator[tuple[str, Any]]:
    """Each person signed in with the second factor, in a browser of their own."""
    from django.test import Client

    from jieban import clock
    from jieban.apps.accounts import services
    from jieban.apps.accounts.doors import BACKEND, PROVED
    from jieban.apps.accounts.models import Person
    from jieban.apps.directory.models import Area
    from jieban.apps.rectification.models import Round
    from jieban.domain.actors import EVERYWHERE, SYSTEM

    at = clock.now()
    office = Round.objects.select_related("office").earliest("pk").office
    street = Area.objects.filter(kind="street").order_by("pk")[3]
    for who, role, scope in (
        ("environment office", "environment_office", f"unit:{office.code}"),
        ("sign-off officer", "sign_off_officer", f"unit:{office.code}"),
        ("street", "street_coordinator", f"area:{street.code}"),
        ("auditor", "auditor", EVERYWHERE),
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
    taken = []
    for _ in range(turns):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return taken


if __name__ == "__main__":
    main()
