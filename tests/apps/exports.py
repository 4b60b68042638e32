"""Small exports, written as a platform would write them."""

import csv
from pathlib import Path

HEAD = (
    "工单编号",
    "工单类型",
    "问题分类",
    "主要内容",
    "来电人",
    "来电人电话",
    "被反映街乡镇",
    "所在村社区",
    "主办单位",
    "创建时间",
    "办结时间",
    "是否有效回访",
    "是否联系",
    "是否解决",
    "是否满意",
    "工单性质",
)
USUAL = {
    "工单类型": "诉求",
    "问题分类": "城市管理->市政设施->道路破损",
    "主要内容": "路面有坑",
    "来电人": "王先生",
    "来电人电话": "19900001234",
    "被反映街乡镇": "青禾街道",
    "所在村社区": "青禾一社区",
    "主办单位": "青禾街道",
    "创建时间": "2023-10-01 09:00:00",
    "办结时间": "2023-10-03 17:00:00",
    "是否有效回访": "是",
    "是否联系": "是",
    "是否解决": "是",
    "是否满意": "满意",
    "工单性质": "主办",
}


def row(number: str, **changes: str) -> dict[str, str]:
    """One usual row with some cells changed."""
    return {"工单编号": number, **USUAL, **changes}


def write_export(path: Path, rows: list[dict[str, str]], *, extra: tuple[str, ...] = ()) -> Path:
    """A CSV as Excel writes it in China: UTF-8 with BOM."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, [*HEAD, *extra])
        writer.writeheader()
        writer.writerows(rows)
    return path
