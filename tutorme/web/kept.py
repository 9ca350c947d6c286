"""Pieces of pages that are drawn once a process.

`{% kept "courses/_card.html" course=course %}` includes a template that sees what it is given and
nothing else: no request, no person, no context around it. What it draws is kept under just that:
the template, every value with its type, and the language, zone and clock it was drawn in. So there
is nothing to invalidate (another price, another name is another key) and nothing of one person can
stand in another's page: what is not in the key was not there when the piece was drawn.

What is different each time stands after `filling`:
`{% kept "shell/nav.html" nav=nav filling token=csrf_token %}`. While the piece is drawn such a name
is a sign, which is exchanged for the value, escaped, each time the piece is shown; the piece can
put it down as it is, and not look at it.

Values are texts, numbers, moments, ids, Money, frozen dataclasses, and lists and dictionaries of
them. Anything else is refused, because it could change and stay the same key.
"""

import re
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from threading import Lock
from typing import Any
from uuid import UUID

from django.core.signals import setting_changed
from django.utils import timezone
from django.utils.functional import LazyObject, Promise, empty
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from accounts.middleware import hour_format

# Both bounds hold: pieces of one process, and characters of all of them together.
MOST_PIECES, MOST_CHARACTERS = 4000, 8_000_000
_PLAIN = frozenset(
    {str, SafeString, int, bool, float, type(None), Decimal, UUID, datetime, date, time}
)
_SIGN = secrets.token_hex(16)
_SIGNS = re.compile(rf"\[{_SIGN}:(\w+)\]")

Key = tuple[Any, ...]
# Texts and, at every second place, the name of what is filled in.
Piece = tuple[str, ...]


class NotKeepable(TypeError):
    """A value that could change without being another key."""


def key_of(template: str, values: Mapping[str, Any]) -> Key:
    drawn_in = (get_language(), timezone.get_current_timezone_name(), hour_format())
    return (template, *drawn_in, *((name, frozen(value)) for name, value in values.items()))


def frozen(value: Any) -> Any:
    """Equal for equal values of the same type only: 1 is not True, and a text is not safe because
    the same one was."""
    kind = type(value)
    if kind in _PLAIN:
        return (kind, value)
    if isinstance(value, Promise):
        return (str, str(value))
    if isinstance(value, LazyObject):
        return frozen(_within(value))
    if isinstance(value, Mapping):
        return (kind, *((name, frozen(one)) for name, one in value.items()))
    if isinstance(value, list | tuple):
        return (kind, *map(frozen, value))
    if isinstance(value, Enum | OneOfFew):
        return (kind, value)
    if _is_frozen(kind):
        return (kind, *(frozen(getattr(value, one.name)) for one in fields(value)))
    raise NotKeepable(f"A kept piece is not given a {kind.__name__}")


def _within(value: Any) -> Any:
    if value._wrapped is empty:
        value._setup()
    return value._wrapped


def _is_frozen(kind: type) -> bool:
    return is_dataclass(kind) and kind.__dataclass_params__.frozen  # type: ignore[attr-defined]


class OneOfFew:
    """Of a class whose objects are made once and stay as they are: each is a key by itself."""


def sign(name: str) -> SafeString:
    return SafeString(f"[{_SIGN}:{name}]")


def cut(drawn: str) -> Piece:
    return tuple(_SIGNS.split(drawn))


def filled(piece: Piece, value_of: Callable[[str], str]) -> SafeString:
    if len(piece) == 1:
        return SafeString(piece[0])
    return SafeString(
        "".join(value_of(part) if place % 2 else part for place, part in enumerate(piece))
    )


class Shelf:
    """The pieces of this process; the one not asked for the longest leaves first."""

    def __init__(self, *, most_pieces: int, most_characters: int) -> None:
        self.most_pieces, self.most_characters = most_pieces, most_characters
        self._pieces: OrderedDict[Key, Piece] = OrderedDict()
        self._lock = Lock()
        self.characters = 0

    def __len__(self) -> int:
        return len(self._pieces)

    def get(self, key: Key) -> Piece | None:
        with self._lock:
            piece = self._pieces.get(key)
            if piece is not None:
                self._pieces.move_to_end(key)
            return piece

    def put(self, key: Key, piece: Piece) -> None:
        with self._lock:
            self.characters += _length(piece) - _length(self._pieces.pop(key, ()))
            self._pieces[key] = piece
            while len(self) > self.most_pieces or self.characters > self.most_characters:
                _key, gone = self._pieces.popitem(last=False)
                self.characters -= _length(gone)

    def clear(self, **_about: Any) -> None:
        with self._lock:
            self._pieces.clear()
            self.characters = 0


def _length(piece: Sequence[str]) -> int:
    return sum(map(len, piece))


shelf = Shelf(most_pieces=MOST_PIECES, most_characters=MOST_CHARACTERS)
# Only tests change what is drawn while the process runs.
setting_changed.connect(shelf.clear, dispatch_uid="kept")
