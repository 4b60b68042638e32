"""The drill: make something, back it up, lose it, restore it, find everything as it was."""

import json
import os
import subprocess
import sys
import tarfile

import pytest

from jieban.backup import verify_backup
from jieban.backup.databases import SQLITE
from jieban.domain.errors import Refused

URL = os.environ.get("JIEBAN_DATABASE_URL")


def jieban(home, *words, url=None):
    environment = {**os.environ, "JIEBAN_HOME": str(home), "JIEBAN_LANGUAGE": "en"}
    environment.pop("JIEBAN_DATABASE_URL", None)
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    if url:
        environment["JIEBAN_DATABASE_URL"] = url
    return subprocess.run(
        [sys.executable, "-m", "jieban.cli.main", *map(str, words)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def _database(name):
    """The address of an empty database beside the one of the tests."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    with psycopg.connect(URL, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    return make_conninfo(**{**conninfo_to_dict(URL), "dbname": name})


@pytest.fixture
def addresses():
    return (_database("drill_before"), _database("drill_after")) if URL else (None, None)


def test_an_installation_comes_back_as_it_was(tmp_path, addresses):
    before, after = addresses
    home, again, file = tmp_path / "home", tmp_path / "again", tmp_path / "night.tar"
    assert jieban(home, "webhooks", "list", url=before).returncode == 0
    assert jieban(home, "keys", "rotate", url=before).returncode == 0
    (home / "profiles").mkdir(exist_ok=True)
    (home / "profiles" / "ours.toml").write_text("# 甲\n")
    written = jieban(home, "backup", file, "--json", url=before)
    assert written.returncode == 0, written.stderr
    assert json.loads(written.stdout)["events"] >= 1
    with tarfile.open(file) as tar:
        assert not any("key" in name for name in tar.getnames())
    listed = jieban(home, "ledger", "list", "--json", url=before).stdout

    restored = jieban(
        tmp_path / "other",
        "restore",
        file,
        "--into",
        again,
        *(("--database", after) if after else ()),
    )
    assert restored.returncode == 0, restored.stderr + restored.stdout
    assert (again / "profiles" / "ours.toml").read_text() == "# 甲\n"
    assert jieban(again, "ledger", "list", "--json", url=after).stdout == listed
    assert jieban(again, "ledger", "verify", url=after).returncode == 0

    full = jieban(home, "restore", file, "--into", again)
    assert full.returncode == 1
    assert "not an empty folder" in full.stderr


@pytest.mark.skipif(bool(URL), reason="the file is the same on both")
def test_an_altered_or_half_backup_is_told(tmp_path):
    file = tmp_path / "night.tar"
    assert jieban(tmp_path / "home", "backup", file).returncode == 0
    assert SQLITE in verify_backup(file).files
    content = file.read_bytes()
    for altered, code in (
        (content[: len(content) // 2], "backup.not_whole"),
        (content[:5000] + bytes((content[5000] ^ 1,)) + content[5001:], "backup.differs"),
        (b"", "backup.not_whole"),
    ):
        file.write_bytes(altered)
        with pytest.raises(Refused) as refusal:
            verify_backup(file)
        assert refusal.value.code == code
    assert jieban(tmp_path / "home", "restore", file, "--into", tmp_path / "x").returncode == 1
    assert not (tmp_path / "x").exists()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["home", "night.tar"]
