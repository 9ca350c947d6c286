"""Connecting somebody's calendar and letting it go."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from booking.errors import CalendarRefused
from booking.events import AvailabilityChanged
from booking.gateways import oauth
from booking.gateways.base import Channel, Tokens
from booking.models import BusyTime, CalendarConnection
from booking.services import writing
from tutorme.core import jobs, outbox
from tutorme.core.errors import NotFound
from tutorme.core.gateways import GatewayRejected
from tutorme.core.transactions import outside_transaction

State = CalendarConnection.State


def redirect_uri(provider: str) -> str:
    return f"{settings.PUBLIC_BASE_URL}{reverse('calendar-callback', args=[provider])}"


def begin(user: User, provider: str) -> oauth.Asking:
    """Where the person is sent. What comes with it stays in their session until they return."""
    return oauth.ask(provider, redirect_uri=redirect_uri(provider), hint=user.email)


@outside_transaction
def finish(user: User, provider: str, *, code: str, verifier: str) -> CalendarConnection:
    """The person came back with a code. Connecting the same calendar again mends it."""
    try:
        tokens = oauth.redeem(
            provider, code=code, verifier=verifier, redirect_uri=redirect_uri(provider)
        )
    except GatewayRejected as refusal:
        raise CalendarRefused from refusal
    return _keep(user, provider, tokens)


@transaction.atomic
def _keep(user: User, provider: str, tokens: Tokens) -> CalendarConnection:
    row, _made = CalendarConnection.objects.update_or_create(
        user=user,
        provider=provider,
        account=tokens.account or user.email,
        defaults={
            "state": State.ACTIVE,
            "access_token": tokens.access,
            "refresh_token": tokens.refresh,
            "access_until": tokens.until,
            "sync_token": "",
            "sync_wanted_at": timezone.now(),
            "channel_until": None,
            "broken_at": None,
            "problem": "",
        },
    )
    writing.all_coming(row)
    stamp = f"{timezone.now():%Y%m%d%H%M%S%f}"
    for kind in ("booking.sync_calendar", "booking.watch_calendar"):
        jobs.enqueue(
            kind, key=f"{kind}:{row.pk}:connected:{stamp}", args={"connection_id": str(row.pk)}
        )
    return row


@transaction.atomic
def disconnect(user: User, connection_id: UUID) -> None:
    """Its busy times are forgotten at once; the grant is given back by a job. Lessons written
    into it stay there: it is its owner's calendar."""
    row = CalendarConnection.objects.filter(pk=connection_id, user=user).first()
    if row is None or row.state == State.ENDING:
        raise NotFound
    CalendarConnection.objects.filter(pk=row.pk).update(state=State.ENDING, access_until=Now())
    BusyTime.objects.filter(tutor=user, source=row.source).delete()
    outbox.record(AvailabilityChanged(user.pk))
    jobs.enqueue(
        "booking.end_calendar",
        key=f"booking.end_calendar:{row.pk}:{timezone.now().isoformat()}",
        args={"connection_id": str(row.pk)},
    )


@outside_transaction
def give_back(connection_id: UUID) -> None:
    """Tells the provider to send nothing more and to forget the grant; then the row goes. Safe to
    repeat; a calendar connected again meanwhile is left alone."""
    row = CalendarConnection.objects.filter(pk=connection_id, state=State.ENDING).first()
    if row is None:
        return
    if row.channel_resource:
        calendar = oauth.calendar(row.provider, row.access_token)
        channel = Channel(row.channel_id, row.channel_resource, row.channel_until or timezone.now())
        _quietly(calendar.unwatch, channel)
    _quietly(oauth.revoke, row.provider, row.refresh_token)
    forget(connection_id)


def _quietly(step: Callable[..., None], *facts: Any) -> None:
    """A refusal means that there is nothing left to give back."""
    try:
        step(*facts)
    except GatewayRejected:
        return


def forget(connection_id: UUID) -> None:
    """The tokens go even where the provider could not be told."""
    CalendarConnection.objects.filter(pk=connection_id, state=State.ENDING).delete()


STALE_AFTER = timedelta(hours=24)
_STALE = "stale"
_REACH = timedelta(days=400)


def close_stale() -> int:
    """A calendar we have not seen for a day may be full: until it is connected again, or let go,
    its tutor's times are not offered."""
    now = timezone.now()
    broken = CalendarConnection.objects.filter(
        state=State.BROKEN, broken_at__lt=now - STALE_AFTER
    ).exclude(user__busy_times__reference=_STALE)
    return sum(_close(row) for row in broken)


@transaction.atomic
def _close(row: CalendarConnection) -> int:
    now = timezone.now()
    BusyTime.objects.bulk_create(
        [
            BusyTime(
                tutor_id=row.user_id,
                source=row.source,
                reference=_STALE,
                starts_at=now,
                ends_at=now + _REACH,
            )
        ],
        ignore_conflicts=True,
    )
    outbox.record(AvailabilityChanged(row.user_id))
    return 1
