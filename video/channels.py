"""A room's channel is heard by its members while the room is open. What is said there is only
that there is something to fetch; who may fetch it, the room's own door decides each time."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from tutorme.core import channels
from tutorme.core.channels import LiveEvent
from video.models import Room
from video.services.telling import SESSION


@dataclass(frozen=True)
class RoomSignalled(LiveEvent):
    """Signals up to `seq` are there."""

    name: ClassVar[str] = "room-signalled"
    seq: int


@channels.authorizes(SESSION, presence=True)
def members(user: Any, room_id: UUID) -> channels.Access:
    room = Room.objects.of(user).filter(pk=room_id, state=Room.State.OPEN)
    return channels.LISTENS if room.exists() else channels.NOTHING
