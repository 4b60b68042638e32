"""A planted district as files: sealed facts, the list of postings, and the truth beside them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import xlsxwriter

from jieban.domain.rulebook.periods import month_bounds, months_of
from jieban.domain.rulebook.schema import DEFAULT_ZONE, Rulebook
from jieban.domain.terms.calendar import add_months
from jieban.evaluation.facts import AREA_COLUMNS, COLUMNS, UNIT_COLUMNS, Source, write_facts
from jieban.invented.planted import ANSWERS, Planted

SOURCE = "planted"
DISTRICT = "990000"
STREETS = 26
_UNIT = "U1"


@dataclass(frozen=True)
class Written:
    """Where everything is."""

    facts: Path
    terms: Path
    truth: Path


def write(
    folder: Path,
    made: Planted,
    rulebook: Rulebook,
    last_period: str,
    *,
    on_month: Callable[[int], None] = lambda done: None,
) -> Written:
    """Facts in `folder`/facts, postings in terms.xlsx, what was put in in truth.json.

    Raises:
        Refused: `period.bad_name`, `disk.full`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    months = _months(last_period, made.design.months)
    zone = rulebook.zone(DEFAULT_ZONE)
    places = [area_code(number) for number in range(made.design.places)]
    rng = np.random.Generator(np.random.PCG64(made.counts.sum()))
    parts = []
    for number, month in enumerate(months):
        start, end = month_bounds(month, rulebook.period_rule, zone)
        parts.append((month, _rows(made, number, places, start, end, rng)))
        on_month(number + 1)
    write_facts(
        folder / "facts",
        parts,
        _areas(places),
        _units(),
        {SOURCE: Source(zone, generated=True)},
        None,
    )
    arrived = month_bounds(months[made.arrival], rulebook.period_rule, zone)[0]
    day = (arrived.astimezone(ZoneInfo(zone)) + timedelta(days=9)).date()
    _write_terms(folder / "terms.xlsx", made, day)
    truth = {
        "truth_points": made.truth,
        "communities": {
            places[place]: float(points)
            for place, points in zip(made.sent, made.truths, strict=True)
        },
        "arrival": months[made.arrival],
        "design": asdict(made.design),
    }
    text = json.dumps(truth, ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(text, encoding="utf-8")
    return Written(folder / "facts", folder / "terms.xlsx", folder / "truth.json")


def area_code(place: int) -> str:
    return f"{DISTRICT}{place % STREETS + 1:03d}{place // STREETS + 1:03d}"


def area_name(place: int) -> str:
    return f"试验{place + 1:03d}社区"


def _months(last: str, count: int) -> tuple[str, ...]:
    year, month = (int(part) for part in months_of(last)[-1].split("-"))
    first = year * 12 + month - count
    return months_of(f"{first // 12:04d}-{first % 12 + 1:02d}..{last}")


def _rows(
    made: Planted,
    month: int,
    places: list[str],
    start: datetime,
    end: datetime,
    rng: np.random.Generator,
) -> pa.Table:
    counts = made.counts[month]
    place = np.repeat(np.arange(len(places)), counts.sum(axis=1))
    answer = np.repeat(np.tile(np.arange(len(ANSWERS)), len(places)), counts.reshape(-1))
    order = rng.permutation(len(place))
    place, answer = place[order], answer[order]
    micro = int((end - start).total_seconds()) * 1_000_000
    received = np.sort(rng.integers(0, micro, len(place))) + int(start.timestamp()) * 1_000_000
    closed = received + 3 * 24 * 3600 * 1_000_000
    moment = pa.timestamp("us", tz="UTC")

    def said(name: str) -> pa.Array:
        return pa.array([getattr(each, name) for each in ANSWERS]).take(pa.array(answer))

    none = pa.nulls(len(place))
    columns = {
        "fact_id": pa.array([f"{month:03d}-{number}" for number in range(len(place))]),
        "received_at": pa.array(received, moment),
        "closed_at": pa.array(closed, moment),
        "area_id": pa.array(places).take(pa.array(place)),
        "unit_id": pa.array([_UNIT] * len(place)),
        "role": pa.array(["lead"] * len(place)),
        "contacted": said("contacted"),
        "valid": pa.array(np.ones(len(place), dtype=bool)),
        "resolved": said("resolved"),
        "satisfaction": said("satisfaction"),
        "counts_for_area": pa.array(np.ones(len(place), dtype=bool)),
        "source": pa.array([SOURCE] * len(place)),
    }
    columns["case_number"] = columns["fact_id"]
    return pa.table(
        {column.name: columns.get(column.name, none).cast(column.type) for column in COLUMNS}
    )


def _areas(places: list[str]) -> pa.Table:
    rows = [{"id": DISTRICT, "name": "试验区", "kind": "district"}]
    rows += [
        {
            "id": f"{DISTRICT}{n:03d}",
            "name": f"试验{n:02d}街道",
            "kind": "street",
            "parent": DISTRICT,
        }
        for n in range(1, STREETS + 1)
    ]
    rows += [
        {"id": code, "name": area_name(number), "kind": "community", "parent": code[:9]}
        for number, code in enumerate(places)
    ]
    return pa.table(
        {
            column.name: pa.array([row.get(column.name) for row in rows], column.type)
            for column in AREA_COLUMNS
        }
    )


def _units() -> pa.Table:
    row: dict[str, str] = {"id": _UNIT, "name": "试验承办单位", "kind": "department"}
    return pa.table(
        {column.name: pa.array([row.get(column.name)], column.type) for column in UNIT_COLUMNS}
    )


def _write_terms(path: Path, made: Planted, start: date) -> None:
    heads = [
        "cohort",
        "official",
        "home organisation",
        "community",
        "start",
        "end",
        "extended until",
    ]
    end = add_months(start, 6)
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("terms")
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, heads)
        for line, place in enumerate(made.sent.tolist(), start=1):
            sheet.write_row(line, 0, [1, f"生成干部{line:02d}", "试验单位", area_name(place)])
            for column, moment in ((4, start), (5, end)):
                at = datetime(moment.year, moment.month, moment.day, tzinfo=UTC).replace(
                    tzinfo=None
                )
                sheet.write_datetime(line, column, at, day)
