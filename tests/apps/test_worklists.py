"""Every two filters together, every scope, page by page: the list is what plain Python picks."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest

from jieban.apps.cases import searching
from jieban.apps.cases.models import Case, Reach
from jieban.apps.cases.selectors import Filter, worklist, worklists
from jieban.apps.cases.selectors.live import place_keys
from jieban.apps.directory.models import Area, Unit
from jieban.domain.errors import Refused
from tests.apps import live

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
FAR = datetime(9999, 1, 1, tzinfo=UTC)
COUNT = 90
STATES = ("received", "dispatched", "accepted", "answered", "closed")
CATEGORIES = ("城市管理->供热->暖气不热", "城市管理->供热", "城市管理", "城市管理-", "噪音", "")
WORDS = ("暖气不热", "号楼", "噪音扰民", "ＡＢＣ abc", "热")
SAID = (
    {"open": "1"},
    {"open": "0"},
    {"state": "accepted,closed"},
    {"state": "received"},
    {"unit": "U1"},
    {"unit": "没有"},
    {"category": "城市管理->供热"},
    {"category": "城市管理"},
    {"channel": "app"},
    {"urgency": "urgent"},
    {"due": "today"},
    {"due": "week"},
    {"overdue": "1"},
    {"held": "1"},
    {"supervised": "1"},
    {"waiting": "1"},
    {"gone_up": "1"},
    {"urged": "1"},
    {"tab": "mine"},
    {"tab": "back"},
    {"order": "newest"},
    {"order": "due"},
    {"created_from": "2026-11-04", "created_to": "2026-11-12"},
    {"scope": "area:A1"},
    {"scope": "unit:U9"},
    {"q": "暖气"},
    {"q": "号楼 热"},
    {"q": "abc"},
)
PEOPLE = {
    "everywhere": live.REVIEWER,
    "street": live.STREET,
    "two scopes": live.actor("两处", live.HANDLING, "area:A11", "unit:U9"),
    "community": live.SECRETARY,
    "nobody": live.actor("无关", frozenset()),
}


@pytest.fixture
def cases() -> list[Case]:
    """Cases of every kind, as if six weeks had left them; some seen by several scopes."""
    live.made_up_district()
    draw = random.Random(20231030)
    areas = [*Area.objects.filter(kind="community").order_by("pk"), None]
    units = [*Unit.objects.order_by("pk"), None]
    made = []
    for number in range(1, COUNT + 1):
        state = draw.choice(STATES)
        is_open = state != "closed" and number % 13 > 0
        unit = draw.choice(units)
        flags = {flag: draw.random() < 0.2 for flag in ("held", "supervised", "waiting", "gone_up")}
        case = Case(
            id=number,
            number=f"JB20261101-{number:06}-0",
            state=state,
            urgency=draw.choice(("normal", "urgent")),
            category=draw.choice(CATEGORIES),
            channel=draw.choice(("phone", "app")),
            area=draw.choice(areas),
            title=draw.choice(WORDS),
            text=draw.choice(WORDS),
            address=f"松涛路{number}",
            lead_unit=unit,
            received_at=live.AT + timedelta(hours=number * 4, minutes=number),
            clock_started_at=live.AT,
            # Several at one moment, so that a page can end between them.
            next_at=AT + timedelta(hours=draw.randrange(-40, 200, 20)) if is_open else FAR,
            open=is_open,
            urges=draw.choice((0, 0, 2)),
            returns=draw.choice((0, 1)),
            passes=draw.choice((1, 1, 2)),
            merged_into_id=1 if state != "closed" and not is_open else None,
            **flags,
        )
        case.save(force_insert=True)
        keys = {*place_keys(case), *([f"unit:{unit.code}"] if unit else [])}
        Reach.objects.bulk_create(
            Reach(case=case, key=key, open=is_open, next_at=case.next_at) for key in keys
        )
        searching.enter(case.id, searching.tokens_of(case))
        case.keys = keys
        made.append(case)
    return made


def day(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T00:00:00+08:00")


def starts(category: str, path: str) -> bool:
    return category == path or category.startswith(f"{path}->")


def fits(case: Case, said: dict[str, str], actor) -> bool:
    """What a filter means, written down once more."""
    running = case.state in ("received", "dispatched", "accepted")
    mine = (
        (actor.may("case.dispatch") and case.state == "received")
        or (actor.may("case.handle") and case.state in ("dispatched", "accepted"))
        or (actor.may("case.decide") and case.waiting)
    )
    back = (case.returns > 0 and case.state == "received") or case.passes > 1
    means: dict[str, Callable[[str], bool]] = {
        "open": lambda value: case.open == (value == "1"),
        "state": lambda value: case.state in value.split(","),
        "unit": lambda value: case.lead_unit is not None and case.lead_unit.code == value,
        "category": lambda value: starts(case.category, value),
        "channel": lambda value: case.channel == value,
        "urgency": lambda value: case.urgency == value,
        "due": lambda value: (
            case.open and case.next_at < (day("2026-11-21") if value == "today" else AT + WEEK)
        ),
        "overdue": lambda value: case.open and running and case.next_at < AT,
        "urged": lambda value: case.urges > 0,
        "tab": lambda value: case.open and (mine if value == "mine" else back),
        "created_from": lambda value: case.received_at >= day(value),
        "created_to": lambda value: case.received_at < day(value) + timedelta(days=1),
        "scope": lambda value: value in case.keys,
        "q": lambda value: searching.has(searching.content_of(case), value),
        "order": lambda value: True,
    }
    flags = ("held", "supervised", "waiting", "gone_up")
    seen = actor.reach("case.see")
    return (
        ("*" in seen or not seen.isdisjoint(case.keys))
        and all(getattr(case, name) for name in flags if said.get(name))
        and all(means[name](value) for name, value in said.items() if name not in flags)
    )


WEEK = timedelta(days=7)


def expected(cases: list[Case], said: dict[str, str], actor) -> list[int]:
    wanted = Filter.from_query(said)
    found = [case for case in cases if fits(case, said, actor)]
    if not wanted.open and (wanted.states or not wanted.newest_first):
        # What is over is listed only where closed cases are asked for.
        found = [case for case in found if case.open or "closed" in wanted.states]
    if wanted.newest_first:
        return [case.id for case in sorted(found, key=lambda case: -case.id)]
    return [case.id for case in sorted(found, key=lambda case: (case.next_at, case.id))]


def paged(actor, said: dict[str, str], limit: int) -> list[int]:
    found, after, pages = [], "", 0
    while True:
        page = worklist(actor, Filter.from_query(said), at=AT, after=after, limit=limit)
        assert len(page.cases) == limit or not page.next_cursor
        found += [case.id for case in page.cases]
        after, pages = page.next_cursor, pages + 1
        if not after:
            return found
        assert pages <= COUNT


@pytest.mark.parametrize("who", PEOPLE)
def test_any_two_filters_together_page_by_page(cases, who):
    actor = PEOPLE[who]
    asked = [{}, *SAID]
    asked += [one | two for one, two in combinations(SAID, 2) if not one.keys() & two.keys()]
    shown = 0
    for said in asked:
        wanted = expected(cases, said, actor)
        assert paged(actor, said, limit=COUNT) == wanted, said
        shown += len(wanted)
    assert (shown > 1000) == (who != "nobody")
    for said in asked[:: 7 if who == "everywhere" else 19]:
        assert paged(actor, said, limit=4) == expected(cases, said, actor), said


@pytest.mark.parametrize("who", ["everywhere", "two scopes", "community"])
@pytest.mark.parametrize("common", ["rare", "common"])
def test_however_the_words_are_looked_for(cases, who, common, monkeypatch):
    """A search goes other ways in a million cases; here the thresholds are moved instead."""
    if common == "common":
        monkeypatch.setattr(searching, "_COMMON", -1.0)
        for name in ("_FIRST_TRIED", "_SMALL_SCOPE"):
            monkeypatch.setattr(searching, name, 2)
        for name in ("_CHUNK", "_READ_AT_ONCE", "_FEW"):
            monkeypatch.setattr(worklists, name, 3)
    actor = PEOPLE[who]
    for q in (
        "暖气",
        "号楼",
        "热",
        "abc",
        "噪音扰民",
        "暖气不热 号楼",
        "没有这个词",
        "ＡＢＣ",
        "，",
    ):
        for more in (
            {},
            {"order": "due"},
            {"scope": "area:A1"},
            {"state": "closed"},
            {"held": "1"},
        ):
            for limit in (2, 5, COUNT):
                said = {"q": q, **more}
                assert paged(actor, said, limit) == expected(cases, said, actor), (said, limit)


def test_a_scope_that_was_asked_for_gives_no_more_than_ones_own(cases):
    other = {"scope": "area:A2", "q": "号楼"}
    assert expected(cases, other, PEOPLE["everywhere"]) != []
    assert paged(live.SECRETARY, other, limit=COUNT) == []


@pytest.mark.parametrize("cursor", ["x", "1-", "-1", "9" * 19 + "-1", "1-1-1", "１-１", "1 -1"])
def test_a_spoilt_cursor_is_refused(cases, cursor):
    with pytest.raises(Refused) as caught:
        worklist(live.REVIEWER, Filter(), at=AT, after=cursor)
    assert caught.value.code == "worklist.cursor_wrong"
