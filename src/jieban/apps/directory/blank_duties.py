"""How to fill in the empty workbook of a duty list."""

from collections.abc import Mapping

from jieban.domain.words import Language

NOTES: Mapping[Language, tuple[str, ...]] = {
    "zh": (
        "怎样填写职责清单",
        "一行一条规则。必填的只有“主办单位”，以及“问题分类”“区域”二者之一。",
        "问题分类：写完整路径，如 城市管理->市容环境->占道经营；写到二级，就对它下面的都适用。"
        "全部分类都适用的写“全部”。",
        "区域：街道（镇）、社区（村）的名称或代码；全区都适用的写“全区”。",
        "条件：只在某种情形下适用的写在这里，如“夜间”“无物业小区”；几个条件要同时满足的用顿号隔开。",
        "主办单位、协办单位：名录里的名称、别名或代码；协办有几个的用顿号隔开。由事发地街道（镇）办理的写“属地街道”。",
        "依据：文件名称和文号。起始日期、截止日期写成 2023-10-30；截止日期当天起不再适用。",
        "多条规则都适用时：分类写得更细的优先，其次区域更小的，再次条件更多的，最后起始日期更新的。",
        "编号是导出时自动带的：改已有的规则请保留，新规则请留空。",
    ),
    "en": (
        "How to fill in the duty list",
        "One line per rule. Only the lead unit is required, and one of category and place.",
        "Category 问题分类: the whole path, such as 城市管理->市容环境->占道经营; a path of two "
        "levels is for all below it. Write 全部 if the rule is for every category.",
        "Place 区域: name or code of a street or community; write 全区 if it is for everywhere.",
        "Conditions 条件: words for circumstances in which alone the rule holds. Several that must "
        "all hold are set apart by 、.",
        "Units 主办单位 (lead), 协办单位 (joint): name, alias or code in the directory; several "
        "are set apart by 、. Write 属地街道 for the office of the case's own street.",
        "Basis 依据: the document. Dates are written 2023-10-30; a rule is not valid on its end.",
        "Of several rules that fit, the one for the finer category wins, then the smaller place, "
        "then more conditions, then the newer one.",
        "The number 编号 comes with an export: keep it to change a rule, leave it blank for a new "
        "one.",
    ),
}
