"""Bringing sealed data under a new key, and retiring old keys.

A rotation makes the next key, which seals from that moment, then seals everything older anew,
in small transactions while the site runs. Each value is replaced only if it is still the one
that was read. A rotation that was killed goes on where it stopped: what is current is skipped.
"""

import fcntl
import os
import struct
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import transaction

from jieban.apps.keys.sealed import SEALED, SealedColumn, sealed_folders
from jieban.apps.ledger.services import append
from jieban.domain.actors import Actor
from jieban.domain.errors import Refused
from jieban.home import Home
from jieban.sealing import (
    Sealer,
    key_numbers,
    make_next_key,
    put_key_away,
    put_key_back,
    sealer_of,
)

BATCH = 200
_PASSES = 10
_LENGTH = struct.Struct(">I")
_UNDER_WAY = "rotation-under-way"

Told = Callable[[int], None]


def rotate_keys(
    actor: Actor, home: Home, *, at: datetime, told: Told = lambda done: None
) -> tuple[int, int]:
    """Seal everything with a new key. Returns its number and how many values were sealed anew.

    A rotation that was interrupted is ended first, with the key it made. `told` hears how many
    values are done.

    Raises:
        Refused "sealing.keys_used_up", "sealing.key_missing", "sealing.broken".
    """
    with _alone(home):
        mark = home.keys / _UNDER_WAY
        if not mark.exists():
            # The key first: killed in between, the next rotation makes one key more.
            number = make_next_key(home.keys)
            mark.write_text(f"{number}\n")
        done = _seal_anew(home, told)
        number = sealer_of(home.keys).number
        with transaction.atomic():
            append(
                "keys",
                "sealing",
                "keys.rotated",
                actor=actor,
                at=at,
                body={"number": number, "values": done},
            )
        mark.unlink()
    return number, done


def retire_key(actor: Actor, home: Home, number: int, *, at: datetime) -> None:
    """Take an old key out of use; its files stay as `retired-…` until somebody destroys them.

    Raises:
        Refused "keys.not_found", "keys.current", "keys.in_use".
    """
    with _alone(home):
        numbers = key_numbers(home.keys)
        if number not in numbers:
            raise Refused("keys.not_found", number=number)
        if number == max(numbers):
            raise Refused("keys.current", number=number)
        _demand_unused(home, number)
        put_key_away(home.keys, number)
        try:
            # Again: somebody may have sealed with it while we counted.
            _demand_unused(home, number)
            with transaction.atomic():
                append(
                    "keys",
                    "sealing",
                    "keys.retired",
                    actor=actor,
                    at=at,
                    body={"number": number},
                )
        except BaseException:
            put_key_back(home.keys, number)
            raise


def values_by_key(home: Home) -> Counter[int]:
    """How many sealed values, in tables and files, each key number has."""
    found: Counter[int] = Counter(dict.fromkeys(key_numbers(home.keys), 0))
    for column in SEALED:
        rows = _rows(column).values_list(column.field, flat=True)
        found.update(bytes(value[1:2])[0] for value in rows.iterator(chunk_size=2_000))
    for file in _files(home):
        found.update(value[1] for value in _values(file.read_bytes()))
    return found


def _demand_unused(home: Home, number: int) -> None:
    count = values_by_key(home)[number]
    if count:
        raise Refused("keys.in_use", number=number, count=count)


def _seal_anew(home: Home, told: Told) -> int:
    """Until a whole pass finds nothing more: somebody may still seal with the old key."""
    done = 0
    for _ in range(_PASSES):
        before, sealer = done, sealer_of(home.keys)
        for column in SEALED:
            for count in _column_anew(column, sealer):
                done += count
                told(done)
        for file in _files(home):
            done += _file_anew(file, sealer)
            told(done)
        if done == before:
            break
    return done


def _rows(column: SealedColumn) -> Any:
    model = apps.get_model(column.model)
    return model.objects.exclude(**{f"{column.field}__isnull": True}).order_by("pk")


def _column_anew(column: SealedColumn, sealer: Sealer) -> Iterator[int]:
    """Batch by batch in the order of the key; yields how many values of each were replaced."""
    last: Any = None
    while True:
        rows = _rows(column) if last is None else _rows(column).filter(pk__gt=last)
        batch = list(rows.values_list("pk", column.field)[:BATCH])
        if not batch:
            return
        last = batch[-1][0]
        old = [(pk, value) for pk, value in batch if not sealer.is_current(value)]
        with transaction.atomic():
            count = sum(_value_anew(column, sealer, pk, value) for pk, value in old)
        yield count


def _value_anew(column: SealedColumn, sealer: Sealer, pk: Any, value: Any) -> int:
    plain = sealer.open(value)
    new: dict[str, Any] = {column.field: sealer.seal(plain)}
    if column.index is not None:
        new[column.index_field] = column.index(sealer, plain)
    same = {"pk": pk, column.field: bytes(value)}
    return int(apps.get_model(column.model).objects.filter(**same).update(**new))


def _files(home: Home) -> Iterator[Path]:
    """Sealed files; what is being written or is open to be read begins with a dot."""
    for folder in sealed_folders(home):
        for file in sorted(Path(folder).rglob("*")):
            inside = file.relative_to(folder).parts
            if file.is_file() and not any(part.startswith(".") for part in inside):
                yield file


def _file_anew(file: Path, sealer: Sealer) -> int:
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return 0
    values = list(_values(content))
    if all(sealer.is_current(value) for value in values):
        return 0
    anew = [sealer.seal(sealer.open(value)) for value in values]
    pieces = content[:1] == b"\0"
    part = file.with_name(f".{file.name}-anew")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        for value in anew:
            out.write(_LENGTH.pack(len(value)) + value if pieces else value)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
    return len(anew)


def _values(content: bytes) -> Iterator[bytes]:
    """The sealed values of a file: one, or many, each after its length.

    A length is below 16 MB, so its first byte is 0; a sealed value begins with its cipher.
    """
    if content[:1] != b"\0":
        if content:
            yield content
        return
    place = 0
    while place < len(content):
        (length,) = _LENGTH.unpack_from(content, place)
        place += _LENGTH.size
        yield content[place : place + length]
        place += length


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """One rotation or retirement at a time; whoever comes second waits."""
    with (home.keys / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
