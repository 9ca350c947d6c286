"""Opening, moving and ending rooms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from booking.rooms import CLOSES_AFTER, OPENS_BEFORE
from tutorme.core import jobs, outbox
from tutorme.core.errors import NotAllowed
from video import queries
from video.errors import InviteStrangers, TooManyMembers
from video.events import RoomClosed, RoomOpened
from video.models import GROUP_CAPACITY, MESH_CAPACITY, Presence, Room, RoomMember
from video.services import entry, presence, signals, telling
from video.services.signals import Kind, Message

Role = RoomMember.Role


@dataclass(frozen=True)
class Plan:
    title: str
    starts_at: datetime
    minutes: int
    provider: str = Room.Provider.BUILTIN


def window(starts_at: datetime, ends_at: datetime) -> dict[str, datetime]:
    return {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "opens_at": starts_at - OPENS_BEFORE,
        "closes_at": ends_at + CLOSES_AFTER,
    }


def capacity_of(provider: str) -> int:
    return MESH_CAPACITY if provider == Room.Provider.BUILTIN else GROUP_CAPACITY


@transaction.atomic
def open_room(*, host: User, plan: Plan, guest_ids: Sequence[UUID]) -> Room:
    """A meeting outside of any booking, with people the host has lessons with."""
    wanted = set(guest_ids) - {host.pk}
    if len(wanted) + 1 > capacity_of(plan.provider):
        raise TooManyMembers
    if not host.is_admin and queries.acquainted(host.pk, wanted) != wanted:
        raise InviteStrangers
    if User.objects.filter(pk__in=wanted, is_active=True).count() != len(wanted):
        raise InviteStrangers
    ends_at = plan.starts_at + timedelta(minutes=plan.minutes)
    room = Room.objects.create(
        title=plan.title,
        host=host,
        provider=plan.provider,
        capacity=capacity_of(plan.provider),
        **window(plan.starts_at, ends_at),
    )
    RoomMember.objects.create(room=room, user=host, role=Role.HOST)
    RoomMember.objects.bulk_create(
        RoomMember(room=room, user_id=user_id, role=Role.GUEST) for user_id in sorted(wanted)
    )
    outbox.record(
        RoomOpened(room.pk, host.pk, [str(user_id) for user_id in sorted(wanted)], None),
        actor_id=host.pk,
    )
    return room


@transaction.atomic
def end(*, user: Any, room_id: UUID) -> Room:
    """By its host or staff; ending twice is once."""
    room = entry.locked(entry.find(user=user, room_id=room_id).pk)
    if room.host_id != user.pk and not user.is_admin:
        raise NotAllowed
    close(room, now=timezone.now())
    return room


def close(room: Room, *, now: datetime) -> None:
    """The caller holds the room's row."""
    if room.state == Room.State.ENDED:
        return
    presence.end_all(room, ending=Presence.Ending.CLOSED, now=now)
    signals.write(room, [Message(Kind.CLOSED)])
    room.state, room.ended_at = Room.State.ENDED, now
    room.save(update_fields=["state", "ended_at"])
    telling.ended(room, now)
    outbox.record(RoomClosed(room.pk, _booking_of(room), now), key=f"room.closed:{room.pk}")
    hang_up(room)


def _booking_of(room: Room) -> UUID | None:
    found: UUID | None = (
        room.members.filter(role=Role.HOST).values_list("booking_id", flat=True).first()
    )
    return found


def hang_up(room: Room) -> None:
    """Whatever call a provider keeps for this room at this moment is to end."""
    if room.provider_room:
        jobs.enqueue(
            "video.hang_up",
            key=f"video.hang_up:{room.provider_room}",
            args={"provider_room": room.provider_room},
        )


def sweep(*, now: datetime | None = None, limit: int = 200) -> int:
    """Closes rooms whose time is over."""
    now = now or timezone.now()
    due = Room.objects.filter(state=Room.State.OPEN, closes_at__lte=now).order_by("closes_at")
    ids = list(due.values_list("pk", flat=True)[:limit])
    for room_id in ids:
        with transaction.atomic():
            room = entry.locked(room_id)
            if room.closes_at <= now:
                close(room, now=now)
    return len(ids)
