"""How the call was, by those who were in it."""

from typing import Any
from uuid import UUID

from tutorme.core.errors import NotAllowed
from video.models import CallRating, Presence
from video.services import entry


def rate(*, user: Any, room_id: UUID, stars: int, trouble: str = "", note: str = "") -> CallRating:
    """Once for each member, the last word counts. Whoever never came in has nothing to say."""
    room = entry.find(user=user, room_id=room_id)
    member = entry.membership(user=user, room=room)
    if not Presence.objects.filter(member=member).exists():
        raise NotAllowed
    row, _new = CallRating.objects.update_or_create(
        room=room, user=user, defaults={"stars": stars, "trouble": trouble, "note": note}
    )
    return row
