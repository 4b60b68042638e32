"""Reading in a process of its own says the same as reading here."""

import os
import signal

import pytest
from tests.apps.exports import row, write_export

from jieban.domain.errors import Refused
from jieban.tables import ahead
from jieban.tables.rows import ParsedRow, read


def numbers(rows: list[ParsedRow]) -> list[str]:
    return [each.number for each in rows]


def pull_the_plug(rows: list[ParsedRow]) -> list[str]:
    os.kill(os.getpid(), signal.SIGKILL)
    return numbers(rows)


def stumble(rows: list[ParsedRow]) -> list[str]:
    raise ZeroDivisionError("a bug")


@pytest.fixture
def export(tmp_path):
    rows = [row(f"A{number}") for number in range(250)]
    rows[7] = row("")
    rows[100] = row("A100", 创建时间="不记得了")
    rows[200] = row("A200", 办结时间="2023-09-01 00:00:00")
    return write_export(tmp_path / "a.csv", rows)


def test_rows_and_remarks_are_the_same_from_another_process(export, monkeypatch):
    here = read(export)
    expected = [numbers(rows) for rows in here.iterate(100)]

    monkeypatch.setattr(ahead, "LARGE", 0)
    there = read(export)
    assert list(ahead.iterate(there, 100, numbers)) == expected
    assert [(bad.line, bad.reason) for bad in there.rejected] == [
        (bad.line, bad.reason) for bad in here.rejected
    ]
    assert len(there.rejected) == 2
    assert [remark.words() for remark in there.warnings] == [
        remark.words() for remark in here.warnings
    ]
    assert there.skipped == here.skipped


def test_a_small_file_is_read_where_it_is_asked_for(export):
    assert export.stat().st_size < ahead.LARGE
    assert sum(len(rows) for rows in ahead.iterate(read(export), 100, numbers)) == 248


def test_a_reader_that_dies_is_noticed(export, monkeypatch):
    monkeypatch.setattr(ahead, "LARGE", 0)
    with pytest.raises(Refused) as refusal:
        list(ahead.iterate(read(export), 100, pull_the_plug))
    assert refusal.value.code == "file.reader_ended"


def test_a_bug_in_the_reader_is_not_swallowed(export, monkeypatch):
    monkeypatch.setattr(ahead, "LARGE", 0)
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        list(ahead.iterate(read(export), 100, stumble))


def test_whoever_stops_early_leaves_no_process_behind(export, monkeypatch):
    monkeypatch.setattr(ahead, "LARGE", 0)
    rows = ahead.iterate(read(export), 50, numbers)
    next(rows)
    rows.close()
