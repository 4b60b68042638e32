"""Whose turn is it to write? One writer at a time in a process, first come, first served.

SQLite has one writer. Left to itself, each waiting connection sleeps and tries again, the
unlucky one longest; with a queue in front each writer is woken when the one before it is done.
Writers of other processes are still kept apart by SQLite's own lock.
"""

import os
import sqlite3
import threading
import time
import weakref
from collections import deque
from typing import Protocol

_LOOK_EVERY = 1.0


class Owner(Protocol):
    """A connection that writes."""

    def abandon(self) -> None:
        """Undo what a thread that died had begun."""


class WriteQueue:
    """The turn to write to one database, and who waits for it.

    A turn belongs to a connection; it passes on when it is given back, and also when its
    connection is gone or its thread has died without giving it back.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[_Waiter] = deque()
        self._holder: _Waiter | None = None

    def take(self, owner: Owner, seconds: float) -> None:
        """Wait for the turn.

        Raises:
            sqlite3.OperationalError "database is locked": not within `seconds`.
        """
        me = _Waiter(owner)
        with self._mutex:
            if self._holder is None:
                self._holder = me
                return
            self._waiting.append(me)
        try:
            self._wait(me, time.monotonic() + seconds)
        except BaseException:
            # Out of time, or interrupted: whoever leaves the queue must not be called later.
            with self._mutex:
                if self._holder is me:
                    self._pass_on()
                else:
                    self._waiting.remove(me)
            raise

    def give_back(self, owner: Owner) -> None:
        """The next one's turn. Nothing happens if `owner` does not hold it."""
        with self._mutex:
            if self._holder is not None and self._holder.owner() is owner:
                self._pass_on()

    def _wait(self, me: "_Waiter", until: float) -> None:
        while not me.called.wait(min(_LOOK_EVERY, max(until - time.monotonic(), 0))):
            with self._mutex:
                if self._holder is not None and self._holder.is_gone():
                    self._pass_on()
                if self._holder is me:
                    return
            if time.monotonic() >= until:
                raise sqlite3.OperationalError("database is locked")

    def _pass_on(self) -> None:
        self._holder = self._waiting.popleft() if self._waiting else None
        if self._holder is not None:
            self._holder.called.set()


class _Waiter:
    def __init__(self, owner: Owner) -> None:
        self.owner = weakref.ref(owner)
        self.thread = threading.current_thread()
        self.called = threading.Event()

    def is_gone(self) -> bool:
        owner = self.owner()
        if owner is not None and not self.thread.is_alive():
            owner.abandon()
            return True
        return owner is None


_queues: dict[str, WriteQueue] = {}


def queue_of(name: str) -> WriteQueue:
    """The one queue of a database in this process."""
    return _queues.setdefault(name, WriteQueue())


# A child process holds no turn and waits for none.
os.register_at_fork(after_in_child=_queues.clear)
