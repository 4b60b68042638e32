"""The facts: one row per assessed assignment (case × responsible unit), and their folder.

`COLUMNS`, `AREA_COLUMNS` and `UNIT_COLUMNS` are the contract: names and types are fixed. A
folder of facts is enough to evaluate; no database is needed. A folder with `manifest.json`
is sealed: its files are named by their content, checked when they are read, and never
changed, so an older run keeps finding the rows it cites. A folder without a manifest is
taken as it is (areas.parquet, units.parquet, every other .parquet is facts) and checked in
full when it is opened; moments without a time zone are then read as Asia/Shanghai.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from jieban.domain.errors import Refused
from jieban.domain.rulebook.schema import DEFAULT_ZONE
from jieban.evaluation.outcome import OUTCOME_COLUMNS
from jieban.evaluation.places import Place, places_of

FORMAT: Final = 1
ROLES: Final = ("lead", "dual", "joint", "transfer")
COUNTING_ROLES: Final = ("lead", "dual")
KINDS: Final = ("request", "enquiry")
MOMENT: Final = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True)
class Column:
    """One column of the contract: `empty`, a row may leave it blank; `extra`, a file may."""

    name: str
    type: pa.DataType
    empty: bool
    meaning: str
    extra: bool = False


COLUMNS: Final = (
    Column("fact_id", pa.string(), False, "names the fact; unique in the folder"),
    Column("case_number", pa.string(), True, "工单编号 as people know it"),
    Column("received_at", MOMENT, False, "创建时间; decides the period"),
    Column("closed_at", MOMENT, True, "办结时间; empty while open"),
    Column("due_at", MOMENT, True, "时限; empty where there is none"),
    Column("area_id", pa.string(), True, "the finest area known; empty: no area known"),
    Column("unit_id", pa.string(), True, "承办单位"),
    Column("role", pa.string(), False, "lead | dual count; joint | transfer do not"),
    Column("category_id", pa.string(), True, "一级->二级->三级"),
    Column("channel", pa.string(), True, "来源渠道"),
    Column("excluded_ground", pa.string(), True, "granted ground of exclusion 剔除; empty: none"),
    Column("contacted", pa.bool_(), True, "联系; empty: not said, counts 0"),
    Column("valid", pa.bool_(), True, "有效回访; empty: not said, counts 0"),
    Column("resolved", pa.bool_(), True, "解决; empty: not said, counts 0"),
    Column("satisfaction", pa.string(), True, "满意度; a word outside the list counts 0"),
    Column("on_time", pa.bool_(), True, "closed by the due time; empty: no verdict"),
    Column("returns", pa.int32(), True, "how often it was sent back 退单; empty: 0"),
    Column("passes", pa.int32(), True, "how often it was handled; empty: 1"),
    Column("held", pa.bool_(), True, "on hold 挂账; empty: no"),
    Column("counts_for_area", pa.bool_(), True, "true on exactly one fact of a case"),
    Column("source", pa.string(), False, "where the row comes from"),
    Column("kind", pa.string(), True, "request | enquiry 咨询; empty: request", extra=True),
)
_PLACE_COLUMNS: Final = (
    Column("id", pa.string(), False, "names the entry"),
    Column("name", pa.string(), False, "as printed"),
    Column("kind", pa.string(), False, "level of an area, sort of a unit"),
    Column("parent", pa.string(), True, "id of the entry above"),
    Column("population", pa.int64(), True, "常住人口"),
    Column("valid_from", pa.date32(), True, "first day; empty: always"),
    Column("valid_to", pa.date32(), True, "first day no longer valid; empty: still"),
    Column("successor", pa.string(), True, "who counts its facts once it is no longer valid"),
    Column("provisional", pa.bool_(), True, "named by an import, not yet confirmed", extra=True),
)
AREA_COLUMNS: Final = (
    *_PLACE_COLUMNS,
    Column("also_parent", pa.string(), True, "second entry above a part", extra=True),
)
UNIT_COLUMNS: Final = _PLACE_COLUMNS
COUNTED_COLUMNS: Final = (
    "received_at",
    "area_id",
    "unit_id",
    "role",
    "category_id",
    "counts_for_area",
    "source",
    "kind",
    *OUTCOME_COLUMNS,
)


@dataclass(frozen=True)
class Part:
    """One file of facts with the first and last moments in it (None: it has none)."""

    name: str
    sha256: str
    rows: int
    received_from: datetime | None
    received_to: datetime | None
    closed_from: datetime | None
    closed_to: datetime | None

    def may_hold(self, moment: str, start: datetime, end: datetime) -> bool:
        """Whether a row with this moment in [start, end) can be in the part."""
        first = self.received_from if moment == "received_at" else self.closed_from
        last = self.received_to if moment == "received_at" else self.closed_to
        return first is not None and last is not None and first < end and last >= start

    def as_json(self) -> dict[str, Any]:
        """The part as the manifest writes it."""
        moments = ("received_from", "received_to", "closed_from", "closed_to")
        return {"name": self.name, "sha256": self.sha256, "rows": self.rows} | {
            name: value.isoformat() if (value := getattr(self, name)) else None for name in moments
        }

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Part:
        """The part a manifest names."""
        moments = {
            name: datetime.fromisoformat(entry[name]) if entry[name] else None
            for name in ("received_from", "received_to", "closed_from", "closed_to")
        }
        return cls(entry["name"], entry["sha256"], entry["rows"], **moments)


@dataclass(frozen=True)
class Source:
    """Where facts come from: the time zone of its days, and whether it was generated."""

    zone: str = DEFAULT_ZONE
    generated: bool = False


@dataclass(frozen=True)
class FactsFolder:
    """An opened folder of facts: what is in it, and the way to its rows.

    `files` are name and digest of areas and units. `digest` names the whole content.
    """

    path: Path
    parts: tuple[Part, ...]
    files: Mapping[str, tuple[str, str]]
    sources: Mapping[str, Source]
    ledger_number: int | None
    sealed: bool
    _areas: tuple[Place, ...] = field(repr=False)
    _units: tuple[Place, ...] = field(repr=False)
    _checked: set[str] = field(default_factory=set, repr=False, compare=False)

    @classmethod
    def open(cls, path: Path, cited: Mapping[str, Any] | None = None) -> FactsFolder:
        """The folder at `path`; `cited` are the files a run's manifest names, if those are meant.

        Raises:
            Refused: `facts.no_folder`, `facts.bad_manifest`, `facts.part_missing`,
                `facts.part_changed` and, for a folder without manifest, everything
                `check_facts` refuses.
        """
        if not path.is_dir():
            raise Refused("facts.no_folder", path=str(path))
        manifest = path / "manifest.json"
        if cited is not None:
            return _open_sealed(path, cited, sealed=manifest.exists())
        if manifest.exists():
            return _open_sealed(path, _manifest(manifest), sealed=True)
        return _open_plain(path)

    @property
    def digest(self) -> str:
        """SHA-256 over the files and sources, not over the ledger number."""
        return hashlib.sha256(_canonical(self.cited()).encode("utf-8")).hexdigest()

    @property
    def generated(self) -> bool:
        """Whether any of it was generated rather than reported by people."""
        return any(source.generated for source in self.sources.values())

    @property
    def areas(self) -> tuple[Place, ...]:
        """The areas, in directory order."""
        return self._areas

    @property
    def units(self) -> tuple[Place, ...]:
        """The units, in directory order."""
        return self._units

    def cited(self, parts: Sequence[Part] | None = None) -> dict[str, Any]:
        """Files and sources as a manifest cites them, limited to `parts` if given."""
        return {
            "format": FORMAT,
            "files": {
                **{
                    name: {"name": file, "sha256": seal}
                    for name, (file, seal) in sorted(self.files.items())
                },
                "parts": [part.as_json() for part in (self.parts if parts is None else parts)],
            },
            "sources": {
                name: {"zone": source.zone, "generated": source.generated}
                for name, source in sorted(self.sources.items())
            },
        }

    def read(self, part: Part, columns: Sequence[str]) -> pa.Table:
        """The rows of a part with the columns asked for, types as in `COLUMNS`.

        Text comes as a dictionary. The seal of the file is checked the first time.
        """
        content = self.path / part.name
        if part.name not in self._checked:
            _check_seal(content, part.sha256)
            self._checked.add(part.name)
        wanted = [column for column in COLUMNS if column.name in columns]
        table = _read_columns(content, part.name, wanted)
        if not self.sealed:
            table = _typed(table, wanted, part.name)
        for place, column in enumerate(wanted):
            if column.type == pa.string() and not pa.types.is_dictionary(table[place].type):
                table = table.set_column(place, column.name, table[place].dictionary_encode())
        return table


def write_facts(
    folder: Path,
    parts: Iterable[tuple[str, pa.Table]],
    areas: pa.Table,
    units: pa.Table,
    sources: Mapping[str, Source],
    ledger_number: int | None,
) -> FactsFolder:
    """Seal facts into `folder`: every file named by its content, the manifest last.

    `parts` are (calendar month of received_at in UTC, rows). A part whose content is there
    already is not written again; older versions stay. Nothing the folder said before changes
    until the new manifest takes the old one's place in one step.

    Raises:
        Refused: everything `check_facts` refuses; `disk.full`.
    """
    (folder / "parts").mkdir(parents=True, exist_ok=True)
    area_table = _typed(_with_extras(areas, AREA_COLUMNS), AREA_COLUMNS, "areas")
    unit_table = _typed(_with_extras(units, UNIT_COLUMNS), UNIT_COLUMNS, "units")
    checks = _Checks(
        places_of(area_table, "areas", areas=True), places_of(unit_table, "units", areas=False)
    )
    written = []
    for month, rows in parts:
        if rows.num_rows == 0:
            continue
        table = _typed(_with_extras(rows, COLUMNS), COLUMNS, month)
        checks.add(table, month)
        table = table.sort_by([("received_at", "ascending"), ("fact_id", "ascending")])
        name, seal = _keep(folder, f"parts/{month}", table)
        written.append(_part(name, seal, table))
    checks.finish()
    _check_sources(checks.sources, sources)
    files = {
        "areas": _keep(folder, "areas", area_table),
        "units": _keep(folder, "units", unit_table),
    }
    opened = FactsFolder(
        path=folder,
        parts=tuple(sorted(written, key=lambda part: part.name)),
        files=files,
        sources=dict(sources),
        ledger_number=ledger_number,
        sealed=True,
        _areas=checks.areas,
        _units=checks.units,
    )
    manifest = opened.cited() | {"ledger_number": ledger_number, "digest": opened.digest}
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    write_whole(folder / "manifest.json", text.encode("utf-8"))
    return opened


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all.

    Raises:
        Refused: `disk.full`.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise Refused("disk.full", path=str(path), problem=error.strerror or "") from error


# --- opening ------------------------------------------------------------------------------


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise Refused("facts.bad_manifest", path=str(path), problem=str(manifest["format"]))
        return manifest
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused("facts.bad_manifest", path=str(path), problem=str(error)) from error


def _open_sealed(path: Path, manifest: Mapping[str, Any], *, sealed: bool) -> FactsFolder:
    try:
        files = {
            name: (manifest["files"][name]["name"], manifest["files"][name]["sha256"])
            for name in ("areas", "units")
        }
        parts = tuple(Part.from_json(entry) for entry in manifest["files"]["parts"])
        sources = {
            name: Source(entry["zone"], entry["generated"])
            for name, entry in manifest["sources"].items()
        }
    except (KeyError, TypeError, ValueError) as error:
        raise Refused("facts.bad_manifest", path=str(path), problem=str(error)) from error
    for name, seal in files.values():
        _check_seal(path / name, seal)
    for part in parts:
        if not (path / part.name).is_file():
            raise Refused("facts.part_missing", file=part.name, path=str(path))
    return FactsFolder(
        path=path,
        parts=parts,
        files=files,
        sources=sources,
        ledger_number=manifest.get("ledger_number"),
        sealed=sealed,
        _areas=_places(path / files["areas"][0], AREA_COLUMNS, areas=True),
        _units=_places(path / files["units"][0], UNIT_COLUMNS, areas=False),
    )


def _open_plain(path: Path) -> FactsFolder:
    for needed in ("areas.parquet", "units.parquet"):
        if not (path / needed).is_file():
            raise Refused("facts.file_missing", file=needed, path=str(path))
    checks = _Checks(
        _places(path / "areas.parquet", AREA_COLUMNS, areas=True),
        _places(path / "units.parquet", UNIT_COLUMNS, areas=False),
    )
    parts = []
    for file in sorted([*path.glob("*.parquet"), *path.glob("parts/*.parquet")]):
        name = file.relative_to(path).as_posix()
        if name in ("areas.parquet", "units.parquet"):
            continue
        table = _typed(_read_columns(file, name, COLUMNS), COLUMNS, name)
        checks.add(table, name)
        parts.append(_part(name, _seal_of(file), table))
    checks.finish()
    return FactsFolder(
        path=path,
        parts=tuple(parts),
        files={
            name: (f"{name}.parquet", _seal_of(path / f"{name}.parquet"))
            for name in ("areas", "units")
        },
        sources={name: Source() for name in sorted(checks.sources)},
        ledger_number=None,
        sealed=False,
        _areas=checks.areas,
        _units=checks.units,
    )


def _places(file: Path, columns: Sequence[Column], *, areas: bool) -> tuple[Place, ...]:
    table = _typed(_read_columns(file, file.name, columns), columns, file.name)
    return places_of(table, file.name, areas=areas)


def _read_columns(file: Path, name: str, columns: Sequence[Column]) -> pa.Table:
    """The wanted columns of a Parquet file, in the order of the contract."""
    try:
        present = set(pq.read_schema(file).names)
        for column in columns:
            if column.name not in present and not column.extra:
                raise Refused("facts.column_missing", file=name, column=column.name)
        found = [column for column in columns if column.name in present]
        texts = [column.name for column in found if column.type == pa.string()]
        with pq.ParquetFile(file, read_dictionary=texts) as parquet:
            table = parquet.read([column.name for column in found])
    except (OSError, pa.ArrowException) as error:
        raise Refused("facts.not_parquet", file=name, problem=str(error).splitlines()[0]) from error
    return _with_extras(table, columns)


def _with_extras(table: pa.Table, columns: Sequence[Column]) -> pa.Table:
    """The table with every column of the contract that a file may leave out, and no other."""
    arrays = []
    for column in columns:
        if column.name in table.column_names:
            arrays.append(table[column.name])
        elif column.extra:
            arrays.append(pa.chunked_array([pa.nulls(table.num_rows, column.type)]))
        else:
            raise Refused("facts.column_missing", file="", column=column.name)
    return pa.table(arrays, names=[column.name for column in columns])


# --- types and checks ---------------------------------------------------------------------


def _typed(table: pa.Table, columns: Sequence[Column], file: str) -> pa.Table:
    """The table in the types of the contract; empty text becomes null.

    Raises:
        Refused: `facts.wrong_type`, `facts.empty_value`, naming the first row.
    """
    arrays = []
    for column in columns:
        array = _cast(table[column.name], column, file)
        if not column.empty and array.null_count:
            row = pc.index(pc.is_null(array), True).as_py() + 1
            raise Refused("facts.empty_value", file=file, column=column.name, row=row)
        arrays.append(array)
    return pa.table(arrays, names=[column.name for column in columns])


def _cast(array: pa.ChunkedArray, column: Column, file: str) -> pa.ChunkedArray:
    found = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
    if not _castable(found, column.type):
        raise _wrong_type(array, column, file, row=1)
    try:
        if pa.types.is_timestamp(found) and found.tz is None:
            array = pc.assume_timezone(array, DEFAULT_ZONE)
        # Text to a date goes by the ISO form; a moment is cut to its day.
        safe = not (pa.types.is_timestamp(found) and pa.types.is_date(column.type))
        array = array.cast(column.type, safe=safe)
    except pa.ArrowInvalid as error:
        raise _wrong_type(array, column, file, _first_bad_row(array, column)) from error
    if column.type == pa.string():
        array = pc.if_else(pc.equal(array, ""), None, array)
    return array


def _castable(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether a cast keeps the meaning: numbers never become yes and no, text never a moment."""
    if found.equals(wanted) or pa.types.is_null(found):
        return True
    if pa.types.is_string(wanted):
        return bool(pa.types.is_large_string(found) or pa.types.is_integer(found))
    if pa.types.is_integer(wanted):
        return bool(pa.types.is_integer(found) or pa.types.is_floating(found))
    if pa.types.is_timestamp(wanted):
        return bool(pa.types.is_timestamp(found))
    if pa.types.is_date(wanted):
        days = (pa.types.is_date, pa.types.is_timestamp, pa.types.is_string)
        return any(is_day(found) for is_day in days)
    return False


def _first_bad_row(array: pa.ChunkedArray, column: Column) -> int:
    for row, value in enumerate(array, start=1):
        try:
            pa.array([value.as_py()], value.type).cast(column.type)
        except pa.ArrowInvalid:
            return row
    return 1


def _wrong_type(array: pa.ChunkedArray, column: Column, file: str, row: int) -> Refused:
    return Refused(
        "facts.wrong_type",
        file=file,
        column=column.name,
        row=row,
        found=str(array.type),
        wanted=str(column.type),
    )


class _Checks:
    """What must hold for every file and for all of them together, row after row."""

    def __init__(self, areas: tuple[Place, ...], units: tuple[Place, ...]) -> None:
        self.areas, self.units = areas, units
        self.sources: set[str] = set()
        self._area_ids = pa.array([area.id for area in areas], pa.string())
        self._unit_ids = pa.array([unit.id for unit in units], pa.string())
        self._identities: list[tuple[str, pa.Table]] = []

    def add(self, table: pa.Table, file: str) -> None:
        """Check one file by itself.

        Raises:
            Refused: `facts.unknown_id`, `facts.unknown_word`.
        """
        self._known(table, "area_id", self._area_ids, file)
        self._known(table, "unit_id", self._unit_ids, file)
        self._words(table, "role", ROLES, file)
        self._words(table, "kind", KINDS, file)
        self.sources.update(pc.unique(table["source"]).to_pylist())
        identity = table.select(["fact_id", "source", "case_number", "counts_for_area"])
        self._identities.append((file, identity))

    def finish(self) -> None:
        """Check all files together: a fact is there once, a case counts once for its area.

        Raises:
            Refused: `facts.fact_twice`, `facts.case_twice`.
        """
        if not self._identities:
            return
        facts = pa.concat_tables([identity for _, identity in self._identities])
        if pc.count_distinct(facts["fact_id"]).as_py() < facts.num_rows:
            self._refuse_repeat("facts.fact_twice", "fact_id")
        counted = facts.filter(
            pc.and_(
                pc.fill_null(facts["counts_for_area"], False), pc.is_valid(facts["case_number"])
            )
        )
        cases = counted.group_by(["source", "case_number"]).aggregate([])
        if cases.num_rows < counted.num_rows:
            self._refuse_repeat("facts.case_twice", "counts_for_area")

    def _refuse_repeat(self, code: str, column: str) -> None:
        known: set[tuple[str, ...]] = set()
        for file, identity in self._identities:
            for row, fact in enumerate(identity.to_pylist(), start=1):
                if code == "facts.fact_twice":
                    name: tuple[str, ...] = (fact["fact_id"],)
                elif fact["counts_for_area"] and fact["case_number"] is not None:
                    name = (fact["source"], fact["case_number"])
                else:
                    continue
                if name in known:
                    raise Refused(code, file=file, column=column, row=row, found=name[-1])
                known.add(name)

    def _known(self, table: pa.Table, column: str, ids: pa.Array, file: str) -> None:
        known = pc.is_in(table[column], value_set=ids)
        self._refuse_first(table, column, pc.or_(known, pc.is_null(table[column])), file, "id")

    def _words(self, table: pa.Table, column: str, words: Sequence[str], file: str) -> None:
        known = pc.is_in(table[column], value_set=pa.array(words))
        self._refuse_first(table, column, pc.or_(known, pc.is_null(table[column])), file, "word")

    @staticmethod
    def _refuse_first(
        table: pa.Table, column: str, fine: pa.ChunkedArray, file: str, what: str
    ) -> None:
        row = pc.index(fine, False).as_py()
        if row >= 0:
            raise Refused(
                f"facts.unknown_{what}",
                file=file,
                column=column,
                row=row + 1,
                found=table[column][row].as_py(),
            )


def _check_sources(found: set[str], declared: Mapping[str, Source]) -> None:
    for name in sorted(found - declared.keys()):
        raise Refused("facts.source_undeclared", found=name, declared=sorted(declared))


# --- sealing ------------------------------------------------------------------------------


def _keep(folder: Path, stem: str, table: pa.Table) -> tuple[str, str]:
    """Write a table under the name of its content unless it is there; its name and digest."""
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    content = buffer.getvalue()
    seal = hashlib.sha256(content).hexdigest()
    name = f"{stem}-{seal[:12]}.parquet"
    if not (folder / name).exists():
        write_whole(folder / name, content)
    return name, seal


def _part(name: str, seal: str, table: pa.Table) -> Part:
    received, closed = pc.min_max(table["received_at"]), pc.min_max(table["closed_at"])
    return Part(
        name,
        seal,
        table.num_rows,
        _utc(received["min"]),
        _utc(received["max"]),
        _utc(closed["min"]),
        _utc(closed["max"]),
    )


def _utc(scalar: pa.Scalar) -> datetime | None:
    moment: datetime | None = scalar.as_py()
    return None if moment is None else moment.astimezone(UTC)


def _seal_of(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _check_seal(file: Path, seal: str) -> None:
    if not file.is_file():
        raise Refused("facts.part_missing", file=file.name, path=str(file.parent))
    if _seal_of(file) != seal:
        raise Refused("facts.part_changed", file=file.name, path=str(file.parent))


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
