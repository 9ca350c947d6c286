"""What people are told about rooms: that one was opened for them, and that somebody waits in it."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from realtime.announcements import Announcement, Facts, Told, declare
from video.events import RoomOpened, RoomStarted
from video.models import Presence, Room


def _room(room_id: UUID) -> Room:
    return Room.objects.select_related("host").get(pk=room_id)


def _invited(event: RoomOpened) -> list[Told]:
    """A lesson's room is no news: the lesson was."""
    if event.booking_id is not None:
        return []
    room = _room(event.room_id)
    facts: Facts = {"who": room.host.display_name, "room": room.title}
    url = reverse("room", args=[room.pk])
    return [
        Told(UUID(guest), f"room-invitation:{room.pk}:{guest}", facts, url)
        for guest in event.guest_ids
    ]


def _waited_for(event: RoomStarted) -> list[Told]:
    """The others, once: the first who comes need not wait for somebody who forgot."""
    room = _room(event.room_id)
    first = Presence.objects.filter(room=room).order_by("joined_at").values("member__user_id")[:1]
    came = User.objects.filter(pk__in=first).first()
    if came is None:
        return []
    facts: Facts = {"who": came.display_name, "room": room.title}
    others = room.members.filter(removed_at=None).exclude(user=came)
    url = reverse("room", args=[room.pk])
    return [
        Told(user_id, f"room-started:{room.pk}:{user_id}", facts, url)
        for user_id in others.values_list("user_id", flat=True)
    ]


declare(
    Announcement(
        kind="room-invitation",
        event=RoomOpened,
        who=_invited,
        title=_("%(who)s opened a room for you: %(room)s"),
        body=_("Come in when it suits you, while it is open."),
        action=_("To the room"),
    )
)
declare(
    Announcement(
        kind="room-started",
        event=RoomStarted,
        who=_waited_for,
        title=_("%(who)s is in the room: %(room)s"),
        body=_("They are there already."),
        action=_("Come in"),
    )
)
