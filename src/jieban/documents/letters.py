"""群众信访举报转办和边督边改公开情况一览表 on paper: a batch as it is published."""

from collections.abc import Sequence
from datetime import datetime

from jieban.documents.typesetting import make_pdf

HEADS = (
    "序号",
    "受理编号",
    "交办问题基本情况",
    "行政区域",
    "污染类型",
    "调查核实情况",
    "是否属实",
    "办结目标",
    "处理和整改情况",
    "是否办结",
    "责任人被处理情况",
)
_WIDTHS = (0.7, 3.0, 4.2, 1.3, 1.3, 4.3, 1.1, 2.5, 4.3, 1.3, 1.9)
"""Shares of the width of the page, column by column; a number of 19 signs stands in one line."""


def letters_pdf(
    title: str, rows: Sequence[Sequence[str]], *, at: datetime, digest: str = ""
) -> bytes:
    """The table as a PDF in landscape; the heads stand on every page.

    `digest` is printed at the foot of the pages, so that paper and file can be compared.
    """
    values = {
        "title": title,
        "heads": list(HEADS),
        "widths": list(_WIDTHS),
        "rows": [list(row) for row in rows],
        "digest": digest,
    }
    return make_pdf("letters", values, at=at)
