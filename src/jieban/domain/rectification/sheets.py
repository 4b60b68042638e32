"""What one line of the plan's table 整改任务清单 and of the monthly dispatch sheet 调度表 says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from jieban.domain.rectification.sums import Sum
from jieban.domain.rectification.tasks import State

STATE_WORDS = {
    State.NOT_STARTED.value: "未启动",
    State.UNDER_WAY.value: "正在推进",
    State.PARTLY_DONE.value: "阶段办结",
    State.CLAIMED.value: "已申请销号，待核查",
    State.CHECKED.value: "核查通过，待公示",
    State.ON_NOTICE.value: "公示中",
    State.SIGNED_OFF.value: "已销号",
}
"""What a state is called on the district's own forms, whatever language a page is read in."""


@dataclass(frozen=True)
class PlanRow:
    """One task of a plan, in words. Neighbours with the same `problem_serial` share a problem;
    without a number those with the same words do. `items` are its measures, unnumbered,
    each as `measure_words` words it."""

    serial: int
    problem: str
    title: str
    goal: str = ""
    items: tuple[str, ...] = ()
    lead: str = ""
    responsible: tuple[str, ...] = ()
    due: str = ""
    progress: str = ""
    state: str = ""
    problem_serial: int | None = None


@dataclass(frozen=True)
class DispatchRow:
    """One task at the end of a month, in words. `reported_on` is None where its units reported
    nothing; `owes` says that they had to. `done` says that it is signed off, `late` that its day
    has passed undone."""

    serial: int
    title: str
    lead: str
    responsible: tuple[str, ...]
    due: str
    state: str
    done: bool
    progress: str = ""
    hindered: str = ""
    next: str = ""
    late: bool = False
    reported_on: date | None = None
    owes: bool = True

    @property
    def unreported(self) -> bool:
        """未报: it was the units' turn, and they reported nothing."""
        return self.owes and not self.done and self.reported_on is None


def measure_words(text: str, units: Sequence[str] = (), due: str = "") -> str:
    """A measure with its own units and due date behind it in brackets, where it has any."""
    own = [
        *((f"责任单位：{'、'.join(units)}",) if units else ()),
        *((f"完成时限：{due}",) if due else ()),
    ]
    return f"{text}（{'；'.join(own)}）" if own else text


def same_problem(rows: Iterable[PlanRow]) -> list[list[PlanRow]]:
    """The rows in runs of neighbours that belong to one problem."""
    runs: list[list[PlanRow]] = []
    for row in rows:
        before = runs[-1][-1] if runs else None
        if before and _problem(before) == _problem(row):
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def _problem(row: PlanRow) -> int | str:
    return row.problem if row.problem_serial is None else row.problem_serial


@dataclass(frozen=True)
class DispatchSums:
    """The foot of a dispatch sheet: what is done and under way, and who said nothing."""

    sum: Sum
    unreported: int

    @property
    def words(self) -> str:
        """合计 in words, the parts adding up to the whole."""
        whole = self.sum
        return (
            f"共 {whole.total} 项：已完成 {whole.done} 项，正在推进 {whole.under_way} 项；"
            f"其中逾期 {whole.late} 项，本月未报 {self.unreported} 项"
        )


def dispatch_sums(rows: Iterable[DispatchRow]) -> DispatchSums:
    """What a sheet's rows add up to. Nothing is asked of a task that is done."""
    every = list(rows)
    return DispatchSums(
        Sum(
            total=len(every),
            done=sum(row.done for row in every),
            late=sum(row.late and not row.done for row in every),
        ),
        sum(row.unreported for row in every),
    )
