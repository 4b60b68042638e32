"""What a heading or a label of a plan means, by the many names offices give it."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from jieban.tables.profiles import plain_heading

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "serial": (
        *("序号", "编号", "任务编号", "任务序号", "整改任务编号", "整改任务序号", "清单序号"),
        *("no", "no.", "number", "serial", "task no", "task no."),
    ),
    "problem_serial": ("问题序号", "问题编号", "反馈问题序号", "反馈问题编号", "problem no"),
    "problem": (
        *("问题", "反馈问题", "督察反馈问题", "问题原文", "反馈问题原文", "督察反馈问题原文"),
        *("反馈意见", "督察反馈意见", "具体问题", "问题描述", "问题内容", "整改问题", "问题清单"),
        *("突出问题", "反馈意见问题", "存在的问题", "问题表述", "problem", "finding", "problems"),
    ),
    "title": (
        *("整改任务", "任务", "任务名称", "整改任务名称", "整改事项", "重点任务", "具体任务"),
        *("task", "title", "rectification task"),
    ),
    "goal": (
        *("整改目标", "目标", "工作目标", "目标要求", "整改目标要求", "任务目标", "整改标准"),
        *("goal", "target", "goals"),
    ),
    "items": (
        *("整改措施", "具体措施", "措施", "主要措施", "整改具体措施", "具体整改措施", "工作措施"),
        *("重点措施", "整改措施及要求", "措施清单", "整改举措", "工作举措"),
        *("measures", "measure", "action items", "action item", "actions", "action"),
    ),
    "lead": (
        *("牵头单位", "牵头责任单位", "牵头部门", "牵头责任部门", "总牵头单位", "主责单位"),
        *("主要责任单位", "主办单位", "责任单位(牵头)", "责任单位(牵头单位)"),
        *("lead unit", "lead", "lead department", "lead agency"),
    ),
    "responsible": (
        *("责任单位", "责任部门", "整改责任单位", "责任主体", "整改单位", "整改主体", "承办单位"),
        *("整改责任主体", "实施单位", "落实单位", "责任地区和单位", "责任地区"),
        *("responsible units", "responsible unit", "responsible"),
    ),
    "assisting": (
        *("配合单位", "协办单位", "配合责任单位", "参与单位", "配合部门", "协助单位", "协同单位"),
        *("责任单位(配合)", "assisting units", "assisting", "supporting units"),
    ),
    "leader": (
        *("责任领导", "牵头领导", "责任人", "整改责任人", "市级责任领导", "区级责任领导"),
        *("包案领导", "分管领导", "责任单位负责人", "直接责任人", "responsible leader", "leader"),
    ),
    "due": (
        *("完成时限", "整改时限", "时限", "完成时间", "整改期限", "完成期限", "整改完成时限"),
        *("时限要求", "时间要求", "整改时间", "整改完成时间", "办结时限", "完成时间节点", "期限"),
        *("due", "due date", "deadline"),
    ),
    "closer": (
        *("验收单位", "销号单位", "督导单位", "验收销号单位", "督办单位", "监督单位"),
        *("验收责任单位", "销号责任单位", "督导责任单位", "督导部门", "验收部门", "审核销号单位"),
        *("closer", "sign-off unit", "signed off by", "accepted by", "supervising unit"),
    ),
    "progress": (
        *("整改进展", "进展情况", "进展", "工作进展", "整改进展情况", "整改情况", "落实情况"),
        *("整改落实情况", "完成进展", "整改进度", "目前进展", "最新进展", "progress"),
    ),
    "said": (
        *("是否完成", "完成情况", "状态", "整改状态", "办理状态", "是否完成整改", "完成状态"),
        *("是否办结", "办结情况", "整改完成情况", "销号情况", "是否销号", "当前状态"),
        *("status", "state", "completed", "done"),
    ),
    "area": ("行政区域", "所在区域", "属地", "所属区域", "所属街道", "所属街镇", "街道", "area"),
    "place": ("地点", "点位", "具体地点", "具体点位", "位置", "点位名称", "place", "location"),
    "category": (
        *("诉求分类", "问题分类", "问题类别", "问题类型", "类别", "分类", "category", "type"),
    ),
    "role": ("牵头/协办", "牵头协办", "任务角色", "我区角色", "承担角色", "角色", "role"),
    "note": ("备注", "说明", "备注说明", "note", "notes", "remarks"),
}
KEPT = ("leader", "note")
"""Columns that are kept with their line, under their own heading."""
IGNORED = frozenset(map(plain_heading, ("退回原因", "why it came back")))
"""What stands beside lines that were sent back: it says nothing of a plan."""
WRITTEN = tuple(name for name in HEADINGS if name not in ("problem_serial", "leader"))
"""Columns of a line that is sent back from a running text."""
SINGLE = ("lead", "responsible", "assisting", "due", "closer", "said", "area", "place", "role")
"""Fields of the running text that end with their paragraph."""
_FIELDS = {plain_heading(word): name for name, words in HEADINGS.items() for word in words}
_ENDINGS = (
    *(("反馈问题", "problem"), ("整改目标", "goal"), ("整改措施", "items"), ("整改任务", "title")),
    *(("牵头单位", "lead"), ("牵头部门", "lead"), ("配合单位", "assisting")),
    *(("责任单位", "responsible"), ("责任部门", "responsible"), ("完成时限", "due")),
    *(("整改时限", "due"), ("进展情况", "progress"), ("责任领导", "leader")),
)
_LONGEST = 24
_TASK = frozenset(("problem", "title", "goal", "items"))
_ABOUT = frozenset(("goal", "items", "lead", "responsible", "due"))


@lru_cache(maxsize=4096)
def field_of(heading: str) -> str | None:
    """The field that a heading stands for: by its name, without what it adds in brackets or its
    number (措施1, 措施2), or by how it ends (第二轮督察反馈问题)."""
    said = plain_heading(heading)
    if not said or len(said) > _LONGEST:
        return None
    found = _FIELDS.get(said) or _FIELDS.get(re.sub(r"\([^()]*\)$", "", said))
    found = found or _FIELDS.get(re.sub(r"[0-9一二三四五六七八九十]+$", "", said))
    if found is None:
        found = next((name for ending, name in _ENDINGS if said.endswith(ending)), None)
    return found


def columns_of(texts: Sequence[str]) -> dict[str, list[int]]:
    """Field → its columns where this line heads a plan, else nothing.

    A plan has what is to be done (problem, task, goal or measures) and one thing more about it.
    存在问题 is the problem where nothing else is; beside a problem it is what hinders.
    """
    columns: dict[str, list[int]] = {}
    for index, text in enumerate(texts):
        name = field_of(text)
        if name is not None:
            columns.setdefault(name, []).append(index)
    if "problem" not in columns:
        found = [index for index, text in enumerate(texts) if plain_heading(text) == "存在问题"]
        if found:
            columns["problem"] = found[:1]
    said = columns.keys()
    whole = _TASK & said and _ABOUT & said and len((_TASK | _ABOUT) & said) > 1
    return columns if whole else {}
