"""The district does not exist, has the size of a real one, and is the same for every seed."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from jieban.invented import words
from jieban.invented.district import POPULATION, PREFIX, build_district

REFORM = date(2022, 12, 1)
DISTRICT = build_district(REFORM)
REAL_NAMES = Path(__file__).parents[3] / "shared/data/divisions/beijing_villages_2023.csv"


def test_it_has_the_size_of_a_real_district() -> None:
    assert Counter(area.kind for area in DISTRICT.streets) == {"街道": 24, "镇": 2}
    assert Counter(area.kind for area in DISTRICT.communities) == {"社区": 383, "村": 57}
    assert Counter(unit.kind for unit in DISTRICT.units if unit.valid_to is None) == {
        "街道办事处": 24,
        "镇政府": 2,
        "部门": 40,
        "企业": 6,
    }


def test_people_add_up_at_every_level() -> None:
    assert sum(area.population or 0 for area in DISTRICT.communities) == POPULATION
    assert sum(area.population or 0 for area in DISTRICT.streets) == POPULATION
    assert DISTRICT.areas[0].population == POPULATION
    for place, street in enumerate(DISTRICT.streets):
        within = [
            a for a, s in zip(DISTRICT.communities, DISTRICT.street_of, strict=True) if s == place
        ]
        assert sum(area.population or 0 for area in within) == street.population


def test_codes_are_of_no_province_and_of_one_entry() -> None:
    codes = [entry.code for entry in (*DISTRICT.areas, *DISTRICT.units)]
    assert len(set(codes)) == len(codes)
    assert all(code.startswith(PREFIX) for code in codes)
    known = set(codes)
    for entry in (*DISTRICT.areas, *DISTRICT.units):
        assert entry.parent is None or entry.parent in known
        assert entry.successor is None or entry.successor in known


def test_the_reform_leaves_no_gap_and_no_overlap() -> None:
    by_code = {area.code: area for area in DISTRICT.areas}
    former = [area for area in DISTRICT.areas if area.valid_to]
    assert DISTRICT.dissolved in former
    assert all(area.valid_to == REFORM for area in former)
    heirs = Counter(
        by_code[area.successor].parent for area in former if area.successor and area.kind == "社区"
    )
    assert set(heirs) == {DISTRICT.streets[place].code for place in words.DISSOLVED_INTO}
    assert sum(heirs.values()) == sum(DISTRICT.was_in_dissolved)
    for area in former:
        assert area.successor is not None
        assert by_code[area.successor].valid_from == REFORM


def test_only_one_name_is_borne_by_two_communities_and_never_in_one_street() -> None:
    twice = [name for name, n in Counter(a.name for a in DISTRICT.communities).items() if n > 1]
    assert len(twice) == 1
    within = Counter((area.parent, area.name) for area in DISTRICT.areas)
    assert max(within.values()) == 1


def test_no_other_name_of_an_entry_is_the_name_of_another() -> None:
    for entries in (DISTRICT.areas, DISTRICT.units):
        names = {entry.name for entry in entries}
        others = [other for entry in entries for other in entry.aliases]
        assert not names & set(others)
        assert len(set(others)) == len(others)
        assert sum(bool(entry.aliases) for entry in entries) > 20


def test_no_place_has_a_real_name() -> None:
    if not REAL_NAMES.exists():
        pytest.skip("the list of Beijing's communities and villages is not at hand")
    with REAL_NAMES.open(encoding="utf-8-sig") as file:
        real = "\n".join(
            f"{row['area']} {row['street']} {row['name']}" for row in csv.DictReader(file)
        )
    stems = [*words.STREETS, *words.TOWNS, *words.STEMS, words.DISSOLVED_STREET, "云川"]
    assert [stem for stem in stems if stem in real] == []
    assert [area.name for area in DISTRICT.areas if area.name in real] == []
