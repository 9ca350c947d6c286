from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from booking.models import Booking, Schedule
from booking.services import holding, offers
from tests.booking.conftest import hour, open_diary
from tests.payments.billing import subscribed  # noqa: F401  where a plan is needed
from tutorme.core.money import Money
from video.models import Room, RoomMember
from video.services import presence, rooms


def lesson(student: User, tutor: User, start: datetime | None = None) -> Booking:
    """A confirmed lesson of half an hour, which costs nothing."""
    if not Schedule.objects.filter(tutor=tutor).exists():
        open_diary(tutor)
    kind = offers.offer(tutor_id=tutor.pk, title="Chat", minutes=30, price=Money(0, "EUR"))
    row = holding.hold(student=student, wish=holding.Wish(kind.pk, start or hour(3, 10)))
    return Booking.objects.select_related("lesson_type").get(pk=row.pk)


def opened(host: User, *guests: User, minutes: int = 60, **more: object) -> Room:
    """A room that is open now, whoever knows whom."""
    now = timezone.now()
    room = Room.objects.create(
        title="Fractions", host=host, **rooms.window(now, now + timedelta(minutes=minutes)), **more
    )
    RoomMember.objects.create(room=room, user=host, role="host")
    for guest in guests:
        RoomMember.objects.create(room=room, user=guest, role="guest")
    return room


def come(user: User, room: Room, *, now: datetime | None = None) -> UUID:
    """Takes a seat; the name of the window."""
    return presence.join(user=user, room_id=room.pk, session=uuid4(), now=now).session


@pytest.fixture
def room(tess: User, sam: User) -> Room:
    return opened(tess, sam)


@pytest.fixture
def at(room: Room) -> Callable[[str], str]:
    return lambda place: f"/api/v1/video/rooms/{room.pk}/{place}/"
