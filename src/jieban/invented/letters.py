"""Letters that invented residents wrote to an invented inspection, as public tables list them.

Streets are the invented district's; nobody and nothing in them is real. The same arguments give
the same letters.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from jieban.invented import words

HEADS = (
    *("受理编号", "交办问题基本情况", "行政区域", "污染类型", "调查核实情况", "是否属实"),
    *("办结目标", "处理和整改情况", "是否办结", "责任单位", "责任人被处理情况", "重点关注"),
)
PLACE_CODE = "YC"
DONE, PARTLY, UNDER_WAY = "已办结", "阶段性办结", "正在办理"
_MATTERS = (
    ("临街餐饮店夜间油烟扰民", "大气", "油烟净化器未按期清洗", "清洗净化器，加装监测"),
    ("工地夜间施工噪声，运渣车遗撒", "噪声、大气", "夜间施工未办手续", "责令停工，清扫路面"),
    ("小河水体发黑有异味", "水", "雨污管线混接", "改造混接点，清淤"),
    ("空地长期堆放建筑垃圾", "固体废物", "渣土未及时清运", "三日内清运，绿网苫盖"),
    ("汽修店喷漆异味", "大气、土壤", "喷漆房密闭不严", "停用喷漆，更换设备"),
    ("绿地被占用停车", "生态", "草坪损毁约二十平方米", "恢复绿化，增设隔离桩"),
    ("变压器低频噪声", "噪声", "检测未超标", "加装减振垫，跟踪检测"),
)
_VERDICTS = ("属实", "属实", "部分属实", "基本属实", "不属实")


@dataclass(frozen=True)
class InventedBatch:
    """One batch: its number, the day it was handed over, its rows in the order of `HEADS`."""

    number: int
    day: date
    rows: tuple[tuple[str, ...], ...]


def inspection_letters(
    states: Sequence[str], *, nth: int, begins: date, each: int = 25, seed: int = 1
) -> list[InventedBatch]:
    """A letter for each of `states` (what its table says of it), in batches of `each`, a batch a
    day from `begins` on. `nth` is the round that numbers bear."""
    draw = random.Random(seed)
    batches = []
    for number, start in enumerate(range(0, len(states), each), start=1):
        day = begins + timedelta(days=number - 1)
        rows = tuple(
            _row(draw, state, nth, day, serial)
            for serial, state in enumerate(states[start : start + each], start=1)
        )
        batches.append(InventedBatch(number, day, rows))
    return batches


def _row(draw: random.Random, state: str, nth: int, day: date, serial: int) -> tuple[str, ...]:
    matter, types, found, done = draw.choice(_MATTERS)
    street = f"{draw.choice(words.STREETS)}街道"
    spot = f"{draw.choice(words.STEMS)}{draw.choice(words.ESTATE_ENDINGS)}"
    verdict = draw.choice(_VERDICTS)
    answered = state != UNDER_WAY
    return (
        f"{draw.choice('DX')}{nth}{PLACE_CODE}{day:%Y%m%d}{serial:04d}",
        f"{street}{spot}附近{matter}，多次反映未解决。",
        street,
        types,
        f"经现场核查，{found}。" if answered else "",
        verdict if answered else "",
        f"{done}，防止反弹。",
        f"已{done}，街道每周巡查一次。" if answered else "",
        state,
        street,
        "约谈1人" if answered and draw.random() < 0.1 else "无",
        "是" if draw.random() < 0.08 else "否",
    )
