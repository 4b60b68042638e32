"""Runs: the same inputs are the same run, a planted change is found, a period needs facts."""

import json
from datetime import timedelta

import pytest

from jieban.domain.errors import Refused
from jieban.domain.rulebook.schema import load
from jieban.evaluation import runs, tables
from jieban.evaluation.engines import ENGINES
from jieban.evaluation.explain import explain
from jieban.evaluation.facts import FactsFolder
from jieban.evaluation.levels import POOLED, UNATTRIBUTED
from jieban.evaluation.measures import RATES
from jieban.evaluation.rows import fact_rows
from tests.evaluation.drawn import AREAS, INSIDE, START, UNITS, fact, plain, sealed

BEIJING = load("beijing-district")
EARLIER = START - timedelta(days=5)


def district(count=120):
    """Two periods; every third answer unresolved now, every fourth before; some without area."""
    rows = []
    for number in range(count):
        now = number % 2 == 0
        rows.append(
            fact(
                number,
                received_at=(INSIDE if now else EARLIER) + timedelta(minutes=number),
                area_id=[None, "c1", "c1", "c2", "p1", "s1", "v3"][number % 7],
                unit_id=["u1", "u2", "u3"][number % 3],
                resolved=number % (3 if now else 4) != 0,
                satisfaction=["satisfied", "mostly_satisfied", "dissatisfied"][number % 3],
                excluded_ground="duplicate" if number % 11 == 0 else None,
                category_id=["停车管理", None, "供暖->不热"][number // 2 % 3],
                held=number % 13 == 0,
                on_time=[True, False, None][number % 3],
            )
        )
    return rows


@pytest.fixture
def facts(tmp_path):
    return sealed(tmp_path / "facts", district())


@pytest.fixture
def kept(facts, tmp_path):
    return runs.run(facts, BEIJING, "2023-10", tmp_path / "runs")


def test_made_again_it_is_the_same_run_and_nothing_is_written(facts, kept, tmp_path):
    before = {file.name: file.stat().st_mtime_ns for file in kept.folder.iterdir()}
    again = runs.run(facts, BEIJING, "2023-10", tmp_path / "runs", engine="duckdb")
    assert again.id == kept.id
    assert again.levels == kept.levels
    assert {file.name: file.stat().st_mtime_ns for file in kept.folder.iterdir()} == before


def test_every_engine_makes_the_same_files(facts, kept, tmp_path):
    for name in ENGINES:
        made = runs.run(facts, BEIJING, "2023-10", tmp_path / name, engine=name)
        for file in ("result.json", "before.json", "counts.sql", "table-community.csv"):
            assert (made.folder / file).read_bytes() == (kept.folder / file).read_bytes()


def test_what_is_loaded_is_what_was_kept(kept):
    loaded = runs.Run.load(kept.folder)
    assert loaded.levels == kept.levels
    assert loaded.before("street").rows
    assert loaded.rulebook == BEIJING


def test_a_run_verifies_from_the_files_it_cites(facts, kept):
    assert runs.verify(runs.Run.load(kept.folder), facts.path) is None


@pytest.mark.parametrize(
    ("file", "old", "new", "column"),
    [
        ("result.json", '"score": ', '"score": 1', "score"),
        ("result.json", '"resolved": ', '"resolved": 9', "counts.resolved"),
        ("table-street.csv", "柳荫街道,", "柳荫街道,1", "受理量"),
    ],
)
def test_a_planted_change_is_found(facts, kept, file, old, new, column):
    text = (kept.folder / file).read_text(encoding="utf-8")
    (kept.folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    found = runs.verify(runs.Run.load(kept.folder), facts)
    assert found is not None
    assert found.column == column
    assert found.stored != found.recomputed


def test_changed_facts_are_refused_not_recomputed(facts, kept):
    part = facts.path / facts.parts[0].name
    part.write_bytes(part.read_bytes() + b"\0")
    with pytest.raises(Refused) as refused:
        runs.verify(kept, facts.path)
    assert refused.value.code == "facts.part_changed"


def test_an_older_run_keeps_its_rows_when_facts_are_built_again(facts, kept):
    corrected = [fact(1, area_id="c2"), *district()[2:]]
    again = sealed(facts.path, corrected)
    assert again.digest != facts.digest
    assert runs.verify(runs.Run.load(kept.folder), facts.path) is None


def test_another_month_does_not_move_this_months_intervals(facts, kept, tmp_path):
    after = INSIDE + timedelta(days=40)
    later = [fact(9000 + n, received_at=after, closed_at=None) for n in range(5)]
    grown = sealed(tmp_path / "grown", [*district(), *later])
    made = runs.run(grown, BEIJING, "2023-10", tmp_path / "runs")
    assert made.levels == kept.levels


def test_a_folder_without_manifest_runs_and_verifies(tmp_path, kept):
    folder = plain(tmp_path / "plain", district())
    made = runs.run(folder, BEIJING, "2023-10", tmp_path / "runs")
    assert made.levels == kept.levels
    assert runs.verify(made, folder.path) is None


def test_a_period_without_facts_names_those_that_have_some(facts, tmp_path):
    with pytest.raises(Refused) as refused:
        runs.run(facts, BEIJING, "2020-01", tmp_path / "runs")
    assert refused.value.code == "period.no_facts"
    assert refused.value.detail["available"] == ["2023-09..2023-10"]
    assert not (tmp_path / "runs").exists()


def test_a_range_is_the_sum_of_its_months(facts, kept, tmp_path):
    both = runs.run(facts, BEIJING, "2023-09..2023-10", tmp_path / "runs")
    for row in both.level("unit"):
        now, earlier = kept.row("unit", row.id), kept.previous_row("unit", row.id)
        for count in ("received", "valid", "resolved"):
            assert row.counts[count] == now.counts[count] + earlier.counts[count]


def test_a_disk_that_refuses_leaves_nothing_behind(facts, tmp_path):
    (tmp_path / "runs").write_text("a file where the folder should be")
    with pytest.raises(Refused) as refused:
        runs.run(facts, BEIJING, "2023-10", tmp_path / "runs")
    assert refused.value.code == "disk.full"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


@pytest.mark.parametrize("level", ["street", "community", "unit", "district"])
def test_behind_every_figure_stand_as_many_rows_as_it_says(facts, kept, level):
    cited = kept.facts(facts.path)
    whole = kept.summary(level)
    lines = [*whole.rows, whole.pooled, *([whole.unattributed] if whole.unattributed else [])]
    for row in lines:
        for figure in ("received", "closed", "excluded", "held", "valid", "raw_valid"):
            found = fact_rows(kept, cited, level, row.id, figure, limit=3)
            assert found.total == row.counts[figure], (row.id, figure)
            assert len(found.rows) == min(3, found.total)
    assert kept.row(level, "none") is None


def test_the_halves_of_a_rate_open_too(facts, kept):
    row = kept.row("street", "s1")
    for rate, rule in RATES.items():
        part = fact_rows(kept, facts, "street", "s1", rate, "part").total
        mostly = row.counts[rule.mostly] if rule.mostly else 0
        assert part == row.counts[rule.part] + mostly
        whole = fact_rows(kept, facts, "street", "s1", rate, "whole").total
        assert whole == row.counts[rule.whole]


def test_rows_come_in_pages_by_time_of_receipt(facts, kept):
    everything = fact_rows(kept, facts, "unit", POOLED, "received", limit=None).rows
    page = fact_rows(kept, facts, "unit", POOLED, "received", offset=5, limit=5).rows
    assert page == everything[5:10]
    assert everything == sorted(everything, key=lambda row: row["received_at"])


def test_reasons_add_up_to_the_change(facts, kept):
    now, before = kept.row("community", "c1"), kept.previous_row("community", "c1")
    categories = runs.category_counts(kept, facts, "community", "c1")
    why = explain(before, now, BEIJING, categories)
    assert why.change == now.score - before.score == now.change.points
    assert sum(reason.contribution for reason in why.rates) == why.change
    assert abs(sum(reason.contribution for reason in why.categories) - why.change) <= 3
    assert (
        sum(now for now, _ in ((c[0]["received"], 0) for c in categories.values()))
        == (now.counts["received"])
    )
    assert why.one_answer > 0


def test_an_ended_area_hands_its_facts_to_its_successor(tmp_path):
    areas = [dict(area) for area in AREAS]
    areas[4] |= {"valid_to": START.date(), "successor": "c2"}
    rows = [fact(n, area_id="c1") for n in range(4)]
    made = runs.run(sealed(tmp_path / "f", rows, areas), BEIJING, "2023-10", tmp_path / "runs")
    assert made.row("community", "c1") is None
    assert made.row("community", "c2").counts["received"] == 4
    areas[4]["valid_to"] = INSIDE.date()
    made = runs.run(sealed(tmp_path / "g", rows, areas), BEIJING, "2023-10", tmp_path / "runs")
    assert made.row("community", "c1").counts["received"] == 4, "ended within: until the next"


def test_a_perfect_small_place_has_a_width_and_nothing_passes_a_hundred(tmp_path):
    rows = [fact(n, unit_id="u1") for n in range(22)]
    rows += [fact(100 + n, unit_id="u2", resolved=n % 5 > 0) for n in range(60)]
    made = runs.run(sealed(tmp_path / "f", rows), BEIJING, "2023-10", tmp_path / "runs")
    row = made.row("unit", "u1")
    assert row.score == 100_000_000
    assert row.score_low < 100
    assert row.score_high <= 100
    assert row.rank_low == 1


def test_small_places_are_ranked_among_themselves_and_marked(tmp_path):
    rows = [fact(n, unit_id="u1", resolved=n % 2 == 0) for n in range(20)]
    rows += [fact(50 + n, unit_id="u2") for n in range(19)]
    made = runs.run(sealed(tmp_path / "f", rows), BEIJING, "2023-10", tmp_path / "runs")
    first, second, third, fourth = made.table("unit").rows[:4]
    assert (first[1], first[14], first[15]) == ("柳荫街道办", 1, "D")
    assert (second[1], second[14], second[15]) == ("石桥街道办", 1, "A 小样本")
    assert (third[9], third[12], third[14]) == (None, None, None)
    assert made.row("unit", fourth[1]) is None
    assert "small" in made.row("unit", "u2").flags


@pytest.mark.parametrize("form", tables.FORMATS)
@pytest.mark.parametrize(
    "name", ["beijing-district", "beijing-district-as-printed", "example-piecewise", "311-on-time"]
)
def test_every_format_holds_the_same_cells(facts, tmp_path, form, name):
    made = runs.run(facts, load(name), "2023-10", tmp_path / "runs")
    table = made.table("street")
    content = tables.render(table, form)
    assert tables.render(table, form) == content, "the same table is the same file"
    (tmp_path / "file").write_bytes(content)
    read = tables.read_cells(tmp_path / "file", form)
    assert tuple(read[0]) == table.heads
    for line, row in zip(read[1:], table.rows, strict=True):
        padded = [*line, *[""] * (len(row) - len(line))]
        assert all(map(tables.same_cell, padded, row))


def test_the_csv_is_the_contracts(kept):
    text = (kept.folder / "table-unit.csv").read_bytes()
    assert text.startswith("\ufeff序号,承办单位,受理量,办结量,有效回访,联系数,解决数,".encode())
    heads = text.decode("utf-8-sig").splitlines()[0]
    assert heads == (
        "序号,承办单位,受理量,办结量,有效回访,联系数,解决数,满意数,基本满意,响应率(%),解决率(%),"
        "满意率(%),综合成绩,原始成绩,排名,档次,区间下限,区间上限,剔除数,挂账数,万人诉求比"
    )
    last = [line.split(",")[:2] for line in text.decode("utf-8-sig").splitlines()[-2:]]
    assert last == [["", "各单位平均"], ["", "合并计算"]]


def test_the_manifest_names_both_windows_rules_and_files(kept):
    manifest = json.loads((kept.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["period"]["from"] == "2023-09-19T00:00:00+08:00"
    assert manifest["period"]["to"] == "2023-10-19T00:00:00+08:00"
    assert {window["count"] for window in manifest["windows"]} == {"received", "closed"}
    assert manifest["rulebook"]["content"]["rank"]["minimum"] == 20
    assert manifest["facts"]["files"]["parts"]
    assert manifest["generated"] is False


def test_every_valid_entry_is_listed_and_what_has_none_is_a_line_of_its_own(kept):
    assert {row.id for row in kept.level("unit")} == {unit["id"] for unit in UNITS}
    level = kept.summary("community")
    assert {row.id for row in level.rows} == {"c1", "c2", "v3", "lost"}
    assert level.unattributed.id == UNATTRIBUTED
    assert level.unattributed.rank is None
    total = sum(row.counts["received"] for row in level.rows)
    assert total + level.unattributed.counts["received"] == level.pooled.counts["received"]


def test_opening_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(Refused) as refused:
        FactsFolder.open(tmp_path / "nothing")
    assert refused.value.code == "facts.no_folder"
