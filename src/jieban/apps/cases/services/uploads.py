"""Files sent through the web: kept sealed for a set time, opened only while they are read.

    HOME/uploads/<first 32 signs of the content's SHA-256>/
      content   the file in sealed pieces, each after its length (4 bytes)
      about     sealed: name, size, digest, when, by whom, and what was found in it

The same content sent twice is one upload. To be read, a file is opened into a private folder
that is gone afterwards; what a crash left there goes with the next clearing.
"""

import errno
import hashlib
import os
import shutil
import struct
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from jieban.domain.errors import Refused
from jieban.home import Home
from jieban.sealing import Sealer

PIECE = 1024 * 1024
_ID_SIGNS = 32
_LENGTH = struct.Struct(">I")
_OPENED = ".open-"
_LONGEST_NAME = 120


@dataclass(frozen=True)
class Upload:
    """One kept file. `found` holds what the pages noted of it: dry runs and outcomes."""

    id: str
    name: str
    size: int
    digest: str
    at: datetime
    by: str
    found: dict[str, Any] = field(default_factory=dict)


def store_upload(
    home: Home, name: str, content: Iterable[bytes], *, at: datetime, by: str, limit_mb: int
) -> Upload:
    """Seal a file piece by piece; it is never held whole in memory.

    Raises:
        Refused "upload.too_large", "upload.empty", "storage.full".
    """
    sealer = Sealer(home.keys)
    whole, size = hashlib.sha256(), 0
    part = Path(tempfile.mkdtemp(prefix=_OPENED, dir=home.uploads))
    try:
        with _said_when_full(), _private(part / "content") as out:
            for piece in _pieces(content):
                size += len(piece)
                if size > limit_mb * 1024 * 1024:
                    raise Refused("upload.too_large", name=name, limit=limit_mb)
                whole.update(piece)
                sealed = sealer.seal(piece)
                out.write(_LENGTH.pack(len(sealed)) + sealed)
            out.flush()
            os.fsync(out.fileno())
        if size == 0:
            raise Refused("upload.empty", name=name)
        digest = whole.hexdigest()
        upload = Upload(digest[:_ID_SIGNS], _plain_name(name), size, digest, at, by)
        kept = home.uploads / upload.id
        if (kept / "about").exists():
            upload = replace(upload_by_id(home, upload.id), name=upload.name, at=at, by=by)
        else:
            shutil.rmtree(kept, ignore_errors=True)
            part.rename(kept)
        _write_about(home, upload, sealer)
        return upload
    finally:
        shutil.rmtree(part, ignore_errors=True)


def upload_by_id(home: Home, upload: str) -> Upload:
    """
    Raises:
        Refused "upload.not_found": never sent, or its time is over.
    """
    file = home.uploads / upload / "about"
    if len(upload) != _ID_SIGNS or not upload.isalnum() or not file.is_file():
        raise Refused("upload.not_found")
    about = orjson.loads(Sealer(home.keys).open(file.read_bytes()))
    return Upload(**{**about, "at": datetime.fromisoformat(about["at"])})


def upload_of(home: Home, digest: str) -> Upload | None:
    """The kept file with this SHA-256, if its time is not over."""
    try:
        return upload_by_id(home, digest[:_ID_SIGNS])
    except Refused:
        return None


def note(home: Home, upload: Upload, **found: Any) -> Upload:
    """Keep what was found in the file with it, sealed; it goes when the file goes."""
    noted = replace(upload, found={**upload.found, **found})
    _write_about(home, noted, Sealer(home.keys))
    return noted


@contextmanager
def opened(home: Home, upload: Upload) -> Iterator[Path]:
    """The file in clear under its own name, in a folder of its own, as long as it is needed.

    Raises:
        Refused "upload.not_found", "sealing.…", "storage.full".
    """
    sealer = Sealer(home.keys)
    folder = Path(tempfile.mkdtemp(prefix=_OPENED, dir=home.uploads))
    path = folder / upload.name
    whole = hashlib.sha256()
    try:
        with _said_when_full(), _private(path) as out:
            for piece in _sealed_pieces(home.uploads / upload.id / "content"):
                plain = sealer.open(piece)
                whole.update(plain)
                out.write(plain)
        if whole.hexdigest() != upload.digest:
            raise Refused("sealing.broken")
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def forget_upload(home: Home, upload: Upload) -> None:
    shutil.rmtree(home.uploads / upload.id, ignore_errors=True)


def expire_uploads(home: Home, *, at: datetime, keep_days: int) -> int:
    """Remove files whose time is over, and what a crash left open. Returns how many files went."""
    gone = 0
    for folder in list(home.uploads.iterdir()):
        if folder.name.startswith(_OPENED):
            if folder.stat().st_mtime < (at - timedelta(days=1)).timestamp():
                shutil.rmtree(folder, ignore_errors=True)
            continue
        try:
            upload = upload_by_id(home, folder.name)
        except Refused:
            continue
        if upload.at + timedelta(days=keep_days) <= at:
            forget_upload(home, upload)
            gone += 1
    return gone


def _write_about(home: Home, upload: Upload, sealer: Sealer) -> None:
    folder = home.uploads / upload.id
    part = folder / f".about-{os.getpid()}"
    with _said_when_full(), _private(part) as out:
        out.write(sealer.seal(orjson.dumps(asdict(upload), default=str)))
    part.replace(folder / "about")


@contextmanager
def _said_when_full() -> Iterator[None]:
    """Turns a full disk into words; any other trouble stays what it is."""
    try:
        yield
    except OSError as trouble:
        if trouble.errno in (errno.ENOSPC, errno.EDQUOT):
            raise Refused("storage.full") from None
        raise


def _private(path: Path) -> Any:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _pieces(content: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of one size: small ones gathered, large ones cut."""
    waiting = bytearray()
    for piece in content:
        waiting += piece
        while len(waiting) >= PIECE:
            yield bytes(waiting[:PIECE])
            del waiting[:PIECE]
    if waiting:
        yield bytes(waiting)


def _sealed_pieces(file: Path) -> Iterator[bytes]:
    if not file.is_file():
        raise Refused("upload.not_found")
    with file.open("rb") as source:
        while head := source.read(_LENGTH.size):
            yield source.read(_LENGTH.unpack(head)[0])


def _plain_name(name: str) -> str:
    """The last part of a name, fit to be a file's name here, its ending kept."""
    last = name.replace("\\", "/").rpartition("/")[2].replace("\x00", "").strip().lstrip(".")
    stem, dot, ending = last.rpartition(".")
    stem, ending = (stem, dot + ending[:10]) if stem else (last, "")
    # A file name holds 255 bytes; a Chinese sign takes three of them.
    longest = _LONGEST_NAME if stem.isascii() else _LONGEST_NAME // 2
    return stem[:longest] + ending or "upload"
