"""Rulebooks: what is shipped is right, what is wrong is named with its key."""

from decimal import Decimal

import pytest

from jieban.domain.errors import Refused
from jieban.domain.rulebook.diff import difference
from jieban.domain.rulebook.schema import KEYS, from_table, load, read, shipped_names

HEAD = '[rulebook]\nname = "mine"\nlike = "beijing-district"\n'


def problems(text):
    with pytest.raises(Refused) as refused:
        read(text, "mine.toml")
    assert refused.value.code == "rulebook.invalid"
    return {each.detail["key"]: each for each in refused.value.detail["problems"]}


def test_five_rulebooks_are_shipped():
    assert shipped_names() == [
        "311-on-time",
        "beijing-district",
        "beijing-district-as-printed",
        "example-piecewise",
        "weights-30-35-35",
    ]


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_rulebook_bears_its_file_name_and_survives_a_manifest(name):
    rules = load(name)
    assert rules.name == name
    assert from_table(rules.as_table(), name) == rules
    assert rules.document
    assert rules.source


def test_beijing_district_is_the_contract():
    rules = load("beijing-district")
    assert [(part.rate, part.weight) for part in rules.parts] == [
        ("response", Decimal("0.10")),
        ("resolution", Decimal("0.50")),
        ("satisfaction", Decimal("0.40")),
    ]
    assert (rules.rank_on, rules.rank_minimum, rules.print_decimals) == (6, 20, 2)
    assert rules.mostly_satisfied == Decimal("0.9")


def test_the_piecewise_example_has_fifty_points():
    assert sum(part.cap for part in load("example-piecewise").parts) == 50


def test_every_wrong_key_is_named_at_once_with_a_suggestion():
    found = problems(HEAD + "[rank]\nminimun = 3\non = 7\n[print]\ndecimals = true\n")
    assert set(found) == {"rank.minimun", "rank.on", "print.decimals"}
    assert found["rank.minimun"].detail["suggestion"] == "rank.minimum"
    assert found["rank.on"].detail["allowed"] == "0..6"
    assert found["print.decimals"].detail["found"] == "true"


def test_a_missing_key_is_named():
    found = problems('[rulebook]\nname = "mine"\n')
    assert {key for key in KEYS if KEYS[key].required} - {"rulebook.name"} <= set(found)
    assert {"score.parts", "exclusions.grounds"} <= set(found)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[[score.parts]]\nrate = "speed"\nweight = 1\n', "score.parts[0].rate"),
        ('[[score.parts]]\nrate = "on_time"\nweight = 0.9\n', "score.parts[*].weight"),
        ('[[score.parts]]\nrate = "on_time"\n', "score.parts[0]"),
        ('[[score.parts]]\nrate = "on_time"\nweight = 1\ncap = 3\n', "score.parts[0]"),
        ('[[score.parts]]\nrate = "on_time"\nweight = nan\n', "score.parts[0].weight"),
        ("[tiers]\nborders = [90, 95, 80]\n", "tiers.borders"),
        ('[tiers]\nletters = ["A"]\n', "tiers.letters"),
        ('[period]\nzone = "Mars/Base"\n', "period.zone"),
        ("[rank]\nminimum = -1\n", "rank.minimum"),
        ("[satisfaction]\nmostly_satisfied = 1.1\n", "satisfaction.mostly_satisfied"),
        (
            '[[exclusions.grounds]]\ncode = "weather"\nzh = ""\nen = ""\n',
            "exclusions.grounds[0].code",
        ),
        ("[publish]\nappeal_days = 5.5\n", "publish.appeal_days"),
        ("[closed]\nwindow = 3\n", "closed.window"),
    ],
)
def test_a_wrong_value_is_named_by_its_dotted_key(text, key):
    assert key in problems(HEAD + text)


def test_a_valid_to_before_valid_from_is_refused():
    text = HEAD.replace("like", "valid_from = 2024-01-01\nvalid_to = 2023-01-01\nlike")
    assert "rulebook.valid_to" in problems(text)


def test_unknown_names_say_what_is_shipped():
    with pytest.raises(Refused) as refused:
        load("beijing")
    assert refused.value.code == "rulebook.unknown"
    assert "beijing-district" in refused.value.message("en")


@pytest.mark.parametrize("text", ["[", "a = 1\na = 2", "x = 2020-13-45"])
def test_what_is_not_toml_is_refused(text, tmp_path):
    (tmp_path / "r.toml").write_text(text)
    with pytest.raises(Refused) as refused:
        load(tmp_path / "r.toml")
    assert refused.value.code == "rulebook.not_toml"


def test_the_digest_is_of_what_it_says_not_of_how_it_is_written():
    plain = read(HEAD + "[rank]\nminimum = 20\n", "a")
    spaced = read("# a comment\n" + HEAD + "\n[rank]\n\nminimum=20 # the same\n", "b")
    other = read(HEAD + "[rank]\nminimum = 21\n", "c")
    assert plain.digest == spaced.digest != other.digest


def test_equal_numbers_are_the_same_rule():
    one, other = (
        read(HEAD + f"[satisfaction]\nmostly_satisfied = {worth}\n", "r")
        for worth in ("0.9", "0.90")
    )
    assert one.digest == other.digest


def test_a_difference_names_key_before_and_after():
    found = {
        d.key: (d.before, d.after)
        for d in difference(load("beijing-district"), load("weights-30-35-35"))
    }
    assert found["score.parts.response.weight"] == ("0.1", "0.3")
    assert "rank.on" not in found
    assert difference(load("311-on-time"), load("311-on-time")) == []


def test_the_rulebook_names_its_months():
    rules = load("beijing-district")
    assert [each.name for each in rules.periods("2022")] == [f"2022-{m:02d}" for m in range(1, 13)]
    assert load("311-on-time").period("2023-10", "America/Chicago").start.hour == 5
