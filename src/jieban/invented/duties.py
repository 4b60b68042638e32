"""The invented district's categories and duty list 职责清单, as files a clerk would keep.

They agree with the cases: a category that streets mostly lead is the street's with the
departments helping; the others are the first department's, the rest and the street helping.
Some rules are narrower: a few streets hand a matter to a department of their own, some hold
under a condition. The documents named as bases do not exist.
"""

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from jieban.invented import words
from jieban.invented.district import District
from jieban.invented.words import Category

CATEGORY_HEADING = ("一级分类", "二级分类", "三级分类", "水电气热")
DUTY_HEADING = (
    "问题分类", "区域", "条件", "主办单位", "协办单位", "依据", "起始日期", "截止日期", "备注"
)  # fmt: skip
LOCAL = "属地街道"
SINCE = "2022-01-01"
UTILITIES = ("公共服务->供暖", "公共服务->供电", "公共服务->燃气", "水务->供排水")
_LIST = "《{place}诉求派单目录（试行）》第{number}项"
_STREETS = "《{place}街道（镇）履职事项清单》"


def write_categories(path: Path) -> None:
    """One line for each category of the invented cases, its levels side by side."""
    rows = [
        (*category.levels, "是" if category.path.startswith(UTILITIES) else "")
        for category in words.CATEGORIES
    ]
    _write(path, CATEGORY_HEADING, rows)


def write_duties(path: Path, district: District) -> None:
    """One line for each rule; the same for every seed."""
    rows: list[Sequence[str]] = []
    for number, category in enumerate(words.CATEGORIES, start=1):
        basis = _LIST.format(place=district.name, number=number)
        rows.append((category.path, "全区", "", *_units(category), basis, SINCE, "", ""))
    rows += _narrower(district)
    _write(path, DUTY_HEADING, rows)


def _units(category: Category) -> tuple[str, str]:
    """(lead, joint units)"""
    if category.at_street >= 0.5:
        return LOCAL, "、".join(category.units)
    first, *others = category.units
    return first, "、".join([*others, LOCAL])


def _narrower(district: District) -> list[Sequence[str]]:
    """Rules of upper categories, of single streets, under conditions, of the past."""
    place, streets = district.name, [street.name for street in district.streets]
    listed = _STREETS.format(place=place)
    reform = district.reform_date
    return [
        ("城市管理", "全区", "", LOCAL, "区城市管理委", listed, SINCE, "",
         "目录未列明的，先由属地办理"),
        ("公共服务", "全区", "", "区城市管理委", LOCAL, listed, SINCE, "", ""),
        ("住房城乡建设->物业管理", "全区", "无物业小区", LOCAL, "区房管局、区城管执法局",
         listed, SINCE, "", "失管小区由属地兜底"),
        ("住房城乡建设->物业管理->停车管理", streets[0], "", "区房管局", LOCAL,
         f"{streets[0]}停车治理试点工作方案", "2023-01-01", "", "试点一年"),
        ("城市管理->违法建设->疑似违建", "全区", "在施", "区城管执法局", LOCAL,
         listed, SINCE, "", "正在施工的由执法队先行到场"),
        ("生态环境->噪声->施工噪声", "全区", "夜间", "区城管执法局", "区生态环境局、公安云川分局",
         listed, SINCE, "", "22时至次日6时"),
        ("市场管理->食品安全->餐饮卫生", "全区", "聚集发病", "区卫生健康委", "区市场监管局",
         listed, SINCE, "", ""),
        ("农业农村->农村道路->路灯与排水", streets[24], "", "区水务局", LOCAL,
         f"{streets[24]}排水设施移交协议", "2023-01-01", "", ""),
        ("公共安全->消防安全->通道占用", "全区", "", "区消防救援支队", LOCAL,
         "旧版派单目录", "2021-01-01", _day(reform), "已由新目录替代"),
        ("教育", "全区", "", "区教委", LOCAL, listed, SINCE, "", ""),
        ("交通管理", "全区", "", "云川交通支队", LOCAL, listed, SINCE, "", ""),
    ]  # fmt: skip


def _day(day: date) -> str:
    return day.isoformat()


def _write(path: Path, heading: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heading)
        writer.writerows(rows)
