"""Sums that hold at every level, whatever the rows are."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jieban.domain.rectification.sums import by_type, sum_of, together
from jieban.domain.rectification.tasks import State

STATES = st.dictionaries(st.sampled_from([s.value for s in State]), st.integers(0, 10_000))
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["一", "二", "三"]),
        st.sampled_from(["牵头", "协办"]),
        st.sampled_from([s.value for s in State]),
    )
)
TYPES = st.lists(st.lists(st.sampled_from(["water", "air", "noise", "waste"]), max_size=4))


@given(STATES)
def test_done_and_under_way_make_the_total(states):
    found = sum_of(states)
    assert found.done + found.under_way == found.total == sum(states.values())
    assert found.done == states.get("signed_off", 0)
    assert 0 <= found.not_started <= found.under_way


@given(ROWS)
def test_the_sum_of_the_parts_is_the_whole_however_they_are_cut(rows):
    whole = sum_of(Counter(state for _, _, state in rows))
    for level in (lambda row: row[0], lambda row: row[1], lambda row: (row[0], row[1])):
        parts: dict = {}
        for row in rows:
            parts.setdefault(level(row), Counter())[row[2]] += 1
        assert together(sum_of(part) for part in parts.values()) == whole


@pytest.mark.parametrize(
    ("states", "done", "under_way", "total"),
    [
        ({"signed_off": 20}, 20, 0, 20),
        ({"signed_off": 248}, 248, 0, 248),
        ({"signed_off": 14, "under_way": 9, "on_notice": 4}, 14, 13, 27),
        ({"signed_off": 116, "partly_done": 1}, 116, 1, 117),
        ({}, 0, 0, 0),
    ],
)
def test_published_sums_come_out(states, done, under_way, total):
    found = sum_of(states)
    assert (found.done, found.under_way, found.total) == (done, under_way, total)


def test_a_state_nobody_knows_is_no_row_left_out():
    with pytest.raises(ValueError, match="finished"):
        sum_of({"finished": 3})


@given(TYPES)
def test_types_may_exceed_rows_and_say_so(rows):
    found = by_type(rows)
    assert found.rows == len(rows)
    assert found.mentions == sum(len(set(row)) or 1 for row in rows)
    assert found.exceeds == any(len(set(row)) > 1 for row in rows)
    assert found.mentions >= found.rows
    assert all(count <= found.rows for _, count in found.counts)


def test_a_row_with_several_types_counts_once_for_each():
    found = by_type([["water", "air"], ["water", "water"], []])
    assert found.counts == (("water", 2), ("", 1), ("air", 1))
    assert (found.rows, found.mentions, found.exceeds) == (3, 4, True)
