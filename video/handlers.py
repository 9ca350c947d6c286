"""What video does when something happens below or within."""

from uuid import UUID

from booking.events import BookingCancelled, BookingConfirmed, BookingMoved
from booking.models import Booking
from tutorme.core import inbox, outbox
from tutorme.core.models import InboxMessage
from video.services import callbacks, rooms


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
