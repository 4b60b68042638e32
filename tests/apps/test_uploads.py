"""A file that was sent is kept sealed, opened only while it is read, and goes in time."""

import io
from datetime import timedelta
from pathlib import Path

import pytest

from jieban.apps.cases.services import uploads
from jieban.domain.errors import Refused
from tests.conftest import AT

WORDS = "来电人反映路面有坑".encode() * 200_000


def sent(home, content=WORDS, name="十月.csv", at=AT):
    pieces = iter(lambda: stream.read(70_000), b"")
    stream = io.BytesIO(content)
    return uploads.store_upload(home, name, pieces, at=at, by="考核员甲", limit_mb=10)


def everything_under(folder):
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


def test_a_kept_file_is_nowhere_in_clear_but_while_it_is_open(home):
    upload = sent(home)
    assert b"\xe6\x9d\xa5\xe7\x94\xb5\xe4\xba\xba" not in everything_under(home.uploads)
    assert "十月".encode() not in everything_under(home.uploads)
    with uploads.opened(home, upload) as path:
        assert path.name == "十月.csv"
        assert path.read_bytes() == WORDS
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0
    assert not path.parent.exists()


def test_the_same_content_sent_twice_is_one_upload_and_what_was_found_stays(home):
    first = uploads.note(home, sent(home), outcome={"number": 7})
    again = sent(home, name="十月（再传）.csv")
    assert again.id == first.id
    assert again.found == {"outcome": {"number": 7}}
    assert uploads.upload_by_id(home, first.id).name == "十月（再传）.csv"


def test_an_altered_file_is_not_opened(home):
    upload = sent(home)
    file = home.uploads / upload.id / "content"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(Refused) as refusal, uploads.opened(home, upload):
        pass
    assert refusal.value.code == "sealing.broken"


def test_a_piece_that_is_missing_is_noticed(home):
    upload = sent(home)
    file = home.uploads / upload.id / "content"
    first = int.from_bytes(file.read_bytes()[:4], "big") + 4
    file.write_bytes(file.read_bytes()[:first])
    with pytest.raises(Refused) as refusal, uploads.opened(home, upload):
        pass
    assert refusal.value.code == "sealing.broken"


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "upload.empty"), (b"x" * 11 * 2**20, "upload.too_large")]
)
def test_what_is_refused_leaves_nothing_behind(home, content, code):
    with pytest.raises(Refused) as refusal:
        sent(home, content)
    assert refusal.value.code == code
    assert list(home.uploads.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this machine")
def test_a_full_disk_is_said_in_words(home, monkeypatch):
    full = lambda path: Path("/dev/full").open("wb")  # noqa: E731, SIM115
    monkeypatch.setattr(uploads, "_private", full)
    with pytest.raises(Refused) as refusal:
        sent(home)
    assert refusal.value.code == "storage.full"
    assert list(home.uploads.iterdir()) == []


def test_files_go_when_their_time_is_over(home):
    old, new = sent(home, b"a,b\n1,2\n"), sent(home, b"c\n", at=AT + timedelta(days=29))
    assert uploads.expire_uploads(home, at=AT + timedelta(days=30), keep_days=30) == 1
    assert uploads.upload_of(home, old.digest) is None
    assert uploads.upload_of(home, new.digest) is not None


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "C:\\导出\\十月.xlsx", "", "月" * 300])
def test_a_name_never_leads_out_of_its_folder(home, name):
    upload = sent(home, b"a\n", name=name)
    with uploads.opened(home, upload) as path:
        assert path.parent.parent == home.uploads


@pytest.mark.parametrize("upload", ["..", "", "a" * 31, "../" * 10 + "ab"])
def test_an_address_that_was_made_up_finds_nothing(home, upload):
    with pytest.raises(Refused) as refusal:
        uploads.upload_by_id(home, upload)
    assert refusal.value.code == "upload.not_found"
