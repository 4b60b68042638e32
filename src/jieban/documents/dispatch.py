"""调度表 of a month on paper: every task, what was done, what hinders, who reported nothing."""

from collections.abc import Sequence
from datetime import datetime

from jieban.documents.posting import said
from jieban.documents.typesetting import make_pdf
from jieban.domain.rectification.sheets import DispatchRow, dispatch_sums

HEADS = (
    *("序号", "任务", "牵头单位", "责任单位", "时限", "月末状态", "本月进展", "存在问题"),
    *("下步安排", "逾期", "上报日期"),
)


def dispatch_pdf(
    rows: Sequence[DispatchRow], month: str, *, round_name: str, at: datetime
) -> bytes:
    """The sheet of a month ("2024-03"); `at` is the moment it was made."""
    year, number = month.split("-")
    title = f"{year}年{int(number)}月整改调度表"
    values = {
        "title": title,
        "issuer": round_name,
        "subtitle": round_name,
        "left": f"{round_name} · {title}",
        "digest": "",
        "paper": "a3",
        "heads": list(HEADS),
        "widths": [1.1, 5, 2.8, 3.4, 2.8, 2.2, 0, 5, 5, 1.4, 2.8],
        "rows": [{"text": text, "spans": 1} for row in rows for text in _cells(row)],
        "foot": f"合计：{dispatch_sums(rows).words}",
    }
    return make_pdf("plan_table", values, at=at)


def _cells(row: DispatchRow) -> list[str]:
    return [
        *(str(row.serial), row.title, row.lead, "、".join(row.responsible), row.due, row.state),
        *(row.progress, row.hindered, row.next),
        "逾期" if row.late and not row.done else "",
        said(row.reported_on) or ("未报" if row.unreported else ""),
    ]
