"""Troubles of the machine: each is said in words, a bug stays a bug."""

import errno
import sqlite3

import psycopg
import pytest

from jieban.troubles import as_refusal


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "storage.full"),
        (sqlite3.OperationalError("database is locked"), "storage.busy"),
        (PermissionError(errno.EACCES, "Permission denied", "/srv/jieban"), "storage.not_allowed"),
        (OSError(errno.EROFS, "Read-only file system", "/srv/jieban"), "storage.not_allowed"),
        (sqlite3.OperationalError("unable to open database file"), "storage.not_writable"),
        (
            sqlite3.OperationalError("attempt to write a readonly database"),
            "storage.not_writable",
        ),
        (NotADirectoryError(errno.ENOTDIR, "Not a directory", "/a.csv/keys"), "storage.no_folder"),
        (psycopg.OperationalError("connection failed: refused"), "storage.no_database"),
        (psycopg.OperationalError("failed to resolve host 'db'"), "storage.no_database"),
    ],
)
def test_a_trouble_of_the_machine_is_said_in_both_languages(error, code):
    wrapped = RuntimeError("what Django makes of it")
    wrapped.__cause__ = error
    refusal = as_refusal(wrapped)
    assert refusal.code == code
    assert refusal.message("zh")
    assert refusal.message("en")


def test_a_bug_is_no_trouble_of_the_machine():
    assert as_refusal(KeyError("unit")) is None
    assert as_refusal(sqlite3.OperationalError("no such table: cases")) is None
