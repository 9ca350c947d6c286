"""What people are told about the calendars they connected."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from booking.events import CalendarBroken, CalendarUnseen
from booking.models import CalendarConnection
from realtime.announcements import Announcement, Facts, Told, declare

_NAMES = {"google": "Google Calendar", "microsoft": "Microsoft 365"}


def _owner(event: CalendarBroken) -> list[Told]:
    """Once for each time it broke."""
    broken = CalendarConnection.objects.filter(pk=event.connection_id)
    at = broken.values_list("broken_at", flat=True).first()
    key = f"calendar-broken:{event.connection_id}:{at.isoformat() if at else ''}"
    return [Told(event.user_id, key, {"provider": event.provider}, reverse("calendars"))]


def _unseen(event: CalendarUnseen) -> list[Told]:
    """Once for each time it went out of sight."""
    reader = User.objects.get(pk=event.user_id)
    key = f"calendar-unseen:{event.connection_id}:{event.seen_at.isoformat()}"
    since = {"at": event.seen_at.isoformat(), "zone": reader.time_zone}
    facts = {"provider": event.provider, "since": since}
    return [Told(event.user_id, key, facts, reverse("calendars"))]


def _named(facts: Facts) -> Facts:
    return {**facts, "calendar": _NAMES[str(facts["provider"])]}


declare(
    Announcement(
        kind="calendar-broken",
        event=CalendarBroken,
        who=_owner,
        title=_("%(calendar)s does not let us in any more"),
        body=_(
            "Connect it again: after a day without a look at it your times are not offered, so "
            "that nobody books what it keeps."
        ),
        mail="notice",
        action=_("Connect it again"),
        read_as=_named,
    )
)
declare(
    Announcement(
        kind="calendar-unseen",
        event=CalendarUnseen,
        who=_unseen,
        title=_("Your times are not offered: we cannot see %(calendar)s"),
        body=_(
            "We last saw it on %(since)s, and what it keeps since then we do not know. So that "
            "nobody is booked twice, nobody can book you until we see it again. Connect it again, "
            "or disconnect it to be booked without it."
        ),
        mail="notice",
        action=_("See your calendars"),
        read_as=_named,
    )
)
