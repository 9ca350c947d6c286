"""Invitations, as a calendar program reads them back."""

from datetime import timedelta
from email import message_from_bytes, policy
from email.utils import parseaddr

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from icalendar import Calendar

from accounts.models import User
from booking import invitations
from booking.models import Booking, CalendarFeed, LessonType
from booking.services import cancelling, feeds
from tests.booking.conftest import held, hour

pytestmark = pytest.mark.django_db


def parsed(content: bytes):
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    assert not event.errors
    return calendar, event


@pytest.fixture
def booked(sam: User, free: LessonType) -> Booking:
    return held(sam, free, hour(3, 10))


def test_an_invitation_read_back(booked: Booking, sam: User, tess: User) -> None:
    calendar, event = parsed(invitations.ics_for(booked, sam, "REQUEST"))
    assert calendar["method"] == "REQUEST"
    assert calendar["version"] == "2.0"
    assert event["uid"] == f"booking-{booked.pk}@127.0.0.1"
    assert event["sequence"] == booked.version
    assert event.decoded("dtstart") == booked.starts_at
    assert event.decoded("dtend") == booked.ends_at
    assert b"DTSTART:" + f"{booked.starts_at:%Y%m%dT%H%M%SZ}".encode() in calendar.to_ical()
    assert event["status"] == "CONFIRMED"
    link = f"http://127.0.0.1:8000/join/{booked.pk}/"
    assert (event["location"], event["url"]) == (link, link)
    assert link in event["description"]
    assert f"/lessons/{booked.pk}/" in event["description"]
    assert event["organizer"] == f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"
    assert event["attendee"] == "mailto:sam@example.test"
    assert "tess@example.test" not in str(calendar.to_ical())
    assert event["summary"] == "Chat with Tess"
    (alarm,) = event.walk("VALARM")
    assert alarm.decoded("trigger") == timedelta(minutes=-60)
    assert alarm["action"] == "DISPLAY"
    _, tesss = parsed(invitations.ics_for(booked, tess, "REQUEST"))
    assert (tesss["uid"], tesss["summary"]) == (event["uid"], "Chat with Sam")


def test_one_uid_for_life_and_a_rising_sequence(booked: Booking, sam: User) -> None:
    _, first = parsed(invitations.ics_for(booked, sam, "REQUEST"))
    moved = cancelling.reschedule(booking_id=booked.pk, by=sam, start=hour(4, 12))
    _, second = parsed(invitations.ics_for(moved, sam, "REQUEST"))
    ended = cancelling.cancel(booking_id=booked.pk, by=sam)
    calendar, third = parsed(invitations.ics_for(ended, sam, "CANCEL"))
    assert first["uid"] == second["uid"] == third["uid"]
    assert first["sequence"] < second["sequence"] < third["sequence"]
    assert second.decoded("dtstart") == hour(4, 12)
    assert calendar["method"] == "CANCEL"
    assert third["status"] == "CANCELLED"
    assert third.walk("VALARM") == []
    assert first["organizer"] == third["organizer"]


def test_the_same_version_is_the_same_to_the_byte(booked: Booking, sam: User) -> None:
    once = invitations.ics_for(booked, sam, "REQUEST")
    assert invitations.ics_for(booked, sam, "REQUEST") == once


def test_lines_are_folded_and_words_cannot_break_out(booked: Booking, sam: User) -> None:
    booked.lesson_type.title = "Brüche, \\ ;\r\nATTENDEE:mailto:eve@example.test " + "é" * 80
    content = invitations.ics_for(booked, sam, "REQUEST")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    _, event = parsed(content)
    assert event["attendee"] == "mailto:sam@example.test"
    assert event["summary"].startswith("Brüche, \\ ;")


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_a_mail_says_the_method_in_its_header_too(booked: Booking, sam: User, method) -> None:
    part = invitations.invitation_for(booked.pk, sam.pk, method)
    mail = EmailMultiAlternatives("Lesson", "In words", "a@example.test", [sam.email])
    mail.attach(part.name, part.content, part.media_type)
    read = message_from_bytes(mail.message().as_bytes(), policy=policy.default)
    (found,) = [each for each in read.walk() if each.get_content_type() == "text/calendar"]
    assert found.get_param("method") == method
    calendar, _event = parsed(found.get_content().encode())
    assert calendar["method"] == method


def test_the_feed_has_what_stands_and_can_be_given_a_new_address(
    booked: Booking, sam: User, otto: User, free: LessonType, query_budget
) -> None:
    gone = held(sam, free, hour(5, 10))
    cancelling.cancel(booking_id=gone.pk, by=sam)
    held(otto, free, hour(6, 10))
    assert feeds.token_of(sam) == ""
    token = feeds.rotate(sam)
    assert feeds.token_of(sam) == token
    with query_budget("calendar feed"):
        answer = Client().get(f"/calendar/{token}.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-store"
    calendar, event = parsed(answer.content)
    assert event["uid"] == invitations.uid_of(booked.pk)
    assert "method" not in calendar
    assert token not in str(list(CalendarFeed.objects.values_list("digest", flat=True)))
    feeds.rotate(sam)
    assert Client().get(f"/calendar/{token}.ics").status_code == 404
    assert Client().get("/calendar/nothing.ics").status_code == 404


def test_a_lesson_as_a_file(booked: Booking, api, sam: User, otto: User) -> None:
    path = f"/api/v1/bookings/{booked.pk}/calendar.ics"
    answer = api(sam).get(path)
    assert answer["Content-Type"].startswith("text/calendar")
    _calendar, event = parsed(answer.content)
    assert event["uid"] == invitations.uid_of(booked.pk)
    assert api(otto).get(path).status_code == 404


def test_mails_carry_it(sandbox, booked: Booking, sam: User, tess: User, drain) -> None:
    """Confirmed, moved, cancelled: to both, each their own, read back as they came."""
    drain()
    cancelling.reschedule(booking_id=booked.pk, by=sam, start=hour(4, 12))
    drain()
    cancelling.cancel(booking_id=booked.pk, by=sam)
    drain()
    for person in (sam, tess):
        parts = [part for mail in sandbox.mails(to=person.email) for part in mail["attachments"]]
        assert sorted(part["name"] for part in parts) == [
            "cancelled.ics",
            "lesson.ics",
            "lesson.ics",
        ]
        assert {part["type"] for part in parts} == {"text/calendar"}


def test_an_invitation_that_is_late_is_the_cancellation(booked: Booking, sam: User) -> None:
    cancelling.cancel(booking_id=booked.pk, by=sam)
    part = invitations.invitation_for(booked.pk, sam.pk, "REQUEST")
    assert (part.name, part.media_type) == ("cancelled.ics", "text/calendar; method=CANCEL")
