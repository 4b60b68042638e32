"""Officials sent, in the demonstration: a programme from its choice to its effects.

In the invented district nobody's arrival changes anything: the generator knows of no sending. So
the page of effects ought to say that no difference can be told, however much the sent rise.
Two cohorts of the past come as a list, as they would from a department's own table; a third is
on post today, its members at every stage of a term.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import xlsxwriter

from jieban.apps.accounts import selectors as accounts
from jieban.apps.assessments.models import Run
from jieban.apps.directory import selectors as directory
from jieban.apps.directory.models import Area
from jieban.apps.effects import services as effects
from jieban.apps.programmes import selectors as programmes
from jieban.apps.programmes import services as choosing
from jieban.apps.programmes.models import Cohort, Programme, Selection
from jieban.apps.terms import services as terms
from jieban.cli import demo_works
from jieban.domain.actors import Actor
from jieban.domain.programmes.criteria import Criteria
from jieban.home import Home

DEPARTMENT = Actor.named("演示·组织员", "组织部")
CODE, NAME = "zhili", "治理书记"
SECRETARY = "zhili"
_ZONE = ZoneInfo("Asia/Shanghai")
_FIRST, _SECOND = 26, 51
_SURNAMES = "秦宋陶许乔温骆简纪屈"
_GIVEN = ("云舟", "见山", "听雨", "望舒", "青禾", "知远", "明川", "若谷", "怀北", "予安", "长风")
_HOMES = (
    "区住建委（演示）",
    "区城管委（演示）",
    "区政务局（演示）",
    "区民政局（演示）",
    "区园林局（演示）",
)
_SKILLS = ("住房", "城市管理", "交通管理", "市政设施", "公共服务", "环境保护", "社会秩序")
_PROBLEMS = (
    ("晚间车位不足，消防通道被占", "交通管理"),
    ("楼前垃圾清运不及时", "城市管理"),
    ("老楼屋面渗漏，多户反映", "住房"),
    ("小路积水，路灯不亮", "市政设施"),
)
_NOTE = "入户走访，和居民、物业一起看了现场，约定下周答复。"


@dataclass(frozen=True)
class _Stage:
    """Where one term stands: days since arrival (negative: not there yet), weeks logged."""

    days: int
    weeks: int
    solved: int


# The secretary one may be; soon at the end of six months; just past it; only planned.
_STAGES = (_Stage(75, 10, 1), _Stage(178, 24, 2), _Stage(186, 24, 2), _Stage(-20, 0, 0))


def send(home: Home, run: Run, newest: Run, *, at: datetime) -> None:
    """Choose on the published `run`, take in the cohorts of the past, send the one of today; once.

    On the `newest` published run the next cohort is chosen; it waits to be matched.
    """
    if programmes.programmes().filter(code=CODE).exists():
        return
    programme = choosing.open_programme(
        DEPARTMENT, CODE, NAME, at=at, criteria=Criteria(choose=_SECOND, rank_worst=100)
    )
    selection = choosing.make_selection(DEPARTMENT, CODE, run.run_id, at=at, home=home)
    _past(home, selection, at=at)
    cohort = choosing.open_cohort(DEPARTMENT, programme, 3, at=at, planned_start=_day(at))
    places = _today(home, cohort, selection, run, at=at)
    demo_works.leave_behind(places[0][1], places[-1][1], places[0][0], at=at)
    _next(home, programme, newest, at=at)
    effects.enter_quoted(
        DEPARTMENT,
        CODE,
        cohort=2,
        measure="resolution",
        value=Decimal("12.5"),
        reading="unclear",
        source="演示简报第 1 期（虚构）",
        said_on=_day(at),
        at=at,
    )


def _past(home: Home, selection: Selection, *, at: datetime) -> None:
    """26 of the year before, one in each street, and the 51 chosen: a list with 77 lines."""
    sent = list(programmes.sent_places(selection))
    taken = {place.area_code for place in sent}
    others = _one_in_each_street(taken)[:_FIRST]
    path = home.path / "exports" / "治理书记派驻名单.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("派驻名单")
        heads = (
            "批次",
            "姓名",
            "派出单位",
            "街道",
            "社区(村)",
            "到任日期",
            "期满日期",
            "延长至",
            "撤点日期",
        )
        sheet.write_row(0, 0, heads)
        line = 0
        for area in others:
            line += 1
            told = (
                "第一批",
                _person(line),
                _HOMES[line % len(_HOMES)],
                _street(area),
                area.name,
            )
            sheet.write_row(line, 0, (*told, "2021-12-20", "2022-06-20", "", "2022-06-20"))
        for number, place in enumerate(sent):
            line += 1
            told = (
                "第二批",
                _person(line),
                _HOMES[line % len(_HOMES)],
                place.street_name,
                place.area_name,
            )
            # Every third had problems left and stayed three months longer.
            longer = number % 3 == 0
            until = ("2023-12-16", "2023-12-16") if longer else ("", "2023-09-16")
            sheet.write_row(line, 0, (*told, "2023-03-16", "2023-09-16", *until))
    terms.import_terms(DEPARTMENT, path, programme=CODE, at=at)


def _today(
    home: Home, cohort: Cohort, selection: Selection, run: Run, *, at: datetime
) -> list[tuple[str, Area]]:
    """Four terms of today, each at another stage; the first is the demonstration's secretary's.

    Their numbers and places.
    """
    taken = {place.area_code for place in programmes.sent_places(selection)}
    own = _own_community()
    free = [area for area in _one_in_each_street(taken) if own is None or area.pk != own.pk]
    places = [*([own] if own else []), *reversed(free)][: len(_STAGES)]
    made = []
    for number, (stage, area) in enumerate(zip(_STAGES, places, strict=False)):
        official = choosing.enter_official(
            DEPARTMENT,
            "",
            _person(90 + number),
            _HOMES[number % len(_HOMES)],
            at=at,
            skills=_SKILLS[number : number + 2],
            brings=["施工队伍", "政策解释"][: 1 + number % 2],
            account=SECRETARY if number == 0 and own else "",
        )
        start = _day(at) - timedelta(days=stage.days)
        before = _at(start - timedelta(days=12)) if stage.days > 0 else at
        term = terms.plan_term(DEPARTMENT, cohort, official, area.code, start, at=before)
        terms.freeze_baseline(DEPARTMENT, term.number, run.run_id, at=before, home=home)
        terms.fix_index(DEPARTMENT, term.number, at=before)
        for text, category in _PROBLEMS[: 3 + number % 2]:
            terms.enter_problem(DEPARTMENT, term.number, text, at=before, category=category)
        if stage.days > 0:
            _serve(term.number, start, stage)
        made.append((term.number, area))
    return made


def _next(home: Home, programme: Programme, newest: Run, *, at: datetime) -> None:
    """A list on the newest published month, officials on the roster, and who might go where."""
    criteria = Criteria(choose=8, rank_worst=60, minimum_valid=5)
    reason = "下一批人少，按最近一个公布月选（演示）"
    choosing.change_criteria(DEPARTMENT, CODE, criteria, at=at, reason=reason)
    selection = choosing.make_selection(DEPARTMENT, CODE, newest.run_id, at=at, home=home)
    start = _day(at) + timedelta(days=30)
    cohort = choosing.open_cohort(
        DEPARTMENT, programme, 4, at=at, planned_start=start, selection=selection
    )
    entered = [
        choosing.enter_official(
            DEPARTMENT,
            "",
            _person(100 + number),
            _HOMES[number % len(_HOMES)],
            at=at,
            skills=[_SKILLS[number % len(_SKILLS)], _SKILLS[(number * 3 + 1) % len(_SKILLS)]],
            brings=["施工队伍", "法律顾问", "物业专家"][number % 3 : number % 3 + 1],
        )
        for number in range(10)
    ]
    codes = [official.code for official in entered]
    choosing.propose_pairs(DEPARTMENT, CODE, cohort.number, at=at, officials=codes)


def _serve(number: str, start: date, stage: _Stage) -> None:
    terms.arrive(DEPARTMENT, number, at=_at(start), arrived_on=start)
    terms.begin(DEPARTMENT, number, at=_at(start))
    for week in range(stage.weeks):
        day = start + timedelta(days=7 * week + 4)
        counts = {"done": 3 + week % 4, "persuaded": week % 3, "talked": 2 + week % 2}
        terms.log_week(
            DEPARTMENT, number, at=_at(day), counts=counts, note=_NOTE, problems=[1 + week % 3]
        )
    for serial in range(1, stage.solved + 1):
        day = start + timedelta(days=40 + 20 * serial)
        proof = "现场照片和居民签字已存档（演示）"
        terms.solve_problem(DEPARTMENT, number, serial, at=_at(day), proof=proof)
    month = start + timedelta(days=40)
    terms.review_month(
        DEPARTMENT,
        number,
        f"{month:%Y-%m}",
        at=_at(month),
        progress="问题清单逐项有了责任人，两次居民议事会。",
        obstacles="停车位缺口大，需要街道协调。",
    )


def _own_community() -> Area | None:
    """Where the demonstration's secretary has a post."""
    person = next((each for each in accounts.demo_people() if each.username == SECRETARY), None)
    if person is None:
        return None
    scopes = [post.scope for post in accounts.posts_of(person)]
    codes = [scope.removeprefix("area:") for scope in scopes if scope.startswith("area:")]
    return directory.areas().filter(code__in=codes).first()


def _one_in_each_street(taken: set[str]) -> list[Area]:
    """The first community of each street that nobody was sent to."""
    found: dict[int | None, Area] = {}
    standing = directory.areas().filter(kind="community", provisional=False, valid_to__isnull=True)
    for area in standing.select_related("parent").order_by("code"):
        if area.code not in taken and area.parent is not None:
            found.setdefault(area.parent_id, area)
    return list(found.values())


def _street(area: Area) -> str:
    return area.parent.name if area.parent is not None else ""


def _person(number: int) -> str:
    """A name nobody bears here; the same number gives the same."""
    return _SURNAMES[number % len(_SURNAMES)] + _GIVEN[number * 7 % len(_GIVEN)]


def _day(at: datetime) -> date:
    return at.astimezone(_ZONE).date()


def _at(day: date) -> datetime:
    return datetime.combine(day, time(10), tzinfo=_ZONE)
