"""A live day for the demonstration: cases of the last days in every state, and new ones arriving.

The cases are made by the same services the pages use, by people who do not exist, at moments of
the last three days. While the pages are shown, a process of its own takes a new case in about
every half minute and lets the units that nobody plays go on with theirs.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from jieban import clock
from jieban.apps.cases import services
from jieban.apps.cases.models import Case
from jieban.apps.cases.services import Intake
from jieban.apps.directory import selectors as directory
from jieban.apps.directory.models import Area
from jieban.apps.followups import services as followups
from jieban.domain.actors import EVERYWHERE, Actor, Grant
from jieban.domain.errors import Refused
from jieban.domain.followup.answers import Answers, Result
from jieban.domain.permissions import PERMISSIONS
from jieban.invented import words

CASES = 160
DAYS = 3
EVERY_SECONDS = (15, 45)
_ALL = frozenset(PERMISSIONS)
CENTRE = Actor("demo:centre", "演示·话务与派单", "区诉求受理中心", (Grant(EVERYWHERE, _ALL),))
CALLER = Actor("demo:caller", "演示·回访", "区诉求受理中心", (Grant(EVERYWHERE, _ALL),))
REVIEWER = Actor("demo:reviewer", "演示·审核", "区政务服务局", (Grant(EVERYWHERE, _ALL),))


def make_day(scopes: Sequence[str], *, at: datetime, seed: int) -> int:
    """Cases of the last days, a third of them within `scopes`; how many. Once per home."""
    if Case.objects.exists():
        return 0
    draw = Random(seed)
    places = list(_places())
    near = [area for area in places if not set(scopes).isdisjoint(_keys(area))]
    for number in range(CASES):
        received = at - timedelta(minutes=DAYS * 24 * 60 * (CASES - number) / CASES)
        area = draw.choice(near if near and number % 3 == 0 else places)
        _live(draw, area, received, at)
    return CASES


def arrive(seed: int) -> None:
    """Take a case in every half minute or so and let others go on, until the process is ended."""
    draw = Random(seed)
    places = list(_places())
    while True:
        time.sleep(draw.uniform(*EVERY_SECONDS))
        try:
            now = clock.now()
            receive(draw, draw.choice(places), now)
            _go_on(draw, now)
        except Refused:
            # Somebody who plays was quicker; the next one will do.
            continue


def receive(draw: Random, area: Area, at: datetime) -> Case:
    """One invented resident calls about something at this place."""
    kind = draw.choices(words.CATEGORIES, [each.weight for each in words.CATEGORIES])[0]
    estate = f"{area.name.removesuffix('社区')}{draw.choice(words.ESTATE_ENDINGS)}"
    building, door = draw.randint(1, 18), draw.randint(1, 4)
    flat = f"{draw.randint(1, 16)}{draw.randint(1, 4):02}"
    said = draw.choice(kind.told)
    name = f"{draw.choice(words.SURNAMES)}{draw.choice(words.ADDRESS_WORDS)}"
    return services.receive_case(
        CENTRE,
        Intake(
            text=f"{name}反映：{estate}{building}号楼{said}，{draw.choice(words.PHASES)}"
            f"{draw.choice(words.WISHES)}",
            title=said[:30],
            name=name,
            # Numbers that no line has: 199 0001 xxxx.
            phone=f"1990001{draw.randint(0, 9999):04}",
            address=f"{estate}{building}号楼{door}单元{flat}室",
            area=area.code,
            category=kind.path,
            urgency="urgent" if draw.random() < 0.04 else "normal",
            channel=draw.choices(("phone", "app", "wechat"), (8, 1, 1))[0],
        ),
        at=at,
    )


def _live(draw: Random, area: Area, received: datetime, now: datetime) -> None:
    """One case's life up to now, as far as chance takes it."""
    case = receive(draw, area, received)
    for step, minutes in ((_dispatch, 8), (_accept, 30), (_contact, 150), (_answer, 900)):
        received += timedelta(minutes=draw.expovariate(1 / minutes) + 1)
        if received >= now or (step is not _dispatch and draw.random() < 0.05):
            return
        if step is _accept and draw.random() < 0.5 and received > now - timedelta(hours=3):
            services.return_case(
                _unit(case), case.number, at=received, reason="经核实不属于本单位职责，见权属证明"
            )
            return
        case = step(draw, case, received)
    received += timedelta(minutes=draw.expovariate(1 / 300) + 1)
    if received < now:
        _call_back(draw, case, received)
    _beside(draw, case, min(received, now))


def _dispatch(draw: Random, case: Case, at: datetime) -> Case:
    found = directory.suggest_units(case.category, case.area, at)
    lead = found.lead or (found.leads[0] if found.leads else directory.units()[0])
    return services.dispatch_case(
        CENTRE, case.number, lead.code, joint=[unit.code for unit in found.joints], at=at
    )


def _accept(draw: Random, case: Case, at: datetime) -> Case:
    return services.accept_case(_unit(case), case.number, at=at)


def _contact(draw: Random, case: Case, at: datetime) -> Case:
    return services.record_contact(
        _unit(case), case.number, at=at, method=draw.choice(("phone", "visit"))
    )


def _answer(draw: Random, case: Case, at: datetime) -> Case:
    text = draw.choice(words.ANSWERS).format(told=case.title)
    return services.answer_case(_unit(case), case.number, at=at, text=text)


def _call_back(draw: Random, case: Case, at: datetime) -> None:
    if draw.random() < 0.3:
        followups.record_follow_up(CALLER, case.number, Answers(Result.UNREACHED), at=at)
        return
    resolved = draw.random() < 0.85
    satisfied = "satisfied" if resolved and draw.random() < 0.8 else "mostly_satisfied"
    said = Answers(
        Result.REACHED,
        contacted=True,
        resolved=resolved,
        satisfaction=satisfied if resolved else "dissatisfied",
    )
    followups.record_follow_up(CALLER, case.number, said, at=at)


def _beside(draw: Random, case: Case, at: datetime) -> None:
    """Now and then an urge or a supervision, so that lists have something to show."""
    case.refresh_from_db()
    if draw.random() < 0.1 and case.state in ("dispatched", "accepted"):
        services.urge_case(REVIEWER, case.number, at=at, reason="诉求人再次来电询问进展")
    if draw.random() < 0.04:
        services.supervise_case(REVIEWER, case.number, at=at, source="创建文明城区督办")


def _go_on(draw: Random, at: datetime) -> None:
    """One case takes its next step, if nobody who plays has taken it."""
    waiting = list(
        Case.objects.filter(open=True, state__in=("received", "dispatched", "accepted"))
        .filter(received_at__lt=at - timedelta(minutes=3))
        .order_by("?")[:1]
    )
    for case in waiting:
        if case.state == "received" and not case.gone_up:
            _dispatch(draw, case, at)
        elif case.state == "dispatched":
            _accept(draw, case, at)
        elif case.contacted_at is None:
            _contact(draw, case, at)
        elif not case.held:
            _answer(draw, case, at)


def _unit(case: Case) -> Actor:
    """Somebody of the unit that leads a case."""
    unit = case.lead_unit
    if unit is None:
        raise Refused("case.not_your_share", number=case.number)
    grant = Grant(f"unit:{unit.code}", _ALL)
    return Actor(f"demo:{unit.code}", f"演示·{unit.name}", unit.name, (grant,))


def _places() -> Iterator[Area]:
    for area in directory.areas():
        if area.kind in ("community", "village") and area.valid_to is None:
            yield area


def _keys(area: Area) -> list[str]:
    return directory.scope_keys_of_area(area)
