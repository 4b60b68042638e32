"""Every exact cell against a second, naive calculation written from the contract alone."""

import tempfile
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings

from jieban.domain.rulebook.schema import load, read
from jieban.evaluation.cube import windows_of
from jieban.evaluation.engines import engine
from jieban.evaluation.levels import evaluate_level
from jieban.evaluation.tables import table_of
from tests.evaluation.drawn import AREAS, END, START, UNITS, drawn_rows, sealed

# p1 is a part of street s2 and of community c1: the one area with two entries above it.
COMMUNITY = {"c1": "c1", "c2": "c2", "v3": "v3", "lost": "lost", "p1": "c1"}
STREET = {"s1": "s1", "s2": "s2", "s3": "s3", "c1": "s1", "c2": "s1", "v3": "s2", "p1": "s2"}
PLACES = {
    "street": ({"s1", "s2", "s3"}, STREET),
    "community": ({"c1", "c2", "v3", "lost"}, COMMUNITY),
    "district": ({"d"}, {**dict.fromkeys(STREET, "d"), "d": "d"}),
    "unit": ({unit["id"] for unit in UNITS}, {unit["id"]: unit["id"] for unit in UNITS}),
}
MINIMUM = 3
SMALL_MINIMUM = f"""
[rulebook]
name = "small-minimum"
like = "beijing-district"
[rank]
minimum = {MINIMUM}
"""


def half_up(value, decimals):
    """Through Decimal's own rounding: a way the product does not take."""
    exact = value
    if isinstance(value, Fraction):
        exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def naive_score(rows, excluded_too, weights, zero):
    valid = [r for r in rows if r["valid"] and (excluded_too or not r["excluded_ground"])]
    if not valid:
        return Fraction(0) if zero and rows else None
    v = len(valid)
    response = Fraction(100 * sum(bool(r["contacted"]) for r in valid), v)
    resolution = Fraction(100 * sum(bool(r["resolved"]) for r in valid), v)
    worth = {"satisfied": Fraction(1), "mostly_satisfied": Fraction(9, 10)}
    satisfaction = 100 * sum(worth.get(r["satisfaction"], Fraction(0)) for r in valid) / v
    w1, w2, w3 = (Fraction(weight) for weight in weights)
    return w1 * response + w2 * resolution + w3 * satisfaction


def naive_table(rows, level, weights=("0.10", "0.50", "0.40"), zero=False, minimum=MINIMUM):
    """Per place: counts, rates, score, raw score in millionths, and the place in its group."""
    ids, target = PLACES[level]
    key = "unit_id" if level == "unit" else "area_id"
    counted = [
        r
        for r in rows
        if r["role"] in ("lead", "dual")
        and r["kind"] != "enquiry"
        and (level == "unit" or r["counts_for_area"])
    ]
    found = {}
    for place in [*ids, None]:
        here = [r for r in counted if (target.get(r[key]) if r[key] else None) == place]
        received = [r for r in here if START <= r["received_at"] < END]
        closed = [r for r in here if r["closed_at"] and START <= r["closed_at"] < END]
        valid = [r for r in received if r["valid"] and not r["excluded_ground"]]
        score = naive_score(received, False, weights, zero)
        raw = naive_score(received, True, weights, zero)
        found[place] = {
            "受理量": len(received),
            "办结量": len(closed),
            "有效回访": len(valid),
            "联系数": sum(bool(r["contacted"]) for r in valid),
            "解决数": sum(bool(r["resolved"]) for r in valid),
            "满意数": sum(r["satisfaction"] == "satisfied" for r in valid),
            "基本满意": sum(r["satisfaction"] == "mostly_satisfied" for r in valid),
            "剔除数": sum(bool(r["excluded_ground"]) for r in received),
            "挂账数": sum(bool(r["held"]) for r in received),
            "综合成绩": None if score is None else half_up(half_up(score, 6), 2),
            "原始成绩": None if raw is None else half_up(half_up(raw, 6), 2),
            "score": None if score is None else half_up(score, 6),
            "small": len(valid) < minimum,
        }
        for head, count in (("响应率(%)", "联系数"), ("解决率(%)", "解决数")):
            rate = Fraction(100 * found[place][count], len(valid)) if valid else None
            found[place][head] = None if rate is None else half_up(rate, 2)
    for place in ids:
        mine = found[place]
        group = [
            other["score"]
            for name, other in found.items()
            if name in ids and other["score"] is not None and other["small"] == mine["small"]
        ]
        better = sum(score > mine["score"] for score in group) if mine["score"] is not None else 0
        mine["排名"] = None if mine["score"] is None else better + 1
    return found


@given(rows=drawn_rows)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_exact_cell_is_what_the_contract_says(rows):
    rules = read(SMALL_MINIMUM, "small")
    windows = windows_of(rules, "2023-10", {})
    with tempfile.TemporaryDirectory() as folder:
        facts = sealed(Path(folder), rows)
        cubes = engine("numpy").count(facts, windows, enquiries=False)
    for level in PLACES:
        places = facts.units if level == "unit" else facts.areas
        period = rules.period("2023-10")
        evaluated = evaluate_level(level, cubes, places, rules, period, intervals=False)
        table = table_of(evaluated, rules)
        expected = naive_table(rows, level)
        lines = [dict(zip(table.heads, row, strict=True)) for row in table.rows]
        assert [row.id for row in evaluated.rows] == naive_order(expected, level)
        for row, line in zip(evaluated.rows, lines, strict=False):
            agree(line, expected[row.id])
        summaries = {line.get("区域", line.get("承办单位")): line for line in lines}
        if expected[None]["受理量"] or expected[None]["办结量"]:
            unattributed = {k: v for k, v in expected[None].items() if k != "排名"}
            agree(summaries["未归属"], unattributed)
            assert summaries["未归属"]["排名"] is None
        else:
            assert "未归属" not in summaries
        for head in ("受理量", "办结量", "有效回访", "满意数", "剔除数"):
            assert summaries["合并计算"][head] == sum(line[head] for line in expected.values())


def naive_order(expected, level):
    """Main group by rank, small by rank, unranked; directory order within."""
    entries = UNITS if level == "unit" else AREAS
    directory = [entry["id"] for entry in entries if entry["id"] in expected]

    def order(place):
        line = expected[place]
        group = 2 if line["score"] is None else 1 if line["small"] else 0
        return group, line["排名"] or 0, directory.index(place)

    return sorted(directory, key=order)


def agree(line, expected):
    for head, value in expected.items():
        if head in line:
            assert line[head] == value, head


@given(rows=drawn_rows)
@settings(max_examples=12, deadline=None)
def test_the_mean_line_is_the_mean_over_those_with_call_backs(rows):
    rules = load("beijing-district")
    with tempfile.TemporaryDirectory() as folder:
        facts = sealed(Path(folder), rows)
        windows = windows_of(rules, "2023-10", {})
        cubes = engine("numpy").count(facts, windows, enquiries=False)
    level = evaluate_level(
        "unit", cubes, facts.units, rules, rules.period("2023-10"), intervals=False
    )
    received = [r for r in rows if START <= r["received_at"] < END]
    scores = []
    for unit in UNITS:
        mine = [
            r
            for r in received
            if r["unit_id"] == unit["id"]
            and r["role"] in ("lead", "dual")
            and r["kind"] != "enquiry"
        ]
        scores.append(naive_score(mine, False, ("0.1", "0.5", "0.4"), zero=False))
    known = [score for score in scores if score is not None]
    assume(known)
    assert level.mean.score == int(half_up(sum(known) / len(known), 6).scaleb(6))


@pytest.mark.parametrize(
    ("name", "weights"),
    [("beijing-district", ("0.1", "0.5", "0.4")), ("weights-30-35-35", ("0.3", "0.35", "0.35"))],
)
@given(rows=drawn_rows)
@settings(max_examples=8, deadline=None)
def test_scores_follow_the_weights_of_the_rulebook(name, weights, rows):
    rules = load(name)
    with tempfile.TemporaryDirectory() as folder:
        facts = sealed(Path(folder), rows)
        windows = windows_of(rules, "2023-10", {})
        cubes = engine("numpy").count(facts, windows, enquiries=False)
    level = evaluate_level(
        "unit", cubes, facts.units, rules, rules.period("2023-10"), intervals=False
    )
    expected = naive_table(rows, "unit", weights)
    for row in level.rows:
        score = expected[row.id]["score"]
        assert row.score == (None if score is None else int(score.scaleb(6)))
