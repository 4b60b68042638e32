"""Inspections, in the demonstration: one signed off, one with tasks at every stage, one at work.

Everything is invented. The older round ended while the invented cases ran, so that its pages show
complaints before and after; the newer one has what is late, stuck, claimed and on notice today.
"""

import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from PIL import Image, ImageDraw

from jieban.apps.letters import services as letters
from jieban.apps.rectification import services
from jieban.apps.rectification.models import Round, Task
from jieban.apps.rectification.services import (
    ItemPlan,
    Measured,
    Meeting,
    RoundPlan,
    TaskSaid,
)
from jieban.domain.actors import Actor
from jieban.domain.rectification.plan import STEPS
from jieban.domain.rectification.tasks import CRITERIA
from jieban.home import Home
from jieban.invented.letters import DONE, HEADS, PARTLY, UNDER_WAY, inspection_letters
from jieban.invented.plans import InventedPlan, inspection_plan
from jieban.tables.lists import written_csv

KEEPER = Actor.named("演示·督察整改办", "环境办")
CHECKER = Actor.named("演示·现场核查员", "环境办")
SIGNER = Actor.named("演示·销号审核", "环境办")
UNIT = Actor.named("演示·承办单位", "责任单位")
OFFICE = "区生态环境局"
OLDER, NEWER, NEWEST = "central-2", "city-2", "central-3"
_OLDER_TASKS, _OLDER_ITEMS = 20, 64
_DONE_OF_NEWER = 14
_PAPERS = {
    "leading_group": "云整改组纪〔{year}〕2号",
    "standing_committee": "云常纪〔{year}〕5号",
    "government": "云政常纪〔{year}〕7号",
    "superior": "市整改办函〔{year}〕11号",
    "issued": "云办发〔{year}〕3号",
}


def inspect(home: Home, *, at: datetime) -> None:
    """Three rounds with their plans and letters, worked on as offices would; once."""
    if Round.objects.filter(code=NEWER).exists():
        return
    zone = ZoneInfo(settings.TIME_ZONE)
    began = datetime(2022, 9, 5, 10, tzinfo=zone)
    _round(
        OLDER,
        RoundPlan("第二轮中央生态环境保护督察（演示）", "central", 2, OFFICE, "中央第一督察组"),
        inspection_plan(_OLDER_TASKS, _OLDER_ITEMS, year=2023),
        began,
    )
    for number in range(1, _OLDER_TASKS + 1):
        days = timedelta(days=60 + number * 4)
        _through(OLDER, number, began + timedelta(days=30 + number), began + days)
    began = at - timedelta(days=280)
    _round(
        NEWER,
        RoundPlan(
            "市第二轮生态环境保护督察（演示）",
            "municipal",
            2,
            OFFICE,
            "市第四批第二督察组",
            feedback_on=(began - timedelta(days=20)).date(),
            stationed_from=(began - timedelta(days=80)).date(),
            stationed_to=(began - timedelta(days=50)).date(),
            letter_codes=("YC",),
        ),
        inspection_plan(year=at.year),
        began,
    )
    _newer(began, at)
    _letters(home, OLDER, [DONE] * 248, 2, datetime(2022, 7, 20, 10, tzinfo=zone))
    _letters(home, NEWER, [DONE] * 116 + [PARTLY], 2, began - timedelta(days=75))
    services.open_round(
        KEEPER,
        NEWEST,
        RoundPlan(
            "第三轮中央生态环境保护督察（演示，进驻中）",
            "central",
            3,
            OFFICE,
            "中央第三督察组",
            stationed_from=(at - timedelta(days=9)).date(),
            letter_codes=("YC",),
        ),
        at=at - timedelta(days=10),
    )
    states = [UNDER_WAY] * 9 + [DONE] * 4 + [UNDER_WAY] * 9
    _letters(home, NEWEST, states, 3, at - timedelta(days=8), each=8)


def _letters(
    home: Home, code: str, states: list[str], nth: int, begins: datetime, each: int = 25
) -> None:
    """Letters taken in as their public tables, a batch a day."""
    path = home.path / "exports" / "信访件.csv"
    batches = inspection_letters(states, nth=nth, begins=begins.date(), each=each, seed=len(states))
    for batch in batches:
        path.write_bytes(written_csv(HEADS, batch.rows))
        letters.import_letters(
            KEEPER,
            path,
            round=code,
            at=begins + timedelta(days=batch.number),
            batch=str(batch.number),
            day=batch.day,
        )
    path.unlink()


def _round(code: str, said: RoundPlan, plan: InventedPlan, began: datetime) -> None:
    services.open_round(KEEPER, code, said, at=began)
    for serial, text in plan.problems.items():
        services.enter_problem(KEEPER, code, text, at=began, serial=serial)
    for task in plan.tasks:
        services.enter_task(
            KEEPER,
            code,
            TaskSaid(
                problem=task.problem_serial,
                title=task.title,
                goal=task.goal,
                lead=task.lead,
                responsible=task.responsible,
                due=task.due,
                role=task.role,
                closer=task.closer,
                area=task.street,
                place=task.place,
                category=task.category,
                serial=task.serial,
                items=tuple(
                    ItemPlan(item.text, item.due, "、".join(item.units)) for item in task.items
                ),
            ),
            at=began,
        )
    services.hand_up(KEEPER, code, at=began)
    for place, step in enumerate(STEPS):
        held = began + timedelta(days=3 * place)
        paper = _PAPERS[step].format(year=held.year)
        services.pass_step(KEEPER, code, Meeting(step, paper=paper), at=held)


def _through(code: str, number: int, began: datetime, done: datetime) -> None:
    """A task from its first report to its sign-off."""
    _work(code, number, began, done - timedelta(days=20))
    _claim(code, number, done - timedelta(days=20))
    _check(code, number, done - timedelta(days=16))
    services.announce(
        KEEPER, code, number, at=done - timedelta(days=14), where="区政府网站“督察整改”专栏"
    )
    task = Task.objects.get(round__code=code, serial=number)
    paper = f"市整改办验〔{done.year}〕{number}号" if task.closer else ""
    services.sign_off(
        SIGNER, code, number, at=done, paper=paper, record_number=f"云整改备{number:03d}"
    )


def _work(code: str, number: int, began: datetime, until: datetime, reports: int = 2) -> None:
    span = until - began
    for place in range(reports):
        services.report(
            UNIT,
            code,
            number,
            at=began + span * place / max(1, reports),
            done="完成点位排查，建立台账，逐点制定措施。"
            if not place
            else "主体工作完成，正在复查。",
            hindered="" if place else "两处点位权属不清，正在协调。",
            next_step="每周复查，防止反弹。",
        )


def _claim(code: str, number: int, at: datetime) -> None:
    for item in Task.objects.get(round__code=code, serial=number).items.all():
        services.finish_item(UNIT, code, number, item.serial, at=at)
    services.add_evidence(
        UNIT, code, number, "整改后现场", at=at, file_name="现场.jpg", file=_photo(number)
    )
    measured = Measured(str(40 + number % 12), "dB(A)", "≤55 dB(A)")
    services.add_evidence(UNIT, code, number, "昼间噪声监测", at=at, measured=measured)
    services.move_on(UNIT, code, number, "claim", at=at)


def _check(code: str, number: int, at: datetime) -> None:
    answers = dict.fromkeys(CRITERIA, "yes")
    remark = "现场查看全部点位，未见反弹，台账齐全。"
    services.check(CHECKER, code, number, answers, at=at, remark=remark)


def _newer(began: datetime, at: datetime) -> None:
    """Fourteen signed off; the others at every stage there is, as of today."""
    for number in range(1, _DONE_OF_NEWER + 1):
        done = began + timedelta(days=90 + number * 9)
        _through(NEWER, number, began + timedelta(days=20 + number), done)
    week = timedelta(days=7)
    # Whoever is of the office checks and signs what is not the office's own work.
    own, others = _by_office(_DONE_OF_NEWER)
    claimed, checked, noticed, over, objected, partly, false = others[:7]
    stuck, asked = own[:2]
    for number in (claimed, checked, noticed, over, objected):
        _work(NEWER, number, began + 4 * week, at - 5 * week)
        _claim(NEWER, number, at - 4 * week)
    for number in (checked, noticed, over, objected):
        _check(NEWER, number, at - 3 * week)
    for number, begun in ((noticed, 2), (over, 15), (objected, 3)):
        day = at - timedelta(days=begun)
        services.announce(KEEPER, NEWER, number, at=day, where="区政府网站“督察整改”专栏")
    services.enter_objection(
        KEEPER, NEWER, objected, "反映夜间仍有作业声，请再查一次。", at=at - timedelta(days=1)
    )
    for number in (partly, asked):
        _work(NEWER, number, began + 4 * week, at - week)
    services.move_on(UNIT, NEWER, partly, "part", at=at - week, reason="")
    _work(NEWER, stuck, began + 4 * week, began + 9 * week)
    task = Task.objects.get(round__code=NEWER, serial=asked)
    if task.due_on is not None:
        wanted = task.due_on + timedelta(days=90)
        services.ask_due(
            UNIT, NEWER, asked, wanted, at=at - timedelta(days=2), reason="冬季停工，无法完成铺装。"
        )
    _through(NEWER, false, began + 3 * week, at - 8 * week)
    services.reopen(
        CHECKER,
        NEWER,
        false,
        at=at - timedelta(days=5),
        reason="雨天检查发现雨污混接未改，只做了表面遮盖。",
        falsity="superficial",
    )


def _by_office(after: int) -> tuple[list[int], list[int]]:
    """Numbers of tasks after this one: those of which the office is a unit, and the others."""
    own: list[int] = []
    others: list[int] = []
    for task in Task.objects.filter(round__code=NEWER, serial__gt=after):
        units = {each.unit.name for each in task.responsible.select_related("unit")}
        units.add(task.lead_words)
        (own if OFFICE in units else others).append(task.serial)
    return own, others


def _photo(number: int) -> bytes:
    """A drawing that stands for a photo: nothing in it is real."""
    picture = Image.new("RGB", (480, 320), (205, 222, 214))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 210, 480, 320), fill=(150, 158, 150))
    for place in range(4):
        left = 20 + place * 115 + number % 17
        draw.rectangle(
            (left, 90 + (number * 7 + place * 23) % 60, left + 80, 210), fill=(176, 160, 140)
        )
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()
