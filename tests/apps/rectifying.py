"""People with posts and a plan on its way, for tests of inspection rectification."""

import io
from datetime import date, datetime, timedelta
from typing import Any

from PIL import Image

from jieban.apps.directory.models import Unit
from jieban.apps.rectification import services
from jieban.apps.rectification.models import Round, Task
from jieban.apps.rectification.services import ItemPlan, Meeting, RoundPlan, TaskSaid
from jieban.domain.actors import Actor
from jieban.domain.rectification.plan import STEPS
from jieban.domain.rectification.tasks import CRITERIA
from tests.apps import live

AT = live.AT
SEEING = frozenset(("rectification.see", "assessment.see"))
OFFICE = SEEING | {"rectification.manage", "rectification.check"}
HANDLING = SEEING | {"rectification.handle"}
SIGNING = SEEING | {"rectification.sign"}
EVERYTHING = OFFICE | HANDLING | SIGNING

KEEPER = live.actor("环境办甲", OFFICE, "unit:UE")
CHECKER = live.actor("环境办乙", OFFICE, "unit:UE")
SIGNER = live.actor("销号审核丙", SIGNING, "unit:UE")
DISTRICT = live.actor("区领导丁", SEEING | {"rectification.sign", "rectification.check"})
STREET = live.actor("街道戊", HANDLING, "unit:U1")
BUREAU = live.actor("供热己", HANDLING, "unit:U9")
OTHER = live.actor("邻街庚", HANDLING, "unit:U2")
READER = live.actor("审计辛", SEEING)
ALL_POWERS_OF_STREET = live.actor("街道壬", EVERYTHING, "unit:U1")
ALL_POWERS_OF_OFFICE = live.actor("环境办癸", EVERYTHING, "unit:UE")
YES = dict.fromkeys(CRITERIA, "yes")


def district() -> None:
    """The made-up district, with the environment bureau that keeps the plan."""
    live.made_up_district()
    Unit.objects.create(
        code="UE", name="区生态环境局", name_key="区生态环境局", kind="department", position=90
    )


def round_plan(**said: Any) -> RoundPlan:
    usual = {
        "name": "市第二轮生态环境保护督察",
        "level": "municipal",
        "nth": 2,
        "office": "UE",
        "team": "第二督察组",
        "feedback_on": date(2026, 2, 22),
        "stationed_from": date(2025, 11, 1),
        "stationed_to": date(2025, 11, 30),
        "letter_codes": ("YX",),
    }
    return RoundPlan(**{**usual, **said})


def opened(code: str = "yx-2", **said: Any) -> Round:
    return services.open_round(KEEPER, code, round_plan(**said), at=AT)


def task_said(**said: Any) -> TaskSaid:
    usual: dict[str, Any] = {
        "problem": 1,
        "title": "露天烧烤整治",
        "goal": "集中点位全部销账",
        "lead": "U1",
        "responsible": ("U9",),
        "due": "2026年12月底前，长期坚持",
        "area": "A11",
        "items": (ItemPlan("建立联合执法组"), ItemPlan("按月通报")),
    }
    return TaskSaid(**{**usual, **said})


def entered(**said: Any) -> Task:
    """A round with one problem and one task, its plan not yet handed up."""
    if not Round.objects.filter(code="yx-2").exists():
        opened()
        services.enter_problem(KEEPER, "yx-2", "局部区域露天烧烤问题仍然突出。", at=AT)
    return services.enter_task(KEEPER, "yx-2", task_said(**said), at=AT)


def issued() -> Round:
    """The plan handed up, passed by every step, and in force."""
    services.hand_up(KEEPER, "yx-2", at=AT)
    for step in STEPS:
        services.pass_step(KEEPER, "yx-2", Meeting(step, paper="云办发〔2026〕3号"), at=AT)
    return Round.objects.get(code="yx-2")


def claimed(by: Actor = STREET, **said: Any) -> Task:
    """A task whose items are done and proved, and that its unit says is done."""
    task = entered(**said)
    number = task.serial
    services.report(by, "yx-2", number, at=AT, done="点位清退完毕")
    for item in task.items.all():
        services.finish_item(by, "yx-2", number, item.serial, at=AT)
    services.add_evidence(by, "yx-2", number, "清退后照片", at=AT, file=picture())
    return services.move_on(by, "yx-2", number, "claim", at=AT)


def checked(**said: Any) -> Task:
    task = claimed(**said)
    services.check(CHECKER, "yx-2", task.serial, YES, at=AT, remark="现场无烧烤摊点")
    return Task.objects.get(pk=task.pk)


def on_notice(**said: Any) -> Task:
    task = checked(**said)
    return services.announce(KEEPER, "yx-2", task.serial, at=AT, where="区政府网站")


def signed(**said: Any) -> Task:
    task = on_notice(**said)
    return services.sign_off(SIGNER, "yx-2", task.serial, at=later(10))


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "green").save(out, "PNG")
    return out.getvalue()


def later(days: int = 1) -> datetime:
    return AT + timedelta(days=days)
