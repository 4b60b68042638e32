"""整改任务清单 on paper: the table of a plan, on A3, with its version and digest on every page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jieban.documents.typesetting import make_pdf, spaced
from jieban.domain.rectification.numerals import chinese_numeral
from jieban.domain.rectification.sheets import PlanRow, same_problem

HEADS = (
    *("序号", "反馈问题", "整改任务", "整改目标", "整改措施", "牵头单位", "责任单位"),
    *("完成时限", "整改进展", "状态"),
)


@dataclass(frozen=True)
class PlanPaper:
    """Which plan is printed. `version` is "" for a draft, `digest` that of the frozen version."""

    title: str
    round: str
    version: str = ""
    digest: str = ""


def plan_pdf(paper: PlanPaper, rows: Sequence[PlanRow], *, at: datetime) -> bytes:
    """The table of the plan; `at` is the moment it was made."""
    version = f"第 {paper.version} 版" if paper.version else "草案"
    values = {
        "title": paper.title,
        "issuer": paper.round,
        "subtitle": f"{paper.round} · {version}",
        "left": " · ".join(filter(None, (paper.title, version))),
        "digest": f"SHA-256 {spaced(paper.digest)}" if paper.digest else "",
        "paper": "a3",
        "heads": list(HEADS),
        "widths": [1.1, 0, 3, 4.2, 9, 2.6, 3.2, 2.6, 4.6, 1.8],
        "rows": [
            cell
            for run in same_problem(rows)
            for place, row in enumerate(run)
            for cell in _cells(row, len(run) if place == 0 else 0)
        ],
        "foot": f"共 {len(rows)} 项任务、{sum(len(row.items) for row in rows)} 项措施",
    }
    return make_pdf("plan_table", values, at=at)


def _cells(row: PlanRow, spans: int) -> list[dict[str, object]]:
    """The cells of a line; the problem's spans its tasks and stands in the first line only."""
    measures = "\n".join(
        f"（{chinese_numeral(number)}）{text}" for number, text in enumerate(row.items, start=1)
    )
    texts = (
        *(str(row.serial), row.problem, row.title, row.goal, measures, row.lead),
        *("、".join(row.responsible), row.due, row.progress, row.state),
    )
    return [
        {"text": text, "spans": spans if column == 1 else 1}
        for column, text in enumerate(texts)
        if column != 1 or spans
    ]
