"""Moving encrypted columns to the first of FIELD_ENCRYPTION_KEYS, row by row."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, transaction

from tutorme.core.fields import EncryptedTextField, decrypt, encrypt, is_current

_BATCH = 500
# What an app keeps encrypted elsewhere than in a column of its own, by the name it is told by.
# Called with `dry_run`; says how many values were under an older key.
Renewal = Callable[..., int]
_elsewhere: dict[str, Renewal] = {}


def renews(name: str) -> Callable[[Renewal], Renewal]:
    """For an app's `sealed.py`, found at start."""

    def register(renewal: Renewal) -> Renewal:
        _elsewhere[name] = renewal
        return renewal

    return register


def elsewhere() -> dict[str, Renewal]:
    return dict(_elsewhere)


@dataclass(frozen=True)
class Column:
    """Quoted names, as the statements need them."""

    table: str
    key: str
    name: str


def columns() -> Iterator[Column]:
    """Every encrypted column of the installed apps."""
    quoted = connection.ops.quote_name
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, EncryptedTextField):
                table, key = model._meta.db_table, model._meta.pk.attname
                yield Column(quoted(table), quoted(key), quoted(field.attname))


def rotate(column: Column, *, dry_run: bool = False) -> int:
    """How many values were under an older key. Safe to stop and to run again."""
    count, last = 0, None
    while rows := _page(column, last):
        last = rows[-1][0]
        for pk, stored in rows:
            if stored and not is_current(stored):
                count += 1
                if not dry_run:
                    _rewrite(column, pk)
    return count


# The names in these statements come from the models and are quoted by the backend.
def _page(column: Column, last: Any) -> list[tuple[Any, str]]:
    after = f"WHERE {column.key} > %s" if last is not None else ""
    query = (
        f"SELECT {column.key}, {column.name} FROM {column.table} {after} "  # noqa: S608
        f"ORDER BY {column.key} LIMIT {_BATCH}"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [last] if last is not None else [])
        return list(cursor.fetchall())


def _rewrite(column: Column, pk: Any) -> None:
    """Reads again under the row's lock, so a form saved meanwhile is not overwritten."""
    where = f"{column.table} WHERE {column.key} = %s"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {column.name} FROM {where} FOR UPDATE", [pk])  # noqa: S608
        row = cursor.fetchone()
        if row and row[0] and not is_current(row[0]):
            change = f"UPDATE {column.table} SET {column.name} = %s WHERE {column.key} = %s"  # noqa: S608
            cursor.execute(change, [encrypt(decrypt(row[0])), pk])
