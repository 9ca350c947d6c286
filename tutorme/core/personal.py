"""What every table keeps about people, and what becomes of it when they leave.

A table whose rows go with their account (CASCADE) is exported and deleted without a word. What
else points at people, an app declares in its `personal.py`, found at start; a house test finds
the one that was forgotten.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import CASCADE, ForeignKey, Model, Q, QuerySet


@dataclass(frozen=True)
class Erasure:
    user_id: UUID
    keeps_name_on_certificates: bool


@dataclass(frozen=True)
class Delete:
    """The rows go, and what hangs on them."""


@dataclass(frozen=True)
class Blank:
    """The rows stay, for what points at them; these columns lose what somebody wrote."""

    values: dict[str, Any]


@dataclass(frozen=True)
class Keep:
    """The rows stay as they are: nothing in them names anybody, once the account has no name."""

    reason: str


@dataclass(frozen=True)
class Table:
    """`owner` is the path from a row to the person's id; `hidden` columns are secrets of the
    site's, not words about the person, and are not exported."""

    model: type[Model]
    owner: str
    on_erasure: Delete | Blank | Keep
    hidden: frozenset[str] = field(default_factory=frozenset)
    is_exported: bool = True

    def rows(self, user_id: UUID) -> QuerySet[Any]:
        return self.model._default_manager.filter(Q((self.owner, user_id)))


@dataclass(frozen=True)
class Attached:
    """A file of the archive."""

    name: str
    path: Path


_tables: list[Table] = []
_erasers: list[Callable[[Erasure], None]] = []
_attachers: list[Callable[[UUID], Iterator[Attached]]] = []


def declare(*tables: Table) -> None:
    _tables.extend(table for table in tables if table not in _tables)


def erases(eraser: Callable[[Erasure], None]) -> Callable[[Erasure], None]:
    """For what no column says: files, words of others, rows that need care. Runs before the
    tables, inside the transaction, and again if the work was killed."""
    _erasers.append(eraser)
    return eraser


def attaches(
    attacher: Callable[[UUID], Iterator[Attached]],
) -> Callable[[UUID], Iterator[Attached]]:
    """Files that belong to the person's copy of their data."""
    _attachers.append(attacher)
    return attacher


def pointing() -> Iterator[tuple[type[Model], str, bool]]:
    """Every column that names a person: its model, the column, and whether its row goes along."""
    person = get_user_model()
    for model in apps.get_models():
        for column in model._meta.local_fields:
            if isinstance(column, ForeignKey) and column.related_model is person:
                yield model, column.attname, column.remote_field.on_delete is CASCADE


def declared() -> set[tuple[type[Model], str]]:
    return {(table.model, table.owner) for table in _tables}


def tables() -> list[Table]:
    """What was declared, then what goes along by itself."""
    known = declared()
    return _tables + [
        Table(model, owner, Delete())
        for model, owner, goes_along in pointing()
        if goes_along and (model, owner) not in known
    ]


def erasers() -> list[Callable[[Erasure], None]]:
    return list(_erasers)


def attachers() -> list[Callable[[UUID], Iterator[Attached]]]:
    return list(_attachers)
