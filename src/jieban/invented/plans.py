"""The invented district's inspection plan: problems, tasks and measures, none of them real.

Its figures are those of a usual plan: 27 tasks with 102 measures, 14 done and 13 under way. Due
dates of every kind occur, some tasks are only assisted, problems have one to three tasks. Any
number of tasks can be had, for tests of size; the same arguments give the same plan.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jieban.domain.rectification.sheets import PlanRow, measure_words
from jieban.invented import words

TITLE = f"{words.DISTRICT}贯彻落实生态环境保护督察反馈意见整改方案（生成数据）"
TASKS, ITEMS = 27, 102
_DONE_OF_27 = 14
STATES = ("已完成", "正在推进", "阶段性办结", "未启动")


@dataclass(frozen=True)
class InventedItem:
    """A measure; `due` and `units` only where they are its own."""

    text: str
    due: str = ""
    units: tuple[str, ...] = ()


@dataclass(frozen=True)
class InventedTask:
    """One task. `role` is "lead" or "assist", `closer` the office outside that signs it off."""

    serial: int
    problem_serial: int
    title: str
    goal: str
    items: tuple[InventedItem, ...]
    lead: str
    responsible: tuple[str, ...]
    due: str
    street: str
    place: str
    category: str
    role: str = "lead"
    closer: str = ""
    state: str = STATES[1]
    progress: str = ""


@dataclass(frozen=True)
class InventedPlan:
    """A plan: the text of each problem by its number, and the tasks in their order."""

    title: str
    problems: dict[int, str]
    tasks: tuple[InventedTask, ...]

    def rows(self) -> list[PlanRow]:
        """The plan as the lines of its table."""
        return [
            PlanRow(
                task.serial,
                self.problems[task.problem_serial],
                task.title,
                task.goal,
                tuple(measure_words(item.text, item.units, item.due) for item in task.items),
                task.lead,
                task.responsible,
                task.due,
                task.progress,
                task.state,
                task.problem_serial,
            )
            for task in self.tasks
        ]


@dataclass(frozen=True)
class _Theme:
    """What one kind of problem is told in; {street} and {place} are filled in."""

    problem: str
    tasks: tuple[tuple[str, str], ...]
    measures: tuple[str, ...]
    lead: str
    beside: tuple[str, ...]
    category: str


_THEMES = (
    _Theme(
        "{street}{place}一带露天烧烤和餐饮油烟问题反复出现，群众反映强烈，日常监管不到位。",
        (
            ("{street}露天烧烤集中点位整治", "{place}等露天烧烤集中点位全部销账，不再反弹。"),
            ("{street}餐饮单位油烟治理", "餐饮单位净化设施安装率、达标率均达到100%。"),
        ),
        (
            "建立点位台账，逐一明确责任人和销账时间。",
            "开展夜间联合检查，依法查处露天烧烤行为。",
            "督促餐饮单位安装油烟净化设施并定期清洗。",
            "每月通报检查情况，对反复出现的点位进行约谈。",
            "设置投诉联络牌，及时回应群众反映。",
        ),
        "区城管执法局",
        ("区市场监管局", "区生态环境局"),
        "城市管理->市容环境->占道经营",
    ),
    _Theme(
        "{street}部分在施工地扬尘管控措施落实不严，{place}工地裸土未苫盖、车辆未冲洗。",
        (
            ("{street}施工工地扬尘管控", "在施工地扬尘防治措施全部落实，扬尘投诉明显下降。"),
            ("{street}裸露地块治理", "裸露地块完成绿化、硬化或苫盖。"),
            ("{street}渣土运输整治", "渣土车辆密闭运输，遗撒问题得到遏制。"),
        ),
        (
            "对在施工地逐一检查，建立问题清单并限期整改。",
            "安装视频监控和扬尘在线监测设备。",
            "落实出入车辆冲洗，安排专人值守。",
            "裸露土方及时苫盖，长期裸露的进行绿化。",
            "对屡改屡犯的施工单位依法处罚并公开曝光。",
        ),
        "区住房建设委",
        ("区城管执法局", "区生态环境局"),
        "生态环境->大气污染->扬尘",
    ),
    _Theme(
        "{street}{place}雨污混接，污水经雨水口入河，下游断面水质不稳定。",
        (
            ("{street}雨污混接点改造", "完成{place}混接点改造，雨水口旱天不排水。"),
            ("{street}排水管网养护", "管网定期清淤，汛期前完成一次全面排查。"),
        ),
        (
            "开展管网排查，摸清混接错接点位。",
            "编制改造方案，落实资金，分批实施改造。",
            "对沿街商户排水行为加强检查，规范接入。",
            "每月监测下游断面水质，发现异常及时溯源。",
        ),
        "区水务局",
        ("云川排水公司", "区城市管理委"),
        "水务->供排水->停水与水质",
    ),
    _Theme(
        "{street}{place}夜间施工噪声扰民问题突出，投诉居高不下，部门联动不够。",
        (("{street}夜间施工噪声治理", "夜间施工全部依法许可并公示，噪声投诉同比下降三成。"),),
        (
            "严格夜间施工许可，许可内容在现场公示。",
            "对投诉集中的工地安装噪声监测设备。",
            "建立部门联合值守机制，接诉后一小时内到场。",
            "督促施工单位与周边居民沟通，合理安排工序。",
        ),
        "区生态环境局",
        ("区城管执法局", "区住房建设委"),
        "生态环境->噪声->施工噪声",
    ),
    _Theme(
        "{street}垃圾分类驿站管理粗放，{place}桶站满冒、渗滤液污染路面。",
        (
            ("{street}垃圾分类驿站提升", "桶站整洁达标，渗滤液得到收集处理。"),
            ("{street}建筑垃圾消纳管理", "装修垃圾暂存点规范管理，清运及时。"),
        ),
        (
            "核定桶站数量和清运频次，不足的及时补充。",
            "改造地面和排水，配置冲洗设施。",
            "对清运单位按月考核，结果与费用挂钩。",
            "规范装修垃圾暂存，明确清运时限。",
        ),
        "区城市管理委",
        ("区环卫中心",),
        "城市管理->市容环境->垃圾清运不及时",
    ),
    _Theme(
        "{street}汽修企业喷漆废气治理设施简陋，{place}两家企业活性炭长期不更换。",
        (("{street}汽修行业废气治理", "汽修企业废气治理设施正常运行，排放达标。"),),
        (
            "对汽修企业全覆盖检查，建立一企一档。",
            "更换低效设施，规范活性炭更换记录。",
            "开展废气监测，超标的依法处理。",
        ),
        "区生态环境局",
        ("区交通局",),
        "生态环境->大气污染->扬尘",
    ),
)
_DUES = (
    "{year}年6月底前",
    "{year}年9月底前，长期坚持",
    "立行立改",
    "立行立改，长期坚持",
    "长期坚持",
    "{year}年12月31日前",
    "{next}年第二季度",
    "{next}年底前完成，并持续推进",
    "{next}年上半年",
    "{year}-10-31",
)
_PLACES = ("桥北路", "西市场", "河湾公园", "老砖厂", "东货场", "月坛巷", "南菜园", "二号仓")


def inspection_plan(
    tasks: int = TASKS, items: int | None = None, *, year: int = 2023
) -> InventedPlan:
    """A plan of so many tasks and measures, its first due dates in `year`.

    Without `items` there are as many for each task as in the usual plan, rounded down.

    Raises:
        ValueError: no task, or fewer measures than tasks.
    """
    wanted = tasks * ITEMS // TASKS if items is None else items
    if tasks < 1 or wanted < tasks:
        raise ValueError(f"{tasks} tasks cannot have {wanted} measures")
    counts = list(_shared_out(tasks, wanted))
    problems: dict[int, str] = {}
    made: list[InventedTask] = []
    done = tasks * _DONE_OF_27 // TASKS
    turn = 0
    while len(made) < tasks:
        theme = _THEMES[turn % len(_THEMES)]
        street = f"{words.STREETS[turn % len(words.STREETS)]}街道"
        place = _PLACES[(turn * 3 + turn // len(words.STREETS)) % len(_PLACES)]
        number = len(problems) + 1
        problems[number] = theme.problem.format(street=street, place=place)
        if turn >= len(words.STREETS):
            # Of so many problems no two are told alike.
            problems[number] += f"（第{turn // len(words.STREETS) + 1}次反馈）"
        for title, goal in theme.tasks[: tasks - len(made)]:
            serial = len(made) + 1
            # 14 and 13 alternate, so that each part of a plan has both.
            finished = serial * done // tasks > (serial - 1) * done // tasks
            made.append(
                _task(
                    serial, number, theme, street, place, title, goal, counts[serial - 1], year,
                    finished,
                )
            )  # fmt: skip
        turn += 1
    return InventedPlan(TITLE, problems, tuple(made))


def _shared_out(tasks: int, items: int) -> Iterator[int]:
    """How many measures each task has: unlike, never none, adding up to `items`."""
    least, more = divmod(items, tasks)
    for place in range(tasks):
        here = least + (place < more)
        pair_ends = place == tasks - 1 and place % 2 == 0
        if least < 2 or pair_ends:
            yield here
        else:
            yield here + (1 if place % 2 else -1)


def _task(
    serial: int,
    problem: int,
    theme: _Theme,
    street: str,
    place: str,
    title: str,
    goal: str,
    items: int,
    year: int,
    finished: bool,
) -> InventedTask:
    due = _DUES[serial % len(_DUES)].format(year=year, next=year + 1)
    assists = serial % 9 == 4
    late_item = serial % 7 == 3 and items > 1
    state = STATES[0] if finished else STATES[1 + (serial // 2) % 3]
    progress = {
        STATES[0]: "各项措施已落实，点位复查未见反弹。",
        STATES[1]: "正按计划推进，已完成点位排查。",
        STATES[2]: "主体工作已完成，长效机制正在建立。",
        STATES[3]: "",
    }[state]
    measures = tuple(
        InventedItem(
            theme.measures[place_ % len(theme.measures)]
            if place_ < len(theme.measures)
            else f"{theme.measures[place_ % len(theme.measures)][:-1]}，并第{place_}次复查。",
            f"{year + 1}年3月底前" if late_item and place_ == items - 1 else "",
            (street,) if late_item and place_ == items - 1 else (),
        )
        for place_ in range(items)
    )
    return InventedTask(
        serial,
        problem,
        title.format(street=street, place=place),
        goal.format(street=street, place=place),
        measures,
        f"市{theme.lead[1:]}" if assists else theme.lead,
        (theme.lead, street) if assists else (street, *theme.beside[: 1 + serial % 2]),
        due,
        street,
        place,
        theme.category,
        "assist" if assists else "lead",
        "市生态环境保护督察整改办公室" if assists else "",
        state,
        progress,
    )
