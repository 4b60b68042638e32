"""What secretaries leave behind, in the demonstration: a project under way, practices, agreements.

Everything is invented; the figures beside it come from the invented cases.
"""

from datetime import datetime, timedelta

from jieban.apps.directory import selectors as directory
from jieban.apps.directory.models import Area
from jieban.apps.practices import services
from jieban.apps.practices.services import Asked, Card, Plan, Said
from jieban.domain.actors import Actor

SECRETARY = Actor.named("演示·治理书记", "社区")
REVIEWER = Actor.named("演示·组织员", "组织部")
_STEPS = """查看现场，丈量小路
听取东侧居民意见
听取西侧居民意见
找物业核对产权
请规划部门到场
画出两个方案
居民议事会第一次
方案公示七天
收集书面意见
修改方案
居民议事会第二次
街道联席会
确定资金来源
选定施工队
张贴施工告示
拆除违建围挡
清运堆物
铺设路基
安装路灯
铺砖
划线
请居民验收
交接给物业"""
_DONE = 14
_CARDS = (
    Card(
        kind="method",
        name="三级议事法",
        problem="两拨居民意见相反，谁说都不听。",
        steps="分开听\n一起看现场\n列出共同点\n按共同点做一件小事\n再议大事",
        author="演示·治理书记",
        category="交通管理",
        cost="不花钱，四个晚上",
        evidence="小路改造项目的两次议事会",
    ),
    Card(
        kind="script",
        name="楼道堆物上门劝",
        problem="楼道堆物，说了又堆。",
        steps="先帮着看，再说火灾\n约定清理时间\n当天复查，当面致谢",
        author="演示·治理书记",
        visit="piling",
    ),
)


def leave_behind(community: Area, other: Area, term: str, *, at: datetime) -> None:
    """A project of 23 steps in `community`, two practices, an agreement.

    One of the practices is taken over by `other`.
    """
    begun = at - timedelta(days=60)
    plan = Plan(
        title="楼前小路改造",
        area=community.code,
        place="3 号楼与 4 号楼之间的小路",
        category="交通管理",
        basis="《物业管理条例》共用部位的规定（演示）",
        deadline=(at + timedelta(days=60)).date(),
        term=term,
    )
    project = services.open_project(SECRETARY, plan, at=begun)
    steps = services.add_steps(SECRETARY, project.pk, _STEPS, at=begun)
    services.move_project(SECRETARY, project.pk, "start", at=begun)
    for number, step in enumerate(steps[:_DONE]):
        when = begun + timedelta(days=3 * number + 1)
        services.tick_step(SECRETARY, project.pk, step.pk, at=when)
    services.record_consultation(
        SECRETARY,
        project.pk,
        Asked(
            held_by="社区居民议事会",
            how="逐户上门和现场会",
            in_favour=41,
            against=9,
            abstained=5,
            wants="路要通，轮椅能过",
            fears="怕停车变少",
            outcome="先做样板段，保留六个车位",
        ),
        at=begun + timedelta(days=20),
    )
    services.record_call(
        SECRETARY,
        project.pk,
        [unit.code for unit in directory.units().filter(kind="department", valid_to=None)[:2]],
        at=begun + timedelta(days=30),
        decision="围挡由物业自行拆除，十日内清运",
    )
    for what, amount, unit in (
        ("清运堆物", "10", "车"),
        ("清出浴缸", "5", "个"),
        ("拆除违建", "32.5", "平方米"),
    ):
        services.record_quantity(
            SECRETARY,
            project.pk,
            at=begun + timedelta(days=40),
            what=what,
            amount=amount,
            unit=unit,
        )
    services.record_cost(
        SECRETARY,
        project.pk,
        at=begun + timedelta(days=41),
        what="清运和垫层",
        amount="28600",
        source="街道微改造资金（演示）",
    )
    for number, card in enumerate(_CARDS):
        practice = services.write_practice(SECRETARY, card, at=begun)
        services.move_practice(SECRETARY, practice.pk, "submit", at=begun)
        if number == 0:
            services.move_practice(REVIEWER, practice.pk, "publish", at=begun)
            services.adopt(REVIEWER, practice.pk, other.code, at=at)
    services.open_note(
        REVIEWER,
        Said(
            kind="pairing",
            title="环卫站与社区党支部结对共建",
            area=community.code,
            parties="环卫站党支部（演示）\n社区党支部（演示）",
            begins=begun.date(),
            next_check=(at + timedelta(days=20)).date(),
        ),
        at=begun,
        items="每月一次大扫除\n为高龄户清运大件",
    )
