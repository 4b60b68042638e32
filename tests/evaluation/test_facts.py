"""The folder of facts: sealed by content, checked in full where it is not sealed."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jieban.domain.errors import Refused
from jieban.evaluation.facts import FactsFolder, Source, write_facts
from tests.evaluation.drawn import (
    AREAS,
    INSIDE,
    area_table,
    fact,
    facts_table,
    plain,
    sealed,
    unit_table,
)


def refusal(act, *arguments):
    with pytest.raises(Refused) as refused:
        act(*arguments)
    assert refused.value.message("zh")
    assert refused.value.message("en")
    return refused.value


def test_the_same_facts_are_the_same_files_and_not_written_again(tmp_path):
    first = sealed(tmp_path, [fact(1), fact(2)])
    written = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.parquet")}
    again = sealed(tmp_path, [fact(2), fact(1)])
    assert again.digest == first.digest
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.parquet")} == written
    opened = FactsFolder.open(tmp_path)
    assert opened.digest == first.digest
    assert opened.ledger_number == 7


def test_a_correction_adds_a_part_and_keeps_the_old_one(tmp_path):
    before = sealed(tmp_path, [fact(1)])
    after = sealed(tmp_path, [fact(1, resolved=False)])
    assert before.parts[0].name != after.parts[0].name
    assert (tmp_path / before.parts[0].name).exists()


@pytest.mark.parametrize(
    ("rows", "code", "column", "row"),
    [
        ([fact(1), fact(1, case_number="M")], "facts.fact_twice", "fact_id", 2),
        ([fact(1), fact(2, case_number="N1")], "facts.case_twice", "counts_for_area", 2),
        ([fact(1), fact(2), fact(3, area_id="x")], "facts.unknown_id", "area_id", 3),
        ([fact(1, unit_id="x")], "facts.unknown_id", "unit_id", 1),
        ([fact(1), fact(2, role="boss")], "facts.unknown_word", "role", 2),
        ([fact(1), fact(2, kind="joke")], "facts.unknown_word", "kind", 2),
        ([fact(1, received_at=None)], "facts.empty_value", "received_at", 1),
    ],
)
def test_a_bad_row_is_named_with_file_and_column(tmp_path, rows, code, column, row):
    refused = refusal(plain, tmp_path / "plain", rows)
    assert refused.code == code
    assert (refused.detail["file"], refused.detail["column"]) == ("facts.parquet", column)
    assert refused.detail["row"] == row


def test_a_second_fact_of_a_case_that_does_not_count_for_the_area_is_fine(tmp_path):
    rows = [fact(1), fact(2, case_number="N1", role="dual", counts_for_area=False)]
    assert plain(tmp_path / "plain", rows).parts[0].rows == 2


def write_plain(folder, table, areas=None):
    pq.write_table(table, folder / "facts.parquet")
    pq.write_table(areas if areas is not None else area_table(), folder / "areas.parquet")
    pq.write_table(unit_table(), folder / "units.parquet")
    return FactsFolder.open(folder)


def test_a_missing_column_is_named(tmp_path):
    table = facts_table([fact(1)]).drop_columns(["resolved"])
    refused = refusal(write_plain, tmp_path, table)
    assert (refused.code, refused.detail["column"]) == ("facts.column_missing", "resolved")


@pytest.mark.parametrize(
    ("column", "values"),
    [("valid", ["是"]), ("received_at", ["2023-10-02"]), ("returns", ["2"]), ("held", [1])],
)
def test_a_wrong_type_is_named(tmp_path, column, values):
    table = facts_table([fact(1)])
    place = table.column_names.index(column)
    refused = refusal(write_plain, tmp_path, table.set_column(place, column, pa.array(values)))
    assert (refused.code, refused.detail["column"]) == ("facts.wrong_type", column)


def test_other_ways_to_write_the_same_are_read(tmp_path):
    table = facts_table([fact(1)]).drop_columns(["kind"])
    naive = pa.array([INSIDE.replace(hour=9, tzinfo=None)], pa.timestamp("ns"))
    for name, values in {
        "fact_id": pa.array([1]),
        "received_at": naive,
        "returns": pa.array([2.0]),
        "area_id": pa.array(["c1"], pa.large_string()).dictionary_encode(),
    }.items():
        table = table.set_column(table.column_names.index(name), name, values)
    folder = write_plain(tmp_path, table)
    row = folder.read(folder.parts[0], ["fact_id", "received_at", "area_id", "kind"]).to_pylist()[0]
    assert row["fact_id"] == "1"
    assert row["received_at"].hour == 1, "a moment without zone is Beijing time"
    assert (row["area_id"], row["kind"]) == ("c1", None)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"parent": "x"}, "facts.unknown_id"),
        ({"successor": "x"}, "facts.unknown_id"),
        ({"kind": "planet"}, "facts.unknown_word"),
        ({"id": "d"}, "facts.place_twice"),
        ({"parent": "c1"}, "facts.parent_circle"),
    ],
)
def test_a_broken_directory_is_refused(tmp_path, change, code):
    areas = [dict(area) for area in AREAS]
    areas[1] |= change
    if "id" in change:
        areas = areas[:2]
    assert refusal(write_plain, tmp_path, facts_table([]), area_table(areas)).code == code


def test_a_source_nobody_declared_is_refused(tmp_path):
    tables = ([("2023-10", facts_table([fact(1)]))], area_table(), unit_table())
    refused = refusal(write_facts, tmp_path, *tables, {"other": Source()}, None)
    assert refused.code == "facts.source_undeclared"
    assert not (tmp_path / "manifest.json").exists(), "the manifest comes last"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}'])
def test_an_unreadable_manifest_is_refused(tmp_path, text):
    sealed(tmp_path, [fact(1)])
    (tmp_path / "manifest.json").write_text(text)
    assert refusal(FactsFolder.open, tmp_path).code == "facts.bad_manifest"


def test_the_seal_covers_the_directory(tmp_path):
    facts = sealed(tmp_path, [fact(1)])
    (tmp_path / facts.files["areas"][0]).write_bytes(b"x")
    assert refusal(FactsFolder.open, tmp_path).code == "facts.part_changed"


def test_a_file_that_is_not_parquet_is_refused(tmp_path):
    plain(tmp_path, [fact(1)])
    (tmp_path / "more.parquet").write_bytes(b"not parquet")
    assert refusal(FactsFolder.open, tmp_path).code == "facts.not_parquet"


def test_the_manifest_is_the_plan(tmp_path):
    sealed(tmp_path, [fact(1)])
    manifest = json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest) == {"format", "files", "sources", "ledger_number", "digest"}
    assert set(manifest["files"]) == {"areas", "units", "parts"}
    assert manifest["sources"] == {"12345": {"zone": "Asia/Shanghai", "generated": False}}
