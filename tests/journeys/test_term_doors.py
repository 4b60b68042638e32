"""Terms by the API and at the command line: the same rules, the same refusals."""

import openpyxl
import pytest

from jieban import clock
from jieban.apps.programmes.models import Official
from jieban.apps.terms.models import Term
from tests.apps import live, postings
from tests.apps.postings import LAST_DAY, START, days
from tests.journeys.command import Jieban
from tests.journeys.test_api import Program
from tests.pdf_text import text_of
from tests.people import person


@pytest.fixture
def on(monkeypatch):
    def put(moment):
        monkeypatch.setattr(clock, "now", lambda: moment)

    return put


@pytest.fixture
def term(db, home, tmp_path, on) -> Term:
    live.made_up_district()
    made = postings.arrived(home, tmp_path)
    secretary = person("治理书记样例", "governance_secretary", scope="area:A11")
    Official.objects.update(account=secretary.username)
    on(days(START, 5))
    return made


def test_a_whole_term_by_the_api(term, on):
    secretary = Program("治理书记样例", "governance_secretary", scope="area:A11")
    path = f"/terms/{term.number}"
    assert [each["number"] for each in secretary("GET", "/terms")["terms"]] == [term.number]
    week = secretary("POST", f"{path}/weeks", {"done": 2, "note": "走访"}, code=201)
    assert (week["week"], week["done"]) == ("2023-12-04", 2)
    made = secretary("POST", f"{path}/problems", {"text": "堆物", "source": "visits"}, code=201)
    done = secretary(
        "POST",
        f"{path}/problems/{made['serial']}/outcome",
        {"outcome": "solved", "text": "清理照片"},
    )
    assert done["state"] == "solved"
    secretary("POST", f"{path}/moves", {"move": "open_review"}, code=403)
    secretary("GET", "/terms/zl-9-001", code=404)

    on(days(LAST_DAY, 3))
    # Tokens and sessions are of their own day.
    organiser = Program("组织部样例", "organisation_department")
    shown = organiser("GET", path)
    assert (shown["days_left"], shown["overdue"], shown["allowed"]) == (-3, True, ["extend", "end"])
    late = organiser("POST", f"{path}/moves", {"move": "open_review"}, code=409)
    assert late["error"]["code"] == "term.overdue_undecided"
    organiser("POST", f"{path}/moves", {"move": "fly"}, code=422)
    stale = {"move": "end", "reason": "期满", "version": 1}
    organiser("POST", f"{path}/moves", stale, code=409)
    move = {"move": "extend", "reason": "未完", "problems": [1]}
    assert organiser("POST", f"{path}/moves", move)["extended_until"] == "2024-09-01"
    events = organiser("GET", f"{path}/events")["events"]
    assert events[-1]["kind"] == "term.extended"
    assert organiser("GET", "/terms?due=overdue")["total"] == 0


def test_the_api_takes_no_odd_values(term):
    organiser = Program("组织部样例", "organisation_department")
    path = f"/terms/{term.number}"
    for body in (
        {"move": "extend", "problems": [0]},
        {"move": "extend", "problems": ["x"]},
        {"move": "\x00"},
        {"move": "end", "what": 1},
        {},
    ):
        organiser("POST", f"{path}/moves", body, code=422)
    for query in ("due=never", "page=0", "cohort=99999"):
        organiser("GET", f"/terms?{query}", code=422)


# --- the command line ----------------------------------------------------------------------

HEAD = ["批次", "姓名", "派出单位", "社区（村）", "到任日期", "期满日期", "延长至", "电话"]


@pytest.mark.slow
def test_a_list_comes_in_twice_and_a_posting_is_put_on_paper(tmp_path):
    jieban = Jieban(tmp_path / "home")
    directory = tmp_path / "directory.csv"
    directory.write_text(
        "编码,名称,类型,上级\nD,云溪区,区,\nS,松涛街道,街道,D\nC1,松涛社区,社区,S\nC2,柳岸社区,社区,S\n",
        encoding="utf-8",
    )
    jieban("directory", "import", directory)
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(HEAD)
    sheet.append(
        ["第二批", "甲样例", "区样例局", "松涛社区", "2023/3/16", "2023.9.16", "2023年12月16日", 1]
    )
    sheet.append(["第二批", "乙样例", "区样例局", "没有社区", "2023/3/16", None, None, 2])
    sheet.append([None, "丙样例", "区样例局", "柳岸社区", "3月16日", None, None, 3])
    file = tmp_path / "名单.xlsx"
    book.save(file)

    looked = jieban.json("programmes", "import", file, "--dry-run")
    assert (looked["counts"]["new"], looked["stored"]) == (1, False)
    rejects = tmp_path / "退回.xlsx"
    first = jieban.json("programmes", "import", file, "--rejects", rejects)
    assert first["terms"] == ["zl-2-001"]
    assert first["unknown_columns"] == ["电话"]
    assert [(each["line"], each["reason"]) for each in first["rejected"]] == [
        (3, "postings.place_unknown"),
        (4, "postings.day_unreadable"),
    ]
    assert openpyxl.load_workbook(rejects).active.max_row == 3
    again = jieban.json("programmes", "import", file)
    assert (again["counts"]["new"], again["counts"]["same"]) == (0, 1)
    assert "已有 1 条" in jieban("programmes", "import", file)

    (listed,) = jieban.json("programmes", "terms")["terms"]
    assert (listed["area"], listed["arrived_on"], listed["extended_until"], listed["state"]) == (
        "C1",
        "2023-03-16",
        "2023-12-16",
        "final_review",
    )
    assert listed["overdue"] is True
    assert "逾期未决" in jieban("programmes", "terms", "--due", "overdue")
    out = tmp_path / "派驻.pdf"
    jieban("programmes", "posting", "zl-2-001", "--out", out)
    assert "甲样例" in "".join(text_of(out.read_bytes()).split())
    assert jieban.json("programmes", "posting", "x", "--out", out, code=1)["error"]["code"] == (
        "term.not_found"
    )
    jieban("ledger", "verify", "--rows")
