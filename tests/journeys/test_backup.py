"""The drill: make something, back it up, lose it, restore it, find everything as it was."""

import io
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import orjson
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from jieban.backup import KEYS, make_backup, restore_backup, verify_backup
from jieban.backup.databases import SQLITE
from jieban.domain.errors import Refused
from jieban.home import Home
from jieban.sealing import Sealer
from jieban.troubles import as_refusal
from tests.journeys.command import Jieban

URL = os.environ.get("JIEBAN_DATABASE_URL")
AT = datetime(2026, 11, 28, 2, 30, tzinfo=UTC)
PASSPHRASE = "云川 山高 水长 日月 星辰 2026"
same_on_both = pytest.mark.skipif(bool(URL), reason="the file is the same on both")


@contextmanager
def refused(code: str):
    with pytest.raises(Refused) as refusal:
        yield
    assert refusal.value.code == code


@pytest.fixture
def empty_database():
    """The address of an empty PostgreSQL, or None on SQLite."""
    if URL is None:
        yield None
        return
    name = f"restored_{uuid4().hex}"
    with psycopg.connect(URL, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield make_conninfo(**(conninfo_to_dict(URL) | {"dbname": name}))
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _restored(home: Path, address: str | None) -> tuple[Jieban, tuple[str, ...]]:
    """Commands on the restored home, and what restoring into it takes."""
    return Jieban(home, address), (
        "--into",
        str(home),
        *(("--database", address) if address else ()),
    )


@pytest.mark.slow
def test_a_lost_demonstration_comes_back_whole(jieban, tmp_path, empty_database):
    jieban("demo", "--no-serve", "--periods", "2", "--rows", "1000")
    (jieban.home / "profiles").mkdir(exist_ok=True)
    (jieban.home / "profiles" / "ours.toml").write_text("# 甲\n")
    file = tmp_path / "night.tar"
    jieban.environment["JIEBAN_BACKUP_PASSPHRASE"] = PASSPHRASE
    made = jieban.json("backup", file, "--with-keys")
    assert made["keys"]
    questions = (("cases", "count"), ("keys", "list"))
    before = [jieban.json(*question) for question in questions]
    run = min(path.name for path in (jieban.home / "runs").iterdir())

    shutil.rmtree(jieban.home)
    again, into = _restored(jieban.home, empty_database)
    again.environment["JIEBAN_BACKUP_PASSPHRASE"] = PASSPHRASE
    done = again.json("restore", file, *into, "--with-keys")
    assert (done["keys"], done["differs"], done["events"]) == (True, {}, made["events"])

    assert [again.json(*question) for question in questions] == before
    assert again.json("ledger", "verify", "--rows")["whole"]
    assert again.json("evaluate", "verify", run)["verified"]
    assert (again.home / "profiles" / "ours.toml").read_text() == "# 甲\n"
    assert again.home.stat().st_mode & 0o077 == 0

    if empty_database:
        with refused("backup.database_not_empty"):
            restore_backup(file, Home(tmp_path / "other"), url=empty_database)


def test_without_keys_the_backup_says_what_to_put_back(jieban, tmp_path, empty_database):
    jieban("keys", "rotate")
    file = tmp_path / "night.tar"
    assert str(jieban.home / "keys") in jieban("backup", file)
    with tarfile.open(file) as tar:
        assert not any("key" in name for name in tar.getnames())
    again, into = _restored(tmp_path / "again", empty_database)
    assert str(again.home / "keys") in again("restore", file, *into)


# --- one file, on either database ----------------------------------------------------------


@pytest.fixture
def small(tmp_path) -> Home:
    """The least that can be backed up: two tables, a key and some files."""
    home = Home(tmp_path / "home")
    with closing(sqlite3.connect(home.database)) as database:
        database.execute("CREATE TABLE django_migrations (app, name)")
        database.execute("INSERT INTO django_migrations VALUES ('ledger', '0001_initial')")
        database.execute("CREATE TABLE ledger_event (number)")
        database.executemany("INSERT INTO ledger_event VALUES (?)", [(1,), (2,), (3,)])
        database.commit()
    Sealer(home.keys)
    (home.facts / "parts").mkdir()
    (home.facts / "parts" / "2026-10.parquet").write_bytes(os.urandom(300_000))
    (home.facts / ".half").write_text("being written")
    (home.attachments / "photo").write_bytes(os.urandom(1000))
    return home


def backed_up(home: Home, file: Path, passphrase: str | None = None):
    return make_backup(home, file, at=AT, url=None, passphrase=passphrase)


@same_on_both
def test_the_manifest_says_what_is_in_it(small, tmp_path):
    file = tmp_path / "night.tar"
    made = backed_up(small, file)
    assert verify_backup(file) == made
    assert (made.held.events, made.held.migrations) == (3, ["ledger.0001_initial"])
    assert made.held.rows == {"django_migrations": 1, "ledger_event": 3}
    assert list(made.files) == [SQLITE, "facts/parts/2026-10.parquet", "attachments/photo"]
    assert file.stat().st_mode & 0o077 == 0
    with refused("backup.exists"):
        backed_up(small, file)
    with refused("backup.not_empty"):
        restore_backup(file, small, url=None)


@same_on_both
def test_an_altered_or_half_backup_is_told(small, tmp_path):
    file = tmp_path / "night.tar"
    backed_up(small, file)
    content = file.read_bytes()
    with tarfile.open(file) as tar:
        places = {entry.name: entry.offset_data for entry in tar}
    flips = {places[name] + 100: "backup.differs" for name in places if name != "manifest.json"}
    flips[places["manifest.json"]] = "backup.not_whole"
    damages = [
        (content[:place] + bytes((content[place] ^ 1,)) + content[place + 1 :], code)
        for place, code in flips.items()
    ]
    damages += [(content[:end], "backup.not_whole") for end in (0, 100, len(content) // 2)]
    damages += [(content[: places["manifest.json"] - 512], "backup.not_whole")]
    for damaged, code in damages:
        file.write_bytes(damaged)
        with refused(code):
            restore_backup(file, Home(tmp_path / "again"), url=None)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["home", "night.tar"]


@same_on_both
def test_what_was_put_in_is_told(small, tmp_path):
    file = tmp_path / "night.tar"
    backed_up(small, file)
    for name in ("facts/more", "../outside", "keys/sealing-1.key", "facts/../../outside"):
        altered = tmp_path / "altered.tar"
        shutil.copyfile(file, altered)
        with tarfile.open(altered, "a") as tar:
            tar.addfile(tarfile.TarInfo(name))
        with refused("backup.differs"):
            restore_backup(altered, Home(tmp_path / "again"), url=None)
    assert not (tmp_path / "outside").exists()


@same_on_both
def test_keys_open_with_their_passphrase_only(small, tmp_path):
    file = tmp_path / "night.tar"
    with refused("backup.short_passphrase"):
        backed_up(small, file, "short")
    assert backed_up(small, file, PASSPHRASE).has_keys
    with tarfile.open(file) as tar:
        held = tar.extractfile(KEYS).read()
    key = (small.keys / "sealing-1.key").read_text().strip()
    assert key.encode() not in held

    again = Home(tmp_path / "again")
    with refused("backup.wrong_passphrase"):
        restore_backup(file, again, url=None, passphrase="another passphrase")
    assert not again.path.exists()
    assert restore_backup(file, again, url=None, passphrase=PASSPHRASE).keys
    names = sorted(path.name for path in small.keys.iterdir())
    assert sorted(path.name for path in again.keys.iterdir()) == names
    for name in names:
        assert (again.keys / name).read_bytes() == (small.keys / name).read_bytes()
        assert (again.keys / name).stat().st_mode & 0o077 == 0
    assert not (again.path / KEYS).exists()


@same_on_both
@pytest.mark.parametrize("later", ["version", "migration"])
def test_a_backup_of_a_later_version_is_refused(small, tmp_path, monkeypatch, later):
    if later == "version":
        monkeypatch.setattr("jieban.backup.making.version", lambda name: "2031.1.0")
    else:
        with closing(sqlite3.connect(small.database)) as database:
            database.execute("INSERT INTO django_migrations VALUES ('ledger', '0999_later')")
            database.commit()
    backed_up(small, tmp_path / "night.tar")
    with refused("backup.later_version"):
        restore_backup(tmp_path / "night.tar", Home(tmp_path / "again"), url=None)
    assert not (tmp_path / "again").exists()


@same_on_both
def test_rows_that_are_not_there_are_named(small, tmp_path):
    file, altered = tmp_path / "night.tar", tmp_path / "altered.tar"
    backed_up(small, file)
    with tarfile.open(file) as tar, tarfile.open(altered, "w") as out:
        for entry in tar:
            content = tar.extractfile(entry).read()
            if entry.name == "manifest.json":
                said = orjson.loads(content)
                said["held"]["rows"]["ledger_event"] = 4
                content = orjson.dumps(said)
                entry.size = len(content)
            out.addfile(entry, io.BytesIO(content))
    done = restore_backup(altered, Home(tmp_path / "again"), url=None)
    assert done.differs == {"ledger_event": (4, 3)}


@same_on_both
def test_a_full_disk_leaves_nothing(small, tmp_path):
    folder = tmp_path / "small-disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root makes a small disk")
    try:
        with pytest.raises((OSError, sqlite3.Error)) as trouble:
            backed_up(small, folder / "night.tar")
        assert as_refusal(trouble.value).code == "storage.full"
        assert list(folder.iterdir()) == []
    finally:
        subprocess.run(["umount", str(folder)], check=True)


KILLED = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from jieban.backup import make_backup
from jieban.home import Home

def told(done):
    print(done, flush=True)
    time.sleep(60)

make_backup(Home(Path(sys.argv[1])), Path(sys.argv[2]), at=datetime.now(UTC), url=None, told=told)
"""


@same_on_both
def test_a_killed_backup_never_looks_whole_and_is_swept_away_by_the_next(small, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    command = [sys.executable, "-c", KILLED, str(small.path), str(folder / "night.tar")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline().strip().isdigit()
        # While it runs, another leaves it alone.
        backed_up(small, folder / "beside.tar")
        assert len(list(folder.glob(".backup-*"))) == 1
        process.send_signal(signal.SIGKILL)
    assert [path.name for path in folder.iterdir() if not path.name.startswith(".")] == [
        "beside.tar"
    ]
    (left,) = folder.glob(".backup-*/night.tar")
    with refused("backup.not_whole"):
        verify_backup(left)
    backed_up(small, folder / "night.tar")
    assert sorted(path.name for path in folder.iterdir()) == ["beside.tar", "night.tar"]
