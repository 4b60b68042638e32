"""How a backup stands in its file: members, their digests, and the manifest that closes it."""

import hashlib
import io
import os
import tarfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import orjson

from jieban.backup.databases import POSTGRESQL, SQLITE, Held
from jieban.domain.errors import Refused

FOLDERS = ("facts", "runs", "uploads", "attachments", "profiles")
KEYS = "keys.sealed"
MANIFEST = "manifest.json"
FORMAT = 1
SHORTEST_PASSPHRASE = 12
_PIECE = 1024 * 1024

Told = Callable[[int], None]


@dataclass(frozen=True)
class Backup:
    """What a backup says of itself. `files`: SHA-256 and size by name."""

    version: str
    at: datetime
    database: str
    held: Held
    files: dict[str, tuple[str, int]]

    @property
    def size(self) -> int:
        return sum(size for _, size in self.files.values())

    @property
    def has_keys(self) -> bool:
        return KEYS in self.files


def check_passphrase(passphrase: str) -> str:
    """The passphrase, if it is long enough to be worth guessing at.

    Raises:
        Refused "backup.short_passphrase".
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Refused("backup.short_passphrase", least=SHORTEST_PASSPHRASE)
    return passphrase


class Writer:
    """Puts members into a tar and keeps what the manifest will say of them."""

    def __init__(self, out: IO[bytes], told: Told) -> None:
        self._tar = tarfile.TarFile(fileobj=out, mode="w", format=tarfile.PAX_FORMAT)
        self._told = told
        self._done = 0
        self.files: dict[str, tuple[str, int]] = {}

    def add_file(self, name: str, path: Path) -> None:
        """Nothing if the file went meanwhile: an upload that expired."""
        try:
            source = path.open("rb")
        except FileNotFoundError:
            return
        with source:
            self._add(name, source, os.fstat(source.fileno()).st_size)

    def add(self, name: str, content: bytes) -> None:
        self._add(name, io.BytesIO(content), len(content))

    def close(self, made: Backup) -> None:
        """The manifest, and the end of the tar."""
        said = {
            "format": FORMAT,
            "version": made.version,
            "at": made.at,
            "database": made.database,
            "held": asdict(made.held),
            "files": made.files,
        }
        content = orjson.dumps(said, option=orjson.OPT_INDENT_2)
        entry = tarfile.TarInfo(MANIFEST)
        entry.size, entry.mode = len(content), 0o600
        self._tar.addfile(entry, io.BytesIO(content))
        self._tar.close()

    def _add(self, name: str, source: IO[bytes], size: int) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        reader = _Digested(source)
        self._tar.addfile(entry, reader)
        self.files[name] = (reader.digest.hexdigest(), size)
        self._done += size
        self._told(self._done)


class _Digested(io.RawIOBase):
    """Reads through and keeps the digest of what was read."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self.source.read(size)
        self.digest.update(piece)
        return piece


def verify_backup(file: Path, told: Told = lambda done: None) -> Backup:
    """Read a backup whole and compare every digest.

    Raises:
        Refused "backup.not_whole": no backup, or half of one, or from a later format.
        Refused "backup.differs": a member is missing, altered, or was put in.
    """
    return read_archive(file, None, told)


def read_archive(file: Path, into: Path | None, told: Told) -> Backup:
    """As `verify_backup`; the members are also written into a folder where one is named."""
    found: dict[str, tuple[str, int]] = {}
    manifest: dict[str, Any] | None = None
    done = 0
    try:
        with tarfile.open(file, "r:") as tar:
            for entry in tar:
                source = tar.extractfile(entry)
                if source is None or entry.name in found or not _is_ours(entry.name):
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
    said = _understood(manifest)
    if said is None:
        raise Refused("backup.not_whole", file=str(file))
    for name in sorted(said.files.keys() | found.keys()):
        if said.files.get(name) != found.get(name):
            raise Refused("backup.differs", name=name)
    return said


def _understood(manifest: dict[str, Any] | None) -> Backup | None:
    """None where there is no manifest, or one of another format, or a damaged one."""
    if manifest is None or manifest.get("format") != FORMAT:
        return None
    try:
        return Backup(
            manifest["version"],
            datetime.fromisoformat(manifest["at"]),
            manifest["database"],
            Held(**manifest["held"]),
            {name: (digest, size) for name, (digest, size) in manifest["files"].items()},
        )
    except (KeyError, TypeError, ValueError):
        return None


def _is_ours(name: str) -> bool:
    """A member that belongs into a backup: nothing that would land anywhere else."""
    first, *rest = name.split("/")
    return name in (MANIFEST, SQLITE, POSTGRESQL, KEYS) or (
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


def sync_folder(folder: Path) -> None:
    """Names in the folder are on the disk, too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
