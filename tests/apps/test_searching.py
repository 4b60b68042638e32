"""Full recall: whatever stands in a text is found by any of its two-character words."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jieban.apps.cases import searching
from jieban.apps.cases.models import Case
from tests.apps import live

pytestmark = pytest.mark.django_db
SIGNS = "暖气不热号楼路社区的一二三ABCabc019９Ａ，。 \n'\"&|!()*:-<>\\%_㐀𠮷é"
EASY = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Undone(Exception):
    """Leaves the transaction of one example."""


def _found(texts: list[str], words: str) -> set[int]:
    """Which of the texts are found, in a database that forgets them afterwards."""
    found: set[int] = set()
    try:
        with transaction.atomic():
            for number, text in enumerate(texts, start=1):
                case = Case(
                    id=number,
                    number=str(number),
                    text=text,
                    received_at=live.AT,
                    clock_started_at=live.AT,
                    next_at=live.AT,
                )
                case.save(force_insert=True)
                searching.enter(case.id, searching.tokens_of(case))
            found = set(searching.newest(words, None, below=None, most=100))
            raise Undone
    except Undone:
        return found


@EASY
@given(st.lists(st.text(SIGNS, max_size=30), min_size=1, max_size=6), st.data())
def test_every_word_of_two_signs_is_found_wherever_it_stands(texts, data):
    whole = data.draw(st.sampled_from(texts))
    runs = [run for run in searching._RUN.findall(searching._plain(whole)) if not run.isascii()]
    runs = [run for run in runs if len(run) > 1]
    if not runs:
        return
    run = data.draw(st.sampled_from(runs))
    place = data.draw(st.integers(0, len(run) - 2))
    word = run[place : place + data.draw(st.integers(2, 6))]
    wanted = {number for number, text in enumerate(texts, 1) if word in searching._plain(text)}
    assert wanted
    assert _found(texts, word) == wanted


@EASY
@given(st.lists(st.text(SIGNS, max_size=20), min_size=1, max_size=6), st.text(SIGNS, max_size=8))
def test_whatever_is_asked_the_database_says_what_reading_says(texts, words):
    wanted = {number for number, text in enumerate(texts, 1) if searching.has(text, words)}
    assert _found(texts, words) == wanted


@pytest.mark.parametrize(
    ("text", "words", "there"),
    [
        ("松涛路3号楼暖气不热", "暖气", True),
        ("松涛路3号楼暖气不热", "热", True),
        ("松涛路3号楼暖气不热", "号楼 暖气", True),
        ("松涛路3号楼暖气不热", "热暖", False),
        ("Apple Road 12", "apple", True),
        ("Apple Road 12", "app", False),
        ("Ａｐｐｌｅ路", "apple路", True),
        ("暖，气", "暖气", False),
        ("暖气", "", False),
        ("暖气", "，。", False),
    ],
)
def test_what_a_word_is(text, words, there):
    assert searching.has(text, words) is there
    assert (_found([text], words) == {1}) is there
