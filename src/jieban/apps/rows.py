"""Storing a row at speed: its statements are written out once for each model.

`Model.save` asks every field what it thinks before it writes, which costs more than the
writing; where a row is written hundreds of times a second, that is felt.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import DateField, DateTimeField, JSONField, Model


def insert_row(row: Model) -> None:
    """As `save` with `force_insert`, for a row whose key is set already.

    What `save` does besides is not done: no signals, nothing filled in by the database. Fields
    that fill themselves in while saving (`auto_now`) are not for this.
    """
    statements = _written_out(type(row), connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(statements.insert, _values(row, statements))
    row._state.adding = False
    row._state.db = connection.alias


def insert_rows(rows: Sequence[Model]) -> None:
    """Store many new rows of one model that nothing refers to; the database gives their keys.

    As `bulk_create` in a third of the time; their keys are not known afterwards.
    """
    if not rows:
        return
    statements = _written_out(type(rows[0]), connection.vendor)
    key = next(
        place
        for place, (name, _) in enumerate(statements.columns)
        if name == rows[0]._meta.pk.attname
    )
    values = [_values(row, statements) for row in rows]
    for each in values:
        del each[key]
    with connection.cursor() as cursor:
        cursor.executemany(statements.insert_keyless, values)


def update_row(row: Model) -> None:
    """As `save` of every column of a row that is there; see `insert_row` for what is not done.

    Raises:
        LookupError: there is no such row.
    """
    statements = _written_out(type(row), connection.vendor)
    with connection.cursor() as cursor:
        cursor.execute(statements.update, [*_values(row, statements), row.pk])
        if cursor.rowcount != 1:
            raise LookupError(f"{row._meta.label} {row.pk}")


@contextmanager
def without_cycles() -> Iterator[None]:
    """Rows hold no reference cycles; while thousands are made the collector would walk all of
    them, often. It stands still inside."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(frozen=True)
class _Statements:
    """`columns`: where each value is found, and who puts it into the database's shape."""

    insert: str
    insert_keyless: str
    update: str
    columns: tuple[tuple[str, str], ...]


def _values(row: Model, statements: _Statements) -> list[Any]:
    values = []
    for name, adapter in statements.columns:
        value = getattr(row, name)
        if adapter and value is not None:
            value = _adapted(adapter, value)
        values.append(value)
    return values


def _adapted(adapter: str, value: object) -> object:
    if adapter == "adapt_json_value":
        return connection.ops.adapt_json_value(value, None)
    return getattr(connection.ops, adapter)(value)


@cache
def _written_out(model: type[Model], vendor: str) -> _Statements:
    quote = connection.ops.quote_name
    fields = model._meta.concrete_fields
    names = [quote(str(field.column)) for field in fields]
    keyless = [quote(str(field.column)) for field in fields if not field.primary_key]
    table = quote(model._meta.db_table)
    marks = ", ".join(["%s"] * len(fields))
    settings = ", ".join(f"{name} = %s" for name in names)
    key = quote(str(model._meta.pk.column))
    return _Statements(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",
        f"INSERT INTO {table} ({', '.join(keyless)}) VALUES ({', '.join(['%s'] * len(keyless))})",
        f"UPDATE {table} SET {settings} WHERE {key} = %s",
        tuple((field.attname, _adapter_of(field)) for field in fields),
    )


def _adapter_of(field: object) -> str:
    for kind, adapter in (
        (DateTimeField, "adapt_datetimefield_value"),
        (DateField, "adapt_datefield_value"),
        (JSONField, "adapt_json_value"),
    ):
        if isinstance(field, kind):
            return adapter
    return ""
