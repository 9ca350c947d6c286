"""The pages, as a browser without JavaScript uses them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.video.conftest import come, lesson, opened
from video.models import CallRating, ChatLine, Room

pytestmark = pytest.mark.django_db


@pytest.fixture
def sams(sam) -> Client:
    client = Client()
    client.force_login(sam)
    return client


@pytest.fixture
def tesss(tess) -> Client:
    client = Client()
    client.force_login(tess)
    return client


def page(client: Client, room: Room, place: str = "room") -> str:
    return client.get(reverse(place, args=[room.pk])).content.decode()


def test_the_page_says_what_a_call_needs(sams, room, query_budget) -> None:
    with query_budget("video room page"):
        answer = sams.get(reverse("room", args=[room.pk]))
    text = answer.content.decode()
    assert "The call needs JavaScript" in text
    assert "js/room/room.js" in text
    # The client of Twilio is named for the script that may need it, and not loaded.
    assert '<script src="/static/vendor' not in text
    policy = answer.headers["Content-Security-Policy"]
    assert "wss://*.twilio.com" in policy
    assert "twilio" not in sams.get("/lessons/").headers["Content-Security-Policy"]


def test_chat_and_notes_by_form(sams, tesss, room) -> None:
    told = sams.post(reverse("room-chat", args=[room.pk]), {"text": "Page 12?"})
    assert told["Location"] == reverse("room", args=[room.pk])
    sams.post(reverse("room-notes", args=[room.pk]), {"text": "Goals\r\nHomework", "base": ""})
    tesss.post(reverse("room-notes", args=[room.pk]), {"text": "Goals: fractions", "base": "Goals"})
    text = page(tesss, room)
    assert "Page 12?" in text
    room.refresh_from_db()
    assert {"Homework", "Goals: fractions"} <= set(room.notes.split("\n"))


@pytest.mark.parametrize("text", ["", "x" * 2001, "a\u202eb", "\x00"])
def test_what_cannot_be_said_is_not(sams, room, text: str) -> None:
    assert sams.post(reverse("room-chat", args=[room.pk]), {"text": text}).status_code == 302
    assert not ChatLine.objects.exists()


@pytest.mark.parametrize(
    "place", ["room", "room-after", "room-chat", "room-notes", "room-end", "room-takeover"]
)
def test_a_room_is_for_its_members(client, otto, ada, tess, place: str) -> None:
    room = opened(tess)
    path = reverse(place, args=[room.pk])
    method = "get" if place in {"room", "room-after"} else "post"
    assert getattr(client, method)(path)["Location"].startswith("/account/login/")
    for who in (otto, ada):
        client.force_login(who)
        assert getattr(client, method)(path).status_code == 404


def test_early_late_and_over(sams, room) -> None:
    now = timezone.now()
    Room.objects.update(
        opens_at=now + timedelta(hours=1), starts_at=now + timedelta(hours=2),
        ends_at=now + timedelta(hours=3), closes_at=now + timedelta(hours=4),
    )  # fmt: skip
    text = page(sams, room)
    assert "It is not open yet" in text
    assert "tm-room" not in text
    told = sams.post(reverse("room-chat", args=[room.pk]), {"text": "Hello"})
    assert told.status_code == 409
    Room.objects.update(state="ended", ended_at=now)
    assert "This meeting is over" in page(sams, room)


def test_only_the_host_ends_it(sams, tesss, room) -> None:
    path = reverse("room-end", args=[room.pk])
    assert sams.post(path).status_code == 403
    assert tesss.post(path).status_code == 302
    room.refresh_from_db()
    assert room.state == "ended"


def test_leave_and_rate(sams, sam, room) -> None:
    path = reverse("room-after", args=[room.pk])
    assert "How was the call?" not in page(sams, room, "room-after")
    assert sams.post(path, {"stars": "4"}).status_code == 302
    assert not CallRating.objects.exists()
    come(sam, room)
    assert "How was the call?" in page(sams, room, "room-after")
    assert sams.post(path, {"stars": "9"}).status_code == 422
    for stars in ("4", "5"):
        assert sams.post(path, {"stars": stars, "trouble": "", "note": ""}).status_code == 302
    assert CallRating.objects.get().stars == 5


def test_opening_a_room(tesss, sams, tess, sam) -> None:
    assert "Nobody to meet yet" in tesss.get("/rooms/").content.decode()
    lesson(sam, tess)
    answer = tesss.post("/rooms/", {"title": "Practice", "minutes": "30", "guests": [str(sam.pk)]})
    room = Room.objects.get(title="Practice")
    assert answer["Location"] == reverse("room", args=[room.pk])
    assert "Practice" in sams.get("/rooms/").content.decode()
    assert tesss.post("/rooms/", {"title": "", "minutes": "1"}).status_code == 422
    assert sams.post("/rooms/", {"title": "Mine"}).status_code == 404


def test_consent_by_form(sams, tesss, tess, sam) -> None:
    room = opened(tess, sam, provider="twilio", capacity=50, taping="asked")
    assert "I agree" in page(sams, room)
    sams.post(reverse("room-consent", args=[room.pk]), {"consent": "yes"})
    assert room.members.get(user=sam).consented_at is not None
    sams.post(reverse("room-consent", args=[room.pk]), {"consent": "no"})
    assert room.members.get(user=sam).consented_at is None
