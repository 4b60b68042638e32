"""What a file says of a rectification plan: its problems, tasks and items, in its own words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jieban.domain.words import Language, refusal_text
from jieban.tables.lists import RejectedLine

LEADS, ASSISTS = "lead", "assist"
DONE, PARTLY, UNDER_WAY, NOT_STARTED = "done", "partly", "under_way", "not_started"


@dataclass(frozen=True)
class Remark:
    """What whoever imports should know of a line that was taken, or of one that is no task.

    `reason` is a refusal code that names `value`; a note, a total or a preamble is there whole.
    """

    sheet: str
    line: int
    reason: str
    value: str = ""

    def message(self, language: Language | None = None) -> str:
        shown = self.value if len(self.value) <= 80 else self.value[:80] + "…"
        return refusal_text(self.reason, {"value": shown}, language)


@dataclass(frozen=True)
class PlanProblem:
    """反馈问题 in its original words; `serial` counts within the file and occurs once."""

    serial: int
    text: str


@dataclass(frozen=True)
class PlanItem:
    """具体措施. `due` and `units` are there only where they are its own, other than its task's."""

    text: str
    due: str = ""
    units: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlanTask:
    """One task as the file words it.

    `serial` is None where the file gives no number that is the task's alone. `problem_serial`
    names one of the file's problems, None where it says of none. `role` is "lead", "assist" or
    "", `said` what `said_state` means: "done", "partly", "under_way", "not_started" or "".
    `extra` holds whatever stands in other columns, by their heading. `lines` are the lines it
    was read from, with their numbers.
    """

    serial: int | None
    problem_serial: int | None
    title: str
    goal: str = ""
    lead: str = ""
    responsible: tuple[str, ...] = ()
    due: str = ""
    items: tuple[PlanItem, ...] = ()
    role: str = ""
    closer: str = ""
    area: str = ""
    place: str = ""
    category: str = ""
    said_state: str = ""
    said: str = ""
    progress: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    sheet: str = ""
    line: int = 0
    lines: tuple[tuple[int, tuple[str, ...]], ...] = ()

    def sent_back(self, reason: str, value: str = "") -> list[RejectedLine]:
        """Its lines as the file has them, the first with the reason, under `PlanFile.headings`."""
        (line, cells), *below = self.lines
        return [
            RejectedLine(self.sheet, line, reason, value, cells),
            *(
                RejectedLine(self.sheet, number, "plans.above_rejected", "", row)
                for number, row in below
            ),
        ]


@dataclass
class PlanFile:
    """What a file holds. `title` is what stands above the plan, `unknown` are headings that mean
    nothing here, `headings` those of the first table that was understood (for lines sent back)."""

    name: str
    title: str = ""
    problems: list[PlanProblem] = field(default_factory=list)
    tasks: list[PlanTask] = field(default_factory=list)
    rejected: list[RejectedLine] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    headings: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
