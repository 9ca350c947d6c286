"""Pages that continue exactly after the last row seen, in any order of columns: stable under
inserts, and as cheap on the thousandth page as on the first.

A cursor is the last row's values in URL-safe base64. It opens nothing: whoever changes it sees
another part of the same list.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from tutorme.core.errors import NotFound

M = TypeVar("M", bound=Model)
_MAX_INTEGER = 2**53
_LONGEST = 800


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment


def _integer(value: int) -> int:
    if type(value) is not int or abs(value) > _MAX_INTEGER:
        raise ValueError("not an integer of ours")
    return value


def _text(value: str) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError("not a text of ours")
    return value


# How a column's value comes back out of a cursor; what is not named is an integer.
_READ: Mapping[str, Callable[[Any], Any]] = {
    "id": UUID,
    "pk": UUID,
    "user_id": UUID,
    "title": _text,
    "name": _text,
    "approved_at": _moment,
    "published_at": _moment,
    "created_at": _moment,
    "first": _moment,
}


@dataclass(frozen=True)
class Page:
    """`next` and `previous` are cursors, empty at an end."""

    rows: list[dict[str, Any]]
    next: str
    previous: str


def page(
    rows: QuerySet[M, dict[str, Any]], order: tuple[str, ...], *, cursor: str, size: int
) -> Page:
    """`rows` are values() that hold every column of `order`, whose last one is unique. A cursor
    that is none of ours is `NotFound`."""
    backwards, at = _read(cursor, order) if cursor else (False, None)
    towards = tuple(_turned(name) for name in order) if backwards else order
    if at is not None:
        rows = rows.filter(_beyond(towards, at))
    found = list(rows.order_by(*towards)[: size + 1])
    return _cut(found, order, size=size, backwards=backwards, began=not cursor)


def beginning(rows: QuerySet[M, Any], order: tuple[str, ...], *, size: int) -> QuerySet[M, Any]:
    """What a first page reads, for a statement that is written once; `first_page` makes a page of
    the rows it found."""
    return rows.order_by(*order)[: size + 1]


def first_page(found: list[dict[str, Any]], order: tuple[str, ...], *, size: int) -> Page:
    return _cut(found, order, size=size, backwards=False, began=True)


def _cut(
    found: list[dict[str, Any]], order: tuple[str, ...], *, size: int, backwards: bool, began: bool
) -> Page:
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    after = more if not backwards else True
    before = more if backwards else not began
    return Page(
        found,
        next=_written(found[-1], order, backwards=False) if found and after else "",
        previous=_written(found[0], order, backwards=True) if found and before else "",
    )


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(order: tuple[str, ...], at: list[Any]) -> Q:
    """Rows strictly after these values. The first column is bounded alone as well, so that an
    index on it is entered at the right place."""
    found, same = Q(), Q()
    for name, value in zip(order, at, strict=True):
        column, way = name.removeprefix("-"), "lt" if name.startswith("-") else "gt"
        found |= same & Q((f"{column}__{way}", value))
        same &= Q((column, value))
    first, way = order[0].removeprefix("-"), "lte" if order[0].startswith("-") else "gte"
    return Q((f"{first}__{way}", at[0])) & found


def _written(row: dict[str, Any], order: tuple[str, ...], *, backwards: bool) -> str:
    values = [row[name.removeprefix("-")] for name in order]
    plain = [value if isinstance(value, int) else _plain(value) for value in values]
    text = json.dumps([int(backwards), *plain], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _read(cursor: str, order: tuple[str, ...]) -> tuple[bool, list[Any]]:
    try:
        if len(cursor) > _LONGEST:
            raise ValueError("too long")
        padded = cursor + "=" * (-len(cursor) % 4)
        backwards, *values = json.loads(base64.b64decode(padded, b"-_", validate=True))
        columns = [name.removeprefix("-") for name in order]
        read = [
            _READ.get(column, _integer)(value)
            for column, value in zip(columns, values, strict=True)
        ]
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
        raise NotFound("The cursor is not one of ours.") from error
    if backwards not in {0, 1}:
        raise NotFound("The cursor is not one of ours.")
    return bool(backwards), read
