"""Papers of plans and proofs of tasks: cleaned, sealed, kept apart from other rooms' files."""

import hashlib
from contextlib import suppress
from datetime import timedelta

from django.conf import settings

from jieban import clock, kept_files
from jieban.domain.errors import Refused
from jieban.photos import Cleaned, cleaned
from jieban.sealing import sealer_of

LARGEST = 20 * 1024 * 1024
MARK = "-rectification"
"""What is behind the digest in the names of these files."""
_LOOKED_AT = "-plan"
_FORGOTTEN_AFTER = timedelta(days=1)


def kept(content: bytes) -> tuple[Cleaned, str]:
    """The file as it is kept, and its digest; where a photo was taken is taken out of it.

    Raises:
        Refused "attachment.too_large", "attachment.type", "attachment.broken",
            "attachment.too_many_pixels".
    """
    if len(content) > LARGEST:
        raise Refused("attachment.too_large", limit=LARGEST // 1024 // 1024)
    clean = cleaned(content, keep_place=False)
    digest = hashlib.sha256(clean.content).hexdigest()
    kept_files.keep(settings.HOME, digest, clean.content, MARK)
    return clean, digest


def sealed(name: str) -> bytes:
    """A file's name, sealed. Half of a sign cannot be stored; a name is only shown."""
    return sealer_of(settings.HOME.keys).seal(name[-200:].encode("utf-8", "replace"))


def opened(number: int, digest: str, name: bytes | memoryview | None) -> tuple[str, bytes]:
    """Name and content of a kept file.

    Raises:
        Refused "attachment.lost".
    """
    content = kept_files.content_of(settings.HOME, digest, MARK) if digest else None
    if content is None:
        raise Refused("attachment.lost", number=number)
    # A value from SQLite is bytes, from PostgreSQL a memoryview.
    plain = sealer_of(settings.HOME.keys).open(bytes(name)).decode() if name else digest[:12]
    return plain, content


def lay_aside(content: bytes) -> str:
    """Keep a file that was looked at until it is taken in, for a day at most; its digest."""
    oldest = (clock.now() - _FORGOTTEN_AFTER).timestamp()
    for path in settings.HOME.attachments.glob(f"*/*{_LOOKED_AT}"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest:
                path.unlink()
    digest = hashlib.sha256(content).hexdigest()
    kept_files.keep(settings.HOME, digest, content, _LOOKED_AT)
    return digest


def laid_aside(digest: str) -> bytes:
    """The file of this digest that was looked at.

    Raises:
        Refused "plans.look_again": it was taken in already, or a day has passed.
    """
    plain = len(digest) == 64 and digest.isalnum()
    content = kept_files.content_of(settings.HOME, digest, _LOOKED_AT) if plain else None
    if content is None:
        raise Refused("plans.look_again")
    return content


def forget(digest: str) -> None:
    """A file that was taken in is not needed any more."""
    kept_files.path_of(settings.HOME, digest, _LOOKED_AT).unlink(missing_ok=True)
