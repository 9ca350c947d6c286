"""A row that one worker has for a while, so that no two ask a provider for the same thing. Unlike
a row lock it is held outside of any transaction, and ends by itself where its holder died."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Now

# Nobody has it now.
FREE = Q(taken_until=None) | Q(taken_until__lt=Now())


class Busy(Exception):
    """Somebody else has the row."""


def _take(rows: QuerySet[Any], length: timedelta) -> bool:
    return bool(rows.filter(FREE).update(taken_until=Now() + length))


@contextmanager
def lease(row: Model, length: timedelta) -> Iterator[None]:
    """`Busy` where it is taken. The model has a column `taken_until`."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    if not _take(rows, length):
        raise Busy
    try:
        yield
    finally:
        rows.update(taken_until=None)
