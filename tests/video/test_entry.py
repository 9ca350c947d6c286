"""Member × window × actor: who gets what a call needs, and when."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.utils import timezone

from accounts.models import TutorProfile, User
from booking.models import Booking
from booking.services import cancelling, moving
from tests.booking.conftest import hour
from tests.video.conftest import lesson, opened
from tutorme.core import outbox
from tutorme.core.channels import access
from tutorme.core.models import OutboxDelivery
from video.models import Room, RoomMember

pytestmark = pytest.mark.django_db


@pytest.fixture
def booked(sam: User, tess: User, drain) -> Booking:
    row = lesson(sam, tess)
    drain()
    return row


def room_of(booking: Booking) -> Room:
    return Room.objects.get(source=f"booking:{booking.pk}")


def ask(api, user: User | None, room: Room, body: dict | None = None):
    return api(user).post(f"/api/v1/video/rooms/{room.pk}/token/", body or {}, format="json")


def test_a_lesson_has_one_room_for_its_two(booked, sam, tess, drain) -> None:
    room = room_of(booked)
    members = room.members.order_by("role").values_list("user_id", "role", "booking_id")
    assert list(members) == [(sam.pk, "guest", booked.pk), (tess.pk, "host", booked.pk)]
    assert room.opens_at == booked.starts_at - timedelta(minutes=10)
    assert room.closes_at == booked.ends_at + timedelta(minutes=15)
    outbox.retry(OutboxDelivery.objects.all())
    drain()
    assert Room.objects.count() == 1


MOMENTS = {
    "a day before": (timedelta(days=-1), "room-not-open"),
    "eleven minutes before": (timedelta(minutes=-11), "room-not-open"),
    "nine minutes before": (timedelta(minutes=-9), ""),
    "during": (timedelta(minutes=10), ""),
    "fourteen minutes after": (timedelta(minutes=44), ""),
    "sixteen minutes after": (timedelta(minutes=46), "room-not-open"),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_window(api, booked, sam, tess, moment: str) -> None:
    room = room_of(booked)
    offset, code = MOMENTS[moment]
    with time_machine.travel(booked.starts_at + offset, tick=False):
        for member in (sam, tess):
            answer = ask(api, member, room)
            assert answer.status_code == (409 if code else 200)
            assert answer.json().get("code", "") == code


def test_who_else_gets_none(api, booked, otto, orla, ada) -> None:
    room = room_of(booked)
    with time_machine.travel(booked.starts_at, tick=False):
        found = {who.username: ask(api, who, room).status_code for who in (otto, orla, ada)}
        assert found == {"otto": 404, "orla": 404, "ada": 403}
        assert ask(api, None, room).status_code == 401


@pytest.mark.parametrize("wish", ["identity", "room", "ttl", "user", "booking"])
def test_nothing_of_a_token_can_be_wished_for(api, booked, sam, wish: str) -> None:
    room = room_of(booked)
    with time_machine.travel(booked.starts_at, tick=False):
        answer = ask(api, sam, room, {wish: "somebody-else"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")


def test_the_identity_is_the_member_who_asks(api, booked, sam, tess) -> None:
    room = room_of(booked)
    with time_machine.travel(booked.starts_at, tick=False):
        for who in (sam, tess):
            given = ask(api, who, room).json()
            assert UUID(given["identity"]) == room.members.get(user=who).pk
            assert given["provider"] == "builtin"
            assert "token" not in given


def test_a_lesson_that_is_cancelled_or_moved(api, booked, sam, tess, drain) -> None:
    moved = moving.reschedule(booking_id=booked.pk, by=sam, start=hour(4, 12))
    drain()
    room = room_of(booked)
    assert room.starts_at == moved.starts_at
    with time_machine.travel(booked.starts_at, tick=False):
        assert ask(api, sam, room).json()["code"] == "room-not-open"
    cancelling.cancel(booking_id=booked.pk, by=tess)
    with time_machine.travel(moved.starts_at, tick=False):
        # Before the word has come round, and after.
        assert ask(api, sam, room).json()["code"] == "room-not-entitled"
        drain()
        assert ask(api, sam, room).json()["code"] == "room-ended"


def test_a_room_of_ones_own_needs_a_host_who_teaches(api, room, sam, tess) -> None:
    assert ask(api, sam, room).status_code == 200
    TutorProfile.objects.filter(user=tess).update(state="rejected")
    assert ask(api, sam, room).json()["code"] == "room-not-entitled"


def test_who_was_removed_is_a_stranger(api, room, sam) -> None:
    RoomMember.objects.filter(user=sam).update(removed_at=timezone.now())
    assert ask(api, sam, room).status_code == 404
    assert api(sam).get(f"/api/v1/video/rooms/{room.pk}/").status_code == 404


def test_staff_that_was_removed_sees_the_room_and_does_not_come_in(api, room, ada) -> None:
    RoomMember.objects.create(room=room, user=ada, role="guest", removed_at=timezone.now())
    assert api(ada).get(f"/api/v1/video/rooms/{room.pk}/").status_code == 200
    answer = ask(api, ada, room)
    assert (answer.status_code, answer.json()["code"]) == (403, "not-a-member")


def test_the_channel_is_its_members_while_the_room_is_open(
    room, tess, sam, otto, orla, ada
) -> None:
    name = f"private-session-{room.pk}"

    def listen() -> set[str]:
        people = (tess, sam, otto, orla, ada)
        return {each.username for each in people if access(each, name).may_listen}

    assert listen() == {"tess", "sam"}
    assert not access(sam, name).may_speak
    RoomMember.objects.filter(user=sam).update(removed_at=timezone.now())
    assert listen() == {"tess"}
    Room.objects.filter(pk=room.pk).update(state="ended", ended_at=timezone.now())
    assert listen() == set()


@pytest.mark.parametrize("place", ["end", "takeover", "recording", "join", "chat", "notes"])
def test_foreign_rooms_are_not_there(api, otto, tess, place: str) -> None:
    room = opened(tess)
    body = {"session": "0198aaaa-0000-4000-8000-000000000000", "text": "x", "base": ""}
    needed = {"join": {"session"}, "chat": {"text"}, "notes": {"text", "base"}}.get(place, set())
    sent: dict[str, object] = {name: body[name] for name in needed} or (
        {"consent": True} if place == "recording" else {}
    )
    method = "put" if place == "notes" else "post"
    path = f"/api/v1/video/rooms/{room.pk}/{place}/"
    assert getattr(api(otto), method)(path, sent, format="json").status_code == 404


def test_turn_credentials_are_signed_and_end(api, room, sam, settings) -> None:
    settings.ICE = {
        "stun_urls": ["stun:stun.example.test"],
        "turn_urls": ["turn:turn.example.test?transport=udp"],
        "turn_secret": "north",
        "turn_seconds": 600,
    }
    with time_machine.travel(timezone.now() + timedelta(seconds=5), tick=False):
        given = ask(api, sam, room).json()
        ends = int(timezone.now().timestamp()) + 600
    stun, turn = given["ice_servers"]
    assert stun == {"urls": ["stun:stun.example.test"]}
    assert turn["username"] == f"{ends}:{given['identity']}"
    # As coturn computes it: openssl dgst -sha1 -hmac north -binary | base64
    assert len(turn["credential"]) == 28


def test_the_turn_vector() -> None:
    from video import ice

    assert ice.signed("1433065916:ninefingers", "north") == _openssl("1433065916:ninefingers")


def _openssl(text: str) -> str:
    import subprocess

    command = "openssl dgst -sha1 -hmac north -binary | base64"
    made = subprocess.run(
        ["sh", "-c", command], input=text.encode(), capture_output=True, check=True
    )
    return made.stdout.decode().strip()


def test_opening_a_room(api, tess, sam, otto, drain) -> None:
    lesson(sam, tess)
    client = api(tess)
    body = {"title": "Exam practice", "minutes": 30, "guests": [str(sam.pk)]}
    made = client.post("/api/v1/video/rooms/", body, format="json")
    assert made.status_code == 201
    assert {each["name"] for each in made.json()["members"]} == {"Sam", "Tess"}
    stranger = client.post(
        "/api/v1/video/rooms/", {**body, "guests": [str(otto.pk)]}, format="json"
    )
    assert (stranger.status_code, stranger.json()["code"]) == (422, "invite-strangers")
    assert api(sam).post("/api/v1/video/rooms/", body, format="json").status_code == 403
    listed = api(sam).get("/api/v1/video/rooms/").json()["results"]
    assert [row["title"] for row in listed] == ["Exam practice"]
