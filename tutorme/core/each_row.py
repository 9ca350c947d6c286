"""A value of its own for each of many rows, by one statement.

Django's `bulk_update` writes a CASE with a branch for each row and column and resolves each of
them: for twenty answers that took half of the request which saved them. Here each column is one
array, so the statement is as long for a thousand rows as for one."""

from collections.abc import Sequence
from typing import Any

from django.db import connections, router
from django.db.models import Field, Model


def update(rows: Sequence[Model], columns: Sequence[str]) -> None:
    """Writes these fields of saved rows of one model, as `bulk_update` does: no signals, no
    `auto_now`. A field that is an array by itself cannot be written so."""
    if not rows:
        return
    meta = rows[0]._meta
    line = connections[router.db_for_write(type(rows[0]))]
    quoted = line.ops.quote_name
    # Any: a name of `columns` is a column of the table and no relation from elsewhere.
    fields: list[Any] = [meta.get_field(name) for name in columns]
    own: Any = meta.pk
    sets = ", ".join(f"{quoted(each.column)} = given.{quoted(each.column)}" for each in fields)
    every = [own, *fields]
    arrays = ", ".join(f"%s::{each.db_type(line)}[]" for each in every)
    names = ", ".join(quoted(each.column) for each in every)
    key, table = quoted(own.column), quoted(meta.db_table)
    with line.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {sets} FROM unnest({arrays}) AS given ({names})"  # noqa: S608
            f" WHERE {table}.{key} = given.{key}",
            [[_written(each, row, line) for row in rows] for each in every],
        )


def _written(field: "Field[Any, Any]", row: Model, line: Any) -> Any:
    return field.get_db_prep_save(getattr(row, field.attname), connection=line)
