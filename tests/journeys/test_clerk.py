"""A clerk's month by commands: import, mend, evaluate, appeals, publish, and an auditor after."""

import csv
import shutil

import openpyxl

from tests.apps.exports import row, write_export

RULEBOOK = ("--rulebook", "beijing-district")


def month(tmp_path, count=30):
    rows = [
        row(f"G{number:03}", 是否解决="否" if number % 5 == 0 else "是") for number in range(count)
    ]
    return [*rows, row("", 主办单位="青禾街道"), row("G900", 创建时间="不记得了")]


def test_from_an_export_to_a_published_table_that_an_auditor_recomputes(jieban, tmp_path):
    export = write_export(tmp_path / "十月.csv", month(tmp_path))
    first = jieban.json("cases", "import", export)["imports"][0]
    assert (first["new"], first["rejected"]) == (30, 2)

    # The rejected rows come back in a workbook; one is mended there and brought in again.
    book = openpyxl.load_workbook(first["rejects"])
    sheet = book.active
    heads = {cell.value: cell.column for cell in sheet[1]}
    for line in range(2, sheet.max_row + 1):
        if sheet.cell(line, heads["工单编号"]).value == "G900":
            sheet.cell(line, heads["创建时间"]).value = "2023-10-05 10:00:00"
    book.save(first["rejects"])
    again = jieban.json("cases", "import", first["rejects"])["imports"][0]
    assert (again["new"], again["rejected"]) == (1, 1)
    assert jieban.json("cases", "count") == {"count": 31, "rows": 31}

    out = tmp_path / "成绩.csv"
    made = jieban.json(
        "evaluate", "run", "--period", "2023-10", *RULEBOOK, "--by", "unit", "--out", out
    )
    run = made["run"]
    assert (tmp_path / "成绩.csv.manifest.json").exists()
    with out.open(encoding="utf-8-sig") as file:
        (line, *_) = csv.DictReader(file)
    assert (line["承办单位"], line["受理量"], line["解决率(%)"]) == ("青禾街道", "31", "80.65")

    jieban("--as", "考核员甲", "evaluate", "review", run)
    jieban("evaluate", "open", run)
    unit = next(
        entry["code"] for entry in jieban.json("directory", "list", "--kind", "unit")["entries"]
    )
    appeal = jieban.json(
        "--as", "联络员", "appeals", "raise", run, "G005", "--unit", unit,
        "--ground", "unreasonable_demand", "--evidence", "超出规划，已说明。",
    )["appeal"]  # fmt: skip
    refusal = jieban.json(
        "--as", "联络员", "appeals", "decide", appeal, "--grant", "--reason", "同意", code=1
    )
    assert refusal["error"]["code"] == "appeal.same_person"
    jieban("--as", "考核员乙", "appeals", "decide", appeal, "--grant", "--reason", "属实")
    jieban("evaluate", "close", run, "--reason", "各单位确认")

    second = jieban.json("evaluate", "run", "--period", "2023-10", *RULEBOOK)["run"]
    assert second != run
    jieban("evaluate", "review", second, "--because", "申诉成立 1 件")
    jieban("evaluate", "publish", second)
    states = {each["run"]: each["state"] for each in jieban.json("evaluate", "list")["runs"]}
    assert states[second] == "published"
    verified = jieban.json("ledger", "verify")
    assert (verified["whole"], verified["faults"]) == (True, [])

    # The auditor has the run's folder and the facts, and neither database nor keys.
    laptop = tmp_path / "laptop"
    shutil.copytree(jieban.home / "runs" / second, laptop / "run")
    shutil.copytree(jieban.home / "facts", laptop / "facts")
    jieban.home = tmp_path / "nothing"
    verified = jieban.json("evaluate", "verify", laptop / "run", "--facts", laptop / "facts")
    assert verified["verified"] is True
    table = tmp_path / "auditor.csv"
    jieban(
        "evaluate", "run", "--period", "2023-10", *RULEBOOK, "--by", "unit",
        "--facts", laptop / "facts", "--out", table,
    )  # fmt: skip
    published = laptop / "run" / "table-unit.csv"
    assert table.read_bytes() == published.read_bytes()
    assert not (jieban.home / "jieban.sqlite3").exists()


def test_every_refusal_has_a_sentence_an_exit_code_and_leaves_nothing(jieban, tmp_path):
    empty = tmp_path / "空.xlsx"
    empty.write_bytes(b"")
    paper = tmp_path / "报告.csv"
    paper.write_bytes(b"%PDF-1.7\n" + b"x" * 2000)
    cases = [
        (("cases", "import", empty), "file.empty"),
        (("cases", "import", paper), "file.not_a_table"),
        (("cases", "import", tmp_path / "没有.csv"), "file.missing"),
        (("cases", "import", tmp_path), "file.folder"),
        (("cases", "show", "G1"), "case.not_found"),
        (("evaluate", "run", "--period", "2023-10", "--rulebook", "无此细则"), "rulebook.unknown"),
        (("evaluate", "run", "--period", "十月", *RULEBOOK), "period.bad_name"),
        (("evaluate", "run", "--period", "2023-10", *RULEBOOK), "period.no_facts_at_all"),
        (("evaluate", "review", "nothing"), "run.not_recorded"),
        (("serve", "--host", "0.0.0.0"), "serve.not_loopback"),
    ]
    for words, code in cases:
        error = jieban.json(*words, code=1)["error"]
        assert error["code"] == code, words
        assert error["message"]
    assert jieban.json("cases", "count") == {"count": 0, "rows": 0}
    assert jieban.json("ledger", "list")["events"] == []


def test_misuse_is_told_apart_from_refusal(jieban):
    assert jieban.json("cases", "import", code=2)["error"]["code"] == "cli.misuse"
    assert jieban.json("no-such-noun", code=2)["error"]["code"] == "cli.misuse"
    assert jieban.json("evaluate", "run", code=2)["error"]["code"] == "cli.misuse"


def test_answers_come_in_both_languages(jieban):
    assert "件诉求" in jieban("cases", "count")
    assert "cases" in jieban("--lang", "en", "cases", "count")
