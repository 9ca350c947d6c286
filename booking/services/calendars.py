"""Calls to a connected calendar, with a token that is good."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from booking.gateways import oauth
from booking.gateways.base import CalendarGateway, GrantGone
from booking.models import CalendarConnection
from booking.services import grants

T = TypeVar("T")


def ask(connection_id: UUID, question: Callable[[CalendarGateway], T]) -> T:
    """A token refused before its time is changed for a new one, once. One that is refused again
    right after means that the grant is gone."""
    token = grants.access(connection_id)
    provider = CalendarConnection.objects.values_list("provider", flat=True).get(pk=connection_id)
    try:
        return question(oauth.calendar(provider, token))
    except GrantGone:
        token = grants.access(connection_id, refused=token)
    try:
        return question(oauth.calendar(provider, token))
    except GrantGone as gone:
        grants.break_off(connection_id, gone.detail)
        raise
