"""Writing a backup while the site runs."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import orjson

from jieban.backup import databases
from jieban.backup.archive import (
    FOLDERS,
    KEYS,
    Backup,
    Told,
    Writer,
    check_passphrase,
    sync_folder,
)
from jieban.domain.errors import Refused
from jieban.home import Home
from jieban.sealing import seal_under

_DESK = ".backup-"


def make_backup(
    home: Home,
    file: Path,
    *,
    at: datetime,
    url: str | None,
    passphrase: str | None = None,
    told: Told = lambda done: None,
) -> Backup:
    """Write a backup. `told` hears how many bytes are done.

    It stands under its own name only when it is whole and on the disk. With a passphrase
    the keys are in it, too, sealed under that.

    Raises:
        Refused "backup.exists", "backup.short_passphrase", "backup.no_tool",
            "backup.tool_failed".
    """
    if passphrase is not None:
        check_passphrase(passphrase)
    if file.exists():
        raise Refused("backup.exists", file=str(file))
    folder = file.absolute().parent
    with _desk(folder) as desk:
        part = desk / file.name
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            made = _write(Writer(out, told), home, desk, at, url, passphrase)
            out.flush()
            os.fsync(out.fileno())
        part.rename(file)
        sync_folder(folder)
    return made


def _write(
    writer: Writer, home: Home, desk: Path, at: datetime, url: str | None, passphrase: str | None
) -> Backup:
    database = databases.POSTGRESQL if url else databases.SQLITE
    dump = desk / f"dump-of-{database}"
    if url:
        held = databases.dump_postgresql(url, dump)
    else:
        held = databases.dump_sqlite(home.database, dump)
    writer.add_file(database, dump)
    dump.unlink()
    for name, path in _files_of(home):
        writer.add_file(name, path)
    if passphrase is not None:
        keys = {path.name: path.read_text() for path in _visible(home.keys)}
        writer.add(KEYS, seal_under(passphrase, orjson.dumps(keys)))
    made = Backup(version("jieban"), at, database, held, writer.files)
    writer.close(made)
    return made


@contextmanager
def _desk(folder: Path) -> Iterator[Path]:
    """A folder beside the backup to write in; what killed backups left behind is removed.

    The one who writes holds a lock on it, which ends with the process however it ends.
    """
    for left in folder.glob(f"{_DESK}*"):
        handle = _locked(left)
        if handle is not None:
            shutil.rmtree(left, ignore_errors=True)
            os.close(handle)
    desk = Path(tempfile.mkdtemp(dir=folder, prefix=_DESK))
    handle = _locked(desk)
    try:
        yield desk
    finally:
        shutil.rmtree(desk, ignore_errors=True)
        if handle is not None:
            os.close(handle)


def _locked(folder: Path) -> int | None:
    """A handle that holds the folder's lock; None if somebody else holds it, or it is gone."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def _files_of(home: Home) -> Iterator[tuple[str, Path]]:
    for folder in FOLDERS:
        for path in _visible(home.path / folder):
            yield path.relative_to(home.path).as_posix(), path


def _visible(folder: Path) -> Iterator[Path]:
    """Files of the folder; what is just being written has a name with a dot."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not any(part.startswith(".") for part in inside.parts):
            yield path
