"""Engines only count: from facts and windows to five sealed cubes, the same from each.

An engine is a module with one function,

    count(facts: FactsFolder, windows: Sequence[Window], *, enquiries: bool) -> Cubes

and no opinion: which rows belong to a window is `Window` (half-open, one moment column, at
most one source), which roles count is `facts.COUNTING_ROLES`, what a row is worth is its
outcome code. Rates, scores and ranks are made from the cubes, outside. An engine for another
store runs the statement of `duckdb_.statement` in its own dialect and hands the rows to
`cube.sealed`; the property test in tests/evaluation is its acceptance test.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

from jieban.domain.errors import Refused
from jieban.evaluation.cube import Cubes, Window
from jieban.evaluation.facts import FactsFolder

ENGINES = {
    "numpy": "jieban.evaluation.engines.numpy_",
    "duckdb": "jieban.evaluation.engines.duckdb_",
    "reference": "jieban.evaluation.engines.reference",
}


class Engine(Protocol):
    """What every engine module offers."""

    def count(self, facts: FactsFolder, windows: Sequence[Window], *, enquiries: bool) -> Cubes:
        """The five cubes of the facts inside the windows."""


def engine(name: str) -> Engine:
    """The engine of that name.

    Raises:
        Refused: `engine.unknown`.
    """
    if name not in ENGINES:
        raise Refused("engine.unknown", name=name, known=list(ENGINES))
    return cast(Engine, import_module(ENGINES[name]))
