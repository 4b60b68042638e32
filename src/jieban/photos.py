"""Is this a photo or a document we may keep, and does it say where it was taken?

The type is read from the content, never from the name. A photo is decoded and written anew, so
that nothing rides along: EXIF, thumbnails, the place, a second file behind the first. It is
turned as the camera meant first. A PDF is passed through after a look at its first bytes.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from jieban.domain.errors import Refused

PHOTOS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
MOST_PIXELS = 60_000_000
_GPS = 0x8825


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
                raise Refused("attachment.too_many_pixels", limit=MOST_PIXELS // 1_000_000)
            kind = opened.format or ""
            place = opened.getexif().get_ifd(_GPS)
            turned = ImageOps.exif_transpose(opened)
            turned.load()
    except UnidentifiedImageError:
        raise Refused("attachment.type") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise Refused("attachment.broken") from None
    if turned.mode not in ("RGB", "RGBA", "L"):
        turned = turned.convert("RGBA" if "A" in turned.mode else "RGB")
    fresh = Image.new(turned.mode, turned.size)
    fresh.paste(turned)
    exif = Image.Exif()
    if keep_place and place:
        exif[_GPS] = dict(place)
    out = io.BytesIO()
    fresh.save(out, format=kind, exif=exif.tobytes(), quality=88)
    return Cleaned(out.getvalue(), PHOTOS[kind], fresh.width, fresh.height, bool(place))
