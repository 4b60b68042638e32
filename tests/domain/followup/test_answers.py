"""What a call-back means and what follows from it."""

import pytest

from jieban.domain.errors import Refused
from jieban.domain.followup.answers import (
    ATTEMPTS,
    Answers,
    Consequence,
    Result,
    check_answers,
    consequence,
)

YES = Answers(Result.REACHED, contacted=True, resolved=True, satisfaction="satisfied")
NO = Answers(Result.REACHED, contacted=True, resolved=False, satisfaction="dissatisfied")


@pytest.mark.parametrize("result", [Result.UNREACHED, Result.REFUSED, Result.WRONG_NUMBER])
def test_only_who_was_reached_gives_a_valid_call_back(result):
    assert not Answers(result).valid
    check_answers(Answers(result))
    with pytest.raises(Refused, match="回访"):
        check_answers(Answers(result, resolved=True))


@pytest.mark.parametrize(
    "answers",
    [
        Answers(Result.REACHED),
        Answers(Result.REACHED, contacted=True, resolved=True),
        Answers(Result.REACHED, contacted=True, resolved=True, satisfaction="delighted"),
    ],
)
def test_a_valid_call_back_says_everything(answers):
    with pytest.raises(Refused):
        check_answers(answers)


@pytest.mark.parametrize(
    ("answers", "attempts", "may_reopen", "follows"),
    [
        (YES, 1, True, Consequence.CLOSED),
        (NO, 1, True, Consequence.REOPENED),
        (NO, 1, False, Consequence.CLOSED),
        (Answers(Result.UNREACHED), 1, True, Consequence.AGAIN),
        (Answers(Result.REFUSED), ATTEMPTS, True, Consequence.CLOSED),
    ],
)
def test_what_follows(answers, attempts, may_reopen, follows):
    assert consequence(answers, attempts=attempts, may_reopen=may_reopen) is follows
