"""Facts of a person that apps above keep and the profile shows. They register a reader, as those
who sell things do, so that accounts never learns how days are counted.

    @keeps("streak_days")
    def streak_days(user: User, now: datetime) -> int: ...
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from accounts.models import User

Reader = Callable[[User, datetime], Any]
_readers: dict[str, Reader] = {}


def keeps(name: str) -> Callable[[Reader], Reader]:
    def register(reader: Reader) -> Reader:
        _readers[name] = reader
        return reader

    return register


def kept(user: User, now: datetime) -> dict[str, Any]:
    return {name: reader(user, now) for name, reader in _readers.items()}
