"""Programmes by the API and by the command line."""

import pytest

from jieban.apps.programmes import services
from jieban.domain.programmes.criteria import Criteria
from tests.apps import chosen
from tests.apps.exports import write_export
from tests.conftest import AT, CLERK
from tests.journeys.test_api import Program


@pytest.fixture
def programme(db, home, tmp_path):
    chosen.imported_district(home, tmp_path)
    run = chosen.published(home)
    criteria = Criteria(choose=2, rank_worst=4)
    made = services.open_programme(CLERK, "zlsj", "治理书记", at=AT, criteria=criteria)
    selection = services.make_selection(CLERK, "zlsj", run.run_id, at=AT, home=home)
    services.open_cohort(
        CLERK, made, at=AT, planned_start=AT.date().replace(day=15), selection=selection
    )
    services.enter_official(CLERK, "D1", "程样例", "区住建委", at=AT, skills=["物业"])
    services.propose_pairs(CLERK, "zlsj", 1, at=AT)
    return selection


def test_a_program_reads_lists_with_every_figure_and_pairs_with_every_reason(programme):
    leader = Program("领导程序", "district_leader")
    assert [each["code"] for each in leader("GET", "/programmes")["programmes"]] == ["zlsj"]
    whole = leader("GET", "/programmes/zlsj")
    assert whole["criteria"]["rank_worst"] == 4
    assert [each["digest"] for each in whole["selections"]] == [programme.digest]
    page = leader("GET", "/programmes/zlsj/selections/1?limit=4")
    assert (page["total"], page["next"], len(page["candidates"])) == (9, 4, 4)
    worst = page["candidates"][0]
    assert (worst["area_name"], worst["standing"]) == ("青禾一社区", "chosen")
    assert worst["checks"][0] == {
        "criterion": "rank_worst",
        "value": 9,
        "border": 6,
        "of": 9,
        "met": True,
    }
    rest = leader("GET", "/programmes/zlsj/selections/1?after=4")
    assert (len(rest["candidates"]), rest["next"]) == (5, None)
    pair = leader("GET", "/programmes/zlsj/cohorts/1")["pairs"][0]
    assert (pair["official"]["code"], pair["parts"]["value"], pair["by"]) == ("D1", 1000, "solver")
    leader("GET", "/programmes/nichts", code=404)
    leader("GET", "/programmes/zlsj/selections/9", code=404)
    leader("GET", "/programmes/zlsj/selections/x", code=404)
    leader("GET", "/programmes/zlsj/selections/1?limit=0", code=422)


def test_a_program_without_the_permission_reads_nothing(programme):
    clerk = Program("派单程序", "dispatch_clerk")
    for path in ("", "/zlsj", "/zlsj/selections/1", "/zlsj/cohorts/1"):
        clerk("GET", f"/programmes{path}", code=403)


def test_a_programme_is_opened_chosen_and_staffed_from_the_command_line(jieban, tmp_path):
    rows = list(chosen.district_rows(("10",)))
    jieban("cases", "import", write_export(tmp_path / "district.csv", rows))
    jieban(
        "evaluate", "run", "--period", "2023-10", "--rulebook", "beijing-district",
        "--by", "community", "--format", "csv", "--out", tmp_path / "out.csv",
    )  # fmt: skip
    run = jieban.json("evaluate", "list")["runs"][0]["run"]
    criteria = tmp_path / "criteria.toml"
    criteria.write_text("choose = 2\nrank_worst = 4\n")
    opened = jieban.json("programmes", "open", "zlsj", "治理书记", "--criteria", criteria)
    assert opened["criteria"]["rank_worst"] == 4
    refused = jieban.json("programmes", "select", "zlsj", "--run", run, code=1)
    assert refused["error"]["code"] == "selection.run_not_published"
    jieban("evaluate", "review", run)
    jieban("evaluate", "open", run)
    jieban("evaluate", "close", run, "--reason", "无申诉")
    jieban("evaluate", "publish", run)
    tried = jieban.json("programmes", "select", "zlsj", "--run", run, "--dry-run")
    made = jieban.json("programmes", "select", "zlsj", "--run", run)
    assert (tried["selection"], made["selection"]) == (None, "zlsj-1")
    assert tried["places"] == made["places"]
    assert tried["digest"] == made["digest"]
    assert [each["name"] for each in made["places"] if each["standing"] == "chosen"] == [
        "青禾一社区",
        "青禾二社区",
    ]
    assert "青禾一社区" in jieban("programmes", "select", "zlsj", "--run", run)
    roster = tmp_path / "roster.csv"
    roster.write_text("姓名,派出单位,专长\n程样例,区住建委,物业\n,区城管委,\n", encoding="utf-8")
    brought = jieban.json("programmes", "officials", roster)
    assert (brought["new"], [each["line"] for each in brought["rejected"]]) == (1, [3])
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("choose = 0\n")
    refused = jieban.json("programmes", "open", "b", "乙", "--criteria", wrong, code=1)
    assert refused["error"]["code"] == "criteria.invalid"
