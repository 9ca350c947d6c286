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


@dataclass(frozen=True)
class Place:
    """Where a page begins, and which way it goes: what is asked for, without its rows."""

    order: tuple[str, ...]
    size: int
    backwards: bool
    at: list[Any] | None

    @property
    def towards(self) -> tuple[str, ...]:
        return tuple(_turned(name) for name in self.order) if self.backwards else self.order

    def beyond(self, columns: tuple[str, ...]) -> tuple[str, list[Any]]:
        """For a statement of one's own: the condition that leaves what comes after, and its
        values. `columns` are what the columns of the order are called there."""
        if self.at is None:
            return "TRUE", []
        either, same, values = [], "", []
        for place, (name, column) in enumerate(zip(self.towards, columns, strict=True)):
            either.append(f"{same}{column} {'<' if name.startswith('-') else '>'} %s")
            values += self.at[: place + 1]
            same += f"{column} = %s AND "
        return " OR ".join(either), values

    def sorting(self, columns: tuple[str, ...]) -> str:
        ways = ("DESC" if name.startswith("-") else "ASC" for name in self.towards)
        return ", ".join(f"{column} {way}" for column, way in zip(columns, ways, strict=True))

    def of(self, rows: QuerySet[M, dict[str, Any]]) -> Page:
        """`rows` are values() that hold every column of `order`."""
        if self.at is not None:
            rows = rows.filter(_beyond(self.towards, self.at))
        return self.page(list(rows.order_by(*self.towards)[: self.size + 1]))

    def page(self, found: list[dict[str, Any]]) -> Page:
        """Of the first rows beyond, in the order of `towards`, and one more than are shown where
        there are more."""
        more, found = len(found) > self.size, found[: self.size]
        if self.backwards:
            found.reverse()
        after = True if self.backwards else more
        before = more if self.backwards else self.at is not None
        return Page(
            found,
            next=_written(found[-1], self.order, backwards=False) if found and after else "",
            previous=_written(found[0], self.order, backwards=True) if found and before else "",
        )


def place(order: tuple[str, ...], *, cursor: str, size: int) -> Place:
    """The last column of `order` is unique. A cursor that is none of ours is `NotFound`."""
    backwards, at = _read(cursor, order) if cursor else (False, None)
    return Place(order, size, backwards, at)


def page(
    rows: QuerySet[M, dict[str, Any]], order: tuple[str, ...], *, cursor: str, size: int
) -> Page:
    """`rows` are values() that hold every column of `order`, as `place` has it."""
    return place(order, cursor=cursor, size=size).of(rows)


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
