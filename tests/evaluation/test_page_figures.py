"""The figures of a newspaper page come out of rows, by the ordinary way."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from jieban.domain.rulebook.schema import load
from jieban.evaluation.effects import effects_of, panel_of
from jieban.evaluation.effects.postings import Named, placed
from jieban.evaluation.facts import FactsFolder
from jieban.tables.postings import read_postings
from tests.evaluation import page_district


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> tuple[Path, Path]:
    return page_district.write(tmp_path_factory.mktemp("page"))


@pytest.fixture(scope="module")
def effects(files):
    facts, terms = files
    folder = FactsFolder.open(facts)
    lines = read_postings(terms).lines
    named = [
        Named(str(line.cohort), line.official, line.street, line.community, line.start, line.end)
        for line in lines
    ]
    sent, unplaced = placed(named, folder.areas)
    assert not unplaced
    assert len(sent) == 77
    panel = panel_of(folder, load("beijing-district"))
    return effects_of(panel, sent, baseline="2022-01..2022-12")


def test_two_cohorts_make_seventy_seven(effects):
    cohorts = [each.sent.cohort for each in effects.left]
    assert cohorts == ["1"] * 26
    assert {left.reason for left in effects.left} == {"effects.baseline_late"}
    assert effects.main.sent == 51


def test_how_many_rose_by_so_many_points(effects):
    counted = effects.counted
    assert {border: each.found for border, each in counted.rises.items()} == {10: 21, 20: 4}


def test_how_far_they_climbed_in_a_list_of_440(effects):
    counted = effects.counted
    assert (counted.list_before, counted.list_after) == (440, 440)
    assert counted.total_climb == 5603
    assert round(counted.mean_climb.found, 2) == 109.86
    assert {border: each.found for border, each in counted.climbs.items()} == {50: 30, 200: 15}


def test_thresholds_are_counted_on_the_raw_score_before_exclusions(effects):
    one = effects.communities["raw_score"][0]
    assert one.standings.before == 390
    assert effects.pooled["raw_score"].rise.before == pytest.approx(72.5)


def test_the_command_says_the_same_without_the_site(files, tmp_path):
    facts, terms = files
    program = (
        "import sys; from jieban.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit as ended:\n    assert not ended.code, ended.code\n"
        "assert 'django' not in sys.modules, 'the site was loaded'\n"
    )
    words = ["programmes", "effects", "--facts", facts, "--terms", terms]
    words += ["--baseline", "2022-01..2022-12", "--format", "json"]
    done = subprocess.run(
        [sys.executable, "-c", program, "--home", str(tmp_path), *map(str, words)],
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(done.stdout)
    assert said["counted"]["total_climb"] == 5603
    assert said["counted"]["rose_more_than_points"]["10"]["found"] == 21
    assert said["pooled"]["raw_score"]["sent"] == 51
    assert said["generated"] is True
