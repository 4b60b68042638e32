"""Files that are kept sealed in HOME/attachments, each whole or not at all.

Apps name their files by digest; a mark behind it keeps the files of one room apart from those
of another, so that what one removes is not missed by the other.
"""

import os
from pathlib import Path

from jieban.home import Home
from jieban.sealing import sealer_of


def path_of(home: Home, digest: str, mark: str = "") -> Path:
    """Where the file of this digest lies; it need not be there."""
    return home.attachments / digest[:2] / f"{digest}{mark}"


def keep(home: Home, digest: str, content: bytes, mark: str = "") -> None:
    """Write the sealed file whole, and to the disk, before any row speaks of it."""
    path = path_of(home, digest, mark)
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(sealer_of(home.keys).seal(content))
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)


def content_of(home: Home, digest: str, mark: str = "") -> bytes | None:
    """What the file holds, opened; None where it is not there."""
    try:
        sealed = path_of(home, digest, mark).read_bytes()
    except FileNotFoundError:
        return None
    return sealer_of(home.keys).open(sealed)
