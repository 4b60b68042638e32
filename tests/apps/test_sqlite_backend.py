"""Writers of one process wait in a queue: none is lost, none waits for ever, none jumps it."""

import sqlite3
import threading
import time

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.db.utils import ConnectionHandler

from jieban.site.settings import DATABASES
from jieban.site.sqlite.queueing import WriteQueue, queue_of
from jieban.troubles import as_refusal


@pytest.fixture
def connections(tmp_path, monkeypatch, django_db_blocker):
    """A database file of its own; each thread that asks has its own connection."""
    if DATABASES["default"]["ENGINE"] != "jieban.site.sqlite":
        pytest.skip("SQLite alone")
    options = {**DATABASES["default"]["OPTIONS"], "timeout": 20}
    name = str(tmp_path / "x.sqlite3")
    handler = ConnectionHandler(
        {"default": {**DATABASES["default"], "NAME": name, "OPTIONS": options}}
    )
    # `atomic` finds its connection by name in the one handler there is.
    monkeypatch.setattr(transaction, "get_connection", lambda using=None: handler["default"])
    with django_db_blocker.unblock():
        _sql(handler, "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER UNIQUE)")
        yield handler
        handler["default"].close()


def _sql(handler, statement, *parameters):
    with handler["default"].cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def _insert_together(handler, *numbers):
    with transaction.atomic():
        for number in numbers:
            _sql(handler, "INSERT INTO t (n) VALUES (%s)", number)


def _in_threads(act, count):
    errors = []

    def guarded(number):
        try:
            act(number)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def _is_free(handler) -> bool:
    queue = queue_of(str(handler["default"].settings_dict["NAME"]))
    return queue._holder is None and not queue._waiting


def test_eight_writers_at_once_lose_nothing(connections):
    def write(number):
        for turn in range(30):
            with transaction.atomic():
                [(before,)] = _sql(connections, "SELECT count(*) FROM t")
                with transaction.atomic():
                    _sql(connections, "INSERT INTO t (n) VALUES (%s)", number * 100 + turn)
                [(after,)] = _sql(connections, "SELECT count(*) FROM t")
                assert after == before + 1
            _sql(connections, "UPDATE t SET n = n WHERE n = %s", number * 100 + turn)
        connections["default"].close()

    assert _in_threads(write, 8) == []
    assert _sql(connections, "SELECT count(*) FROM t") == [(240,)]
    assert _is_free(connections)


def test_an_error_gives_the_turn_back(connections):
    _sql(connections, "INSERT INTO t (n) VALUES (1)")
    with pytest.raises(IntegrityError):
        _sql(connections, "INSERT INTO t (n) VALUES (1)")
    assert _is_free(connections)
    with pytest.raises(IntegrityError):
        _insert_together(connections, 2, 1)
    assert _is_free(connections)
    assert _sql(connections, "SELECT n FROM t") == [(1,)]


def test_an_inner_error_that_is_caught_keeps_the_turn(connections):
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            _insert_together(connections, 1, 1)
        assert not _is_free(connections)
        _sql(connections, "INSERT INTO t (n) VALUES (3)")
    assert _is_free(connections)
    assert _sql(connections, "SELECT n FROM t") == [(3,)]


def test_what_follows_a_commit_may_write_itself(connections):
    with transaction.atomic():
        _sql(connections, "INSERT INTO t (n) VALUES (1)")
        connections["default"].on_commit(lambda: _sql(connections, "INSERT INTO t (n) VALUES (2)"))
    assert _sql(connections, "SELECT n FROM t ORDER BY n") == [(1,), (2,)]
    assert _is_free(connections)


def test_who_waits_too_long_is_told_that_it_is_busy(connections):
    connections["default"].settings_dict["OPTIONS"]["timeout"] = 0.2
    refused = []

    def late(_):
        mine = connections["default"]
        mine.settings_dict["OPTIONS"]["timeout"] = 0.2
        try:
            with transaction.atomic():
                pass
        except OperationalError as error:
            refused.append(error)
        with pytest.raises(OperationalError):
            _sql(connections, "INSERT INTO t (n) VALUES (1)")
        mine.close()

    with transaction.atomic():
        start = time.monotonic()
        assert _in_threads(late, 1) == []
        assert time.monotonic() - start < 5
    assert as_refusal(refused[0]).code == "storage.busy"
    assert _is_free(connections)
    with transaction.atomic():
        _sql(connections, "INSERT INTO t (n) VALUES (1)")


@pytest.fixture
def another_process(connections):
    """A connection past the queue, as another process has one: it holds SQLite's own lock."""
    other = sqlite3.connect(connections["default"].settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield other
    other.close()


def test_a_writer_waits_for_another_process(connections, another_process):
    written = []

    def write(number):
        _insert_together(connections, number)
        _sql(connections, "INSERT INTO t (n) VALUES (2)")
        written.append(number)
        connections["default"].close()

    thread = threading.Thread(target=write, args=(1,))
    thread.start()
    time.sleep(0.3)
    assert written == []
    another_process.execute("COMMIT")
    thread.join(10)
    assert written == [1]
    assert _sql(connections, "SELECT n FROM t ORDER BY n") == [(1,), (2,)]


def test_who_waits_too_long_for_another_process_is_told_that_it_is_busy(
    connections, another_process
):
    connections["default"].settings_dict["OPTIONS"]["timeout"] = 0.2
    start = time.monotonic()
    with pytest.raises(OperationalError) as caught:
        _insert_together(connections, 1)
    assert 0.2 <= time.monotonic() - start < 5
    assert as_refusal(caught.value).code == "storage.busy"
    assert _is_free(connections)
    assert _sql(connections, "SELECT count(*) FROM t") == [(0,)], "who reads is not kept waiting"


def test_readers_never_wait(connections):
    read = []
    with transaction.atomic():
        _sql(connections, "INSERT INTO t (n) VALUES (1)")
        assert (
            _in_threads(lambda _: read.append(_sql(connections, "SELECT count(*) FROM t")), 1) == []
        )
    assert read == [[(0,)]]


def test_a_thread_that_dies_in_a_transaction_gives_the_turn_up(connections):
    def die(_):
        transaction.atomic().__enter__()
        _sql(connections, "INSERT INTO t (n) VALUES (1)")

    _in_threads(die, 1)
    with transaction.atomic():
        _sql(connections, "INSERT INTO t (n) VALUES (2)")
    assert _sql(connections, "SELECT n FROM t") == [(2,)]


def test_closing_in_a_transaction_gives_the_turn_back(connections):
    def leave(_):
        connections["default"].set_autocommit(
            False, force_begin_transaction_with_broken_autocommit=True
        )
        _sql(connections, "INSERT INTO t (n) VALUES (1)")
        connections["default"].close()

    assert _in_threads(leave, 1) == []
    assert _is_free(connections)
    assert _sql(connections, "SELECT count(*) FROM t") == [(0,)]


def test_first_come_first_served():
    class Owner:
        pass

    queue, first, served = WriteQueue(), Owner(), []
    queue.take(first, 1)
    threads = []
    for number in range(6):

        def act(number=number, owner=None):
            owner = Owner()
            queue.take(owner, 10)
            served.append(number)
            queue.give_back(owner)

        threads.append(threading.Thread(target=act))
        threads[-1].start()
        while len(queue._waiting) <= number:
            time.sleep(0.001)
    queue.give_back(first)
    for thread in threads:
        thread.join()
    assert served == list(range(6))


def test_who_gave_up_is_not_called_any_more():
    class Owner:
        pass

    queue, first, second = WriteQueue(), Owner(), Owner()
    queue.take(first, 1)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        queue.take(second, 0.05)
    queue.give_back(first)
    queue.take(first, 0.05)


def test_what_was_committed_is_on_the_disk(connections):
    assert _sql(connections, "PRAGMA synchronous") == [(2,)]
    assert _sql(connections, "PRAGMA journal_mode") == [("wal",)]
