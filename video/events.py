from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from tutorme.core.events import Event


@dataclass(frozen=True)
class RoomOpened(Event):
    """A room exists and these people may come."""

    name: ClassVar[str] = "room.opened"
    room_id: UUID
    host_id: UUID
    guest_ids: list[str]
    booking_id: UUID | None


@dataclass(frozen=True)
class RoomStarted(Event):
    """Somebody is in it for the first time."""

    name: ClassVar[str] = "room.started"
    room_id: UUID
    booking_id: UUID | None
    at: datetime


@dataclass(frozen=True)
class RoomJoined(Event):
    name: ClassVar[str] = "room.joined"
    room_id: UUID
    booking_id: UUID | None
    user_id: UUID
    at: datetime


@dataclass(frozen=True)
class RoomLeft(Event):
    """`at` is when they were last known to be there."""

    name: ClassVar[str] = "room.left"
    room_id: UUID
    booking_id: UUID | None
    user_id: UUID
    at: datetime


@dataclass(frozen=True)
class RoomClosed(Event):
    """It is over for everybody."""

    name: ClassVar[str] = "room.closed"
    room_id: UUID
    booking_id: UUID | None
    at: datetime


@dataclass(frozen=True)
class RecordingFinished(Event):
    name: ClassVar[str] = "recording.finished"
    room_id: UUID
    recording_id: UUID
