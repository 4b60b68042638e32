"""Reading a large file in a process of its own, ahead of whoever stores its rows.

Reading and storing cost about the same; side by side a large file takes little more than
the dearer of the two. A small file is read where it is asked for, since starting a process
would take longer, and so is a workbook, which would have to be unpacked a second time. Rows
come in the same order and with the same remarks either way.
"""

from __future__ import annotations

import gc
import pickle
from collections.abc import Callable, Iterator
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from jieban.domain.errors import Refused
from jieban.tables.profiles import Profile
from jieban.tables.rows import ParsedRow, Reading, read

LARGE = 8 * 1024 * 1024

T = TypeVar("T")
Prepare = Callable[[list[ParsedRow]], list[T]]


def iterate(reading: Reading, chunk: int, prepare: Prepare[T]) -> Iterator[list[T]]:
    """Every good row of `reading`, `chunk` at a time, as `prepare` makes it.

    `prepare` and what it makes must survive pickling. `rejected`, `skipped` and `remarks`
    of the reading are complete when the iterator ends.

    Raises:
        Refused: what reading refuses, from whichever process; "file.reader_ended" if the other
            process was ended from outside, most often for want of memory.
    """
    path = reading.file.path
    # A process that others watch over (a web worker may be one) must not start its own.
    small = path.stat().st_size < LARGE or not reading.file.encoding
    if small or current_process().daemon:
        for rows in reading.iterate(chunk):
            yield prepare(rows)
        return
    yield from _from_another_process(reading, path, chunk, prepare)


def _from_another_process(
    reading: Reading, path: Path, chunk: int, prepare: Prepare[T]
) -> Iterator[list[T]]:
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    work = (sender, path, reading.profile, chunk, prepare)
    process = context.Process(target=_read, args=work, daemon=True)
    process.start()
    # Only the reader may hold the other end, or its death would not be noticed.
    sender.close()
    try:
        while True:
            what, content = pickle.loads(receiver.recv_bytes())
            if what == "rows":
                yield content
            elif what == "end":
                reading.take_over(*content)
                return
            elif what == "refused":
                code, detail = content
                raise Refused(code, **detail)
            else:
                raise RuntimeError(f"reading {path.name} failed: {content}")
    except EOFError:
        raise Refused("file.reader_ended", name=path.name) from None
    finally:
        process.terminate()
        process.join()
        receiver.close()


def _read(
    sender: Connection, path: Path, profile: Profile, chunk: int, prepare: Prepare[Any]
) -> None:
    """The other process: read, prepare, send; the pipe holds it back to one chunk ahead."""
    # Rows hold no reference cycles; the collector would walk the remembered words for nothing.
    gc.disable()
    try:
        reading = read(path, profile)
        for rows in reading.iterate(chunk):
            _send(sender, "rows", prepare(rows))
        _send(sender, "end", reading.findings())
    except Refused as refusal:
        _send(sender, "refused", (refusal.code, refusal.detail))
    except Exception as error:
        _send(sender, "error", repr(error))


def _send(sender: Connection, what: str, content: Any) -> None:
    sender.send_bytes(pickle.dumps((what, content), protocol=pickle.HIGHEST_PROTOCOL))
