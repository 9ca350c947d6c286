"""A lesson's room as its people find it, and what they are told."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from booking import rooms as registry
from booking.models import Booking, GroupSession, Meeting
from booking.models import Presence as Attendance
from booking.services import cancelling
from realtime import announcements
from realtime.models import Notification
from tests.booking.conftest import hour
from tests.video.conftest import come, lesson
from video.models import Room
from video.services import lessons, presence, rooms

pytestmark = pytest.mark.django_db


def told(user) -> list[tuple[str, str]]:
    rows = Notification.objects.filter(user=user, kind__startswith="room-").order_by("seq")
    return [(announcements.words(row.kind, row.facts, "en").title, row.url) for row in rows]


def test_the_way_into_a_lesson_leads_to_its_room(sam, tess, otto, drain) -> None:
    row = lesson(sam, tess)
    # Before the word has come round.
    url = registry.url(row.pk, sam.pk)
    room = Room.objects.get()
    assert url == reverse("room", args=[room.pk])
    assert registry.url(row.pk, tess.pk) == url
    assert registry.url(row.pk, otto.pk) is None
    drain()
    assert Room.objects.count() == 1
    client = Client()
    client.force_login(sam)
    with time_machine.travel(row.starts_at, tick=False):
        client.force_login(sam)
        assert client.post(reverse("join", args=[row.pk]))["Location"] == url
        assert "tm-room" in client.get(url).content.decode()


def test_beside_another_platform_the_own_room_is_one_press_away(sam, tess, drain) -> None:
    row = lesson(sam, tess)
    drain()
    Meeting.objects.update_or_create(
        booking=row,
        defaults={"platform": "zoom", "state": "ready", "join_url": "https://zoom.example/j/1"},
    )
    client = Client()
    with time_machine.travel(row.starts_at, tick=False):
        client.force_login(sam)
        page = client.get(reverse("join", args=[row.pk])).content.decode()
    assert reverse("room", args=[Room.objects.get().pk]) in page


def test_who_waits_is_told_to_the_other_once(room, sam, tess, drain) -> None:
    come(tess, room)
    come(tess, room)
    drain()
    assert told(sam) == [("Tess is in the room: Fractions", reverse("room", args=[room.pk]))]
    assert told(tess) == []


def test_an_invitation_is_told(sam, tess, drain) -> None:
    lesson(sam, tess)
    drain()
    assert told(sam) == []
    from django.utils import timezone

    plan = rooms.Plan("Exam practice", timezone.now(), 30)
    room = rooms.open_room(host=tess, plan=plan, guest_ids=[sam.pk])
    drain()
    url = reverse("room", args=[room.pk])
    assert told(sam) == [("Tess opened a room for you: Exam practice", url)]


def test_who_was_there_is_known_to_the_lesson(sam, tess, drain) -> None:
    row = lesson(sam, tess)
    drain()
    room = Room.objects.get()
    at = row.starts_at + timedelta(minutes=1)
    with time_machine.travel(at, tick=False):
        session = come(sam, room)
    with time_machine.travel(at + timedelta(minutes=5), tick=False):
        presence.sweep()
    drain()
    assert session
    found = Attendance.objects.filter(booking=row, user=sam).order_by("id")
    assert list(found.values_list("joined", flat=True)) == [True, False]
    assert found[1].at - at < timedelta(seconds=1)


def test_a_group_meets_in_one_room(sam, otto, tess, drain) -> None:
    first, second = lesson(sam, tess), lesson(otto, tess, hour(3, 14))
    drain()
    group = GroupSession.objects.create(
        tutor=tess, lesson_type=first.lesson_type, capacity=3, starts_at=first.starts_at,
        ends_at=first.ends_at, blocked_from=first.blocked_from,
        blocked_until=first.blocked_until, on=first.on, tutor_zone="UTC",
    )  # fmt: skip
    Room.objects.all().delete()
    Booking.objects.filter(pk=first.pk).update(group=group)
    Booking.objects.filter(pk=second.pk).update(
        starts_at=first.starts_at, ends_at=first.ends_at, group=group,
        blocked_from=first.blocked_from, blocked_until=first.blocked_until,
    )  # fmt: skip
    for row in (first, second):
        lessons.follow(booking_id=row.pk)
    room = Room.objects.get()
    assert room.members.filter(removed_at=None).count() == 3
    cancelling.cancel(booking_id=first.pk, by=sam)
    drain()
    room.refresh_from_db()
    assert room.state == "open"
    assert room.members.get(user=sam).removed_at is not None
    with time_machine.travel(first.starts_at, tick=False):
        assert come(tess, room)
        assert come(otto, room)
    cancelling.cancel(booking_id=second.pk, by=otto)
    drain()
    room.refresh_from_db()
    assert room.state == "ended"
