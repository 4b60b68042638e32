"""Every engine counts the same, row for row, on whatever facts there are."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from jieban.domain.rulebook.schema import load
from jieban.evaluation.cube import added, read_cubes, windows_of, write_cubes
from jieban.evaluation.engines import ENGINES, engine
from jieban.evaluation.engines.duckdb_ import statement
from jieban.evaluation.outcome import (
    ALPHABET,
    CODES,
    DIGITS,
    encode_row,
    encode_table,
    pack,
    unpack,
)
from tests.evaluation.drawn import END, INSIDE, START, drawn_rows, fact, facts_table, plain, sealed

GOLDEN = Path(__file__).parent / "counts.golden.sql"
ZONES = {"12345": "Asia/Shanghai", "311": "America/Chicago"}
RULEBOOKS = ["beijing-district", "beijing-district-as-printed", "311-on-time"]


@given(rows=drawn_rows)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.parametrize("name", RULEBOOKS)
def test_all_engines_count_the_same(name, rows):
    rules = load(name)
    windows = windows_of(rules, "2023-09..2023-10", ZONES)
    with tempfile.TemporaryDirectory() as folder:
        facts = sealed(Path(folder), rows, zones=ZONES)
        for enquiries in (False, True):
            cubes = [engine(each).count(facts, windows, enquiries=enquiries) for each in ENGINES]
            assert cubes[0] == cubes[1] == cubes[2]
            assert len({each.digest for each in cubes}) == 1


@given(rows=drawn_rows)
@settings(max_examples=30, deadline=None)
def test_the_vectorised_code_is_the_plain_one(rows):
    table = facts_table(rows)
    assert encode_table(table).tolist() == [encode_row(row) for row in table.to_pylist()]


def test_every_code_is_one_outcome_and_fits_its_type():
    assert CODES == 26_880 < 65_536
    assert [pack(unpack(code)) for code in range(CODES)] == list(range(CODES))
    assert unpack(0)._fields == tuple(digit.name for digit in DIGITS)
    assert ALPHABET == 4096


@pytest.mark.parametrize("name", list(ENGINES))
@pytest.mark.parametrize(
    ("moment", "counts"),
    [(START, 1), (END, 0), (INSIDE, 1)],
)
def test_a_window_takes_its_first_moment_and_not_its_last(tmp_path, name, moment, counts):
    facts = sealed(tmp_path, [fact(1, received_at=moment, closed_at=None)])
    windows = windows_of(load("beijing-district"), "2023-10", ZONES)
    cubes = engine(name).count(facts, windows, enquiries=False)
    assert sum(cubes.received_by_unit["count"].to_pylist()) == counts


@pytest.mark.parametrize("name", list(ENGINES))
def test_a_folder_without_manifest_counts_the_same(tmp_path, name):
    rows = [fact(1), fact(2, area_id=None), fact(3, valid=None, role="joint")]
    windows = windows_of(load("beijing-district"), "2023-10", ZONES)
    one, other = plain(tmp_path / "plain", rows), sealed(tmp_path / "sealed", rows)
    count = engine(name).count
    assert count(one, windows, enquiries=False) == count(other, windows, enquiries=False)


def test_a_part_outside_every_window_is_not_read(tmp_path):
    late = fact(2, received_at=END.replace(year=2024), closed_at=None)
    facts = sealed(tmp_path, [fact(1), late])
    (tmp_path / facts.parts[-1].name).write_bytes(b"never read")
    windows = windows_of(load("beijing-district"), "2023-10", ZONES)
    cubes = engine("numpy").count(facts, windows, enquiries=False)
    assert cubes.received_by_unit["count"].to_pylist() == [1]


def test_overlapping_closed_windows_count_a_row_once_in_each(tmp_path):
    facts = sealed(tmp_path, [fact(1, closed_at=START.replace(day=17))])
    windows = windows_of(load("beijing-district-as-printed"), "2023-09..2023-10", ZONES)
    for name in ENGINES:
        cubes = engine(name).count(facts, windows, enquiries=False)
        assert cubes.closed_by_unit["period"].to_pylist() == ["2023-09", "2023-10"]


def test_cubes_add_up_and_keep(tmp_path):
    facts = sealed(tmp_path, [fact(n, category_id="") for n in range(3)])
    windows = windows_of(load("beijing-district"), "2023-10", ZONES)
    cubes = engine("numpy").count(facts, windows, enquiries=False)
    assert added([cubes, cubes]).received_by_unit["count"].to_pylist() == [6]
    write_cubes(cubes, tmp_path / "cubes.parquet")
    assert read_cubes(tmp_path / "cubes.parquet") == cubes


def test_the_statement_an_auditor_reads_is_the_golden_one():
    windows = windows_of(load("beijing-district"), "2023-10", ZONES)
    assert statement(windows, enquiries=False) == GOLDEN.read_text(encoding="utf-8")


def test_a_hostile_source_name_is_only_a_text_in_the_statement(tmp_path):
    name = "'); DROP TABLE facts; --"
    facts = sealed(tmp_path, [fact(n, source=name) for n in range(3)])
    windows = windows_of(load("311-on-time"), "2023-10", {name: "Asia/Shanghai"})
    assert "'''); DROP" in statement(windows, enquiries=True)
    counted = [engine(each).count(facts, windows, enquiries=True) for each in ENGINES]
    assert counted[0] == counted[1] == counted[2]
    assert counted[0].received_by_unit["count"].to_pylist() == [3]
