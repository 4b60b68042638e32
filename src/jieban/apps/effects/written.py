"""Effects as files: everything as JSON, the communities as a table."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import Any

import xlsxwriter

from jieban.apps.effects.selectors import Found
from jieban.domain.words import word
from jieban.evaluation.effects import as_json
from jieban.evaluation.effects.estimates import ADJUSTED

_HEADS = (
    "区划代码", "社区(村)", "批次", "到任日期", "到任月", "已知月数", "派驻前", "派驻后",
    "变化(点)", "变化(%)", "总体趋势(点)", "均值回归(点)", "预期", "估计差异(点)", "区间下限",
    "区间上限",
    "派驻前有效回访", "派驻后有效回访", "派驻前排名", "派驻前名单", "派驻后排名", "派驻后名单",
)  # fmt: skip


def as_file(found: Found, form: str) -> bytes:
    """The content of the file; `form` is json, csv or xlsx."""
    if form == "json":
        document = as_json(found.effects) | {"facts": found.facts_digest}
        return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    rows = _rows(found)
    return _csv(rows) if form == "csv" else _xlsx(rows, word(found.effects.measure))


def _rows(found: Found) -> list[list[Any]]:
    effects = found.effects
    rows: list[list[Any]] = []
    for one in effects.communities[effects.measure]:
        place = effects.panel.places[one.place]
        estimate, ranks = one.estimates.get(ADJUSTED), one.standings
        rows.append(
            [
                place.id,
                place.name,
                one.sent.cohort,
                one.sent.start.isoformat(),
                one.arrival,
                one.months,
                _two(one.rise.before),
                _two(one.rise.after),
                _two(one.rise.change),
                _two(one.rise.change_percent),
                _two(one.rise.trend),
                _two(one.rise.rebound),
                _two(one.expected),
                *(
                    (None, None, None)
                    if estimate is None
                    else (_two(estimate.points), _two(estimate.low), _two(estimate.high))
                ),
                one.answers_before,
                one.answers_after,
                *(
                    (None,) * 4
                    if ranks is None
                    else (ranks.before, ranks.before_of, ranks.after, ranks.after_of)
                ),
            ]
        )
    return rows


def _two(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value)).quantize(Decimal("0.01"))


def _csv(rows: list[list[Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_HEADS)
    writer.writerows([["" if cell is None else cell for cell in row] for row in rows])
    return text.getvalue().encode("utf-8-sig")


def _xlsx(rows: list[list[Any]], title: str) -> bytes:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as book:
        sheet = book.add_worksheet(title[:31])
        sheet.freeze_panes(1, 2)
        sheet.write_row(0, 0, _HEADS, book.add_format({"bold": True}))
        for line, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, Decimal | int):
                    sheet.write_number(line, column, cell)
                elif cell is not None:
                    sheet.write_string(line, column, str(cell))
        sheet.autofit()
    return kept.getvalue()
