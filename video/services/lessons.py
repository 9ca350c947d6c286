"""Rooms of lessons: there while the lesson stands, one for all seats of a group."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from booking.models import Booking
from tutorme.core import outbox
from video import queries
from video.events import RoomOpened
from video.gateways import twilio
from video.models import MESH_CAPACITY, Room, RoomMember
from video.services import entry, membership, rooms

Role = RoomMember.Role
_GOES_AHEAD = frozenset({Booking.State.CONFIRMED, Booking.State.IN_PROGRESS})


def source_of(booking: Booking) -> str:
    if booking.group_id is not None:
        return f"{queries.GROUP}{booking.group_id}"
    return f"{queries.BOOKING}{booking.pk}"


def follow(*, booking_id: UUID) -> Room | None:
    """Makes the room what the booking is now: events may come late and in another order."""
    with transaction.atomic():
        rows = Booking.objects.select_related("lesson_type", "group")
        booking = rows.select_for_update(of=("self",), no_key=True).get(pk=booking_id)
        found = Room.objects.filter(source=source_of(booking)).first()
        if found is None:
            return _open(booking) if booking.state in _GOES_AHEAD else None
        room = entry.locked(found.pk)
        if booking.state in queries.STANDING:
            _seat(room, booking)
            _shift(room, booking)
        elif queries.group_stands(room):
            membership.put_out_by_booking(room, booking_id)
        else:
            rooms.close(room, now=timezone.now())
        return room


def room_of(*, booking_id: UUID, user_id: UUID) -> UUID | None:
    """Where this person may come in for this lesson, if they may come in at all."""
    pair = Booking.objects.filter(pk=booking_id).values_list("tutor_id", "student_id").first()
    if pair is None or user_id not in pair:
        return None
    room = follow(booking_id=booking_id)
    return room.pk if room is not None and room.state == Room.State.OPEN else None


def _open(booking: Booking) -> Room:
    provider = _provider(booking)
    room, is_new = Room.objects.get_or_create(
        source=source_of(booking),
        defaults={
            "title": booking.lesson_type.title[:120],
            "host_id": booking.tutor_id,
            "provider": provider,
            "capacity": rooms.capacity_of(provider),
            **rooms.window(booking.starts_at, booking.ends_at),
        },
    )
    if is_new:
        RoomMember.objects.create(
            room=room, user_id=booking.tutor_id, role=Role.HOST, booking=booking
        )
    _seat(room, booking)
    return room


def _provider(booking: Booking) -> Any:
    """A group of more than fit into the built-in room meets at Twilio where the site has it."""
    group = booking.group
    if group is not None and group.capacity + 1 > MESH_CAPACITY and twilio.is_configured():
        return Room.Provider.TWILIO
    return settings.VIDEO_PROVIDER


def _seat(room: Room, booking: Booking) -> None:
    member, is_new = RoomMember.objects.get_or_create(
        room=room,
        user_id=booking.student_id,
        defaults={"role": Role.GUEST, "booking": booking},
    )
    if is_new:
        guests = [str(booking.student_id)]
        outbox.record(RoomOpened(room.pk, booking.tutor_id, guests, booking.pk))
    elif member.removed_at is not None:
        RoomMember.objects.filter(pk=member.pk).update(removed_at=None, booking=booking)


def _shift(room: Room, booking: Booking) -> None:
    if room.starts_at != booking.starts_at or room.ends_at != booking.ends_at:
        times = rooms.window(booking.starts_at, booking.ends_at)
        Room.objects.filter(pk=room.pk, state=Room.State.OPEN).update(**times)
