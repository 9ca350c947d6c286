"""Seats, leases and what is told of them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from tests import cast
from tests.video.conftest import come, opened
from tutorme.core.models import OutboxEvent
from video.errors import RoomFull, SeatLost
from video.models import Presence, Room
from video.services import presence, rooms, signals
from video.services.signals import LEASE

pytestmark = pytest.mark.django_db


def told(name: str) -> list[dict]:
    return list(
        OutboxEvent.objects.filter(name=name).order_by("id").values_list("payload", flat=True)
    )


def test_coming_and_leaving_are_told(room, sam, tess) -> None:
    first = come(tess, room)
    second = come(sam, room)
    presence.leave(user=sam, room_id=room.pk, session=second)
    presence.leave(user=sam, room_id=room.pk, session=second)
    presence.leave(user=sam, room_id=room.pk, session=first)
    assert [row["user_id"] for row in told("room.joined")] == [str(tess.pk), str(sam.pk)]
    assert [row["user_id"] for row in told("room.left")] == [str(sam.pk)]
    assert len(told("room.started")) == 1
    assert Presence.objects.here().get().session == first


def test_a_crash_ends_a_stay_where_it_was_last_heard_of(room, sam, tess) -> None:
    start = timezone.now()
    session = come(sam, room, now=start)
    heard = start + timedelta(seconds=20)
    signals.exchange(user=sam, room_id=room.pk, session=session, now=heard)
    presence.sweep(now=heard + LEASE)
    assert Presence.objects.here().exists()
    presence.sweep(now=heard + LEASE + timedelta(seconds=1))
    row = Presence.objects.get()
    assert (row.left_at, row.ending) == (heard, "lapsed")
    assert told("room.left")[0]["at"] == heard.isoformat()


def test_silence_longer_than_the_lease_is_not_made_good(room, sam) -> None:
    start = timezone.now()
    session = come(sam, room, now=start)
    late = start + LEASE + timedelta(seconds=1)
    with pytest.raises(SeatLost):
        signals.exchange(user=sam, room_id=room.pk, session=session, now=late)
    presence.join(user=sam, room_id=room.pk, session=uuid4(), now=late)
    left_at = Presence.objects.get(session=session).left_at
    assert left_at is not None
    assert left_at - start < timedelta(seconds=1)


def test_another_window_takes_over(room, sam, tess) -> None:
    first = come(sam, room)
    second = come(sam, room)
    with pytest.raises(SeatLost) as lost:
        signals.exchange(user=sam, room_id=room.pk, session=first)
    assert lost.value.extras["ending"] == "replaced"
    assert Presence.objects.here().get().session == second


def test_the_fifth_waits_outside(tess) -> None:
    guests = [cast.person(f"Guest{number}") for number in range(4)]
    room = opened(tess, *guests)
    for who in (tess, *guests[:3]):
        come(who, room)
    with pytest.raises(RoomFull) as full:
        come(guests[3], room)
    assert full.value.extras["capacity"] == 4
    presence.leave(
        user=tess, room_id=room.pk, session=Presence.objects.get(member__user=tess).session
    )
    come(guests[3], room)


def test_ending_puts_everybody_out(room, sam, tess) -> None:
    session = come(sam, room)
    come(tess, room)
    rooms.end(user=tess, room_id=room.pk)
    rooms.end(user=tess, room_id=room.pk)
    assert not Presence.objects.here().exists()
    assert len(told("room.closed")) == 1
    assert len(told("room.left")) == 2
    with pytest.raises(Exception, match="room-ended"):
        signals.exchange(user=sam, room_id=room.pk, session=session)


def test_a_room_closes_by_itself(room, sam) -> None:
    come(sam, room)
    assert rooms.sweep(now=room.closes_at - timedelta(seconds=1)) == 0
    assert rooms.sweep(now=room.closes_at) == 1
    room.refresh_from_db()
    assert room.state == Room.State.ENDED


def test_a_suspended_or_removed_member_is_out_at_the_next_word(api, room, sam, tess, at) -> None:
    session = come(sam, room)
    member = room.members.get(user=sam)
    assert (
        api(tess).delete(f"/api/v1/video/rooms/{room.pk}/members/{member.pk}/").status_code == 204
    )
    body = {"session": str(session), "after": 0}
    assert api(sam).post(at("signal"), body, format="json").status_code == 404
    assert told("room.left")[0]["user_id"] == str(sam.pk)
