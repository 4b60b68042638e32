"""Is this a photo or a document we may keep, and does it say where it was taken?

The type is read from the content, never from the name. A photo is decoded and written anew, so
that nothing rides along: EXIF, thumbnails, the place, a second file behind the first. It is
turned as the camera meant first. A PDF is passed through after a look at its first bytes.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Any

from PIL import Image, UnidentifiedImageError

from jieban.domain.errors import Refused

PHOTOS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
MOST_PIXELS = 60_000_000
_GPS, _TURN = 0x8825, 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow raises on EXIF that is no EXIF.
_NO_EXIF = (OSError, SyntaxError, ValueError, TypeError, LookupError, ArithmeticError, struct.error)


@dataclass(frozen=True)
class Cleaned:
    """A file as it may be kept. `had_place`: it carried where it was taken."""

    content: bytes
    media_type: str
    width: int
    height: int
    had_place: bool


def cleaned(content: bytes, *, keep_place: bool) -> Cleaned:
    """The file, cleaned; with `keep_place` the place it was taken at stays in it.

    Raises:
        Refused "attachment.type": neither JPEG, PNG, WebP nor PDF.
        Refused "attachment.broken": it cannot be read to its end.
        Refused "attachment.too_many_pixels".
    """
    if content[:5] == b"%PDF-":
        return Cleaned(content, "application/pdf", 0, 0, False)
    try:
        with Image.open(io.BytesIO(content), formats=list(PHOTOS)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _too_many_pixels()
            # A JPEG with further pictures behind it, as many phones make them, calls itself MPO.
            kind = opened.format if opened.format in PHOTOS else "JPEG"
            turn, place = _turn_and_place(opened)
            opened.load()
            photo = opened.transpose(_TURNS[turn]) if turn in _TURNS else opened.copy()
    except UnidentifiedImageError:
        raise Refused("attachment.type") from None
    except Image.DecompressionBombError:
        raise _too_many_pixels() from None
    except (OSError, SyntaxError, ValueError):
        raise Refused("attachment.broken") from None
    if photo.mode not in ("RGB", "RGBA", "L"):
        photo = photo.convert("RGBA" if "A" in photo.mode else "RGB")
    fresh = Image.new(photo.mode, photo.size)
    fresh.paste(photo)
    out = io.BytesIO()
    fresh.save(out, format=kind, exif=place if keep_place else b"", quality=88)
    return Cleaned(out.getvalue(), PHOTOS[kind], fresh.width, fresh.height, bool(place))


def _too_many_pixels() -> Refused:
    return Refused("attachment.too_many_pixels", limit=MOST_PIXELS // 1_000_000)


def _turn_and_place(opened: Image.Image) -> tuple[Any, bytes]:
    """How the camera was held, and EXIF that holds the place alone (b"": there is none).

    What cannot be read is not there: it is not kept, and no reason to refuse the photo.
    """
    try:
        exif = opened.getexif()
        turn = exif.get(_TURN)
    except _NO_EXIF:
        return None, b""
    try:
        place = exif.get_ifd(_GPS)
        alone = Image.Exif()
        alone[_GPS] = dict(place)
        return turn, alone.tobytes() if place else b""
    except _NO_EXIF:
        return turn, b""
