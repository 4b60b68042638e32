"""`jieban evaluate` and `jieban rulebook` on files alone, with a stand-in for the desk."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from jieban.cli.evaluate import evaluate
from jieban.cli.rulebook import rulebook
from jieban.domain.errors import Refused
from tests.evaluation.drawn import INSIDE, fact, sealed

RULES = "beijing-district"


@dataclass
class StandIn:
    """A desk without a database: remembers what it was told."""

    home: SimpleNamespace
    json: bool
    facts: Path | None = None
    said: list[str] = field(default_factory=list)
    answers: list[dict] = field(default_factory=list)
    recorded: list[str] = field(default_factory=list)

    def out(self, text=""):
        self.said.append(text)

    def answer(self, payload):
        self.answers.append(json.loads(json.dumps(payload, default=str)))

    def current_facts(self):
        assert self.facts is not None, "the database was asked although --facts was given"
        return self.facts

    def record_run(self, run):
        self.recorded.append(run.id)


@pytest.fixture
def desk(tmp_path):
    return StandIn(SimpleNamespace(runs=tmp_path / "runs", facts=tmp_path / "facts"), json=True)


@pytest.fixture
def facts(tmp_path):
    rows = [fact(n, unit_id=f"u{n % 3 + 1}", resolved=n % 4 > 0) for n in range(90)]
    return sealed(tmp_path / "facts", rows).path


def call(group, desk, *words):
    done = CliRunner().invoke(group, list(map(str, words)), obj=desk, standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done


def run(desk, facts, *more):
    common = ["run", "--period", "2023-10", "--rulebook", RULES, "--facts", facts]
    call(evaluate, desk, *common, *more)
    return desk.answers[-1]


@pytest.mark.parametrize("form", ["csv", "json", "xlsx", "parquet"])
def test_a_table_is_written_with_its_manifest_and_verifies(desk, facts, tmp_path, form):
    out = tmp_path / f"table.{form}"
    answer = run(desk, facts, "--by", "unit", "--out", out)
    assert out.exists()
    manifest = json.loads((tmp_path / f"table.{form}.manifest.json").read_text(encoding="utf-8"))
    assert manifest["table"]["level"] == "unit"
    for name in (answer["run"], answer["folder"], answer["manifest"]):
        call(evaluate, desk, "verify", name, "--facts", facts)
        assert desk.answers[-1] == {"run": answer["run"], "verified": True}
    assert desk.recorded == [], "with --facts nothing is entered anywhere"


def test_a_changed_table_is_refused_with_the_cell(desk, facts, tmp_path):
    out = tmp_path / "table.csv"
    run(desk, facts, "--by", "unit", "--out", out)
    text = out.read_text(encoding="utf-8")
    out.write_text(text.replace("住建委,30", "住建委,31"), encoding="utf-8")
    with pytest.raises(Refused) as refused:
        call(evaluate, desk, "verify", f"{out}.manifest.json", "--facts", facts)
    detail = refused.value.detail
    assert (detail["row"], detail["column"]) == ("住建委", "受理量")
    assert (detail["stored"], detail["recomputed"]) == ("31", "30")


def test_without_facts_the_desks_are_used_and_the_run_is_entered(desk, facts):
    desk.facts = facts
    call(evaluate, desk, "run", "--period", "2023-10", "--rulebook", RULES)
    assert desk.recorded == [desk.answers[-1]["run"]]
    assert desk.answers[-1]["table"]["rows"]


def test_without_out_a_readable_table_is_printed(desk, facts):
    run(desk, facts)
    text = "\n".join(desk.said)
    assert "考核期: 2023-10" in text
    assert "柳荫街道" in text


@pytest.mark.parametrize("name", ["nothing", "../facts", "", "a/b"])
def test_an_unknown_run_is_refused(desk, facts, name):
    with pytest.raises(Refused) as refused:
        call(evaluate, desk, "verify", name, "--facts", facts)
    assert refused.value.code == "run.unknown"


def test_compare_says_who_moved(desk, facts, tmp_path):
    before = run(desk, facts, "--by", "unit")["run"]
    rows = [fact(n, unit_id=f"u{n % 3 + 1}", resolved=n % 3 > 0) for n in range(90)]
    after = run(desk, sealed(tmp_path / "later", rows).path, "--by", "unit")["run"]
    call(evaluate, desk, "compare", before, after, "--by", "unit")
    moves = desk.answers[-1]["moves"]
    assert moves[0]["id"] == "u1"
    assert float(moves[0]["change_points"]) < 0
    call(evaluate, desk, "compare", before, before, "--by", "unit")
    assert desk.answers[-1]["moves"] == []


def test_a_table_nobody_can_write_leaves_nothing(desk, facts, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused) as refused:
        run(desk, facts, "--out", tmp_path / "file" / "table.csv")
    assert refused.value.code == "disk.full"


def test_rulebooks_are_listed_shown_checked_and_compared(desk, tmp_path):
    call(rulebook, desk, "list")
    assert len(desk.answers[-1]["rulebooks"]) == 5
    call(rulebook, desk, "show", RULES)
    assert desk.answers[-1]["content"]["rank"]["minimum"] == 20
    call(rulebook, desk, "check", RULES)
    assert desk.answers[-1]["valid"] is True
    call(rulebook, desk, "diff", RULES, "weights-30-35-35")
    keys = {line["key"] for line in desk.answers[-1]["differences"]}
    assert "score.parts.resolution.weight" in keys
    (tmp_path / "bad.toml").write_text("[rank]\non = 9\n")
    with pytest.raises(Refused):
        call(rulebook, desk, "check", tmp_path / "bad.toml")


def test_evaluating_files_never_loads_django():
    code = (
        "import sys; import jieban.cli.evaluate, jieban.cli.rulebook; "
        "assert not any(m == 'django' or m.startswith(('django.', 'jieban.apps')) "
        "for m in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_period_is_noted_in_the_answer(desk, facts):
    answer = run(desk, facts)
    assert answer["period"]["from"] <= INSIDE.isoformat()[:10] <= answer["period"]["to"]
