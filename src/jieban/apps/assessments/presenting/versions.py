"""Two versions of one assessment side by side: whose figures changed, who was merely passed."""

from collections.abc import Sequence
from dataclasses import dataclass

from jieban.evaluation.runs import Move


@dataclass(frozen=True)
class Parted:
    """The moves of one level: with another score, and with only another rank."""

    level: str
    changed: list[Move]
    passed: list[Move]


def parted(level: str, moves: Sequence[Move]) -> Parted:
    """A place whose own score stands did nothing: others moved past it."""
    changed = [move for move in moves if move.score_before != move.score_after]
    passed = [move for move in moves if move.score_before == move.score_after]
    return Parted(level, changed, passed)
