"""The one door: who may be in which room, when."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from tutorme.core.errors import NotFound
from video import queries
from video.errors import NotAMember, NotEntitled, RoomEnded, RoomNotOpen
from video.models import Room, RoomMember


def find(*, user: Any, room_id: UUID) -> Room:
    """A room this person may see; nobody else is told that it exists."""
    room = Room.objects.visible_to(user).filter(pk=room_id).first()
    if room is None:
        raise NotFound
    return room


def locked(room_id: UUID) -> Room:
    """The room's row comes before every other row of the room. The caller holds a transaction."""
    room = Room.objects.select_for_update(no_key=True).filter(pk=room_id).first()
    if room is None:
        raise NotFound
    return room


def admit(*, user: Any, room: Room, now: datetime | None = None) -> RoomMember:
    """The membership that opens the door now. Raises `NotFound` or `NotAMember`, `RoomEnded`,
    `RoomNotOpen` and `NotEntitled`."""
    member = membership(user=user, room=room)
    refuse_closed(room, now or timezone.now())
    if not queries.is_entitled(member):
        raise NotEntitled
    return member


def membership(*, user: Any, room: Room) -> RoomMember:
    member = RoomMember.objects.filter(room=room, user_id=user.pk, removed_at=None).first()
    if member is None:
        # Staff sees every room in lists and enters none without being seen as a member.
        raise NotAMember if user.is_admin else NotFound
    member.room = room
    return member


def refuse_closed(room: Room, now: datetime) -> None:
    if room.state == Room.State.ENDED:
        raise RoomEnded
    if not room.opens_at <= now < room.closes_at:
        raise RoomNotOpen(opens_at=room.opens_at, closes_at=room.closes_at)
