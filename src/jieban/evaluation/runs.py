"""A run 测算: facts and a rulebook in, tables and a manifest out; and the way back, `verify`.

A run is a function of what was counted, the directory, the rulebook, the code and the
period; its id is made of their digest. Made again it is the same run and nothing is
written. It is kept in a folder of its own that appears whole or not at all:

    manifest.json  result.json  before.json  table-<level>.csv  counts.sql  cubes.parquet
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jieban.domain.errors import Refused
from jieban.domain.rulebook import schema
from jieban.domain.rulebook.periods import Period, month_of, months_of, previous_period
from jieban.domain.rulebook.schema import SOURCE_ZONE, Rulebook
from jieban.evaluation import cube, tables
from jieban.evaluation.cube import Cubes, Window, windows_of
from jieban.evaluation.engines import duckdb_
from jieban.evaluation.engines import engine as engine_named
from jieban.evaluation.facts import FactsFolder
from jieban.evaluation.keeping import levels_from, levels_json, plain
from jieban.evaluation.levels import Level, Row, days_of, evaluate_level
from jieban.evaluation.measures import COUNTS, Counts, counting_matrix
from jieban.evaluation.outcome import outcomes_of
from jieban.evaluation.places import LEVELS, RollUp
from jieban.evaluation.tables import Table

FORMAT: Final = 1
_TOLERANCE: Final = Decimal("0.01")


def installed_version() -> str:
    """The version of this code that goes into a run's digest."""
    try:
        return metadata.version("jieban")
    except metadata.PackageNotFoundError:
        return "0"


@dataclass(frozen=True)
class Run:
    """One calculation. `levels` holds every level; `folder` is None before it is kept."""

    id: str
    manifest: Mapping[str, Any]
    rulebook: Rulebook
    period: str
    levels: Mapping[str, Level]
    folder: Path | None = None

    @classmethod
    def load(cls, folder: Path) -> Run:
        """The run kept in `folder`.

        Raises:
            Refused: `run.unknown`, `run.damaged`.
        """
        if not (folder / "manifest.json").is_file():
            raise Refused("run.unknown", run=str(folder))
        described = cls.of_manifest(folder / "manifest.json")
        try:
            levels = levels_from(folder / "result.json")
        except (OSError, ValueError, KeyError, TypeError, ArithmeticError) as error:
            raise Refused("run.damaged", run=folder.name, problem=repr(error)) from error
        return replace(described, levels=levels, folder=folder)

    @classmethod
    def of_manifest(cls, path: Path) -> Run:
        """The run a manifest describes, without its figures: enough to make it again.

        Raises:
            Refused: `run.damaged`.
        """
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
            rulebook = schema.from_table(manifest["rulebook"]["content"], path.name)
            period: str = manifest["period"]["name"]
            rulebook.period(period)
            return cls(manifest["run"], manifest, rulebook, period, levels={})
        except (OSError, ValueError, KeyError, TypeError, ArithmeticError) as error:
            raise Refused("run.damaged", run=path.name, problem=repr(error)) from error

    def level(self, name: str) -> list[Row]:
        """The rows of a level in printed order, without the summary lines.

        Raises:
            Refused: `level.unknown`.
        """
        return list(self._level(name).rows)

    def row(self, level: str, place_id: str) -> Row | None:
        """The line of one place."""
        return self._level(level).row(place_id)

    def summary(self, level: str) -> Level:
        """The level with its 未归属, 各单位平均 and 合并计算 lines."""
        return self._level(level)

    def before(self, level: str) -> Level | None:
        """The same level one period earlier, by the same rulebook; None without facts."""
        return self._before.get(level)

    def previous_row(self, level: str, place_id: str) -> Row | None:
        """The line of one place one period earlier."""
        earlier = self.before(level)
        return None if earlier is None else earlier.row(place_id)

    def table(self, level: str) -> Table:
        """The printed table of a level."""
        return tables.table_of(self._level(level), self.rulebook, notes_of(self.manifest))

    def facts(self, folder: Path) -> FactsFolder:
        """The facts this run read, out of the folder that keeps them."""
        return FactsFolder.open(folder, cited=self.manifest["facts"])

    @property
    def span(self) -> Period:
        """From and to of the period, by the rulebook's own zone."""
        return self.rulebook.period(self.period)

    @property
    def windows(self) -> list[Window]:
        """The windows of this period (not of the one before)."""
        zones = {name: entry["zone"] for name, entry in self.manifest["facts"]["sources"].items()}
        return windows_of(self.rulebook, self.period, zones)

    @property
    def generated(self) -> bool:
        """Whether any of its facts were generated rather than reported by people."""
        return bool(self.manifest["generated"])

    @cached_property
    def cubes(self) -> Cubes:
        """The counts of this period and the one before."""
        if self.folder is None:
            raise ValueError("a run that is not kept has no file of cubes")
        return cube.read_cubes(self.folder / "cubes.parquet")

    @cached_property
    def _before(self) -> Mapping[str, Level]:
        if self.folder is None:
            return {}
        return levels_from(self.folder / "before.json")

    def _level(self, name: str) -> Level:
        if name not in self.levels:
            raise Refused("level.unknown", level=name, known=list(LEVELS))
        return self.levels[name]


def run(
    facts: FactsFolder,
    rulebook: Rulebook,
    period: str,
    home_runs_dir: Path,
    engine: str = "numpy",
    code_version: str | None = None,
    at: datetime | None = None,
) -> Run:
    """Evaluate `period` by `rulebook` and keep the run under `home_runs_dir`.

    `at` is when it is made; it is noted and takes no part in the digest.

    Raises:
        Refused: `period.bad_name`, `period.no_facts`, `engine.unknown`, `disk.full`, and what
            reading facts refuses.
    """
    version = code_version or installed_version()
    inputs = _Inputs.of(facts, rulebook, period, version)
    cubes = _count(inputs, engine)
    folder = home_runs_dir / inputs.id(cubes)
    if (folder / "manifest.json").is_file():
        return Run.load(folder)
    return _keep(_calculate(inputs, cubes, engine, at), folder)


# --- calculating --------------------------------------------------------------------------


@dataclass(frozen=True)
class _Inputs:
    """Everything a run is a function of. `facts` is limited to the parts it reads."""

    facts: FactsFolder
    rulebook: Rulebook
    period: Period
    earlier: Period
    windows: tuple[Window, ...]
    version: str

    @classmethod
    def of(cls, facts: FactsFolder, rulebook: Rulebook, name: str, version: str) -> _Inputs:
        period = rulebook.period(name)
        zones = {source: entry.zone for source, entry in facts.sources.items()}
        windows = windows_of(rulebook, name, zones)
        if not any(_may_hold(facts, window) for window in windows if window.count == "received"):
            raise _no_facts(facts, rulebook, name)
        earlier = rulebook.period(previous_period(name))
        windows += windows_of(rulebook, earlier.name, zones)
        parts = tuple(
            part
            for part in facts.parts
            if any(part.may_hold(w.moment, w.start, w.end) for w in windows)
        )
        return cls(
            facts=replace(facts, parts=parts),
            rulebook=rulebook,
            period=period,
            earlier=earlier,
            windows=tuple(windows),
            version=version,
        )

    def digest(self, cubes: Cubes) -> str:
        """SHA-256 over what was counted, directory, rulebook, code version and period.

        Counts stand for the facts: rows of other periods may come in beside them and the
        run stays the same run.
        """
        sealed = {
            "counts": cubes.digest,
            "areas": self.facts.files["areas"][1],
            "units": self.facts.files["units"][1],
            "rulebook": self.rulebook.digest,
            "code": self.version,
            "period": self.period.name,
            "windows": [_window_json(window) for window in self.windows],
            "generated": self.facts.generated,
        }
        text = json.dumps(sealed, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8")).hexdigest()

    def id(self, cubes: Cubes) -> str:
        """The run's name: people read period and rulebook in it, the digest makes it unique."""
        return f"{self.period.name}_{self.rulebook.name}_{self.digest(cubes)[:12]}"


@dataclass(frozen=True)
class _Calculated:
    run: Run
    before: Mapping[str, Level]
    cubes: Cubes
    sql: str


def _count(inputs: _Inputs, engine: str) -> Cubes:
    enquiries = inputs.rulebook.count_enquiries
    cubes = engine_named(engine).count(inputs.facts, inputs.windows, enquiries=enquiries)
    if not _holds(cubes, inputs.period):
        raise _no_facts(inputs.facts, inputs.rulebook, inputs.period.name)
    return cubes


def _calculate(inputs: _Inputs, cubes: Cubes, engine: str, at: datetime | None) -> _Calculated:
    facts, rulebook = inputs.facts, inputs.rulebook
    before: dict[str, Level] = {}
    levels: dict[str, Level] = {}
    for name in LEVELS:
        places = facts.units if name == "unit" else facts.areas
        if _holds(cubes, inputs.earlier):
            before[name] = evaluate_level(name, cubes, places, rulebook, inputs.earlier)
        levels[name] = evaluate_level(
            name, cubes, places, rulebook, inputs.period, before=before.get(name)
        )
    manifest = _manifest(inputs, levels, cubes, engine, at)
    made = Run(inputs.id(cubes), manifest, rulebook, inputs.period.name, levels)
    return _Calculated(made, before, cubes, _sql(inputs))


def _holds(cubes: Cubes, period: Period) -> bool:
    months = pa.array(period.months)
    return bool(pc.any(pc.is_in(cubes.received_by_unit["period"], value_set=months)).as_py())


def _may_hold(facts: FactsFolder, window: Window) -> bool:
    return any(part.may_hold(window.moment, window.start, window.end) for part in facts.parts)


def _no_facts(facts: FactsFolder, rulebook: Rulebook, name: str) -> Refused:
    available = _spans(periods_with_facts(facts, rulebook))
    if not available:
        return Refused("period.no_facts_at_all", period=name)
    return Refused("period.no_facts", period=name, available=available)


def _spans(months: Sequence[str]) -> list[str]:
    """Months in a row as one range each: 2023-01..2023-10."""
    spans: list[list[str]] = []
    for month in months:
        if spans and previous_period(month) == spans[-1][-1]:
            spans[-1].append(month)
        else:
            spans.append([month])
    return [span[0] if len(span) == 1 else f"{span[0]}..{span[-1]}" for span in spans]


def periods_with_facts(facts: FactsFolder, rulebook: Rulebook) -> list[str]:
    """Months by the rulebook's own rule into which the first or last row of a part falls."""
    found: set[str] = set()
    zone = rulebook.zone()
    for part in facts.parts:
        first, last = part.received_from, part.received_to
        if rulebook.period_by == "closed":
            first, last = part.closed_from, part.closed_to
        if first is not None and last is not None:
            ends = [month_of(moment, rulebook.period_rule, zone) for moment in (first, last)]
            found.update(months_of(f"{ends[0]}..{ends[1]}"))
    return sorted(found)


def _sql(inputs: _Inputs) -> str:
    """The counting as SQL, for the record, whichever engine counted."""
    return duckdb_.statement(inputs.windows, enquiries=inputs.rulebook.count_enquiries)


def _manifest(
    inputs: _Inputs,
    levels: Mapping[str, Level],
    cubes: Cubes,
    engine: str,
    at: datetime | None,
) -> dict[str, Any]:
    facts, rulebook, period = inputs.facts, inputs.rulebook, inputs.period
    pooled = {name: level.pooled.counts for name, level in levels.items()}
    return {
        "format": FORMAT,
        "run": inputs.id(cubes),
        "digest": inputs.digest(cubes),
        "period": {
            "name": period.name,
            "from": _local(period.start, rulebook),
            "to": _local(period.end, rulebook),
            "zone": rulebook.period_zone,
        },
        "previous_period": inputs.earlier.name,
        "windows": [_window_json(window) for window in inputs.windows],
        "rulebook": {
            "name": rulebook.name,
            "digest": rulebook.digest,
            "content": rulebook.as_table(),
        },
        "facts": facts.cited() | {"digest": facts.digest, "ledger_number": facts.ledger_number},
        "counts": {
            "received": pooled["unit"]["received"],
            "closed": pooled["unit"]["closed"],
            "received_for_area": pooled["district"]["received"],
            "closed_for_area": pooled["district"]["closed"],
            "digest": cubes.digest,
        },
        "generated": facts.generated,
        "engine": engine,
        "versions": {
            "code": inputs.version,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "pyarrow": pa.__version__,
        },
        "made_at": None if at is None else at.isoformat(),
    }


def _local(moment: datetime, rulebook: Rulebook) -> str:
    """A moment as people there write it; without an offset where every source has its own."""
    local = moment.astimezone(ZoneInfo(rulebook.zone()))
    if rulebook.period_zone == SOURCE_ZONE:
        local = local.replace(tzinfo=None)
    return local.isoformat()


def _window_json(window: Window) -> dict[str, Any]:
    return {
        "count": window.count,
        "period": window.period,
        "moment": window.moment,
        "from": window.start.isoformat(),
        "to": window.end.isoformat(),
        "source": window.source,
    }


def notes_of(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is printed beside every table: period, both windows, rulebook, run."""
    months = months_of(manifest["period"]["name"])
    windows = [window for window in manifest["windows"] if window["period"] in months]
    notes = [
        ("考核期", manifest["period"]["name"]),
        ("考核期起", manifest["period"]["from"]),
        ("考核期止（不含）", manifest["period"]["to"]),
    ]
    zone = manifest["period"]["zone"]
    zone = "各来源当地时间" if zone == SOURCE_ZONE else zone
    for count, label in (("received", "受理"), ("closed", "办结")):
        mine = [window for window in windows if window["count"] == count]
        start = min(window["from"] for window in mine)
        end = max(window["to"] for window in mine)
        notes.append((f"{label}窗口（UTC）", f"{start} — {end}"))
    content = manifest["rulebook"]["content"]["rulebook"]
    notes += [
        ("时区", zone),
        ("考核细则", f"{content['title']['zh']}（{content['name']}）"),
        ("文号", content["document"]),
        ("细则摘要", manifest["rulebook"]["digest"]),
        ("测算编号", manifest["run"]),
    ]
    if manifest["generated"]:
        notes.append(("说明", "含生成的演示数据，不是真实诉求"))
    return notes


# --- keeping and loading ------------------------------------------------------------------


def _keep(calculated: _Calculated, folder: Path) -> Run:
    """Write the run beside its place and move it there in one step.

    The manifest comes last and holds the digests of all other files.
    """
    beside = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    made = calculated.run
    try:
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        _write_json(beside / "result.json", levels_json(made.levels))
        _write_json(beside / "before.json", levels_json(calculated.before))
        for name in made.levels:
            (beside / f"table-{name}.csv").write_bytes(tables.render(made.table(name), "csv"))
        (beside / "counts.sql").write_text(calculated.sql, encoding="utf-8")
        cube.write_cubes(calculated.cubes, beside / "cubes.parquet")
        files = {file.name: _seal_of(file) for file in sorted(beside.iterdir())}
        made = replace(made, manifest={**made.manifest, "files": files}, folder=folder)
        _write_json(beside / "manifest.json", made.manifest)
        _move(beside, folder)
    except OSError as error:
        problem = error.strerror or str(error)
        raise Refused("disk.full", path=str(folder), problem=problem) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return made


def check_files(run: Run) -> None:
    """See that the files of a kept run are those its manifest names.

    Raises:
        Refused: `run.file_changed`.
    """
    if run.folder is None:
        return
    for name, seal in run.manifest["files"].items():
        file = run.folder / name
        if not file.is_file() or _seal_of(file) != seal:
            raise Refused("run.file_changed", run=run.id, file=name)


def _seal_of(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _move(beside: Path, folder: Path) -> None:
    for file in beside.iterdir():
        with file.open("rb") as content:
            os.fsync(content.fileno())
    try:
        beside.rename(folder)
    except OSError:
        # Someone else made the same run meanwhile: theirs is as good.
        if not (folder / "manifest.json").is_file():
            raise


def _write_json(path: Path, content: Any) -> None:
    # Without indentation: the encoder that indents is many times slower.
    path.write_text(json.dumps(content, ensure_ascii=False) + "\n", encoding="utf-8")


# --- figures behind a row -----------------------------------------------------------------


def category_counts(
    run: Run, facts: FactsFolder, level: str, place_id: str
) -> dict[str, tuple[Counts, Counts]]:
    """For one area: the counts of each category in this period and in the one before.

    The category "" holds what has none. Units have no counts by category.
    """
    found: dict[str, list[Counts]] = {}
    periods = [run.span, run.rulebook.period(run.manifest["previous_period"])]
    by_category = run.cubes.received_by_area_category
    for number, period in enumerate(periods):
        roll_up = RollUp(facts.areas, level, *days_of(run.rulebook, period))
        mine = {area.id for area in facts.areas if roll_up.target(area.id) == place_id}
        inside = pc.and_(
            pc.is_in(by_category["period"], value_set=pa.array(period.months)),
            pc.is_in(by_category["area"], value_set=pa.array(sorted(mine), pa.string())),
        )
        for category, counts in _by_category(by_category.filter(inside), run.rulebook):
            found.setdefault(category, [_NO_COUNTS, _NO_COUNTS])[number] = counts
    return {category: (now, earlier) for category, (now, earlier) in sorted(found.items())}


_NO_COUNTS: Final[Counts] = dict.fromkeys(COUNTS, 0)


def _by_category(table: pa.Table, rulebook: Rulebook) -> Iterator[tuple[str, Counts]]:
    codes = sorted(pc.unique(table["outcome"]).to_pylist())
    matrix = counting_matrix(outcomes_of(codes), rulebook)
    totals: dict[str, Any] = {}
    summed = table.group_by(["category", "outcome"]).aggregate([("count", "sum")])
    for row in summed.to_pylist():
        counted = matrix[codes.index(row["outcome"])] * row["count_sum"]
        totals[row["category"]] = totals.get(row["category"], 0) + counted
    for category, counts in totals.items():
        yield category, dict(zip(COUNTS, counts.tolist(), strict=True))


@dataclass(frozen=True)
class Move:
    """One place in two runs; scores and points in millionths, None where there is none."""

    id: str
    name: str
    score_before: int | None
    score_after: int | None
    points: int | None
    rank_before: int | None
    rank_after: int | None


def moves(before: Run, after: Run, level: str) -> list[Move]:
    """Who stands elsewhere in `after` than in `before`: largest change of score first.

    Places whose score and rank are the same, or that neither run scores, are left out.
    """
    earlier = {row.id: row for row in before.level(level)}
    later = {row.id: row for row in after.level(level)}
    found = []
    for name in later | earlier:
        old, new = earlier.get(name), later.get(name)
        shown = new or old
        if shown is None:
            continue
        scores = (old.score if old else None, new.score if new else None)
        places = (old.rank if old else None, new.rank if new else None)
        if scores[0] == scores[1] and places[0] == places[1]:
            continue
        both = scores[0] is not None and scores[1] is not None
        change = (scores[1] or 0) - (scores[0] or 0) if both else None
        found.append(Move(name, shown.name, *scores, change, *places))
    return sorted(found, key=lambda move: -abs(move.points or 0))


# --- verifying ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """The first figure that does not come out again."""

    level: str
    row: str
    column: str
    stored: str
    recomputed: str


def verify(run: Run, facts: Path | FactsFolder, printed: Path | None = None) -> Difference | None:
    """Recompute a kept run from the facts it cites; the first difference, or None.

    `facts` is the folder that keeps them. Exact columns are compared exactly, intervals to
    0.01. `printed` is a table written from the run, if that is to be checked as well.

    Raises:
        Refused: what reading the cited facts refuses.
    """
    path = facts if isinstance(facts, Path) else facts.path
    name, version = run.period, run.manifest["versions"]["code"]
    inputs = _Inputs.of(run.facts(path), run.rulebook, name, version)
    again = _calculate(inputs, _count(inputs, "numpy"), "numpy", None)
    checks: list[Iterator[Difference]] = [
        _differ_manifest(run.manifest, again.run.manifest),
        _differ_levels(run.levels, again.run.levels),
        _differ_tables(run, again.run, printed),
    ]
    return next((found for check in checks for found in check), None)


def _differ_manifest(
    stored: Mapping[str, Any], recomputed: Mapping[str, Any]
) -> Iterator[Difference]:
    for key in ("run", "digest", "period", "previous_period", "windows", "counts", "generated"):
        was, now = plain(stored.get(key)), plain(recomputed[key])
        if was != now:
            yield Difference("manifest", "", key, str(was), str(now))


def _differ_levels(
    stored: Mapping[str, Level], recomputed: Mapping[str, Level]
) -> Iterator[Difference]:
    if not stored:
        return  # Only a manifest was given: it holds no figures but the counts.
    left, right = levels_json(stored), levels_json(recomputed)
    for name in right:
        was, now = left.get(name, {}), right[name]
        ids = [[row["id"] for row in rows.get("rows", [])] for rows in (was, now)]
        if ids[0] != ids[1]:
            yield Difference(name, "", "id", str(ids[0]), str(ids[1]))
            return
        lines = list(zip(was["rows"], now["rows"], strict=True))
        lines += [(was[key], now[key]) for key in ("unattributed", "mean", "pooled")]
        for before, after in lines:
            where = (after or before or {}).get("name", "")
            for column, one, other in _unlike(before, after, ""):
                yield Difference(name, where, column, str(one), str(other))


def _unlike(stored: Any, recomputed: Any, column: str) -> Iterator[tuple[str, Any, Any]]:
    """Paths at which two plain values differ, intervals by more than 0.01."""
    if isinstance(stored, dict) and isinstance(recomputed, dict):
        for key in stored | recomputed:
            path = f"{column}.{key}" if column else key
            yield from _unlike(stored.get(key), recomputed.get(key), path)
    elif stored != recomputed and not _near(stored, recomputed, column):
        yield column, stored, recomputed


def _near(stored: Any, recomputed: Any, column: str) -> bool:
    tolerance = float(_TOLERANCE)
    if column == "shrunken_score":
        tolerance *= 1_000_000
    elif not (isinstance(stored, float) or isinstance(recomputed, float)):
        return False
    numbers = isinstance(stored, int | float) and isinstance(recomputed, int | float)
    return numbers and abs(stored - recomputed) <= tolerance


def _differ_tables(stored: Run, recomputed: Run, printed: Path | None) -> Iterator[Difference]:
    if stored.folder is not None:
        for name in recomputed.levels:
            file = stored.folder / f"table-{name}.csv"
            yield from _differ_cells(file, "csv", name, recomputed.table(name))
    if printed is not None:
        # The manifest beside a printed table says which table it is.
        shown = stored.manifest["table"]
        yield from _differ_cells(
            printed, shown["format"], shown["level"], recomputed.table(shown["level"])
        )


def _differ_cells(file: Path, form: str, level: str, table: Table) -> Iterator[Difference]:
    try:
        cells = tables.read_cells(file, form)
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        yield Difference(level, "", file.name, repr(error), "")
        return
    expected: list[Sequence[Any]] = [table.heads, *table.rows]
    if len(cells) != len(expected):
        yield Difference(level, "", file.name, f"{len(cells)}", f"{len(expected)}")
        return
    for was, now in zip(cells, expected, strict=True):
        padded = [*was, *[""] * (len(table.heads) - len(was))]
        for head, one, other in zip(table.heads, padded, now, strict=False):
            tolerance = _TOLERANCE if head.startswith("区间") else Decimal(0)
            if not tables.same_cell(one, other, tolerance=tolerance):
                yield Difference(level, str(now[1]), head, one, str(other))
