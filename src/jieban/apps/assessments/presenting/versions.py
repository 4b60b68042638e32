"""Two versions of one assessment side by side: whose figures changed, who was merely passed."""

from dataclasses import dataclass

from jieban.evaluation.levels import SMALL
from jieban.evaluation.runs import Move, Run, moves


@dataclass(frozen=True)
class Moved:
    """One place's move; `rank_of` is how many are ranked with it, None where nobody is."""

    move: Move
    rank_of: int | None
    is_small: bool


@dataclass(frozen=True)
class Parted:
    """The moves of one level: with another score, and with only another rank."""

    level: str
    changed: list[Moved]
    passed: list[Moved]


def parted(level: str, before: Run, after: Run) -> Parted:
    """A place whose own score stands did nothing: others moved past it."""
    changed: list[Moved] = []
    passed: list[Moved] = []
    for move in moves(before, after, level):
        row = after.row(level, move.id) or before.row(level, move.id)
        assert row is not None
        told = Moved(move, row.rank_of, row.group == SMALL)
        (passed if move.score_before == move.score_after else changed).append(told)
    return Parted(level, changed, passed)
