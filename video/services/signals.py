"""What windows tell each other, numbered in one order for each room.

A window exchanges: it says that it is still there, hands over what it has to say, and takes what
is new. Asking every second or two is enough for a call to come about; the stream only says when
to ask at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from video.errors import RoomEnded, SeatLost
from video.models import Presence, Room, RoomMember, Signal
from video.services import entry, telling

# A window that is not heard of for so long is out.
LEASE = timedelta(seconds=45)
KEPT_FOR = timedelta(hours=6)
Kind = Signal.Kind


@dataclass(frozen=True)
class Message:
    kind: str
    payload: dict[str, Any] = field(default_factory=dict)
    to: UUID | None = None


def write(room: Room, messages: Sequence[Message], *, sender: UUID | None = None) -> None:
    """Appends to the room's signals. The caller holds the room's row, and `room.last_seq` is as
    it stands there."""
    first = room.last_seq + 1
    rows = [
        Signal(
            room_id=room.pk,
            seq=first + place,
            kind=message.kind,
            sender=sender,
            recipient=message.to,
            payload=message.payload,
        )
        for place, message in enumerate(messages)
    ]
    if not rows:
        return
    Signal.objects.bulk_create(rows)
    room.last_seq += len(rows)
    Room.objects.filter(pk=room.pk).update(last_seq=room.last_seq)
    telling.signalled(room)


def exchange(
    *,
    user: Any,
    room_id: UUID,
    session: UUID,
    messages: Sequence[Message] = (),
    now: datetime | None = None,
) -> Presence:
    """Renews the window's lease and appends what it says. `SeatLost` where it has none: it left,
    was replaced by another window, or was away for longer than the lease."""
    now = now or timezone.now()
    with transaction.atomic():
        # The room's row first, and only where something is written: asking alone takes no lock.
        room = entry.locked(room_id) if messages else None
        presence = _held(user, room_id, session)
        if presence is not None and presence.seen_at >= now - LEASE and _renew(presence, now):
            if room is not None:
                write(room, _deliverable(room, messages), sender=session)
            return presence
    raise _lost(user, room_id, session)


def _held(user: Any, room_id: UUID, session: UUID) -> Presence | None:
    rows = Presence.objects.here().select_related("room", "member")
    return rows.filter(
        session=session,
        room_id=room_id,
        member__user_id=user.pk,
        member__removed_at=None,
        room__state=Room.State.OPEN,
    ).first()


def _renew(presence: Presence, now: datetime) -> int:
    seen_at = max(presence.seen_at, now)
    return Presence.objects.here().filter(pk=presence.pk).update(seen_at=seen_at)


def _deliverable(room: Room, messages: Sequence[Message]) -> list[Message]:
    """What is for somebody who just left is for nobody."""
    here = set(Presence.objects.here().filter(room=room).values_list("session", flat=True))
    return [message for message in messages if message.to is None or message.to in here]


def _lost(user: Any, room_id: UUID, session: UUID) -> SeatLost | RoomEnded:
    room = entry.find(user=user, room_id=room_id)
    entry.membership(user=user, room=room)
    if room.state == Room.State.ENDED:
        return RoomEnded()
    ending = Presence.objects.filter(session=session, room=room).values_list("ending", flat=True)
    return SeatLost(ending=ending.first() or Presence.Ending.LAPSED.value)


def session_of(member: RoomMember) -> UUID | None:
    """The window a member is here from, if they are."""
    found: UUID | None = (
        Presence.objects.here().filter(member=member).values_list("session", flat=True).first()
    )
    return found


def purge(*, now: datetime | None = None, limit: int = 10_000) -> int:
    """Signals are about a call that goes on; afterwards nobody asks for them."""
    now = now or timezone.now()
    old = Signal.objects.filter(created_at__lt=now - KEPT_FOR).order_by("pk")
    ids = list(old.values_list("pk", flat=True)[:limit])
    Signal.objects.filter(pk__in=ids).delete()
    return len(ids)
