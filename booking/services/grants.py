"""Access tokens of connected calendars. Whoever needs a new one takes the row first: Microsoft's
refresh tokens are good once, and of two who use one at the same time the second would be taken
for a thief."""

import time
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from booking.events import CalendarBroken
from booking.gateways import oauth
from booking.gateways.base import GrantGone, Tokens
from booking.leases import Busy, lease
from booking.models import CalendarConnection
from tutorme.core import outbox
from tutorme.core.gateways import GatewayUnavailable
from tutorme.core.transactions import outside_transaction

State = CalendarConnection.State
# Longer than a call can last, short enough to go on soon after a worker died in one.
_LEASE = timedelta(seconds=45)
_WAIT_S, _PAUSE_S = 25.0, 0.1


@outside_transaction
def access(connection_id: UUID, *, refused: str = "") -> str:
    """A token that is good for two minutes at least. `refused` names one the provider did not
    take. Raises `GrantGone`, once and for all, where the grant was taken back."""
    ends_at = time.monotonic() + _WAIT_S
    while time.monotonic() < ends_at:
        row = _standing(connection_id)
        if _is_good(row, refused):
            return row.access_token
        try:
            with lease(row, _LEASE):
                row = _standing(connection_id)
                return row.access_token if _is_good(row, refused) else _renewed(row)
        except Busy:
            time.sleep(_PAUSE_S)
    raise GatewayUnavailable("somebody else is still asking for this calendar's token")


def _standing(connection_id: UUID) -> CalendarConnection:
    row = CalendarConnection.objects.filter(pk=connection_id).first()
    if row is None or row.state != State.ACTIVE:
        raise GrantGone(row.problem if row else "disconnected")
    return row


def _is_good(row: CalendarConnection, refused: str) -> bool:
    return row.access_token != refused and not oauth.expired(row.access_until)


def _renewed(row: CalendarConnection) -> str:
    try:
        tokens = oauth.refresh(row.provider, row.refresh_token)
    except GrantGone as gone:
        break_off(row.pk, gone.detail)
        raise
    keep(row, tokens)
    return tokens.access


def keep(row: CalendarConnection, tokens: Tokens) -> None:
    row.access_token, row.refresh_token = tokens.access, tokens.refresh
    row.access_until = tokens.until
    # Let go of meanwhile, it is given back with the newest of its tokens.
    CalendarConnection.objects.filter(pk=row.pk).update(
        access_token=row.access_token,
        refresh_token=row.refresh_token,
        access_until=row.access_until,
    )


@transaction.atomic
def break_off(connection_id: UUID, problem: str) -> None:
    """The grant is gone: its owner is asked to connect again. What was known stays for a day."""
    rows = CalendarConnection.objects.filter(pk=connection_id, state=State.ACTIVE)
    if rows.update(state=State.BROKEN, problem=problem[:300], broken_at=Now()):
        row = CalendarConnection.objects.get(pk=connection_id)
        outbox.record(CalendarBroken(row.pk, row.user_id, row.provider))
