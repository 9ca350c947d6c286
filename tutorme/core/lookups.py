"""Conditions Django has no word for."""

from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, F, Func, UUIDField, Value


def among(column: str, ids: list[UUID]) -> Func:
    """As `column__in`, in a statement that is the same for any number of ids."""
    return _Among(F(column), Value(ids, output_field=ArrayField(UUIDField())))


class _Among(Func):
    arg_joiner = " = ANY("
    template = "%(expressions)s)"
    output_field: Any = BooleanField()
