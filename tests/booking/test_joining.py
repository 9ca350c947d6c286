"""The one way in to a lesson, wherever it meets."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from booking import rooms
from booking.models import Meeting
from tests.booking.calendars import client_of
from tests.booking.zooming import (  # noqa: F401  fixtures
    at_zoom,
    booked,
    closed_breakers,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_zoom")]


def test_opens_and_closes_around_the_lesson(sandbox, sam, tess, otto, free, drain):
    row = booked(sam, free)
    drain()
    path = reverse("join", args=[row.pk])
    assert client_of(otto).get(path).status_code == 404
    assert Client().get(path).status_code == 302
    early = client_of(sam).get(path)
    assert "The way in opens" in early.content.decode()
    assert client_of(sam).post(path).status_code == 409
    with time_machine.travel(row.starts_at - timedelta(minutes=10), tick=False):
        assert "Join the lesson" in client_of(sam).get(path).content.decode()
        assert "Start the lesson" in client_of(tess).get(path).content.decode()
    closes_at = row.ends_at + timedelta(minutes=15)
    with time_machine.travel(closes_at - timedelta(seconds=1), tick=False):
        assert "Join the lesson" in client_of(sam).get(path).content.decode()
    with time_machine.travel(closes_at, tick=False):
        assert "This lesson is over" in client_of(sam).get(path).content.decode()
        assert client_of(sam).post(path).status_code == 409


def test_only_the_host_becomes_host(sandbox, sam, tess, free, drain) -> None:
    row = booked(sam, free)
    drain()
    meeting, path = Meeting.objects.get(), reverse("join", args=[row.pk])
    with time_machine.travel(row.starts_at):
        guest = client_of(sam).post(path)
        assert (guest.status_code, guest["Location"]) == (303, meeting.join_url)
        host = client_of(tess).post(path)
    assert "/s/" in host["Location"]
    assert "zak=" in host["Location"]
    assert host["Cache-Control"] == "no-store"
    kept = str(list(Meeting.objects.values()))
    assert "zak=" not in kept
    page = client_of(tess).get(path)
    assert "zak=" not in page.content.decode()
    origin = f"https://{urlsplit(meeting.join_url).netloc}"
    assert origin in page["Content-Security-Policy"]


def test_the_api_says_the_same(sandbox, api, sam, tess, otto, ada, free, drain) -> None:
    row = booked(sam, free)
    drain()
    path = f"/api/v1/bookings/{row.pk}/join/"
    body = api(sam).get(path).json()
    assert (body["is_open"], body["platform"], body["is_host"]) == (False, "zoom", False)
    assert api(otto).get(path).status_code == 404
    assert api(ada).post(path).status_code == 404
    assert api(sam).post(path).json()["code"] == "room-closed"
    with time_machine.travel(row.starts_at):
        assert api(sam).post(path).json()["url"] == Meeting.objects.get().join_url
        assert "zak=" in api(tess).post(path).json()["url"]


def test_where_zoom_is_silent_the_tutor_still_comes_in(sandbox, sam, tess, free, drain):
    row = booked(sam, free)
    drain()
    sandbox.fault("meeting", "500-before", provider="zoom", times=9)
    with time_machine.travel(row.starts_at):
        answer = client_of(tess).post(reverse("join", args=[row.pk]))
    assert answer["Location"] == Meeting.objects.get().join_url


def test_our_room_is_asked_of_whoever_has_rooms(sandbox, sam, free, drain, monkeypatch):
    sandbox.fault("create", "refuse", provider="zoom")
    row = booked(sam, free)
    drain()
    path = reverse("join", args=[row.pk])
    with time_machine.travel(row.starts_at):
        monkeypatch.setattr(rooms, "_providers", [])
        assert client_of(sam).post(path).status_code == 409
        rooms.provides_room(lambda booking_id, user_id: f"/rooms/{booking_id}/")
        page = client_of(sam).get(path).content.decode()
        assert "could not be had" in page
        assert client_of(sam).post(path)["Location"] == f"/rooms/{row.pk}/"
