"""Connecting somebody's calendar and letting it go."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Coalesce, Concat, Now, Replace
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from booking.errors import CalendarRefused
from booking.events import AvailabilityChanged, CalendarUnseen
from booking.gateways import oauth
from booking.gateways.base import Channel, Tokens
from booking.leases import lease
from booking.models import BusyTime, CalendarConnection, Schedule
from booking.services import writing
from tutorme.core import jobs, outbox
from tutorme.core.errors import NotFound
from tutorme.core.gateways import GatewayRejected
from tutorme.core.transactions import outside_transaction

State = CalendarConnection.State
# As long as a provider may take over both of our calls.
_LEASE = timedelta(seconds=45)


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
    repeat; a calendar connected again meanwhile is left alone. `Busy` while somebody renews its
    tokens: what they are given would outlive the row."""
    row = CalendarConnection.objects.filter(pk=connection_id, state=State.ENDING).first()
    if row is None:
        return
    with lease(row, _LEASE):
        row.refresh_from_db()
        if row.state == State.ENDING:
            _give_back(row)


def _give_back(row: CalendarConnection) -> None:
    if row.channel_resource:
        calendar = oauth.calendar(row.provider, row.access_token)
        channel = Channel(row.channel_id, row.channel_resource, row.channel_until or timezone.now())
        _quietly(calendar.unwatch, channel)
    _quietly(oauth.revoke, row.provider, row.refresh_token)
    forget(row.pk)


def _quietly(step: Callable[..., None], *facts: Any) -> None:
    """A refusal means that there is nothing left to give back."""
    try:
        step(*facts)
    except GatewayRejected:
        return


def forget(connection_id: UUID) -> None:
    """The tokens go even where the provider could not be told."""
    CalendarConnection.objects.filter(pk=connection_id, state=State.ENDING).delete()


UNSEEN_AFTER = timedelta(hours=24)
_REACH = timedelta(days=400)
_MOST = 500


def close_unseen() -> int:
    """A calendar we have not seen for a day may be full, whether its owner took the grant back or
    its provider does not answer: until it is seen again, or let go, its tutor's times are not
    offered. Returns how many were closed; each is told of once."""
    before = timezone.now() - UNSEEN_AFTER
    silent = Q(state=State.ACTIVE, seen__lt=before) | Q(state=State.BROKEN, broken_at__lt=before)
    source = Concat(Value("sync:"), Replace(Cast("pk", CharField()), Value("-")))
    marks = BusyTime.objects.filter(
        tutor=OuterRef("user"), source=OuterRef("mark"), reference=BusyTime.UNSEEN
    )
    rows = CalendarConnection.objects.annotate(
        seen=Coalesce("synced_at", "created_at"), mark=source
    ).filter(silent, ~Exists(marks), Exists(Schedule.objects.filter(tutor=OuterRef("user"))))
    return sum(_close(row) for row in rows.order_by("pk")[:_MOST])


@transaction.atomic
def _close(row: CalendarConnection) -> int:
    now = timezone.now()
    same = CalendarConnection.objects.select_for_update(no_key=True)
    if not same.filter(pk=row.pk, state=row.state, synced_at=row.synced_at).exists():
        return 0
    BusyTime.objects.create(
        tutor_id=row.user_id,
        source=row.source,
        reference=BusyTime.UNSEEN,
        starts_at=now,
        ends_at=now + _REACH,
    )
    outbox.record(AvailabilityChanged(row.user_id))
    outbox.record(
        CalendarUnseen(row.pk, row.user_id, row.provider, row.synced_at or row.created_at)
    )
    return 1
