"""Real files of three cities, imported whole; their figures against a plain count of the file."""

import csv
from collections import defaultdict
from datetime import datetime, timedelta

import pytest

YEARS = (2008, 2009, 2010, 2011)


def stlouis(folder, year):
    """The last row of every request number, as the file has it."""
    with (folder / "requests311" / f"stlouis_{year}.csv").open(encoding="utf-8") as file:
        return {line["REQUESTID"]: line for line in csv.DictReader(file)}


def moment(text):
    return datetime.fromisoformat(text) if text else None


@pytest.mark.slow
def test_four_years_of_st_louis_give_the_on_time_figures_of_a_plain_count(
    jieban, tmp_path, real_files
):
    requests = {}
    for year in YEARS:
        name = real_files / "requests311" / f"stlouis_{year}.csv"
        answer = jieban.json("cases", "import", name)["imports"][0]
        lines = stlouis(real_files, year)
        assert (answer["profile"], answer["rejected"]) == ("stlouis-csb", 0)
        assert answer["new"] == len(lines)
        requests |= lines
    assert jieban.json("cases", "count")["count"] == len(requests)

    moments = [
        moment(line[column])
        for line in requests.values()
        for column in ("DATETIMEINIT", "DATETIMECLOSED")
        if line[column]
    ]
    last = max(moments)
    wanted = defaultdict(lambda: [0, 0, 0])
    for line in requests.values():
        if moment(line["DATETIMEINIT"]).year != 2011:
            continue
        unit = wanted[line["SUBMITTO"].strip()]
        unit[0] += 1
        if line["DATECANCELLED"] or line["STATUS"].upper() == "CANCEL":
            continue
        closed, due = moment(line["DATETIMECLOSED"]), moment(line["PRJCOMPLETEDATE"])
        if due is None:
            continue
        due += timedelta(days=1)
        if closed is not None or due <= last:
            unit[1] += 1
            unit[2] += closed is not None and closed < due
    out = tmp_path / "units.csv"
    options = ("--rulebook", "311-on-time", "--by", "unit", "--out", out)
    jieban("evaluate", "run", "--period", "2011", *options)
    with out.open(encoding="utf-8-sig") as file:
        table = {line["承办单位"]: line for line in csv.DictReader(file)}
    for name, (received, due, on_time) in wanted.items():
        line = table[name or "未归属"]
        found = (int(line["受理量"]), int(line["有时限数"]), int(line["按期数"]))
        assert found == (received, due, on_time), name

    for level, most in (("street", 30), ("community", 90)):
        answer = jieban.json(
            "evaluate", "run", "--period", "2011", "--rulebook", "311-on-time", "--by", level
        )
        rows = answer["table"]["rows"]
        assert 20 < len(rows) < most + 10


def test_new_york_and_the_letterbox_come_in_whole(jieban, real_files):
    files = (
        real_files / "requests311" / "nyc_animals.csv",
        real_files / "texts" / "messages_with_replies.xlsx",
    )
    answers = jieban.json("cases", "import", *files)["imports"]
    assert [(each["profile"], each["new"], each["rejected"]) for each in answers] == [
        ("nyc-311", 5895, 0),
        ("messages-with-replies", 2816, 0),
    ]
    again = jieban.json("cases", "import", *files)["imports"]
    assert [(each["new"], each["changed"], each["same"]) for each in again] == [
        (0, 0, 5895),
        (0, 0, 2816),
    ]
    jieban("evaluate", "run", "--period", "2019", "--rulebook", "311-on-time", "--by", "community")
