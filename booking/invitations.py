"""A lesson as iCalendar (RFC 5545, 5546): what mails carry, and what calendar programs read.

One UID for as long as there is the booking, and a SEQUENCE that rises with its version, so that a
move is a move and not a second lesson. The organiser is always the site's own address: who sends
the mail is who invites, and no calendar shows one person's address to the other."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from accounts.models import User
from booking import wording
from booking.models import Booking

Method = Literal["REQUEST", "CANCEL"]
ALARM = timedelta(minutes=60)
_STANDING = frozenset({"confirmed", "in_progress", "completed"})
_PRODUCT = "-//TutorMe//Lessons//EN"


@dataclass(frozen=True)
class Invitation:
    """What a mail carries; the method stands in the media type as well as in the calendar."""

    name: str
    media_type: str
    content: bytes


def ics_for(booking: Booking, person: User, method: Method) -> bytes:
    """The invitation of one of the two people, in their own language. `booking` comes with its
    lesson type, tutor and student."""
    with override(person.locale or settings.LANGUAGE_CODE):
        event = _event(booking, person, _changed_at(booking))
    event.add("organizer", _organizer())
    event.add("attendee", _attendee(person), encode=False)
    event["status"] = "CANCELLED" if method == "CANCEL" else "CONFIRMED"
    if method == "REQUEST":
        event.add_component(_alarm(str(event["summary"])))
    return _calendar([event], method=method)


def invitation_for(booking_id: UUID, person_id: UUID, method: Method) -> Invitation:
    """To be attached to the mail that says the same in words. An invitation that is late, to a
    lesson that was called off meanwhile, is the cancellation it will be followed by."""
    booking = Booking.objects.select_related("lesson_type", "tutor", "student").get(pk=booking_id)
    person = User.objects.get(pk=person_id)
    if booking.state not in _STANDING:
        method = "CANCEL"
    return Invitation(
        name="cancelled.ics" if method == "CANCEL" else "lesson.ics",
        media_type=f"text/calendar; method={method}",
        content=ics_for(booking, person, method),
    )


def feed_for(bookings: Iterable[Booking], person: User) -> bytes:
    """Somebody's lessons for a program that reads them again and again: facts, not invitations."""
    with override(person.locale or settings.LANGUAGE_CODE):
        events = [_event(each, person, each.created_at) for each in bookings]
        for event in events:
            event.add_component(_alarm(str(event["summary"])))
        return _calendar(events, method="", name=_("My lessons on %s") % settings.SITE_NAME)


def uid_of(booking_id: UUID) -> str:
    return f"booking-{booking_id}@{_domain()}"


def _domain() -> str:
    return urlsplit(settings.PUBLIC_BASE_URL).hostname or "localhost"


def _calendar(events: list[Event], *, method: str, name: str = "") -> bytes:
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    if method:
        calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
        calendar.add("x-published-ttl", "PT1H")
    for event in events:
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _event(booking: Booking, person: User, stamped_at: datetime) -> Event:
    link, page = wording.link(booking.pk), wording.page(booking.pk)
    other = booking.student if person.pk == booking.tutor_id else booking.tutor
    event = Event()
    event.add("uid", uid_of(booking.pk))
    event.add("sequence", booking.version)
    event.add("dtstamp", stamped_at.astimezone(UTC))
    event.add("dtstart", booking.starts_at.astimezone(UTC))
    event.add("dtend", booking.ends_at.astimezone(UTC))
    named = {"lesson": booking.lesson_type.title, "name": other.display_name}
    event.add("summary", _("%(lesson)s with %(name)s") % named)
    event.add("description", _words(link, page))
    event.add("location", link)
    event.add("url", link)
    event.add("transp", "OPAQUE")
    event.add("status", "CONFIRMED" if booking.state in _STANDING else "CANCELLED")
    return event


def _words(link: str, page: str) -> str:
    rows = (_("Join: %s") % link, _("Move or cancel: %s") % page)
    return "\n".join(rows)


def _alarm(summary: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -ALARM)
    alarm.add("description", summary)
    return alarm


def _organizer() -> vCalAddress:
    _name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    organizer = vCalAddress(f"mailto:{address}")
    organizer.params["cn"] = vText(settings.SITE_NAME)
    return organizer


def _attendee(person: User) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{person.email}")
    attendee.params["cn"] = vText(person.display_name)
    attendee.params["role"] = vText("REQ-PARTICIPANT")
    attendee.params["partstat"] = vText("ACCEPTED")
    attendee.params["rsvp"] = vText("FALSE")
    return attendee


def _changed_at(booking: Booking) -> datetime:
    """When this version came to be: the same invitation twice is the same to the byte."""
    rows = booking.changes.filter(version__lte=booking.version).order_by("-version")
    found: datetime | None = rows.values_list("created_at", flat=True).first()
    return found or booking.created_at
