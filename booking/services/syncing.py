"""Busy times of connected calendars, kept in our own table: read in steps with the provider's sync
token, all of it again when the token dies, never while a page waits."""

import hmac
import secrets
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from booking.events import AvailabilityChanged
from booking.gateways.base import Busy, Changes, Channel, SyncTokenDead
from booking.models import BusyTime, CalendarConnection, Meeting, WrittenEvent
from booking.services import calendars
from tutorme.core import jobs, outbox
from tutorme.core.gateways import GatewayRejected
from tutorme.core.transactions import outside_transaction

JOB, WATCH_JOB = "booking.sync_calendar", "booking.watch_calendar"
BACK, AHEAD = timedelta(days=1), timedelta(days=400)
# What a token covers ends at a date, so everything is read anew now and then.
_WHOLE_EVERY = timedelta(days=7)
# With a channel we are told; the look by the clock finds what was not told.
_TOLD_EVERY, _UNTOLD_EVERY = timedelta(hours=1), timedelta(minutes=10)
_RENEW_BEFORE = timedelta(hours=12)
_LONGEST = 300
_MOST = 200


class Overtaken(Exception):
    """Somebody else wrote down a later state meanwhile."""


@outside_transaction
def sync(connection_id: UUID) -> None:
    """Reads what changed and writes it down, with the token under which it goes on. Raises
    `Overtaken`, and what gateways raise."""
    row = _active(connection_id)
    if row is None:
        return
    now = timezone.now()
    due = row.read_whole_at is None or row.read_whole_at < now - _WHOLE_EVERY
    token = "" if due else row.sync_token
    span = {"since": now - BACK, "until": now + AHEAD}
    try:
        found = calendars.ask(connection_id, lambda calendar: calendar.changes(token, **span))
    except SyncTokenDead:
        found = calendars.ask(connection_id, lambda calendar: calendar.changes("", **span))
    _write(connection_id, found, known=row.sync_token)


def _active(connection_id: UUID) -> CalendarConnection | None:
    return CalendarConnection.objects.filter(pk=connection_id, state="active").first()


@transaction.atomic
def _write(connection_id: UUID, found: Changes, *, known: str) -> None:
    rows = CalendarConnection.objects.select_for_update(no_key=True)
    row = rows.filter(pk=connection_id).first()
    if row is None:
        return
    if row.sync_token != known:
        raise Overtaken
    now = timezone.now()
    if row.state == CalendarConnection.State.ACTIVE and _seen(row) | _replace(row, found):
        outbox.record(AvailabilityChanged(row.user_id))
    row.sync_token, row.synced_at = found.token, now
    row.read_whole_at = now if found.is_whole else row.read_whole_at
    told = row.channel_until is not None and row.channel_until > now
    row.sync_wanted_at = now + (_TOLD_EVERY if told else _UNTOLD_EVERY)
    row.save(update_fields=["sync_token", "synced_at", "read_whole_at", "sync_wanted_at"])


def _seen(row: CalendarConnection) -> bool:
    """What was closed because it was not seen is open again."""
    marks = BusyTime.objects.filter(tutor_id=row.user_id, source=row.source)
    return bool(marks.filter(reference=BusyTime.UNSEEN).delete()[0])


def _replace(row: CalendarConnection, found: Changes) -> bool:
    """Whether anything is different now."""
    ours = _own(row)
    busy = {(each.reference[:_LONGEST], each.starts_at): each for each in found.busy}
    wanted = {key: each for key, each in busy.items() if each.reference not in ours}
    kept = BusyTime.objects.filter(tutor_id=row.user_id, source=row.source)
    if not found.is_whole:
        touched = {reference for reference, _ in busy} | {each[:_LONGEST] for each in found.free}
        kept = kept.filter(reference__in=touched)
    gone = []
    for pk, reference, starts_at, ends_at in kept.values_list(
        "pk", "reference", "starts_at", "ends_at"
    ):
        each = wanted.get((reference, starts_at))
        if each and each.ends_at == ends_at:
            del wanted[reference, starts_at]
        else:
            gone.append(pk)
    BusyTime.objects.filter(pk__in=gone).delete()
    BusyTime.objects.bulk_create(
        BusyTime(
            tutor_id=row.user_id,
            source=row.source,
            reference=reference,
            starts_at=starts_at,
            ends_at=each.ends_at,
        )
        for (reference, starts_at), each in wanted.items()
    )
    return bool(gone or wanted)


def add(row: CalendarConnection, found: list[Busy]) -> int:
    """Notes down those that are not known yet, and says how many."""
    ours = _own(row)
    known = set(
        BusyTime.objects.filter(tutor_id=row.user_id, source=row.source).values_list(
            "reference", "starts_at", "ends_at"
        )
    )
    wanted = {
        (each.reference[:_LONGEST], each.starts_at): each.ends_at
        for each in found
        if each.reference not in ours
    }
    new = [
        BusyTime(
            tutor_id=row.user_id,
            source=row.source,
            reference=reference,
            starts_at=starts_at,
            ends_at=ends_at,
        )
        for (reference, starts_at), ends_at in wanted.items()
        if (reference, starts_at, ends_at) not in known
    ]
    BusyTime.objects.bulk_create(
        new,
        update_conflicts=True,
        unique_fields=["tutor", "source", "reference", "starts_at"],
        update_fields=["ends_at"],
    )
    return len(new)


def _own(row: CalendarConnection) -> set[str]:
    """Lessons we wrote there keep their time as bookings already."""
    written = WrittenEvent.objects.filter(connection=row).exclude(reference="")
    met = Meeting.objects.filter(connection=row).exclude(reference="")
    return {
        *written.values_list("reference", flat=True),
        *met.values_list("reference", flat=True),
    }


def want_due() -> int:
    """Calendars whose time to be looked at has come."""
    now = timezone.now()
    rows = CalendarConnection.objects.filter(state="active", sync_wanted_at__lte=now)
    due = list(rows.values_list("pk", "sync_wanted_at")[:_MOST])
    for connection_id, wanted_at in due:
        _enqueue(JOB, connection_id, f"{wanted_at.isoformat()}:{now:%Y%m%d%H}")
    return len(due)


def hint(connection: CalendarConnection) -> None:
    """A provider says that something changed. The hint carries nothing; hints that come while one
    is being followed are one."""
    CalendarConnection.objects.filter(pk=connection.pk).update(sync_wanted_at=timezone.now())
    minute = f"{timezone.now():%Y%m%d%H%M%S}"
    _enqueue(JOB, connection.pk, f"hint:{minute}")


def _enqueue(kind: str, connection_id: UUID, moment: str) -> None:
    jobs.enqueue(
        kind, key=f"{kind}:{connection_id}:{moment}", args={"connection_id": str(connection_id)}
    )


def told_by(channel_id: str, secret: str) -> CalendarConnection | None:
    """The connection a notice is about; None where the secret is not the one we gave."""
    row = CalendarConnection.objects.filter(channel_id=channel_id[:100], state="active").first()
    if row is None or not channel_id:
        return None
    return row if hmac.compare_digest(row.channel_secret.encode(), secret.encode()) else None


def is_ours(channel_id: str) -> bool:
    return bool(channel_id) and CalendarConnection.objects.filter(channel_id=channel_id).exists()


def want_channels() -> int:
    """Calendars we are told nothing of, or soon shall not be. Tried once a day each."""
    now = timezone.now()
    rows = CalendarConnection.objects.filter(state="active").exclude(
        channel_until__gt=now + _RENEW_BEFORE
    )
    due = list(rows.values_list("pk", flat=True)[:_MOST])
    for connection_id in due:
        _enqueue(WATCH_JOB, connection_id, f"{now:%Y%m%d}")
    return len(due)


@outside_transaction
def watch(connection_id: UUID) -> None:
    """Asks to be told. Secret and id are kept before the call: Microsoft wants an answer from the
    address before it answers us. The old order ends afterwards; two at once do no harm."""
    row = _active(connection_id)
    if row is None:
        return
    old = Channel(row.channel_id, row.channel_resource, timezone.now())
    channel_id, secret = str(uuid4()), secrets.token_urlsafe(32)
    rows = CalendarConnection.objects.filter(pk=connection_id)
    row.channel_id, row.channel_secret = channel_id, secret
    row.save(update_fields=["channel_id", "channel_secret"])
    address = f"{settings.PUBLIC_BASE_URL}{_path(row.provider, channel_id)}"
    made = calendars.ask(
        connection_id,
        lambda calendar: calendar.watch(channel_id=channel_id, secret=secret, address=address),
    )
    rows.update(channel_resource=made.resource[:300], channel_until=made.until)
    if old.resource:
        _end(connection_id, old)


def _path(provider: str, channel_id: str) -> str:
    return reverse(f"booking-api-notice-{provider}", args=[channel_id])


def _end(connection_id: UUID, old: Channel) -> None:
    try:
        calendars.ask(connection_id, lambda calendar: calendar.unwatch(old))
    except GatewayRejected:
        return
