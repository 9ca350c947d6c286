"""What pages, the API and the services look up about rooms."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, Q

from accounts.models import TutorProfile, User
from booking.models import Booking
from tutorme.core.row_security import as_system
from video.models import CallRating, ChatLine, Presence, Room, RoomMember, Signal

# A lesson that was called off opens no door; one that somebody came late to still does.
BOOKING, GROUP = "booking:", "group:"
STANDING = ("confirmed", "in_progress", "completed", "no_show_student", "no_show_tutor")


@as_system("whether a room's door is open hangs on the lesson it is for")
def is_entitled(member: RoomMember) -> bool:
    """Whether what the member came for stands: their lesson, else that the host teaches here."""
    if member.role == RoomMember.Role.HOST and (member.room.source or "").startswith(GROUP):
        return group_stands(member.room)
    if member.booking_id is not None:
        return Booking.objects.filter(pk=member.booking_id, state__in=STANDING).exists()
    host = TutorProfile.objects.filter(user_id=member.room.host_id)
    teaches: bool = host.filter(state=TutorProfile.State.APPROVED).exists()
    return teaches or is_admin(member.room.host_id)


@as_system("whether a room's door is open hangs on the lesson it is for")
def group_stands(room: Room) -> bool:
    """Whether anybody still comes to a lesson of a group; never, for a room of another kind."""
    if not (room.source or "").startswith(GROUP):
        return False
    seats = Booking.objects.filter(group_id=UUID((room.source or "").removeprefix(GROUP)))
    return bool(seats.filter(state__in=STANDING).exists())


def is_admin(user_id: UUID) -> bool:
    return bool(User.objects.admins().filter(pk=user_id).exists())


def acquainted(user_id: UUID, others: Iterable[UUID]) -> set[UUID]:
    """Those of the others this person has or had a lesson with."""
    wanted = set(others)
    pairs = (
        Booking.objects.agreed()
        .filter(
            Q(tutor_id=user_id, student_id__in=wanted) | Q(student_id=user_id, tutor_id__in=wanted)
        )
        .values_list("tutor_id", "student_id")
    )
    return {each for pair in pairs for each in pair} & wanted


def acquaintances(user_id: UUID) -> list[User]:
    """Everybody one has or had a lesson with, by name."""
    taught = Booking.objects.agreed().filter(tutor_id=user_id).values("student_id")
    learned = Booking.objects.agreed().filter(student_id=user_id).values("tutor_id")
    rows = User.objects.filter(Q(pk__in=taught) | Q(pk__in=learned), is_active=True)
    return list(rows.order_by("display_name", "pk")[:200])


def people_here(room_id: UUID) -> list[dict[str, Any]]:
    """Who is in the room now, by seat."""
    rows = Presence.objects.here().filter(room_id=room_id).order_by("seat")
    return [
        {
            "session": row["session"],
            "member": row["member_id"],
            "name": row["member__user__display_name"],
            "role": row["member__role"],
            "joined_at": row["joined_at"],
        }
        for row in rows.values(
            "session", "member_id", "member__user__display_name", "member__role", "joined_at"
        )
    ]


def news(room_id: UUID, *, session: UUID, after: int) -> list[dict[str, Any]]:
    """Signals for this window, in order; 200 at most, the next exchange brings the rest."""
    mine = Q(recipient=None) | Q(recipient=session)
    rows = (
        Signal.objects.filter(mine, room_id=room_id, seq__gt=after)
        .exclude(sender=session)
        .order_by("seq")
        .values("seq", "kind", "sender", "payload")[:200]
    )
    return [dict(row) for row in rows]


def members(room: Room) -> list[dict[str, Any]]:
    rows = room.members.filter(removed_at=None).order_by("-role", "created_at", "pk")
    return [
        {
            "id": row["pk"],
            "user": row["user_id"],
            "name": row["user__display_name"],
            "role": row["role"],
            "consented": row["consented_at"] is not None,
        }
        for row in rows.values("pk", "user_id", "user__display_name", "role", "consented_at")
    ]


def chat(room_id: UUID, *, last: int = 200) -> list[ChatLine]:
    rows = ChatLine.objects.filter(room_id=room_id).select_related("author").order_by("-pk")[:last]
    return list(reversed(rows))


@dataclass(frozen=True)
class Stay:
    """What one member's time in the room adds up to."""

    member_id: UUID
    name: str
    role: str
    first_joined_at: datetime
    last_seen_at: datetime
    seconds: int
    joins: int

    @property
    def minutes(self) -> int:
        return self.seconds // 60


def stays(room: Room, *, now: datetime) -> list[Stay]:
    rows = Presence.objects.filter(room=room).select_related("member__user").order_by("joined_at")
    found: dict[UUID, list[Presence]] = {}
    for row in rows:
        found.setdefault(row.member_id, []).append(row)
    return [_stay(parts) for parts in found.values()]


def _stay(parts: list[Presence]) -> Stay:
    ends = [row.left_at or row.seen_at for row in parts]
    total = sum((end - row.joined_at for row, end in zip(parts, ends, strict=True)), timedelta())
    member = parts[0].member
    return Stay(
        member_id=member.pk,
        name=member.user.display_name,
        role=member.role,
        first_joined_at=parts[0].joined_at,
        last_seen_at=max(ends),
        seconds=int(total.total_seconds()),
        joins=len(parts),
    )


def together(room: Room) -> tuple[int, int]:
    """Seconds in which two or more were there, and how many were there at most."""
    steps: list[tuple[datetime, int]] = []
    for row in Presence.objects.filter(room=room).only("joined_at", "left_at", "seen_at"):
        steps += [(row.joined_at, 1), (row.left_at or row.seen_at, -1)]
    count = most = 0
    total = timedelta()
    since: datetime | None = None
    for at, step in sorted(steps, key=lambda each: (each[0], each[1])):
        if count >= 2 and since is not None:
            total += at - since
        count, since = count + step, at
        most = max(most, count)
    return int(total.total_seconds()), most


@as_system("the mean of what those in a call said of it; not whose")
def satisfaction(room: Room) -> dict[str, Any]:
    """Mean of the ratings of the call, and how many there are."""
    found = CallRating.objects.filter(room=room).aggregate(mean=Avg("stars"), count=Count("pk"))
    mean = found["mean"]
    return {"mean": None if mean is None else round(float(mean), 2), "count": found["count"]}
