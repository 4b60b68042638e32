"""One file that holds an installation, and an installation out of that file.

A backup is a tar: the database as it was at one moment, then the folders of HOME, last
`manifest.json` with the digest and size of every other member. A file without a manifest is
half a backup and says so. The database comes first: what its rows speak of was written before
them, so the folders hold it. Keys are not in it: kept together, they would protect nothing.
"""

import hashlib
import io
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

import orjson

from jieban.domain.errors import Refused
from jieban.home import Home

FOLDERS = ("facts", "runs", "uploads", "attachments", "profiles")
SQLITE, POSTGRESQL = "jieban.sqlite3", "jieban.pgdump"
MANIFEST = "manifest.json"
FORMAT = 1
_PIECE = 1024 * 1024

Told = Callable[[int], None]


@dataclass(frozen=True)
class Backup:
    """What a backup says of itself. `files`: SHA-256 and size by name; `about`: the caller's."""

    version: str
    database: str
    files: dict[str, tuple[str, int]]
    about: dict[str, Any]

    @property
    def size(self) -> int:
        return sum(size for _, size in self.files.values())


def make_backup(
    home: Home,
    file: Path,
    *,
    url: str | None,
    about: dict[str, Any],
    told: Told = lambda done: None,
) -> Backup:
    """Write a backup while the site runs. `told` hears how many bytes are done.

    Under its own name only when it is whole and on the disk.

    Raises:
        Refused "backup.exists", "backup.no_tool", "backup.tool_failed", "storage.full".
    """
    if file.exists():
        raise Refused("backup.exists", file=str(file))
    part = file.with_name(f".{file.name}.part")
    files: dict[str, tuple[str, int]] = {}
    database = POSTGRESQL if url else SQLITE
    try:
        with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".backup-") as folder:
            dump = Path(folder) / database
            _dump(home, url, dump)
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as out:
                with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
                    done = 0
                    for name, path in ((database, dump), *_files_of(home)):
                        found = _add(tar, name, path)
                        if found is not None:
                            files[name] = found
                            done += found[1]
                            told(done)
                    made = Backup(version("jieban"), database, files, about)
                    _add_manifest(tar, made)
                out.flush()
                os.fsync(out.fileno())
        part.rename(file)
        _sync_folder(file.absolute().parent)
        return made
    finally:
        part.unlink(missing_ok=True)


def verify_backup(file: Path, told: Told = lambda done: None) -> Backup:
    """Read a backup whole and compare every digest.

    Raises:
        Refused "backup.not_whole": no backup, or half of one, or from a later format.
        Refused "backup.differs": a member is missing, altered, or was put in.
    """
    return _read(file, None, told)


def restore_backup(
    file: Path, into: Home, *, url: str | None, told: Told = lambda done: None
) -> Backup:
    """Make an installation in an empty folder (and an empty PostgreSQL database).

    Raises:
        Refused "backup.not_empty": the folder holds something.
        Refused "backup.other_database": of SQLite, and a PostgreSQL is named, or the reverse.
        Refused "backup.not_whole", "backup.differs", "backup.no_tool", "backup.tool_failed".
    """
    target = into.path
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refused("backup.not_empty", path=str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-restore-"))
    try:
        found = _read(file, part, told)
        if (found.database == POSTGRESQL) is not bool(url):
            raise Refused("backup.other_database", database=found.database)
        if url:
            _run("pg_restore", "--no-owner", "--no-privileges", "--single-transaction",
                 "--exit-on-error", "--dbname", url, str(part / POSTGRESQL))  # fmt: skip
            (part / POSTGRESQL).unlink()
        if target.exists():
            target.rmdir()
        part.rename(target)
        return found
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _dump(home: Home, url: str | None, dump: Path) -> None:
    if url:
        _run(
            "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(dump), url
        )
        return
    with closing(sqlite3.connect(home.database)) as source, closing(sqlite3.connect(dump)) as out:
        source.backup(out)
        out.execute("PRAGMA journal_mode=DELETE")


def _run(tool: str, *arguments: str) -> None:
    try:
        done = subprocess.run((tool, *arguments), capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Refused("backup.no_tool", tool=tool) from None
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise Refused("backup.tool_failed", tool=tool, reason=said[0] if said else "")


def _files_of(home: Home) -> Iterator[tuple[str, Path]]:
    """Files of the folders; what is just being written has a name with a dot."""
    for folder in FOLDERS:
        for path in sorted((home.path / folder).rglob("*")):
            inside = path.relative_to(home.path)
            if path.is_file() and not any(part.startswith(".") for part in inside.parts):
                yield inside.as_posix(), path


def _add(tar: tarfile.TarFile, name: str, path: Path) -> tuple[str, int] | None:
    """Digest and size of what was put in; None if the file went meanwhile (an expired upload)."""
    try:
        source = path.open("rb")
    except FileNotFoundError:
        return None
    with source:
        entry = tarfile.TarInfo(name)
        entry.size = os.fstat(source.fileno()).st_size
        entry.mode = 0o600
        reader = _Digested(source)
        tar.addfile(entry, reader)
    return reader.digest.hexdigest(), entry.size


class _Digested(io.RawIOBase):
    """Reads through and keeps the digest of what was read."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self.source.read(size)
        self.digest.update(piece)
        return piece


def _add_manifest(tar: tarfile.TarFile, made: Backup) -> None:
    content = orjson.dumps(
        {
            "format": FORMAT,
            "version": made.version,
            "database": made.database,
            "about": made.about,
            "files": made.files,
        },
        default=str,
    )
    entry = tarfile.TarInfo(MANIFEST)
    entry.size, entry.mode = len(content), 0o600
    tar.addfile(entry, io.BytesIO(content))


def _read(file: Path, into: Path | None, told: Told) -> Backup:
    found: dict[str, tuple[str, int]] = {}
    manifest: dict[str, Any] | None = None
    done = 0
    try:
        with tarfile.open(file, "r:") as tar:
            for entry in tar:
                source = tar.extractfile(entry)
                if source is None or not _is_ours(entry.name):
                    raise Refused("backup.differs", name=entry.name)
                if entry.name == MANIFEST:
                    manifest = orjson.loads(source.read())
                    continue
                digest = _copy(source, None if into is None else into / entry.name)
                found[entry.name] = (digest, entry.size)
                done += entry.size
                told(done)
    except (tarfile.TarError, EOFError, orjson.JSONDecodeError, FileNotFoundError):
        raise Refused("backup.not_whole", file=str(file)) from None
    if manifest is None or manifest.get("format") != FORMAT:
        raise Refused("backup.not_whole", file=str(file))
    files = {name: (digest, size) for name, (digest, size) in manifest["files"].items()}
    for name in sorted(files.keys() | found.keys()):
        if files.get(name) != found.get(name):
            raise Refused("backup.differs", name=name)
    return Backup(manifest["version"], manifest["database"], files, manifest["about"])


def _is_ours(name: str) -> bool:
    """A member that belongs into a backup: nothing that would land anywhere else."""
    first, *rest = name.split("/")
    return name in (MANIFEST, SQLITE, POSTGRESQL) or (
        first in FOLDERS and bool(rest) and not any(part in ("", ".", "..") for part in rest)
    )


def _copy(source: IO[bytes], target: Path | None) -> str:
    digest = hashlib.sha256()
    if target is None:
        while piece := source.read(_PIECE):
            digest.update(piece)
        return digest.hexdigest()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        while piece := source.read(_PIECE):
            digest.update(piece)
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
