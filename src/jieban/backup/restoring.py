"""An installation out of a backup: all of it, or nothing."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import orjson

import jieban
from jieban.backup import databases
from jieban.backup.archive import KEYS, Backup, Told, read_archive, sync_folder
from jieban.domain.errors import Refused
from jieban.home import Home
from jieban.sealing import open_under


@dataclass(frozen=True)
class Restored:
    """`differs`: tables whose rows are not as many as the manifest says, with both counts."""

    backup: Backup
    keys: bool
    differs: dict[str, tuple[int, int]]


def restore_backup(
    file: Path,
    into: Home,
    *,
    url: str | None,
    passphrase: str | None = None,
    told: Told = lambda done: None,
) -> Restored:
    """Make an installation in an empty folder (and an empty PostgreSQL database).

    Keys come back if the backup has them and the passphrase is given.

    Raises:
        Refused "backup.not_empty", "backup.database_not_empty": something is there already.
        Refused "backup.other_database": of SQLite, and a PostgreSQL is named, or the reverse.
        Refused "backup.later_version": written by a program newer than this one.
        Refused "backup.wrong_passphrase": the keys do not open with it.
        Refused "backup.not_whole", "backup.differs", "backup.no_tool", "backup.tool_failed".
    """
    target = into.path
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refused("backup.not_empty", path=str(target))
    if url:
        databases.check_empty(url)
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}-restore-"))
    try:
        found = read_archive(file, part, told)
        if (found.database == databases.POSTGRESQL) is not bool(url):
            raise Refused("backup.other_database", database=found.database)
        _check_version(found)
        keys = _put_keys(part, passphrase)
        if url:
            databases.load_postgresql(url, part / found.database)
            (part / found.database).unlink()
            held = databases.held_postgresql(url)
        else:
            held = databases.held_sqlite(part / found.database)
        if target.exists():
            target.rmdir()
        part.rename(target)
        sync_folder(target.parent)
        return Restored(found, keys, found.held.differs(held))
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _put_keys(part: Path, passphrase: str | None) -> bool:
    sealed = part / KEYS
    if not sealed.exists():
        return False
    if passphrase is not None:
        opened = open_under(passphrase, sealed.read_bytes())
        if opened is None:
            raise Refused("backup.wrong_passphrase")
        folder = part / "keys"
        folder.mkdir(mode=0o700)
        for name, content in orjson.loads(opened).items():
            handle = os.open(folder / Path(name).name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as out:
                out.write(content)
                out.flush()
                os.fsync(out.fileno())
    sealed.unlink()
    return passphrase is not None


def _check_version(found: Backup) -> None:
    """A later program may have made tables of which this one knows nothing."""
    apps = Path(jieban.__file__).parent / "apps"
    later = _numbers(found.version) > _numbers(version("jieban")) or any(
        (apps / app / "migrations").is_dir()
        and not (apps / app / "migrations" / f"{name}.py").exists()
        for app, _, name in (each.partition(".") for each in found.held.migrations)
    )
    if later:
        raise Refused("backup.later_version", version=found.version)


def _numbers(said: str) -> list[int]:
    """2026.11.0 as numbers that compare."""
    return [int(part) for part in said.split(".") if part.isdecimal()]
