"""What people are told about the calendars they connected."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from booking.events import CalendarBroken
from booking.models import CalendarConnection
from realtime.announcements import Announcement, Facts, Told, declare

_NAMES = {"google": "Google Calendar", "microsoft": "Microsoft 365"}


def _owner(event: CalendarBroken) -> list[Told]:
    """Once for each time it broke."""
    broken = CalendarConnection.objects.filter(pk=event.connection_id)
    at = broken.values_list("broken_at", flat=True).first()
    key = f"calendar-broken:{event.connection_id}:{at.isoformat() if at else ''}"
    return [Told(event.user_id, key, {"provider": event.provider}, reverse("calendars"))]


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
