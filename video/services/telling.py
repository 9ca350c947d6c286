"""What is said on the channels of a room, and of the lesson it is for."""

from datetime import datetime
from typing import Any
from uuid import UUID

from tutorme.core import channels
from video.models import Room, RoomMember

SESSION = "private-session-"
_BOOKING = "booking:"


def _channels(room: Room) -> list[tuple[str, str]]:
    """The room's, and its lesson's for those who look at the lesson's page; by name, which is the
    order in which channels are locked."""
    ids = [str(room.pk)]
    if room.source and room.source.startswith(_BOOKING):
        ids.append(room.source.removeprefix(_BOOKING))
    return sorted((channels.named(SESSION, each), each) for each in ids)


def _say(room: Room, event: str, **facts: Any) -> None:
    for channel, session_id in _channels(room):
        channels.publish(channel, event, {"session_id": session_id, **facts})


def signalled(room: Room) -> None:
    """Windows fetch what is new at once instead of within two seconds."""
    channel = channels.named(SESSION, room.pk)
    channels.publish(channel, "room-signalled", {"seq": room.last_seq})


def started(room: Room, at: datetime) -> None:
    _say(room, "session-started", at=at.isoformat())


def ended(room: Room, at: datetime) -> None:
    _say(room, "session-ended", at=at.isoformat())


def joined(room: Room, member: RoomMember) -> None:
    name = member.user.display_name
    _say(room, "participant-joined", user_id=str(member.user_id), display_name=name)


def left(room: Room, user_id: UUID) -> None:
    _say(room, "participant-left", user_id=str(user_id))
