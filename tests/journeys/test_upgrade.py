"""What the last release left behind is carried on by this one: nothing lost, every figure proved.

`tests/data/home-2026.11.0.tar.xz` is the home of an installation of release 2026.11.0: an
invented district with 115 cases in two periods, one published after an appeal, one still in its
appeal window. Its keys are in it: they seal nothing but inventions.
"""

import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from psycopg import sql

from tests.conftest import REPOSITORY
from tests.journeys.command import Jieban

RELEASE = REPOSITORY / "tests" / "data" / "home-2026.11.0.tar.xz"
PUBLISHED = "2023-09_beijing-district_244f5e4b7e61"
PAGES = (
    "/",
    "/today/",
    "/cases/",
    "/ledger/",
    "/directory/",
    "/imports/",
    "/appeals/",
    "/runs/",
    f"/runs/{PUBLISHED}/",
)

OPEN_PAGES = """
import json, sys
import django
django.setup()
from django.test import Client
from tests.people import signed_in
browser = signed_in(client=Client(SERVER_NAME="localhost"))
print(json.dumps({page: browser.get(page).status_code for page in sys.argv[1:]}))
"""


@pytest.fixture
def released(jieban: Jieban) -> Jieban:
    """The home of the last release, its tables in PostgreSQL where the tests use one."""
    with tarfile.open(RELEASE) as tar:
        # The parameter came to Python 3.11 with 3.11.4; Debian 12 has 3.11.2.
        safe = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        tar.extractall(jieban.home, **safe)
    address = jieban.environment.get("JIEBAN_DATABASE_URL")
    if address:
        old = jieban.home / "jieban.sqlite3"
        with closing(sqlite3.connect(old)) as source:
            _fill(jieban, source, address)
        old.unlink()
    return jieban


def _fill(jieban: Jieban, source: sqlite3.Connection, address: str) -> None:
    """Make the tables as the release made them, and copy its rows."""
    made = source.execute("SELECT app, max(name) FROM django_migrations GROUP BY app").fetchall()
    script = (
        "import django, sys; django.setup()\n"
        "from django.core.management import call_command\n"
        "for app, name in zip(sys.argv[1::2], sys.argv[2::2]):\n"
        "    call_command('migrate', app, name, verbosity=0)\n"
    )
    _python(jieban, script, *(word for pair in made for word in pair))
    with psycopg.connect(address) as target:
        target.execute("SET CONSTRAINTS ALL DEFERRED")
        for table in _tables(source):
            _copy(source, target, table)


def _tables(source: sqlite3.Connection) -> Iterator[str]:
    found = source.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    for (name,) in found.fetchall():
        if not name.startswith(("sqlite_", "django_")):
            yield name


def _copy(source: sqlite3.Connection, target: psycopg.Connection, table: str) -> None:
    rows = source.execute(f'SELECT * FROM "{table}"')
    columns = [each[0] for each in rows.description]
    types = dict(
        target.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s",
            [table],
        ).fetchall()
    )
    assert types.keys() == set(columns), table
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)
    with target.cursor().copy(into) as copy:
        for row in rows:
            copy.write_row(
                [
                    bool(value) if types[name] == "boolean" and value is not None else value
                    for name, value in zip(columns, row, strict=True)
                ]
            )
    serial = target.execute(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_name = %s AND is_identity = 'YES'",
        [table],
    ).fetchone()
    if serial:
        set_next = "SELECT setval(pg_get_serial_sequence({}, {}), max({})) FROM {}"
        column = sql.Identifier(serial[0])
        target.execute(sql.SQL(set_next).format(table, serial[0], column, sql.Identifier(table)))


def _python(jieban: Jieban, script: str, *words: str) -> str:
    environment = {
        **jieban.environment,
        "JIEBAN_HOME": str(jieban.home),
        "DJANGO_SETTINGS_MODULE": "jieban.site.settings",
        "PYTHONPATH": os.fspath(REPOSITORY),
    }
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_home_of_the_last_release_is_carried_on(released):
    ledger = released.json("ledger", "verify", "--rows")
    assert ledger["whole"]
    assert ledger["events"] == 22

    assert released.json("evaluate", "verify", PUBLISHED)["verified"]
    assert released.json("cases", "count") == {"count": 101, "rows": 115}
    answers = json.loads(_python(released, OPEN_PAGES, *PAGES))
    assert answers == dict.fromkeys(PAGES, 200)


def test_what_the_last_release_sealed_opens_and_is_sealed_anew(released):
    released.json("keys", "rotate")
    assert [(key["number"], key["values"]) for key in released.json("keys", "list")["keys"]] == [
        (1, 0),
        (2, 121),
    ]
