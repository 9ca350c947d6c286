"""Busy times from an iCalendar address or file."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from booking import busy_files
from booking.errors import CalendarUnreadable, TooManyImports
from booking.events import AvailabilityChanged
from booking.gateways import icsfile
from booking.models import BusyTime, CalendarImport
from booking.walltime import Span
from tutorme.core import jobs, outbox
from tutorme.core.errors import NotFound
from tutorme.core.gateways import GatewayRejected, GatewayUnavailable
from tutorme.core.transactions import outside_transaction

JOB = "booking.read_import"
MOST = 5
_BACK, _AHEAD = timedelta(days=1), timedelta(days=400)
_EVERY, _AFTER_FAILURE = timedelta(hours=1), timedelta(hours=3)
_NAME, _REFERENCE = 80, 300
_DUE = 200


@outside_transaction
def add_address(user: User, url: str) -> CalendarImport:
    """Read at once, so that what is wrong with it is said where it was typed."""
    _room_for_one(user)
    found = _found(_fetched(url), user)
    row = CalendarImport(user=user, name=_host(url), url=url)
    return _keep_new(row, found)


def add_file(user: User, name: str, content: bytes) -> CalendarImport:
    _room_for_one(user)
    if len(content) > icsfile.MOST_BYTES:
        raise CalendarUnreadable(reason="too-large")
    return _keep_new(CalendarImport(user=user, name=name[:_NAME]), _found(content, user))


def _room_for_one(user: User) -> None:
    if CalendarImport.objects.filter(user=user).count() >= MOST:
        raise TooManyImports


def _host(url: str) -> str:
    """The rest of such an address is a secret."""
    return (urlsplit(url).hostname or url)[:_NAME]


def _fetched(url: str) -> bytes:
    try:
        return icsfile.fetch(url)
    except GatewayRejected as refusal:
        raise CalendarUnreadable(refusal.detail, reason=refusal.code) from refusal
    except GatewayUnavailable as error:
        raise CalendarUnreadable(reason="unreachable") from error


def _found(content: bytes, user: User) -> list[busy_files.Found]:
    now = timezone.now()
    try:
        return busy_files.read(content, Span(now - _BACK, now + _AHEAD), zone=user.time_zone)
    except busy_files.NotACalendar as error:
        raise CalendarUnreadable(reason="not-a-calendar") from error
    except busy_files.TooMany as error:
        raise CalendarUnreadable(reason="too-many") from error


@transaction.atomic
def _keep_new(row: CalendarImport, found: list[busy_files.Found]) -> CalendarImport:
    row.save(force_insert=True)
    return _write(row, found)


def _write(row: CalendarImport, found: list[busy_files.Found]) -> CalendarImport:
    """Everything anew: such a file has no memory of what it said before."""
    BusyTime.objects.filter(tutor_id=row.user_id, source=row.source).delete()
    wanted = {(each.reference[:_REFERENCE], each.span.start): each.span for each in found}
    BusyTime.objects.bulk_create(
        BusyTime(
            tutor_id=row.user_id,
            source=row.source,
            reference=reference,
            starts_at=span.start,
            ends_at=span.end,
        )
        for (reference, _), span in wanted.items()
    )
    now = timezone.now()
    row.times, row.read_at, row.problem = len(wanted), now, ""
    row.next_at = now + _EVERY if row.url else None
    row.save(update_fields=["times", "read_at", "problem", "next_at"])
    outbox.record(AvailabilityChanged(row.user_id))
    return row


@outside_transaction
def read(import_id: UUID) -> None:
    """Again, by the clock. What cannot be read now keeps what was read before."""
    row = CalendarImport.objects.select_related("user").filter(pk=import_id).first()
    if row is None or not row.url:
        return
    try:
        found = _found(_fetched(row.url), row.user)
    except CalendarUnreadable as error:
        rows = CalendarImport.objects.filter(pk=import_id)
        later = timezone.now() + _AFTER_FAILURE
        rows.update(problem=str(error.extras.get("reason", "")), next_at=later)
        return
    with transaction.atomic():
        kept = CalendarImport.objects.select_for_update().filter(pk=import_id).first()
        if kept is not None:
            _write(kept, found)


def want_due() -> int:
    now = timezone.now()
    due = CalendarImport.objects.filter(next_at__lte=now).values_list("pk", "next_at")[:_DUE]
    for import_id, next_at in due:
        assert next_at is not None
        jobs.enqueue(
            JOB,
            key=f"{JOB}:{import_id}:{next_at.isoformat()}",
            args={"import_id": str(import_id)},
        )
    return len(due)


@transaction.atomic
def remove(user: User, import_id: UUID) -> None:
    row = CalendarImport.objects.filter(pk=import_id, user=user).first()
    if row is None:
        raise NotFound
    BusyTime.objects.filter(tutor=user, source=row.source).delete()
    row.delete()
    outbox.record(AvailabilityChanged(user.pk))
