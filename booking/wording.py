"""How a lesson is called where it is shown outside: in calendars, meetings and invitations."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from booking.models import Booking


def title(booking: Booking) -> str:
    """Names the subject and no person: a meeting's topic is read by whoever sees a calendar."""
    return _("%(lesson)s on %(site)s") % {
        "lesson": booking.lesson_type.title,
        "site": settings.SITE_NAME,
    }


def link(booking_id: UUID) -> str:
    """The one address of a lesson's meeting, from the first mail to the last minute."""
    return f"{settings.PUBLIC_BASE_URL}{reverse('join', args=[booking_id])}"


def page(booking_id: UUID) -> str:
    return f"{settings.PUBLIC_BASE_URL}{reverse('lesson-booking', args=[booking_id])}"
