from video.models.calls import CallEvent, CallRating, Recording
from video.models.rooms import (
    GROUP_CAPACITY,
    MESH_CAPACITY,
    NOTES_LENGTH,
    Presence,
    Room,
    RoomMember,
)
from video.models.talk import ChatLine, Signal

__all__ = [
    "GROUP_CAPACITY",
    "MESH_CAPACITY",
    "NOTES_LENGTH",
    "CallEvent",
    "CallRating",
    "ChatLine",
    "Presence",
    "Recording",
    "Room",
    "RoomMember",
    "Signal",
]
