"""Whom a student is not shown, and who is not shown to them. Apps above say who that is."""

from collections.abc import Callable, Iterable
from uuid import UUID

Says = Callable[[UUID], Iterable[UUID]]
_SAYERS: list[Says] = []


def says_who_is_avoided(function: Says) -> Says:
    """Registers who knows of somebody's id which others are to be left out."""
    _SAYERS.append(function)
    return function


def avoided_by(user_id: UUID) -> list[UUID]:
    return [other for says in _SAYERS for other in says(user_id)]
