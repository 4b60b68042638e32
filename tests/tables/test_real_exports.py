"""Real exports, whole: what their traps did, counted."""

from collections import Counter
from pathlib import Path

import pytest
from exports import everything

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason=f"the real data is not beside the repository ({DATA})"
)


@pytest.mark.parametrize(
    ("year", "rows", "again", "cancelled", "backwards", "at_once", "undue"),
    [
        (2008, 40, 0, 8, 0, 0, 1),
        (2009, 802, 50, 43, 1, 7, 5),
        (2010, 1545, 59, 71, 1, 13, 6),
        (2011, 2083, 76, 134, 1, 31, 9),
    ],
)
def test_st_louis_is_read_whole(
    year: int, rows: int, again: int, cancelled: int, backwards: int, at_once: int, undue: int
) -> None:
    found, reading = everything(DATA / "requests311" / f"stlouis_{year}.csv")
    assert reading.profile.name == "stlouis-csb"
    assert (len(found), reading.rejected) == (rows, [])
    assert rows - len({row.number for row in found}) == again
    assert Counter(row.excluded_ground for row in found)["cancelled"] == cancelled
    closed = [row for row in found if row.closed_at is not None]
    assert sum(row.closed_at < row.received_at for row in closed if row.closed_at) == backwards
    assert sum(row.closed_at == row.received_at for row in closed) == at_once
    assert sum(row.due_at is None for row in found) == undue
    assert all("address" not in row[:22] for row in found)


def test_new_york_is_read_whole() -> None:
    found, reading = everything(DATA / "requests311" / "nyc_animals.csv")
    assert reading.profile.name == "nyc-311"
    assert (len(found), reading.rejected) == (5895, [])
    assert {row.unit for row in found} == {"DOHMH"}
    assert len({row.street for row in found}) == 6


def test_messages_are_read_whole_from_both_files() -> None:
    texts = DATA / "texts"
    from_workbook, reading = everything(texts / "messages_with_replies.xlsx")
    from_text, _ = everything(texts / "messages_with_replies_2816.csv")
    assert reading.profile.name == "messages-with-replies"
    assert len(from_workbook) == len(from_text) == 2816
    assert [row[1:22] for row in from_workbook] == [row[1:22] for row in from_text]
