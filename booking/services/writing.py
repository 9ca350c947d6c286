"""Lessons in people's own calendars: written, moved and removed with the booking."""

from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from booking.gateways.google import reference_of
from booking.leases import Busy, lease
from booking.models import Booking, CalendarConnection, Meeting, WrittenEvent
from booking.services import calendars, meetings
from tutorme.core import jobs
from tutorme.core.transactions import outside_transaction

JOB = "booking.write_event"
_LEASE = timedelta(seconds=60)
_MOST = 500


def want(booking_id: UUID, version: int) -> None:
    """One effect for each calendar of the two and each version of the booking."""
    people = Booking.objects.values_list("tutor_id", "student_id").get(pk=booking_id)
    rows = CalendarConnection.objects.filter(user_id__in=people, state="active")
    for connection_id in rows.values_list("pk", flat=True):
        _enqueue(booking_id, connection_id, str(version))


def all_coming(connection: CalendarConnection) -> None:
    """What stands already is written into a calendar that was just connected."""
    coming = Booking.objects.concerning([connection.user_id]).filter(
        state__in=meetings.STANDING, ends_at__gt=timezone.now()
    )
    for booking_id, version in coming.values_list("pk", "version")[:_MOST]:
        _enqueue(booking_id, connection.pk, f"{version}:{timezone.now():%Y%m%d%H%M%S}")


def _enqueue(booking_id: UUID, connection_id: UUID, version: str) -> None:
    jobs.enqueue(
        JOB,
        key=f"{JOB}:{booking_id}:{connection_id}:{version}",
        args={"booking_id": str(booking_id), "connection_id": str(connection_id)},
    )


@outside_transaction
def follow(booking_id: UUID, connection_id: UUID) -> None:
    """Brings the event to where the booking is. Safe to repeat and to kill at any line: the event
    has an id, or a transactionId, of ours. Raises `meetings.NotReady`."""
    connection = CalendarConnection.objects.filter(pk=connection_id, state="active").first()
    if connection is None or _stands_by_its_meeting(booking_id, connection_id):
        return
    WrittenEvent.objects.bulk_create(
        [WrittenEvent(booking_id=booking_id, connection_id=connection_id)], ignore_conflicts=True
    )
    row = WrittenEvent.objects.get(booking_id=booking_id, connection_id=connection_id)
    try:
        with lease(row, _LEASE):
            _follow(row)
    except Busy as busy:
        raise meetings.NotReady("another worker has it") from busy


def _stands_by_its_meeting(booking_id: UUID, connection_id: UUID) -> bool:
    """A Meet or Teams lesson is an event of this calendar already."""
    room = Q(platform__in=("meet", "teams")) & ~Q(state=Meeting.State.FAILED)
    return Meeting.objects.filter(room, pk=booking_id, connection_id=connection_id).exists()


def _follow(row: WrittenEvent) -> None:
    row.refresh_from_db()
    booking = Booking.objects.select_related("lesson_type", "tutor").get(pk=row.booking_id)
    lesson = meetings.lesson_of(booking)
    if booking.state not in meetings.STANDING:
        if row.reference and not row.is_gone and not _stands_for_others(row):
            calendars.ask(row.connection_id, lambda calendar: calendar.remove(row.reference))
        _keep(row, version=lesson.version, is_gone=True)
    elif not row.reference:
        key = reference_of(lesson)
        made = calendars.ask(
            row.connection_id,
            lambda calendar: calendar.write(lesson, reference=key, with_room=False),
        )
        _keep(row, reference=made.reference, version=lesson.version)
    elif row.version != lesson.version:
        calendars.ask(row.connection_id, lambda calendar: calendar.move(row.reference, lesson))
        _keep(row, version=lesson.version)


def _stands_for_others(row: WrittenEvent) -> bool:
    """All seats of a class are one event of their tutor's calendar."""
    same = WrittenEvent.objects.filter(connection_id=row.connection_id, reference=row.reference)
    standing = same.filter(is_gone=False, booking__state__in=meetings.STANDING)
    return standing.exclude(pk=row.pk).exists()


def _keep(row: WrittenEvent, **facts: object) -> None:
    WrittenEvent.objects.filter(pk=row.pk).update(**facts)
