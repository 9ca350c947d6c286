"""The built-in room takes over when a provider is down: one press, for everybody."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from video.errors import RoomFull
from video.models import MESH_CAPACITY, Presence, Room
from video.services import entry, rooms, signals, taping
from video.services.signals import Kind, Message


@transaction.atomic
def take_over(*, user: Any, room_id: UUID) -> Room:
    """By any member while the room is open. Once it is the built-in room, nothing happens."""
    room = entry.locked(entry.find(user=user, room_id=room_id).pk)
    entry.admit(user=user, room=room, now=timezone.now())
    if room.provider == Room.Provider.BUILTIN:
        return room
    if Presence.objects.here().filter(room=room).count() > MESH_CAPACITY:
        raise RoomFull(capacity=MESH_CAPACITY)
    rooms.hang_up(room)
    room.provider, room.capacity = Room.Provider.BUILTIN, MESH_CAPACITY
    room.epoch, room.provider_room = room.epoch + 1, ""
    room.save(update_fields=["provider", "capacity", "epoch", "provider_room"])
    taping.settle(room)
    payload = {"provider": str(room.provider), "epoch": room.epoch}
    signals.write(room, [Message(Kind.PROVIDER, payload)])
    return room
