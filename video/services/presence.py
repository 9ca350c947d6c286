"""Who is in a room, honestly: by leases, so that a crash ends a stay where it was last heard of."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from tutorme.core import outbox
from tutorme.core.transactions import constraints
from video.errors import RoomFull
from video.events import RoomJoined, RoomLeft, RoomStarted
from video.models import Presence, Room, RoomMember
from video.services import entry, signals, telling
from video.services.signals import LEASE, Kind, Message

Ending = Presence.Ending
# Whoever came was there: a stay that nothing was heard of has a length, so that its end comes after
# its beginning wherever the two are read, and after the end of the window it replaced.
_SHORTEST = timedelta(milliseconds=1)


def join(*, user: Any, room_id: UUID, session: UUID, now: datetime | None = None) -> Presence:
    """Takes a seat for this window. A window the same person had before gives way; with every
    seat taken `RoomFull`. Joining again with the same session renews it."""
    now = now or timezone.now()
    with constraints({"presence_seat_once": RoomFull}), transaction.atomic():
        room = entry.locked(room_id)
        member = entry.admit(user=user, room=room, now=now)
        end_lapsed(room, now=now)
        before = Presence.objects.here().filter(member=member).first()
        if before is not None and before.session == session:
            Presence.objects.filter(pk=before.pk).update(seen_at=max(now, before.seen_at))
            before.room, before.member = room, member
            return before
        if before is not None:
            # Whoever waited for the room has an older clock than the window they replace.
            end(before, room=room, ending=Ending.REPLACED, at=max(now, before.seen_at))
        return _sit(room, member, session, now)


def _sit(room: Room, member: RoomMember, session: UUID, now: datetime) -> Presence:
    presence = Presence.objects.create(
        room=room,
        member=member,
        session=session,
        seat=free_seat(room),
        joined_at=now,
        seen_at=now,
    )
    if room.started_at is None:
        Room.objects.filter(pk=room.pk, started_at=None).update(started_at=now)
        room.started_at = now
        outbox.record(RoomStarted(room.pk, member.booking_id, now), key=f"room.started:{room.pk}")
        telling.started(room, now)
    outbox.record(RoomJoined(room.pk, member.booking_id, member.user_id, now))
    telling.joined(room, member)
    signals.write(room, [Message(Kind.JOINED)], sender=session)
    return presence


def free_seat(room: Room) -> int:
    taken = set(Presence.objects.here().filter(room=room).values_list("seat", flat=True))
    if len(taken) >= room.capacity:
        raise RoomFull(capacity=room.capacity)
    return next(seat for seat in range(1, room.capacity + 1) if seat not in taken)


def leave(*, user: Any, room_id: UUID, session: UUID, now: datetime | None = None) -> None:
    """Gives the seat back; nothing happens where it is not held any more."""
    now = now or timezone.now()
    with transaction.atomic():
        room = entry.locked(room_id)
        rows = Presence.objects.here().select_related("member")
        row = rows.filter(room=room, session=session, member__user_id=user.pk).first()
        if row is not None:
            end(row, room=room, ending=Ending.LEFT, at=max(now, row.seen_at))


def end(row: Presence, *, room: Room, ending: str, at: datetime) -> None:
    """Ends a stay. The caller holds the room's row."""
    at = max(at, row.joined_at + _SHORTEST)
    here = Presence.objects.here().filter(pk=row.pk)
    if not here.update(left_at=at, seen_at=at, ending=ending):
        return
    outbox.record(RoomLeft(room.pk, row.member.booking_id, row.member.user_id, at))
    telling.left(room, row.member.user_id)
    signals.write(room, [Message(Kind.LEFT, {"ending": str(ending)})], sender=row.session)


def end_all(room: Room, *, ending: str, now: datetime) -> None:
    rows = Presence.objects.here().filter(room=room).select_related("member")
    for row in rows:
        # Whoever was not heard of for a while was not there until now.
        at = row.seen_at if row.seen_at < now - LEASE else max(now, row.seen_at)
        end(row, room=room, ending=ending, at=at)


def end_lapsed(room: Room, *, now: datetime) -> int:
    """Who was not heard of within the lease left when they were last heard. The caller holds the
    room's row."""
    rows = list(Presence.objects.lapsed(now - LEASE).filter(room=room).select_related("member"))
    for row in rows:
        end(row, room=room, ending=Ending.LAPSED, at=row.seen_at)
    return len(rows)


def sweep(*, now: datetime | None = None, limit: int = 200) -> int:
    """Ends the stays of windows that died; returns how many rooms were looked at."""
    now = now or timezone.now()
    due = Presence.objects.lapsed(now - LEASE).values_list("room_id", flat=True)
    rooms = list(due.order_by("room_id").distinct()[:limit])
    for room_id in rooms:
        with transaction.atomic():
            end_lapsed(entry.locked(room_id), now=now)
    return len(rooms)
