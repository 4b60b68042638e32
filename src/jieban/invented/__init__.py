"""An invented district, 云川区, and its hotline exports: for the demonstration and benchmarks.

Nothing in it exists: not the places, not the people, not the complaints. The files look like
those of a real Beijing district and go through the same import; this package knows nothing
of the import or the database. Every title says 生成数据 (generated).

*District* (district.py). Always the same: 24 streets and 2 towns, 383 communities and 57
villages, 2,003,600 people, 26 street offices, 40 departments, 6 utilities. On the first of a
month, a third of the way through the periods, 杏屏街道 is dissolved into two streets; its
communities get new codes and each old row names its successor. Populations are log-normal.

*Volume* (cases.py). A category's cases on a day = its weight × the season (heat in November,
leaks and water in July and August, school places in summer, wages before New Year) × the
weekday × log-normal unrest. Single days bring several times the mean: the first and the
official day of heating, a rainstorm, a burst main in one street, wages in January. Hours have
a morning and an afternoon peak. Within a category a place's share is people × its level of
problems (log-normal, sigma 0.55) × its own mix, in which one main problem counts five times.

*Quality.* Each place and each unit has a lasting level and a monthly drift that keeps 0.8 of
itself (AR(1)), in log odds, on a common rising trend; categories are easy or hard, closing late
costs half a unit of log odds. Solved goes from about 85 to 92 % of valid call-backs, contacted
is about 98 %, satisfied (基本满意 at 0.9) about 88 to 92 %: whoever was helped is mostly satisfied,
of the others a third, so that solved and satisfied hang together. 35 % of the call-backs find
nobody or a refusal, more in some places than in others.

*Time.* Each category allows a day, a week or 15 days. Three closings in ten fall into the last
hours before the limit, 4.5 % after it. 0.8 % of cases are held (挂账) and never closed, about
1.3 % are excluded, 5 % were returned at least once. 8 % of cases are the same person about
the same matter at the same place within 30 days of a closing, five times likelier if nothing
was solved.

*Special places and units* (`Truth.special`): three communities without any case, two with full
marks, two that close what is not done (solved on paper, complained about again), one whose
residents say 满意 though unsolved, a street that has its bad results excluded, and a street that
closes in the last hours.

*Lists* (duties.py). The categories and a duty list that agree with the cases.

*Rows.* 88 % lead (主办), 5 % dual (双派), 4 % joint (协办), 3 % transferred (转办): a further row
of a case for another unit, never two of one unit. Exactly `rows` of them exist.

*Files* (plan.py, exports.py). A period's export is drawn on the 30th. Rows still open then come
again in the file of the month in which they were called back. Dirt: three sets of headings in
turn (one with the category in three columns), two or three title rows, two sheets, a total row
in every third file, GB18030, UTF-8 with and without a mark; times as cells, as Excel numbers,
as text with - or /, and 2024年3月5日 下午3点 for one row in 500; full-width digits in numbers and
phones; phones as numbers or masked; units and streets by another name; 6 % of rows without a
community (blank, 不详, 未知, 无, -); 0.4 % standing twice; 0.06 % put right by a later line of
the same file and 0.3 % by the next file; 0.1 % that must be rejected (no number, an unreadable
time, an unknown role). Rejected rows are rows of their own, so nothing good is lost with them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from jieban.invented import words
from jieban.invented.cases import Assignments, Cases, Characters, Spike, draw
from jieban.invented.district import District, build_district
from jieban.invented.duties import write_categories, write_duties
from jieban.invented.exports import write_directory, write_export
from jieban.invented.plan import FilePlan, plan_files
from jieban.invented.timeline import Timeline, moment, timeline

SEED, PERIODS, ROWS, LAST_PERIOD = 20231030, 15, 60_000, "2023-10"
DIRECTORY_FILE = "名录.xlsx"
CATEGORIES_FILE, DUTIES_FILE = "categories.csv", "duties.csv"
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
    """The files written: the directory, the categories, the duty list, the exports in order of
    import, and their periods."""

    directory: Path
    categories: Path
    duties: Path
    exports: tuple[Path, ...]
    periods: tuple[str, ...]

    @property
    def paths(self) -> list[Path]:
        return [self.directory, self.categories, self.duties, *self.exports]


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
    """Writes the directory, the lists and one export per period into `folder`, made if missing.

    `made` saves inventing again. `on_progress` is told how many of `rows` are written.
    """
    made = made or invent(seed, periods, rows, last_period)
    folder.mkdir(parents=True, exist_ok=True)
    directory = folder / DIRECTORY_FILE
    write_directory(directory, made.district, moment(int(made.line.exports[-1])))
    categories, duties = folder / CATEGORIES_FILE, folder / DUTIES_FILE
    write_categories(categories)
    write_duties(duties, made.district)
    exports = []
    done = 0
    received = made.cases.received[made.assignments.case]
    for plan in made.files:
        exports.append(write_export(folder, made, plan))
        start, end = made.line.starts[plan.period], made.line.starts[plan.period + 1]
        done += int(((received >= start) & (received < end)).sum())
        if on_progress is not None:
            on_progress(done)
    return Written(directory, categories, duties, tuple(exports), made.line.names)


def _estates(district: District) -> tuple[tuple[str, ...], ...]:
    """One to three invented estates per community; a village is its own."""
    result: list[tuple[str, ...]] = []
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
