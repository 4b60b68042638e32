"""A photo comes out as a photo and nothing else: turned, without its place, of its real type."""

import contextlib
import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from jieban.domain.errors import Refused
from jieban.photos import MOST_PIXELS, cleaned

GPS, TURN, MAKER = 0x8825, 0x0112, 0x010F
PLACE = {1: "N", 2: (39.0, 51.0, 30.0), 3: "E", 4: (116.0, 17.0, 12.0)}
TYPES = [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]


def _photo(kind="JPEG", *, mode="RGB", turn=1, place=None, **how):
    """48 wide, 32 high, the left half white."""
    picture = Image.new(mode, (48, 32))
    picture.paste(Image.new(mode, (24, 32), "white"))
    exif = Image.Exif()
    exif[TURN], exif[MAKER] = turn, "made-up camera"
    if place:
        exif[GPS] = place
    out = io.BytesIO()
    picture.save(out, kind, exif=exif.tobytes(), **how)
    return out.getvalue()


def _opened(content):
    return Image.open(io.BytesIO(content))


def _refused(content):
    with pytest.raises(Refused) as refusal:
        cleaned(content, keep_place=True)
    return refusal.value.code


@pytest.mark.parametrize(("kind", "media_type"), TYPES)
def test_the_place_goes_and_so_does_everything_else_that_rode_along(kind, media_type):
    clean = cleaned(_photo(kind, place=PLACE), keep_place=False)
    assert (clean.media_type, clean.width, clean.height) == (media_type, 48, 32)
    assert clean.had_place
    assert not _opened(clean.content).getexif()
    assert b"made-up camera" not in clean.content
    assert not cleaned(_photo(kind), keep_place=False).had_place


@pytest.mark.parametrize("kind", [kind for kind, _ in TYPES])
def test_with_consent_the_place_stays_and_nothing_else(kind):
    clean = cleaned(_photo(kind, place=PLACE), keep_place=True)
    exif = _opened(clean.content).getexif()
    assert exif.get_ifd(GPS) == PLACE
    assert MAKER not in exif


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photo_is_turned_as_the_camera_was_held(turn):
    clean = cleaned(_photo("PNG", turn=turn), keep_place=False)
    picture = _opened(clean.content)
    assert picture.size == ((48, 32) if turn < 5 else (32, 48))
    white = ("left", "right", "right", "left", "top", "top", "bottom", "bottom")[turn - 1]
    wide, high = picture.size
    spots = {
        "left": (1, high // 2),
        "right": (wide - 2, high // 2),
        "top": (wide // 2, 1),
        "bottom": (wide // 2, high - 2),
    }
    assert picture.getpixel(spots[white]) == (255, 255, 255)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "CMYK"),
        ("JPEG", "L"),
        ("PNG", "P"),
        ("PNG", "1"),
        ("PNG", "LA"),
        ("PNG", "I;16"),
        ("PNG", "RGBA"),
    ],
)
def test_every_kind_of_colour_is_taken(kind, mode):
    out = io.BytesIO()
    Image.new(mode, (8, 6)).save(out, kind)
    assert cleaned(out.getvalue(), keep_place=False).width == 8


def test_a_phones_photo_with_a_second_picture_behind_it_is_one_photo():
    out = io.BytesIO()
    first = Image.new("RGB", (48, 32), "white")
    first.save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (48, 32))])
    clean = cleaned(out.getvalue(), keep_place=False)
    assert clean.media_type == "image/jpeg"
    assert _opened(clean.content).format == "JPEG"
    assert len(clean.content) < len(out.getvalue())


def test_an_archive_behind_a_photo_does_not_come_along():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("x.html", "<script>")
    both = _photo() + archive.getvalue()
    assert zipfile.is_zipfile(io.BytesIO(both))
    assert not zipfile.is_zipfile(io.BytesIO(cleaned(both, keep_place=False).content))


def test_what_is_no_photo_is_refused_whatever_it_calls_itself():
    gif = io.BytesIO()
    Image.new("RGB", (8, 8)).save(gif, "GIF")
    for content in (b"", b"x", b"GIF89a<script>", gif.getvalue(), b"<svg/>", b" %PDF-1.7"):
        assert _refused(content) == "attachment.type"


@pytest.mark.parametrize("kind", [kind for kind, _ in TYPES])
def test_half_a_photo_is_refused(kind):
    content = _photo(kind, place=PLACE)
    assert _refused(content[: len(content) - 60]) == "attachment.broken"


def test_a_pdf_passes_as_it_is():
    clean = cleaned(b"%PDF-1.7 ...", keep_place=False)
    assert (clean.content, clean.media_type) == (b"%PDF-1.7 ...", "application/pdf")


@pytest.mark.parametrize("side", [int(MOST_PIXELS**0.5) + 1, 14_000, 60_000])
def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused_before_it_is_unpacked(side):
    def chunk(name, body):
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")
    assert _refused(bomb) == "attachment.too_many_pixels"


def test_a_place_that_cannot_be_read_is_no_reason_to_refuse_the_photo():
    content = _photo("JPEG", turn=6, place=PLACE)
    spot = content.index(b"N\0\0\0") - 6
    spoilt = content[:spot] + b"\x00\x07" + content[spot + 2 :]
    clean = cleaned(spoilt, keep_place=True)
    assert (clean.width, clean.height) == (32, 48)


_SEEDS = [_photo(kind, turn=6, place=PLACE) for kind, _ in TYPES]


@pytest.mark.filterwarnings("ignore::UserWarning")
@given(
    st.sampled_from(_SEEDS),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8),
    st.integers(0, 40),
    st.booleans(),
)
def test_damaged_files_are_refused_or_cleaned_and_nothing_else(content, changes, cut, keep):
    damaged = bytearray(content)
    for place, value in changes:
        damaged[place % len(damaged)] = value
    with contextlib.suppress(Refused):
        clean = cleaned(bytes(damaged[: len(damaged) - cut]), keep_place=keep)
        assert keep or not _opened(clean.content).getexif()
