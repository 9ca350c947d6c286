"""What video does when something happens below or within."""

from uuid import UUID

from django.urls import reverse

from booking.events import BookingCancelled, BookingConfirmed, BookingMoved
from booking.rooms import provides_room
from booking.services import presence as attendance
from tutorme.core import inbox, outbox
from tutorme.core.models import InboxMessage
from video.events import RoomJoined, RoomLeft
from video.services import callbacks, lessons


@provides_room
def room_url(booking_id: UUID, user_id: UUID) -> str | None:
    """Made here for a lesson that was agreed before there were rooms, or a moment ago."""
    room_id = lessons.room_of(booking_id=booking_id, user_id=user_id)
    return reverse("room", args=[room_id]) if room_id else None


@outbox.handles(BookingConfirmed)
def open_the_room(event: BookingConfirmed) -> None:
    lessons.follow(booking_id=event.booking_id)


@outbox.handles(BookingMoved)
def move_the_room(event: BookingMoved) -> None:
    lessons.follow(booking_id=event.booking_id)


@outbox.handles(BookingCancelled)
def end_the_room(event: BookingCancelled) -> None:
    lessons.follow(booking_id=event.booking_id)


@outbox.handles(RoomJoined)
def mark_the_coming(event: RoomJoined) -> None:
    _mark(event, joined=True)


@outbox.handles(RoomLeft)
def mark_the_leaving(event: RoomLeft) -> None:
    _mark(event, joined=False)


def _mark(event: RoomJoined | RoomLeft, *, joined: bool) -> None:
    """Attendance is booking's to judge; what is said is when somebody really was there."""
    if event.booking_id is not None:
        attendance.record(
            booking_id=event.booking_id, user_id=event.user_id, at=event.at, joined=joined
        )


@inbox.processes("twilio")
def apply_callback(message: InboxMessage) -> None:
    callbacks.apply(message)
