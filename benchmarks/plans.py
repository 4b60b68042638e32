"""What does it cost to read a plan, measured against reading the cells of its workbook alone?

Writes the invented plan as 整改任务清单, then times in turns, in the same run, the bare reader
(calamine into Python lists) and `read_plan`. Prints the medians and their ratio.

    python benchmarks/plans.py [TASKS] [REPEATS]
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import python_calamine as calamine

from jieban.invented.plans import inspection_plan
from jieban.tables.plan_books import plan_workbook
from jieban.tables.plans import read_plan


def bare(path: Path) -> None:
    """The floor: every cell as a Python value, nothing else."""
    calamine.load_workbook(path).get_sheet_by_index(0).to_python()


def read(path: Path) -> None:
    """The whole way to tasks and measures."""
    assert not read_plan(path).rejected


def seconds(work: Callable[[Path], None], path: Path) -> float:
    start = perf_counter()
    work(path)
    return perf_counter() - start


def main() -> None:
    """Write the workbook, take turns, print medians."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    repeats = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    plan = inspection_plan(count)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.xlsx"
        start = perf_counter()
        path.write_bytes(plan_workbook(plan.rows(), title=plan.title))
        written = perf_counter() - start
        pairs = [(seconds(bare, path), seconds(read, path)) for _ in range(repeats)]
    floor, whole = (median(pair[place] for pair in pairs) for place in (0, 1))
    ratio = median(pair[1] / pair[0] for pair in pairs)
    items = sum(len(task.items) for task in plan.tasks)
    print(
        f"{count:,} tasks, {items:,} measures · bare {floor:.2f} s · read {whole:.2f} s · "
        f"ratio {ratio:.1f} · written in {written:.2f} s"
    )


if __name__ == "__main__":
    main()
