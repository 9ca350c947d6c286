"""Check constraints every model uses: choices do not constrain a column, these do."""

from collections.abc import Sequence

from django.db import models


def one_of(field: str, values: Sequence[str], name: str) -> models.CheckConstraint:
    """A class body's enum is out of reach of its Meta, so the values are spelled out; a house
    test holds them equal to the field's choices."""
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": list(values)}), name=name)


def currency_check(field: str, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__regex": "^[A-Z]{3}$"}), name=name
    )
