"""One installation per story; on PostgreSQL with a database of its own."""

import os
from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.journeys.command import Jieban


@pytest.fixture
def jieban(tmp_path) -> Iterator[Jieban]:
    address = os.environ.get("JIEBAN_DATABASE_URL")
    if address is None:
        yield Jieban(tmp_path / "home")
        return
    name = f"story_{uuid4().hex}"
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            own = make_conninfo(**(conninfo_to_dict(address) | {"dbname": name}))
            yield Jieban(tmp_path / "home", own)
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")
