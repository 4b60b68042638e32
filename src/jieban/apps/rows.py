"""Storing a new row at speed: its statement is written out once for each model.

`Model.save` asks every field what it thinks before it writes, which costs more than the
writing; where a row is written hundreds of times a second, that is felt.
"""

from functools import cache

from django.db import connection
from django.db.models import DateField, DateTimeField, JSONField, Model


def insert_row(row: Model) -> None:
    """As `save` with `force_insert`, for a row whose key is set already.

    What `save` does besides is not done: no signals, nothing filled in by the database. Fields
    that fill themselves in while saving (`auto_now`) are not for this.
    """
    statement, columns = _written_out(type(row), connection.vendor)
    values = []
    for name, adapter in columns:
        value = getattr(row, name)
        if adapter and value is not None:
            value = _adapted(adapter, value)
        values.append(value)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    row._state.adding = False
    row._state.db = connection.alias


def _adapted(adapter: str, value: object) -> object:
    if adapter == "adapt_json_value":
        return connection.ops.adapt_json_value(value, None)
    return getattr(connection.ops, adapter)(value)


@cache
def _written_out(model: type[Model], vendor: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The statement, and for each column where its value is found and who puts it into shape."""
    fields = model._meta.concrete_fields
    columns = tuple((field.attname, _adapter_of(field)) for field in fields)
    names = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    marks = ", ".join(["%s"] * len(fields))
    return f"INSERT INTO {table} ({names}) VALUES ({marks})", columns


def _adapter_of(field: object) -> str:
    for kind, adapter in (
        (DateTimeField, "adapt_datetimefield_value"),
        (DateField, "adapt_datefield_value"),
        (JSONField, "adapt_json_value"),
    ):
        if isinstance(field, kind):
            return adapter
    return ""
