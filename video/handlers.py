"""What video does when something happens below or within."""

from uuid import UUID

from django.urls import reverse

from booking.events import BookingCancelled, BookingConfirmed, BookingMoved
from booking.models import Booking
from booking.rooms import provides_room
from tutorme.core import inbox, outbox
from tutorme.core.models import InboxMessage
from video.services import callbacks, rooms


@provides_room
def room_url(booking_id: UUID, user_id: UUID) -> str | None:
    """Made here for a lesson that was agreed before there were rooms, or a moment ago."""
    room_id = rooms.room_of_lesson(booking_id=booking_id, user_id=user_id)
    return reverse("room", args=[room_id]) if room_id else None


@outbox.handles(BookingConfirmed)
def open_the_room(event: BookingConfirmed) -> None:
    _follow(event.booking_id)


@outbox.handles(BookingMoved)
def move_the_room(event: BookingMoved) -> None:
    _follow(event.booking_id)


@outbox.handles(BookingCancelled)
def end_the_room(event: BookingCancelled) -> None:
    _follow(event.booking_id)


def _follow(booking_id: UUID) -> None:
    """By the booking as it is now: events may come late and in another order."""
    rows = Booking.objects.select_related("lesson_type")
    booking = rows.select_for_update(of=("self",), no_key=True).get(pk=booking_id)
    rooms.follow_booking(booking)


@inbox.processes("twilio")
def apply_callback(message: InboxMessage) -> None:
    callbacks.apply(message)
