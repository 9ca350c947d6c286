"""Who belongs to a room beside those it was opened with."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from tutorme.core import jobs, outbox
from tutorme.core.errors import NotAllowed, NotFound
from video import queries
from video.errors import InviteStrangers, RoomEnded, TooManyMembers
from video.events import RoomOpened
from video.models import Presence, Room, RoomMember
from video.services import entry, presence, taping


@transaction.atomic
def invite(*, host: Any, room_id: UUID, user_id: UUID) -> RoomMember:
    """Adds somebody, or brings back who was removed."""
    room = _hosted(host, room_id)
    if room.state == Room.State.ENDED:
        raise RoomEnded
    if room.members.filter(removed_at=None).exclude(user_id=user_id).count() >= room.capacity:
        raise TooManyMembers
    known = host.is_admin or queries.acquainted(host.pk, [user_id])
    if not known or not User.objects.filter(pk=user_id, is_active=True).exists():
        raise InviteStrangers
    member, is_new = RoomMember.objects.get_or_create(
        room=room, user_id=user_id, defaults={"role": RoomMember.Role.GUEST}
    )
    if member.removed_at is not None:
        member.removed_at, member.consented_at = None, None
        member.save(update_fields=["removed_at", "consented_at"])
    elif not is_new:
        return member
    taping.settle(room)
    outbox.record(RoomOpened(room.pk, host.pk, [str(user_id)], None), actor_id=host.pk)
    return member


@transaction.atomic
def remove(*, host: Any, room_id: UUID, member_id: UUID) -> None:
    """Puts somebody out, at once. Whoever a lesson brought stays for as long as the lesson does."""
    room = _hosted(host, room_id)
    member = room.members.filter(pk=member_id, removed_at=None).first()
    if member is None:
        raise NotFound
    if member.role == RoomMember.Role.HOST or member.booking_id is not None:
        raise NotAllowed
    _put_out(room, member)


def put_out_by_booking(room: Room, booking_id: UUID) -> None:
    """A seat of a group was given up. The caller holds the room's row."""
    seats = room.members.filter(booking_id=booking_id, removed_at=None)
    for member in seats.exclude(role=RoomMember.Role.HOST):
        _put_out(room, member)


def _put_out(room: Room, member: RoomMember) -> None:
    now = timezone.now()
    member.removed_at = now
    member.save(update_fields=["removed_at"])
    for row in Presence.objects.here().filter(member=member).select_related("member"):
        presence.end(row, room=room, ending=Presence.Ending.REMOVED, at=max(now, row.seen_at))
    taping.settle(room)
    put_out_at_provider(room, member, cause=now.isoformat())


def put_out_at_provider(room: Room, member: RoomMember, *, cause: str) -> None:
    """Once for each cause: the token they hold there is good until the room closes."""
    if room.provider_room:
        jobs.enqueue(
            "video.put_out",
            key=f"video.put_out:{member.pk}:{cause}",
            args={"member_id": str(member.pk)},
        )


def _hosted(host: Any, room_id: UUID) -> Room:
    room = entry.locked(entry.find(user=host, room_id=room_id).pk)
    if room.host_id != host.pk and not host.is_admin:
        raise NotAllowed
    return room
