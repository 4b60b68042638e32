"""Messy exports, imported and evaluated, against a calculation that shares no code with it.

Rows are drawn plainly, the expected table is worked out from them with fractions, and only
then are they written down as messily as real exports are.
"""

import csv
import random
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import openpyxl
import pytest

STREETS = ("青禾街道", "白石镇", "云门街道")
SATISFACTIONS = ("满意", "基本满意", "一般", "不满意", "")
UNITS = (*STREETS, "区城管执法局", "区住房建设委")
HEADS = {
    "number": ("工单编号", "工单号", "诉求编号"),
    "kind": ("工单类型", "诉求类型"),
    "street": ("被反映街乡镇", "街乡镇"),
    "community": ("所在村社区", "村/社区"),
    "unit": ("主办单位", "承办单位", "责任单位"),
    "role": ("工单性质",),
    "received": ("创建时间", "来电时间", "受理时间"),
    "closed": ("办结时间", "结案时间"),
    "valid": ("是否有效回访",),
    "contacted": ("是否联系",),
    "resolved": ("是否解决",),
    "satisfaction": ("是否满意", "满意度"),
    "text": ("主要内容", "诉求内容"),
    "extra": ("七有五性",),
}


@dataclass(frozen=True)
class Row:
    number: str
    kind: str
    street: str
    community: str
    unit: str
    role: str
    received: datetime
    closed: datetime | None
    valid: str
    contacted: str
    resolved: str
    satisfaction: str
    text: str = "路灯不亮"
    extra: str = "七有"


def draw_rows(draw: random.Random, count: int) -> list[Row]:
    start = datetime(2023, 9, 10)  # noqa: DTZ001 - an export carries no zone
    rows = []
    for number in range(count):
        street = draw.choice(STREETS)
        received = start + timedelta(seconds=draw.randrange(50 * 86_400))
        if draw.random() < 0.1:
            received = draw.choice(
                (
                    datetime(2023, 9, 19),  # noqa: DTZ001
                    datetime(2023, 9, 18, 23, 59, 59),  # noqa: DTZ001
                    datetime(2023, 10, 18, 23, 59, 59),  # noqa: DTZ001
                    datetime(2023, 10, 19),  # noqa: DTZ001
                )
            )
        closed = received + timedelta(seconds=draw.randrange(20 * 86_400))
        row = Row(
            number=f"GD-{number:05d}",
            kind=draw.choices(("诉求", "咨询", ""), (8, 1, 1))[0],
            street=street,
            community=draw.choice(("不详", "", *(f"{street[:2]}{n}社区" for n in "一二三四"))),
            unit=draw.choice((street, *UNITS)),
            role=draw.choices(("主办", "双派", "协办", "转办", ""), (12, 1, 1, 1, 2))[0],
            received=received,
            closed=draw.choices((closed, None), (5, 1))[0],
            valid=draw.choices(("是", "否", ""), (6, 1, 1))[0],
            contacted=draw.choices(("是", "否", "", "未知"), (16, 2, 1, 1))[0],
            resolved=draw.choices(("是", "否", "", "部分"), (12, 3, 1, 1))[0],
            satisfaction=draw.choices(("满意", "基本满意", "一般", "不满意", ""), (9, 3, 1, 2, 1))[
                0
            ],
        )
        rows.append(row)
        if row.role == "主办" and draw.random() < 0.1:
            twin = {**row.__dict__, "unit": "区城管执法局", "role": "双派"}
            if row.unit != "区城管执法局":
                rows.append(Row(**twin))
    return rows


class Tally:
    def __init__(self) -> None:
        self.counts: dict[str, int] = defaultdict(int)

    def line(self) -> dict[str, str]:
        n = self.counts
        line = {
            "受理量": str(n["received"]),
            "办结量": str(n["closed"]),
            "有效回访": str(n["valid"]),
            "联系数": str(n["contacted"]),
            "解决数": str(n["resolved"]),
            "满意数": str(n["满意"]),
            "基本满意": str(n["基本满意"]),
        }
        if not n["valid"]:
            return line | {"响应率(%)": "", "解决率(%)": "", "满意率(%)": "", "综合成绩": ""}
        v = n["valid"]
        response, resolution = Fraction(100 * n["contacted"], v), Fraction(100 * n["resolved"], v)
        satisfaction = 100 * (n["满意"] + Fraction(9, 10) * n["基本满意"]) / v
        score = response / 10 + resolution / 2 + satisfaction * 4 / 10
        return line | {
            "响应率(%)": two(response),
            "解决率(%)": two(resolution),
            "满意率(%)": two(satisfaction),
            "综合成绩": two(Fraction(int(score * 10**6 + Fraction(1, 2)), 10**6)),
        }


def two(value: Fraction) -> str:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return str(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def expected(rows: list[Row], by: str) -> dict[str, dict[str, str]]:
    """The counting of the contract, row by row, for 2023-10."""
    start, end = datetime(2023, 9, 19), datetime(2023, 10, 19)  # noqa: DTZ001
    counted = [row for row in rows if row.role in ("主办", "双派", "") and row.kind != "咨询"]
    first: dict[str, Row] = {}
    for row in counted:
        held = first.get(row.number)
        if held is None or (held.role == "双派" and row.role != "双派"):
            first[row.number] = row
    tallies: dict[str, Tally] = defaultdict(Tally)
    for row in counted:
        if by != "unit" and first[row.number] is not row:
            continue
        name = getattr(row, by)
        if name in ("", "不详"):
            name = "未归属"
        n = tallies[name].counts
        if start <= row.received < end:
            n["received"] += 1
            if row.valid == "是":
                n["valid"] += 1
                n["contacted"] += row.contacted == "是"
                n["resolved"] += row.resolved == "是"
                n[row.satisfaction] += 1
        if row.closed is not None and start <= row.closed < end:
            n["closed"] += 1
    return {name: tally.line() for name, tally in tallies.items()}


def messy(draw: random.Random, value: str) -> str:
    """White space and wide letters, as they creep in."""
    if value and draw.random() < 0.1:
        value = f" {value}\u3000"
    if draw.random() < 0.05:
        value = value.translate({ord("0") + n: 0xFF10 + n for n in range(10)})
    return value


def messy_time(draw: random.Random, moment: datetime | None) -> str:
    if moment is None:
        return ""
    forms = ["%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H时%M分%S秒"]
    if not moment.second:
        forms.append("%Y-%m-%d %H:%M")
    return moment.strftime(draw.choice(forms))


def write_messily(draw: random.Random, folder: Path, rows: list[Row]) -> list[Path]:
    """Three files: a workbook with titles and merges and dates, GB18030, UTF-8 without BOM."""
    cuts = sorted(draw.sample(range(1, len(rows)), 2))
    parts = [rows[: cuts[0]], rows[cuts[0] : cuts[1]], rows[cuts[1] :]]
    files = []
    for place, part in enumerate(parts):
        names = list(HEADS)
        draw.shuffle(names)
        head = [draw.choice(HEADS[name]) for name in names]
        body = []
        for row in part:
            cells = {name: messy(draw, getattr(row, name)) for name in names if name not in TIMES}
            cells |= {name: getattr(row, name) for name in TIMES}
            body.append([cells[name] for name in names])
        if place == 0:
            files.append(_workbook(draw, folder / "一.xlsx", names, head, body))
        else:
            encoding = ("gb18030", "utf-8")[place - 1]
            files.append(_text(draw, folder / f"{place}.csv", names, head, body, encoding))
    return files


TIMES = ("received", "closed")


def _workbook(draw, path, names, head, body):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "区街道乡镇"
    sheet.append(["云川区诉求明细表（虚构）"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(head))
    sheet.append(["导出时间：2023-10-30"])
    sheet.append(head)
    for cells in body:
        sheet.append(
            [
                messy_time(draw, cell) if name in TIMES and draw.random() < 0.5 else cell
                for name, cell in zip(names, cells, strict=True)
            ]
        )
    sheet.append(["合计", len(body)])
    book.create_sheet("说明").append(["本表仅供内部使用"])
    book.save(path)
    return path


def _text(draw, path, names, head, body, encoding):
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for cells in body:
            writer.writerow(
                [
                    messy_time(draw, cell) if name in TIMES else cell
                    for name, cell in zip(names, cells, strict=True)
                ]
            )
            if draw.random() < 0.02:
                writer.writerow([])
    return path


def read_table(path: Path) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    named = "承办单位" if "承办单位" in lines[0] else "区域"
    return {line[named]: line for line in lines}


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_messy_export_gives_the_table_worked_out_by_hand(jieban, tmp_path, seed):
    draw = random.Random(seed)
    rows = draw_rows(draw, 600)
    for file in write_messily(draw, tmp_path, rows):
        answer = jieban.json("cases", "import", file)["imports"][0]
        assert answer["rejected"] == 0, answer
    assert jieban.json("cases", "count")["count"] == len({row.number for row in rows})
    for by in ("unit", "street", "community"):
        out = tmp_path / f"{by}.csv"
        options = ("--rulebook", "beijing-district", "--by", by, "--out", out)
        jieban("evaluate", "run", "--period", "2023-10", *options)
        table = read_table(out)
        wanted = expected(rows, by)
        for name, line in wanted.items():
            assert {head: table[name][head] for head in line} == line, (by, name)
        extra = set(table) - set(wanted) - {"各单位平均", "合并计算"}
        assert all(table[name]["受理量"] == "0" for name in extra)
