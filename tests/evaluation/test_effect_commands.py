"""`jieban programmes effects` on files as strangers write them."""

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner

from jieban.cli import planting
from jieban.cli.effects import effects
from jieban.cli.planting import area_code, area_name
from jieban.domain.errors import Refused
from jieban.domain.rulebook.schema import load
from jieban.invented.planted import Design, plant

HEADS = ["cohort", "official", "home organisation", "community", "start", "end", "extended until"]
START = "2023-03-05"


class Desk:
    json = False

    def __init__(self):
        self.said, self.answers = [], []

    def out(self, text=""):
        self.said.append(text)

    def answer(self, payload):
        self.answers.append(payload)


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    made = plant(Design(places=60, sent=7, call_backs=20), np.random.SeedSequence(5))
    folder = tmp_path_factory.mktemp("district")
    return made, planting.write(folder, made, load("beijing-district"), "2023-10").facts


def asked(facts, tmp_path, rows, *words, encoding="utf-8", heads=HEADS):
    path = tmp_path / "list.csv"
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows([heads, *rows])
    desk = Desk()
    given = ["--facts", str(facts), "--terms", str(path), *words]
    done = CliRunner().invoke(effects, given, obj=desk, standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done.output, desk


def rows_of(made, start=START, cohort="1", end="", extended=""):
    return [
        [cohort, f"干部{n}", "样例局", area_name(place), start, end, extended]
        for n, place in enumerate(made.sent.tolist())
    ]


def test_however_the_list_is_written_the_answer_is_the_same(district, tmp_path):
    made, facts = district
    plain, _ = asked(facts, tmp_path, rows_of(made), "--format", "json")
    coded = [
        [*row[:3], f"{area_code(place)}.0", *row[4:]]
        for row, place in zip(
            rows_of(made, "2023/3/5", cohort="1.0"), made.sent.tolist(), strict=True
        )
    ]
    chinese = ["批次", "姓名", "派出单位", "社区（村）", "到任时间", "期满时间", "延长至"]
    others = (
        asked(facts, tmp_path, coded, "--format", "json"),
        asked(
            facts,
            tmp_path,
            rows_of(made, "2023年3月5日", "第一批"),
            "--format",
            "json",
            encoding="gb18030",
            heads=chinese,
        ),
    )
    for other, _ in others:
        assert json.loads(other) == json.loads(plain)


def test_what_cannot_be_used_is_listed_in_the_order_of_the_lines(district, tmp_path):
    made, facts = district
    rows = rows_of(made)
    rows[1:1] = [["1", "甲样例", "", "没有的社区", START, "", ""]]
    rows[3:3] = [["1", "乙样例", "", area_name(0), "3/4/2023", "", ""]]
    rows += [["2", "丙样例", "", area_name(int(made.sent[0])), "2023-08-01", "", ""]]
    text, _ = asked(facts, tmp_path, rows, "--format", "json")
    document = json.loads(text)
    assert [each["line"] for each in document["rejected"]] == [3, 5]
    assert [each["reason"] for each in document["left_out"]] == ["effects.sent_before"]
    (left,) = document["left_out"]
    assert (left["name"], left["said"][:4]) == (area_name(int(made.sent[0])), "这个社区")
    assert document["pooled"]["score"]["sent"] == len(made.sent)
    _, desk = asked(facts, tmp_path, rows)
    assert f"{area_name(int(made.sent[0]))}：" in desk.said[0]
    assert "没有的社区" in desk.said[0]


def test_a_planned_end_before_the_extension_is_the_end(district, tmp_path):
    """An extension that ends earlier takes nothing away."""
    made, facts = district
    rows = rows_of(made, end="2023-04-10", extended="2023-03-10")
    text, _ = asked(facts, tmp_path, rows, "--format", "json")
    later, _ = asked(facts, tmp_path, rows_of(made, end="2023-04-10"), "--format", "json")
    assert json.loads(text)["after_leaving_months"]["6"]["points"] is not None
    assert json.loads(text) == json.loads(later)


@pytest.mark.parametrize(
    ("rows", "code", "said"),
    [
        ([], "effects.empty_list", "只有表头"),
        ([["1", "甲", "", "没有的社区", START, "", ""]] * 5, "effects.no_posting_usable", "没有的"),
    ],
)
def test_a_list_of_which_nothing_can_be_used_says_why_once(district, tmp_path, rows, code, said):
    _, facts = district
    with pytest.raises(Refused) as refused:
        asked(facts, tmp_path, rows)
    assert refused.value.code == code
    assert refused.value.message("zh").count(said) == 1
