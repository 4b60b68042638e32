"""An invented district, 云川区, and its hotline exports: for the demonstration and benchmarks.

Nothing in it exists: not the places, not the people, not the complaints. The files look like
those of a real Beijing district and go through the same import; this package knows nothing
of the import or the database.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from jieban.invented import words
from jieban.invented.cases import Assignments, Cases, Characters, Spike, draw
from jieban.invented.district import District, build_district
from jieban.invented.exports import write_directory, write_export
from jieban.invented.plan import FilePlan, plan_files
from jieban.invented.timeline import Timeline, moment, timeline

SEED, PERIODS, ROWS, LAST_PERIOD = 20231030, 15, 60_000, "2023-10"
DIRECTORY_FILE = "名录.xlsx"
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Truth:
    """What only the generator knows, for tests and experiments; no file says it.

    `special` are the places and units with a character of their own, `spikes` the days of
    several times the mean volume.
    """

    special: Characters
    spikes: tuple[Spike, ...]


@dataclass(frozen=True)
class Invented:
    """A district, its cases, and the files that tell of them."""

    district: District
    line: Timeline
    cases: Cases
    assignments: Assignments
    files: tuple[FilePlan, ...]
    estates: tuple[tuple[str, ...], ...]
    truth: Truth


@dataclass(frozen=True)
class Written:
    """The files written: the directory, the exports in order of import, and their periods."""

    directory: Path
    exports: tuple[Path, ...]
    periods: tuple[str, ...]

    @property
    def paths(self) -> list[Path]:
        return [self.directory, *self.exports]


def invent(
    seed: int = SEED, periods: int = PERIODS, rows: int = ROWS, last_period: str = LAST_PERIOD
) -> Invented:
    """`rows` assignments over `periods` assessment periods ending with `last_period`.

    The same arguments give the same district, cases and files everywhere.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    line = timeline(periods, last_period)
    year, month = (int(part) for part in line.names[periods // 3].split("-"))
    district = build_district(date(year, month, 1))
    cases, assignments, special, peaks = draw(rng, district, line, rows)
    files = plan_files(rng, line, cases, assignments, f"{district.name}诉求明细")
    return Invented(
        district, line, cases, assignments, files, _estates(district), Truth(special, peaks)
    )


def write(
    folder: Path,
    *,
    seed: int = SEED,
    periods: int = PERIODS,
    rows: int = ROWS,
    last_period: str = LAST_PERIOD,
    made: Invented | None = None,
    on_progress: Progress | None = None,
) -> Written:
    """Writes the directory and one export per period into `folder`, which is made if missing.

    `made` saves inventing again. `on_progress` is told how many of `rows` are written.
    """
    made = made or invent(seed, periods, rows, last_period)
    folder.mkdir(parents=True, exist_ok=True)
    directory = folder / DIRECTORY_FILE
    write_directory(directory, made.district, moment(int(made.line.exports[-1])))
    exports = []
    done = 0
    received = made.cases.received[made.assignments.case]
    for plan in made.files:
        exports.append(write_export(folder, made, plan))
        start, end = made.line.starts[plan.period], made.line.starts[plan.period + 1]
        done += int(((received >= start) & (received < end)).sum())
        if on_progress is not None:
            on_progress(done)
    return Written(directory, tuple(exports), made.line.names)


def _estates(district: District) -> tuple[tuple[str, ...], ...]:
    """One to three invented estates per community; a village is its own."""
    result = []
    for place, area in enumerate(district.communities):
        stem = area.name.removesuffix("社区")
        if area.kind == "村":
            result.append((area.name,))
            continue
        endings = words.ESTATE_ENDINGS
        result.append(
            tuple(
                stem + endings[(place + turn * 3) % len(endings)] for turn in range(1 + place % 3)
            )
        )
    return tuple(result)
