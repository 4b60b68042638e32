"""What reading a table found besides good rows: faults, rejected rows, remarks.

Each is a code and its fields, put into words only when somebody asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jieban.domain.words import Language, refusal_text
from jieban.tables.reading import Row


@dataclass(frozen=True)
class CellFault:
    """One thing wrong with a row: the column, what stands there, and why it cannot be taken."""

    heading: str
    value: str
    code: str
    detail: Mapping[str, object]
    column: int | None

    def words(self, language: Language | None = None) -> str:
        """The reason as a sentence, in `language` or the current one."""
        return refusal_text(self.code, self.detail, language)


@dataclass(frozen=True)
class RejectedRow:
    """A row that could not be taken, with every fault it has and its cells as they were."""

    sheet: str
    line: int
    raw: Row
    faults: tuple[CellFault, ...]

    @property
    def reason(self) -> str:
        """The code of its first fault, under which it is counted."""
        return self.faults[0].code


@dataclass
class Remark:
    """Something worth a look that costs no row: a code, how often, and where at first."""

    code: str
    count: int = 0
    detail: dict[str, object] = field(default_factory=dict)
    lines: list[tuple[str, int]] = field(default_factory=list)

    def words(self, language: Language | None = None) -> str:
        """The remark as a sentence, in `language` or the current one."""
        return refusal_text(self.code, {**self.detail, "count": self.count}, language)
